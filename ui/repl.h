/* A session line by line on the terminal, without panes. */
#ifndef PROCARIUM_UI_REPL_H
#define PROCARIUM_UI_REPL_H

#include "procarium/script.h"

/*
 * Reads commands from the terminal with libedit and runs them until `quit` or the end of the
 * input; begins with a boot, or with the last session. False when the terminal cannot be used.
 */
bool repl_run(struct session *session, bool resumes, bool has_config);

#endif
