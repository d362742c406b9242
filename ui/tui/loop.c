/* The event loop: one poll() for keys, signals and timers. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/loop.h"

#include "tui/glyph.h"
#include "tui/mem.h"
#include "tui/mouse_input.h"

#include <errno.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
    QUEUE_MAX = 1 << 16,     /* keys; past it the rest waits in the kernel */
    PASTE_MAX = 4 << 20,     /* bytes of one paste; the rest is dropped */
    PASTE_SILENCE_MS = 1000, /* a paste whose end never comes is over */
    AHEAD_MAX = 4096,        /* bytes of a paste that are read at once */
    SEQUENCE_MAX = 16,       /* of a key, with its end */
    BURST_MIN = 64,          /* so many characters at once are pasted, whatever the terminal says */
};

struct loop {
    const struct loop_ops *ops;
    void *app;
    struct terminal *term;
    bool is_dirty;
    bool is_quitting;
    bool is_closed; /* the terminal is gone */
    bool was_interrupted;
    int deadly_signal;

    /* signals come as data from here: nothing runs in a handler, nothing has to be global */
    int signals;
    sigset_t mask_before;

    long long timers[LOOP_TIMERS]; /* when due; 0: off */

    /* keys, oldest first at `first` */
    struct key *queue;
    size_t first;
    size_t count;
    size_t room;
    char *handed_out; /* text of the key given out last */

    /* decoding */
    struct mouse_input mouse;
    mbstate_t utf8;
    bool is_pasting;
    char ahead[AHEAD_MAX]; /* of a paste, and what stood behind it */
    size_t ahead_at;
    size_t ahead_end;
    char *paste;
    size_t paste_size;
    size_t paste_room;
    long long paste_last;
};

long long loop_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

struct loop *loop_create(const struct loop_ops *ops, void *app)
{
    static const int numbers[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT };
    struct loop *loop = mem_alloc(sizeof *loop);
    sigset_t taken;

    sigemptyset(&taken);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaddset(&taken, numbers[i]);
    sigprocmask(SIG_BLOCK, &taken, &loop->mask_before);
    loop->signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    loop->ops = ops;
    loop->app = app;
    loop->is_dirty = true;
    return loop;
}

void loop_set_terminal(struct loop *loop, struct terminal *term)
{
    loop->term = term;
}

/* ---- The queue ---- */

static void drop_keys(struct loop *loop)
{
    for (size_t i = 0; i < loop->count; i++) {
        struct key *key = &loop->queue[loop->first + i];
        if (key->kind == KEY_KIND_PASTE)
            free(key->text);
    }
    loop->first = loop->count = 0;
}

/* Takes ownership of the key's text. */
static void push_key(struct loop *loop, const struct key *key)
{
    if (loop->first + loop->count == loop->room) {
        if (loop->first > 0) {
            memmove(loop->queue, loop->queue + loop->first, loop->count * sizeof *key);
            loop->first = 0;
        } else {
            loop->room = loop->room ? loop->room * 2 : 64;
            loop->queue = mem_resize(loop->queue, loop->room * sizeof *key);
        }
    }
    loop->queue[loop->first + loop->count++] = *key;
}

void loop_push_key(struct loop *loop, const struct key *key)
{
    struct key copy = *key;

    if (key->kind == KEY_KIND_PASTE)
        copy.text = mem_text(key->text);
    push_key(loop, &copy);
}

static bool pop_key(struct loop *loop, struct key *key)
{
    free(loop->handed_out);
    loop->handed_out = NULL;
    if (loop->count == 0)
        return false;
    *key = loop->queue[loop->first++];
    if (--loop->count == 0)
        loop->first = 0;
    if (key->kind == KEY_KIND_PASTE)
        loop->handed_out = key->text;
    return true;
}

/* ---- Decoding ---- */

static void begin_paste(struct loop *loop)
{
    loop->is_pasting = true;
    loop->paste_size = 0;
    loop->paste_last = loop_now();
}

static void end_paste(struct loop *loop)
{
    loop->is_pasting = false;
    if (loop->paste_size == 0)
        return;
    loop->paste[loop->paste_size] = 0;
    push_key(loop, &(struct key){ .kind = KEY_KIND_PASTE, .text = loop->paste });
    loop->paste = NULL;
    loop->paste_room = loop->paste_size = 0;
}

static void add_to_paste(struct loop *loop, char byte)
{
    if (byte == 0 || loop->paste_size >= PASTE_MAX)
        return;
    if (loop->paste_size + 1 >= loop->paste_room) {
        loop->paste_room = loop->paste_room ? loop->paste_room * 2 : 1024;
        loop->paste = mem_resize(loop->paste, loop->paste_room);
    }
    loop->paste[loop->paste_size++] = byte;
}

static void push_mouse(struct loop *loop)
{
    MEVENT event;
    struct key key = { .kind = KEY_KIND_MOUSE };

    if (getmouse(&event) != OK)
        return;
    key.y = event.y;
    key.x = event.x;
    if (event.bstate & BUTTON4_PRESSED)
        key.mouse = MOUSE_WHEEL_UP;
    else if (event.bstate & BUTTON5_PRESSED)
        key.mouse = MOUSE_WHEEL_DOWN;
    else if (event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED))
        key.mouse = MOUSE_PRESS;
    else if (event.bstate & BUTTON1_RELEASED)
        key.mouse = MOUSE_RELEASE;
    else if (event.bstate & REPORT_MOUSE_POSITION)
        key.mouse = MOUSE_DRAG;
    else
        return;
    push_key(loop, &key);
}

/*
 * A byte of text. Curses is asked for bytes: its own decoder loses characters that come in two
 * reads. One whose rest never comes is dropped alone: the byte that shows this begins the next.
 */
static void push_byte(struct loop *loop, char byte, bool alt)
{
    bool is_first = mbsinit(&loop->utf8);
    wchar_t ch;
    size_t used = mbrtowc(&ch, &byte, 1, &loop->utf8);

    if (used == (size_t)-1) {
        memset(&loop->utf8, 0, sizeof loop->utf8);
        if (!is_first)
            push_byte(loop, byte, alt);
    } else if (used != (size_t)-2) { /* then the rest is on its way */
        push_key(loop, &(struct key){ .kind = KEY_KIND_CHAR, .ch = ch, .alt = alt });
    }
}

/* One unit from curses: a byte, or the code of a key. */
static void decode(struct loop *loop, int code, bool alt)
{
    struct key mouse;

    if (mouse_input_is_open(&loop->mouse) && code <= 255) {
        if (code >= ' ') {
            if (mouse_input_add(&loop->mouse, code, &mouse))
                push_key(loop, &mouse);
            return;
        }
        loop->mouse = (struct mouse_input){ 0 }; /* no report has one: a key was pressed */
    }
    if (code == TERM_KEY_PASTE_BEGIN) {
        begin_paste(loop);
    } else if (code == TERM_KEY_PASTE_END) {
        if (loop->is_pasting)
            end_paste(loop);
    } else if (loop->is_pasting) {
        loop->paste_last = loop_now();
        if (code <= 255)
            add_to_paste(loop, (char)code);
    } else if (code == TERM_KEY_MOUSE_SGR || code == TERM_KEY_MOUSE_X10) {
        mouse_input_begin(&loop->mouse, code == TERM_KEY_MOUSE_SGR);
    } else if (code == KEY_MOUSE) {
        push_mouse(loop);
    } else if (code == KEY_RESIZE) {
        return; /* told by the signal already */
    } else if (code >= TERM_KEY_ALT_UP && code <= TERM_KEY_ALT_PAGE_DOWN) {
        static const int codes[] = { KEY_UP, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_PPAGE, KEY_NPAGE };
        push_key(loop, &(struct key){ .kind = KEY_KIND_CODE,
                                      .code = codes[code - TERM_KEY_ALT_UP],
                                      .alt = true });
    } else if (code > 255) {
        push_key(loop, &(struct key){ .kind = KEY_KIND_CODE, .code = code, .alt = alt });
    } else {
        /*
         * ^C undoes what was typed before it, and only that: so when it is read, not when it is
         * used.
         */
        if (code == 3) {
            drop_keys(loop);
            loop->was_interrupted = true;
        }
        push_byte(loop, (char)code, alt);
    }
}

/* Reads what is there behind what was read ahead; false if nothing is. */
static bool read_ahead(struct loop *loop)
{
    size_t left = loop->ahead_end - loop->ahead_at;
    int waiting = 0;

    memmove(loop->ahead, loop->ahead + loop->ahead_at, left);
    loop->ahead_at = 0;
    loop->ahead_end = left;
    if (ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting <= 0)
        return false;
    ssize_t n = read(STDIN_FILENO, loop->ahead + left, AHEAD_MAX - left);
    loop->ahead_end += n > 0 ? (size_t)n : 0;
    return n > 0;
}

/* The key whose sequence was read ahead: its code, 0 if there is none, -1 if it is not complete. */
static int key_ahead(const struct loop *loop, size_t *length)
{
    size_t left = loop->ahead_end - loop->ahead_at;
    char sequence[SEQUENCE_MAX];

    for (*length = 2; *length < SEQUENCE_MAX && *length <= left; ++*length) {
        memcpy(sequence, loop->ahead + loop->ahead_at, *length);
        sequence[*length] = '\0';
        int code = key_defined(sequence);
        if (code >= 0)
            return code;
    }
    return *length < SEQUENCE_MAX ? -1 : 0;
}

/*
 * As wgetch(), which asks the system twice for each byte: a paste is read in pieces, in which keys
 * are found by what curses knows of them.
 */
static int next_unit(struct loop *loop)
{
    if (loop->ahead_at == loop->ahead_end && !loop->is_pasting)
        return wgetch(loop->term->input);
    while (loop->ahead_at < loop->ahead_end || read_ahead(loop)) {
        bool is_escape = loop->ahead[loop->ahead_at] == 27;
        size_t length = 1;
        int code = is_escape ? key_ahead(loop, &length) : 0;
        if (code < 0 && loop->is_pasting) {
            if (!read_ahead(loop))
                return ERR;
            continue;
        }
        if (code <= 0) {
            length = 1;
            code = (unsigned char)loop->ahead[loop->ahead_at];
        }
        loop->ahead_at += length;
        return code;
    }
    return ERR;
}

/* Takes in all that has been typed. */
static void read_keys(struct loop *loop)
{
    while (loop->count < QUEUE_MAX || loop->ahead_at < loop->ahead_end) {
        int code = next_unit(loop);
        if (code == ERR)
            return;
        if (code == 27 && !loop->is_pasting) {
            /* With more behind it at once, it is Alt and a key. */
            int next = next_unit(loop);
            if (next != ERR && next != 27) {
                decode(loop, next, true);
                continue;
            }
            decode(loop, code, false);
            if (next == ERR)
                return;
            code = next;
        }
        decode(loop, code, false);
    }
}

/* ---- Signals ---- */

static void resized(struct loop *loop)
{
    term_resize(loop->term);
    if (loop->ops->resized)
        loop->ops->resized(loop->app);
    loop->is_dirty = true;
}

/* The number of the next signal that is waiting, 0 for none. */
static int next_signal(struct loop *loop)
{
    struct signalfd_siginfo info;

    return read(loop->signals, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo
                                                                           : 0;
}

static void end_by_signal(struct loop *loop, int number)
{
    loop->deadly_signal = number;
    loop->is_quitting = true;
}

void loop_suspend(struct loop *loop)
{
    int number = term_suspend(loop->term);

    if (number) {
        end_by_signal(loop, number);
        return;
    }
    /* Its own stop and start were reported, too, and the size may have changed meanwhile. */
    while ((number = next_signal(loop)) != 0)
        if (number != SIGTSTP && number != SIGCONT && number != SIGWINCH)
            end_by_signal(loop, number);
    resized(loop);
}

static void read_signals(struct loop *loop)
{
    int number, end;

    while ((number = next_signal(loop)) != 0) {
        switch (number) {
        case SIGWINCH:
            resized(loop);
            break;
        case SIGTSTP:
            loop_suspend(loop);
            break;
        case SIGCONT:
            end = loop->is_quitting ? 0 : term_resume(loop->term);
            if (end)
                end_by_signal(loop, end);
            else
                resized(loop);
            break;
        default:
            end_by_signal(loop, number);
        }
    }
}

/* ---- Timers ---- */

void loop_set_timer(struct loop *loop, int id, int ms)
{
    loop->timers[id] = ms < 0 ? 0 : loop_now() + ms;
}

/* Milliseconds until something is due, -1 for never. */
static int time_left(const struct loop *loop)
{
    long long first = 0;

    for (int i = 0; i < LOOP_TIMERS; i++)
        if (loop->timers[i] != 0 && (first == 0 || loop->timers[i] < first))
            first = loop->timers[i];
    if (loop->is_pasting && (first == 0 || loop->paste_last + PASTE_SILENCE_MS < first))
        first = loop->paste_last + PASTE_SILENCE_MS;
    if (first == 0)
        return -1;
    long long left = first - loop_now();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void run_timers(struct loop *loop)
{
    long long now = loop_now();

    for (int i = 0; i < LOOP_TIMERS; i++) {
        if (loop->timers[i] == 0 || loop->timers[i] > now)
            continue;
        loop->timers[i] = 0;
        loop->is_dirty = true;
        if (loop->ops->timer)
            loop->ops->timer(loop->app, i);
    }
    if (loop->is_pasting && loop->paste_last + PASTE_SILENCE_MS <= now)
        end_paste(loop);
}

/* ---- Running ---- */

/* Waits up to `timeout` ms for input and signals, and takes in what there is. */
static void wait_for_events(struct loop *loop, int timeout)
{
    struct pollfd fds[2 + LOOP_FDS] = { { .fd = STDIN_FILENO, .events = POLLIN },
                                        { .fd = loop->signals, .events = POLLIN } };
    int others = loop->ops->fds ? loop->ops->fds(loop->app, fds + 2) : 0;

    if (poll(fds, (nfds_t)(2 + others), timeout) <= 0)
        return;
    if (others > 0)
        loop->ops->ready(loop->app, fds + 2, others);
    if (fds[1].revents)
        read_signals(loop);
    if (fds[0].revents && !loop->is_quitting) { /* else the terminal may be the shell's */
        size_t before = loop->count;
        read_keys(loop);
        if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL) && loop->count == before)
            loop->is_closed = loop->is_quitting = true;
    }
}

void loop_draw_now(struct loop *loop)
{
    loop->is_dirty = false;
    if (!loop->term->is_active)
        return;
    loop->ops->draw(loop->app);
    term_show(loop->term);
}

static bool is_plain(const struct key *key)
{
    return key->kind == KEY_KIND_CHAR && !key->alt && key->ch >= 0x20 &&
           !(key->ch >= 0x7F && key->ch <= 0x9F);
}

/*
 * Text that comes faster than anybody types is a paste, although the terminal has not marked it.
 * The line editor takes it in one go then: key by key, a long line takes for ever.
 */
static void gather_burst(struct loop *loop, struct key *key)
{
    size_t count = 0, size = 0;
    struct key next;

    if (!is_plain(key))
        return;
    while (count < loop->count && is_plain(&loop->queue[loop->first + count]))
        count++;
    if (count < BURST_MIN)
        return;
    char *text = mem_alloc((count + 1) * 4 + 1);
    size += glyph_encode(key->ch, text);
    for (; count > 0 && pop_key(loop, &next); count--)
        size += glyph_encode(next.ch, text + size);
    text[size] = 0;
    loop->handed_out = text;
    *key = (struct key){ .kind = KEY_KIND_PASTE, .text = text };
}

bool loop_next_key(struct loop *loop, struct key *key)
{
    for (;;) {
        if (loop->is_quitting)
            return false;
        if (pop_key(loop, key)) {
            enum key_use use = loop->ops->key(loop->app, key);
            loop->is_dirty = true;
            if (use == KEY_LEAVE)
                return false;
            if (use == KEY_FOR_LINE) {
                gather_burst(loop, key);
                return true;
            }
            continue;
        }
        if (loop->is_dirty)
            loop_draw_now(loop);
        wait_for_events(loop, time_left(loop));
        run_timers(loop);
    }
}

bool loop_interrupted(struct loop *loop)
{
    loop->was_interrupted = false;
    wait_for_events(loop, 0);
    if (loop->was_interrupted && loop->count > 0) {
        loop->first++; /* the ^C itself: it has been obeyed; what is behind it stays */
        loop->count--;
    }
    return loop->was_interrupted || loop->is_quitting;
}

void loop_redraw(struct loop *loop)
{
    loop->is_dirty = true;
}

void loop_quit(struct loop *loop)
{
    loop->is_quitting = true;
}

bool loop_is_quitting(const struct loop *loop)
{
    return loop->is_quitting;
}

int loop_deadly_signal(const struct loop *loop)
{
    return loop->deadly_signal;
}

void loop_destroy(struct loop *loop)
{
    if (!loop)
        return;
    drop_keys(loop);
    free(loop->queue);
    free(loop->paste);
    free(loop->handed_out);
    close(loop->signals);
    sigprocmask(SIG_SETMASK, &loop->mask_before, NULL);
    free(loop);
}
