// The words that completion has found so far.
#ifndef SCRIPT_CANDIDATES_H
#define SCRIPT_CANDIDATES_H

#include "procarium/script.h"

struct candidates {
    const char *typed; // what stands before the cursor
    size_t length;
    char **words;
    char **notes;
    u32 count, capacity;
};

// Adds a word if it begins as what was typed, whatever the case.
void candidates_add(struct candidates *c, const char *word, const char *note);
// Does what was typed, from byte `skip` on, begin with the prefix (or a first part of it that is
// not empty)?
bool candidates_typed_begins(const struct candidates *c, size_t skip, const char *prefix,
                             size_t length);
// Adds the files and folders whose path begins as typed; ~ is `home` (NULL: nothing special).
void candidates_add_files(struct candidates *c, const char *home);
// The same behind HOST_PREFIX, if that is there: only what can be executed, and folders.
void candidates_add_host_files(struct candidates *c, const char *home);
// Sorts them, drops doubles, and hands them over.
void candidates_into(struct candidates *c, struct completions *out);

#endif
