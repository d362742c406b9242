// What the face may ask about one line and the words in it, without running anything.
#include "script/commands.h"
#include "script/parse.h"

#include <stdio.h>
#include <string.h>

// The only command of the text; false if it holds none, several, or a mistake.
static bool parse_one(struct parser *parser, struct node **node)
{
    struct node *more;

    return parser_next(parser, node) == PARSE_NODE && parser_next(parser, &more) == PARSE_END;
}

struct command_line script_command_line(const char *line)
{
    struct source source = { "", line, (u32)strlen(line), 1 };
    struct command_line out = { 0 };
    struct diagnosis ignored = { 0 };
    struct arena arena = { 0 };
    struct parser parser;
    struct node *n;

    parser_init(&parser, &source, &arena, &ignored);
    if (parse_one(&parser, &n)) {
        out.command = &n->command->info;
        out.traits = n->command->traits;
        out.has_times = (out.traits & TRAIT_COUNTED) && n->words > n->command->min_words;
        if (n->words > 0)
            snprintf(out.word, sizeof out.word, "%s", n->word[0].text);
    }
    diagnosis_finish(&ignored);
    arena_finish(&arena);
    return out;
}

// ---- The keys of `press` -----------------------------------------------------------------------

#define PRESS_NAME(id, name) name,
static const char *const names[] = { PRESS_KEYS(PRESS_NAME) };

enum press_key script_press_key(const char *name)
{
    u32 key = 0;

    while (key < PRESS_COUNT && strcmp(names[key], name) != 0)
        key++;
    return (enum press_key)key;
}

const char *script_press_name(enum press_key key)
{
    BUG_ON(key >= PRESS_COUNT);
    return names[key];
}
