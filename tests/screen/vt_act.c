/* A terminal for tests: typing, keys, pastes, the mouse, and another size. */
#define _GNU_SOURCE
#include "vt_internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void vt_send(struct vt *vt, const void *bytes, size_t size)
{
    const char *next = bytes;
    long deadline = vt_now_ms() + VT_DEADLINE_MS;

    while (size > 0 && !vt->is_eof && vt_now_ms() < deadline) {
        /* Read while writing: a program that echoes much would otherwise block us both. Only what
         * libvterm itself answers, from amid its parser, has to wait until it can be written. */
        short reading = vt->is_parsing ? 0 : POLLIN;
        struct pollfd p = { .fd = vt->fd, .events = (short)(POLLOUT | reading) };
        if (poll(&p, 1, VT_DEADLINE_MS) < 0 && errno != EINTR)
            return;
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            if (vt->is_parsing)
                return;
            vt_step(vt, 0);
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
    while (vt_step(vt, 0))
        continue;
    set_emulator_size(vt, rows, cols);
    ioctl(vt->fd, TIOCSWINSZ, &size);
}
