// What `explain` adds to the events: the call in C, the kernel's way, and the view from outside.
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "report/messages.h"

// The command's call as a C program would write it; nothing for commands that make none.
void explain_in_c(const struct machine *m, const struct record_range *range, struct strbuf *out);
// The outer kernel functions that it went through, each with its purpose the first time, and who
// got the CPU in between.
void explain_functions(const struct story *story, struct strbuf *out);
// All that happened, but for the traffic of memory, which is summed up.
void explain_events(const struct story *story, struct strbuf *out);
// What /proc and crash(8) say now about the tasks that it was about.
void explain_outside(const struct machine *m, const struct record_range *range, struct strbuf *out);

#endif
