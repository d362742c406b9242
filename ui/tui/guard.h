/* A small process that puts the terminal back when the program is killed and cannot do so itself. */
#ifndef PROCARIUM_TUI_GUARD_H
#define PROCARIUM_TUI_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct guard {
    int socket; /* to the process; closed by our end, whatever that is; -1: there is none */
    int pid;
};

/*
 * Starts it. While it is told that the screen is ours, our end makes it write `restore` and set the
 * line to `termios`. Without processes to be had there is no guard, and nothing else changes.
 */
struct guard guard_start(const char *restore, size_t size, const struct termios *termios);

/* Is the screen ours? Safe in a signal handler. */
void guard_set_active(const struct guard *guard, bool is_active);

/* The program ends as it should: the guard goes. */
void guard_stop(struct guard *guard);

#endif
