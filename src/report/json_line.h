// What the parts of the JSON writer share: a line, and its members.
#ifndef REPORT_JSON_LINE_H
#define REPORT_JSON_LINE_H

#include "procarium/report.h"
#include "report/objects.h"

// The status that a wait call found, kept until the call returns.
struct found_status {
    s32 pid;
    u32 status;
};

struct json_writer {
    json_write *write;
    void *context;
    struct strbuf line;
    struct found_status *found;
    u32 count, capacity;
    pfn copied_from, copied_to; // the page copied last
};

// A line begins: {"type":TYPE …
void json_begin(struct json_writer *w, const char *type);
// … and ends, and is written.
void json_end(struct json_writer *w);
// Members: a number, one of our own words (NULL = null), a letter, a text, a kernel address (0 =
// null), a user address, a signal (0 = null).
void json_number(struct json_writer *w, const char *name, s64 value);
void json_word(struct json_writer *w, const char *name, const char *value);
void json_letter(struct json_writer *w, const char *name, char letter);
void json_text(struct json_writer *w, const char *name, const char *text, size_t length);
void json_address(struct json_writer *w, const char *name, u32 address);
void json_hex(struct json_writer *w, const char *name, u32 address);
void json_signal(struct json_writer *w, const char *name, s32 signal);

#endif
