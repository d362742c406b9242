/* The event loop: keys, signals, timers and the terminal's size, drawing in between. */
#ifndef PROCARIUM_TUI_LOOP_H
#define PROCARIUM_TUI_LOOP_H

#include "tui/key.h"
#include "tui/term.h"

#include <poll.h>
#include <stdbool.h>

struct loop;

enum key_use {
    KEY_FOR_LINE, /* the line editor gets it */
    KEY_USED,     /* done with */
    KEY_LEAVE,    /* done with, and loop_next_key() returns false */
};

struct loop_ops {
    void (*draw)(void *app);                               /* draw all; the loop shows the frame */
    enum key_use (*key)(void *app, const struct key *key); /* the first look at every key */
    void (*resized)(void *app);       /* the terminal has another size; may be NULL */
    void (*timer)(void *app, int id); /* a timer is due; may be NULL */
    /* what else is waited for: fills at most LOOP_FDS entries, returns how many; may be NULL */
    int (*fds)(void *app, struct pollfd *fds);
    void (*ready)(void *app, const struct pollfd *fds, int count);
};

enum { LOOP_TIMERS = 8, LOOP_FDS = 8 };

/*
 * Makes a loop. From now on SIGWINCH, TERM, HUP, INT, QUIT, TSTP and CONT are taken by it alone. To
 * be called before term_start(), after which loop_set_terminal() gives it the keys. loop_destroy()
 * frees it and puts the signals back.
 */
struct loop *loop_create(const struct loop_ops *ops, void *app);
void loop_set_terminal(struct loop *loop, struct terminal *term);
void loop_destroy(struct loop *loop);

/*
 * Runs until there is a key for the line editor: true and *key. False when the key function said
 * so, or on quit. Text in *key is the loop's until the next call.
 */
bool loop_next_key(struct loop *loop, struct key *key);

/* Asks for a frame before the next wait. */
void loop_redraw(struct loop *loop);

/* Draws and shows a frame at once: for progress inside long work. */
void loop_draw_now(struct loop *loop);

/* loop_next_key() returns false from now on. */
void loop_quit(struct loop *loop);
bool loop_is_quitting(const struct loop *loop);

/* The signal that ended the session, 0 for none. */
int loop_deadly_signal(const struct loop *loop);

/*
 * Has timer `id` (0 to LOOP_TIMERS - 1) come due in `ms` milliseconds, once; a negative time stops
 * it.
 */
void loop_set_timer(struct loop *loop, int id, int ms);

/*
 * For work that takes long: takes in what has been typed meanwhile without waiting. True when ^C
 * was among it (the keys before it are gone), or the program is to end. The work then stops.
 */
bool loop_interrupted(struct loop *loop);

/* Puts a key into the queue as if it had been typed; text is copied. */
void loop_push_key(struct loop *loop, const struct key *key);

/* ^Z: gives the screen to the shell until the job is continued. */
void loop_suspend(struct loop *loop);

/* Milliseconds of a clock that only goes forward. */
long long loop_now(void);

#endif
