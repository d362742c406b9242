// Events in plain words. All sentences about events come from one table, so that they can be
// translated in one place.
#ifndef REPORT_MESSAGES_H
#define REPORT_MESSAGES_H

#include "procarium/strbuf.h"

struct event;
struct machine;
struct record_range;

// Adds what an event says, without a newline: "2 sh forked 3 sh". `range` holds the records of the
// command that it belongs to (may be NULL): there the names of tasks that are gone are found.
void event_text(const struct machine *m, const struct record_range *range,
                const struct event *event, struct strbuf *out);

// How much an event matters in a summary: 0 = not at all, more = more.
int event_weight(const struct event *event);

// Why a call was refused (enum refusal), in words. Static text.
const char *refusal_text(int refusal);

#endif
