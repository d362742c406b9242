/* The machine-readable stream: escaping, and exactly the names that other programs read. */
#include "kernel/kernel.h"
#include "procarium/report.h"
#include "procarium/script.h"

/* After the kernel's errnos: CUnit brings the host's macros of the same names. */
#include "cunit_main.h"

#include <string.h>

static struct strbuf out;

static void check_text(const char *text, size_t length, const char *expected)
{
    strbuf_clear(&out);
    json_add_text(&out, text, length);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), expected);
}

static void test_text(void)
{
    check_text("fork", 4, "\"fork\"");
    check_text("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
    check_text("a\nb\tc\r\033", 7, "\"a\\nb\\tc\\u000d\\u001b\"");
    check_text("\0", 1, "\"\\u0000\"");
    check_text("é→😀", strlen("é→😀"), "\"é→😀\"");
    check_text("\xff\xc3", 2, "\"ÿÃ\"");      /* no UTF-8: code points of the bytes */
    check_text("\xc2\x9b", 2, "\"\\u009b\""); /* a control character that terminals obey */
    check_text("\x7f", 1, "\"\\u007f\"");
    check_text("\xed\xa0\x80", 3, "\"í\xc2\xa0\\u0080\""); /* half of a surrogate pair */
    check_text("\xe2\x86", 2, "\"â\\u0086\"");             /* cut off */
    strbuf_finish(&out);
}

static void test_bytes(void)
{
    strbuf_clear(&out);
    json_add_bytes(&out, "\xc3\xa9\x00\x7e", 4);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "\"Ã©\\u0000~\"");
    strbuf_finish(&out);
}

static void take(void *context, const char *bytes, size_t n)
{
    strbuf_add(context, bytes, n);
}

/* What a script's events and a last snapshot write. */
static void write_stream(const char *commands)
{
    struct session *s = session_create(&(struct session_options){ 0 });
    struct json_writer *w = json_create(take, &out);

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    strbuf_clear(&out);
    session_listen(s, json_listen, w);
    CU_ASSERT_EQUAL(session_run(s, "test", commands, strlen(commands)), RUN_OK);
    json_snapshot(w, session_machine(s), 7);
    json_destroy(w);
    session_destroy(s);
}

static bool has(const char *line)
{
    return strstr(strbuf_text(&out), line) != NULL;
}

static void test_events(void)
{
    write_stream("fork; $!: exit 3; wait; clone CLONE_THREAD; fork; $!: exec /bin/ls; "
                 "kill -TERM $!; wait");
    CU_ASSERT_TRUE(has("{\"type\":\"return\",\"pid\":1,\"call\":\"fork\",\"value\":2}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"return\",\"pid\":2,\"call\":\"fork\",\"value\":0}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"state\",\"pid\":2,\"from\":\"R\",\"to\":\"Z\","));
    CU_ASSERT_TRUE(has("{\"type\":\"return\",\"pid\":1,\"call\":\"wait4\",\"value\":2,"
                       "\"status\":768}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"return\",\"pid\":1,\"call\":\"clone\",\"value\":-1,"
                       "\"errno\":\"EINVAL\"}\n"));
    CU_ASSERT_TRUE(has("\"path\":\"/bin/ls\"}\n"));
    CU_ASSERT_FALSE(has("\"call\":\"execve\""));
    CU_ASSERT_FALSE(has("\"call\":\"exit\""));
    CU_ASSERT_TRUE(has("\"signal\":\"SIGTERM\",\"action\":\"terminate\"}\n"));
    CU_ASSERT_TRUE(has(",\"status\":15}\n"));
    CU_ASSERT_EQUAL(strbuf_text(&out)[out.length - 1], '\n');
    strbuf_finish(&out);
}

static void test_file_events(void)
{
    write_stream(
        "open /tmp/a CREAT|RDWR; write 3 \"h\\xe9\\n\"; lseek 3 0; read 3 9; read 3 9; dup 3; "
        "close 4; pipe; fork; $!: read 4 5; write 5 \"pipe\"; $!: io; irq disk; "
        "fcntl 4 F_SETFD FD_CLOEXEC");
    CU_ASSERT_TRUE(has("{\"type\":\"open\",\"pid\":1,\"fd\":3,\"path\":\"/tmp/a\"}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"write\",\"pid\":1,\"fd\":3,\"data\":\"h\xC3\xA9\\n\"}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"read\",\"pid\":1,\"fd\":3,\"data\":\"h\xC3\xA9\\n\"}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"read\",\"pid\":1,\"fd\":3,\"data\":\"\"}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"dup\",\"pid\":1,\"fd\":4,\"path\":\"/tmp/a\"}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"close\",\"pid\":1,\"fd\":4}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"pipe\",\"pid\":1,\"read\":4,\"write\":5}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"state\",\"pid\":2,\"from\":\"R\",\"to\":\"S\","
                       "\"where\":\"read\"}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"read\",\"pid\":2,\"fd\":4,\"data\":\"pipe\"}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"return\",\"pid\":2,\"call\":\"read\",\"value\":4}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"state\",\"pid\":2,\"from\":\"R\",\"to\":\"D\","
                       "\"where\":\"read\"}\n"));
    CU_ASSERT_TRUE(has("{\"type\":\"irq\",\"device\":\"disk\",\"frame\":"));
    CU_ASSERT_TRUE(has("\"position\":3,\"flags\":2,\"close_on_exec\":false,\"name\":\"/tmp/a\"}"));
    CU_ASSERT_TRUE(has("\"close_on_exec\":true,\"name\":\"pipe:["));
    strbuf_finish(&out);
}

static void test_snapshot(void)
{
    static const char *const names[] = {
        "\"pid\":",
        "\"tgid\":",
        "\"ppid\":",
        "\"pgrp\":",
        "\"session\":",
        "\"comm\":",
        "\"state\":",
        "\"exit_code\":",
        "\"exit_signal\":",
        "\"mm\":",
        "\"files\":",
        "\"fs\":",
        "\"sighand\":",
        "\"pending\":",
        "\"shared_pending\":",
        "\"blocked\":",
        "\"ignored\":",
        "\"caught\":",
        "\"task_struct\":\"0x",
        "\"thread_info\":\"0x",
        "\"esp0\":\"0x",
        "\"prio\":",
        "\"time_slice\":",
    };

    write_stream("fork; $!: signal SIGINT ignore; $!: signal SIGUSR1 handler; "
                 "$!: sigprocmask block SIGUSR2; kill -USR2 $!; fork; $!: exit 3");
    const char *snapshot = strstr(strbuf_text(&out), "{\"type\":\"snapshot\",\"n\":7,\"tasks\":[");
    CU_ASSERT_PTR_NOT_NULL_FATAL(snapshot);
    for (u32 i = 0; i < sizeof names / sizeof names[0]; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(snapshot, names[i]));
    CU_ASSERT_PTR_NOT_NULL(strstr(snapshot, "{\"pid\":1,\"tgid\":1,\"ppid\":0,"));
    CU_ASSERT_PTR_NULL(strstr(snapshot, "{\"pid\":0,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(snapshot, "\"shared_pending\":[\"SIGUSR2\"],"
                                            "\"blocked\":[\"SIGUSR2\"],\"ignored\":[\"SIGINT\"],"
                                            "\"caught\":[\"SIGUSR1\"]"));
    CU_ASSERT_PTR_NOT_NULL(strstr(snapshot, "\"state\":\"Z\",\"exit_code\":768,"
                                            "\"exit_signal\":\"SIGCHLD\",\"mm\":null,"
                                            "\"files\":null,\"fs\":null,\"sighand\":null"));
    CU_ASSERT_PTR_NOT_NULL(strstr(snapshot, "],\"pages\":[{\"pid\":1,\"region\":\"text\","
                                            "\"address\":\"0x08048000\",\"frame\":"));
    CU_ASSERT_PTR_NOT_NULL(strstr(snapshot, "\"region\":\"stack\",\"address\":\"0xbffff000\""));
    strbuf_finish(&out);
}

/* Is there a line with these beginning and end? */
static bool has_line(const char *begin, const char *end)
{
    const char *at = strbuf_text(&out);

    while ((at = strstr(at, begin))) {
        const char *stop = strchr(at, '\n');
        size_t length = strlen(end);

        if (stop && (size_t)(stop - at) >= length && memcmp(stop - length, end, length) == 0)
            return true;
        at++;
    }
    return false;
}

static void test_memory(void)
{
    write_stream("mmap 2 shared s; store s \"one\"; store heap \"\\x01h\\xff\"; fork; "
                 "2: store heap \"w\"; 2: load heap 3; 1: store heap \"v\"; load heap+1p; "
                 "load data; store stack-40p 1; fork eager=1; fork; 4: load 0; "
                 "2: store s \"two\"; load s 3; mprotect s 1 none");
    CU_ASSERT(has_line("{\"type\":\"fault\",\"pid\":1,\"address\":\"0x0804b000\",\"kind\":\"zero\","
                       "\"frame\":",
                       "}"));
    CU_ASSERT(has("{\"type\":\"copied\",\"pid\":2,\"entries\":4,\"pages\":0,\"present\":4}\n"));
    CU_ASSERT(has_line("{\"type\":\"fault\",\"pid\":2,\"address\":\"0x0804b000\",\"kind\":\"cow\","
                       "\"frame\":",
                       "}"));
    CU_ASSERT(has(",\"copied_from\":"));
    CU_ASSERT(has("{\"type\":\"load\",\"pid\":2,\"address\":\"0x0804b000\",\"data\":\"whÿ\"}\n"));
    CU_ASSERT(has_line("{\"type\":\"fault\",\"pid\":1,\"address\":\"0x0804b000\","
                       "\"kind\":\"reuse\",\"frame\":",
                       "}"));
    CU_ASSERT(has_line("{\"type\":\"fault\",\"pid\":1,\"address\":\"0x0804c000\",\"kind\":\"zero\","
                       "\"frame\":",
                       "}"));
    CU_ASSERT(has_line("{\"type\":\"fault\",\"pid\":1,\"address\":\"0x0804a000\",\"kind\":\"file\","
                       "\"frame\":",
                       "}"));
    CU_ASSERT(has_line("{\"type\":\"fault\",\"pid\":1,\"address\":\"0xbffd7f20\","
                       "\"kind\":\"stack\",\"frame\":",
                       "}"));
    CU_ASSERT(has("{\"type\":\"copied\",\"pid\":3,\"entries\":7,\"pages\":5,\"present\":6}\n"));
    CU_ASSERT(has("{\"type\":\"fault\",\"pid\":4,\"address\":\"0x00000000\",\"kind\":\"segv\"}\n"));
    CU_ASSERT(has("{\"type\":\"load\",\"pid\":1,\"address\":\"0xb7ffe000\",\"data\":\"two\"}\n"));
    /* Pages: the zero page is nobody's own; the shared one may be written by all. */
    CU_ASSERT(has("{\"pid\":1,\"region\":\"heap\",\"address\":\"0x0804c000\",\"frame\":"));
    CU_ASSERT(has("{\"pid\":2,\"region\":\"s\",\"address\":\"0xb7ffe000\",\"frame\":"));
    CU_ASSERT(has("\"present\":true,\"writable\":true,\"shared_mapping\":true,\"references\":4"));
    CU_ASSERT(has("\"present\":false,\"writable\":false,\"shared_mapping\":true,\"references\":4"));
    CU_ASSERT(has("\"present\":true,\"writable\":true,\"shared_mapping\":false,\"references\":1"));
    strbuf_finish(&out);
}

static void test_commands_and_errors(void)
{
    struct json_writer *w = json_create(take, &out);

    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    strbuf_clear(&out);
    json_command(w, 3, 5, 2, "fork", 4);
    json_command(w, 4, 6, 0, "say \"x\"", 7);
    json_error(w, 1, 2, "no such command: 'frok'");
    CU_ASSERT_STRING_EQUAL(
        strbuf_text(&out),
        "{\"type\":\"command\",\"n\":3,\"line\":5,\"actor\":2,\"text\":\"fork\"}\n"
        "{\"type\":\"command\",\"n\":4,\"line\":6,\"text\":\"say \\\"x\\\"\"}\n"
        "{\"type\":\"error\",\"line\":1,\"column\":2,"
        "\"message\":\"no such command: 'frok'\"}\n");
    json_destroy(w);
    strbuf_finish(&out);
}

// A fault that brings in no page names none.
static void test_deadly_faults(void)
{
    write_stream("boot mem=8M; open /etc/motd; mmap 2 private f fd=3; fork; 2: load f+1p; fork; "
                 "3: mmap 1600 private a; 3: store a 1 pages=1600");
    CU_ASSERT(has(",\"kind\":\"bus\"}\n"));
    CU_ASSERT(has(",\"kind\":\"oom\"}\n"));
    strbuf_finish(&out);
}

// What a process that ended as a whole tells its parent, whatever its leader did before.
static void test_group_exit_code(void)
{
    write_stream("fork; 2: clone thread; 2: exit 1; 3: exit_group 5");
    CU_ASSERT_TRUE(has("\"state\":\"Z\",\"exit_code\":1280,"));
    strbuf_finish(&out);
}

static CU_TestInfo tests[] = {
    { "text is well-formed UTF-8 with escapes", test_text },
    { "each byte of data is one code point", test_bytes },
    { "events have the promised names", test_events },
    { "events about files", test_file_events },
    { "a snapshot has every promised field", test_snapshot },
    { "the code of a group", test_group_exit_code },
    { "deadly faults", test_deadly_faults },
    { "memory: faults, loads, what fork copied, pages", test_memory },
    { "commands and errors are told", test_commands_and_errors },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "json", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
