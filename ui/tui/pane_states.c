/*
 * The diagram of the task states: a box per state with the tasks that stand in it, and the arrows
 * between them, lit when they were taken.
 */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stdio.h>
#include <string.h>

enum {
    ROWS_MIN = 8, /* lower or narrower than this there is only a list */
    COLS_MIN = 28,
    ROWS_LINES = 10, /* from here on arrows have a line above and below their words */
    ROWS_CPU = 11,   /* from here on the CPU and those that wait for it have rows of their own */
    COLS_WORDS = 50, /* from here on states have their names beside the letters */
    COLS_NAMES = 9,  /* columns a task must have to be shown with its name */
    ROWS_LOWER = 4,  /* of a lower box: a row for each of its states */
    /* Arrows have their kernel function's name, if there are rows for it: */
    COLS_FUNCTIONS = 40,      /* from here on in three lines, */
    COLS_TWO_LINES = 47,      /* from here on in two, */
    COLS_ONE_LINE = 65,       /* from here on in one, */
    COLS_ALL_FUNCTIONS = 100, /* and without having to share the width from here on */
    LINES_MAX = 3,
    ARROWS = 5,
};

#define BIT(arrow) (1u << VIEW_ARROW_##arrow)

/* An arrow between the upper box and a lower one. */
struct arrow {
    u32 bits; /* the transitions that it stands for, 1 << enum view_arrow */
    bool is_up;
    int box; /* of the lower ones, from the left */
    const char *word;
    const char *function;
    /* Where a short name goes on in a second line of two, in a second and a third of three: 0, not. */
    int half, third[2];
};

static const struct arrow arrows[ARROWS] = {
    { BIT(WOKEN) | BIT(DONE), true, 0, "event", "try_to_wake_up", 7, { 7, 0 } },
    { BIT(SLEEPS) | BIT(WAITS), false, 0, "waits", "schedule", 0, { 0, 0 } },
    { BIT(CONTINUES), true, 1, "CONT", "handle_stop_signal", 7, { 7, 12 } },
    { BIT(STOPS), false, 1, "STOP", "do_signal_stop", 10, { 3, 10 } },
    { BIT(EXITS) | BIT(GOES), false, 2, "exit", "do_exit", 0, { 0, 0 } },
};

struct diagram {
    const struct canvas *canvas;
    const struct view_states *states;
    struct pid_places *places;
    s32 current;             /* who is on the CPU, in whatever state it says to be */
    int arrow_y, arrow_rows; /* the rows between the upper box and the lower ones */
    int function_rows;       /* of them with names of functions */
    int box[4];              /* where the lower boxes begin, and the last one ends */
};

/* ---- Tasks in a box ---- */

static int draw_token(const struct diagram *d, const struct canvas *canvas, int y, int x,
                      const struct view_box_task *task, bool has_name)
{
    attr_t attrs = theme_task(canvas->theme, task->pid);
    int begin = x;

    if (task->pid == d->current)
        x = draw_text(canvas, y, x, draw_style(canvas, STYLE_CURRENT),
                      theme_symbol(canvas->theme, SYMBOL_CURRENT));
    if (task->mark != VIEW_SAME)
        attrs = theme_marked(canvas->theme, attrs);
    if (has_name)
        x = draw_textf(canvas, y, x, attrs, "%d %s", task->pid, task->comm);
    else
        x = draw_textf(canvas, y, x, attrs, "%d", task->pid);
    pid_places_add(d->places, canvas, &(struct rect){ y, begin, 1, x - begin }, task->pid);
    return x;
}

static int token_width(const struct view_box_task *task, bool has_name, bool is_current)
{
    char text[96];

    snprintf(text, sizeof text, has_name ? "%d %s" : "%d", task->pid, task->comm);
    return glyph_width(text) + is_current;
}

/* Draws the tasks of a box into the canvas, as many as fit, then how many more there are. */
static void draw_tokens(const struct diagram *d, const struct canvas *canvas,
                        const struct view_box_content *box)
{
    int cols = canvas->area.cols, rows = canvas->area.rows, y = 0, x = 0;
    bool has_name = (int)box->count * COLS_NAMES <= rows * cols;
    u32 i;

    for (i = 0; i < box->shown; i++) {
        bool is_last = i + 1 == box->count;
        int more = is_last || y + 1 < rows ? 0 : 7; /* room for " +12345" */
        int width = token_width(&box->task[i], has_name, box->task[i].pid == d->current);
        if (x > 0 && x + 1 + width + more > cols) {
            if (y + 1 >= rows)
                break;
            y++;
            x = 0;
        }
        x = draw_token(d, canvas, y, x > 0 ? x + 1 : 0, &box->task[i], has_name);
    }
    if (i < box->count)
        draw_textf(canvas, y, x > 0 ? x + 1 : 0, draw_style(canvas, STYLE_DIM), "+%u",
                   box->count - i);
}

/* A row or more of a box: the state's letter, its name when there is room, its tasks. */
static void draw_state(const struct diagram *d, const struct canvas *canvas, char letter,
                       const char *word, enum view_box which)
{
    bool has_word = d->canvas->area.cols >= COLS_WORDS || letter == ' ';
    const char text[2] = { letter, 0 };
    int x = 0;

    if (letter != ' ')
        x = draw_text(canvas, 0, 0, theme_state(canvas->theme, letter), text) + 1;
    if (has_word)
        x = draw_text(canvas, 0, x, draw_style(canvas, STYLE_DIM), word) + 1;
    struct canvas part = draw_part(canvas, 0, x, canvas->area.rows, canvas->area.cols - x);
    draw_tokens(d, &part, &d->states->box[which]);
}

/* ---- Arrows ---- */

/* How a transition looks: the last one that happened, one since the last stop, any other. */
static attr_t arrow_attrs(const struct diagram *d, u32 bits)
{
    if (d->states->lit & bits && 1u << d->states->last.arrow & bits)
        return draw_style(d->canvas, STYLE_CHANGED);
    return draw_style(d->canvas, d->states->lit & bits ? STYLE_CURRENT : STYLE_DIM);
}

/* The columns of an arrow and of its words. */
struct arrow_place {
    int x, words, width;
};

/* A function's name as it stands beside its arrow, in one line or more. */
struct lines {
    const char *text[LINES_MAX];
    int length[LINES_MAX], count, width;
};

static struct lines lines_of(const struct diagram *d, const struct arrow *arrow)
{
    int split[LINES_MAX - 1] = { d->function_rows == 2 ? arrow->half : 0, 0 };
    struct lines lines = { .count = 0 };
    int begin = 0, total = (int)strlen(arrow->function);

    if (d->function_rows == 3)
        memcpy(split, arrow->third, sizeof split);
    for (int i = 0; d->function_rows > 0 && begin < total; i++) {
        int end = i < LINES_MAX - 1 && split[i] > 0 ? split[i] : total;
        lines.text[i] = arrow->function + begin;
        lines.length[i] = end - begin;
        lines.width = lines.width > end - begin ? lines.width : end - begin;
        lines.count = i + 1;
        begin = end;
    }
    return lines;
}

/* The columns that an arrow's words take. */
static int words_width(const struct diagram *d, const struct arrow *arrow)
{
    int width = lines_of(d, arrow).width, word = glyph_width(arrow->word);

    return width > word ? width : word;
}

/* Arrows stand at the sides of their boxes; where their words need all room, these share it. */
static void place_arrows(const struct diagram *d, struct arrow_place places[ARROWS])
{
    int in = (d->box[1] - 12) / 4 + 2, out = (d->box[1] - 12) / 4 + 4, total = 0, before = 0;
    const int plain[ARROWS] = { in, d->box[1] - out, d->box[1] + in, d->box[2] - out + 1,
                                (d->box[2] + d->box[3]) / 2 };

    for (int i = 0; i < ARROWS; i++)
        total += words_width(d, &arrows[i]);
    for (int i = 0; i < ARROWS; i++) {
        struct arrow_place *p = &places[i];
        int first = d->box[arrows[i].box] + 1, last = d->box[arrows[i].box + 1] - 2;
        p->width = words_width(d, &arrows[i]);
        p->x = plain[i];
        p->words = p->x - p->width / 2;
        if (d->function_rows > 0 && d->box[3] < COLS_ALL_FUNCTIONS) {
            p->words = before + i * (d->box[3] - total) / (ARROWS - 1);
            p->x = p->words + p->width / 2;
        }
        p->x = p->x < first ? first : p->x > last ? last : p->x;
        p->words = p->words > d->box[3] - p->width ? d->box[3] - p->width : p->words;
        p->words = p->words < 0 ? 0 : p->words;
        before += p->width;
    }
}

static void draw_word(const struct diagram *d, int y, const struct arrow_place *p, attr_t attrs,
                      const char *word, int length)
{
    draw_textf(d->canvas, y, p->words + (p->width - length) / 2, attrs, "%.*s", length, word);
}

/* Draws an arrow from border to border, with its words in the middle. */
static void draw_arrow(const struct diagram *d, const struct arrow *arrow,
                       const struct arrow_place *p)
{
    const struct theme *theme = d->canvas->theme;
    attr_t attrs = arrow_attrs(d, arrow->bits);
    const char *tail = theme->is_ascii ? "+" : arrow->is_up ? "┴" : "┬";
    const char *head = theme_symbol(theme, arrow->is_up ? SYMBOL_UP : SYMBOL_DOWN);
    int bottom = d->arrow_y + d->arrow_rows;
    struct lines lines = lines_of(d, arrow);

    draw_text(d->canvas, d->arrow_y - 1, p->x, attrs, arrow->is_up ? head : tail);
    draw_text(d->canvas, bottom, p->x, attrs, arrow->is_up ? tail : head);
    if (d->arrow_rows >= 3)
        draw_vertical(d->canvas, d->arrow_y, p->x, d->arrow_rows, attrs);
    int y = d->arrow_y + (d->arrow_rows - 1 - d->function_rows) / 2;
    draw_word(d, y, p, attrs, arrow->word, glyph_width(arrow->word));
    for (int i = 0; i < lines.count; i++)
        draw_word(d, y + 1 + i, p, attrs, lines.text[i], lines.length[i]);
}

/* A word and an arrow's head in a box' border, for what comes from nowhere or goes there. */
static void draw_border_arrow(const struct diagram *d, int y, int right, u32 bits, const char *word)
{
    attr_t attrs = arrow_attrs(d, bits);
    const char *gap = d->canvas->area.cols < COLS_WORDS ? "" : " ";
    int x = right - glyph_width(word) - 2 * glyph_width(gap) - 1;

    x = draw_textf(d->canvas, y, x, attrs, "%s%s%s", gap, word, gap);
    draw_text(d->canvas, y, x, attrs, theme_symbol(d->canvas->theme, SYMBOL_DOWN));
}

/* ---- Boxes ---- */

static struct canvas draw_part_box(const struct diagram *d, int y, int x, int rows, int cols)
{
    struct canvas part = draw_part(d->canvas, y, x, rows, cols);

    draw_box(&part, BOX_WHOLE, false, NULL, NULL);
    return draw_inside(&part, BOX_WHOLE);
}

/* The box of the state R: who is on the CPU, and who waits for it. */
static void draw_running(const struct diagram *d, int rows)
{
    int cols = d->canvas->area.cols;
    struct canvas inside = draw_part_box(d, 0, 0, rows, cols);

    draw_text(d->canvas, 0, 2, draw_style(d->canvas, STYLE_TITLE), _(" R running "));
    draw_border_arrow(d, 0, cols - 1, BIT(FORK),
                      d->function_rows ? "fork: wake_up_new_task" : _("fork"));
    if (inside.area.rows == 1) {
        struct canvas part = inside;
        const struct view_box_content *on_cpu = &d->states->box[VIEW_BOX_CPU];
        int x = 0;
        if (on_cpu->shown > 0)
            x = draw_token(d, &part, 0, 0, &on_cpu->task[0], true) + 1;
        part = draw_part(&inside, 0, x, 1, inside.area.cols - x);
        draw_tokens(d, &part, &d->states->box[VIEW_BOX_READY]);
        return;
    }
    struct canvas part = draw_part(&inside, 0, 0, 1, inside.area.cols);
    draw_state(d, &part, ' ', _("CPU  "), VIEW_BOX_CPU);
    bool has_functions = cols >= COLS_ALL_FUNCTIONS;
    const char *words = has_functions ? "elected: schedule" : _("elected");
    draw_textf(&inside, 0, inside.area.cols - glyph_width(words) - 2, arrow_attrs(d, BIT(ELECTED)),
               "%s %s", words, theme_symbol(d->canvas->theme, SYMBOL_UP));
    words = has_functions ? "preempted: schedule" : _("preempted");
    int width = glyph_width(words) + 2;
    part = draw_part(&inside, 1, 0, inside.area.rows - 1, inside.area.cols - width - 1);
    draw_state(d, &part, ' ', _("ready"), VIEW_BOX_READY);
    draw_textf(&inside, 1, inside.area.cols - width, arrow_attrs(d, BIT(PREEMPTED)), "%s %s", words,
               theme_symbol(d->canvas->theme, SYMBOL_DOWN));
}

/* The words of a lower box: what its two states are called. */
struct lower {
    char letter[2];
    enum view_box box[2];
    const char *word[2];
    const char *name;
};

static void draw_lower(const struct diagram *d, int y, int x, int rows, int cols,
                       const struct lower *lower)
{
    struct canvas inside = draw_part_box(d, y, x, rows, cols);
    int second = (inside.area.rows + 1) / 2;
    struct canvas part = draw_part(&inside, 0, 0, second, inside.area.cols);

    draw_state(d, &part, lower->letter[0], lower->word[0], lower->box[0]);
    part = draw_part(&inside, second, 0, inside.area.rows - second, inside.area.cols);
    draw_state(d, &part, lower->letter[1], lower->word[1], lower->box[1]);
    if (d->canvas->area.cols < COLS_WORDS && lower->name)
        draw_textf(d->canvas, y + rows - 1, x + 1, draw_style(d->canvas, STYLE_DIM), " %s ",
                   lower->name);
}

static void draw_diagram(struct diagram *d)
{
    static const struct lower asleep = {
        { 'S', 'D' }, { VIEW_BOX_SLEEP, VIEW_BOX_DISK }, { "asleep", "disk  " }, "asleep"
    };
    static const struct lower stopped = {
        { 'T', 't' }, { VIEW_BOX_STOPPED, VIEW_BOX_TRACED }, { "stopped", "traced " }, "stopped"
    };
    static const struct lower zombie = {
        { 'Z', 'X' }, { VIEW_BOX_ZOMBIE, VIEW_BOX_DEAD }, { "zombie", "dead  " }, NULL
    };
    struct arrow_place places[ARROWS];
    int rows = d->canvas->area.rows, cols = d->canvas->area.cols;
    int upper = rows < ROWS_CPU ? 3 : 4 + (rows - ROWS_CPU) / 4;

    int spare = rows - upper - ROWS_LOWER - 1; /* besides a row for the arrows' words */

    d->function_rows = cols < COLS_FUNCTIONS   ? 0
                       : cols < COLS_TWO_LINES ? 3
                       : cols < COLS_ONE_LINE  ? 2
                                               : 1;
    if (rows < ROWS_CPU || spare < d->function_rows)
        d->function_rows = 0;
    spare -= d->function_rows; /* for the lines above and below the words */
    d->arrow_rows = rows < ROWS_LINES ? 1 : 1 + d->function_rows + (spare < 2 ? spare : 2);
    d->arrow_y = upper;
    d->box[1] = cols * 2 / 5;
    d->box[2] = d->box[1] + cols * 9 / 25;
    d->box[3] = cols;
    int y = upper + d->arrow_rows;

    draw_running(d, upper);
    draw_lower(d, y, d->box[0], rows - y, d->box[1] - d->box[0], &asleep);
    draw_lower(d, y, d->box[1], rows - y, d->box[2] - d->box[1], &stopped);
    draw_lower(d, y, d->box[2], rows - y, d->box[3] - d->box[2], &zombie);
    draw_border_arrow(d, rows - 1, cols - 1, BIT(REAPED),
                      cols >= COLS_ALL_FUNCTIONS ? "wait4: release_task" : _("wait4"));
    place_arrows(d, places);
    for (int i = 0; i < ARROWS; i++)
        draw_arrow(d, &arrows[i], &places[i]);
}

/* ---- The pane ---- */

/* Too little room for boxes: a row per state. */
static void draw_list(const struct diagram *d)
{
    static const struct {
        char letter;
        enum view_box box;
    } rows[] = { { 'R', VIEW_BOX_CPU },    { 'R', VIEW_BOX_READY },   { 'S', VIEW_BOX_SLEEP },
                 { 'D', VIEW_BOX_DISK },   { 'T', VIEW_BOX_STOPPED }, { 't', VIEW_BOX_TRACED },
                 { 'Z', VIEW_BOX_ZOMBIE }, { 'X', VIEW_BOX_DEAD } };
    int y = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && y < d->canvas->area.rows; i++) {
        if (d->states->box[rows[i].box].count == 0)
            continue;
        struct canvas part = draw_part(d->canvas, y++, 0, 1, d->canvas->area.cols);
        draw_state(d, &part, rows[i].letter, "", rows[i].box);
    }
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct states_state *state = pane;
    struct diagram d = { .canvas = canvas,
                         .states = &vs->states,
                         .places = &state->places,
                         .current = view_current(vs->view) };

    (void)has_focus;
    pid_places_begin(&state->places, canvas);
    if (canvas->area.rows < ROWS_MIN || canvas->area.cols < COLS_MIN)
        draw_list(&d);
    else
        draw_diagram(&d);
}

/* The last transition in words: "3 sh R → Z exit". */
static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    const struct view_transition *last = &vs->states.last;

    (void)pane;
    if (last->arrow == VIEW_ARROW_NONE)
        return;
    char who[80];
    snprintf(who, sizeof who, last->comm[0] ? "%d %s" : "%d", last->pid, last->comm);
    if (last->arrow == VIEW_ARROW_ELECTED)
        snprintf(text, size, _("%s gets the CPU"), who);
    else if (last->from == '-')
        snprintf(text, size, "%s: %s → %c", who, last->cause, last->to);
    else
        snprintf(text, size, "%s %c → %c: %s", who, last->from, last->to, last->cause);
}

/* A click on a task chooses it. */
static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct states_state *state = pane;

    (void)view;
    return pid_places_command(&state->places, key, line, size);
}

const struct pane states_pane = {
    .name = "states",
    .brief = 4,
    .title = "states",
    .min_rows = ROWS_MIN + 1,
    .min_cols = COLS_MIN + 2,
    .state_size = sizeof(struct states_state),
    .draw = draw,
    .note = note,
    .command = command,
};
