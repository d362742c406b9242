/*
 * Puts the terminal back when the program dies of its own bug: signal handlers and the stderr kept
 * aside.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/crash.h"

#include "tui/guard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifdef HAS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

enum { ALTERNATE_STACK = 64 * 1024 };

static const int deadly[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

enum { DEADLY = sizeof deadly / sizeof deadly[0] };

/*
 * What a signal handler needs to put the screen back. With the screen itself, which curses keeps,
 * this is the user interface's only mutable global state: a handler gets no argument to find it by.
 */
static struct {
    volatile sig_atomic_t is_active;
    char restore[512];
    size_t restore_size;
    struct termios termios;
    int has_termios;
    int kept_stderr; /* the real standard error, -1 when it was left alone */
    int aside;       /* where its text goes meanwhile */
    struct sigaction before[DEADLY];
    struct guard guard;          /* for deaths that no handler hears of */
    char stack[ALTERNATE_STACK]; /* so that a stack overflow can be handled, too */
} crash = { .kept_stderr = -1, .aside = -1, .guard = { -1, -1 } };

/* From here to the line below only what a signal handler may call. */

static void write_bytes(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n <= 0)
            return;
        data += n;
        size -= (size_t)n;
    }
}

static void restore_screen(void)
{
    if (!crash.is_active)
        return;
    crash.is_active = 0;
    guard_set_active(&crash.guard, false);
    write_bytes(STDOUT_FILENO, crash.restore, crash.restore_size);
    if (crash.has_termios)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &crash.termios);
}

static void restore_stderr(void)
{
    char text[1024];
    ssize_t n;

    if (crash.kept_stderr < 0)
        return;
    dup2(crash.kept_stderr, STDERR_FILENO);
    close(crash.kept_stderr);
    crash.kept_stderr = -1;
    for (off_t at = 0; (n = pread(crash.aside, text, sizeof text, at)) > 0; at += n)
        write_bytes(STDERR_FILENO, text, (size_t)n);
    close(crash.aside);
}

static void on_deadly_signal(int number)
{
    restore_screen();
    restore_stderr();
    for (int i = 0; i < DEADLY; i++)
        if (deadly[i] == number)
            sigaction(number, &crash.before[i], NULL); /* a sanitizer's handler reports it now */
    raise(number);                                     /* blocked until this handler is left */
}

#ifdef HAS_SANITIZER
static void on_sanitizer_death(void)
{
    restore_screen();
    restore_stderr();
}
#endif

/* ---- */

static void set_stderr_aside(void)
{
    if (!isatty(STDERR_FILENO))
        return;
    crash.aside = memfd_create("stderr", MFD_CLOEXEC);
    if (crash.aside < 0)
        return;
    fflush(stderr);
    crash.kept_stderr = dup(STDERR_FILENO);
    if (crash.kept_stderr < 0 || dup2(crash.aside, STDERR_FILENO) < 0) {
        close(crash.aside);
        crash.kept_stderr = -1;
    }
}

void crash_arm(void)
{
    struct sigaction action = { .sa_handler = on_deadly_signal, .sa_flags = SA_ONSTACK };
    stack_t stack = { .ss_sp = crash.stack, .ss_size = sizeof crash.stack };

    crash.has_termios = tcgetattr(STDIN_FILENO, &crash.termios) == 0;
    set_stderr_aside();
#ifdef HAS_SANITIZER
    __sanitizer_set_death_callback(on_sanitizer_death); /* it has a stack of its own */
    (void)stack;
#else
    sigaltstack(&stack, NULL);
#endif
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < DEADLY; i++)
        sigaction(deadly[i], &action, &crash.before[i]);
}

void crash_set_restore(const char *restore)
{
    size_t size = strlen(restore);

    if (size > sizeof crash.restore)
        size = sizeof crash.restore;
    memcpy(crash.restore, restore, size);
    crash.restore_size = size;
    if (crash.has_termios)
        crash.guard = guard_start(crash.restore, crash.restore_size, &crash.termios);
}

void crash_set_active(int is_active)
{
    crash.is_active = is_active;
    guard_set_active(&crash.guard, is_active);
}

void crash_disarm(void)
{
    crash.is_active = 0;
    for (int i = 0; i < DEADLY; i++)
        sigaction(deadly[i], &crash.before[i], NULL);
    fflush(stderr);
    restore_stderr();
    guard_stop(&crash.guard);
}
