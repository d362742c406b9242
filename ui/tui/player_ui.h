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

/* What a demo tells while one of its items runs; false when no demo runs. */
bool player_ui_tell(struct app *app, enum narration kind, const char *text);

/* What comes next in a few words, for the hint beside the prompt. */
void player_ui_hint(const struct app *app, char *text, size_t size);
/* How long the last item wants to be looked at, in characters to read. */
int player_ui_weight(const struct app *app);

/* Draws the chapter, how far it is, and the text. */
void player_ui_draw(const struct app *app, const struct canvas *canvas);
/* The rows that it wants in that width. */
int player_ui_rows(const struct app *app, int cols, int most);

#endif
