/* Runs a program with given input and keeps what it said: three pipes and one poll(). */
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    abort();
}

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) < 0)
        die("run: pipe");
}

static void close_once(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Takes in what there is; closes *fd at its end. */
static void take_in(int *fd, char **text, size_t *size)
{
    char bytes[64 << 10];
    ssize_t got = read(*fd, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        close_once(fd);
        return;
    }
    char *larger = realloc(*text, *size + (size_t)got + 1);
    if (!larger)
        die("run: out of memory");
    memcpy(larger + *size, bytes, (size_t)got);
    *size += (size_t)got;
    larger[*size] = '\0';
    *text = larger;
}

/* Feeds and listens until both outputs have ended or the deadline has passed. */
static void converse(int in, int out, int err, const char *input, size_t size,
                     struct run_result *result)
{
    long deadline = now_ms() + RUN_DEADLINE_MS;

    fcntl(in, F_SETFL, O_NONBLOCK);
    while (out >= 0 || err >= 0) {
        if (size == 0)
            close_once(&in);
        struct pollfd fds[] = {
            { .fd = in, .events = POLLOUT },
            { .fd = out, .events = POLLIN },
            { .fd = err, .events = POLLIN },
        };
        long left = deadline - now_ms();
        if (left <= 0 || poll(fds, 3, (int)left) == 0) {
            result->is_timeout = true;
            break;
        }
        if (fds[0].revents) {
            ssize_t sent = write(in, input, size);
            if (sent >= 0) {
                input += sent;
                size -= (size_t)sent;
            } else if (errno != EAGAIN && errno != EINTR) {
                close_once(&in); /* it does not want more */
            }
        }
        if (fds[1].revents)
            take_in(&out, &result->out, &result->out_size);
        if (fds[2].revents)
            take_in(&err, &result->err, &result->err_size);
    }
    close_once(&in);
    close_once(&out);
    close_once(&err);
}

struct run_result run_program(const char *const *argv, const void *input, size_t size)
{
    struct run_result result = { .out = calloc(1, 1), .err = calloc(1, 1) };
    if (!result.out || !result.err)
        die("run: out of memory");
    int in[2], out[2], err[2];
    make_pipe(in);
    make_pipe(out);
    make_pipe(err);

    /* A program that ends before it has read everything must not end us. */
    signal(SIGPIPE, SIG_IGN);
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        die("run: fork");
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0)
            _exit(126);
        setsid(); /* so that there is no terminal to open */
        /* execv() takes char *const[], a matter of history: it changes nothing. */
        execv(argv[0], (char **)(uintptr_t)argv);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    converse(in[1], out[0], err[0], input, size, &result);
    if (result.is_timeout)
        kill(pid, SIGKILL);

    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            die("run: waitpid");
    }
    result.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return result;
}

struct run_result run_procarium(const char *const *args, const void *input, size_t size)
{
    const char *argv[32] = { getenv("PROCARIUM") };
    if (!argv[0])
        die("run: the variable PROCARIUM names no program");
    for (size_t i = 0; args[i]; i++) {
        if (i + 2 >= sizeof argv / sizeof argv[0])
            die("run: too many arguments");
        argv[i + 1] = args[i];
    }
    return run_program(argv, input, size);
}

void run_result_finish(struct run_result *result)
{
    free(result->out);
    free(result->err);
    *result = (struct run_result){ 0 };
}

/* The bytes of the UTF-8 character at text, or 0 if there is none. */
static size_t utf8_size(const unsigned char *text, size_t left)
{
    size_t size = *text < 0x80                     ? 1
                  : *text >= 0xc2 && *text <= 0xdf ? 2
                  : (*text & 0xf0) == 0xe0         ? 3
                  : *text >= 0xf0 && *text <= 0xf4 ? 4
                                                   : 0;
    if (size > left)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    return size;
}

bool run_has_raw_bytes(const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t i = 0; i < size;) {
        size_t step = utf8_size(bytes + i, size - i);
        bool is_control = bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\t';
        bool is_c1 = step == 2 && bytes[i] == 0xc2 && bytes[i + 1] < 0xa0;
        if (step == 0 || is_control || is_c1 || bytes[i] == 0x7f)
            return true;
        i += step;
    }
    return false;
}
