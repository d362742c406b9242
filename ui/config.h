/* The person's settings: a file of commands in the XDG configuration directory. */
#ifndef PROCARIUM_UI_CONFIG_H
#define PROCARIUM_UI_CONFIG_H

#include "procarium/script.h"

/* The file's name, whether it is there or not. False without a HOME, or if it does not fit. */
bool config_path(char *path, size_t size);

/*
 * Runs $XDG_CONFIG_HOME/procarium/config (or ~/.config/procarium/config), if it is there. Mistakes
 * are told through the session's face, with their place. `boot` becomes what the file says about
 * booting, "" if nothing.
 */
void config_run(struct session *session, struct strbuf *boot);

#endif
