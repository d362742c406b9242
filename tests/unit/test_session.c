// Sessions: moving through time, what the face is told, completion, playing demos.
#include "script/session.h"

#include "cunit_main.h"
#include "told_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- Time ------------------------------------------------------------------------------------

static void test_time(void)
{
    holds_in("fork; fork; undo; expect tasks 2; redo; expect tasks 3; goto 0; expect tasks 1");
    holds_in("fork; undo; step 3; fork; expect tasks 3; expect position 2");
    holds_in("fork; back 3; undo; expect tasks 1; step; undo; expect tasks 1; redo; "
             "expect tasks 2");
    fails_in("undo", "nothing lies behind");
    fails_in("fork; undo 2", "at most 1");
    fails_in("fork; step", "nothing lies ahead");
    fails_in("goto 1", "out of range");
    static const char much[] = "boot sh; repeat 900 { clone thread }; exit_group; %s";
    char line[128];
    static const char *const ways[][2] = { { "step", "nothing lies ahead" },
                                           { "back", "undo goes before it" },
                                           { "undo; step", "redo goes behind it" },
                                           { "undo; next", "redo goes behind it" } };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        snprintf(line, sizeof line, much, ways[i][0]);
        fails_in(line, ways[i][1]);
    }
    holds_in("fork; exit; expect panicked 1; undo; expect panicked 0; fork; expect tasks 3");
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
    strbuf_clear(&t.text);
    run(s, "fork; fork; fork; undo; vfork; branches");
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.text), "3 commands, the first 2 as here\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.text), "3 commands, where you are\n"));
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

// A variable needs no quotes to be told, nor to name a file; only there must be one.
static void test_variable_as_text(void)
{
    struct told t;
    struct session *s = new_session(&t);

    run(s, "let n 5; say $n; chapter -$n; fork; ask $! parent 2");
    CU_ASSERT_STRING_EQUAL(strbuf_text(&t.words), "1 5\n0 -5\n2 2\n"
                                                  "3 Not quite. The machine says: 1\n");
    strbuf_clear(&t.words);
    CU_ASSERT_EQUAL(run(s, "say $nosuch"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(run(s, "ask $nosuch value"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(t.words.length, 0);
    strbuf_clear(&t.mistakes);
    CU_ASSERT_EQUAL(run(s, "source $n"), RUN_MISTAKE);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.mistakes), "cannot read 5:"));
    finish(s, &t);
}

// What is too large to be read is told where it stands, each time anew.
static void test_large_text(void)
{
    struct told t;
    struct session *s = new_session(&t);

    CU_ASSERT_EQUAL(session_run_from(s, "a", 7, "", SCRIPT_SIZE_MAX + 1), RUN_MISTAKE);
    CU_ASSERT_EQUAL(session_run_from(s, "b", 900, "", SCRIPT_SIZE_MAX + 1), RUN_MISTAKE);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&t.mistakes), "7:1: the text is larger than 64 MB ()\n"
                                                     "900:1: the text is larger than 64 MB ()\n");
    finish(s, &t);
}

static void test_interruption(void)
{
    struct told t;
    struct session *s = new_session(&t);

    t.polls_left = 100;
    CU_ASSERT_EQUAL(run(s, "repeat 1000000 { fork; $!: exit; wait }"), RUN_INTERRUPTED);
    CU_ASSERT(machine_position(s->m).command < 100);
    t.polls_left = 100; // what a question tries can be stopped as well
    CU_ASSERT_EQUAL(run(s, "boot; ask \"?\" tasks after \"repeat 10000000 { fork; $!: exit; "
                           "wait }\"; fork"),
                    RUN_INTERRUPTED);
    CU_ASSERT_EQUAL(machine_position(s->m).command, 0);
    CU_ASSERT_EQUAL(strbuf_text(&t.mistakes)[0], '\0');
    CU_ASSERT_EQUAL(run(s, "repeat 100 { fork; $!: exit; wait }; goto 0"), RUN_OK);
    t.polls_left = 3; // and many steps: by then 1024 have been made, or a few more
    CU_ASSERT_EQUAL(run(s, "step 1000000"), RUN_INTERRUPTED);
    CU_ASSERT(machine_position(s->m).command > 0 && machine_position(s->m).command < 100);
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
    static const char all[] =
        "layout memory\nlayout\npane trace fields\npane next\npane\nzoom\n"
        "zoom off\nzoom console\nsize trace 12x40\nsize console taller\n"
        "size reset\npress trace PageDown 3\npress task Up\npress console WheelUp 3\n"
        "press help Esc\nredraw\nplay\nplay 1/4\n"
        "play off\ntheme light ascii\ntheme\nmouse off\nkeys\n"
        "choose 1\nchoose off\n";
    static const char *const wrong[] = { "layout x",
                                         "pane nowhere",
                                         "pane kernel bogus",
                                         "pane states all",
                                         "pane next all",
                                         "zoom nowhere",
                                         "size trace",
                                         "size trace 5",
                                         "size trace 5x",
                                         "size trace x5",
                                         "size 5x5",
                                         "size reset 5x5",
                                         "press trace X",
                                         "press trace Up 0",
                                         "press Up Up",
                                         "press trace console",
                                         "press output",
                                         "redraw now",
                                         "play 3",
                                         "theme pink",
                                         "theme dark pink",
                                         "mouse maybe",
                                         "choose 99",
                                         "choose nobody",
                                         "keys now" };
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
    CU_ASSERT_EQUAL(run(s, "let who 1; choose $who; press task Up $who"), RUN_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&seen.text), "press task Up 1\n"));
    seen.refuses = true;
    CU_ASSERT_EQUAL(run(s, "layout memory"), RUN_MISTAKE);
    strbuf_finish(&seen.text);
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

// Files are offered but for those whose names nobody can type as they are.
static void complete_files(struct session *s)
{
    static const char *const names[] = { "a1", "a b", "a\x1B[31m", "a\xFF", "a$", "aé" };
    char folder[] = "/tmp/procarium-test-XXXXXX", path[64], line[64], words[96];

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    for (u32 i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        fclose(fopen(path, "w"));
    }
    snprintf(line, sizeof line, "source %s/a", folder);
    snprintf(words, sizeof words, "%s/a1 %s/aé", folder, folder);
    completes(s, line, words);
    for (u32 i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
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
    completes(s, "pane kernel ", "blocks pids runq slabs");
    completes(s, "pane tasks ", "folded threads");
    completes(s, "pane trace ", "calls fields words");
    completes(s, "pane task a", "all");
    completes(s, "pane files s", "signals");
    completes(s, "pane states ", "");
    completes(s, "until copy_mm", "copy_mm");
    completes(s, "until back copy_mm", "copy_mm");
    completes(s, "until state 2 ", "D R S T X Z t");
    completes(s, "until back state ", "1 2 3");
    complete_files(s);
    run(s, "repeat 600 { clone thread }");
    completes(s, "task 60", "60 600 601 602 603");
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
    { "undo, redo, steps", test_time },
    { "until a function or an event", test_until },
    { "commands about the screen", test_screen_commands },
    { "branches", test_branches },
    { "boot", test_boot },
    { "echoes", test_echo },
    { "narration", test_narration },
    { "variables as texts", test_variable_as_text },
    { "texts that are too large", test_large_text },
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
        { "session", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
