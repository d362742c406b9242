// The parser: commands with their actors and words, blocks, and mistakes of form.
#include "script/parse.h"

#include "script/commands.h"

#include "cunit_main.h"

#include <stdio.h>
#include <string.h>

struct parsed {
    struct source source;
    struct arena arena;
    struct diagnosis diagnosis;
    struct parser parser;
    struct node *node;
};

static void begin(struct parsed *p, const char *text)
{
    *p = (struct parsed){ .source = { "test", text, (u32)strlen(text), 1 } };
    parser_init(&p->parser, &p->source, &p->arena, &p->diagnosis);
}

static void finish(struct parsed *p)
{
    arena_finish(&p->arena);
    diagnosis_finish(&p->diagnosis);
}

static void expect_node(struct parsed *p, const char *name, u32 words)
{
    enum parse_result result = parser_next(&p->parser, &p->node);

    CU_ASSERT_EQUAL_FATAL(result, PARSE_NODE);
    CU_ASSERT_STRING_EQUAL(p->node->command->info.name, name);
    CU_ASSERT_EQUAL(p->node->words, words);
}

static void expect_end(struct parsed *p)
{
    CU_ASSERT_EQUAL(parser_next(&p->parser, &p->node), PARSE_END);
}

static void expect_mistake(struct parsed *p, u32 offset, const char *words)
{
    CU_ASSERT_EQUAL_FATAL(parser_next(&p->parser, &p->node), PARSE_MISTAKE);
    const char *message = strbuf_text(&p->diagnosis.message);
    if (p->diagnosis.offset != offset || !strstr(message, words))
        printf("\n%s: %u: %s\n", p->source.text, p->diagnosis.offset, message);
    CU_ASSERT_EQUAL(p->diagnosis.offset, offset);
    CU_ASSERT_PTR_NOT_NULL(strstr(message, words));
}

static void test_commands(void)
{
    struct parsed p;

    begin(&p, "\n;; fork ; 5: kill -9 3 # x\nwaitpid -1 WNOHANG");
    expect_node(&p, "fork", 0);
    CU_ASSERT_FALSE(p.node->has_actor);
    expect_node(&p, "kill", 2);
    CU_ASSERT_TRUE(p.node->has_actor);
    CU_ASSERT_EQUAL(p.node->actor.number, 5);
    CU_ASSERT_EQUAL(p.node->line, 2);
    CU_ASSERT_EQUAL(p.node->end - p.node->offset, strlen("5: kill -9 3"));
    expect_node(&p, "wait4", 2); // by its alias
    expect_end(&p);
    finish(&p);
}

static void test_blocks(void)
{
    struct parsed p;

    begin(&p, "repeat 2 { fork; repeat 3 {\n pause } }; repeat 0 {}\n");
    expect_node(&p, "repeat", 1);
    const struct node *b = p.node->body;
    CU_ASSERT_STRING_EQUAL(b->command->info.name, "fork");
    CU_ASSERT_STRING_EQUAL(b->next->command->info.name, "repeat");
    CU_ASSERT_STRING_EQUAL(b->next->body->command->info.name, "pause");
    CU_ASSERT_PTR_NULL(b->next->next);
    expect_node(&p, "repeat", 1);
    CU_ASSERT_PTR_NULL(p.node->body);
    expect_end(&p);
    finish(&p);
}

static void expect_form(const char *text, u32 offset, const char *words)
{
    struct parsed p;

    begin(&p, text);
    expect_mistake(&p, offset, words);
    finish(&p);
}

static void test_mistakes(void)
{
    expect_form("frok", 0, "no command “frok”");
    expect_form("\"fork\"", 0, "not quoted");
    expect_form("5: 6: fork", 3, "actor");
    expect_form("5:", 2, "must follow");
    expect_form("5: ps", 0, "not a system call");
    expect_form("pause 1", 6, "too many");
    expect_form("kill", 4, "more words");
    expect_form("{ fork }", 0, "repeat");
    expect_form("fork }", 5, "closes nothing");
    expect_form("}", 0, "closes nothing");
    expect_form("repeat 3", 8, "block");
    expect_form("repeat 3 { fork", 9, "has no }");
    expect_form("repeat x { fork }", 7, "not a number");
    expect_form("repeat -1 { fork }", 7, "from 0 up");
    expect_form("repeat 1000000000000 { fork }", 7, "at most");
    expect_form("repeat 10000 { repeat 10000 { fork } }", 22, "at most");
    expect_form("repeat 99999999999999999999 { fork }", 7, "at most");
    expect_form("repeat 3 { fork } fork", 18, "put a ;");
    expect_form("repeat 3 { source x }", 11, "inside repeat");
    expect_form("repeat 1 {repeat 1 {repeat 1 {repeat 1 {repeat 1 {repeat 1 {repeat 1 {repeat 1 {"
                "repeat 1 {",
                89, "deeper");
}

static void test_hints(void)
{
    struct parsed p;

    begin(&p, "frok; wiat4");
    expect_mistake(&p, 0, "frok");
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&p.diagnosis.hint), "“fork”"));
    finish(&p);
    begin(&p, "KILL 3");
    expect_mistake(&p, 0, "KILL");
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&p.diagnosis.hint), "“kill”"));
    finish(&p);
    begin(&p, "xyzzy");
    expect_mistake(&p, 0, "xyzzy");
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&p.diagnosis.hint), "help"));
    finish(&p);
    begin(&p, "setpgid 1");
    expect_mistake(&p, 9, "more words");
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&p.diagnosis.hint), "setpgid PID PGID"));
    finish(&p);
}

// The rest of a command, and of a block, is skipped after a mistake in it; after what is no word at
// all, the rest of the line.
static void test_recovery(void)
{
    struct parsed p;

    begin(&p, "fork; frok; pause\nvfork\nrepeat 3 {\n frok\n pause\n}\nsetsid\n} ; pause\nps");
    expect_node(&p, "fork", 0);
    expect_mistake(&p, 6, "frok");
    expect_node(&p, "pause", 0);
    expect_node(&p, "vfork", 0);
    expect_mistake(&p, 36, "frok");
    expect_node(&p, "setsid", 0);
    expect_mistake(&p, 57, "closes nothing");
    expect_node(&p, "pause", 0);
    expect_node(&p, "ps", 0);
    expect_end(&p);
    finish(&p);

    // The mistake is seen at the line's end, or at the block's, which must not be skipped too.
    begin(
        &p,
        "exec\nps\nrepeat 2 {\n exec\n}\nrunq\nrepeat 2 { frok }\npause\nrepeat 2 { exec }\nfork");
    expect_mistake(&p, 4, "more words");
    expect_node(&p, "ps", 0);
    expect_mistake(&p, 24, "more words");
    expect_node(&p, "runq", 0);
    expect_mistake(&p, 43, "frok");
    expect_node(&p, "pause", 0);
    expect_mistake(&p, 71, "more words");
    expect_node(&p, "fork", 0);
    expect_end(&p);
    finish(&p);

    // A bad word, and a text of several lines.
    begin(&p, "say \"a\\qb\"; ps\nfork\nfrok \"a\nps\"; ps\npause");
    expect_mistake(&p, 6, "");
    expect_node(&p, "fork", 0);
    expect_mistake(&p, 20, "frok");
    expect_node(&p, "ps", 0);
    expect_node(&p, "pause", 0);
    expect_end(&p);
    finish(&p);
}

static bool is_open(const char *text)
{
    struct open_ends ends = { 0 };

    for (const char *c = text; *c; c++)
        open_ends_add(&ends, c, 1);
    return has_open_ends(&ends);
}

static void test_open_ends(void)
{
    CU_ASSERT_FALSE(is_open("fork"));
    CU_ASSERT_FALSE(is_open("repeat 3 { fork }"));
    CU_ASSERT_TRUE(is_open("repeat 3 { fork\n"));
    CU_ASSERT_TRUE(is_open("repeat 3 { fork # }\n"));
    CU_ASSERT_TRUE(is_open("say \"x\n"));
    CU_ASSERT_FALSE(is_open("say \"x { \\\" \"\n"));
    CU_ASSERT_FALSE(is_open("say a\"x\n")); // a mistake, told at once
    CU_ASSERT_FALSE(is_open("} } fork"));
    CU_ASSERT_FALSE(is_open("say a#\" \n"));
    CU_ASSERT_FALSE(is_open("say # \"{ \n"));
}

// What comes from a shell, from C or from another system gets advice of its own.
static void test_advice(void)
{
    static const struct {
        const char *line, *hint;
    } cases[] = {
        { "ls -l | wc", "exec /bin/ls" },
        { "sudo rm -rf /", "root already" },
        { "man fork", "help NAME" },
        { "sleep 5", "no time passes" },
        { "top", "ps lists" },
        { "narration", "pane narration shows" },
        { "memory", "pane memory shows" },
        { "sched", "layout sched arranges" },
        { "x=3", "let x 3" },
        { "3 fork", "3: fork" },
        { "x: fork", "an actor is" },
        { "fork();", "no parentheses" },
        { "kill(2,9);", "kill [-SIGNAL] PID" },
        { "if (fork() == 0) { exit(1); }", "not C" },
        { "pid = fork();", "not C" },
        { "./a.out", "exec /bin/ls" },
        { "fork | fork", "a shell's" },
        { "fork x // why", "begins with #" },
        { "$?", "say" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parsed p;

        begin(&p, cases[i].line);
        CU_ASSERT_EQUAL(parser_next(&p.parser, &p.node), PARSE_MISTAKE);
        CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&p.diagnosis.hint), cases[i].hint));
        if (!strstr(strbuf_text(&p.diagnosis.hint), cases[i].hint))
            fprintf(stderr, "%s: %s\n", cases[i].line, strbuf_text(&p.diagnosis.hint));
        finish(&p);
    }
    struct parsed p;
    begin(&p, "execl(\"/bin/ls\", 0);");
    expect_mistake(&p, 0, "not C");
    finish(&p);
}

static CU_TestInfo tests[] = {
    { "commands, actors, words", test_commands },
    { "blocks", test_blocks },
    { "mistakes of form, with their places", test_mistakes },
    { "hints", test_hints },
    { "advice", test_advice },
    { "recovery", test_recovery },
    { "unfinished input", test_open_ends },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "parser", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
