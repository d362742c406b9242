/* The lesson as its speaker's notes, sent to who follows. */
#ifndef PROCARIUM_TUI_NOTES_H
#define PROCARIUM_TUI_NOTES_H

struct app;

/* Sends where the lesson stands, if somebody follows and it is not what was sent last. */
void notes_update(struct app *app);

#endif
