// The records of one command as the lines of a function graph.
#ifndef REPORT_TRACE_H
#define REPORT_TRACE_H

#include "report/objects.h"

enum trace_line_kind {
    TRACE_CALL,  // a function is entered; its lines follow
    TRACE_LEAF,  // a function that did nothing that has a line
    TRACE_CLOSE, // a function returns
    TRACE_FIELD, // a store
    TRACE_BLOCK, // a block of bytes was copied
    TRACE_NOTE,
    TRACE_SWITCH // another task has the CPU
};

struct trace_line {
    u64 position; // of the record
    u8 kind;      // enum trace_line_kind
    u8 size;      // bytes stored
    bool has_value;
    u16 depth;
    u16 symbol;   // of a function
    u32 step;     // 1 …; 0 for lines at which stepping does not stop
    u32 offset;   // into the image, of what was stored; or bytes of a block
    u64 old, new; // bytes stored; new: a function's value
};

struct trace {
    const struct machine *m;
    u64 command; // number of the command, from 1; 0 = no trace
    u64 begin, end;
    struct trace_line *lines;
    u32 count, capacity;
    u32 steps;
    bool outside;         // while building: after a switch, before the next function
    struct moment at_end; // the image when the command had ended: for names
};

struct trace_filter {
    u32 max_depth; // 0 = no limit
    bool no_fields, no_notes;
};

// The number, from 1, of the command in which the machine stands, else of the last that ran and
// changed more than variables, as `let` does (if none did: of the last that ran); 0 if there is
// none.
u64 trace_default_command(const struct machine *m);

// Reads command n (0: the default). False if the journal does not hold it: the trace is empty.
bool trace_build(struct trace *t, const struct machine *m, u64 n, const struct trace_filter *f);
void trace_finish(struct trace *t);
// The last line with a step at or before the cursor, or -1; only while the machine stands inside
// this command.
s32 trace_cursor(const struct trace *t);

// Adds a line's words, without indentation and without a newline.
void trace_text(const struct trace *t, const struct trace_line *line, struct strbuf *out);

// Adds "task 3: state 0 TASK_RUNNING -> 1 TASK_INTERRUPTIBLE": a store's place and values.
void store_text(const struct machine *m, const struct moment *then, u32 offset, u32 size, u64 old,
                u64 new, struct strbuf *out);
// Adds a value as functions return it: a number, an address, an errno.
void value_text(s64 value, struct strbuf *out);

#endif
