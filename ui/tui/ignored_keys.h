/* Keys that mean nothing to a line: libedit would type what stands behind their ESC. */
#ifndef PROCARIUM_TUI_IGNORED_KEYS_H
#define PROCARIUM_TUI_IGNORED_KEYS_H

#include <histedit.h>

/*
 * Binds what keyboards send for Insert, Shift and an arrow, Ctrl-F5 and their like to nothing, in
 * the key map of emacs. To be called before keys are bound that do mean something.
 */
void ignored_keys_bind(EditLine *el);

#endif
