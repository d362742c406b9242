/*
 * The terminal: checked, taken over by curses, given back; frames without tearing; suspend and
 * resize.
 */
#ifndef PROCARIUM_TUI_TERM_H
#define PROCARIUM_TUI_TERM_H

#include "tui/key.h"

#include <stdbool.h>
#include <stddef.h>

/* Codes that key presses decode to besides curses' own; out of the way of its extended keys. */
enum {
    TERM_KEY_PASTE_BEGIN = 0x4000,
    TERM_KEY_PASTE_END,
    TERM_KEY_ALT_UP,
    TERM_KEY_ALT_DOWN,
    TERM_KEY_ALT_LEFT,
    TERM_KEY_ALT_RIGHT,
    TERM_KEY_ALT_PAGE_UP,
    TERM_KEY_ALT_PAGE_DOWN,
    TERM_KEY_MOUSE_SGR,
    TERM_KEY_MOUSE_X10,
};

struct terminal {
    struct _win_st *input; /* curses' WINDOW: a pad nobody sees, so that reading keys never draws */
    bool is_active;        /* the screen is ours */
    bool is_modern;   /* understands synchronized frames and bracketed paste, or ignores them */
    bool has_unicode; /* can be expected to show line drawing and symbols */
    bool has_mouse;
    int rows;
    int cols;
};

/*
 * Takes the user's character set, or C.UTF-8 where that one can't hold UTF-8; numbers are written
 * as in C everywhere. To be called first thing, before lineed_create().
 */
void term_set_locale(void);

/*
 * Whether a screen can be had: standard input and output are a terminal that can place its cursor.
 * When not, `why` gets one line that says so. TERM becomes another name if its own is not described
 * here and it is of a kind that is known.
 */
bool term_is_usable(char *why, size_t size);

/*
 * Whether lines printed to the terminal may hold more than ASCII: the environment says so, or does
 * not say otherwise and the kind of terminal is known.
 */
bool term_prints_unicode(void);

/* What puts the screen back whose owner could not, "" if nothing does. Not while we have it. */
enum { TERM_RESTORE_SIZE = 512 };
void term_restore_sequences(char out[TERM_RESTORE_SIZE]);

/* Takes the screen. After term_is_usable() and lineed_create(). */
void term_start(struct terminal *term, bool with_mouse);

/* Gives the screen back as it was. Safe to call twice. */
void term_stop(struct terminal *term);

/* Shows what was drawn since the last time, as one frame. */
void term_show(struct terminal *term);

/* Reads the terminal's size and makes the screen that large. All of it is to be drawn again. */
void term_resize(struct terminal *term);

/* The next frame repaints every cell, whatever was on the screen (^L, after a suspend). */
void term_repaint(struct terminal *term);

/* Switches the mouse on or off; off leaves selecting text to the terminal. */
void term_set_mouse(struct terminal *term, bool is_on);

/*
 * Gives the screen to the shell and stops the job, as ^Z does; returns when it goes on. Both return
 * the number of a signal that asks to end instead, as job.h's; the screen was not taken again then.
 */
int term_suspend(struct terminal *term);

/* Takes the screen again after somebody else stopped and continued the process. */
int term_resume(struct terminal *term);

#endif
