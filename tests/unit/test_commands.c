// The table of commands: what commands do, say and refuse.
#include "script/expect.h"
#include "script/quantity.h"

#include "cunit_main.h"
#include "told_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- The table -------------------------------------------------------------------------------

static void test_table(void)
{
    for (u32 i = 0; i < command_count; i++) {
        const struct command_row *c = &command_table[i];
        size_t length = strlen(c->info.name);

        CU_ASSERT_PTR_EQUAL(find_command(c->info.name), c);
        CU_ASSERT_EQUAL(strncmp(c->info.usage, c->info.name, length), 0);
        CU_ASSERT(strlen(c->info.summary) > 5 && strlen(c->info.summary) < 75);
        CU_ASSERT(c->min_words <= c->max_words && c->max_words <= COMMAND_WORDS_MAX);
        CU_ASSERT_EQUAL(c->info.acts, has_actor(c->kind) || c->kind == COMMAND_ACT);
        CU_ASSERT_EQUAL(c->prepare != NULL, c->info.acts);
        CU_ASSERT_EQUAL(c->act != NULL, c->kind == COMMAND_ACT);
        CU_ASSERT(c->info.acts || c->run || c->kind == COMMAND_REPEAT);
        CU_ASSERT(c->kind != COMMAND_CALL || c->number > 0);
        if (c->traits & TRAIT_COUNTED) { // the count stands behind all other words
            CU_ASSERT_EQUAL(c->max_words, c->min_words + 1);
            CU_ASSERT_EQUAL(c->type[c->min_words], TYPE_NUMBER);
        }
    }
    CU_ASSERT_PTR_EQUAL(find_command("wait"), find_command("wait4"));
    CU_ASSERT_PTR_NULL(find_command(""));
    CU_ASSERT_PTR_NULL(find_command("wai"));
    CU_ASSERT_PTR_NULL(script_command(command_count));
}

static void test_lines(void)
{
    static const struct {
        const char *line, *command, *word;
        u32 traits;
        bool has_times;
    } cases[] = {
        { "step", "step", "", TRAIT_COUNTED | TRAIT_STEPS_ON, false },
        { " step  3 # on", "step", "3", TRAIT_COUNTED | TRAIT_STEPS_ON, true },
        { "back", "back", "", TRAIT_COUNTED, false },
        { "press console Up", "press", "console", TRAIT_COUNTED | TRAIT_KEEPS_OUTPUT, false },
        { "press task Up 2", "press", "task", TRAIT_COUNTED | TRAIT_KEEPS_OUTPUT, true },
        { "redraw", "redraw", "", TRAIT_KEEPS_OUTPUT, false },
        { "snapshot", "snapshot", "", 0, false },
        { "snapshot-screen a.svg", "snapshot-screen", "a.svg", TRAIT_KEEPS_OUTPUT, false },
        { "pane trace", "pane", "trace", TRAIT_SETS_STAGE, false },
        { "3: fork", "fork", "", 0, false },
        { "wait", "wait4", "", 0, false },
        { "let x 3", "let", "x", TRAIT_UNSEEN, false },
        { "say \"a word longer than what is kept\"", "say", "a word longer than what is kept", 0,
          false },
        { "repeat 2 { fork }", "repeat", "2", 0, false },
        { "undo; step", NULL, "", 0, false },
        { "press console", NULL, "", 0, false },
        { "step {", NULL, "", 0, false },
        { "presses", NULL, "", 0, false },
        { "# step", NULL, "", 0, false },
        { "\033", NULL, "", 0, false },
        { "", NULL, "", 0, false },
    };

    for (u32 i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct command_line line = script_command_line(cases[i].line);
        const char *name = cases[i].command;

        CU_ASSERT_PTR_EQUAL(line.command, name ? &find_command(name)->info : NULL);
        CU_ASSERT_EQUAL(line.traits, cases[i].traits);
        CU_ASSERT_EQUAL(line.has_times, cases[i].has_times);
        CU_ASSERT_STRING_EQUAL(line.word, cases[i].word);
    }
}

static void test_press_keys(void)
{
    struct strbuf all = STRBUF_INIT;

    for (u32 i = 0; i < PRESS_COUNT; i++) {
        const char *name = script_press_name((enum press_key)i);

        CU_ASSERT_EQUAL(script_press_key(name), i);
        strbuf_printf(&all, i ? " %s" : "%s", name);
        CU_ASSERT_PTR_NOT_NULL(strstr(find_command("press")->info.help, name));
    }
    CU_ASSERT_STRING_EQUAL(strbuf_text(&all), press_names);
    CU_ASSERT_EQUAL(script_press_key("Uppercut"), PRESS_COUNT);
    strbuf_finish(&all);
}

// Every topic fits a terminal of 80 columns.
static void test_help(void)
{
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_TRUE(script_help(NULL, &out));
    CU_ASSERT_TRUE(script_help("language", &out));
    CU_ASSERT_FALSE(script_help("nonsense", &out));
    for (u32 i = 0; i < command_count; i++) {
        CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), command_table[i].info.name));
        CU_ASSERT_TRUE(script_help(command_table[i].info.name, &out));
    }
    for (u32 i = 0; i < quantity_count; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), quantities[i].usage));
    for (const char *line = strbuf_text(&out); *line;) {
        size_t length = strcspn(line, "\n"), columns = 0;

        for (size_t i = 0; i < length; i++)
            columns += ((unsigned char)line[i] & 0xC0) != 0x80;
        if (columns > 80)
            printf("\n%.*s\n", (int)length, line);
        CU_ASSERT(columns <= 80);
        line += length + (line[length] == '\n');
    }
    strbuf_finish(&out);
}

// The help of until names all the events that it knows.
static void test_events_in_help(void)
{
    struct strbuf out = STRBUF_INIT, event = STRBUF_INIT;

    CU_ASSERT_TRUE(script_help("until", &out));
    for (char *c = out.text; *c; c++) // as one line of words
        *c = *c == '\n' || *c == '.' ? ' ' : *c;
    for (const char *name = until_events; *name; name += strspn(name, " ")) {
        size_t length = strcspn(name, " ");

        strbuf_clear(&event);
        strbuf_putc(&event, ' ');
        strbuf_add(&event, name, length);
        strbuf_putc(&event, ' ');
        if (!strstr(strbuf_text(&out), strbuf_text(&event)))
            printf("\nnot in the help of until:%s\n", strbuf_text(&event));
        CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), strbuf_text(&event)));
        name += length;
    }
    strbuf_finish(&out);
    strbuf_finish(&event);
}

// ---- Calls -----------------------------------------------------------------------------------

static void test_calls(void)
{
    holds_in("fork; expect 2; expect $! == 2; expect value == 2; expect parent 2 1");
    holds_in("clone VM|fs|SIGCHLD; expect count mm 1 2; expect shared fs 1 2; "
             "expect separate files 1 2; expect exit_signal 2 SIGCHLD");
    holds_in("clone; expect exit_signal 2 0; clone SIGUSR1; expect exit_signal 3 SIGUSR1");
    holds_in("clone thread; expect tgid 2 1; expect threads 1 2; expect value > 0");
    holds_in("clone THREAD; expect errno EINVAL; expect -EINVAL; expect value < 0");
    holds_in("fork; $!: exit 3; expect state 2 Z; wait; expect status 0x300; expect gone 2");
    holds_in("fork; wait WNOHANG; expect 0; wait 2 WNOHANG|WUNTRACED; expect 0; wait4 -1 1");
    holds_in("fork; 2: pause; kill -TERM 2; expect state 2 Z; expect exit_code 2 SIGTERM");
    holds_in("fork; 2: setsid; expect session 2 2; kill -KILL -2; expect state 2 Z");
    holds_in("fork; let p 2; kill -9 $p; wait; expect status SIGKILL; kill 2; expect errno ESRCH");
    holds_in("signal USR1 handler; kill -USR1 1; signal CHLD ignore; expect handler 1 CHLD 1");
    holds_in("sigprocmask block USR1 RTMIN+1; expect blocked 1 USR1 1; expect blocked 1 HUP 0");
    holds_in("open /etc/passwd RDWR|CREAT; let fd $?; dup2 $fd 9; expect 9; expect fd 1 9 1; "
             "fcntl 9 F_SETFD FD_CLOEXEC; expect cloexec 1 9 1; exec /bin/ls; expect fd 1 9 0; "
             "expect comm 1 ls");
    holds_in("fork; focus 2; setuid 7; setrlimit NPROC 1; fork; expect errno EAGAIN");
    holds_in("vfork; expect state 1 D; expect call 1 vfork; 2: exit; expect state 1 R");
    fails_in("vfork; fork", "sleeps (D)");
    fails_in("kill -TERM", "a PID must follow");
    fails_in("kill 3 4", "minus in front");
    fails_in("wait WNOHANG 3", "comes before");
    fails_in("clone VM|NOSUCH", "“NOSUCH” is not a flag");
    fails_in("clone stack=x", "“x” is not a number");
    fails_in("wait4 1 WNOSUCH", "“WNOSUCH”");
    fails_in("tgkill 1 1 NOSUCH", "not a signal");
    fails_in("setrlimit NOSUCH 1", "not a resource");
    fails_in("nice 5000000000", "out of range");
    fails_in("9: fork", "no task has PID 9");
}

// kill takes a minus before a variable, too; without one it is not said to be a name.
static void test_signal_in_variable(void)
{
    holds_in("let s 9; fork; kill -$s 2; expect state 2 Z; wait; expect status SIGKILL");
    fails_in("let s 9; kill $s 1", "minus in front");
    fails_in("let s -9; kill -$s 1", "-9 is out of range: a signal must be between 0 and");
    fails_in("kill -$s 1", "no variable $s");
}

// Behind an option's = stands a number, or a variable, which is looked up each time.
static void test_options(void)
{
    holds_in("open /etc/passwd; mmap 1 private a fd=$?; load a 4; expect loaded \"root\"");
    holds_in("let n 2; repeat 2 { mmap 2 private z; store z 1 pages=$n; let p pte 1 z+1p; "
             "munmap z; let n 1 }; expect $p == 0; undo 2; expect $p == 0; goto 4; "
             "let p pte 1 z+1p; expect $p != 0");
    holds_in("mmap 1 private fd=-1; expect -EBADF");
    holds_in("mmap 1 private at=$$; expect -EINVAL; fork; mmap 1 private at=$!; expect -EINVAL");
    fails_in("load heap pages=x", "17: “x” is not a number (a number of pages is wanted here)");
    fails_in("load heap pages=0", "17: 0 is out of range: a number of pages must be between 1");
    fails_in("load heap pages=", "“” is not a number");
    fails_in("load heap pages=18446744073709551616", "does not fit into 64 bits");
    fails_in("mmap 1 private at=4294967296", "19: 4294967296 is out of range: an address");
    fails_in("mmap 1 private fd=4294967296", "4294967296 is out of range");
    fails_in("mmap 1 private fd=$nosuch", "19: there is no variable $nosuch");
    fails_in("mmap 1 private fd=$!", "$! is not set");
    fails_in("clone stack=$!x", "no variable $!x");
    fails_in("clone stack=-5000000000", "out of range");
    fails_in("fork; trace depth=-1", "-1 is out of range: a depth");
}

// A name that could be an address would never be reached.
static void test_names_of_mappings(void)
{
    fails_in("mmap 1 private deadbeef", "“deadbeef” is an address");
    fails_in("mmap 1 private stack", "every program has a part");
    holds_in("mmap 1 private deadbee; store deadbee 1; mmap 1 private deadbeefs; load deadbeefs");
}

static void test_focus(void)
{
    holds_in("fork; focus 2; fork; expect focus 2; expect parent 3 2; 2: exit; expect focus 1");
    holds_in("fork; 2: fork; focus 3; kill -KILL 3; expect focus 2");
    fails_in("focus 0", "idle");
    fails_in("focus 7", "no task");
    fails_in("fork; 2: exit; focus 2", "dead");
}

static void test_variables(void)
{
    holds_in("let x 5; let x 7; let y $x; expect $y 7; expect -7 == -$x");
    holds_in("let f free_pages; expect free_pages == $f; let n children 1; expect $n 0");
    fails_in("let 5 5", "name");
    fails_in("let x $nosuch", "$nosuch");
    fails_in("let x $!", "$! is not set");
    fails_in("let x status", "cannot keep");
    fails_in("let x children", "children PID");
    fails_in("let abcdefghijklmnopqrstuvwxyz 1", "at most");
    fails_in("expect $?", "$? is not set");
}

static void test_repeat(void)
{
    holds_in("repeat 3 { fork; $!: exit; wait }; expect tasks 1; expect position 9");
    holds_in("let n 4; repeat $n { repeat 2 { fork } }; expect tasks 9");
    holds_in("repeat 0 { fork }; expect tasks 1");
    fails_in("let n -1; repeat $n { fork }", "out of range");
    fails_in("let n 10000; repeat $n { repeat $n { fork } }", "at most");
}

static void test_expect(void)
{
    fails_in("fork; expect 3", "expected the last call's value == 3, but it is 2");
    fails_in("expect tasks > 1", "expected tasks > 1, but it is 1");
    fails_in("fork; expect errno EAGAIN", "EAGAIN");
    fails_in("fork; expect state 2 Z", "in state Z, but it is in R");
    fails_in("fork; expect gone 2", "gone");
    fails_in("fork; expect trace copy_process do_fork", "enter do_fork after copy_process");
    fails_in("expect taskz 1", "did you mean “tasks”?");
    fails_in("expect state 1", "state PID");
    fails_in("expect children", "children PID");
    fails_in("expect tasks", "value to compare");
    fails_in("expect tasks 1 2", "too many");
    fails_in("expect shared nothing 1 1", "not one of");
    holds_in("fork; expect trace sys_fork do_fork copy_process dup_task_struct; expect check");
    // A register has no sign, an errno has.
    holds_in("fork; wait; 2: signal USR1 handler; 2: pause; undo 3; signal USR1 handler; pause; "
             "2: kill -USR1 1; expect field 1 pt_regs->eax -EINTR; "
             "expect field 1 pt_regs->eax 0xfffffffc; expect field 1 pt_regs->eax != -EAGAIN; "
             "expect field 1 mm > 0xc0000000; expect free_pages != -1");
}

// To mmap's relatives a part's name means all that is mapped for it, not where it is used from.
static void test_mapped_parts(void)
{
    holds_in("mprotect stack r; expect 0; expect trace sys_mprotect; munmap stack+1p 1; expect 0; "
             "munmap stack; expect 0; expect check");
    holds_in("exec /usr/bin/make; munmap bss; expect 0; munmap text 1; expect 0; expect check");
    holds_in("munmap 0x08048010; expect -EINVAL");
    fails_in("munmap stack; munmap stack", "no part of memory called “stack”");
    fails_in("munmap stack; munmap stack", "(it has: text data heap)");
}

// Addresses can be typed as reports show them, digits alone or not.
static void test_addresses(void)
{
    holds_in("mmap 1 private x at=40000000; expect value 0x40000000; store 40000000 7; "
             "load 40000000; expect value 7; expect pte 1 40000000 != 0; munmap 40000000; "
             "expect pte 1 40000000 == 0; expect word c0293a00 == 0");
    holds_in("clone VM|SIGCHLD stack=08049000; expect field 2 pt_regs->esp == 0x08049000");
    fails_in("load 134512640000", "out of range");
    fails_in("load heap+4294967295p", "+4294967295p");
    fails_in("brk +1048577p", "+1048577p");
}

// All of what was read must be the same, not just its beginning.
static void test_expect_of_long_reads(void)
{
    char script[1400], text[301];

    memset(text, 'x', 300);
    text[300] = '\0';
    snprintf(script, sizeof script,
             "store heap \"%s\"; load heap 256; expect loaded \"%.256s\"; "
             "load heap 300; expect loaded \"%s\"",
             text, text, text);
    holds_in(script);
    snprintf(script, sizeof script, "store heap \"%s\"; load heap 300; expect loaded \"%.256s\"",
             text, text);
    fails_in(script, "xxx");
}

// What was read is what was read, whatever came after it.
static void test_expect_of_the_past(void)
{
    holds_in("pipe; write 4 \"hello\"; read 3 9; close 3; expect read \"hello\"");
    holds_in("fork; 2: open /etc/passwd; 2: read 3 4; 2: exit; wait; expect read \"root\"");
    holds_in("store heap \"abc\"; load heap 3; store heap \"xyz\"; expect loaded \"abc\"; "
             "fork; 2: load heap 3; 2: exit; wait; expect loaded \"xyz\"");
    fails_in("pipe; write 4 \"hello\"; read 3 9; close 3; expect read \"\"", "was “hello”");
}

static void test_file_mistakes(void)
{
    fails_in("open /tmp/a x", "not a flag of open(2)");
    fails_in("open /tmp/a mode=9", "write octal digits");
    fails_in("open /tmp/a RDWR x", "mode=");
    fails_in("umask 8", "write octal digits");
    fails_in("fcntl 3 F_SETFD", "needs a value");
    fails_in("fcntl 3 F_GETFL 1", "takes no value");
    fails_in("fcntl 3 F_SETFL x", "not a flag of open(2)");
    fails_in("fcntl 3 F_NONE", "is not one of");
    fails_in("read 3", "needs more words");
    fails_in("read 3 70000", "out of range");
    fails_in("read 3 -1", "out of range");
    fails_in("read x 1", "not a number");
    fails_in("read 3 5 nowhere", "no part of memory");
    fails_in("write 1 a b c", "too many");
    fails_in("write 4 nowhere 3", "no part of memory");
    fails_in("lseek 3 0 END", "is not one of");
    fails_in("irq clock", "is not one of");
    fails_in("irq disk", "nothing to deliver");
    fails_in("fork; 2: io; irq disk 1", "does not wait for the disk");
    fails_in("fork; 2: io; irq disk 99", "no task has PID 99");
    fails_in("fork; 2: io; exit; irq disk", "the kernel has panicked");
    fails_in("fork; 2: io; 2: fork", "no signal wakes it");
    fails_in("expect pipe_bytes 1 0 0", "not one of a pipe");
    fails_in("expect f_pos 1 9 0", "no open descriptor 9");
    fails_in("expect read \"x\"", "nothing has been read yet");
    fails_in("open /etc/motd; read 3 3; expect read \"Wol\"", "it was “Wel”");
    fails_in("expect cwd 1 /tmp", "it is in /");
    holds_in("fork; 2: io; irq disk 2; expect state 2 R; expect value 512");
    holds_in(
        "open /tmp/a CREAT|RDWR mode=0600; let n 42; write 3 $n; lseek 3 -2 SEEK_END; read 3 9; "
        "expect read 42; expect file_size 1 3 2; expect f_flags 1 3 2");
    holds_in(
        "mmap 1 private buf; store buf \"bytes\"; open /tmp/a CREAT|RDWR; write 3 buf 5; "
        "lseek 3 0; read 3 3 buf+100; load buf+100 3; expect loaded \"byt\"; expect read \"byt\"");
}

static CU_TestInfo tests[] = {
    { "the table", test_table },
    { "what a line is", test_lines },
    { "the keys of press", test_press_keys },
    { "help", test_help },
    { "the events of until", test_events_in_help },
    { "calls", test_calls },
    { "a signal in a variable", test_signal_in_variable },
    { "options", test_options },
    { "names of mappings", test_names_of_mappings },
    { "the focus", test_focus },
    { "variables", test_variables },
    { "repeat", test_repeat },
    { "expect", test_expect },
    { "parts of memory that are mapped", test_mapped_parts },
    { "addresses as they are shown", test_addresses },
    { "long reads", test_expect_of_long_reads },
    { "reads that are past", test_expect_of_the_past },
    { "mistakes about files", test_file_mistakes },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "commands", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
