/* A terminal for tests: forkpty() on one side, libvterm on the other. */
#define _GNU_SOURCE
#include "vt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h> /* login_tty() */

enum {
    MARK_SIZE = 8,        /* of ESC [?2026h */
    KEPT_SIZE = 64 << 10, /* what vt_has_received() searches */
    TEXT_BUFFERS = 8,
    ENV_MAX = 64,
    LOOK_AGAIN_MS = 50, /* for what changes without output, such as the terminal's settings */
    /* libvterm 0.1.4 falls over a character of two columns in a row that has only one. */
    LEAST_COLS = 2,
};

/* What vt_row() and vt_cell_text() hand out, in turn. */
struct text_ring {
    char *text[TEXT_BUFFERS];
    unsigned next;
};

struct vt {
    VTerm *term;
    VTermScreen *screen;
    int fd; /* the pty's master */
    pid_t pid;
    struct termios termios_before;

    bool is_eof;    /* the other side is closed */
    bool is_reaped; /* and status is valid */
    int status;

    bool is_parsing; /* libvterm is at work, and must not be called again */
    bool in_frame;   /* between the marks of a synchronized update */
    char tail[MARK_SIZE];

    bool is_altscreen;
    bool is_cursor_visible;

    size_t received;
    char kept[KEPT_SIZE]; /* a ring of the last bytes */

    struct text_ring *texts;
};

static void die(const char *what)
{
    perror(what);
    abort();
}

static void *must(void *memory)
{
    if (!memory)
        die("vt: out of memory");
    return memory;
}

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* -- starting and ending ------------------------------------------------------------------ */

/* Sets or replaces one NAME=VALUE; NAME alone takes it away. */
static void env_put(const char **env, const char *entry)
{
    size_t name = strcspn(entry, "=");
    size_t i = 0;
    while (env[i] && !(strncmp(env[i], entry, name) == 0 && env[i][name] == '='))
        i++;
    if (entry[name] == '=') {
        if (i == ENV_MAX - 1)
            die("vt: environment too large");
        env[i] = entry;
    } else {
        for (; env[i]; i++)
            env[i] = env[i + 1];
    }
}

static void env_inherit(const char **env, const char *name)
{
    const char *value = getenv(name);
    if (!value)
        return;
    char *entry = NULL;
    if (asprintf(&entry, "%s=%s", name, value) < 0)
        die("vt: out of memory");
    env_put(env, entry);
}

static _Noreturn void run_program(const char *const *env, const char *const *argv)
{
    const char *all[ENV_MAX] = { NULL };
    static const char *const base[] = {
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "TERM=xterm-256color",
        "LC_ALL=C.UTF-8",
        "HOME=/dev/null/none",
        "XDG_STATE_HOME=/dev/null/none/state",
        "XDG_CONFIG_HOME=/dev/null/none/config",
        "XDG_DATA_HOME=/dev/null/none/data",
    };
    for (size_t i = 0; i < sizeof base / sizeof base[0]; i++)
        env_put(all, base[i]);
    env_inherit(all, "ASAN_OPTIONS");
    env_inherit(all, "UBSAN_OPTIONS");
    env_inherit(all, "LSAN_OPTIONS");
    for (; env && *env; env++)
        env_put(all, *env);
    /* execve() takes char *const[], a matter of history: it changes neither. */
    execve(argv[0], (char **)(uintptr_t)argv, (char **)(uintptr_t)all);
    dprintf(STDOUT_FILENO, "%s: %s\r\n", argv[0], strerror(errno));
    _exit(127);
}

static void write_to_program(const char *bytes, size_t size, void *user)
{
    vt_send(user, bytes, size);
}

static int on_term_prop(VTermProp prop, VTermValue *value, void *user)
{
    struct vt *vt = user;
    if (prop == VTERM_PROP_ALTSCREEN)
        vt->is_altscreen = value->boolean;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        vt->is_cursor_visible = value->boolean;
    return 1;
}

static void start_terminal(struct vt *vt, int rows, int cols)
{
    static const VTermScreenCallbacks callbacks = { .settermprop = on_term_prop };

    vt->term = must(vterm_new(rows, cols < LEAST_COLS ? LEAST_COLS : cols));
    vterm_set_utf8(vt->term, 1);
    vterm_output_set_callback(vt->term, write_to_program, vt);
    vt->screen = vterm_obtain_screen(vt->term);
    vterm_screen_enable_altscreen(vt->screen, 1);
    vterm_screen_set_callbacks(vt->screen, &callbacks, vt);
    vt->is_cursor_visible = true;
    vterm_screen_reset(vt->screen, 1);
}

struct vt *vt_start(int rows, int cols, const char *const *env, const char *const *argv)
{
    struct vt *vt = must(calloc(1, sizeof *vt));
    vt->texts = must(calloc(1, sizeof *vt->texts));
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    /* What the parent has not printed yet must not be printed by the child too. */
    fflush(NULL);
    int slave;
    if (openpty(&vt->fd, &slave, NULL, NULL, &size) < 0)
        die("vt: openpty");
    if (tcgetattr(slave, &vt->termios_before) < 0)
        die("vt: tcgetattr");
    fcntl(vt->fd, F_SETFD, FD_CLOEXEC);
    vt->pid = fork();
    if (vt->pid < 0)
        die("vt: fork");
    if (vt->pid == 0) {
        if (login_tty(slave) < 0)
            _exit(126);
        run_program(env, argv);
    }
    close(slave);
    start_terminal(vt, rows, cols);
    return vt;
}

int vt_pid(const struct vt *vt)
{
    return vt->pid;
}

void vt_signal(struct vt *vt, int sig)
{
    if (!vt->is_reaped)
        kill(vt->pid, sig);
}

static bool reap(struct vt *vt, int options)
{
    int status;
    if (!vt->is_reaped && waitpid(vt->pid, &status, options) == vt->pid) {
        vt->is_reaped = true;
        vt->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return vt->is_reaped;
}

void vt_stop(struct vt *vt)
{
    if (!vt)
        return;
    if (!reap(vt, WNOHANG)) {
        kill(vt->pid, SIGKILL);
        reap(vt, 0);
    }
    close(vt->fd);
    vterm_free(vt->term);
    for (size_t i = 0; i < TEXT_BUFFERS; i++)
        free(vt->texts->text[i]);
    free(vt->texts);
    free(vt);
}

/* -- reading ------------------------------------------------------------------------------ */

/* One read, waiting for it at most ms. True if something came. */
static bool step(struct vt *vt, long ms)
{
    char bytes[16 << 10];
    struct pollfd p = { .fd = vt->fd, .events = POLLIN };

    if (vt->is_eof || poll(&p, 1, ms < 0 ? 0 : (int)ms) <= 0)
        return false;
    ssize_t got = read(vt->fd, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR)
        return true;
    if (got <= 0) { /* EIO: the last one has closed the other side */
        vt->is_eof = true;
        return false;
    }
    for (ssize_t i = 0; i < got; i++) {
        memmove(vt->tail, vt->tail + 1, MARK_SIZE - 1);
        vt->tail[MARK_SIZE - 1] = bytes[i];
        if (memcmp(vt->tail, "\033[?2026", MARK_SIZE - 1) == 0)
            vt->in_frame = vt->tail[MARK_SIZE - 1] == 'h';
        vt->kept[vt->received++ % KEPT_SIZE] = bytes[i];
    }
    vt->is_parsing = true;
    vterm_input_write(vt->term, bytes, (size_t)got);
    vt->is_parsing = false;
    return true;
}

bool vt_wait(struct vt *vt, bool (*is_so)(const struct vt *vt, void *arg), void *arg)
{
    for (long deadline = now_ms() + VT_DEADLINE_MS;;) {
        /* Take in all that is there, so that the newest frame is judged. */
        while (step(vt, 0)) {
            if (now_ms() >= deadline)
                break;
        }
        if (!vt->in_frame && is_so(vt, arg))
            return true;
        long left = deadline - now_ms();
        if (vt->is_eof || left <= 0)
            return is_so(vt, arg);
        step(vt, left < LOOK_AGAIN_MS ? left : LOOK_AGAIN_MS);
    }
}

struct wanted {
    const char *text;
    bool is_there;
};

static bool text_is_as_wanted(const struct vt *vt, void *arg)
{
    const struct wanted *wanted = arg;
    return vt_find(vt, wanted->text, NULL, NULL) == wanted->is_there;
}

bool vt_wait_text(struct vt *vt, const char *text)
{
    return vt_wait(vt, text_is_as_wanted, &(struct wanted){ text, true });
}

bool vt_wait_gone(struct vt *vt, const char *text)
{
    return vt_wait(vt, text_is_as_wanted, &(struct wanted){ text, false });
}

void vt_settle(struct vt *vt, int quiet_ms)
{
    long deadline = now_ms() + VT_DEADLINE_MS;
    while (step(vt, quiet_ms) && now_ms() < deadline)
        continue;
}

int vt_wait_exit(struct vt *vt)
{
    long deadline = now_ms() + VT_DEADLINE_MS;
    while (!vt->is_eof && now_ms() < deadline) {
        /* A descendant may hold the terminal open; then the program's own end counts. */
        if (!step(vt, 20) && reap(vt, WNOHANG))
            break;
    }
    while (!reap(vt, WNOHANG) && now_ms() < deadline)
        poll(NULL, 0, 1);
    return vt->is_reaped ? vt->status : -1;
}

bool vt_has_ended(struct vt *vt)
{
    while (step(vt, 0))
        continue;
    return vt->is_eof || reap(vt, WNOHANG);
}

/* -- acting ------------------------------------------------------------------------------- */

void vt_send(struct vt *vt, const void *bytes, size_t size)
{
    const char *next = bytes;
    long deadline = now_ms() + VT_DEADLINE_MS;

    while (size > 0 && !vt->is_eof && now_ms() < deadline) {
        /* Read while writing: a program that echoes much would otherwise block us both. Only what
         * libvterm itself answers, from amid its parser, has to wait until it can be written. */
        short reading = vt->is_parsing ? 0 : POLLIN;
        struct pollfd p = { .fd = vt->fd, .events = (short)(POLLOUT | reading) };
        if (poll(&p, 1, VT_DEADLINE_MS) < 0 && errno != EINTR)
            return;
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            if (vt->is_parsing)
                return;
            step(vt, 0);
        }
        if (p.revents & POLLOUT) {
            ssize_t sent = write(vt->fd, next, size < 1024 ? size : 1024);
            if (sent > 0) {
                next += sent;
                size -= (size_t)sent;
            }
        }
    }
}

void vt_type(struct vt *vt, const char *text)
{
    vt_send(vt, text, strlen(text));
}

void vt_key(struct vt *vt, VTermKey key)
{
    vt_key_mod(vt, key, VTERM_MOD_NONE);
}

void vt_key_mod(struct vt *vt, VTermKey key, VTermModifier mod)
{
    vterm_keyboard_key(vt->term, key, mod);
}

void vt_paste(struct vt *vt, const char *text)
{
    vterm_keyboard_start_paste(vt->term);
    vt_type(vt, text);
    vterm_keyboard_end_paste(vt->term);
}

void vt_mouse(struct vt *vt, int button, int row, int col)
{
    /* By hand: libvterm 0.1.4 does not see that ncurses has asked for SGR reports. */
    char report[64];
    bool is_wheel = button > 3;
    int code = is_wheel ? 64 + button - 4 : button - 1;

    snprintf(report, sizeof report, "\033[<%d;%d;%dM", code, col + 1, row + 1);
    vt_type(vt, report);
    if (!is_wheel) {
        snprintf(report, sizeof report, "\033[<%d;%d;%dm", code, col + 1, row + 1);
        vt_type(vt, report);
    }
}

static void place_cursor(struct vt *vt, int row, int col)
{
    char sequence[32];
    int size = snprintf(sequence, sizeof sequence, "\033[%d;%dH", row + 1, col + 1);

    vterm_input_write(vt->term, sequence, (size_t)size);
}

/*
 * libvterm 0.1.4 does not survive every change of size; what follows writes where it must not, and
 * "free(): invalid pointer" comes long after.
 *
 * Before: a size may come while the program scrolls a part of the screen. The top margin is kept,
 * and where that lies below the new last row, the next scroll moves a negative number of bytes. So
 * the margins are opened, as xterm does by itself; that sends the cursor home, and it goes back.
 *
 * After: outside the alternate screen the rows move up until the last text is in sight, and the
 * cursor with them, although it may stand above that text: it is then above the screen.
 */
static void set_emulator_size(struct vt *vt, int rows, int cols)
{
    static const char open_margins[] = "\033[r";
    int row, col;

    vt_cursor(vt, &row, &col);
    vterm_input_write(vt->term, open_margins, sizeof open_margins - 1);
    place_cursor(vt, row, col);
    vterm_set_size(vt->term, rows, cols < LEAST_COLS ? LEAST_COLS : cols);
    vt_cursor(vt, &row, &col);
    if (row < 0)
        place_cursor(vt, 0, col);
}

void vt_resize(struct vt *vt, int rows, int cols)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
    while (step(vt, 0))
        continue;
    set_emulator_size(vt, rows, cols);
    ioctl(vt->fd, TIOCSWINSZ, &size);
}

/* -- looking ------------------------------------------------------------------------------ */

int vt_rows(const struct vt *vt)
{
    int rows, cols;
    vterm_get_size(vt->term, &rows, &cols);
    return rows;
}

int vt_cols(const struct vt *vt)
{
    int rows, cols;
    vterm_get_size(vt->term, &rows, &cols);
    return cols;
}

VTermScreenCell vt_cell(const struct vt *vt, int row, int col)
{
    VTermScreenCell cell = { 0 };
    vterm_screen_get_cell(vt->screen, (VTermPos){ .row = row, .col = col }, &cell);
    return cell;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | (c >> 18 & 7));
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (c & 0x3f));
    return to;
}

enum { CELL_BYTES = 4 * VTERM_MAX_CHARS_PER_CELL };

/* Writes a cell's text, at most CELL_BYTES; returns its end. */
static char *put_cell(char *to, const VTermScreenCell *cell)
{
    if (cell->chars[0] == UINT32_MAX) /* the second half of a wide character */
        return to;
    if (cell->chars[0] == 0) {
        *to++ = ' ';
        return to;
    }
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
        to = put_utf8(to, cell->chars[i]);
    return to;
}

/* A buffer for text that the caller need not free. */
static char *new_text(const struct vt *vt, size_t size)
{
    char **slot = &vt->texts->text[vt->texts->next++ % TEXT_BUFFERS];
    free(*slot);
    *slot = must(malloc(size));
    return *slot;
}

/* Writes a row's text to buffer and, for each byte of it, the column it stands in. */
static void read_row(const struct vt *vt, int row, char *buffer, int *col_of)
{
    char *end = buffer;
    char *last = buffer;
    for (int col = 0; col < vt_cols(vt); col++) {
        VTermScreenCell cell = vt_cell(vt, row, col);
        char *start = end;
        end = put_cell(end, &cell);
        if (end - start > 1 || (end > start && *start != ' '))
            last = end;
        for (char *p = start; col_of && p < end; p++)
            col_of[p - buffer] = col;
    }
    *last = '\0';
}

static size_t row_bytes(const struct vt *vt)
{
    return (size_t)vt_cols(vt) * CELL_BYTES + 1;
}

const char *vt_row(const struct vt *vt, int row)
{
    char *text = new_text(vt, row_bytes(vt));
    read_row(vt, row, text, NULL);
    return text;
}

const char *vt_cell_text(const struct vt *vt, int row, int col)
{
    VTermScreenCell cell = vt_cell(vt, row, col);
    char *text = new_text(vt, CELL_BYTES + 1);
    *put_cell(text, &cell) = '\0';
    return text;
}

bool vt_find_from(const struct vt *vt, int first_row, const char *text, int *row, int *col)
{
    char *buffer = must(malloc(row_bytes(vt)));
    int *col_of = must(malloc(row_bytes(vt) * sizeof *col_of));
    bool found = false;

    for (int r = first_row; r < vt_rows(vt) && !found; r++) {
        read_row(vt, r, buffer, col_of);
        const char *at = strstr(buffer, text);
        if (!at)
            continue;
        found = true;
        if (row)
            *row = r;
        if (col)
            *col = *at ? col_of[at - buffer] : 0;
    }
    free(buffer);
    free(col_of);
    return found;
}

bool vt_find(const struct vt *vt, const char *text, int *row, int *col)
{
    return vt_find_from(vt, 0, text, row, col);
}

int vt_count_rows_with(const struct vt *vt, const char *text)
{
    int count = 0;
    for (int row = -1; vt_find_from(vt, row + 1, text, &row, NULL);)
        count++;
    return count;
}

static int color_number(const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return VT_DEFAULT_COLOR;
    if (VTERM_COLOR_IS_INDEXED(color))
        return color->indexed.idx;
    return VT_RGB + (color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue);
}

int vt_fg(const struct vt *vt, int row, int col)
{
    VTermScreenCell cell = vt_cell(vt, row, col);
    return color_number(&cell.fg);
}

int vt_bg(const struct vt *vt, int row, int col)
{
    VTermScreenCell cell = vt_cell(vt, row, col);
    return color_number(&cell.bg);
}

void vt_cursor(const struct vt *vt, int *row, int *col)
{
    VTermPos pos;
    vterm_state_get_cursorpos(vterm_obtain_state(vt->term), &pos);
    *row = pos.row;
    *col = pos.col;
}

bool vt_cursor_is_visible(const struct vt *vt)
{
    return vt->is_cursor_visible;
}

bool vt_is_altscreen(const struct vt *vt)
{
    return vt->is_altscreen;
}

bool vt_is_termios_restored(const struct vt *vt)
{
    struct termios now;
    const struct termios *before = &vt->termios_before;
    return tcgetattr(vt->fd, &now) == 0 && now.c_iflag == before->c_iflag &&
           now.c_oflag == before->c_oflag && now.c_cflag == before->c_cflag &&
           now.c_lflag == before->c_lflag && memcmp(now.c_cc, before->c_cc, sizeof now.c_cc) == 0;
}

size_t vt_bytes_received(const struct vt *vt)
{
    return vt->received;
}

char *vt_received(const struct vt *vt, size_t *size)
{
    *size = vt->received < KEPT_SIZE ? vt->received : KEPT_SIZE;
    char *copy = must(calloc(1, *size + 1));

    for (size_t i = 0; i < *size; i++)
        copy[i] = vt->kept[(vt->received - *size + i) % KEPT_SIZE];
    return copy;
}

bool vt_has_received(const struct vt *vt, const void *bytes, size_t size)
{
    const char *wanted = bytes;
    size_t kept = vt->received < KEPT_SIZE ? vt->received : KEPT_SIZE;
    for (size_t from = vt->received - kept; from + size <= vt->received; from++) {
        size_t i = 0;
        while (i < size && vt->kept[(from + i) % KEPT_SIZE] == wanted[i])
            i++;
        if (i == size)
            return true;
    }
    return false;
}

void vt_dump(const struct vt *vt, FILE *out)
{
    int cursor_row, cursor_col;
    vt_cursor(vt, &cursor_row, &cursor_col);
    fprintf(out, "\nscreen %dx%d, cursor %s at row %d column %d%s%s%s\n", vt_cols(vt), vt_rows(vt),
            vt->is_cursor_visible ? "shown" : "hidden", cursor_row, cursor_col,
            vt->is_altscreen ? ", alternate screen" : "", vt->in_frame ? ", inside a frame" : "",
            vt->is_eof ? ", program gone" : "");
    for (int row = 0; row < vt_rows(vt); row++)
        fprintf(out, "%3d|%s\n", row, vt_row(vt, row));
    fputs("   '\n", out);
    fflush(out);
}
