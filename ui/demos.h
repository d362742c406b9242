/* The lessons that come with procarium: where they are, and what they are about. */
#ifndef PROCARIUM_UI_DEMOS_H
#define PROCARIUM_UI_DEMOS_H

#include "procarium/strbuf.h"

/* Adds a line for each lesson: its number, name and subject. False when there are none. */
bool demos_list(struct strbuf *out);

/*
 * Adds the path of a lesson: a file's path, or the number ("3") or name ("orphans", "03-orphans")
 * of one of those that demos_list() lists. False when there is none.
 */
bool demos_find(const char *name, struct strbuf *path);

#endif
