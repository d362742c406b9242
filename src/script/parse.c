// From words to commands and blocks.
#include "script/parse.h"

#include "script/advice.h"
#include "script/commands.h"
#include "script/messages.h"

#include <string.h>

void parser_init(struct parser *p, const struct source *source, struct arena *arena,
                 struct diagnosis *diagnosis)
{
    *p = (struct parser){ .rounds = 1 };
    lexer_init(&p->lexer, source, arena, diagnosis);
}

static bool look(struct parser *p)
{
    if (!p->has_token) {
        p->has_token = lexer_next(&p->lexer, &p->token);
        p->is_lost = !p->has_token;
    }
    return p->has_token;
}

static struct token take(struct parser *p)
{
    p->has_token = false;
    if (p->token.kind == TOKEN_OPEN)
        p->braces++;
    else if (p->token.kind == TOKEN_CLOSE)
        p->braces--;
    return p->token;
}

static void add_usage(struct diagnosis *d, const struct command_row *command)
{
    strbuf_printf(&d->hint, HINT_USAGE, command->info.usage);
}

// ---- One command -----------------------------------------------------------------------------

static bool parse_name(struct parser *p, struct node *n)
{
    struct diagnosis *d = p->lexer.diagnosis;

    if (!look(p))
        return false;
    if (p->token.kind == TOKEN_ACTOR)
        return diagnose(d, p->token.offset, MSG_TWO_ACTORS);
    if (p->token.kind == TOKEN_OPEN)
        return diagnose(d, p->token.offset, MSG_BRACE_OPEN);
    if (p->token.kind != TOKEN_WORD)
        return diagnose(d, p->token.offset, MSG_ACTOR_ALONE);
    struct token name = take(p);
    if (name.word.kind == WORD_QUOTED)
        return diagnose(d, name.offset, MSG_QUOTED_COMMAND);
    n->name_offset = name.offset;
    n->end = name.end;
    n->command = find_command(name.word.text);
    if (name.word.kind == WORD_PLAIN && n->command)
        return true;
    struct strbuf shown = STRBUF_INIT;
    u32 length = name.end - name.offset;
    strbuf_add_visible(&shown, p->lexer.source->text + name.offset, length < 40 ? length : 40);
    diagnose(d, name.offset, MSG_UNKNOWN_COMMAND, strbuf_text(&shown));
    strbuf_finish(&shown);
    if (name.word.kind == WORD_PLAIN)
        advise_command(name.word.text, &d->hint);
    else
        strbuf_puts(&d->hint, HINT_VALUE);
    return false;
}

static bool parse_words(struct parser *p, struct node *n)
{
    struct word words[COMMAND_WORDS_MAX];
    u32 max = n->command->max_words;

    while (look(p) && p->token.kind == TOKEN_WORD) {
        if (n->words == max) {
            struct diagnosis *d = p->lexer.diagnosis;

            diagnose(d, p->token.offset, MSG_TOO_MANY, n->command->info.name);
            advise_word(p->token.word.text, &d->hint);
            for (u32 i = 0; i < n->words && d->hint.length == 0; i++)
                advise_word(words[i].text, &d->hint);
            if (d->hint.length == 0)
                add_usage(d, n->command);
            return false;
        }
        struct token t = take(p);
        n->end = t.end;
        words[n->words++] = t.word;
    }
    if (!p->has_token)
        return false;
    if (n->words < n->command->min_words) {
        diagnose(p->lexer.diagnosis, n->end, MSG_TOO_FEW, n->command->info.name);
        add_usage(p->lexer.diagnosis, n->command);
        return false;
    }
    struct word *kept = arena_alloc(p->lexer.arena, n->words * sizeof *kept);
    if (n->words)
        memcpy(kept, words, n->words * sizeof *kept);
    n->word = kept;
    return true;
}

// ---- Blocks ----------------------------------------------------------------------------------

static bool parse_statement(struct parser *p, struct node **node);

static bool skip_separators(struct parser *p)
{
    while (look(p) && p->token.kind == TOKEN_SEPARATOR)
        take(p);
    return p->has_token;
}

static bool parse_commands_of_block(struct parser *p, struct node *n, u32 open)
{
    struct node **next = &n->body;

    for (;;) {
        if (!skip_separators(p))
            return false;
        if (p->token.kind == TOKEN_END)
            return diagnose(p->lexer.diagnosis, open, MSG_BLOCK_OPEN);
        if (p->token.kind == TOKEN_CLOSE) {
            n->end = take(p).end;
            return true;
        }
        if (!parse_statement(p, next))
            return false;
        next = &(*next)->next;
    }
}

// `repeat COUNT` has been read; its block follows.
static bool parse_block(struct parser *p, struct node *n)
{
    struct diagnosis *d = p->lexer.diagnosis;
    u64 rounds = p->rounds;
    const struct word *count = &n->word[0];

    if (p->token.kind != TOKEN_OPEN)
        return diagnose(d, p->token.offset, MSG_BLOCK_MISSING);
    if (p->depth == BLOCK_DEPTH_MAX)
        return diagnose(d, p->token.offset, MSG_NESTING, BLOCK_DEPTH_MAX);
    if (count->kind == WORD_QUOTED || (count->kind == WORD_PLAIN && !count->is_number))
        return diagnose(d, count->offset, MSG_NOT_NUMBER, count->text);
    if (count->kind == WORD_PLAIN) {
        if (count->number < 0)
            return diagnose(d, count->offset, MSG_REPEAT_NEGATIVE);
        if (count->is_huge || count->number > REPEAT_MAX ||
            rounds * (u64)count->number > REPEAT_MAX)
            return diagnose(d, count->offset, MSG_REPEAT_MANY, REPEAT_MAX);
        p->rounds *= (u64)count->number;
    }
    u32 open = take(p).offset;
    p->depth++;
    bool well = parse_commands_of_block(p, n, open);
    p->depth--;
    p->rounds = rounds;
    if (!well || !look(p))
        return false;
    if (p->token.kind == TOKEN_SEPARATOR || p->token.kind == TOKEN_CLOSE ||
        p->token.kind == TOKEN_END)
        return true;
    return diagnose(d, p->token.offset, MSG_BLOCK_TAIL);
}

// ---- Statements ------------------------------------------------------------------------------

static bool check_place(struct parser *p, const struct node *n)
{
    struct diagnosis *d = p->lexer.diagnosis;

    if (n->has_actor && !has_actor(n->command->kind))
        return diagnose(d, n->offset, MSG_NO_ACTOR_WANTED, n->command->info.name);
    if (p->depth > 0 && n->command->is_not_in_block)
        return diagnose(d, n->name_offset, MSG_NOT_IN_BLOCK, n->command->info.name);
    return true;
}

static bool parse_statement(struct parser *p, struct node **node)
{
    struct node *n = arena_new(p->lexer.arena, struct node);

    n->source = p->lexer.source;
    n->offset = p->token.offset;
    n->line = p->token.line;
    if (p->token.kind == TOKEN_ACTOR) {
        n->actor = take(p).word;
        n->has_actor = true;
    }
    if (!parse_name(p, n) || !check_place(p, n) || !parse_words(p, n))
        return false;
    if (n->command->kind == COMMAND_REPEAT) {
        if (!parse_block(p, n))
            return false;
    } else if (p->token.kind == TOKEN_OPEN) {
        return diagnose(p->lexer.diagnosis, p->token.offset, MSG_BRACE_OPEN);
    } else if (p->token.kind == TOKEN_CLOSE && p->depth == 0) {
        return diagnose(p->lexer.diagnosis, p->token.offset, MSG_BRACE_CLOSE);
    }
    *node = n;
    return true;
}

// Skips one token, or what is no token and the rest of its line. Did a command end there?
static bool skip_token(struct parser *p)
{
    if (p->is_lost || !look(p)) {
        lexer_recover(&p->lexer);
        p->is_lost = false;
        return true;
    }
    return take(p).kind == TOKEN_SEPARATOR;
}

static bool is_at_end(struct parser *p)
{
    return !p->is_lost && look(p) && p->token.kind == TOKEN_END;
}

// Skips the rest of the command, or of the block, in which a mistake was made.
static void recover(struct parser *p)
{
    struct diagnosis ignored = { 0 };
    struct diagnosis *kept = p->lexer.diagnosis;
    bool is_over = false;

    p->lexer.diagnosis = &ignored;
    while (!is_over && !is_at_end(p))
        is_over = skip_token(p) && p->braces <= 0;
    diagnosis_finish(&ignored);
    p->lexer.diagnosis = kept;
    p->braces = 0;
}

enum parse_result parser_next(struct parser *p, struct node **node)
{
    if (skip_separators(p)) {
        if (p->token.kind == TOKEN_END)
            return PARSE_END;
        if (p->token.kind != TOKEN_CLOSE) {
            if (parse_statement(p, node))
                return PARSE_NODE;
        } else {
            p->has_token = false; // it must not count as the end of anything
            diagnose(p->lexer.diagnosis, p->token.offset, MSG_BRACE_CLOSE);
        }
    }
    recover(p);
    return PARSE_MISTAKE;
}

// ---- Unfinished input ------------------------------------------------------------------------

static void add_plain(struct open_ends *e, char c)
{
    if (c == '"' && !e->in_word) // inside a word it is a mistake
        e->in_quotes = true;
    else if (c == '#' && !e->in_word)
        e->in_comment = true;
    else if (c == '{')
        e->blocks++;
    else if (c == '}' && e->blocks > 0)
        e->blocks--;
    e->in_word = !strchr(" \t\r\n;{}", c);
}

void open_ends_add(struct open_ends *e, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (e->in_comment) {
            e->in_comment = text[i] != '\n';
        } else if (!e->in_quotes) {
            add_plain(e, text[i]);
        } else if (e->after_backslash) {
            e->after_backslash = false;
        } else {
            e->after_backslash = text[i] == '\\';
            e->in_quotes = text[i] != '"';
        }
    }
}

bool has_open_ends(const struct open_ends *e)
{
    return e->in_quotes || e->blocks > 0;
}
