// See bug.h.
#include "util/bug.h"

#include <stdio.h>
#include <stdlib.h>

// The one engine global: it is written once, on the way down.
static char last_words[256];

void bug_at(const char *file, int line, const char *condition)
{
    snprintf(last_words, sizeof last_words, "procarium: bug at %s:%d: %s", file, line, condition);
    fprintf(stderr, "%s\n", last_words);
    abort();
}

const char *bug_last_words(void)
{
    return last_words[0] ? last_words : NULL;
}
