// What is written for other programs: sessions as scripts, graphs, trace events.
#include "procarium/report.h"
#include "script/session.h"

#include "cunit_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct session *session_with(const char *commands)
{
    struct session *s = session_create(&(struct session_options){ 0 });

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(session_run(s, "test", commands, strlen(commands)), RUN_OK);
    return s;
}

// ---- save --------------------------------------------------------------------------------------

static void check_saved(const char *commands, const char *expected)
{
    struct session *s = session_with(commands);
    struct strbuf out = STRBUF_INIT;

    session_save(s, &out);
    const char *text = strchr(strbuf_text(&out), '\n') + 1; // behind the comment
    CU_ASSERT_STRING_EQUAL(text, expected);
    strbuf_finish(&out);
    session_destroy(s);
}

static void test_save(void)
{
    check_saved("", "boot\n");
    check_saved("boot sh mem=16M; fork", "boot sh mem=16M\nfork\n");
    check_saved("fork ;ps # what\n2:   exit 1;wait", "boot\nfork\nps\n2:   exit 1\nwait\n");
    check_saved(
        "chapter \"A\"; say \"two\nlines\"; fork; expect 2; ask \"?\" tasks; help; history 3",
        "boot\nchapter \"A\"\nsay \"two\nlines\"\nfork\nexpect 2\nask \"?\" tasks\nhistory 3\n");
}

static void test_save_repeats(void)
{
    check_saved("repeat 2 { fork; repeat 3 { nice 1 } }",
                "boot\nrepeat 2 {\n    fork\n    nice 1\n    nice 1\n    nice 1\n}\n");
    check_saved("repeat 3 { fork }; ps; fork", "boot\nrepeat 3 {\n    fork\n}\nps\nfork\n");
}

// Only what is on this line of time, and the way to where the machine stands.
static void test_save_in_the_past(void)
{
    check_saved("fork; ps; fork; undo; ps", "boot\nfork\nps\nps\nfork\ngoto 1\n");
    check_saved("fork; fork; undo 2; step 3", "boot\nfork\nfork\ngoto 0\nstep 3\n");
    check_saved("fork; runq; fork; ps; undo 2; 1: exit 3; pstree", "boot\n1: exit 3\npstree\n");
    check_saved("fork; ps; boot sh; pstree", "boot sh\npstree\n");
    check_saved("fork; ps; boot sh; pstree; branches 1", "boot\nfork\nps\n");
}

// ---- dot ---------------------------------------------------------------------------------------

static void test_dot(void)
{
    struct session *s =
        session_with("boot sh; fork; 3: exit 7; clone thread; exec \"/a\\\"b\\\\c\"");
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_EQUAL(report_dot(s->m, &out), 5);
    const char *text = strbuf_text(&out);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "digraph tasks {\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "t3 [label=\"3 sh\\nZ exit 7\", style=\"dashed"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  t2 -> t3;\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "penwidth=3"));
    CU_ASSERT_STRING_EQUAL(text + out.length - 2, "}\n");
    strbuf_finish(&out);
    session_destroy(s);
}

// ---- Trace events ------------------------------------------------------------------------------

static const char *command_words(void *context, u64 n)
{
    (void)n;
    return context;
}

static int count(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

// The text behind a row's slice of a function, up to the end of the line.
static bool has_line(const char *text, const char *a, const char *b)
{
    for (const char *at = text; (at = strstr(at, a)) != NULL; at++) {
        const char *end = strchr(at, '\n');
        const char *found = strstr(at, b);

        if (found && (!end || found < end))
            return true;
    }
    return false;
}

static void test_trace_events(void)
{
    static char words[] = "quote \" and \\";
    struct session *s = session_with("boot sh; fork; wait; 3: exit 1; fork; undo");
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_EQUAL(report_trace_events(s->m, command_words, words, &out), 3);
    const char *text = strbuf_text(&out);
    CU_ASSERT_EQUAL(strncmp(text, "{\"displayTimeUnit\"", 18), 0);
    CU_ASSERT_STRING_EQUAL(text + out.length - 4, "\n]}\n");
    CU_ASSERT_EQUAL(count(text, "\"ph\":\"B\""), count(text, "\"ph\":\"E\""));
    CU_ASSERT_EQUAL(count(text, "\"name\":\"quote \\\" and \\\\\""), 3);
    // The parent's wait4 begins, is slept in, and goes on when the child has ended.
    CU_ASSERT_TRUE(has_line(text, "\"ph\":\"B\",\"pid\":2,\"tid\":2,", "\"name\":\"sys_wait4\""));
    CU_ASSERT_TRUE(has_line(text, "\"ph\":\"B\",\"pid\":2,\"tid\":3,", "\"name\":\"do_exit\""));
    CU_ASSERT_FALSE(has_line(text, "\"ph\":\"B\",\"pid\":2,\"tid\":2,", "\"name\":\"do_exit\""));
    CU_ASSERT_TRUE(has_line(text, "\"ph\":\"X\",\"pid\":3,\"tid\":2,", "\"name\":\"S\""));
    CU_ASSERT_TRUE(has_line(text, "\"ph\":\"X\",\"pid\":3,\"tid\":3,", "\"name\":\"Z\""));
    CU_ASSERT_TRUE(has_line(text, "\"ph\":\"i\",\"pid\":2,\"tid\":2,", "\"cause\":\"wait4\""));
    CU_ASSERT_TRUE(has_line(text, "\"tid\":3,", "{\"name\":\"3 sh\"}"));
    strbuf_finish(&out);
    session_destroy(s);
}

// Each task's slices nest, and its clock never goes back, whatever the scheduler does.
static void test_trace_events_nest(void)
{
    struct session *s = session_with("boot sh; repeat 3 { fork }; wait; 3: vfork; 6: exec /bin/ls; "
                                     "4: kill -STOP 3; 4: kill -CONT 3; 5: exit 2; 4: kill -9 -1");
    struct strbuf out = STRBUF_INIT;
    unsigned long long last[64] = { 0 };
    int depth[64] = { 0 };

    CU_ASSERT_TRUE(report_trace_events(s->m, command_words, NULL, &out) > 0);
    for (const char *at = strbuf_text(&out); (at = strstr(at, "{\"ph\":\"")) != NULL; at += 7) {
        unsigned group = 0, tid = 0;
        unsigned long long ts = 0;

        if (at[7] != 'B' && at[7] != 'E')
            continue;
        CU_ASSERT_EQUAL_FATAL(
            sscanf(at + 8, "\",\"pid\":%u,\"tid\":%u,\"ts\":%llu", &group, &tid, &ts), 3);
        CU_ASSERT_TRUE_FATAL(group == 2 && tid < 64);
        CU_ASSERT_TRUE(ts >= last[tid]);
        last[tid] = ts;
        depth[tid] += at[7] == 'B' ? 1 : -1;
        CU_ASSERT_TRUE(depth[tid] >= 0);
    }
    for (int i = 0; i < 64; i++)
        CU_ASSERT_EQUAL(depth[i], 0);
    strbuf_finish(&out);
    session_destroy(s);
}

static void test_nothing_to_trace(void)
{
    struct session *s = session_with("fork; undo");
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_EQUAL(report_trace_events(s->m, command_words, NULL, &out), 0);
    CU_ASSERT_EQUAL(out.length, 0);
    session_destroy(s);
}

static CU_TestInfo tests[] = {
    { "save writes boot, commands and looks", test_save },
    { "save finds repeated blocks again", test_save_repeats },
    { "save keeps the place and drops other lines", test_save_in_the_past },
    { "the tree of tasks as a graph", test_dot },
    { "trace events: functions, states, names", test_trace_events },
    { "trace events nest in every row", test_trace_events_nest },
    { "trace events without a command", test_nothing_to_trace },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "export", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
