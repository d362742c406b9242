/* What is typed in a session without panes: characters, bursts, history search, stops and ends. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "repl_keys.h"

#include "text.h"
#include "tui/glyph.h"
#include "tui/ignored_keys.h"
#include "tui/job.h"
#include "tui/key.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SEARCH_KEY    0x80 /* no keyboard has it: libedit is to draw what a search has changed */
#define SEARCH_KEY_L  L"\x80"
#define NO_CHARACTER  0xFFFD
#define IS_TEXT(c)    ((c) >= 0x20 && (c) != 0x7F)
#define COUNT_OF(all) (sizeof(all) / sizeof((all)[0]))

/* Characters that are read together, if so many bytes at once show that nobody types them. */
enum { BURST = 8192, BURST_MIN = 64 };

static volatile sig_atomic_t interrupted, drops_input, resized, stopped, continued, ending;

/* ---- Signals ---- */

static void on_signal(int number)
{
    switch (number) {
    case SIGINT:
        interrupted = drops_input = 1;
        break;
    case SIGWINCH:
        resized = 1;
        break;
    case SIGTSTP:
        stopped = 1;
        break;
    case SIGCONT:
        continued = 1;
        break;
    default:
        ending = number;
    }
}

bool repl_was_interrupted(void)
{
    return interrupted || ending;
}

void repl_clear_interrupt(void)
{
    interrupted = 0;
}

int repl_ending_signal(void)
{
    return ending;
}

/* Two kinds: for as long as we run, and only while a line is read and the terminal is libedit's. */
static const int always[] = { SIGINT, SIGWINCH, SIGTERM, SIGHUP };
static const int reading[] = { SIGTSTP, SIGCONT, SIGQUIT };

static void take_signals(const int *numbers, size_t count, struct sigaction *old, int flags)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = flags };

    for (size_t i = 0; i < count; i++)
        sigaction(numbers[i], &action, old ? &old[i] : NULL);
}

static void give_signals(const int *numbers, size_t count, const struct sigaction *old)
{
    for (size_t i = 0; i < count; i++)
        sigaction(numbers[i], &old[i], NULL);
}

static void block_signals(struct repl_keys *keys)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < COUNT_OF(always); i++)
        sigaddset(&set, always[i]);
    for (size_t i = 0; i < COUNT_OF(reading); i++)
        sigaddset(&set, reading[i]);
    sigprocmask(SIG_BLOCK, &set, &keys->mask);
}

/* Has the terminal again, which another may have left in any state: the line is drawn anew. */
static void draw_again(struct repl_keys *keys)
{
    el_set(keys->el, EL_PREP_TERM, 0); /* else libedit believes that it is as it left it */
    el_set(keys->el, EL_PREP_TERM, 1);
    el_resize(keys->el);
    el_set(keys->el, EL_REFRESH);
}

/* What came besides keys, with the signals blocked. False when the line is not to be read on. */
static bool heed_signals(struct repl_keys *keys)
{
    if (stopped || continued) {
        bool is_stop = stopped;

        drops_input |= stopped;
        stopped = continued = 0;
        if (is_stop)
            el_set(keys->el, EL_PREP_TERM, 0);
        int end = is_stop ? job_stop() : job_await_terminal();
        if (!end)
            draw_again(keys);
        else if (end == SIGINT)
            interrupted = 1;
        else
            ending = end;
    }
    if (resized) {
        resized = 0;
        el_resize(keys->el);
    }
    return !repl_was_interrupted();
}

/* ---- Bytes and characters ---- */

static size_t bytes_read_ahead(struct repl_keys *keys)
{
    if (drops_input) { /* as the terminal does with what it has */
        drops_input = 0;
        keys->input_at = keys->input_end;
    }
    return keys->input_end - keys->input_at;
}

static size_t bytes_waiting(struct repl_keys *keys)
{
    size_t ahead = bytes_read_ahead(keys);
    int waiting = 0;

    if (ahead >= BURST_MIN || ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0)
        return ahead;
    return ahead + (size_t)waiting;
}

/* Reads what is there; false at the end. */
static bool read_ahead(struct repl_keys *keys)
{
    ssize_t n = read(STDIN_FILENO, keys->input, sizeof keys->input);

    keys->input_at = 0;
    keys->input_end = n > 0 ? (size_t)n : 0;
    return n > 0 || (n < 0 && errno == EINTR);
}

/* Lets a signal come that waits. */
static void let_signals_in(struct repl_keys *keys)
{
    sigprocmask(SIG_SETMASK, &keys->mask, NULL);
    block_signals(keys);
}

/* Waits for input or a signal; false if neither can be waited for. */
static bool await_input(const struct repl_keys *keys, bool *is_there)
{
    struct pollfd terminal = { .fd = STDIN_FILENO, .events = POLLIN };
    int n = ppoll(&terminal, 1, NULL, &keys->mask);

    *is_there = n > 0;
    return n >= 0 || errno == EINTR;
}

/* One byte from the terminal; -1 at the end, when ^C was typed and when a signal ends us. */
static int read_byte(struct repl_keys *keys)
{
    if (keys->has_kept_byte) {
        keys->has_kept_byte = false;
        return keys->kept_byte;
    }
    while (heed_signals(keys)) {
        bool is_ahead = bytes_read_ahead(keys) > 0, is_there = is_ahead;

        if (!is_ahead && !await_input(keys, &is_there))
            return -1;
        if (!is_there)
            continue;
        if (keys->is_line_new) {
            /* A ^C from before, when the terminal made a signal of it: what is there came later. */
            keys->is_line_new = false;
            let_signals_in(keys);
        } else if (is_ahead) {
            return keys->input[keys->input_at++];
        } else if (!read_ahead(keys)) {
            return -1;
        }
    }
    return -1;
}

/* The character that begins with this byte, or 0 at the end. */
static wchar_t rest_of_character(struct repl_keys *keys, int byte)
{
    int more = byte < 0xC0 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    unsigned value = more == 0 ? (unsigned)byte : (unsigned)byte & (0x3Fu >> more);

    for (; more > 0; more--) {
        byte = read_byte(keys);
        if (byte < 0)
            return 0;
        if ((byte & 0xC0) != 0x80) { /* another character already */
            keys->kept_byte = (unsigned char)byte;
            keys->has_kept_byte = true;
            return NO_CHARACTER;
        }
        value = value << 6 | ((unsigned)byte & 0x3F);
    }
    bool is_one = value < 0x80 || (value > 0x9F && value < 0x110000 && (value & ~0x7FFu) != 0xD800);
    return is_one ? (wchar_t)value : NO_CHARACTER;
}

/* What the terminal would make signals of, each at its place among the other keys. */
static void obey(struct repl_keys *keys, int byte)
{
    if (byte == keys->termios.c_cc[VINTR])
        interrupted = 1;
    else if (byte == keys->termios.c_cc[VSUSP])
        stopped = 1;
    else if (byte == keys->termios.c_cc[VQUIT])
        ending = SIGQUIT;
}

/* 0 at the end, when ^C was typed and when a signal ends us. */
static wchar_t next_character(struct repl_keys *keys)
{
    for (;;) {
        int byte = read_byte(keys);
        if (byte < 0)
            return 0;
        obey(keys, byte);
        if (interrupted || stopped || ending)
            continue;
        if (byte != 0) /* Ctrl and the space bar: no key of ours, and no end either */
            return rest_of_character(keys, byte);
    }
}

/*
 * Of text that comes faster than anybody types, all but the last character goes into the line in
 * one go: libedit would draw a long line again for each. Returns that last character.
 */
static wchar_t take_burst(struct repl_keys *keys, wchar_t last)
{
    wchar_t text[BURST + 1];
    size_t count = 0;

    while (count < BURST && IS_TEXT(last) && bytes_waiting(keys) >= BURST_MIN) {
        wchar_t next = next_character(keys);

        if (next == 0)
            break;
        text[count++] = last;
        last = next;
    }
    text[count] = L'\0';
    if (count > 0)
        el_winsertstr(keys->el, text);
    return last;
}

/* Some keys are several characters, which are no text, and some take the next one as it is. */
static void follow_sequence(struct repl_keys *keys, wchar_t c)
{
    switch (keys->sequence) {
    case SEQUENCE_NONE:
        if (c == L'\033' || c == KEY_CTRL('x') || c == KEY_CTRL('v'))
            keys->sequence = SEQUENCE_BEGUN;
        break;
    case SEQUENCE_BEGUN:
        if (c != L'\033')
            keys->sequence = c == L'[' || c == L'O' ? SEQUENCE_LONG : SEQUENCE_NONE;
        break;
    case SEQUENCE_LONG:
        if (c < 0x20 || (c >= 0x40 && c <= 0x7E))
            keys->sequence = SEQUENCE_NONE;
        break;
    }
}

/* ---- History search ---- */

const char *repl_keys_search_prompt(const struct repl_keys *keys, char *out, size_t size)
{
    const struct history_search *search = &keys->search;

    if (!search->is_open)
        return NULL;
    char *pattern = glyph_to_utf8(search->pattern, search->length);
    snprintf(out, size, "%s%s) ", search->has_failed ? _("(not found: ") : _("(history: "),
             pattern);
    free(pattern);
    return out;
}

static struct repl_keys *keys_of(EditLine *el)
{
    struct repl_keys *keys = NULL;

    el_wget(el, EL_CLIENTDATA, &keys);
    return keys;
}

static unsigned char open_search(EditLine *el, int key)
{
    struct repl_keys *keys = keys_of(el);

    history_search_open(&keys->search, el, keys->history, key == KEY_CTRL('s'));
    return CC_REFRESH;
}

/* Adds to the pattern all text that is there already. Returns the character behind it, 0: none. */
static wchar_t read_pattern(struct repl_keys *keys, wchar_t c)
{
    while (IS_TEXT(c)) {
        history_search_add(&keys->search, c);
        c = bytes_waiting(keys) > 0 ? next_character(keys) : 0;
    }
    history_search_show(&keys->search);
    return c;
}

/* One key of a search, which any key ends that it does not know. Returns what libedit gets. */
static wchar_t search_key(struct repl_keys *keys, wchar_t c)
{
    if (IS_TEXT(c)) {
        keys->next = read_pattern(keys, c);
    } else if (!history_search_key(&keys->search, c)) {
        keys->next = c;
        history_search_close(&keys->search);
    }
    return SEARCH_KEY;
}

static unsigned char draw_search(EditLine *el, int key)
{
    (void)el, (void)key;
    return CC_REFRESH;
}

/* ---- For libedit ---- */

static int read_character(EditLine *el, wchar_t *out)
{
    struct repl_keys *keys = keys_of(el);
    wchar_t c = keys->next ? keys->next : next_character(keys);

    keys->next = 0;
    if (c != 0 && keys->search.is_open) {
        c = search_key(keys, c);
    } else if (c != 0) {
        if (keys->sequence == SEQUENCE_NONE)
            c = take_burst(keys, c);
        follow_sequence(keys, c);
    }
    *out = c;
    return c != 0 && !repl_was_interrupted();
}

const wchar_t *repl_keys_read_line(struct repl_keys *keys, int *count)
{
    struct sigaction old[COUNT_OF(reading)];

    keys->sequence = SEQUENCE_NONE;
    keys->is_line_new = true;
    block_signals(keys);
    take_signals(reading, COUNT_OF(reading), old, 0);
    guard_set_active(&keys->guard, true);
    const wchar_t *line = el_wgets(keys->el, count);
    guard_set_active(&keys->guard, false);
    bool is_cancelled = repl_was_interrupted(); /* a ^C behind Enter is for what then runs */
    give_signals(reading, COUNT_OF(reading), old);
    sigprocmask(SIG_SETMASK, &keys->mask, NULL);
    history_search_close(&keys->search);
    return is_cancelled ? NULL : line;
}

/* ---- Beginning and end ---- */

void repl_keys_begin(struct repl_keys *keys, struct history_list *history)
{
    *keys = (struct repl_keys){ .history = history, .guard = { -1, -1 } };
    interrupted = drops_input = resized = stopped = continued = ending = 0;
    if (tcgetattr(STDIN_FILENO, &keys->termios) == 0)
        keys->guard = guard_start("", 0, &keys->termios);
    /* Asked to end a second time, it ends at once. */
    take_signals(always, 2, keys->old, 0);
    take_signals(always + 2, 2, keys->old + 2, (int)SA_RESETHAND);
}

/* What the terminal's description may not have. */
static void bind_special_keys(EditLine *el)
{
    static const wchar_t *const keys[][2] = {
        { L"\033[1~", L"ed-move-to-beg" },      { L"\033[7~", L"ed-move-to-beg" },
        { L"\033[4~", L"ed-move-to-end" },      { L"\033[8~", L"ed-move-to-end" },
        { L"\033[3~", L"ed-delete-next-char" }, { L"\033[1;5D", L"ed-prev-word" },
        { L"\033[1;5C", L"em-next-word" },
    };

    ignored_keys_bind(el);
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        el_wset(el, EL_BIND, keys[i][0], keys[i][1], NULL);
}

void repl_keys_bind(struct repl_keys *keys, EditLine *el)
{
    keys->el = el;
    el_wset(el, EL_CLIENTDATA, keys);
    el_wset(el, EL_GETCFN, read_character);
    bind_special_keys(el);
    el_wset(el, EL_ADDFN, L"procarium-search", L"searches the history", open_search);
    el_wset(el, EL_ADDFN, L"procarium-draw-search", L"draws what was found", draw_search);
    /* ^S is a key of ours, and ^C is heard at its place: as a signal it would overtake others. */
    el_set(el, EL_SETTY, "-d", "-ixon", "-isig", NULL);
    el_wset(el, EL_BIND, L"^R", L"procarium-search", NULL);
    el_wset(el, EL_BIND, L"^S", L"procarium-search", NULL);
    el_wset(el, EL_BIND, SEARCH_KEY_L, L"procarium-draw-search", NULL);
    /* libedit dies of an open quote in what M-x asks for. */
    el_wset(el, EL_BIND, L"-r", L"\033x", NULL);
    el_wset(el, EL_BIND, L"-r", L"\033X", NULL);
}

void repl_keys_end(struct repl_keys *keys)
{
    give_signals(always, COUNT_OF(always), keys->old);
    guard_stop(&keys->guard);
}
