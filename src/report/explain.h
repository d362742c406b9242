// What `explain` adds to the events: the call in C, the kernel's way, and the view from outside.
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "machine/record.h"

// The command's call as a C program would write it; nothing for commands that make none.
void explain_in_c(const struct machine *m, const struct record_range *range, struct strbuf *out);
// The outer kernel functions that it went through, each with its purpose.
void explain_functions(const struct machine *m, const struct record_range *range,
                       struct strbuf *out);
// What /proc and crash(8) say now about the tasks that it was about.
void explain_outside(const struct machine *m, const struct record_range *range, struct strbuf *out);

#endif
