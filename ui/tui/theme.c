/* What things mean, turned into colours and attributes: a table of looks for each theme. */
#include "tui/theme.h"

#include <stdlib.h>
#include <string.h>

/*
 * One row a style: the look with 256 colours (foreground, background), with 16, with 8, and without
 * colour. -1 is the terminal's own colour. 16 and 8 share a column: 8 to 15 become 0 to 7 and bold.
 * Hues are told apart with any kind of colour vision (after Okabe and Ito), and no two meanings
 * differ by hue alone: a letter, a symbol or a PID always stands with the colour.
 */
struct look {
    short fg256;
    short bg256;
    short fg16;
    short bg16;
    attr_t attrs; /* with colours */
    attr_t mono;  /* without */
};

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, BRIGHT = 8, OWN = -1 };

static const struct look dark[STYLES] = {
    [STYLE_NORMAL] = { OWN, OWN, OWN, OWN, A_NORMAL, A_NORMAL },
    [STYLE_DIM] = { 245, OWN, OWN, OWN, A_NORMAL, A_DIM },
    [STYLE_BORDER] = { 243, OWN, BLUE, OWN, A_NORMAL, A_DIM },
    [STYLE_BORDER_FOCUS] = { 75, OWN, BRIGHT | CYAN, OWN, A_BOLD, A_BOLD },
    [STYLE_TITLE] = { 250, OWN, WHITE, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TITLE_FOCUS] = { 231, OWN, BRIGHT | WHITE, OWN, A_BOLD, A_BOLD },
    [STYLE_FOCUS] = { 231, 24, BRIGHT | WHITE, BLUE, A_BOLD, A_REVERSE },
    [STYLE_CURRENT] = { 231, OWN, BRIGHT | WHITE, OWN, A_BOLD, A_BOLD },
    [STYLE_CHANGED] = { 16, 222, BLACK, YELLOW, A_NORMAL, A_REVERSE },
    [STYLE_WAS] = { 180, OWN, YELLOW, OWN, A_NORMAL, A_NORMAL },
    [STYLE_KERNEL] = { 252, 238, WHITE, OWN, A_NORMAL, A_NORMAL },
    [STYLE_SHARED] = { 81, OWN, BRIGHT | CYAN, OWN, A_BOLD, A_BOLD },
    [STYLE_FREE] = { 242, OWN, BLUE, OWN, A_NORMAL, A_DIM },
    [STYLE_ERROR] = { 209, OWN, BRIGHT | RED, OWN, A_BOLD, A_BOLD },
    [STYLE_PROMPT] = { 117, OWN, BRIGHT | CYAN, OWN, A_BOLD, A_BOLD },
    [STYLE_HINT] = { 245, OWN, CYAN, OWN, A_NORMAL, A_DIM },
    [STYLE_SENTENCE] = { 230, OWN, BRIGHT | YELLOW, OWN, A_NORMAL, A_BOLD },
    [STYLE_KEY] = { 231, 238, BLACK, WHITE, A_NORMAL, A_REVERSE },
    [STYLE_STATE_R] = { 114, OWN, BRIGHT | GREEN, OWN, A_BOLD, A_BOLD },
    [STYLE_STATE_S] = { 110, OWN, CYAN, OWN, A_NORMAL, A_NORMAL },
    [STYLE_STATE_D] = { 209, OWN, BRIGHT | RED, OWN, A_BOLD, A_UNDERLINE },
    [STYLE_STATE_T] = { 222, OWN, BRIGHT | YELLOW, OWN, A_NORMAL, A_NORMAL },
    [STYLE_STATE_TRACED] = { 222, OWN, BRIGHT | YELLOW, OWN, A_UNDERLINE, A_UNDERLINE },
    [STYLE_STATE_Z] = { 182, OWN, BRIGHT | MAGENTA, OWN, A_NORMAL, A_DIM },
    [STYLE_STATE_X] = { 245, OWN, WHITE, OWN, A_NORMAL, A_DIM },
    [STYLE_TASK_FIRST + 0] = { 214, OWN, YELLOW, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 1] = { 117, OWN, BRIGHT | CYAN, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 2] = { 43, OWN, BRIGHT | GREEN, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 3] = { 227, OWN, BRIGHT | YELLOW, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 4] = { 75, OWN, BRIGHT | BLUE, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 5] = { 209, OWN, BRIGHT | RED, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 6] = { 182, OWN, BRIGHT | MAGENTA, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 7] = { 255, OWN, BRIGHT | WHITE, OWN, A_NORMAL, A_NORMAL },
};

/* On white, which it paints itself: the same hues, darker. */
static const struct look light[STYLES] = {
    [STYLE_NORMAL] = { 16, OWN, BLACK, OWN, A_NORMAL, A_NORMAL },
    [STYLE_DIM] = { 240, OWN, BLACK, OWN, A_NORMAL, A_DIM },
    [STYLE_BORDER] = { 246, OWN, BLUE, OWN, A_NORMAL, A_DIM },
    [STYLE_BORDER_FOCUS] = { 25, OWN, BLUE, OWN, A_BOLD, A_BOLD },
    [STYLE_TITLE] = { 238, OWN, BLACK, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TITLE_FOCUS] = { 16, OWN, BLACK, OWN, A_BOLD, A_BOLD },
    [STYLE_FOCUS] = { 16, 153, BRIGHT | WHITE, BLUE, A_BOLD, A_REVERSE },
    [STYLE_CURRENT] = { 16, OWN, BLACK, OWN, A_BOLD, A_BOLD },
    [STYLE_CHANGED] = { 16, 221, BLACK, YELLOW, A_NORMAL, A_REVERSE },
    [STYLE_WAS] = { 94, OWN, MAGENTA, OWN, A_NORMAL, A_NORMAL },
    [STYLE_KERNEL] = { 236, 252, BLACK, OWN, A_NORMAL, A_NORMAL },
    [STYLE_SHARED] = { 25, OWN, BLUE, OWN, A_BOLD, A_BOLD },
    [STYLE_FREE] = { 248, OWN, BLUE, OWN, A_NORMAL, A_DIM },
    [STYLE_ERROR] = { 124, OWN, RED, OWN, A_BOLD, A_BOLD },
    [STYLE_PROMPT] = { 25, OWN, BLUE, OWN, A_BOLD, A_BOLD },
    [STYLE_HINT] = { 241, OWN, BLUE, OWN, A_NORMAL, A_DIM },
    [STYLE_SENTENCE] = { 18, OWN, BLUE, OWN, A_BOLD, A_BOLD },
    [STYLE_KEY] = { 231, 240, WHITE, BLACK, A_NORMAL, A_REVERSE },
    [STYLE_STATE_R] = { 22, OWN, GREEN, OWN, A_BOLD, A_BOLD },
    [STYLE_STATE_S] = { 24, OWN, BLUE, OWN, A_NORMAL, A_NORMAL },
    [STYLE_STATE_D] = { 124, OWN, RED, OWN, A_BOLD, A_UNDERLINE },
    [STYLE_STATE_T] = { 94, OWN, MAGENTA, OWN, A_NORMAL, A_NORMAL },
    [STYLE_STATE_TRACED] = { 94, OWN, MAGENTA, OWN, A_UNDERLINE, A_UNDERLINE },
    [STYLE_STATE_Z] = { 90, OWN, MAGENTA, OWN, A_BOLD, A_DIM },
    [STYLE_STATE_X] = { 240, OWN, BLACK, OWN, A_NORMAL, A_DIM },
    [STYLE_TASK_FIRST + 0] = { 130, OWN, RED, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 1] = { 25, OWN, BLUE, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 2] = { 23, OWN, GREEN, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 3] = { 94, OWN, MAGENTA, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 4] = { 19, OWN, BLUE, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 5] = { 160, OWN, RED, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 6] = { 90, OWN, MAGENTA, OWN, A_NORMAL, A_NORMAL },
    [STYLE_TASK_FIRST + 7] = { 16, OWN, BLACK, OWN, A_NORMAL, A_NORMAL },
};

/* For bad projectors: black and white and few hues, all of them bright; nothing grey. */
static const struct look high_contrast[STYLES] = {
    [STYLE_NORMAL] = { 231, OWN, BRIGHT | WHITE, OWN, A_NORMAL, A_NORMAL },
    [STYLE_DIM] = { 252, OWN, WHITE, OWN, A_NORMAL, A_DIM },
    [STYLE_BORDER] = { 250, OWN, WHITE, OWN, A_NORMAL, A_DIM },
    [STYLE_BORDER_FOCUS] = { 226, OWN, BRIGHT | YELLOW, OWN, A_BOLD, A_BOLD },
    [STYLE_TITLE] = { 231, OWN, BRIGHT | WHITE, OWN, A_BOLD, A_NORMAL },
    [STYLE_TITLE_FOCUS] = { 226, OWN, BRIGHT | YELLOW, OWN, A_BOLD, A_BOLD },
    [STYLE_FOCUS] = { 16, 231, BLACK, WHITE, A_BOLD, A_REVERSE },
    [STYLE_CURRENT] = { 231, OWN, BRIGHT | WHITE, OWN, A_BOLD, A_BOLD },
    [STYLE_CHANGED] = { 16, 226, BLACK, YELLOW, A_BOLD, A_REVERSE },
    [STYLE_WAS] = { 226, OWN, BRIGHT | YELLOW, OWN, A_NORMAL, A_NORMAL },
    [STYLE_KERNEL] = { 231, 240, BRIGHT | WHITE, OWN, A_NORMAL, A_NORMAL },
    [STYLE_SHARED] = { 51, OWN, BRIGHT | CYAN, OWN, A_BOLD, A_BOLD },
    [STYLE_FREE] = { 250, OWN, WHITE, OWN, A_NORMAL, A_DIM },
    [STYLE_ERROR] = { 16, 214, BRIGHT | WHITE, RED, A_BOLD, A_BOLD },
    [STYLE_PROMPT] = { 51, OWN, BRIGHT | CYAN, OWN, A_BOLD, A_BOLD },
    [STYLE_HINT] = { 252, OWN, WHITE, OWN, A_NORMAL, A_DIM },
    [STYLE_SENTENCE] = { 226, OWN, BRIGHT | YELLOW, OWN, A_BOLD, A_BOLD },
    [STYLE_KEY] = { 16, 231, BLACK, WHITE, A_BOLD, A_REVERSE },
    [STYLE_STATE_R] = { 120, OWN, BRIGHT | GREEN, OWN, A_BOLD, A_BOLD },
    [STYLE_STATE_S] = { 159, OWN, BRIGHT | CYAN, OWN, A_BOLD, A_NORMAL },
    [STYLE_STATE_D] = { 215, OWN, BRIGHT | YELLOW, OWN, A_BOLD, A_UNDERLINE },
    [STYLE_STATE_T] = { 226, OWN, BRIGHT | YELLOW, OWN, A_BOLD, A_NORMAL },
    [STYLE_STATE_TRACED] = { 226, OWN, BRIGHT | YELLOW, OWN, A_UNDERLINE, A_UNDERLINE },
    [STYLE_STATE_Z] = { 219, OWN, BRIGHT | MAGENTA, OWN, A_BOLD, A_DIM },
    [STYLE_STATE_X] = { 252, OWN, WHITE, OWN, A_NORMAL, A_DIM },
    [STYLE_TASK_FIRST + 0] = { 215, OWN, BRIGHT | YELLOW, OWN, A_BOLD, A_NORMAL },
    [STYLE_TASK_FIRST + 1] = { 159, OWN, BRIGHT | CYAN, OWN, A_BOLD, A_NORMAL },
    [STYLE_TASK_FIRST + 2] = { 120, OWN, BRIGHT | GREEN, OWN, A_BOLD, A_NORMAL },
    [STYLE_TASK_FIRST + 3] = { 226, OWN, BRIGHT | YELLOW, OWN, A_BOLD, A_NORMAL },
    [STYLE_TASK_FIRST + 4] = { 153, OWN, BRIGHT | CYAN, OWN, A_BOLD, A_NORMAL },
    [STYLE_TASK_FIRST + 5] = { 223, OWN, BRIGHT | WHITE, OWN, A_BOLD, A_NORMAL },
    [STYLE_TASK_FIRST + 6] = { 219, OWN, BRIGHT | MAGENTA, OWN, A_BOLD, A_NORMAL },
    [STYLE_TASK_FIRST + 7] = { 231, OWN, BRIGHT | WHITE, OWN, A_BOLD, A_NORMAL },
};

static const struct {
    const char *name;
    const struct look *looks;
    short background256, background16; /* what OWN stands for as a background */
} themes[THEMES] = {
    [THEME_DARK] = { "dark", dark, OWN, OWN },
    [THEME_LIGHT] = { "light", light, 231, WHITE },
    [THEME_HIGH_CONTRAST] = { "high-contrast", high_contrast, 16, BLACK },
    [THEME_MONO] = { "mono", dark, OWN, OWN },
};

static const char *const symbols[SYMBOLS][2] = {
    /* UTF-8, ASCII */
    [SYMBOL_UP] = { "▲", "^" },          [SYMBOL_DOWN] = { "▼", "v" },
    [SYMBOL_LEFT] = { "◀", "<" },        [SYMBOL_RIGHT] = { "▶", ">" },
    [SYMBOL_CURRENT] = { "▶", ">" },     [SYMBOL_CHANGED] = { "▪", "*" },
    [SYMBOL_TREE_NEXT] = { "├─", "|-" }, [SYMBOL_TREE_LAST] = { "└─", "`-" },
    [SYMBOL_TREE_DOWN] = { "│ ", "| " }, [SYMBOL_ELLIPSIS] = { "…", "~" },
    [SYMBOL_BAR_FULL] = { "█", "#" },    [SYMBOL_BAR_EMPTY] = { "░", "." },
    [SYMBOL_FREE] = { "·", "." },        [SYMBOL_SCROLL] = { "┃", "#" },
};

static bool wants_no_color(void)
{
    const char *value = getenv("NO_COLOR");

    return value && *value;
}

/* COLORFGBG is "FG;BG" or "FG;default;BG"; 7 and from 9 on are light. */
static bool has_light_background(void)
{
    const char *value = getenv("COLORFGBG");
    const char *last = value ? strrchr(value, ';') : NULL;
    long colour = last && last[1] >= '0' && last[1] <= '9' ? strtol(last + 1, NULL, 10) : 0;

    return colour == WHITE || colour > BRIGHT;
}

static enum theme_name automatic(void)
{
    if (wants_no_color())
        return THEME_MONO;
    return has_light_background() ? THEME_LIGHT : THEME_DARK;
}

static enum theme_depth terminal_depth(enum theme_name name)
{
    if (name == THEME_MONO || !has_colors())
        return THEME_MONOCHROME;
    start_color();
    use_default_colors();
    if (COLORS > 256) /* numbers beyond 7 are red, green and blue there, and no palette's */
        return THEME_8;
    if (COLORS == 256 && COLOR_PAIRS > STYLES)
        return THEME_256;
    return COLORS >= 16 ? THEME_16 : THEME_8;
}

/*
 * With 8 colours the bright ones are the plain ones and bold; black on black is not chosen by the
 * table.
 */
static attr_t look_attrs(const struct theme *theme, const struct look *look, short pair)
{
    bool has_256 = theme->depth == THEME_256;
    short fg = has_256 ? look->fg256 : look->fg16;
    short bg = has_256 ? look->bg256 : look->bg16;
    attr_t attrs = look->attrs;

    if (theme->depth == THEME_MONOCHROME)
        return look->mono;
    if (bg == OWN)
        bg = has_256 ? themes[theme->name].background256 : themes[theme->name].background16;
    if (bg == WHITE && theme->depth == THEME_16 && theme->name == THEME_LIGHT)
        bg = BRIGHT | WHITE;
    if (theme->depth == THEME_8 && fg >= BRIGHT) {
        fg = (short)(fg - BRIGHT);
        attrs |= A_BOLD;
    }
    if (fg == OWN && bg == OWN)
        return attrs;
    init_pair(pair, fg, bg);
    return attrs | COLOR_PAIR(pair);
}

void theme_init(struct theme *theme, enum theme_name name, bool is_ascii)
{
    theme->name = name == THEME_AUTOMATIC ? automatic() : name;
    theme->depth = terminal_depth(theme->name);
    theme->is_ascii = is_ascii;
    for (int i = 0; i < STYLES; i++)
        theme->attrs[i] = look_attrs(theme, &themes[theme->name].looks[i], (short)(i + 1));
    /* Blanks, and text in no colour of its own, get the theme's background, too. */
    wbkgdset(stdscr, ' ' | theme->attrs[STYLE_NORMAL]);
}

const char *theme_name_text(enum theme_name name)
{
    return name < THEMES ? themes[name].name : NULL;
}

enum theme_name theme_by_name(const char *text)
{
    enum theme_name name = THEME_DARK;

    while (name < THEMES && strcmp(themes[name].name, text) != 0)
        name++;
    return name;
}

attr_t theme_style(const struct theme *theme, enum style style)
{
    return theme->attrs[style];
}

attr_t theme_task(const struct theme *theme, int pid)
{
    unsigned colours = STYLE_TASK_LAST - STYLE_TASK_FIRST + 1;

    return theme->attrs[STYLE_TASK_FIRST + (unsigned)pid % colours];
}

attr_t theme_state(const struct theme *theme, char state)
{
    switch (state) {
    case 'R':
        return theme->attrs[STYLE_STATE_R];
    case 'S':
        return theme->attrs[STYLE_STATE_S];
    case 'D':
        return theme->attrs[STYLE_STATE_D];
    case 'T':
        return theme->attrs[STYLE_STATE_T];
    case 't':
        return theme->attrs[STYLE_STATE_TRACED];
    case 'Z':
        return theme->attrs[STYLE_STATE_Z];
    case 'X':
        return theme->attrs[STYLE_STATE_X];
    default:
        return theme->attrs[STYLE_NORMAL];
    }
}

attr_t theme_marked(const struct theme *theme, attr_t attrs)
{
    (void)theme;
    return attrs | A_REVERSE;
}

const char *theme_symbol(const struct theme *theme, enum symbol symbol)
{
    return symbols[symbol][theme->is_ascii];
}
