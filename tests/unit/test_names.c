/* Names and numbers, in both directions. */
#include "kernel/kernel.h"
#include "machine/ksym.h"
#include "procarium/names.h"

/* After the kernel's errnos: CUnit brings the host's macros of the same names. */
#include "cunit_main.h"

#include <string.h>

static s32 parsed_signal(const char *word)
{
    s32 signal = -1;

    return signal_parse(word, strlen(word), &signal) ? signal : -1;
}

static void test_signals(void)
{
    static const struct {
        const char *word;
        s32 number;
    } cases[] = {
        { "9", 9 },
        { "-9", 9 },
        { "KILL", 9 },
        { "-KILL", 9 },
        { "SIGKILL", 9 },
        { "-SIGKILL", 9 },
        { "sigkill", 9 },
        { "cHlD", 17 },
        { "0", 0 },
        { "65", 65 },
        { "999999999", 999999999 },
        { "RTMIN", 32 },
        { "SIGRTMIN", 32 },
        { "RTMIN+3", 35 },
        { "SIGRTMIN+31", 63 },
        { "RTMAX", 64 },
        { "-SIGRTMAX-1", 63 },
        { "rtmin+32", 64 },
        { "CLD", 17 },
        { "IOT", 6 },
        { "SIGPOLL", 29 },
        { "", -1 },
        { "-", -1 },
        { "SIG", -1 },
        { "--9", -1 },
        { "KILLX", -1 },
        { "1234567890", -1 },
        { "RTMIN+33", -1 },
        { "RTMIN+", -1 },
        { "0x9", 9 },
        { "9x", -1 },
        { "K", -1 },
        { "RTMAX-33", -1 },
        { "RTMIN+-1", -1 },
    };

    for (u32 i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CU_ASSERT_EQUAL(parsed_signal(cases[i].word), cases[i].number);
    char buffer[16];
    for (s32 signal = 1; signal <= _NSIG; signal++) {
        const char *name = signal_text(signal, buffer, sizeof buffer);

        CU_ASSERT_EQUAL(strncmp(name, "SIG", 3), 0);
        CU_ASSERT_EQUAL(parsed_signal(name), signal);
        CU_ASSERT_EQUAL(parsed_signal(name + 3), signal);
    }
    CU_ASSERT_STRING_EQUAL(signal_text(77, buffer, sizeof buffer), "signal 77");
    CU_ASSERT_STRING_EQUAL(signal_text(SIGCHLD, buffer, sizeof buffer), "SIGCHLD");
}

static u32 clone_flag(const char *word)
{
    u32 flag = 0xBAD;

    return clone_flag_parse(word, strlen(word), &flag) ? flag : 0xBAD;
}

static u32 wait_option(const char *word)
{
    u32 option = 0xBAD;

    return wait_option_parse(word, strlen(word), &option) ? option : 0xBAD;
}

/* The facts sheet's table 3.2. */
static void test_clone_flags(void)
{
    static const struct {
        const char *name;
        u32 flag;
    } table[] = {
        { "CLONE_VM", 0x100 },
        { "CLONE_FS", 0x200 },
        { "CLONE_FILES", 0x400 },
        { "CLONE_SIGHAND", 0x800 },
        { "CLONE_PTRACE", 0x2000 },
        { "CLONE_VFORK", 0x4000 },
        { "CLONE_PARENT", 0x8000 },
        { "CLONE_THREAD", 0x10000 },
        { "CLONE_NEWNS", 0x20000 },
        { "CLONE_SYSVSEM", 0x40000 },
        { "CLONE_SETTLS", 0x80000 },
        { "CLONE_PARENT_SETTID", 0x100000 },
        { "CLONE_CHILD_CLEARTID", 0x200000 },
        { "CLONE_DETACHED", 0x400000 },
        { "CLONE_UNTRACED", 0x800000 },
        { "CLONE_CHILD_SETTID", 0x1000000 },
        { "CLONE_STOPPED", 0x2000000 },
    };

    for (u32 i = 0; i < sizeof table / sizeof table[0]; i++) {
        CU_ASSERT_EQUAL(clone_flag(table[i].name), table[i].flag);
        CU_ASSERT_EQUAL(clone_flag(table[i].name + 6), table[i].flag);
        CU_ASSERT_STRING_EQUAL(name_of(NAMES_CLONE, table[i].flag), table[i].name);
        CU_ASSERT_STRING_EQUAL(name_at(NAMES_CLONE, i), table[i].name);
    }
    CU_ASSERT_PTR_NULL(name_at(NAMES_CLONE, sizeof table / sizeof table[0]));
    CU_ASSERT_EQUAL(clone_flag("vm"), CLONE_VM);
    CU_ASSERT_EQUAL(clone_flag("SIGCHLD"), SIGCHLD);
    CU_ASSERT_EQUAL(clone_flag("chld"), SIGCHLD);
    CU_ASSERT_EQUAL(clone_flag("0x100"), CLONE_VM);
    CU_ASSERT_EQUAL(clone_flag("CLONE_"), 0xBAD);
    CU_ASSERT_EQUAL(clone_flag(""), 0xBAD);
    CU_ASSERT_EQUAL(clone_flag("-9"), 0xBAD);
    CU_ASSERT_EQUAL(clone_flag("0x100000000"), 0xBAD);
}

static void test_options_and_limits(void)
{
    u32 value = 0;

    CU_ASSERT_EQUAL(wait_option("WNOHANG"), WNOHANG);
    CU_ASSERT_EQUAL(wait_option("nohang"), WNOHANG);
    CU_ASSERT_EQUAL(wait_option("__WALL"), __WALL);
    CU_ASSERT_EQUAL(wait_option("WALL"), __WALL);
    CU_ASSERT_EQUAL(wait_option("all"), __WALL);
    CU_ASSERT_EQUAL(wait_option("wclone"), __WCLONE);
    CU_ASSERT_EQUAL(wait_option("UNTRACED"), WUNTRACED);
    CU_ASSERT_EQUAL(wait_option("STOPPED"), WSTOPPED);
    CU_ASSERT_EQUAL(wait_option("0x80000000"), __WCLONE);
    CU_ASSERT_EQUAL(wait_option("W"), 0xBAD);
    CU_ASSERT_TRUE(name_parse(NAMES_RLIMIT, "nproc", 5, &value));
    CU_ASSERT_EQUAL(value, RLIMIT_NPROC);
    CU_ASSERT_TRUE(name_parse(NAMES_ERRNO, "EAGAIN", 6, &value));
    CU_ASSERT_EQUAL(value, EAGAIN);
    CU_ASSERT_STRING_EQUAL(name_of(NAMES_ERRNO, ECHILD), "ECHILD");
    CU_ASSERT_STRING_EQUAL(name_of(NAMES_SYSCALL, __NR_wait4), "wait4");
    CU_ASSERT_FALSE(name_parse(NAMES_SYSCALL, "wait", 4, &value));
    CU_ASSERT_PTR_NULL(name_of(NAMES_ERRNO, 512));
}

static void test_flag_words(void)
{
    struct strbuf out = STRBUF_INIT;

    names_of_flags(NAMES_CLONE, CLONE_VM | CLONE_FS | 0x80, &out);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "CLONE_VM|CLONE_FS|0x80");
    strbuf_clear(&out);
    names_of_flags(NAMES_TIF, 0x0C, &out);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "TIF_SIGPENDING|TIF_NEED_RESCHED");
    strbuf_clear(&out);
    names_of_flags(NAMES_PF, 0, &out);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "0");
    strbuf_clear(&out);
    names_of_flags(NAMES_PF, 0x80, &out);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "0x80");
    strbuf_finish(&out);
}

/* The facts sheet's table 7.4. */
static void test_statuses_and_causes(void)
{
    static const struct {
        u32 status;
        const char *text;
    } cases[] = {
        { 0, "exit 0" },
        { 3 << 8, "exit 3" },
        { 9, "killed by SIGKILL" },
        { 11 | 0x80, "killed by SIGSEGV (core)" },
        { 20 << 8 | 0x7F, "stopped by SIGTSTP" },
        { 0xFFFF, "continued" },
    };
    struct strbuf out = STRBUF_INIT;
    char buffer[16];

    for (u32 i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        strbuf_clear(&out);
        wait_status_text(cases[i].status, &out);
        CU_ASSERT_STRING_EQUAL(strbuf_text(&out), cases[i].text);
    }
    strbuf_finish(&out);
    CU_ASSERT_STRING_EQUAL(cause_text(CAUSE_CALL | __NR_wait4, buffer, sizeof buffer), "wait4");
    CU_ASSERT_STRING_EQUAL(cause_text(CAUSE_SIGNAL | SIGSTOP, buffer, sizeof buffer), "SIGSTOP");
    CU_ASSERT_STRING_EQUAL(
        cause_text(CAUSE_FUNCTION | (s32)KSYM_ret_from_fork, buffer, sizeof buffer),
        "ret_from_fork");
    CU_ASSERT_STRING_EQUAL(state_letter_text('Z'), "zombie");
}

static CU_TestInfo tests[] = {
    { "signals are named as in kill(1)", test_signals },
    { "clone flags are the facts sheet's", test_clone_flags },
    { "wait options, limits, errnos and calls have names", test_options_and_limits },
    { "flag words are spelled out", test_flag_words },
    { "wait statuses and causes are put into words", test_statuses_and_causes },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "names", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
