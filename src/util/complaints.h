// What a checker found: one line of words for each thing that is wrong.
#ifndef UTIL_COMPLAINTS_H
#define UTIL_COMPLAINTS_H

#include "procarium/strbuf.h"

struct complaints {
    struct strbuf *out;
    int count;
};

// Past so many lines nothing new is learned: they are counted, but no longer written.
#define COMPLAINTS_SHOWN 100

// Adds a line. The format has no newline at its end.
void complain(struct complaints *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
