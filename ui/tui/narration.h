/* What there is to read: the words of a demo at its place, or what the last command did. */
#ifndef PROCARIUM_TUI_NARRATION_H
#define PROCARIUM_TUI_NARRATION_H

#include "procarium/strbuf.h"
#include "procarium/types.h"

#include <stdbool.h>

struct app;
struct canvas;
struct narration_state;

enum narration_kind {
    NARRATION_COMMAND,  /* no demo: the last command's sentence, and what `explain` says of it */
    NARRATION_WORDS,    /* what a demo says */
    NARRATION_QUESTION, /* what it asks: the question, its choices, the answer when it is told */
};

struct telling {
    enum narration_kind kind;
    struct strbuf text;
    /* of a demo */
    const char *name;    /* NULL: none is open */
    const char *chapter; /* its title, "" before the first */
    int number, chapters;
    struct strbuf contents; /* a line for each chapter */
    u32 position, count;    /* items behind it, and in all */
    const char *speed;      /* how fast it plays, NULL: it waits */
    /* of a command */
    u64 stop;            /* the stop that the text belongs to */
    u64 told;            /* which command it is about, */
    u32 branches;        /* on which line of time, */
    bool is_inside;      /* at a step in it: */
    struct strbuf holds; /* what is the same at each */
};

/* Looks what there is to read now. */
void narration_refresh(struct app *app);

/* The demo has gone somewhere: its text begins with the first row. */
void narration_begin(struct app *app);
/* The demo has gone on: what has been read already, before a command, is not begun again. */
void narration_go_on(struct app *app);
/* What matters is in the last rows now. */
void narration_to_end(struct app *app);
/* Shows the next rows of a text that is longer than its place. False when all has been seen. */
bool narration_page(struct app *app);

/* The words alone, and the chapter's title; "" for nothing. */
const char *narration_words(const struct app *app);
const char *narration_chapter(const struct app *app);

/* What comes next in a few words, for the hint beside the prompt. */
void narration_hint(const struct app *app, char *text, size_t size);
/* How long the last item wants to be looked at, in characters to read. */
int narration_weight(const struct app *app);

/* Does the pane show it, so that the console need not? */
bool narration_has_pane(const struct app *app);
/* Draws the chapter, how far it is, and the text: the strip above the console. */
void narration_draw_strip(struct app *app, const struct canvas *canvas);
/* The rows that the strip wants in that width. */
int narration_strip_rows(const struct app *app, int cols, int most);

/* ---- pane_narration.c ---- */

/* Draws the text from the row that it was scrolled to. In a strip choices stand side by side. */
void narration_draw_text(const struct canvas *canvas, const struct telling *n,
                         struct narration_state *state, bool is_strip);
/* The rows of a strip's text. */
int narration_text_rows(const struct telling *n, int cols, int most);

#endif
