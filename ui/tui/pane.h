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
    const char *name;  /* one word, for commands and the names in the key bar */
    const char *title; /* in the upper edge */
    int brief;    /* so much of the name is enough where room is short; 0: all. Tab completes it */
    int min_rows; /* with its upper edge; the lower one is the next pane's upper, or a row more */
    int called_rows;   /* the same where it has no place and was called for; 0: as min_rows */
    int min_cols;      /* with its box */
    size_t state_size; /* of its own state, zeroes at first; 0 for none */
    /*
     * Several views in one pane: their names, one word each, and NULL; NULL for only one. Which is
     * shown, from 0, stands as an int in the state, at that byte. tab_shown is told of another one.
     */
    const char *const *tabs;
    size_t tab_at;
    void (*tab_shown)(void *state, const void *view);
    /* Draws the inside of the box. */
    void (*draw)(const struct canvas *canvas, void *state, const void *view, bool has_focus);
    /* A note for the right of the upper edge, written to `note`. */
    void (*note)(void *state, const void *view, char *note, size_t size);
    /* A key while the pane has the focus and the line is empty; true when it was for the pane. */
    bool (*key)(void *state, const void *view, const struct key *key);
    /*
     * What a key (Enter, arrows …) or a click inside the box means as a command line, written to
     * `line`; false for nothing. It is asked before `key` and `mouse`.
     */
    bool (*command)(void *state, const void *view, const struct key *key, char *line, size_t size);
    /* A mouse action inside the box, in inner cells; true when something changed. */
    bool (*mouse)(void *state, const void *view, const struct key *key);
};

/* Shows view number i of a pane that has several. */
void pane_show_tab(const struct pane *pane, void *state, const void *view, int i);

/*
 * What a key or a click means as a command line: what the pane says, or else Enter shows the next
 * of its views. False for nothing.
 */
bool pane_command(const struct pane *pane, void *state, const void *view, const struct key *key,
                  char *line, size_t size);

/* Keys and the wheel for what only scrolls; true when it was one of theirs. */
bool pane_scroll_key(struct scroll *scroll, const struct key *key);
bool pane_scroll_mouse(struct scroll *scroll, const struct key *key);
/* The same as functions of a pane whose state begins with its struct scroll. */
bool pane_scrolls_key(void *state, const void *view, const struct key *key);
bool pane_scrolls_mouse(void *state, const void *view, const struct key *key);

/* Where a pane stands, and how. */
struct pane_place {
    struct rect area;
    unsigned edges; /* of enum box_edges */
    bool has_focus;
};

/* Draws the pane with its box. */
void pane_draw(const struct pane *pane, WINDOW *win, const struct theme *theme,
               const struct pane_place *place, void *state, const void *view);

/* A mouse action in the pane's own cells; false when it is not inside the box. */
bool pane_own_cells(const struct pane_place *place, const struct key *key, struct key *own);

#endif
