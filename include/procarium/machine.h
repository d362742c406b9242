// The simulated computer: creating it, listening to it, and moving it through time.
#ifndef PROCARIUM_MACHINE_H
#define PROCARIUM_MACHINE_H

#include "procarium/event.h"
#include "procarium/strbuf.h"
#include "procarium/types.h"

struct machine;

struct machine_options {
    u64 journal_bytes; // host memory for the journal; 0 means 2 MiB; rounded to a power of two
};

// A computer that is switched off: an image of zeros. NULL when the host has no memory.
struct machine *machine_create(const struct machine_options *options);
void machine_destroy(struct machine *m);

// Hears every event until removed. At most 8 listeners.
void machine_listen(struct machine *m, event_listener *listener, void *context);
void machine_unlisten(struct machine *m, event_listener *listener, void *context);

// Checks every invariant of the running system. Says in words, one line each, what is wrong
// and where; returns the number of lines (0 = all is well). Ownership: out stays the caller's.
int machine_check(const struct machine *m, struct strbuf *out);

// ---- Time ------------------------------------------------------------------------------------
// The history is a list of commands 0 … count-1; a position n means "n commands have run".
// Within a command, steps are the entries into kernel functions and the events.

struct time_position {
    u64 command;  // commands that have run completely
    u64 commands; // commands in the history
    u64 step;     // steps done inside command number `command` (0 = between commands)
    u64 steps;    // steps in that command; 0 if between commands or not known
};

struct time_position machine_position(const struct machine *m);

// Moves to position n (0 <= n <= commands): by swapping bytes while the journal reaches, else
// by executing again. False if n is out of range, and nothing changed.
bool machine_goto(struct machine *m, u64 n);

enum step_kind {
    STEP_INTO, // the next function entry or event
    STEP_OVER, // the same, but past everything inside a function that was just entered
    STEP_OUT,  // until the current function has returned
    STEP_BACK, // one STEP_INTO backwards
};

// Moves the cursor by one step inside the journal, entering the next command when between two
// commands. False at the end (or start) of what the journal holds.
bool machine_step(struct machine *m, enum step_kind kind);

// True while the cursor stands inside a command.
bool machine_is_inside(const struct machine *m);

#endif
