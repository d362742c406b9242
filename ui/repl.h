/* A session line by line on the terminal, without panes. */
#ifndef PROCARIUM_UI_REPL_H
#define PROCARIUM_UI_REPL_H

#include "procarium/script.h"

/*
 * Reads commands from the terminal with libedit and runs them until `quit` or the end of the
 * input; begins with `first` as if it had been typed (NULL: nothing). False when the terminal
 * cannot be used.
 */
bool repl_run(struct session *session, const char *first);

#endif
