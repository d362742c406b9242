/* A question that has been asked, and whose answer has not been told yet. */
#ifndef PROCARIUM_TUI_PENDING_H
#define PROCARIUM_TUI_PENDING_H

#include "procarium/script.h"

struct pending {
    bool is_open;
    char *text, *answer, *value;
    char *choice[CHOICES_MAX], *words[CHOICES_MAX];
    u32 choices;
};

/* Keeps a copy of a question, in the place of the last one. */
void pending_open(struct pending *pending, const struct question *question);
/* Forgets it. */
void pending_close(struct pending *pending);

bool pending_has_choice(const struct pending *pending, const char *reply);
/* Adds what is said to a reply; without one (NULL), the answer. */
void pending_verdict(const struct pending *pending, const char *reply, struct strbuf *out);

#endif
