/* See history_search.h. */
#include "tui/history_search.h"

#include "tui/history.h"
#include "tui/key.h"
#include "tui/mem.h"

#include <stdlib.h>

void history_search_open(struct history_search *search, EditLine *el,
                         const struct history_list *list, bool newer)
{
    const LineInfoW *line = el_wline(el);
    size_t length = (size_t)(line->lastchar - line->buffer);

    *search = (struct history_search){ .el = el, .list = list, .is_open = true, .newer = newer };
    search->before = mem_alloc((length + 1) * sizeof *search->before);
    wmemcpy(search->before, line->buffer, length);
    search->before[length] = L'\0';
}

/*
 * Shows the match from that age on, in the direction of the search; what is shown stays when there
 * is none.
 */
static void show_from(struct history_search *search, size_t age)
{
    size_t found;

    search->has_failed = false;
    if (search->length == 0)
        return;
    if (!history_list_find(search->list, search->pattern, age, search->newer, &found)) {
        search->has_failed = true;
        return;
    }
    search->age = found;
    const wchar_t *text = history_list_get(search->list, found);
    el_wreplacestr(search->el, text);
    const LineInfoW *line = el_wline(search->el);
    ptrdiff_t match = wcsstr(text, search->pattern) - text;
    el_cursor(search->el, (int)(match - (line->cursor - line->buffer)));
}

void history_search_show(struct history_search *search)
{
    show_from(search, search->age);
}

void history_search_add(struct history_search *search, wchar_t character)
{
    if (search->length == HISTORY_SEARCH_MAX)
        return;
    search->pattern[search->length++] = character;
    search->pattern[search->length] = L'\0';
}

static void go_on(struct history_search *search, bool newer)
{
    search->newer = newer;
    if (newer && search->age == 0)
        search->has_failed = true;
    else
        show_from(search, newer ? search->age - 1 : search->age + 1);
}

bool history_search_key(struct history_search *search, wchar_t key)
{
    if (key == KEY_CTRL('r') || key == KEY_CTRL('s')) {
        go_on(search, key == KEY_CTRL('s'));
    } else if (key == 0x7F || key == KEY_CTRL('h')) {
        if (search->length > 0)
            search->pattern[--search->length] = L'\0';
        /* Less is asked for: a younger line may do, or, from older to newer, the same one. */
        show_from(search, search->newer ? search->age : 0);
    } else if (key == KEY_CTRL('g')) {
        el_wreplacestr(search->el, search->before);
        history_search_close(search);
    } else if (key >= 0x20) {
        history_search_add(search, key);
        history_search_show(search);
    } else {
        return false;
    }
    return true;
}

void history_search_close(struct history_search *search)
{
    free(search->before);
    search->before = NULL;
    search->is_open = false;
}
