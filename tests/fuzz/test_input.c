/* Hostile input from outside: it gives an error that says where, and never a crash or a raw byte. */
#include "cunit_main.h"
#include "run.h"
#include "setting.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const batch[] = { "--batch", "-", NULL };

static void show(const char *what, const char *input, size_t size, const struct run_result *r)
{
    printf("\n%s: status %d%s\n--- input (%zu bytes)\n", what, r->status,
           r->is_timeout ? ", timed out" : "", size);
    for (size_t i = 0; i < size && i < 400; i++)
        printf(input[i] >= ' ' && input[i] < 127 ? "%c"
               : input[i] == '\n'                ? "\n"
                                                 : "\\x%02x",
               (unsigned char)input[i]);
    printf("\n--- standard error\n%.2000s\n", r->err);
}

/* Run a script; whatever it holds, the program must end by itself and say only clean text. */
static struct run_result run_script(const char *input, size_t size)
{
    struct run_result r = run_procarium(batch, input, size);
    bool is_ok = !r.is_timeout && (r.status == 0 || r.status == 1) &&
                 !run_has_raw_bytes(r.out, r.out_size) && !run_has_raw_bytes(r.err, r.err_size);
    if (!is_ok)
        show("not as it should be", input, size, &r);
    CU_ASSERT(is_ok);
    return r;
}

/* The script must be refused, by one clear message that names the line and, in it, the words. */
static void expect_refused(const char *input, size_t size, const char *line, const char *words)
{
    struct run_result r = run_script(input, size);
    bool is_ok = r.status == 1 && strstr(r.err, line) && (!words || strstr(r.err, words)) &&
                 r.err_size < 8192;
    if (!is_ok)
        show("not refused, or not clearly", input, size, &r);
    CU_ASSERT(is_ok);
    run_result_finish(&r);
}

static void expect_refused_text(const char *text, const char *line, const char *words)
{
    expect_refused(text, strlen(text), line, words);
}

static void test_unknown_words(void)
{
    expect_refused_text("forkk\n", ":1:", "fork");
    expect_refused_text("fork\n\nfrok\n", ":3:", NULL);
    expect_refused_text("kill -SIGNOTHING 1\n", ":1:", "SIGNOTHING");
    expect_refused_text("clone CLONE_VM|CLONE_NOSUCH\n", ":1:", "NOSUCH");
    expect_refused_text("fork ; ; } \n", ":1:", NULL);
    expect_refused_text("repeat 3 { fork\n", ":1:", NULL);
    expect_refused_text("ps \"open\n", ":1:", NULL);
}

static void test_numbers_out_of_range(void)
{
    expect_refused_text("repeat 1000000000000 { fork }\n", ":1:", NULL);
    expect_refused_text("repeat -1 { fork }\n", ":1:", NULL);
    expect_refused_text("exit 99999999999999999999999999\n", ":1:", NULL);
    expect_refused_text("99999999999: fork\n", ":1:", NULL);
    expect_refused_text("kill -99999999999 1\n", ":1:", NULL);
    expect_refused_text("boot mem=99999999999M\n", ":1:", NULL);
}

static void test_long_lines(void)
{
    size_t size = 1 << 20;
    char *line = malloc(size + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);

    memset(line, 'a', size);
    line[size] = '\n';
    expect_refused(line, size + 1, ":1:", NULL);
    memset(line, '{', size);
    expect_refused(line, size + 1, ":1:", NULL);
    memset(line, '\0', size);
    expect_refused(line, size + 1, ":1:", NULL);
    free(line);
}

static void test_control_bytes(void)
{
    static const char escape[] = "say \"\033[2J\033]0;title\007\"\nfork \033[31m\n";
    static const char nul[] = "fork\0kill\nfork\n";
    static const char half[] = "nosuch\xe4\xb8\n";
    static const char c1[] = "nosuch \xc2\x9b 31m\n";
    struct run_result r = run_script(escape, sizeof escape - 1);
    run_result_finish(&r);
    expect_refused(nul, sizeof nul - 1, ":1:", NULL);
    expect_refused(half, sizeof half - 1, ":1:", NULL);
    expect_refused(c1, sizeof c1 - 1, ":1:", NULL);
}

static void test_script_that_sources_itself(void)
{
    char path[] = "/tmp/procarium-fuzz-XXXXXX";
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    FILE *file = fdopen(fd, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file, "source %s\n", path);
    fclose(file);

    char text[64];
    snprintf(text, sizeof text, "source %s\n", path);
    expect_refused_text(text, ":1:", NULL);
    remove(path);
    expect_refused_text("source /dev/zero\n", ":1:", NULL);
    expect_refused_text("source /\n", ":1:", NULL);
    expect_refused_text("source /nonexistent\n", ":1:", NULL);
}

/* -- random scripts ----------------------------------------------------------------------- */

/* xorshift: the same scripts in every run; FUZZ_SEED and FUZZ_RUNS choose others, and more. */
static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static void test_random_bytes(void)
{
    char input[512];
    random_state = (uint32_t)setting("FUZZ_SEED", 1) | 1;
    for (unsigned long run = 0; run < setting("FUZZ_RUNS", 60); run++) {
        size_t size = random_below(sizeof input);
        for (size_t i = 0; i < size; i++)
            input[i] = (char)random_below(256);
        struct run_result r = run_script(input, size);
        run_result_finish(&r);
    }
}

static void test_random_words(void)
{
    static const char *const words[] = {
        "fork",    "vfork",    "clone",      "exec",       "exit",       "wait", "wait4",
        "kill",    "signal",   "pause",      "setpgid",    "setsid",     "undo", "redo",
        "back",    "step",     "ps",         "pstree",     "task",       "bt",   "stack",
        "kmem",    "trace",    "diff",       "struct",     "rd",         "list", "let",
        "focus",   "expect",   "repeat",     "{",          "}",          ";",    "\n",
        "#",       "\"",       "$!",         "$?",         "$$",         "1:",   "2:",
        "$!:",     "-1",       "0",          "1",          "3",          "4096", "-9",
        "SIGSTOP", "SIGCHLD",  "ignore",     "default",    "CLONE_VM",   "|",    "VM|FS",
        "WNOHANG", "x",        "0xc0000000", "0xffffffff", "2147483648", "=",    "==",
        "boot",    "sysctl",   "settle",     "off",        "on",         "goto", "chapter",
        "say",     "schedule",
    };
    enum { COUNT = sizeof words / sizeof words[0] };
    char input[4096];

    random_state = (uint32_t)setting("FUZZ_SEED", 2) | 1;
    for (unsigned long run = 0; run < setting("FUZZ_RUNS", 60); run++) {
        size_t size = 0;
        for (uint32_t n = random_below(200); n > 0; n--) {
            size += (size_t)snprintf(input + size, sizeof input - size, "%s%s",
                                     words[random_below(COUNT)], random_below(4) ? " " : "\n");
        }
        /* Going on after each mistake reaches more of the program than the first one does. */
        static const char *const args[] = { "--batch", "--keep-going", "-", NULL };
        struct run_result r = run_procarium(args, input, size);
        bool is_ok = !r.is_timeout && (r.status == 0 || r.status == 1) &&
                     !run_has_raw_bytes(r.out, r.out_size) && !run_has_raw_bytes(r.err, r.err_size);
        if (!is_ok)
            show("not as it should be", input, size, &r);
        CU_ASSERT(is_ok);
        run_result_finish(&r);
    }
}

static CU_TestInfo tests[] = {
    { "unknown words", test_unknown_words },
    { "numbers out of range", test_numbers_out_of_range },
    { "long lines", test_long_lines },
    { "control bytes", test_control_bytes },
    { "a script that sources itself", test_script_that_sources_itself },
    { "random bytes", test_random_bytes },
    { "random words", test_random_words },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "hostile input", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
