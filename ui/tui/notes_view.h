/* The speaker's own terminal: it follows the lesson that is played in another one. */
#ifndef PROCARIUM_TUI_NOTES_VIEW_H
#define PROCARIUM_TUI_NOTES_VIEW_H

#include "tui/theme.h"

/*
 * Takes the terminal until the person leaves; waits for a procarium that comes, and for the next
 * one when it goes. Returns an exit status; when a signal ended it, it sends itself that signal
 * again. After tui_is_usable().
 */
int notes_view_run(enum theme_name theme);

#endif
