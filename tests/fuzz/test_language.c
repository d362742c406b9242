// The language from inside: any bytes and any well-formed command, with nothing but a mistake.
#include "generate.h"

#include "cunit_main.h"
#include "setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What reaches a face is fit for a terminal.
static void check_visible(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            CU_FAIL("a control byte in a message");
}

static void on_mistake(void *context, const struct mistake *mistake)
{
    u32 *count = context;

    ++*count;
    check_visible(mistake->message);
    check_visible(mistake->hint);
    check_visible(mistake->source);
    CU_ASSERT(mistake->line >= 1 && mistake->column >= 1);
    CU_ASSERT(strlen(mistake->message) > 0 && strlen(mistake->message) < 2000);
    CU_ASSERT(mistake->caret <= strlen(mistake->source));
}

static void on_text(void *context, const char *text, size_t length)
{
    (void)context;
    CU_ASSERT_EQUAL(strlen(text), length);
    CU_ASSERT(length == 0 || text[length - 1] == '\n');
}

static struct session *new_session(u32 *mistakes)
{
    struct session_options options = {
        .keep_going = true,
        .face = { .context = mistakes, .mistake = on_mistake, .text = on_text },
    };
    struct session *s = session_create(&options);

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    session_run(s, "test", "boot mem=8M", 11);
    return s;
}

// Bytes that are mostly of the language.
static char random_byte(struct generator *g)
{
    static const char usual[] = "fork exit {};#\"\\$!?:|-=0x19\n\n  repeat";

    if (random_below(g, 10))
        return usual[random_below(g, sizeof usual - 1)];
    return (char)random_below(g, 256);
}

static void test_random_bytes(void)
{
    struct generator g = { setting("FUZZ_SEED", 3) * 2654435761u | 1 };
    u32 mistakes = 0;
    struct session *s = new_session(&mistakes);
    char text[256];

    for (u32 i = 0; i < setting("FUZZ_RUNS", 4) * 1000; i++) {
        u32 length = random_below(&g, sizeof text);

        for (u32 k = 0; k < length; k++)
            text[k] = random_byte(&g);
        enum run_result result = session_run(s, "random", text, length);
        CU_ASSERT(result == RUN_OK || result == RUN_MISTAKE);
        struct completions found;
        session_complete(s, text, random_below(&g, length + 1), &found);
        completions_finish(&found);
    }
    CU_ASSERT(mistakes > 100);
    session_destroy(s);
}

// Every row of the table, with words of the right kinds: the form is never wrong.
static void test_every_row(void)
{
    struct generator g = { setting("FUZZ_SEED", 4) * 2654435761u | 1 };
    u32 mistakes = 0;
    struct session *s = new_session(&mistakes);
    struct strbuf text = STRBUF_INIT, wrong = STRBUF_INIT;

    for (u32 i = 0; i < setting("FUZZ_RUNS", 4) * 500; i++) {
        strbuf_clear(&text);
        if (random_below(&g, 2))
            generate_any(&g, s, &text);
        else
            generate_acting(&g, s, &text);
        session_run(s, "random", strbuf_text(&text), text.length);
        if (machine_is_inside(s->m))
            continue; // between two steps, the invariants need not hold
        strbuf_clear(&wrong);
        if (machine_check(s->m, &wrong)) {
            printf("\nafter: %s\n%s", strbuf_text(&text), strbuf_text(&wrong));
            CU_FAIL("check() complains");
            break;
        }
    }
    strbuf_finish(&text);
    strbuf_finish(&wrong);
    session_destroy(s);
}

// A mistake changes nothing: not one byte of the image, not the history.
static void test_mistakes_change_nothing(void)
{
    static const char *const texts[] = {
        "frok",
        "7: fork",
        "2: pause",
        "kill -NOSUCH 1",
        "focus 99",
        "let 5 5",
        "let x $y",
        "sysctl kernel.pid_max 1",
        "sysctl no 1",
        "settle maybe",
        "repeat 2 { fork; frok }",
        "expect 99",
        "undo 100",
        "goto 99",
        "branches 99",
        "boot mem=1M",
        "exec",
        "clone NOSUCH",
        "wait WNOSUCH",
        "nice 99999999999",
        "struct no 0",
        "rd 0",
        "source /",
        "repeat -1 { fork }",
        "repeat $x { fork }",
        "expect state 99 R",
        "focus 0",
        "fork } ",
    };
    u32 mistakes = 0;
    struct session *s = new_session(&mistakes);

    session_run(s, "test", "fork; $!: pause; fork; 3: exit; undo", 36);
    u8 *image = malloc(s->m->image_size);
    memcpy(image, s->m->image, s->m->image_size);
    struct time_position before = machine_position(s->m);
    for (u32 i = 0; i < sizeof texts / sizeof *texts; i++) {
        u32 old = mistakes;

        session_run(s, "test", texts[i], strlen(texts[i]));
        struct time_position after = machine_position(s->m);
        bool is_same = memcmp(image, s->m->image, s->m->image_size) == 0 &&
                       memcmp(&before, &after, sizeof before) == 0 && s->branch_count == 0;
        if (mistakes == old || !is_same)
            printf("\n%s: %s\n", texts[i], is_same ? "no mistake" : "something changed");
        CU_ASSERT(mistakes > old && is_same);
    }
    free(image);
    session_destroy(s);
}

static CU_TestInfo tests[] = {
    { "random bytes", test_random_bytes },
    { "every row of the table", test_every_row },
    { "mistakes change nothing", test_mistakes_change_nothing },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "language", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
