// The lexer: what a word is, where it stands, and what cannot be one.
#include "script/lex.h"

#include "cunit_main.h"

#include <stdio.h>
#include <string.h>

struct lexed {
    struct source source;
    struct arena arena;
    struct diagnosis diagnosis;
    struct lexer lexer;
    struct token token;
};

static void begin(struct lexed *l, const char *text, size_t length)
{
    *l = (struct lexed){ .source = { "test", text, (u32)length, 1 } };
    lexer_init(&l->lexer, &l->source, &l->arena, &l->diagnosis);
}

static void finish(struct lexed *l)
{
    arena_finish(&l->arena);
    diagnosis_finish(&l->diagnosis);
}

static bool next(struct lexed *l)
{
    return lexer_next(&l->lexer, &l->token);
}

static void expect_kind(struct lexed *l, enum token_kind kind)
{
    CU_ASSERT_TRUE_FATAL(next(l));
    CU_ASSERT_EQUAL(l->token.kind, kind);
}

static void expect_word(struct lexed *l, enum word_kind kind, const char *text)
{
    expect_kind(l, TOKEN_WORD);
    CU_ASSERT_EQUAL(l->token.word.kind, kind);
    CU_ASSERT_STRING_EQUAL(l->token.word.text, text);
    CU_ASSERT_EQUAL(l->token.word.length, strlen(text));
}

static void test_words(void)
{
    struct lexed l;

    static const char text[] = "fork 12; kill -9 #x y\n\"a b\" a#b";

    begin(&l, text, sizeof text - 1);
    expect_word(&l, WORD_PLAIN, "fork");
    CU_ASSERT_EQUAL(l.token.offset, 0);
    CU_ASSERT_EQUAL(l.token.end, 4);
    expect_word(&l, WORD_PLAIN, "12");
    CU_ASSERT(l.token.word.is_number && l.token.word.number == 12);
    expect_kind(&l, TOKEN_SEPARATOR);
    expect_word(&l, WORD_PLAIN, "kill");
    expect_word(&l, WORD_PLAIN, "-9");
    CU_ASSERT(l.token.word.is_number && l.token.word.number == -9);
    expect_kind(&l, TOKEN_SEPARATOR);
    expect_word(&l, WORD_QUOTED, "a b");
    CU_ASSERT_EQUAL(l.token.line, 2);
    CU_ASSERT_EQUAL(l.token.word.is_number, false);
    expect_word(&l, WORD_PLAIN, "a#b");
    expect_kind(&l, TOKEN_END);
    expect_kind(&l, TOKEN_END);
    finish(&l);
}

static void test_variables_and_actors(void)
{
    struct lexed l;
    static const char text[] = "5: fork\n$kid: fork; $!:$! $? $$ -$x 5:";

    begin(&l, text, sizeof text - 1);
    expect_kind(&l, TOKEN_ACTOR);
    CU_ASSERT_EQUAL(l.token.word.number, 5);
    expect_word(&l, WORD_PLAIN, "fork");
    expect_kind(&l, TOKEN_SEPARATOR);
    expect_kind(&l, TOKEN_ACTOR);
    CU_ASSERT_EQUAL(l.token.word.kind, WORD_VARIABLE);
    CU_ASSERT_STRING_EQUAL(l.token.word.text, "kid");
    expect_word(&l, WORD_PLAIN, "fork");
    expect_kind(&l, TOKEN_SEPARATOR);
    expect_kind(&l, TOKEN_ACTOR);
    CU_ASSERT_EQUAL(l.token.word.kind, WORD_CHILD);
    expect_word(&l, WORD_CHILD, "!");
    expect_word(&l, WORD_VALUE, "?");
    expect_word(&l, WORD_FOCUS, "$");
    expect_word(&l, WORD_VARIABLE, "x");
    CU_ASSERT_TRUE(l.token.word.is_negative);
    expect_word(&l, WORD_PLAIN, "5:"); // no actor behind a command's name
    finish(&l);
}

static void test_escapes(void)
{
    struct lexed l;
    static const char text[] = "\"\\n\\t\\\"\\\\\\x41\\$\xC3\xA9\"";

    begin(&l, text, sizeof text - 1);
    expect_word(&l, WORD_QUOTED, "\n\t\"\\A$\xC3\xA9");
    finish(&l);
}

static void test_blocks(void)
{
    struct lexed l;

    begin(&l, "repeat 3{fork}", strlen("repeat 3{fork}"));
    expect_word(&l, WORD_PLAIN, "repeat");
    expect_word(&l, WORD_PLAIN, "3");
    expect_kind(&l, TOKEN_OPEN);
    expect_word(&l, WORD_PLAIN, "fork");
    expect_kind(&l, TOKEN_CLOSE);
    expect_kind(&l, TOKEN_END);
    finish(&l);
}

static void test_numbers(void)
{
    static const struct {
        const char *text;
        bool is_number, is_huge;
        s64 value;
    } cases[] = {
        { "0", true, false, 0 },
        { "0x1F", true, false, 31 },
        { "0xffffffff", true, false, 0xFFFFFFFFll },
        { "-5", true, false, -5 },
        { "9223372036854775807", true, false, INT64_MAX },
        { "9223372036854775808", true, true, 0 },
        { "-9223372036854775808", true, false, INT64_MIN },
        { "-9223372036854775809", true, true, 0 },
        { "99999999999999999999999", true, true, 0 },
        { "0x10000000000000000", true, true, 0 },
        { "12a", false, false, 0 },
        { "0x", false, false, 0 },
        { "-", false, false, 0 },
        { "", false, false, 0 },
        { "--1", false, false, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s64 value = 0;
        bool is_huge;
        bool is_number = parse_number(cases[i].text, (u32)strlen(cases[i].text), &value, &is_huge);

        CU_ASSERT_EQUAL(is_number, cases[i].is_number);
        if (is_number) {
            CU_ASSERT_EQUAL(is_huge, cases[i].is_huge);
            CU_ASSERT_EQUAL(value, cases[i].value);
        }
    }
}

// A mistake stands at this byte, and its words contain these.
static void expect_mistake(const char *text, size_t length, u32 offset, const char *words)
{
    struct lexed l;

    begin(&l, text, length);
    while (next(&l) && l.token.kind != TOKEN_END)
        ;
    if (l.diagnosis.offset != offset || !strstr(strbuf_text(&l.diagnosis.message), words))
        printf("\n%s: %u: %s\n", text, l.diagnosis.offset, strbuf_text(&l.diagnosis.message));
    CU_ASSERT_EQUAL(l.diagnosis.offset, offset);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&l.diagnosis.message), words));
    finish(&l);
}

static void test_mistakes(void)
{
    char longest[WORD_LENGTH_MAX + 2];

    expect_mistake("say \"x", 6, 4, "no end");
    expect_mistake("say \"x\\q\"", 9, 6, "escape");
    expect_mistake("say \"\\x4g\"", 10, 5, "escape");
    expect_mistake("say \"\\x00\"", 10, 5, "NUL");
    expect_mistake("say a\"b\"", 8, 5, "alone");
    expect_mistake("say \"b\"c", 8, 7, "alone");
    expect_mistake("let $", 5, 4, "name");
    expect_mistake("let $!x", 7, 6, "alone");
    expect_mistake("let $abcdefghijklmnopqrstuvwxyz", 31, 4, "at most");
    expect_mistake("fork\0x", 6, 4, "0x00");
    expect_mistake("fork # \x1B", 8, 7, "0x1B");
    expect_mistake("fo\xE4\xB8", 4, 2, "UTF-8");
    expect_mistake("x \xC2\x9B", 4, 2, "0x9B");
    memset(longest, 'a', sizeof longest);
    expect_mistake(longest, sizeof longest, 0, "longer");
}

// Some editors put a byte order mark in front.
static void test_byte_order_mark(void)
{
    struct lexed l;
    static const char text[] = "\xEF\xBB\xBF"
                               "fork";

    begin(&l, text, sizeof text - 1);
    expect_word(&l, WORD_PLAIN, "fork");
    expect_kind(&l, TOKEN_END);
    finish(&l);
}

// After a mistake the next line is read as if nothing had been.
static void test_recovery(void)
{
    struct lexed l;
    static const char text[] = "fork \x1B x\npause\nfork \0\nexit";

    begin(&l, text, sizeof text - 1);
    expect_word(&l, WORD_PLAIN, "fork");
    CU_ASSERT_FALSE(next(&l));
    lexer_recover(&l.lexer);
    expect_word(&l, WORD_PLAIN, "pause");
    CU_ASSERT_EQUAL(l.token.line, 2);
    expect_kind(&l, TOKEN_SEPARATOR);
    expect_word(&l, WORD_PLAIN, "fork");
    CU_ASSERT_FALSE(next(&l));
    lexer_recover(&l.lexer);
    expect_word(&l, WORD_PLAIN, "exit");
    CU_ASSERT_EQUAL(l.token.line, 4);
    expect_kind(&l, TOKEN_END);
    finish(&l);
}

static void test_places(void)
{
    struct source source = { "test", "fork\n\tsay \xC3\xA9 x\n", 16, 1 };
    struct strbuf line = STRBUF_INIT;
    struct place_mark mark = { .offset = 0 };
    struct place place = source_place(&source, 13, &mark);

    CU_ASSERT_EQUAL(place.line, 2);
    CU_ASSERT_EQUAL(place.column, 8); // é is one character
    CU_ASSERT_EQUAL(source_show_line(&source, 13, place.column, &line), 7);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&line), " say \xC3\xA9 x");
    // In any order, from any mark: what one finds when one starts at the beginning.
    for (u32 from = 0; from <= source.length; from++) {
        for (u32 to = 0; to <= source.length; to++) {
            struct place_mark first = { .offset = 0 }, other = { .offset = 0 };

            source_place(&source, from, &first);
            place = source_place(&source, to, &first);
            struct place fresh = source_place(&source, to, &other);
            CU_ASSERT(place.line == fresh.line && place.column == fresh.column);
        }
    }
    strbuf_finish(&line);
}

// Of a very long line, only the piece around the place is shown.
static void test_long_line(void)
{
    static char text[1 << 20];
    struct source source = { "test", text, sizeof text, 1 };
    struct strbuf line = STRBUF_INIT;

    memset(text, 'a', sizeof text);
    text[500000] = '!';
    u32 caret = source_show_line(&source, 500000, 500001, &line);
    CU_ASSERT(line.length < 200);
    const char *mark = strchr(strbuf_text(&line), '!');
    CU_ASSERT_PTR_NOT_NULL_FATAL(mark);
    CU_ASSERT_EQUAL((u32)(mark - strbuf_text(&line)) - 2, caret); // … is three bytes
    for (u32 i = 0; i < sizeof text; i += 2)                      // no character is cut
        memcpy(text + i, "\xC3\xA9", 2);
    CU_ASSERT_EQUAL(source_show_line(&source, 500000, 250001, &line), caret);
    CU_ASSERT(memcmp(strbuf_text(&line), "…\xC3\xA9", 5) == 0);
    strbuf_finish(&line);
}

static CU_TestInfo tests[] = {
    { "words and separators", test_words },
    { "variables and actors", test_variables_and_actors },
    { "escapes", test_escapes },
    { "blocks", test_blocks },
    { "numbers", test_numbers },
    { "mistakes, with their places", test_mistakes },
    { "a byte order mark", test_byte_order_mark },
    { "recovery at the next line", test_recovery },
    { "lines and columns", test_places },
    { "a piece of a long line", test_long_line },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "lexer", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
