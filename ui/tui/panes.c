/* The table of panes. */
#include "tui/panes.h"

#include "tui/layout.h"

#include <string.h>
#include <wctype.h>

const struct pane *const pane_table[PANES] = {
    [PANE_TASKS] = &tree_pane,          [PANE_STATES] = &states_pane,
    [PANE_TRACE] = &trace_pane,         [PANE_TASK] = &task_pane,
    [PANE_STACK] = &stack_pane,         [PANE_KERNEL] = &kernel_pane,
    [PANE_MEMORY] = &memory_pane,       [PANE_FILES] = &files_pane,
    [PANE_TIMELINE] = &timeline_pane,   [PANE_RING] = &ring_pane,
    [PANE_NARRATION] = &narration_pane,
};

static const wchar_t letters[] = L"1234567890N";

_Static_assert(sizeof letters / sizeof letters[0] == PANES + 1, "a letter for each");

wchar_t pane_letter(int pane)
{
    return letters[pane];
}

int pane_by_letter(wchar_t letter)
{
    const wchar_t *found = letter ? wcschr(letters, (wchar_t)towupper((wint_t)letter)) : NULL;

    return found ? (int)(found - letters) : LAYOUT_NO_PANE;
}

int pane_by_name(const char *name)
{
    for (int i = 0; i < PANES; i++)
        if (strcmp(pane_table[i]->name, name) == 0)
            return i;
    return LAYOUT_NO_PANE;
}
