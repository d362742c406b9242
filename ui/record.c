/* See record.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "record.h"

#include "cast.h"
#include "text.h"
#include "write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 20, STATUS_USAGE = 2 };

struct recorder {
    int file; /* -1: it could not be written any more */
    int error;
    struct cast cast;
    struct strbuf line;
    struct timespec begin;

    int master;
    pid_t child;
    int signals;
    struct strbuf input; /* keys that the session has not taken yet */
    bool has_input;      /* somebody types still */
    struct termios before;
    sigset_t mask_before;
};

/* ---- The file ---- */

static double now(const struct recorder *r)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - r->begin.tv_sec) + (double)(t.tv_nsec - r->begin.tv_nsec) / 1e9;
}

/* Each line with one write, so that the file is whole whatever happens next. */
static void write_line(struct recorder *r)
{
    if (r->file >= 0 && !write_all(r->file, strbuf_text(&r->line), r->line.length)) {
        r->error = errno;
        close(r->file);
        r->file = -1;
    }
    strbuf_clear(&r->line);
}

static bool begin_file(struct recorder *r, const char *path, const struct winsize *size)
{
    const char *term = getenv("TERM");

    r->file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0666);
    if (r->file < 0) {
        fprintf(stderr, "procarium: %s: %s\n", path, strerror(errno));
        return false;
    }
    clock_gettime(CLOCK_MONOTONIC, &r->begin);
    cast_begin(&r->line, size->ws_col, size->ws_row, (long long)time(NULL), term ? term : "");
    write_line(r);
    return true;
}

/* ---- Handing on ---- */

static void resize(struct recorder *r)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return;
    ioctl(r->master, TIOCSWINSZ, &size);
    cast_resize(&r->line, now(r), size.ws_col, size.ws_row);
    write_line(r);
}

static void take_signals(struct recorder *r)
{
    struct signalfd_siginfo info;

    while (read(r->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGWINCH)
            resize(r);
        else if (info.ssi_signo != SIGCHLD)
            kill(r->child, (int)info.ssi_signo);
    }
}

static void take_input(struct recorder *r)
{
    char bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

    if (n > 0)
        strbuf_add(&r->input, bytes, (size_t)n);
    else if (n == 0 || errno != EINTR) { /* the real terminal is gone: so is the other */
        r->has_input = false;
        kill(r->child, SIGHUP);
    }
}

static void hand_on_input(struct recorder *r)
{
    ssize_t n = write(r->master, strbuf_text(&r->input), r->input.length);

    if (n <= 0)
        return;
    size_t left = r->input.length - (size_t)n;
    memmove(r->input.text, r->input.text + n, left);
    strbuf_truncate(&r->input, left);
}

/* False when the session has closed its terminal. */
static bool hand_on_output(struct recorder *r)
{
    char bytes[16384];
    ssize_t n = read(r->master, bytes, sizeof bytes);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n <= 0)
        return false;
    write_all(STDOUT_FILENO, bytes, (size_t)n);
    cast_output(&r->cast, &r->line, now(r), bytes, (size_t)n);
    if (r->line.length > 0)
        write_line(r);
    return true;
}

static void relay(struct recorder *r)
{
    for (;;) {
        bool wants_input = r->has_input && r->input.length < INPUT_MAX;
        struct pollfd fds[3] = {
            { .fd = r->master, .events = (short)(r->input.length ? POLLIN | POLLOUT : POLLIN) },
            { .fd = r->signals, .events = POLLIN },
            { .fd = wants_input ? STDIN_FILENO : -1, .events = POLLIN },
        };
        if (poll(fds, 3, -1) < 0 && errno != EINTR)
            return;
        if (fds[1].revents)
            take_signals(r);
        if (fds[2].revents)
            take_input(r);
        if (fds[0].revents & POLLOUT)
            hand_on_input(r);
        if (fds[0].revents & (POLLIN | POLLHUP | POLLERR) && !hand_on_output(r))
            return;
    }
}

/* ---- Beginning and end ---- */

static void take_signals_as_data(struct recorder *r)
{
    static const int numbers[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGCHLD };
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaddset(&set, numbers[i]);
    sigprocmask(SIG_BLOCK, &set, &r->mask_before);
    r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int wait_for_child(const struct recorder *r)
{
    int status = 0;

    while (waitpid(r->child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int end(struct recorder *r, const char *path)
{
    int status = wait_for_child(r);

    tcsetattr(STDIN_FILENO, TCSADRAIN, &r->before);
    if (r->error)
        fprintf(stderr, _("procarium: the recording %s ends before its time: %s\n"), path,
                strerror(r->error));
    else
        fprintf(stderr, _("procarium: recorded in %s\n"), path);
    if (r->file >= 0)
        close(r->file);
    close(r->master);
    close(r->signals);
    strbuf_finish(&r->line);
    strbuf_finish(&r->input);
    sigprocmask(SIG_SETMASK, &r->mask_before, NULL);
    return status;
}

int record_run(const char *path, int (*session)(void *context), void *context)
{
    struct recorder r = { .has_input = true };
    struct winsize size = { .ws_row = 24, .ws_col = 80 };
    struct termios raw;

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    if (tcgetattr(STDIN_FILENO, &r.before) != 0) {
        fprintf(stderr, "procarium: %s\n", strerror(errno));
        return STATUS_USAGE;
    }
    if (!begin_file(&r, path, &size))
        return STATUS_USAGE;
    take_signals_as_data(&r);
    r.child = forkpty(&r.master, NULL, &r.before, &size);
    if (r.child == 0) {
        sigprocmask(SIG_SETMASK, &r.mask_before, NULL);
        close(r.signals);
        exit(session(context));
    }
    if (r.child < 0) {
        fprintf(stderr, "procarium: %s\n", strerror(errno));
        return STATUS_USAGE;
    }
    fcntl(r.master, F_SETFL, O_NONBLOCK);
    raw = r.before;
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    relay(&r);
    return end(&r, path);
}
