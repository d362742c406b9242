// Advice for those who bring the words of a shell, of C, or of a real system.
#ifndef SCRIPT_ADVICE_H
#define SCRIPT_ADVICE_H

#include "script/session.h"

// What to type in place of a word that is no command's name, into a hint: the nearest name, or what
// here does what the word means elsewhere. Never nothing.
void advise_command(const char *name, struct strbuf *hint);

// What to type in place of a word that does not belong where it stands, such as a shell's |. Nothing
// if there is nothing to say.
void advise_word(const char *word, struct strbuf *hint);

// What to try after a call of the actor's that went as a beginner did not mean it, one line; ""
// for nothing. To be asked right after the command. The text is the session's, until the next one.
const char *advise_after(struct session *s, const struct node *n, s32 actor);

#endif
