// Questions: the answers that the machine finds, trying without a trace, and judging replies.
#include "script/session.h"

#include "cunit_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct told {
    struct strbuf words, mistakes;
    const char *reply; // what the person says; NULL: nobody is there
    bool is_later;
};

static void on_narrate(void *context, enum narration kind, const char *text)
{
    struct told *t = context;

    strbuf_printf(&t->words, "%d %s\n", (int)kind, text);
}

static void on_mistake(void *context, const struct mistake *m)
{
    struct told *t = context;

    strbuf_printf(&t->mistakes, "%u: %s\n", m->column, m->message);
}

static enum asked on_ask(void *context, const struct question *question, struct strbuf *reply)
{
    struct told *t = context;

    if (t->is_later)
        strbuf_printf(&t->words, "(%s %s %u)\n", question->value, question->answer,
                      question->choices);
    strbuf_puts(reply, t->reply ? t->reply : "");
    return t->is_later ? ASKED_LATER : t->reply ? ASKED_REPLY : ASKED_NOBODY;
}

static struct session *new_session(struct told *t)
{
    struct session_options options = {
        .face = { .context = t, .narrate = on_narrate, .mistake = on_mistake, .ask = on_ask }
    };
    struct session *s = session_create(&options);

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    return s;
}

static void finish(struct session *s, struct told *t)
{
    session_destroy(s);
    strbuf_finish(&t->words);
    strbuf_finish(&t->mistakes);
}

static enum run_result run(struct session *s, const char *text)
{
    return session_run(s, "test", text, strlen(text));
}

// After some commands, `ask` is answered so.
static void answers(const char *commands, const char *ask, const char *expected)
{
    struct told t = { 0 };
    struct session *s = new_session(&t);

    CU_ASSERT_EQUAL(run(s, commands), RUN_OK);
    CU_ASSERT_EQUAL(run(s, ask), RUN_OK);
    const char *found = strrchr(strbuf_text(&t.words), ':');
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    if (strncmp(found + 2, expected, strlen(expected)) != 0 || found[2 + strlen(expected)] != '\n')
        printf("\n%s -> %s", ask, found);
    CU_ASSERT_EQUAL(strncmp(found + 2, expected, strlen(expected)), 0);
    CU_ASSERT_EQUAL(found[2 + strlen(expected)], '\n');
    finish(s, &t);
}

static void test_answers(void)
{
    answers("fork", "ask \"?\" value", "2");
    answers("fork", "ask \"?\" children 1", "1");
    answers("fork; 2: exit 3", "ask \"?\" state 2", "Z");
    answers("boot sh", "ask \"?\" comm 2", "sh");
    answers("boot sh", "ask \"?\" call 1", "wait4");
    answers("wait", "ask \"?\" errno", "ECHILD");
    answers("fork", "ask \"?\" errno", "none");
    answers("store heap \"abc\"; load heap 4", "ask \"?\" loaded", "abc");
    answers("store heap 1", "ask \"?\" fault", "anon");
    answers("fork", "ask \"?\" shared mm 1 2", "no");
    answers("clone VM", "ask \"?\" shared mm 1 2", "yes");
    answers("fork", "ask \"?\" state 2 R", "yes");
    answers("fork", "ask \"?\" children 1 > 1", "no");
    answers("fork", "ask \"?\" $! == 2", "yes");
    answers("let x tasks", "ask \"?\" $x", "1");
    answers("fork", "ask \"?\" trace do_fork", "yes");
    answers("fork", "ask \"?\" gone 2", "no");
}

static void test_trying(void)
{
    answers("boot sh", "ask \"?\" value after \"fork\"", "3");
    answers("boot sh", "ask \"?\" state 2 after \"vfork\"", "D");
    answers("boot sh; fork", "ask \"?\" parent 4 after \"3: fork; 3: exit\"", "1");
    answers("let n 7", "ask \"?\" $n == 8 after \"let n 8\"", "yes");
    answers("", "ask \"?\" loaded after \"store heap \\\"abc\\\"; load heap 3\"", "abc");
    answers("", "ask \"?\" tasks after \"repeat 5 { fork }\"", "6");
    answers("boot mem=16M; fork; fork; undo", "ask \"?\" tasks after \"fork; fork\"", "4");
}

// The machine does not see what is tried: neither its bytes nor its past and future change.
static void test_no_trace(void)
{
    struct told t = { 0 };
    struct session *s = new_session(&t);

    run(s, "boot sh; fork; fork; undo");
    u8 *before = malloc(s->m->image_size);
    memcpy(before, s->m->image, s->m->image_size);
    struct time_position at = machine_position(s->m);
    CU_ASSERT_EQUAL(run(s, "ask \"?\" value after \"fork; 3: exit; boot; fork\""), RUN_OK);
    CU_ASSERT_EQUAL(memcmp(before, s->m->image, s->m->image_size), 0);
    CU_ASSERT_EQUAL(machine_position(s->m).command, at.command);
    CU_ASSERT_EQUAL(machine_position(s->m).commands, at.commands);
    CU_ASSERT_EQUAL(session_branch_count(s), 0);
    CU_ASSERT_EQUAL(run(s, "redo; undo 2; redo; expect tasks 3"), RUN_OK);
    free(before);
    finish(s, &t);
}

static void refuses(const char *ask, const char *what)
{
    struct told t = { 0 };
    struct session *s = new_session(&t);

    CU_ASSERT_EQUAL(run(s, ask), RUN_MISTAKE);
    if (!strstr(strbuf_text(&t.mistakes), what))
        printf("\n%s\n%s", ask, strbuf_text(&t.mistakes));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.mistakes), what));
    CU_ASSERT_EQUAL(t.words.length, 0);
    finish(s, &t);
}

static void test_mistakes(void)
{
    refuses("ask \"?\" 3", "9: an answer is for the machine to find");
    refuses("ask \"?\" \"the same\"", "9: an answer is for the machine to find");
    refuses("ask \"?\" nonsense", "9: an answer is for the machine to find");
    refuses("ask \"?\" state 7", "no task has PID 7");
    refuses("ask \"?\" value after", "one quoted text");
    refuses("ask \"?\" value after fork", "one quoted text");
    refuses("ask \"?\" value after \"fork; frok\"", "do not run: there is no command “frok”");
    refuses("ask \"?\" value after \"save /tmp/nowhere\"", "do not run: nothing can be written");
    refuses("ask \"?\" value after \"quit\"", "cannot stand behind `after`");
    refuses("ask \"?\" value after \"ask \\\"?\\\" value after \\\"fork\\\"\"", "inside another");
    refuses("ask \"?\" choices 1|2 value after \"fork\"", "one quoted text");
    refuses("ask \"?\" choices \"1|3\" value after \"fork\"",
            "none of the choices is the machine's answer, which is 2");
    refuses("ask \"?\" choices \"1|2|3|4|5|6|7|8|9\" tasks", "more than 8");
    refuses("fork; undo; step; ask \"?\" value after \"fork\"", "finish it first");
    refuses("ask \"?\" choices \"1\"", "9: an answer is for the machine to find");
}

static void test_choices(void)
{
    struct told t = { .is_later = true };
    struct session *s = new_session(&t);

    run(s, "ask \"Who?\" choices \"0: the idle task|1: init | 2\" focus");
    CU_ASSERT_STRING_EQUAL(strbuf_text(&t.words),
                           "2 Who?\n  a) the idle task\n  b) init\n  c) 2\n(1 b) init 3)\n");
    strbuf_clear(&t.words);
    run(s, "ask \"What now?\" choices \"R: it runs|S: it sleeps\" state 1");
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.words), "\n  R) it runs\n  S) it sleeps"));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.words), "(R R) it runs 2)"));
    strbuf_clear(&t.words);
    run(s, "ask \"State?\" choices \"R|S|D\" state 1");
    CU_ASSERT_STRING_EQUAL(strbuf_text(&t.words), "2 State?\n  R\n  S\n  D\n(R R 3)\n");
    finish(s, &t);
}

static void test_judging(void)
{
    static const char *const choice[] = { "0", "1", "2" }, *const words[] = { "idle", "init", "2" };
    static const char *const state[] = { "R", "S", "D" };
    struct question q = { "?", "b) init", "1", choice, words, 3 };
    struct question s = { "?", "D", "D", state, state, 3 }, n = { .value = "1792" };
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_TRUE(question_is_right(&q, " B \n"));
    CU_ASSERT_TRUE(question_is_right(&q, "b)"));
    CU_ASSERT_TRUE(question_is_right(&q, "Init"));
    CU_ASSERT_TRUE(question_is_right(&q, "0x1"));
    CU_ASSERT_FALSE(question_is_right(&q, "a"));
    CU_ASSERT_FALSE(question_is_right(&q, "2"));
    CU_ASSERT_TRUE(question_has_choice(&q, "a"));
    CU_ASSERT_FALSE(question_has_choice(&q, "d"));
    CU_ASSERT_TRUE(question_is_right(&s, "d"));
    CU_ASSERT_FALSE(question_is_right(&s, "c"));
    CU_ASSERT_TRUE(question_is_right(&n, "0x700"));
    CU_ASSERT_FALSE(question_is_right(&n, ""));
    CU_ASSERT_FALSE(question_has_choice(&n, "1792"));
    question_verdict(&q, "c", &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), "Not quite"));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), "b) init"));
    strbuf_finish(&out);
}

static CU_TestInfo tests[] = {
    { "the machine finds the answer", test_answers },
    { "after commands that are only tried", test_trying },
    { "trying leaves no trace", test_no_trace },
    { "mistakes", test_mistakes },
    { "choices", test_choices },
    { "judging replies", test_judging },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "ask", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
