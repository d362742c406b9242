/* The program from outside, without a terminal: options, exit statuses, text, JSON Lines, pipes. */
#include "cunit_main.h"
#include "run.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run with up to five arguments (NULL ends them early) and an input text. */
static struct run_result run(const char *input, const char *a, const char *b, const char *c,
                             const char *d, const char *e)
{
    const char *const args[] = { a, b, c, d, e, NULL };

    return run_procarium(args, input, strlen(input));
}

static void expect_run(struct run_result r, int status, const char *out, const char *err)
{
    bool is_ok = r.status == status && !r.is_timeout && (!out || strcmp(r.out, out) == 0) &&
                 (err ? strstr(r.err, err) != NULL : r.err_size == 0);

    if (!is_ok)
        printf("\nstatus %d\n--- output\n%s--- errors\n%s", r.status, r.out, r.err);
    CU_ASSERT(is_ok);
    run_result_finish(&r);
}

static void test_statuses(void)
{
    expect_run(run("", "--quiet", "-c", "mmap 1 private heap", NULL, NULL), 1, "", "another name");
    expect_run(run("", "--quiet", "-c", "fork 3", NULL, NULL), 1, "", "(a colon makes an actor");
    expect_run(run("", "--quiet", "-c", "kill foo", NULL, NULL), 1, "", "(a PID is wanted here)");
    expect_run(run("", "--version", NULL, NULL, NULL, NULL), 0, NULL, NULL);
    expect_run(run("", "--help", NULL, NULL, NULL, NULL), 0, NULL, NULL);
    expect_run(run("", "--quiet", "-c", "fork; expect 2", NULL, NULL), 0, "", NULL);
    expect_run(run("", "--quiet", "-c", "frok", NULL, NULL), 1, "",
               "-c:1:1: there is no command “frok” (did you mean “fork”?)\n  frok\n  ^\n");
    expect_run(run("", "--quiet", "-c", "fork; expect 3", NULL, NULL), 1, "", "-c:1:14: expected");
    expect_run(run("", "--nosuch", NULL, NULL, NULL, NULL), 2, "", "--help");
    expect_run(run("", "--journal-size=x", "-c", "fork", NULL, NULL), 2, "", "64M");
    expect_run(run("", NULL, NULL, NULL, NULL, NULL), 2, "", "no terminal");
    expect_run(run("", "--plain", NULL, NULL, NULL, NULL), 2, "", "no terminal");
    expect_run(run("", "/nonexistent", NULL, NULL, NULL, NULL), 1, "", "cannot read /nonexistent");
    expect_run(run("", "vfork", NULL, NULL, NULL, NULL), 1, "",
               "(to run a command: procarium -c 'vfork')");
    expect_run(run("", "-c", "fork; quit; frok", "--quiet", NULL, NULL), 0, "", NULL);
}

static void test_inputs(void)
{
    expect_run(run("fork\nexpect 2\n", "--batch", "--quiet", NULL, NULL, NULL), 0, "", NULL);
    expect_run(run("expect 2\n", "--quiet", "-c", "fork", "-", NULL), 0, "", NULL);
    expect_run(run("repeat 2 {\n fork\n}\n\nfrok\n", "--quiet", "-", NULL, NULL, NULL), 1, "",
               "standard input:5:1: ");
    expect_run(run("fork\nfrok\nfork; ps x; fork\nexpect tasks 5\n", "--quiet", "--keep-going", "-",
                   NULL, NULL),
               1, "", "standard input:3:");
    expect_run(run("frok; fork; exit 99999999999; fork; repeat 2 { fork; frok }; expect tasks 3\n",
                   "--quiet", "--keep-going", "-", NULL, NULL),
               1, "", "there is no command");
    expect_run(run("say \"a\u202eb\"\n", "--batch", NULL, NULL, NULL, NULL), 0,
               "a\\xE2\\x80\\xAEb\n", NULL); /* it would turn the rest of the line round */
    expect_run(run("say \"never", "--quiet", "-", NULL, NULL, NULL), 1, "", ":1:5: the quoted");
}

/* What can be read but once is read as it comes, and not for ever. */
static void test_streams(void)
{
    char folder[] = "/tmp/procarium-batch-XXXXXX", path[64];

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fifo", folder);
    CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
    pid_t writer = fork();
    CU_ASSERT_NOT_EQUAL_FATAL(writer, -1);
    if (writer == 0) {
        FILE *out = fopen(path, "w");

        _exit(out && fputs("fork\nexpect 2\nfrok\n", out) >= 0 && !fclose(out) ? 0 : 1);
    }
    expect_run(run("", "--quiet", path, NULL, NULL, NULL), 1, "", "/fifo:3:1: there is no command");
    CU_ASSERT_EQUAL(waitpid(writer, NULL, 0), writer);
    expect_run(run("", "--quiet", "--keep-going", "/dev/zero", NULL, NULL), 1, "",
               "/dev/zero:1:1: the text is larger than 64 MB");
    char source[96];
    snprintf(source, sizeof source, "source %s", path); /* nobody writes it: never waited for */
    expect_run(run("", "--quiet", "-c", source, NULL, NULL), 1, "", "not a regular file");
    remove(path);
    rmdir(folder);
}

/* Every line is an object that begins with its type; these texts are in them, in this order. */
static void expect_json(const char *commands, const char *const *lines)
{
    struct run_result r = run("", "--json", "-c", commands, NULL, NULL);
    const char *at = r.out;

    for (const char *line = r.out; *line; line = strchr(line, '\n') + 1) {
        CU_ASSERT_EQUAL(strncmp(line, "{\"type\":\"", 9), 0);
        CU_ASSERT_PTR_NOT_NULL_FATAL(strchr(line, '\n'));
    }
    for (; *lines; lines++) {
        const char *found = at ? strstr(at, *lines) : NULL;

        if (!found)
            printf("\nmissing: %s\n%s", *lines, r.out);
        CU_ASSERT_PTR_NOT_NULL(found);
        at = found;
    }
    run_result_finish(&r);
}

static void test_json(void)
{
    static const char *const life[] = {
        "{\"type\":\"command\",\"n\":1,\"line\":1,\"actor\":1,\"text\":\"fork\"}\n",
        "{\"type\":\"return\",\"pid\":1,\"call\":\"fork\",\"value\":2}\n",
        "{\"type\":\"command\",\"n\":2,\"line\":1,\"actor\":2,\"text\":\"2: exit 3\"}\n",
        "{\"type\":\"state\",\"pid\":2,\"from\":\"R\",\"to\":\"Z\"",
        "{\"type\":\"return\",\"pid\":1,\"call\":\"wait4\",\"value\":2,\"status\":768}\n",
        "{\"type\":\"return\",\"pid\":1,\"call\":\"wait4\",\"value\":-1,\"errno\":\"ECHILD\"}\n",
        "{\"type\":\"snapshot\",\"n\":4,\"tasks\":[{\"pid\":1,\"tgid\":1,\"ppid\":0",
        NULL,
    };
    static const char *const mistake[] = {
        "{\"type\":\"error\",\"line\":1,\"column\":7,\"message\":\"there is no command ",
        "{\"type\":\"snapshot\",\"n\":1,",
        NULL,
    };
    static const char *const words[] = {
        "{\"type\":\"chapter\",\"text\":\"A\"}\n",
        "{\"type\":\"text\",\"text\":\"kernel.pid_max = 32768\\n\"}\n",
        "{\"type\":\"snapshot\",\"n\":0,",
        "{\"type\":\"snapshot\",\"n\":0,",
        NULL,
    };

    expect_json("fork; 2: exit 3; wait; wait", life);
    expect_json("fork; frok", mistake);
    expect_json("chapter \"A\"; sysctl kernel.pid_max; snapshot", words);
}

/* A program that talks to procarium through pipes: each command is answered before the next. */
struct dialogue {
    pid_t pid;
    FILE *to;
    int from;
    char buffer[8192];
    size_t size;
};

static bool begin_dialogue(struct dialogue *d)
{
    int in[2], out[2];

    signal(SIGPIPE, SIG_IGN);
    if (pipe(in) != 0 || pipe(out) != 0)
        return false;
    d->pid = fork();
    if (d->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        execl(getenv("PROCARIUM"), "procarium", "--json", "-", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    d->to = fdopen(in[1], "w");
    d->from = out[0];
    return d->to && d->pid > 0;
}

/* Wait until the output so far contains a text; what stands before its end is dropped. */
static bool wait_for(struct dialogue *d, const char *text)
{
    for (;;) {
        struct pollfd poller = { .fd = d->from, .events = POLLIN };
        char *found = strstr(d->buffer, text);

        if (found) {
            size_t used = (size_t)(found - d->buffer) + strlen(text);

            d->size -= used;
            memmove(d->buffer, d->buffer + used, d->size + 1);
            return true;
        }
        if (d->size + 1 >= sizeof d->buffer || poll(&poller, 1, 20000) <= 0)
            return false;
        ssize_t n = read(d->from, d->buffer + d->size, sizeof d->buffer - 1 - d->size);
        if (n <= 0)
            return false;
        d->size += (size_t)n;
        d->buffer[d->size] = '\0';
    }
}

static bool say(struct dialogue *d, const char *line)
{
    return fputs(line, d->to) >= 0 && fflush(d->to) == 0;
}

static void test_dialogue(void)
{
    struct dialogue d = { 0 };
    int status;

    CU_ASSERT_TRUE_FATAL(begin_dialogue(&d));
    CU_ASSERT(say(&d, "fork\n") && wait_for(&d, "\"call\":\"fork\",\"value\":2}\n"));
    CU_ASSERT(say(&d, "repeat 2 {\n") && say(&d, "2: fork }\n"));
    CU_ASSERT(wait_for(&d, "\"pid\":2,\"call\":\"fork\",\"value\":4}\n"));
    CU_ASSERT(say(&d, "snapshot\n") && wait_for(&d, "{\"type\":\"snapshot\",\"n\":3,"));
    CU_ASSERT(say(&d, "quit\n") && wait_for(&d, "{\"type\":\"snapshot\",\"n\":3,"));
    CU_ASSERT_EQUAL(waitpid(d.pid, &status, 0), d.pid);
    CU_ASSERT_EQUAL(status, 0);
    fclose(d.to);
    close(d.from);
}

/* The text without its line ends, so that words are found wherever it was wrapped. */
static char *flat(char *text)
{
    for (char *at = text; (at = strstr(at, "\n   ")) != NULL;) {
        memmove(at, at + 3, strlen(at + 3) + 1);
        *at = ' ';
    }
    return text;
}

/* What a beginner may try after a call that was refused; a program gets only the facts. */
static void test_advice(void)
{
    static const struct {
        const char *commands, *advice;
    } cases[] = {
        { "exec ls", "a path: exec /bin/ls" }, /* the sentence is wrapped */
        { "exec nothing", "a shell's work" },
        { "exec /bin/nothing", "Tab behind exec" },
        { "exec /bin/ls | wc", "No shell" },
        { "open /nothing", "CREAT" },
        { "kill 9", "kill -9 3" },
        { "kill 31", "kill -9 3" },
        { "kill 32", "ps lists the tasks" },
        { "kill -9 -1", "nobody else" },
        { "wait", "fork makes a child" },
        { "wait 7", "Only its parent" },
        { "close 9", "files shows" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_result r = run("", "-c", cases[i].commands, NULL, NULL, NULL);
        CU_ASSERT_PTR_NOT_NULL(strstr(flat(r.out), cases[i].advice));
        run_result_finish(&r);
        r = run("", "--json", "-c", cases[i].commands, NULL, NULL);
        CU_ASSERT_PTR_NULL(strstr(r.out, cases[i].advice));
        run_result_finish(&r);
    }
    struct run_result r = run("", "-c", "fork; wait 2 WNOHANG; kill 2; wait", NULL, NULL, NULL);
    CU_ASSERT_PTR_NULL(strstr(r.out, "fork makes"));
    run_result_finish(&r);
}

/* A command that outgrows the journal is not passed over in silence; a variable has no sentence. */
static void test_sentences(void)
{
    struct run_result r = run("", "--journal-size=1M", "-c",
                              "boot sh; mmap 900 private a; store a 1 pages=900; let x 3; fork; "
                              "let y 4",
                              NULL, NULL);

    CU_ASSERT_EQUAL(r.status, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(r.out, "pages=900\n   It did more than the journal holds"));
    CU_ASSERT_PTR_NOT_NULL(strstr(r.out, "> let x 3\n> fork\n   2 sh forked 3 sh"));
    const char *end = strstr(r.out, "> let y 4\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);
    CU_ASSERT_STRING_EQUAL(end, "> let y 4\n");
    run_result_finish(&r);
}

static CU_TestInfo tests[] = {
    { "sentences", test_sentences },
    { "advice", test_advice },
    { "exit statuses", test_statuses },
    { "scripts, -c, standard input", test_inputs },
    { "FIFOs and devices", test_streams },
    { "JSON Lines", test_json },
    { "a dialogue through pipes", test_dialogue },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "batch", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
