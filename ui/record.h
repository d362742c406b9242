/* Recording a session as an asciicast, which asciinema plays. */
#ifndef PROCARIUM_UI_RECORD_H
#define PROCARIUM_UI_RECORD_H

#include <stdbool.h>

/*
 * Runs `session` in a terminal of its own, as a child, hands on everything between that and the
 * real one, and writes what is shown to the file, which must be new. Should it be killed, a guard
 * puts the real terminal back, and its screen too if the session takes_screen. Returns the
 * session's exit status, or 2 with a message when nothing could be begun.
 */
int record_run(const char *path, bool takes_screen, int (*session)(void *context), void *context);

#endif
