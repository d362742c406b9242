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
    struct session *s = session_with(
        "boot sh; fork; 3: exit 7; open \"/tmp/a\\\"b\\\\c\" CREAT|WRONLY mode=755; "
        "write 3 \"#!/bin/cat\"; close 3; fork; 4: exec \"/tmp/a\\\"b\\\\c\"; clone thread");
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_EQUAL(report_dot(s->m, &out), 6);
    const char *text = strbuf_text(&out);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "digraph tasks {\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "t4 [label=\"4 a\\\"b\\\\c\\nR\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "t3 [label=\"3 sh\\nZ exit 7\", style=\"dashed"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  t2 -> t3;\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  t2 -> t5 [style=dotted, label=\"thread\"];\n"));
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
    CU_ASSERT_TRUE(has_line(text, "\"ph\":\"B\",\"pid\":2,\"tid\":2,", "\"name\":\"sys_fork\""));
    CU_ASSERT_FALSE(has_line(text, "\"ph\":\"B\",\"pid\":2,\"tid\":3,", "\"name\":\"sys_fork\""));
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

// One line of the file, taken apart.
struct trace_line {
    char phase, name[64], cat[64], scope;
    unsigned group, row;
    unsigned long long ts, duration;
    bool has_duration, has_args;
};

static bool copy_member(const char *line, const char *end, const char *key, char *out, size_t size)
{
    const char *at = strstr(line, key);
    size_t n = 0;

    if (!at || at >= end)
        return false;
    for (at += strlen(key); *at != '"' && n + 1 < size; at++)
        out[n++] = *at;
    out[n] = '\0';
    return n > 0;
}

static bool read_trace_line(const char *line, struct trace_line *l)
{
    const char *end = strchr(line, '\n'), *duration = strstr(line, "\"dur\":");
    char scope[4] = "";

    *l = (struct trace_line){ .phase = 0 };
    if (sscanf(line, "{\"ph\":\"%c\",\"pid\":%u,\"tid\":%u,\"ts\":%llu", &l->phase, &l->group,
               &l->row, &l->ts) != 4)
        return false;
    copy_member(line, end, "\"name\":\"", l->name, sizeof l->name);
    copy_member(line, end, "\"cat\":\"", l->cat, sizeof l->cat);
    copy_member(line, end, "\"s\":\"", scope, sizeof scope);
    l->scope = scope[0];
    l->has_duration = duration && duration < end;
    if (l->has_duration)
        sscanf(duration, "\"dur\":%llu", &l->duration);
    const char *args = strstr(line, "\"args\":{");
    l->has_args = args && args < end;
    return true;
}

// What the Trace Event Format wants of each row: a viewer that is strict must find it so.
struct trace_row {
    unsigned long long last, covered; // begin or end; end of the last whole slice
    int depth;
    bool is_used, has_name, has_place;
};

static void check_trace_line(const struct trace_line *l, struct trace_row *row)
{
    switch (l->phase) {
    case 'B': // these come in order, row by row, and nest
    case 'E':
        CU_ASSERT_TRUE(l->ts >= row->last);
        row->last = l->ts;
        row->depth += l->phase == 'B' ? 1 : -1;
        CU_ASSERT_TRUE(row->depth >= 0);
        CU_ASSERT_TRUE(l->phase == 'E' || (l->name[0] && l->cat[0]));
        row->is_used = true;
        break;
    case 'X':
        CU_ASSERT_TRUE(l->has_duration && l->cat[0]);
        CU_ASSERT_TRUE(l->ts >= row->covered); // no two at one time
        row->covered = l->ts + l->duration;
        row->is_used = true;
        break;
    case 'i':
        CU_ASSERT_TRUE(l->scope == 't' && l->name[0] && l->cat[0]);
        row->is_used = true;
        break;
    case 'M':
        CU_ASSERT_TRUE(l->has_args);
        row->has_name |= strcmp(l->name, "thread_name") == 0;
        row->has_place |= strcmp(l->name, "thread_sort_index") == 0;
        break;
    default:
        CU_FAIL("an event of another kind");
        break;
    }
}

// The rows of three groups; swapper's is the last.
enum { TRACE_ROWS = 64, SWAPPER_ROW = 32768 };

static void check_trace(const char *text)
{
    static struct trace_row rows[4][TRACE_ROWS];
    struct trace_line l;

    memset(rows, 0, sizeof rows);
    for (const char *at = text; (at = strstr(at, "\n{\"ph\":")) != NULL; at++) {
        CU_ASSERT_TRUE_FATAL(read_trace_line(at + 1, &l));
        unsigned row = l.row == SWAPPER_ROW ? TRACE_ROWS - 1 : l.row;
        CU_ASSERT_TRUE_FATAL(l.group >= 1 && l.group <= 3 && row >= 1 && row < TRACE_ROWS);
        check_trace_line(&l, &rows[l.group][row]);
    }
    for (int g = 1; g <= 3; g++) {
        for (int i = 0; i < TRACE_ROWS; i++) {
            CU_ASSERT_EQUAL(rows[g][i].depth, 0);
            CU_ASSERT_TRUE(!rows[g][i].is_used || (rows[g][i].has_name && rows[g][i].has_place));
        }
    }
    CU_ASSERT_EQUAL(count(text, "\"name\":\"process_name\""), 3);
    CU_ASSERT_EQUAL(count(text, "\"name\":\"process_sort_index\""), 3);
}

// Whatever the scheduler does, and from wherever the journal begins.
static void test_trace_events_are_valid(void)
{
    static const char *const commands[] = {
        "fork",
        "boot sh; repeat 3 { fork }; wait; 3: vfork; 6: exec /bin/ls; 5: exit 2; 4: kill -9 -1",
        "boot sh; repeat 2 { fork }; wait; 4: kill -STOP 3; 4: kill -CONT 3; 3: exit; 4: exit",
        "boot sh; pipe; fork; 3: read 3 5; write 4 hello; 3: io; irq disk; 3: exit; exit; exit",
        "boot sh; clone thread; 3: exec /bin/ls; settle off; fork; sched_yield; 4: pause",
        "fork; wait; settle off; 2: exit; undo; step 30",
    };

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct session *s = session_with(commands[i]);
        struct strbuf out = STRBUF_INIT;

        CU_ASSERT_TRUE(report_trace_events(s->m, command_words, NULL, &out) > 0);
        check_trace(strbuf_text(&out));
        strbuf_finish(&out);
        session_destroy(s);
    }
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
    { "trace events are as the format wants them", test_trace_events_are_valid },
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
