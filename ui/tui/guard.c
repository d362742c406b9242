/* The guard: reads a pipe that only our end closes, and then restores the terminal. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIPE_FD = 3 };

/* What the pipe carries. */
static const char word_active = '1', word_quiet = '0', word_end = 'q';

static void restore_terminal(const char *restore, size_t size, const struct termios *termios)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, restore, size);
        if (n <= 0)
            break;
        restore += n;
        size -= (size_t)n;
    }
    tcsetattr(STDIN_FILENO, TCSANOW, termios);
}

/* Nothing of ours stays open but the terminal: no lock lives longer than the program. */
static void keep_only(int fd)
{
    dup2(fd, PIPE_FD);
    close(STDERR_FILENO);
    if (close_range(PIPE_FD + 1, ~0U, 0) != 0)
        for (int i = PIPE_FD + 1; i < 256; i++)
            close(i);
}

static void ignore_signals(void)
{
    /* TTOU: the terminal is the shell's again when we write to it. */
    static const int numbers[] = { SIGINT,  SIGQUIT, SIGTERM, SIGHUP,
                                   SIGTSTP, SIGTTOU, SIGTTIN, SIGPIPE };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        signal(numbers[i], SIG_IGN);
}

static _Noreturn void watch(int fd, const char *restore, size_t size, const struct termios *termios)
{
    bool is_active = false;
    ssize_t n;
    char word;

    ignore_signals();
    keep_only(fd);
    prctl(PR_SET_NAME, "procarium-guard");
    while ((n = read(PIPE_FD, &word, 1)) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        if (n == 1 && word == word_end)
            _exit(0);
        if (n == 1)
            is_active = word == word_active;
    }
    if (is_active)
        restore_terminal(restore, size, termios);
    _exit(0);
}

struct guard guard_start(const char *restore, size_t size, const struct termios *termios)
{
    struct guard guard = { -1, -1 };
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return guard;
    guard.pid = fork();
    if (guard.pid == 0) {
        close(ends[1]);
        watch(ends[0], restore, size, termios);
    }
    close(ends[0]);
    if (guard.pid < 0)
        close(ends[1]);
    else
        guard.pipe = ends[1];
    return guard;
}

void guard_set_active(const struct guard *guard, bool is_active)
{
    if (guard->pipe >= 0 && write(guard->pipe, is_active ? &word_active : &word_quiet, 1) < 0)
        return; /* the guard itself was killed: we do without */
}

void guard_stop(struct guard *guard)
{
    if (guard->pipe < 0)
        return;
    if (write(guard->pipe, &word_end, 1) == 1)
        waitpid(guard->pid, NULL, 0);
    close(guard->pipe);
    guard->pipe = -1;
}
