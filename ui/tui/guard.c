/* The guard: reads a socket that only our end closes, and then restores the terminal. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/guard.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKET_FD = 3 };

/* What the socket carries. */
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
    dup2(fd, SOCKET_FD);
    close(STDERR_FILENO);
    if (close_range(SOCKET_FD + 1, ~0U, 0) != 0)
        for (int i = SOCKET_FD + 1; i < 256; i++)
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

    keep_only(fd);
    prctl(PR_SET_NAME, "procarium-guard");
    while ((n = read(SOCKET_FD, &word, 1)) != 0) {
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
    sigset_t all, mask;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return guard;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &mask); /* a ^C must not reach it before it ignores that */
    guard.pid = fork();
    if (guard.pid == 0) {
        ignore_signals();
        sigprocmask(SIG_SETMASK, &mask, NULL);
        close(ends[1]);
        watch(ends[0], restore, size, termios);
    }
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(ends[0]);
    if (guard.pid < 0)
        close(ends[1]);
    else
        guard.socket = ends[1];
    return guard;
}

/* False when the guard itself was killed: we do without, and get no SIGPIPE for it. */
static bool tell(const struct guard *guard, char word)
{
    return send(guard->socket, &word, 1, MSG_NOSIGNAL) == 1;
}

void guard_set_active(const struct guard *guard, bool is_active)
{
    if (guard->socket >= 0)
        tell(guard, is_active ? word_active : word_quiet);
}

void guard_stop(struct guard *guard)
{
    if (guard->socket < 0)
        return;
    tell(guard, word_end);
    close(guard->socket);
    guard->socket = -1;
    waitpid(guard->pid, NULL, 0);
}
