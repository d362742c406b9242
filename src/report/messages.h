// Events in plain words. All sentences about events come from one table, so that they can be
// translated in one place.
#ifndef REPORT_MESSAGES_H
#define REPORT_MESSAGES_H

#include "machine/record.h"

// The command that an event belongs to: names are those that things have at its end, or, of those
// that are gone then, had when they went.
struct story {
    const struct machine *m;
    struct record_range range;
    const struct moment *at_end; // NULL: now
    bool is_brief;               // a few bytes of memory, and flags without what all begin with
};

// Adds what an event says, without a newline: "2 sh forked 3 sh".
void event_text(const struct story *story, const struct event *event, struct strbuf *out);

// The same behind another event's text, if both are one call's return: " and 3 to 2 sh" behind "fork
// returns 0 to 3 sh". False, with nothing added, if they are not.
bool event_text_again(const struct story *story, const struct event *before,
                      const struct event *event, struct strbuf *out);

// Adds what a load or a store did, behind the text of its page fault, without who and where: "\"x\" is
// stored there". False, with nothing added, if the two do not belong together.
bool event_text_there(const struct story *story, const struct event *before,
                      const struct event *event, struct strbuf *out);

// How much an event matters in a summary: 0 = not at all, more = more.
int event_weight(const struct event *event);

// Why a call was refused (enum refusal), in words. Static text.
const char *refusal_text(int refusal);

#endif
