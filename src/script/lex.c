// Cutting a text into words and separators.
#include "script/lex.h"

#include "machine/machine.h"
#include "script/messages.h"

#include <string.h>

void lexer_init(struct lexer *lexer, const struct source *source, struct arena *arena,
                struct diagnosis *diagnosis)
{
    u32 end = source_find_bad_byte(source, 0);
    bool has_mark = end >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0; // as some editors do
    u32 begin = has_mark ? 3 : 0;

    *lexer = (struct lexer){ source, arena, diagnosis, begin, end, source->first_line, true };
}

void lexer_recover(struct lexer *lexer)
{
    const struct source *source = lexer->source;

    while (lexer->at < source->length && source->text[lexer->at] != '\n')
        lexer->at++;
    if (lexer->at < source->length) {
        lexer->at++;
        lexer->line++;
    }
    lexer->at_command = true;
    if (lexer->at > lexer->end)
        lexer->end = source_find_bad_byte(source, lexer->at);
}

// The byte at `at + ahead`, or NUL behind the end. (The part that is fit to be read has no NUL.)
static char peek(const struct lexer *lexer, u32 ahead)
{
    u32 i = lexer->at + ahead;

    return i < lexer->end ? lexer->source->text[i] : '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(char c)
{
    return c == '\0' || is_blank(c) || c == '\n' || c == ';' || c == '{' || c == '}';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks_and_comments(struct lexer *lexer)
{
    while (is_blank(peek(lexer, 0)))
        lexer->at++;
    if (peek(lexer, 0) != '#')
        return;
    while (lexer->at < lexer->end && peek(lexer, 0) != '\n')
        lexer->at++;
}

// ---- Numbers ---------------------------------------------------------------------------------

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

bool parse_number(const char *text, u32 length, s64 *number, bool *is_huge)
{
    u32 i = length > 0 && text[0] == '-';
    bool is_negative = i == 1;
    int base = 10;
    u64 value = 0;

    *is_huge = false;
    if (length > i + 2 && text[i] == '0' && (text[i + 1] == 'x' || text[i + 1] == 'X')) {
        base = 16;
        i += 2;
    }
    if (i == length)
        return false;
    for (; i < length; i++) {
        int digit = digit_value(text[i]);

        if (digit >= base)
            return false;
        if (__builtin_mul_overflow(value, (u64)base, &value) ||
            __builtin_add_overflow(value, (u64)digit, &value))
            *is_huge = true;
    }
    if (value > (u64)INT64_MAX + is_negative)
        *is_huge = true;
    if (!*is_huge)
        *number = (s64)(is_negative ? 0 - value : value);
    return true;
}

// ---- Words -----------------------------------------------------------------------------------

static bool complain(struct lexer *lexer, u32 offset, const char *message)
{
    return diagnose(lexer->diagnosis, offset, "%s", message);
}

static void keep_text(struct lexer *lexer, struct word *word, const char *text, u32 length)
{
    word->text = arena_copy(lexer->arena, text, length);
    word->length = length;
}

// Does a byte that is not fit to be read stand here?
static bool is_at_bad_byte(const struct lexer *lexer)
{
    return lexer->at == lexer->end && lexer->end < lexer->source->length;
}

// One escape behind a backslash; its value goes to *c.
static bool lex_escape(struct lexer *lexer, char *c)
{
    static const char names[] = "nt\"\\$";
    static const char values[] = "\n\t\"\\$";
    const char *known = peek(lexer, 1) ? strchr(names, peek(lexer, 1)) : NULL;

    if (known) {
        *c = values[known - names];
        lexer->at += 2;
        return true;
    }
    int high = digit_value(peek(lexer, 2));
    if (peek(lexer, 1) != 'x' || high > 15 || digit_value(peek(lexer, 3)) > 15)
        return complain(lexer, lexer->at, MSG_ESCAPE);
    *c = (char)(high * 16 + digit_value(peek(lexer, 3)));
    if (*c == '\0')
        return complain(lexer, lexer->at, MSG_ESCAPE_NUL);
    lexer->at += 4;
    return true;
}

static bool lex_quoted(struct lexer *lexer, struct word *word)
{
    char text[WORD_LENGTH_MAX];
    u32 length = 0;

    word->kind = WORD_QUOTED;
    lexer->at++;
    while (peek(lexer, 0) != '"') {
        char c = peek(lexer, 0);

        if (is_at_bad_byte(lexer))
            return diagnose_bad_byte(lexer->source, lexer->at, lexer->diagnosis);
        if (c == '\0')
            return complain(lexer, word->offset, MSG_QUOTE_OPEN);
        if (length == sizeof text)
            return diagnose(lexer->diagnosis, word->offset, MSG_WORD_LONG, WORD_LENGTH_MAX);
        if (c == '\\') {
            if (!lex_escape(lexer, &c))
                return false;
        } else {
            lexer->line += c == '\n';
            lexer->at++;
        }
        text[length++] = c;
    }
    lexer->at++;
    if (!ends_word(peek(lexer, 0)))
        return complain(lexer, lexer->at, MSG_QUOTE_TAIL);
    keep_text(lexer, word, text, length);
    return true;
}

// Behind $: a name or one sign. An actor's colon may follow.
static bool lex_variable(struct lexer *lexer, struct word *word)
{
    const char *begin = lexer->source->text + lexer->at + 1;
    u32 length = 1;

    if (is_name_start(peek(lexer, 1))) {
        word->kind = WORD_VARIABLE;
        while (is_name_start(peek(lexer, 1 + length)) || is_digit(peek(lexer, 1 + length)))
            length++;
    } else if (peek(lexer, 1) == '!') {
        word->kind = WORD_CHILD;
    } else if (peek(lexer, 1) == '?') {
        word->kind = WORD_VALUE;
    } else if (peek(lexer, 1) == '$') {
        word->kind = WORD_FOCUS;
    } else {
        return complain(lexer, lexer->at, MSG_VARIABLE_FORM);
    }
    if (length >= VARIABLE_NAME_MAX)
        return diagnose(lexer->diagnosis, lexer->at, MSG_VARIABLE_LONG, VARIABLE_NAME_MAX - 1);
    keep_text(lexer, word, begin, length);
    lexer->at += 1 + length;
    if (ends_word(peek(lexer, 0)) || (lexer->at_command && peek(lexer, 0) == ':'))
        return true;
    struct strbuf name = STRBUF_INIT;
    strbuf_printf(&name, "$%s", word->text);
    diagnose(lexer->diagnosis, lexer->at, MSG_VARIABLE_TAIL, strbuf_text(&name));
    strbuf_finish(&name);
    return false;
}

static bool lex_plain(struct lexer *lexer, struct word *word)
{
    const char *begin = lexer->source->text + lexer->at;
    u32 length = 0;
    bool is_pid = lexer->at_command;

    while (!ends_word(peek(lexer, length))) {
        char c = peek(lexer, length);

        if (c == '"' && memchr(begin, '(', length))
            return complain(lexer, lexer->at, MSG_NOT_C);
        if (c == '"')
            return complain(lexer, lexer->at + length, MSG_QUOTE_INSIDE);
        if (is_pid && length > 0 && c == ':')
            break;
        is_pid = is_pid && is_digit(c);
        length++;
    }
    if (length > WORD_LENGTH_MAX)
        return diagnose(lexer->diagnosis, lexer->at, MSG_WORD_LONG, WORD_LENGTH_MAX);
    word->kind = WORD_PLAIN;
    keep_text(lexer, word, begin, length);
    word->is_number = parse_number(word->text, length, &word->number, &word->is_huge);
    lexer->at += length;
    return true;
}

static bool lex_word(struct lexer *lexer, struct token *token)
{
    struct word *word = &token->word;
    bool well;

    token->kind = TOKEN_WORD;
    word->offset = lexer->at;
    if (peek(lexer, 0) == '"') {
        well = lex_quoted(lexer, word);
    } else if (peek(lexer, 0) == '$') {
        well = lex_variable(lexer, word);
    } else if (peek(lexer, 0) == '-' && peek(lexer, 1) == '$') {
        word->is_negative = true;
        lexer->at++;
        lexer->at_command = false;
        well = lex_variable(lexer, word);
    } else {
        well = lex_plain(lexer, word);
    }
    word->end = lexer->at;
    if (well && is_at_bad_byte(lexer))
        return diagnose_bad_byte(lexer->source, lexer->at, lexer->diagnosis);
    if (well && lexer->at_command && word->kind != WORD_QUOTED && peek(lexer, 0) == ':') {
        token->kind = TOKEN_ACTOR;
        lexer->at++;
    }
    return well;
}

bool lexer_next(struct lexer *lexer, struct token *token)
{
    skip_blanks_and_comments(lexer);
    *token = (struct token){ .kind = TOKEN_END, .offset = lexer->at, .line = lexer->line };
    switch (peek(lexer, 0)) {
    case '\0':
        if (is_at_bad_byte(lexer))
            return diagnose_bad_byte(lexer->source, lexer->at, lexer->diagnosis);
        token->end = lexer->at;
        return true;
    case '\n':
        lexer->line++;
        token->kind = TOKEN_SEPARATOR;
        break;
    case ';':
        token->kind = TOKEN_SEPARATOR;
        break;
    case '{':
        token->kind = TOKEN_OPEN;
        break;
    case '}':
        token->kind = TOKEN_CLOSE;
        break;
    default:
        if (!lex_word(lexer, token))
            return false;
        lexer->at_command = token->kind == TOKEN_ACTOR;
        token->end = lexer->at;
        return true;
    }
    lexer->at++;
    lexer->at_command = true;
    token->end = lexer->at;
    return true;
}
