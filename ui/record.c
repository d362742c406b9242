/* See ui/record.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "record.h"

#include "cast.h"
#include "text.h"
#include "tui/guard.h"
#include "tui/job.h"
#include "tui/term.h"
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
    double stopped; /* seconds since then that the recording knows nothing of */

    int master;
    pid_t child; /* leads the other terminal's processes; the session is its job */
    int signals;
    struct strbuf input; /* keys that the session has not taken yet */
    bool has_input;      /* somebody types still */
    bool has_terminal;   /* not the shell */
    bool is_ending;      /* the session has been told to */
    struct winsize size;
    struct termios before;
    struct guard guard; /* puts the real terminal back if we are killed */
    sigset_t mask_before;
};

/* ---- The file ---- */

static double now(const struct recorder *r)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - r->begin.tv_sec) + (double)(t.tv_nsec - r->begin.tv_nsec) / 1e9 -
           r->stopped;
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
    if (size.ws_col == r->size.ws_col && size.ws_row == r->size.ws_row)
        return;
    r->size = size;
    ioctl(r->master, TIOCSWINSZ, &size);
    cast_resize(&r->line, now(r), size.ws_col, size.ws_row);
    write_line(r);
}

/* To the session and what belongs to it, as a terminal would. */
static void signal_session(struct recorder *r, int number)
{
    pid_t job = tcgetpgrp(r->master);

    r->is_ending |= number == SIGTERM || number == SIGHUP || number == SIGQUIT;
    kill(job > 0 ? -job : r->child, number);
}

static void take_input(struct recorder *r)
{
    char bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

    if (n > 0)
        strbuf_add(&r->input, bytes, (size_t)n);
    else if (n == 0 || errno != EINTR) { /* the real terminal is gone: so is the other */
        r->has_input = false;
        signal_session(r, SIGHUP);
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

/* ---- Stopping ---- */

static void take_terminal(const struct recorder *r)
{
    struct termios raw = r->before;

    cfmakeraw(&raw);
    guard_set_active(&r->guard, true);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void give_terminal_back(const struct recorder *r)
{
    tcsetattr(STDIN_FILENO, TCSADRAIN, &r->before);
    guard_set_active(&r->guard, false);
}

/* After the other terminal was made: the guard must not keep that open, nor the session the guard. */
static void start_guard(struct recorder *r, bool takes_screen)
{
    char restore[TERM_RESTORE_SIZE] = "";

    if (takes_screen)
        term_restore_sequences(restore);
    r->guard = guard_start(restore, strlen(restore), &r->before);
}

/* Takes the terminal again from whoever had it meanwhile, unless a signal asks to end. */
static void go_on(struct recorder *r, int end)
{
    r->has_terminal = end == 0;
    if (end) {
        signal_session(r, end);
    } else {
        take_terminal(r);
        resize(r);
    }
}

/*
 * The session has stopped itself: its last words are shown, the shell gets its terminal, and when
 * we go on, so does the session. The recording knows nothing of the time between.
 */
static void suspend(struct recorder *r)
{
    struct pollfd output = { .fd = r->master, .events = POLLIN };

    while (poll(&output, 1, 0) > 0 && hand_on_output(r))
        ;
    double begin = now(r);
    give_terminal_back(r);
    int end = job_stop();
    r->stopped += now(r) - begin;
    go_on(r, end);
    kill(r->child, SIGCONT);
}

static bool has_stopped(const struct recorder *r)
{
    siginfo_t info = { 0 };

    return waitid(P_PID, (id_t)r->child, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid != 0;
}

static void take_signals(struct recorder *r)
{
    struct signalfd_siginfo info;

    while (read(r->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGWINCH:
            resize(r);
            break;
        case SIGCHLD:
            if (has_stopped(r))
                suspend(r);
            break;
        case SIGCONT:
            if (!r->is_ending)
                go_on(r, job_await_terminal());
            signal_session(r, SIGCONT);
            break;
        default:
            signal_session(r, (int)info.ssi_signo);
        }
    }
}

/* What is typed at the end is the shell's, as is a terminal that we have not got. */
static bool wants_input(const struct recorder *r)
{
    return r->has_input && r->has_terminal && !r->is_ending && r->input.length < INPUT_MAX;
}

static void relay(struct recorder *r)
{
    for (;;) {
        struct pollfd fds[3] = {
            { .fd = r->master, .events = (short)(r->input.length ? POLLIN | POLLOUT : POLLIN) },
            { .fd = r->signals, .events = POLLIN },
            { .fd = wants_input(r) ? STDIN_FILENO : -1, .events = POLLIN },
        };
        if (poll(fds, 3, -1) < 0 && errno != EINTR)
            return;
        if (fds[1].revents)
            take_signals(r);
        if (fds[2].revents && wants_input(r))
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
    static const int numbers[] = { SIGWINCH, SIGTERM, SIGHUP,  SIGINT,
                                   SIGQUIT,  SIGCHLD, SIGTSTP, SIGCONT };
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaddset(&set, numbers[i]);
    sigprocmask(SIG_BLOCK, &set, &r->mask_before);
    r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The exit status, as a shell gives it. */
static int status_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * The leader of the session's terminal: it has the session as the foreground job, as a shell has.
 * Without one, nobody in that terminal could continue a stopped session, and stop signals would do
 * nothing to it. The leader stops with its job, which the recorder hears of, and continues it.
 */
static _Noreturn void lead(const struct recorder *r, int (*session)(void *context), void *context)
{
    sigset_t mask = r->mask_before;
    int status = 0;

    sigaddset(&mask, SIGTTOU); /* for being allowed to say whose the terminal is */
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(r->signals);
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        sigprocmask(SIG_SETMASK, &r->mask_before, NULL);
        exit(session(context));
    }
    if (job < 0) {
        fprintf(stderr, "procarium: %s\n", strerror(errno));
        _exit(STATUS_USAGE);
    }
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        raise(SIGSTOP);
        kill(-job, SIGCONT);
    }
    _exit(status_of(status));
}

static int wait_for_child(const struct recorder *r)
{
    int status = 0;

    while (waitpid(r->child, &status, 0) < 0 && errno == EINTR)
        ;
    return status_of(status);
}

static int end(struct recorder *r, const char *path)
{
    int status = wait_for_child(r);

    if (r->has_terminal && job_has_terminal())
        give_terminal_back(r);
    guard_stop(&r->guard);
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

int record_run(const char *path, bool takes_screen, int (*session)(void *context), void *context)
{
    struct recorder r = { .has_input = true,
                          .has_terminal = true,
                          .size = { .ws_row = 24, .ws_col = 80 },
                          .guard = { -1, -1 } };

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &r.size);
    if (tcgetattr(STDIN_FILENO, &r.before) != 0) {
        fprintf(stderr, "procarium: %s\n", strerror(errno));
        return STATUS_USAGE;
    }
    if (!begin_file(&r, path, &r.size))
        return STATUS_USAGE;
    take_signals_as_data(&r);
    r.child = forkpty(&r.master, NULL, &r.before, &r.size);
    if (r.child == 0)
        lead(&r, session, context);
    if (r.child < 0) {
        fprintf(stderr, "procarium: %s\n", strerror(errno));
        return STATUS_USAGE;
    }
    fcntl(r.master, F_SETFL, O_NONBLOCK);
    start_guard(&r, takes_screen);
    take_terminal(&r);
    relay(&r);
    return end(&r, path);
}
