// Texts of commands, the places in them, and what is said about a mistake at a place.
#ifndef SCRIPT_SOURCE_H
#define SCRIPT_SOURCE_H

#include "procarium/script.h"
#include "procarium/strbuf.h"
#include "procarium/types.h"

#define SOURCE_SIZE_MAX SCRIPT_SIZE_MAX

// Text that was handed in; it lives as long as its session, because the history refers to it.
struct source {
    const char *name;
    const char *text;
    u32 length;
    u32 first_line; // the number of its first line: 1, or more for a later part of a stream
};

// What is wrong, and where. Rule: message is empty as long as all is well.
struct diagnosis {
    u32 offset; // into the source
    struct strbuf message;
    struct strbuf hint;
    bool is_expect;
};

void diagnosis_clear(struct diagnosis *d);
void diagnosis_finish(struct diagnosis *d);
// Says what is wrong at a byte of the source; always false, so that a caller can return it.
bool diagnose(struct diagnosis *d, u32 offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Where the first byte from offset `from` stands that is not fit to be read (malformed UTF-8, or a
// control byte other than a tab and line ends); source->length if there is none.
u32 source_find_bad_byte(const struct source *source, u32 from);
// Says what is wrong with the bad byte that stands at an offset.
bool diagnose_bad_byte(const struct source *source, u32 offset, struct diagnosis *d);

struct place {
    u32 line, column; // both from 1; the column counts characters
};

// A place that has been found, from which the next one is looked for: who asks for one after the
// other reads the text once. All zero at first.
struct place_mark {
    const struct source *source;
    u32 offset;
    struct place place;
};

struct place source_place(const struct source *source, u32 offset, struct place_mark *mark);
// The line around a place, or a piece of it, fit for a terminal. Returns the number of characters
// of the output that stand before the place.
u32 source_show_line(const struct source *source, u32 offset, u32 column, struct strbuf *out);

#endif
