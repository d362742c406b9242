/* See notes_view.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/notes_view.h"

#include "text.h"
#include "tui/draw.h"
#include "tui/glyph.h"
#include "tui/job.h"
#include "tui/loop.h"
#include "tui/mem.h"
#include "tui/notes_message.h"
#include "tui/notes_server.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TIMER_CONNECT, TIMER_CLOCK, CONNECT_MS = 500, CLOCK_MS = 10000 };

struct notes_view {
    struct terminal term;
    struct loop *loop;
    struct theme theme;
    int fd;           /* -1: nobody is followed */
    struct strbuf in; /* bytes that make no whole message yet */
    struct notes notes;
    bool has_notes;
    bool has_followed; /* somebody was there before */
    int top;           /* rows scrolled away */
    int rows_below;
    long long since; /* when the lesson began */
};

/* ---- Following ---- */

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = strlen(path);
    int fd = length < sizeof address.sun_path
                 ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
                 : -1;

    if (fd < 0)
        return -1;
    memcpy(address.sun_path, path, length + 1);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* The newest procarium that lets itself be followed. */
static int connect_to_newest(void)
{
    char folder[PATH_MAX], path[PATH_MAX];
    DIR *dir = notes_folder(folder, sizeof folder) ? opendir(folder) : NULL;
    struct timespec newest = { 0, 0 };
    int fd = -1;

    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        struct stat status;
        int length = snprintf(path, sizeof path, "%s%s", folder, entry->d_name);
        if (strncmp(entry->d_name, "notes-", 6) != 0 || length < 0 ||
            (size_t)length >= sizeof path || stat(path, &status) != 0 || !S_ISSOCK(status.st_mode))
            continue;
        bool is_newer =
            status.st_mtim.tv_sec > newest.tv_sec ||
            (status.st_mtim.tv_sec == newest.tv_sec && status.st_mtim.tv_nsec >= newest.tv_nsec);
        int candidate = is_newer ? connect_to(path) : -1;
        if (candidate < 0)
            continue;
        if (fd >= 0)
            close(fd);
        fd = candidate;
        newest = status.st_mtim;
    }
    if (dir)
        closedir(dir);
    return fd;
}

static void try_connecting(struct notes_view *view)
{
    view->fd = connect_to_newest();
    if (view->fd < 0) {
        loop_set_timer(view->loop, TIMER_CONNECT, CONNECT_MS);
        return;
    }
    view->has_followed = true;
    loop_redraw(view->loop);
}

static void disconnect(struct notes_view *view)
{
    close(view->fd);
    view->fd = -1;
    view->has_notes = false;
    strbuf_clear(&view->in);
    loop_set_timer(view->loop, TIMER_CONNECT, CONNECT_MS);
    loop_redraw(view->loop);
}

/* Takes the whole messages out of what has come. False when it is no such thing. */
static bool take_messages(struct notes_view *view)
{
    char lesson[256];
    size_t used;

    for (;;) {
        snprintf(lesson, sizeof lesson, "%s", strbuf_text(&view->notes.field[NOTES_LESSON]));
        struct notes notes = { 0 };
        enum notes_read read = notes_read(&notes, strbuf_text(&view->in), view->in.length, &used);
        if (read != NOTES_WHOLE) {
            notes_finish(&notes);
            return read == NOTES_PARTIAL && view->in.length <= NOTES_MESSAGE_MAX;
        }
        notes_finish(&view->notes);
        view->notes = notes;
        view->has_notes = true;
        view->top = 0;
        if (strncmp(lesson, strbuf_text(&notes.field[NOTES_LESSON]), sizeof lesson - 1) != 0)
            view->since = loop_now();
        size_t left = view->in.length - used;
        memmove(view->in.text, view->in.text + used, left);
        strbuf_truncate(&view->in, left);
    }
}

static int follow_fds(void *arg, struct pollfd *fds)
{
    const struct notes_view *view = arg;

    if (view->fd < 0)
        return 0;
    fds[0] = (struct pollfd){ .fd = view->fd, .events = POLLIN };
    return 1;
}

static void on_ready(void *arg, const struct pollfd *fds, int count)
{
    struct notes_view *view = arg;
    char bytes[16384];

    if (count == 0 || fds[0].revents == 0 || view->fd < 0)
        return;
    ssize_t n = recv(view->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        strbuf_add(&view->in, bytes, (size_t)n);
    if (n <= 0 || !take_messages(view))
        disconnect(view);
    loop_redraw(view->loop);
}

static void on_timer(void *arg, int id)
{
    struct notes_view *view = arg;

    if (id == TIMER_CONNECT && view->fd < 0)
        try_connecting(view);
    if (id == TIMER_CLOCK)
        loop_set_timer(view->loop, TIMER_CLOCK, CLOCK_MS);
}

/* ---- Drawing ---- */

/* "─ notes ─ 04-vfork ─── 7 of 40 ── 12 min ── 14:05 ─" */
static void draw_title(const struct notes_view *view, const struct canvas *canvas)
{
    const char *lesson = strbuf_text(&view->notes.field[NOTES_LESSON]);
    char right[128], clock[16];
    time_t now = time(NULL);
    struct tm local;

    localtime_r(&now, &local);
    strftime(clock, sizeof clock, "%H:%M", &local);
    if (view->has_notes && *lesson)
        snprintf(right, sizeof right, _(" %.40s, %lld min, %s "),
                 strbuf_text(&view->notes.field[NOTES_PLACE]), (loop_now() - view->since) / 60000,
                 clock);
    else
        snprintf(right, sizeof right, " %s ", clock);
    draw_horizontal(canvas, 0, 0, canvas->area.cols, draw_style(canvas, STYLE_BORDER));
    draw_textf(canvas, 0, 1, draw_style(canvas, STYLE_TITLE_FOCUS), _(" notes %.60s "),
               view->has_notes ? lesson : "");
    int x = canvas->area.cols - glyph_width(right) - 1;
    draw_text(canvas, 0, x < 0 ? 0 : x, draw_style(canvas, STYLE_DIM), right);
}

/* Draws a part with its label at row *y, which may lie above the canvas; *y becomes the row below. */
static void draw_part_of(const struct canvas *canvas, int *y, enum style style, const char *label,
                         const struct strbuf *text)
{
    int cols = canvas->area.cols, rows = draw_wrapped_rows(strbuf_text(text), cols);

    if (text->length == 0)
        return;
    if (label) {
        draw_text(canvas, *y, 0, draw_style(canvas, STYLE_DIM), label);
        ++*y;
    }
    int room = canvas->area.rows - *y; /* from there, whatever lies above the canvas */
    draw_wrapped(canvas, *y, room < rows ? room : rows, draw_style(canvas, style),
                 strbuf_text(text));
    *y += rows + 1;
}

static const char *what_is_up(const struct notes_view *view)
{
    if (view->fd >= 0)
        return _("No lesson is being played in the other terminal. There: demo lists them.");
    return view->has_followed
               ? _("The other procarium is gone. Waiting for the next one…")
               : _("Waiting for a procarium in another terminal: start one there, with a lesson.");
}

static void on_draw(void *arg)
{
    struct notes_view *view = arg;
    struct canvas screen = { stdscr, { 0, 0, view->term.rows, view->term.cols }, &view->theme };
    struct canvas part = draw_part(&screen, 2, 1, screen.area.rows - 3, screen.area.cols - 2);
    const struct strbuf *f = view->notes.field;
    int y = -view->top;

    werase(stdscr);
    draw_title(view, &screen);
    if (!view->has_notes || f[NOTES_LESSON].length == 0) {
        draw_wrapped(&part, 0, part.area.rows, draw_style(&part, STYLE_NORMAL), what_is_up(view));
    } else {
        draw_part_of(&part, &y, STYLE_TITLE_FOCUS, NULL, &f[NOTES_CHAPTER]);
        draw_part_of(&part, &y, STYLE_SENTENCE, NULL, &f[NOTES_CUE]);
        draw_part_of(&part, &y, STYLE_PROMPT, _("The answer"), &f[NOTES_ANSWER]);
        draw_part_of(&part, &y, STYLE_NORMAL, _("Shown"), &f[NOTES_TEXT]);
        draw_part_of(&part, &y, STYLE_NORMAL, _("Next"), &f[NOTES_NEXT]);
        draw_part_of(&part, &y, STYLE_SENTENCE, NULL, &f[NOTES_AHEAD]);
    }
    view->rows_below = y - 1 - part.area.rows;
    draw_text(&screen, screen.area.rows - 1, 1, draw_style(&screen, STYLE_DIM),
              view->rows_below > 0 ? _("Down: more    q: leave") : _("q: leave"));
    wmove(stdscr, screen.area.rows - 1, 0);
    wnoutrefresh(stdscr);
}

/* ---- Keys ---- */

static enum key_use on_key(void *arg, const struct key *key)
{
    struct notes_view *view = arg;

    if (key->kind == KEY_KIND_CODE && key->code == KEY_DOWN && view->rows_below > 0)
        view->top++;
    if (key->kind == KEY_KIND_CODE && key->code == KEY_UP && view->top > 0)
        view->top--;
    if (key->kind != KEY_KIND_CHAR)
        return KEY_USED;
    if (key->ch == KEY_CTRL('z'))
        loop_suspend(view->loop);
    if (key->ch == KEY_CTRL('l'))
        term_repaint(&view->term);
    if (key->ch == L'q' || key->ch == KEY_CTRL('c') || key->ch == KEY_CTRL('d'))
        loop_quit(view->loop);
    return KEY_USED;
}

int notes_view_run(enum theme_name theme)
{
    static const struct loop_ops ops = {
        .draw = on_draw, .key = on_key, .timer = on_timer, .fds = follow_fds, .ready = on_ready
    };
    struct notes_view view = { .fd = -1 };
    struct key key;

    term_set_locale();
    view.loop = loop_create(&ops, &view);
    term_start(&view.term, false);
    loop_set_terminal(view.loop, &view.term);
    theme_init(&view.theme, theme, !view.term.has_unicode);
    curs_set(0);
    view.since = loop_now();
    try_connecting(&view);
    loop_set_timer(view.loop, TIMER_CLOCK, CLOCK_MS);
    while (loop_next_key(view.loop, &key))
        ;
    int number = loop_deadly_signal(view.loop);
    term_stop(&view.term);
    loop_destroy(view.loop);
    if (view.fd >= 0)
        close(view.fd);
    strbuf_finish(&view.in);
    notes_finish(&view.notes);
    if (number)
        job_end_by(number);
    return 0;
}
