/* Keeping the session as it is typed, and going on with the last one. */
#ifndef PROCARIUM_TUI_KEEPING_H
#define PROCARIUM_TUI_KEEPING_H

#include "session_file.h"

struct app;

/* Keeps a command line that has run. */
void keeping_add(struct app *app, const char *text, const struct outcome *outcome);
/* Keeps that a demo is played from here on, as the command that would begin it. */
void keeping_add_demo(struct app *app, const char *path);

/* Runs again what was typed in the last session, unseen. False if there is none. */
bool keeping_resume(struct app *app);

/*
 * While it runs: is this the place where ^C stopped the text that runs? (To be asked whenever the
 * session asks.)
 */
bool keeping_was_stopped(struct app *app);

#endif
