/* A demo on the screen: what it tells, where it stands, and how to come back to it. */
#ifndef PROCARIUM_TUI_PLAYER_UI_H
#define PROCARIUM_TUI_PLAYER_UI_H

#include "procarium/script.h"
#include "tui/draw.h"

struct app;

struct player_ui {
    struct player *player; /* NULL: no demo */
    char *name;
    char **told;       /* per item: what it told when it ran */
    bool is_shown;     /* narration has the place of the console's output where both do not fit */
    bool is_restoring; /* runs again what has run: nothing is told */
    bool is_acting;    /* an item runs: what it does to the screen, nobody has done by hand */

    u32 text_item; /* whose text is shown; the count of items for nobody's */

    /* where the machine stood after the last item */
    struct time_position place;
    u32 branches;
};

/* Opens a demo; false on a mistake, which has been told. */
bool player_ui_open(struct app *app, const char *path);
void player_ui_close(struct app *app);

/* Up to the next thing worth a look: a command, a text, a question. */
void player_ui_next(struct app *app);
/* Back to the thing before. False at the start. */
bool player_ui_back(struct app *app);
bool player_ui_is_at_end(const struct app *app);
/* Is there anything that player_ui_next() would do? */
bool player_ui_has_more(const struct app *app);
/* Tells the answer to the question that waits, and what to think of a reply (NULL: nobody's). */
void player_ui_reveal(struct app *app, const char *reply);

/* Is there nothing to see of an item: does it belong to what stands before it? */
bool player_ui_is_silent(const struct player *p, u32 i);
/* Does an item set the stage for the words that come next, so that one key brings both? */
bool player_ui_is_prelude(const struct player *p, u32 i);

/* The chapter at the demo's place, from 1; 0 before the first. */
int player_ui_chapter(const struct app *app);
bool player_ui_has_chapter(const struct app *app, u32 number);
void player_ui_go_to_chapter(struct app *app, u32 number);
/* Adds a line for each chapter, the one at the demo's place marked with >; returns how many. */
int player_ui_chapters(const struct app *app, struct strbuf *out);

/* What a demo tells while one of its items runs; false when no demo runs. */
bool player_ui_tell(struct app *app, enum narration kind, const char *text);

#endif
