// What a text is parsed into: commands, and blocks that are repeated.
#ifndef SCRIPT_NODE_H
#define SCRIPT_NODE_H

#include "kernel/kernel.h"
#include "script/lex.h"

struct command_row;

#define BLOCK_DEPTH_MAX   8u        // blocks in blocks
#define REPEAT_MAX        10000000u // rounds of a block, counted through all the blocks around it
#define COMMAND_WORDS_MAX 64u       // words behind a command's name

// One command as it was written. It is also what the history keeps, so running it again is
// a function of the node and the image alone. Rule: nothing changes after parsing, but that what
// `host` points to is set once.
struct node {
    const struct command_row *command;
    const struct source *source;
    u32 offset, end; // bytes [offset, end) of the source, the actor included
    u32 line;
    u32 name_offset; // of the command's name
    u32 words;       // behind the name
    bool has_actor;
    const struct word *word;
    struct word actor;
    struct node *next; // in the same block
    struct node *body; // of `repeat`: its first command
    u32 *host;         // exec of a host's file: its program's number, 0 until it has been read
    struct call call;  // made before the first run if all words are constant; else its nr is 0
};

#endif
