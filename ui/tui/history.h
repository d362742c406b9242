/*
 * The lines typed so far: newest first for libedit, kept in a file that survives a crash at any
 * moment.
 */
#ifndef PROCARIUM_TUI_HISTORY_H
#define PROCARIUM_TUI_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

struct history_list;

/*
 * An empty history that keeps at most `limit` lines and has no file. history_list_destroy() frees
 * it.
 */
struct history_list *history_list_create(size_t limit);
void history_list_destroy(struct history_list *list);

/*
 * Loads the file, one UTF-8 line each, and from now on appends every added line to it. A missing
 * file is made with mode 0600 (its folder must exist). Returns false with the reason in `why` when
 * the file cannot be used: the history then lives in memory only.
 */
bool history_list_open(struct history_list *list, const char *path, char *why, size_t size);

/* Adds a line at the newest end; an older copy of it goes. Empty lines are not kept. */
void history_list_add(struct history_list *list, const wchar_t *line);

size_t history_list_count(const struct history_list *list);

/* The line `age` steps back, 0 the newest; NULL past the oldest. Valid until the next add. */
const wchar_t *history_list_get(const struct history_list *list, size_t age);

/*
 * The youngest line of at least that age that contains the pattern; false when there is none. With
 * `newer`, the oldest of at most that age.
 */
bool history_list_find(const struct history_list *list, const wchar_t *pattern, size_t age,
                       bool newer, size_t *found);

struct histeventW;

/* The list as libedit asks for it (EL_HIST): the operations that walk it, -1 for all others. */
int history_list_libedit(void *list, struct histeventW *event, int operation, ...);

#endif
