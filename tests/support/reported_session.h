// A session of which reports are made, and the words that are looked for in them.
#ifndef SUPPORT_REPORTED_SESSION_H
#define SUPPORT_REPORTED_SESSION_H

#include "kernel/kernel.h"
#include "procarium/report.h"
#include "procarium/script.h"

// The session's machine, and the text of the reports; both from open_session() to close_session().
extern const struct machine *m;
extern struct strbuf out;

// Begins with an empty text, and a machine on which these commands have run.
void open_session(const char *commands);
// Runs more of them, which must go well.
void run_in_session(const char *commands);
void close_session(void);

// Does the text have these words, or all of these in this order? `words` ends with NULL.
bool has(const char *text);
bool has_in_order(const char *const *words);
// The text becomes the trace of the last command, without fields.
void trace_last(void);

#endif
