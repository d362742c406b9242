// Makes random commands that are well-formed, from the table of commands and the tasks there are.
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include "script/session.h"

struct generator {
    u32 state; // of the random numbers; not 0
};

u32 random_below(struct generator *g, u32 limit);

// One command that acts (its form is right; the machine may still refuse it), made of any row
// of the table. Long-lived machines are kept from running empty: who can act is preferred, and
// init rarely ends itself.
void generate_acting(struct generator *g, const struct session *s, struct strbuf *out);
// One command that travels in time.
void generate_travel(struct generator *g, const struct session *s, struct strbuf *out);
// One command that looks or expects, which any moment of any command must bear.
void generate_looking(struct generator *g, const struct session *s, struct strbuf *out);
// The words of form i that `expect` knows: "pipe_bytes 3 4 >= 0". False if there are no more.
bool generate_expectation(struct generator *g, const struct session *s, u32 i, struct strbuf *out);
// Any command of the table, acting or not.
void generate_any(struct generator *g, const struct session *s, struct strbuf *out);

#endif
