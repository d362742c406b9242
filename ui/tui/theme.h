/* What things mean, turned into colours and attributes; and the symbols, in UTF-8 or ASCII. */
#ifndef PROCARIUM_TUI_THEME_H
#define PROCARIUM_TUI_THEME_H

#include <ncurses.h>
#include <stdbool.h>

enum style {
    STYLE_NORMAL,
    STYLE_DIM,
    STYLE_BORDER,
    STYLE_BORDER_FOCUS,
    STYLE_TITLE,
    STYLE_TITLE_FOCUS,
    STYLE_FOCUS,   /* the row under the hand */
    STYLE_CURRENT, /* what the CPU runs */
    STYLE_CHANGED, /* touched by the last step */
    STYLE_WAS,     /* the value before */
    STYLE_KERNEL,  /* frames and objects of the kernel */
    STYLE_SHARED,
    STYLE_FREE,
    STYLE_ERROR,
    STYLE_PROMPT,
    STYLE_HINT,
    STYLE_SENTENCE, /* the line that says what happened */
    STYLE_KEY,      /* a key's label */
    STYLE_STATE_R,
    STYLE_STATE_S,
    STYLE_STATE_D,
    STYLE_STATE_T,
    STYLE_STATE_TRACED,
    STYLE_STATE_Z,
    STYLE_STATE_X,
    STYLE_TASK_FIRST, /* the palette of tasks, eight colours */
    STYLE_TASK_LAST = STYLE_TASK_FIRST + 7,
    STYLES,
};

enum symbol {
    SYMBOL_UP,
    SYMBOL_DOWN,
    SYMBOL_LEFT,
    SYMBOL_RIGHT,
    SYMBOL_CURRENT, /* marks the row that is current */
    SYMBOL_CHANGED, /* marks what changed, for those who see no colour */
    SYMBOL_TREE_NEXT,
    SYMBOL_TREE_LAST,
    SYMBOL_TREE_DOWN,
    SYMBOL_ELLIPSIS,
    SYMBOL_BAR_FULL,
    SYMBOL_BAR_EMPTY,
    SYMBOL_FREE,
    SYMBOL_SCROLL,
    SYMBOLS,
};

/* The themes there are; THEME_AUTOMATIC is what suits the terminal. */
enum theme_name { THEME_DARK, THEME_LIGHT, THEME_HIGH_CONTRAST, THEME_MONO, THEMES };
#define THEME_AUTOMATIC THEMES

enum theme_depth { THEME_MONOCHROME, THEME_8, THEME_16, THEME_256 };

struct theme {
    enum theme_name name;
    enum theme_depth depth;
    bool is_ascii;
    attr_t attrs[STYLES]; /* colour pair included */
};

/*
 * Sets up a theme on the terminal that curses runs on, with as many colours as it has. Automatic:
 * mono with NO_COLOR set, light where COLORFGBG says that the background is, else dark. `is_ascii`
 * chooses symbols that every terminal has. After term_start(); may be called again.
 */
void theme_init(struct theme *theme, enum theme_name name, bool is_ascii);

/* A theme's name as people write it, NULL past the last. */
const char *theme_name_text(enum theme_name name);
/* The theme of this name, or THEME_AUTOMATIC. */
enum theme_name theme_by_name(const char *text);

/* The attributes of a style. */
attr_t theme_style(const struct theme *theme, enum style style);

/*
 * A task's own colour: the same wherever it appears, for as long as it lives. Its PID always goes
 * with it.
 */
attr_t theme_task(const struct theme *theme, int pid);

/* The style of a state letter as in /proc/PID/stat: R S D T t Z X. */
attr_t theme_state(const struct theme *theme, char state);

/* The attributes with the mark of a change on top, for what has a colour of its own. */
attr_t theme_marked(const struct theme *theme, attr_t attrs);

/* A symbol as UTF-8; one column, but for the tree's pieces (two). */
const char *theme_symbol(const struct theme *theme, enum symbol symbol);

#endif
