// A session whose face writes down all that it is told.
#ifndef SUPPORT_TOLD_SESSION_H
#define SUPPORT_TOLD_SESSION_H

#include "script/session.h"

struct told {
    struct strbuf text;     // of looking commands
    struct strbuf mistakes; // LINE:COLUMN: message (hint)
    struct strbuf echoes;   // NUMBER ACTOR text
    struct strbuf words;    // narration
    u32 moves, snapshots;
    u32 polls_left; // is_interrupted() says yes when it comes to 0
};

// Whoever asks is replied " Three ". The caller calls finish().
struct session *new_session(struct told *t);
void finish(struct session *s, struct told *t);
enum run_result run(struct session *s, const char *text);

// Runs a script that must hold by its own expects.
void holds_in(const char *text);
// Runs a script whose last command is in error, with these words.
void fails_in(const char *text, const char *words);

#endif
