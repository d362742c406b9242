/* A search in the lines typed before, whose matches appear in libedit's line. */
#ifndef PROCARIUM_TUI_HISTORY_SEARCH_H
#define PROCARIUM_TUI_HISTORY_SEARCH_H

#include <histedit.h>
#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

struct history_list;

enum { HISTORY_SEARCH_MAX = 128 }; /* characters of a pattern; more are not taken */

/* Ours, because what libedit's own looks for costs as much as all lines are long. */
struct history_search {
    EditLine *el;
    const struct history_list *list;
    bool is_open, has_failed;
    bool newer;      /* the direction */
    size_t age;      /* of the line that is shown */
    size_t length;   /* of the pattern */
    wchar_t *before; /* the line to go back to */
    wchar_t pattern[HISTORY_SEARCH_MAX + 1];
};

/* Begins one in a struct that holds none that is open. */
void history_search_open(struct history_search *search, EditLine *el,
                         const struct history_list *list, bool newer);

/*
 * Takes a key: text for the pattern, a rubout, ^R and ^S for the next match, ^G, which ends the
 * search and brings the line back. False when it is none of these, and nothing has changed.
 */
bool history_search_key(struct history_search *search, wchar_t key);

/* For text that comes in one go: adds a character to the pattern, and shows the match at the end. */
void history_search_add(struct history_search *search, wchar_t character);
void history_search_show(struct history_search *search);

/* What is shown stays in the line. Does nothing when none is open. */
void history_search_close(struct history_search *search);

#endif
