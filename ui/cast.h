/* An asciicast (version 2): one JSON line a piece of output, with its time. */
#ifndef PROCARIUM_UI_CAST_H
#define PROCARIUM_UI_CAST_H

#include "procarium/strbuf.h"

/* Bytes of a character whose rest has not come yet. */
struct cast {
    char rest[4];
    size_t rest_size;
};

/* Adds the first line. The time is in seconds since 1970. */
void cast_begin(struct strbuf *out, int cols, int rows, long long when, const char *term);
/*
 * Adds a line for what was shown, `seconds` after the beginning. A character that is cut in two
 * waits for its second half; then there may be no line.
 */
void cast_output(struct cast *cast, struct strbuf *out, double seconds, const char *bytes,
                 size_t size);
/* Adds a line for a new size of the terminal. */
void cast_resize(struct strbuf *out, double seconds, int cols, int rows);

#endif
