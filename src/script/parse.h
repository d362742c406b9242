// The parser: one command, or one whole `repeat` block, after the other.
#ifndef SCRIPT_PARSE_H
#define SCRIPT_PARSE_H

#include "script/node.h"

struct parser {
    struct lexer lexer;
    struct token token; // looked at next
    bool has_token;
    bool is_lost; // what comes next is no token
    u32 depth;    // blocks that are open
    s32 braces;   // { read without their }; after a mistake these are skipped
    u64 rounds;   // of the blocks that are open, multiplied; as far as they are known
};

// Nodes and words are kept in the arena; they refer to the source.
void parser_init(struct parser *p, const struct source *source, struct arena *arena,
                 struct diagnosis *diagnosis);

enum parse_result { PARSE_NODE, PARSE_END, PARSE_MISTAKE };

// The next command. After a mistake (which the diagnosis says) it may be called again: the rest
// of the command, or of the block, has been skipped; of what is no word at all, the rest of the line.
enum parse_result parser_next(struct parser *p, struct node **node);

#endif
