// The lexer: words, actors, separators and braces, each with its place in the text.
#ifndef SCRIPT_LEX_H
#define SCRIPT_LEX_H

#include "script/arena.h"
#include "script/source.h"

#define WORD_LENGTH_MAX 4096u

enum word_kind {
    WORD_PLAIN,
    WORD_QUOTED,
    WORD_VARIABLE, // $NAME
    WORD_CHILD,    // $!
    WORD_VALUE,    // $?
    WORD_FOCUS     // $$
};

struct word {
    enum word_kind kind;
    bool is_negative; // a variable behind a minus: -$!
    bool is_number;   // a plain word that is a number: its value is in `number`
    bool is_huge;     // the same, but it does not fit into 64 bits
    u32 offset, end;  // bytes [offset, end) of the source, quotes and all
    u32 length;       // bytes of `text`
    const char *text; // what the word says: a variable's name, quotes and escapes taken away
    s64 number;
};

enum token_kind {
    TOKEN_WORD,
    TOKEN_ACTOR,     // `5:` or `$NAME:` before a command
    TOKEN_SEPARATOR, // ; or the end of a line
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_END
};

struct token {
    enum token_kind kind;
    u32 offset, end;  // bytes [offset, end) of the source
    u32 line;         // from 1
    struct word word; // of TOKEN_WORD and TOKEN_ACTOR
};

struct lexer {
    const struct source *source;
    struct arena *arena; // words are kept here
    struct diagnosis *diagnosis;
    u32 at;
    u32 end; // of the part that is fit to be read
    u32 line;
    bool at_command; // an actor may come
};

void lexer_init(struct lexer *lexer, const struct source *source, struct arena *arena,
                struct diagnosis *diagnosis);
// False if there is a mistake; the diagnosis says it.
bool lexer_next(struct lexer *lexer, struct token *token);
// After a mistake: goes on at the beginning of the next line.
void lexer_recover(struct lexer *lexer);

// Reads a number: decimal or 0x hex, with or without a minus, and nothing else. False if it is
// none; *is_huge if it is one, but does not fit.
bool parse_number(const char *text, u32 length, s64 *number, bool *is_huge);

#endif
