/* The file of settings: its mistakes are told in one breath at the start, in full on request. */
#ifndef PROCARIUM_TUI_SETTINGS_H
#define PROCARIUM_TUI_SETTINGS_H

#include "procarium/script.h"

struct app;

struct settings {
    bool has_run;          /* else nobody wanted the file to be read */
    bool is_running;       /* what is wrong now is wrong in the file */
    unsigned mistakes;     /* how many there were */
    struct strbuf first;   /* the first of them */
    struct strbuf in_full; /* all of them, each under its line */
};

/* Runs the file. `boot` becomes what it says about booting, "" if nothing. */
void settings_run(struct app *app, struct strbuf *boot);
/* Takes a mistake if it is one of the file; false if it is somebody else's. */
bool settings_take_mistake(struct settings *settings, const struct mistake *mistake);
/* The command `settings`: where the file is, and all that is wrong in it. */
void settings_show(struct app *app);
void settings_finish(struct settings *settings);

#endif
