/* Output that is longer than the console's place: a page over the panes that can be scrolled. */
#ifndef PROCARIUM_TUI_PAGER_H
#define PROCARIUM_TUI_PAGER_H

#include "procarium/strbuf.h"
#include "tui/draw.h"
#include "tui/key.h"

struct pager_row {
    size_t begin; /* in the text */
    int indent;
};

struct pager {
    struct strbuf text;
    char title[96];
    bool is_open;
    struct scroll scroll;

    /* where its rows begin when wrapped to `cols` columns */
    struct pager_row *rows;
    int count, room, cols;
};

/* Forgets the text and closes. */
void pager_clear(struct pager *pager);
void pager_finish(struct pager *pager);

/* Adds text; what is beyond a few megabytes is dropped. */
void pager_add(struct pager *pager, const char *text, size_t length);

/* The rows that the text takes in that width. */
int pager_rows(struct pager *pager, int cols);

/* Shows it from its beginning, under a title. */
void pager_open(struct pager *pager, const char *title);

/* Draws box and text at the lower edge of the canvas, as high as it needs. */
void pager_draw(const struct canvas *screen, struct pager *pager);

bool pager_is_at_end(const struct pager *pager);

#endif
