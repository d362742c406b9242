/*
 * Puts the terminal back when the program dies of its own bug, and keeps what it said on standard
 * error.
 */
#ifndef PROCARIUM_TUI_CRASH_H
#define PROCARIUM_TUI_CRASH_H

/*
 * From now until crash_disarm(): a deadly signal first writes `restore` (bytes that undo the
 * screen) to the terminal, puts back the line settings it had when this was called, and then takes
 * its course. Standard error, when it is the terminal, is kept aside meanwhile, so that nothing is
 * printed into the screen, and shown at the end or at the crash. Called before curses changes the
 * line settings.
 */
void crash_arm(void);

/* The bytes to write; they are copied. Called when curses runs and knows the terminal. */
void crash_set_restore(const char *restore);

/* The screen is ours (1) or the shell's (0): a crash in between must not write to it. */
void crash_set_active(int is_active);

/* Normal end, after endwin(): signals as before, and standard error's text on the terminal. */
void crash_disarm(void);

#endif
