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
    // What would make it hold: the text for the last word, from all words but that one (they stand
    // behind n's first). NULL: it holds or not, and that is all. False with the diagnosis set.
    bool (*tell)(struct session *s, const struct node *n, struct strbuf *out);
};

extern const struct expectation expectations[];
extern const u32 expectation_count;

// By the word that names it, or NULL.
const struct expectation *find_expectation(const struct word *w);
// What the script says is not so: the diagnosis becomes this message, one of MSG_EXPECT_…, about the
// place `offset` of the source. False, to be handed on.
__attribute__((format(printf, 3, 4))) bool fail_expected(struct session *s, u32 offset,
                                                         const char *format, ...);
// A number, a variable, an errno (-EAGAIN), a signal's name, or a quantity with its words: the words
// of n from i on. *used becomes the number of words that it took. False with the diagnosis set.
bool expect_operand(struct session *s, const struct node *n, u32 i, s64 *value, u32 *used);

#endif
