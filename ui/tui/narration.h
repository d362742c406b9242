/* The text of a demo on the screen: its chapter, how far it is, its words, page by page. */
#ifndef PROCARIUM_TUI_NARRATION_H
#define PROCARIUM_TUI_NARRATION_H

#include "tui/draw.h"

struct app;

/* The demo has gone somewhere: its text begins with the first row. */
void narration_begin(struct app *app);
/* The demo has gone on: what has been read already, before a command, is not begun again. */
void narration_go_on(struct app *app);
/* Shows the next rows of a text that is longer than its place. False when all has been seen. */
bool narration_page(struct app *app);

/* What is to be read now; and the chapter's title. "" for nothing. */
const char *narration_text(const struct app *app);
const char *narration_chapter(const struct app *app);

/* What comes next in a few words, for the hint beside the prompt. */
void narration_hint(const struct app *app, char *text, size_t size);
/* How long the last item wants to be looked at, in characters to read. */
int narration_weight(const struct app *app);

/* Draws the chapter, how far it is, and the text. */
void narration_draw(struct app *app, const struct canvas *canvas);
/* The rows that it wants in that width. */
int narration_rows(const struct app *app, int cols, int most);

#endif
