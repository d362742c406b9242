/* The table of layouts. */
#include "tui/layouts.h"

#include "tui/panes.h"

#include <string.h>

enum {
    WIDE_COLS = 130, /* from here on there are three columns of panes */
    VAST_COLS = 196, /* from here on four, wide enough for the names at the arrows of the states */
    PLACES_MAX = PANES,
};

/* A pane's place: in which column, and its share of that column's height. 0: no place. */
struct place {
    int pane;
    int column;
    int weight;
};

/*
 * Panes that have no place come into sight when they are chosen: in the last column. Widths that a
 * layout leaves out are as the next narrower one.
 */
struct plan {
    struct layout_column column[LAYOUT_MAX_COLUMNS];
    struct place place[PLACES_MAX];
    int lesson; /* the narration's share of the last column while a lesson is played, or 0 */
};

static const struct {
    const char *name;
    const char *purpose;
    int subject; /* the pane that shows that */
    struct plan plan[LAYOUT_WIDTHS];
    /* A pane that shows a certain tab in this layout. */
    int tab_pane;
    int tab;
} layouts[] = {
    {
        .name = "teach",
        .purpose = "who is there, who runs, what just changed",
        .subject = PANE_TASKS,
        .plan = {
            { .column = { { 42, 32 }, { 58, 44 } },
              .place = { { PANE_TASKS, 0, 46 },
                         { PANE_STATES, 0, 54 },
                         { PANE_TRACE, 1, 50 },
                         { PANE_TASK, 1, 50 } } },
            { .column = { { 32, 42 }, { 36, 44 }, { 32, 42 } },
              .place = { { PANE_TASKS, 0, 50 },
                         { PANE_STATES, 0, 50 },
                         { PANE_TRACE, 1, 65 },
                         { PANE_STACK, 1, 35 },
                         { PANE_TASK, 2, 60 },
                         { PANE_NARRATION, 2, 40 } } },
            { .column = { { 25, 42 }, { 27, 44 }, { 24, 44 }, { 24, 42 } },
              .place = { { PANE_TASKS, 0, 50 },
                         { PANE_STATES, 0, 50 },
                         { PANE_TRACE, 1, 65 },
                         { PANE_KERNEL, 1, 35 },
                         { PANE_MEMORY, 2, 65 },
                         { PANE_STACK, 2, 35 },
                         { PANE_TASK, 3, 60 },
                         { PANE_NARRATION, 3, 40 } } },
        },
        .tab_pane = LAYOUT_NO_PANE,
    },
    {
        .name = "memory",
        .purpose = "page frames, areas and who shares them",
        .subject = PANE_MEMORY,
        .plan = {
            { .column = { { 42, 32 }, { 58, 44 } },
              .place = { { PANE_TASKS, 0, 46 },
                         { PANE_TRACE, 0, 54 },
                         { PANE_MEMORY, 1, 100 } } },
            { .column = { { 28, 42 }, { 42, 44 }, { 30, 42 } },
              .place = { { PANE_TASKS, 0, 60 },
                         { PANE_KERNEL, 0, 40 },
                         { PANE_MEMORY, 1, 100 },
                         { PANE_TRACE, 2, 65 } },
              .lesson = 35 },
            { .column = { { 24, 42 }, { 32, 44 }, { 24, 44 }, { 20, 42 } },
              .place = { { PANE_TASKS, 0, 60 },
                         { PANE_FILES, 0, 40 },
                         { PANE_MEMORY, 1, 100 },
                         { PANE_TRACE, 2, 100 },
                         { PANE_KERNEL, 3, 30 },
                         { PANE_TASK, 3, 35 } },
              .lesson = 35 },
        },
        .tab_pane = PANE_KERNEL,
        .tab = TAB_BLOCKS,
    },
    {
        .name = "kernel",
        .purpose = "the kernel's objects: stacks, slabs, PIDs, task_struct",
        .subject = PANE_KERNEL,
        .plan = {
            { .column = { { 50, 40 }, { 50, 40 } },
              .place = { { PANE_STACK, 0, 50 },
                         { PANE_KERNEL, 0, 50 },
                         { PANE_TRACE, 1, 50 },
                         { PANE_TASK, 1, 50 } } },
            { .column = { { 32, 42 }, { 36, 44 }, { 32, 42 } },
              .place = { { PANE_TASKS, 0, 30 },
                         { PANE_STACK, 0, 70 },
                         { PANE_TRACE, 1, 60 },
                         { PANE_KERNEL, 1, 40 },
                         { PANE_TASK, 2, 65 } },
              .lesson = 35 },
            { .column = { { 25, 42 }, { 27, 44 }, { 24, 44 }, { 24, 42 } },
              .place = { { PANE_TASKS, 0, 40 },
                         { PANE_RING, 0, 60 },
                         { PANE_TRACE, 1, 60 },
                         { PANE_KERNEL, 1, 40 },
                         { PANE_STACK, 2, 50 },
                         { PANE_FILES, 2, 50 },
                         { PANE_TASK, 3, 65 } },
              .lesson = 35 },
        },
        .tab_pane = PANE_KERNEL,
        .tab = TAB_SLABS,
    },
    {
        .name = "sched",
        .purpose = "who may run: states, run queue, switches",
        .subject = PANE_STATES,
        .plan = {
            { .column = { { 46, 34 }, { 54, 42 } },
              .place = { { PANE_STATES, 0, 60 },
                         { PANE_TASKS, 0, 40 },
                         { PANE_KERNEL, 1, 50 },
                         { PANE_TRACE, 1, 50 } } },
            { .column = { { 36, 42 }, { 32, 42 }, { 32, 42 } },
              .place = { { PANE_STATES, 0, 60 },
                         { PANE_TASKS, 0, 40 },
                         { PANE_KERNEL, 1, 60 },
                         { PANE_STACK, 1, 40 },
                         { PANE_TRACE, 2, 65 } },
              .lesson = 35 },
            { .column = { { 28, 42 }, { 24, 42 }, { 26, 44 }, { 22, 42 } },
              .place = { { PANE_STATES, 0, 60 },
                         { PANE_TASKS, 0, 40 },
                         { PANE_KERNEL, 1, 55 },
                         { PANE_TIMELINE, 1, 45 },
                         { PANE_TRACE, 2, 100 },
                         { PANE_STACK, 3, 30 },
                         { PANE_TASK, 3, 35 } },
              .lesson = 35 },
        },
        .tab_pane = PANE_KERNEL,
        .tab = TAB_RUNQUEUE,
    },
    {
        .name = "io",
        .purpose = "open files, pipes, signals, and who waits for them",
        .subject = PANE_FILES,
        .plan = {
            { .column = { { 42, 32 }, { 58, 44 } },
              .place = { { PANE_TASKS, 0, 46 },
                         { PANE_STATES, 0, 54 },
                         { PANE_FILES, 1, 60 },
                         { PANE_TRACE, 1, 40 } } },
            { .column = { { 32, 42 }, { 36, 44 }, { 32, 42 } },
              .place = { { PANE_TASKS, 0, 50 },
                         { PANE_STATES, 0, 50 },
                         { PANE_FILES, 1, 60 },
                         { PANE_STACK, 1, 40 },
                         { PANE_TRACE, 2, 65 } },
              .lesson = 35 },
            { .column = { { 25, 42 }, { 30, 44 }, { 25, 44 }, { 20, 42 } },
              .place = { { PANE_TASKS, 0, 50 },
                         { PANE_STATES, 0, 50 },
                         { PANE_FILES, 1, 100 },
                         { PANE_TRACE, 2, 100 },
                         { PANE_STACK, 3, 30 },
                         { PANE_TASK, 3, 35 } },
              .lesson = 35 },
        },
        .tab_pane = PANE_FILES,
        .tab = 0,
    },
    {
        .name = "all",
        .purpose = "as many panes as the screen has room for",
        .subject = PANE_TASKS,
        .plan = {
            { .column = { { 44, 32 }, { 56, 44 } },
              .place = { { PANE_TASKS, 0, 34 },
                         { PANE_STATES, 0, 36 },
                         { PANE_STACK, 0, 30 },
                         { PANE_TRACE, 1, 40 },
                         { PANE_MEMORY, 1, 40 },
                         { PANE_TASK, 1, 30 },
                         { PANE_KERNEL, 1, 30 },
                         { PANE_NARRATION, 0, 30 } } },
            { .column = { { 32, 42 }, { 36, 44 }, { 32, 42 } },
              .place = { { PANE_TASKS, 0, 50 },
                         { PANE_STATES, 0, 50 },
                         { PANE_TRACE, 1, 45 },
                         { PANE_KERNEL, 1, 25 },
                         { PANE_STACK, 1, 30 },
                         { PANE_MEMORY, 2, 40 },
                         { PANE_TASK, 2, 30 },
                         { PANE_NARRATION, 2, 30 } } },
            { .column = { { 25, 42 }, { 27, 44 }, { 24, 44 }, { 24, 42 } },
              .place = { { PANE_TASKS, 0, 40 },
                         { PANE_STATES, 0, 35 },
                         { PANE_TIMELINE, 0, 25 },
                         { PANE_TRACE, 1, 47 },
                         { PANE_KERNEL, 1, 23 },
                         { PANE_RING, 1, 30 },
                         { PANE_MEMORY, 2, 60 },
                         { PANE_FILES, 2, 40 },
                         { PANE_TASK, 3, 40 },
                         { PANE_STACK, 3, 28 },
                         { PANE_NARRATION, 3, 32 } } },
        },
        .tab_pane = LAYOUT_NO_PANE,
    },
};

enum { LAYOUTS = sizeof layouts / sizeof layouts[0] };

_Static_assert((int)LAYOUTS <= (int)LAYOUTS_MAX, "layouts");
_Static_assert((int)PANES <= (int)LAYOUT_MAX_PANES, "panes");

enum layout_width layouts_width(int cols)
{
    return cols >= VAST_COLS ? WIDTH_VAST : cols >= WIDE_COLS ? WIDTH_WIDE : WIDTH_NARROW;
}

const char *layouts_name(int i)
{
    return i < LAYOUTS ? layouts[i].name : NULL;
}

const char *layouts_purpose(int i)
{
    return i < LAYOUTS ? layouts[i].purpose : NULL;
}

int layouts_subject(int i)
{
    return layouts[i].subject;
}

int layouts_by_name(const char *name)
{
    for (int i = 0; i < LAYOUTS; i++)
        if (strcmp(layouts[i].name, name) == 0)
            return i;
    return -1;
}

int layouts_tab(int i, int pane)
{
    return layouts[i].tab_pane == pane ? layouts[i].tab : -1;
}

enum { EXTRA_RANK = 100, EXTRA_WEIGHT = 50 };

static void add_pane(struct layout_spec *spec, int pane, int column, int weight, int rank)
{
    const struct pane *p = pane_table[pane];
    bool is_extra = rank == EXTRA_RANK;

    spec->pane[pane] =
        (struct layout_pane){ .name = p->name,
                              .column = column,
                              .weight = weight,
                              .min_rows = is_extra && p->called_rows ? p->called_rows : p->min_rows,
                              .rank = rank,
                              .is_extra = is_extra };
}

void layouts_spec(int i, enum layout_width width, struct layout_spec *spec)
{
    const struct plan *plan = &layouts[i].plan[width];

    while (plan->column[0].weight == 0)
        plan--;
    *spec = (struct layout_spec){ .name = layouts[i].name, .panes = PANES };
    while (spec->columns < LAYOUT_MAX_COLUMNS && plan->column[spec->columns].weight > 0) {
        spec->column[spec->columns] = plan->column[spec->columns];
        spec->columns++;
    }
    for (int p = 0; p < PANES; p++)
        add_pane(spec, p, spec->columns - 1, EXTRA_WEIGHT, EXTRA_RANK);
    for (int p = 0; p < PLACES_MAX && plan->place[p].weight > 0; p++) {
        const struct place *place = &plan->place[p];
        add_pane(spec, place->pane, place->column, place->weight, p);
    }
    if (plan->lesson > 0) {
        add_pane(spec, PANE_NARRATION, spec->columns - 1, plan->lesson, PLACES_MAX);
        spec->pane[PANE_NARRATION].is_for_lesson = true;
    }
    spec->console_rows = width == WIDTH_NARROW ? 5 : 6;
    spec->console_percent = width == WIDTH_WIDE ? 25 : 20;
    spec->sentence_rows = 2;
}
