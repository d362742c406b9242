// The table of commands, and sessions: what commands do, say and refuse.
#include "script/expect.h"
#include "script/quantity.h"

#include "cunit_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct told {
    struct strbuf text;     // of looking commands
    struct strbuf mistakes; // LINE:COLUMN: message (hint)
    struct strbuf echoes;   // NUMBER ACTOR text
    struct strbuf words;    // narration
    u32 moves, snapshots;
    u32 polls_left; // is_interrupted() says yes when it comes to 0
};

static void on_text(void *context, const char *text, size_t length)
{
    struct told *t = context;

    strbuf_add(&t->text, text, length);
}

static void on_mistake(void *context, const struct mistake *m)
{
    struct told *t = context;

    strbuf_printf(&t->mistakes, "%u:%u: %s (%s)\n", m->line, m->column, m->message, m->hint);
}

static void on_echo(void *context, const struct echo *e)
{
    struct told *t = context;

    strbuf_printf(&t->echoes, "%llu %d %s\n", (unsigned long long)e->number, e->actor, e->text);
}

static void on_narrate(void *context, enum narration kind, const char *text)
{
    struct told *t = context;

    strbuf_printf(&t->words, "%d %s\n", (int)kind, text);
}

static enum asked on_ask(void *context, const struct question *question, struct strbuf *reply)
{
    (void)context;
    (void)question;
    strbuf_puts(reply, " Three ");
    return ASKED_REPLY;
}

static void on_moved(void *context)
{
    struct told *t = context;

    t->moves++;
}

static void on_snapshot(void *context, u64 n)
{
    struct told *t = context;

    (void)n;
    t->snapshots++;
}

static bool on_poll(void *context)
{
    struct told *t = context;

    return t->polls_left && --t->polls_left == 0;
}

static struct session *new_session(struct told *t)
{
    struct session_options options = {
        .face = { .context = t,
                  .text = on_text,
                  .mistake = on_mistake,
                  .echo = on_echo,
                  .narrate = on_narrate,
                  .ask = on_ask,
                  .moved = on_moved,
                  .snapshot = on_snapshot,
                  .is_interrupted = on_poll },
    };

    *t = (struct told){ 0 };
    struct session *s = session_create(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    return s;
}

static void finish(struct session *s, struct told *t)
{
    session_destroy(s);
    strbuf_finish(&t->text);
    strbuf_finish(&t->mistakes);
    strbuf_finish(&t->echoes);
    strbuf_finish(&t->words);
}

static enum run_result run(struct session *s, const char *text)
{
    return session_run(s, "test", text, strlen(text));
}

// Runs a script that must hold by its own expects.
static void holds_in(const char *text)
{
    struct told t;
    struct session *s = new_session(&t);
    enum run_result result = run(s, text);

    if (result != RUN_OK)
        printf("\n%s\n%s\n", text, strbuf_text(&t.mistakes));
    CU_ASSERT_EQUAL(result, RUN_OK);
    finish(s, &t);
}

// Runs a script whose last command is in error, with these words.
static void fails_in(const char *text, const char *words)
{
    struct told t;
    struct session *s = new_session(&t);
    enum run_result result = run(s, text);

    if (result != RUN_MISTAKE || !strstr(strbuf_text(&t.mistakes), words))
        printf("\n%s\n%s\n", text, strbuf_text(&t.mistakes));
    CU_ASSERT_EQUAL(result, RUN_MISTAKE);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.mistakes), words));
    finish(s, &t);
}

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
    }
    CU_ASSERT_PTR_EQUAL(find_command("wait"), find_command("wait4"));
    CU_ASSERT_PTR_NULL(find_command(""));
    CU_ASSERT_PTR_NULL(find_command("wai"));
    CU_ASSERT_PTR_NULL(script_command(command_count));
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
}

// ---- Time ------------------------------------------------------------------------------------

static void test_time(void)
{
    holds_in("fork; fork; undo; expect tasks 2; redo; expect tasks 3; goto 0; expect tasks 1");
    holds_in("fork; undo; step 3; fork; expect tasks 3; expect position 2");
    holds_in("fork; back 3; undo; expect tasks 1; step; undo; expect tasks 1; redo; "
             "expect tasks 2");
    fails_in("undo", "nothing lies behind");
    fails_in("fork; undo 2", "only 1 command");
    fails_in("fork; step", "nothing lies ahead");
    fails_in("goto 1", "out of range");
    holds_in("fork; exit; expect panicked 1; undo; expect panicked 0; fork; expect tasks 3");
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

static void test_until(void)
{
    struct told t;
    struct session *s = new_session(&t);
    const struct machine *m = session_machine(s);

    CU_ASSERT_EQUAL(run(s, "boot sh; fork; 3: exit 7; wait; fork"), RUN_OK);
    CU_ASSERT_EQUAL(run(s, "until back state 3 Z"), RUN_OK);
    struct time_position zombie = machine_position(m);
    CU_ASSERT_EQUAL(zombie.command, 1);
    CU_ASSERT_TRUE(zombie.step > 10);
    CU_ASSERT_EQUAL(run(s, "until back copy_mm"), RUN_OK);
    CU_ASSERT_EQUAL(machine_position(m).command, 0);
    CU_ASSERT_EQUAL(run(s, "until copy_mm"), RUN_OK); /* the next one, not the same */
    CU_ASSERT_EQUAL(machine_position(m).command, 3);
    CU_ASSERT_EQUAL(run(s, "goto 0; until state 3 Z"), RUN_OK);
    CU_ASSERT_EQUAL(machine_position(m).step, zombie.step);
    CU_ASSERT_EQUAL(run(s, "until state 3 X; until release 3; goto 0; until switch 3"), RUN_OK);
    CU_ASSERT_EQUAL(machine_position(m).command, 0);
    struct time_position before = machine_position(m);
    CU_ASSERT_EQUAL(run(s, "until panic"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(run(s, "until back switch 99"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(machine_position(m).step, before.step); /* nothing has moved */
    CU_ASSERT_EQUAL(run(s, "until nothing"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(run(s, "until back"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(run(s, "until copy_mm 3"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(run(s, "until state 3 Q"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(run(s, "until slab 3"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(run(s, "redo 4; repeat 200 { fork; $!: exit; wait }; goto 0"), RUN_OK);
    t.polls_left = 3; /* ^C stops a long way where it is */
    CU_ASSERT_EQUAL(run(s, "until switch 9999"), RUN_INTERRUPTED);
    CU_ASSERT_TRUE(machine_position(m).command > 0 && machine_position(m).command < 100);
    finish(s, &t);
}

struct seen_view {
    struct strbuf text;
    bool refuses;
};

static bool on_view(void *context, const struct view_command *c, struct strbuf *why)
{
    struct seen_view *seen = context;

    strbuf_puts(&seen->text, c->name);
    for (u32 i = 0; i < c->words; i++)
        strbuf_printf(&seen->text, " %s", c->word[i]);
    strbuf_putc(&seen->text, '\n');
    if (seen->refuses)
        strbuf_puts(why, "not today");
    return !seen->refuses;
}

static void test_screen_commands(void)
{
    static const char all[] = "layout memory\nlayout\npane trace fields\npane next\npane\nzoom\n"
                              "zoom off\nzoom console\nsize trace 12x40\nsize console taller\n"
                              "size reset\npress trace PageDown 3\npress task Up\nplay\nplay 1/4\n"
                              "play off\ntheme light ascii\ntheme\nmouse off\nkeys\n"
                              "choose 1\nchoose off\n";
    static const char *const wrong[] = { "layout x",      "pane nowhere",     "zoom nowhere",
                                         "size trace",    "size trace 5",     "size trace 5x",
                                         "size trace x5", "size 5x5",         "size reset 5x5",
                                         "press trace X", "press trace Up 0", "play 3",
                                         "theme pink",    "mouse maybe",      "choose 99",
                                         "choose nobody", "keys now" };
    struct told t;
    struct session *s = new_session(&t);
    struct seen_view seen = { .refuses = false };

    /* Without a screen nothing happens, and mistakes are mistakes. */
    CU_ASSERT_EQUAL(run(s, all), RUN_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_EQUAL(run(s, wrong[i]), RUN_MISTAKE);
    CU_ASSERT_EQUAL(machine_position(session_machine(s)).commands, 0);
    session_set_face(s, &(struct face){ .context = &seen, .view = on_view });
    CU_ASSERT_EQUAL(run(s, all), RUN_OK);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&seen.text), all);
    CU_ASSERT_EQUAL(run(s, "let who 1; choose $who"), RUN_OK);
    seen.refuses = true;
    CU_ASSERT_EQUAL(run(s, "layout memory"), RUN_MISTAKE);
    strbuf_finish(&seen.text);
    finish(s, &t);
}

static void test_branches(void)
{
    holds_in("fork; fork; undo; vfork; expect position 2; branches 1; expect tasks 3; "
             "expect state 1 R; branches 2; expect state 1 D");
    holds_in("fork; boot sh; expect tasks 2; expect focus 2; branches 1; expect focus 1; "
             "expect tasks 2; expect position 1");
    fails_in("branches 9", "no branch 9");
    struct told t;
    struct session *s = new_session(&t);
    run(s, "fork; undo; boot sh mem=32M thread_size=4K; fork");
    CU_ASSERT_EQUAL_FATAL(session_branch_count(s), 1);
    struct branch_info b = session_branch(s, 0);
    CU_ASSERT_STRING_EQUAL(b.boot, "boot");
    CU_ASSERT_EQUAL(b.commands, 1);
    run(s, "branches 1; boot");
    b = session_branch(s, 0);
    CU_ASSERT_STRING_EQUAL(b.boot, "boot sh mem=32M thread_size=4K");
    finish(s, &t);
}

static void test_boot(void)
{
    holds_in("boot mem=8M cache_line=32; expect tasks 1; boot sh; expect comm 2 sh");
    fails_in("boot mem=1M", "between 8M and 896M");
    fails_in("boot mem=x", "not a size");
    fails_in("boot thread_size=5K", "4K or 8K");
    fails_in("boot cache_line=48", "32, 64 or 128");
    fails_in("boot fast", "“fast”");
}

// ---- The face --------------------------------------------------------------------------------

static void test_echo(void)
{
    struct told t;
    struct session *s = new_session(&t);

    run(s, "fork\n2: fork # so\nps; say \"x\"\nundo");
    CU_ASSERT_STRING_EQUAL(strbuf_text(&t.echoes),
                           "1 1 fork\n2 2 2: fork\n2 0 ps\n2 0 say \"x\"\n2 0 undo\n");
    CU_ASSERT_EQUAL(t.moves, 1);
    CU_ASSERT_STRING_EQUAL(session_history(s, 1).text, "2: fork");
    CU_ASSERT_EQUAL(session_history(s, 1).line, 2);
    finish(s, &t);
}

static void test_narration(void)
{
    struct told t;
    struct session *s = new_session(&t);

    run(s, "fork; chapter \"One\"; say \"child $! \\$! $nosuch \\x1B\"; ask \"n?\" $!; "
           "cue \"hint\"; snapshot");
    CU_ASSERT_STRING_EQUAL(strbuf_text(&t.words), "0 One\n1 child 2 2 $nosuch ^[\n2 n?\n"
                                                  "3 Not quite. The machine says: 2\n4 hint\n");
    CU_ASSERT_EQUAL(t.snapshots, 1);
    finish(s, &t);
}

static void test_interruption(void)
{
    struct told t;
    struct session *s = new_session(&t);

    t.polls_left = 100;
    CU_ASSERT_EQUAL(run(s, "repeat 1000000 { fork; $!: exit; wait }"), RUN_INTERRUPTED);
    CU_ASSERT(machine_position(s->m).command < 100);
    CU_ASSERT_EQUAL(run(s, "quit; fork"), RUN_QUIT);
    finish(s, &t);
}

static void test_prompt(void)
{
    struct told t;
    struct session *s = new_session(&t);
    struct strbuf prompt = STRBUF_INIT;
    static const struct {
        const char *command, *prompt;
    } cases[] = { { "boot sh", "2 sh> " },
                  { "fork; fork; undo", "2 sh [1 of 2]> " },
                  { "step 4", "2 sh [2 of 2, step 4]> " },
                  { "boot; exit", "kernel panic> " } };

    for (u32 i = 0; i < sizeof cases / sizeof *cases; i++) {
        run(s, cases[i].command);
        strbuf_clear(&prompt);
        session_prompt(s, &prompt);
        CU_ASSERT_STRING_EQUAL(strbuf_text(&prompt), cases[i].prompt);
    }
    strbuf_finish(&prompt);
    finish(s, &t);
}

// ---- Completion ------------------------------------------------------------------------------

// Completing `line` gives these words, joined by blanks.
static void completes(struct session *s, const char *line, const char *words)
{
    struct completions found;
    struct strbuf text = STRBUF_INIT;

    session_complete(s, line, strlen(line), &found);
    for (u32 i = 0; i < found.count; i++)
        strbuf_printf(&text, "%s%s", i ? " " : "", found.words[i]);
    if (strcmp(strbuf_text(&text), words) != 0)
        printf("\n%s: %s\n", line, strbuf_text(&text));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&text), words);
    CU_ASSERT_EQUAL(found.common != NULL, found.count > 0);
    completions_finish(&found);
    strbuf_finish(&text);
}

static void test_completion(void)
{
    struct told t;
    struct session *s = new_session(&t);

    run(s, "fork; 2: fork; let kid 3");
    completes(s, "vf", "vfork");
    completes(s, "fork; sc", "sched_yield");
    completes(s, "repeat 3 { vf", "vfork");
    completes(s, "2:vf", "vfork");
    completes(s, "demo ne", "next");
    completes(s, "save x repl", "replace");
    completes(s, "task ", "1 2 3");
    completes(s, "task $k", "$kid");
    completes(s, "kill -KI", "-KILL");
    completes(s, "kill -SIGKI", "-SIGKILL");
    completes(s, "clone CLONE_VM|CLONE_NEW", "CLONE_NEWNS");
    completes(s, "clone vm|new", "NEWNS");
    completes(s, "wait4 2 WNO", "WNOHANG WNOWAIT");
    completes(s, "sysctl kernel.p", "kernel.pid_max");
    completes(s, "settle o", "off on");
    completes(s, "boot m", "mem=");
    completes(s, "expect free", "free_pages");
    completes(s, "fork ", "eager=1");
    completes(s, "say \"vf", "");
    completes(s, "help settl", "settle");
    CU_ASSERT_STRING_EQUAL(session_usage(s, "setpgid 1", 9), "setpgid PID PGID");
    CU_ASSERT_STRING_EQUAL(session_usage(s, "nosuch 1", 8), "");
    finish(s, &t);
}

// ---- Playing ---------------------------------------------------------------------------------

static char *demo_file(const char *text)
{
    char *path = strdup("/tmp/procarium-demo-XXXXXX");
    int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static void test_player(void)
{
    struct told t;
    struct session *s = new_session(&t);
    char *path = demo_file("chapter \"One\"\nboot sh\nfork\nsay \"so\"\nboot\nfork; fork\n");
    struct player *p = player_open(s, path);

    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT_EQUAL(player_count(p), 7);
    CU_ASSERT_EQUAL(player_item(p, 0).kind, ITEM_CHAPTER);
    CU_ASSERT_STRING_EQUAL(player_item(p, 0).title, "One");
    CU_ASSERT_EQUAL(player_item(p, 6).line, 6);
    while (player_position(p) < 6)
        CU_ASSERT_EQUAL(player_next(p), RUN_OK);
    CU_ASSERT_EQUAL(machine_position(s->m).command, 1);
    CU_ASSERT_TRUE(player_back(p)); // the fork of the second boot
    CU_ASSERT_TRUE(player_back(p)); // that boot
    CU_ASSERT_TRUE(player_back(p)); // the words
    CU_ASSERT_EQUAL(session_focus(s), 2);
    CU_ASSERT_EQUAL(machine_position(s->m).command, 1);
    CU_ASSERT_TRUE(player_back(p)); // the fork of the first boot
    CU_ASSERT_EQUAL(machine_position(s->m).command, 0);
    CU_ASSERT_TRUE(player_back(p));
    CU_ASSERT_EQUAL(session_focus(s), 1); // bare again
    CU_ASSERT_TRUE(player_back(p));
    CU_ASSERT_FALSE(player_back(p));
    while (player_position(p) < 7)
        CU_ASSERT_EQUAL(player_next(p), RUN_OK);
    CU_ASSERT_EQUAL(machine_position(s->m).command, 2);
    player_close(p);
    remove(path);
    free(path);
    CU_ASSERT_PTR_NULL(player_open(s, "/nonexistent"));
    CU_ASSERT_EQUAL(session_mistakes(s), 1);
    finish(s, &t);
}

static void test_source(void)
{
    struct told t;
    struct session *s = new_session(&t);
    char *path = demo_file("fork\nfrok\n");
    char text[100];

    snprintf(text, sizeof text, "source %s; fork", path);
    CU_ASSERT_EQUAL(run(s, text), RUN_MISTAKE);
    CU_ASSERT_EQUAL(session_mistakes(s), 1);
    CU_ASSERT_EQUAL(strncmp(strbuf_text(&t.mistakes), "2:1: there is no command", 24), 0);
    CU_ASSERT_EQUAL(machine_position(s->m).command, 1);
    remove(path);
    free(path);
    finish(s, &t);
}

static CU_TestInfo tests[] = {
    { "the table", test_table },
    { "help", test_help },
    { "calls", test_calls },
    { "the focus", test_focus },
    { "variables", test_variables },
    { "repeat", test_repeat },
    { "expect", test_expect },
    { "parts of memory that are mapped", test_mapped_parts },
    { "undo, redo, steps", test_time },
    { "mistakes about files", test_file_mistakes },
    { "until a function or an event", test_until },
    { "commands about the screen", test_screen_commands },
    { "branches", test_branches },
    { "boot", test_boot },
    { "echoes", test_echo },
    { "narration", test_narration },
    { "interruption", test_interruption },
    { "the prompt", test_prompt },
    { "completion", test_completion },
    { "playing a demo", test_player },
    { "source", test_source },
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
