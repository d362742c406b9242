// What the text reports share.
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "report/objects.h"

// The task with this pid; NULL, and the reason in out, if there is none.
const struct task_struct *wanted_task(const struct machine *m, s32 pid, struct strbuf *out);
// The pid of real_parent.
s32 parent_pid(const struct machine *m, const struct task_struct *p);
// Adds text and blanks up to `width` characters, at least one.
void add_padded(struct strbuf *out, const char *text, int width);

#endif
