// The forms of `expect`, for its help and for completion.
#ifndef SCRIPT_EXPECT_H
#define SCRIPT_EXPECT_H

#include "script/session.h"

// What is not a number: `expect state 3 Z`, `expect check`.
struct expectation {
    const char *name;
    u32 min_words, max_words; // behind its name
    const char *usage;
    const char *help;
    // False with the diagnosis set: by fail_expected(), or by a mistake in a word.
    bool (*holds)(struct session *s, const struct node *n);
};

extern const struct expectation expectations[];
extern const u32 expectation_count;

#endif
