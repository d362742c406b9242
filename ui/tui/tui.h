/* The session on a whole screen: panes, sentence, keys, console. */
#ifndef PROCARIUM_TUI_TUI_H
#define PROCARIUM_TUI_TUI_H

#include "procarium/script.h"
#include "tui/theme.h"

struct tui_options {
    const char *demo; /* path of a demo to play, or NULL: a greeting and `boot sh` */
    enum theme_name theme;
    bool has_no_config; /* the file of settings is not read */
    bool resumes;       /* goes on with the last session */
};

/*
 * Whether the terminal can show panes; when not, `why` gets one line that says so. To be asked
 * before tui_run().
 */
bool tui_is_usable(char *why, size_t size);

/*
 * Takes the terminal until the person leaves, and gives it back as it was. Returns an exit status;
 * when a signal ended it, it sends itself that signal again.
 */
int tui_run(struct session *session, const struct tui_options *options);

#endif
