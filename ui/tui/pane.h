/* A pane: a small struct of functions that draw one view of the machine and may take keys. */
#ifndef PROCARIUM_TUI_PANE_H
#define PROCARIUM_TUI_PANE_H

#include "tui/draw.h"
#include "tui/key.h"

/*
 * The functions of a pane are given its own state (scroll position, selected row) and the view of
 * the machine, which they only read. A function that is NULL is not there.
 */
struct pane {
    const char *name;  /* one word, for commands and tabs */
    const char *title; /* in the upper edge */
    int min_rows;      /* with its box */
    int min_cols;
    /* Draws the inside of the box. */
    void (*draw)(const struct canvas *canvas, void *state, const void *view, bool has_focus);
    /* A note for the right of the upper edge, written to `note`. */
    void (*note)(void *state, const void *view, char *note, size_t size);
    /* A key while the pane has the focus and the line is empty; true when it was for the pane. */
    bool (*key)(void *state, const void *view, const struct key *key);
    /* What Enter means there, as a command line written to `line`; false for nothing. */
    bool (*command)(void *state, const void *view, char *line, size_t size);
    /* A mouse action inside the box, in inner cells; true when something changed. */
    bool (*mouse)(void *state, const void *view, const struct key *key);
};

/* Keys and the wheel for what only scrolls; true when it was one of theirs. */
bool pane_scroll_key(struct scroll *scroll, const struct key *key);
bool pane_scroll_mouse(struct scroll *scroll, const struct key *key);

/* Where a pane stands, and how. */
struct pane_place {
    struct rect area;
    unsigned edges; /* of enum box_edges */
    bool has_focus;
};

/* Draws the pane with its box. */
void pane_draw(const struct pane *pane, WINDOW *win, const struct theme *theme,
               const struct pane_place *place, void *state, const void *view);

/* Hands a mouse action to the pane that stands there, in the pane's own cells. */
bool pane_mouse(const struct pane *pane, const struct pane_place *place, void *state,
                const void *view, const struct key *key);

#endif
