/* Where the face keeps what outlives a session: the XDG state directory. */
#ifndef PROCARIUM_UI_STATE_H
#define PROCARIUM_UI_STATE_H

/*
 * The path of a file in $XDG_STATE_HOME/procarium (or ~/.local/state/procarium), whose folder is
 * made if it is missing. NULL when there is no such place. The caller frees it.
 */
char *state_path(const char *name);

#endif
