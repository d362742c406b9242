/* Lessons on a screen: chapters, questions that wait for the class, taking over, coming back. */
#include "cunit_main.h"
#include "shell.h"
#include "vt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char demo[] =
    "boot sh\n"
    "chapter \"Beginning\"\n"
    "say \"First words.\"\n"
    "chapter \"A question\"\n"
    "ask \"What does fork return?\" choices \"0|2|3\" value after \"fork\"\n"
    "cue \"Only the speaker sees this.\"\n"
    "fork\n"
    "chapter \"The end\"\n"
    "say \"Task $! is new.\"\n"
    "3: exit 7\n"
    "say \"Last words, and many. "
    "Here come some more of them, so that a small screen has no room for all in its three rows: "
    "they are as long as words in a lesson may well be, and longer than most. Whoever reads this "
    "must be able to read it to the end, for there is the point, which was the reason for saying "
    "all the rest. This is the very end of them.\"\n"
    "ps\n"
    "ask \"How?\" choices \"0: in the first of three ways, which is long enough for one row|"
    "2: in the second, which is long enough for one row, too|3: in the last one\" focus\n"
    "fork\n"
    "let child $!\n"
    "expect state $child R\n";

static int make_demo(void)
{
    return make_home_with_lesson(demo);
}

static struct vt *start(int rows, int cols)
{
    struct vt *vt =
        vt_start(rows, cols, NULL, (const char *[]){ getenv("PROCARIUM"), lesson_file, NULL });

    VT_ASSERT(vt, vt_wait_text(vt, "Space: boot sh"));
    return vt;
}

static void test_question(void)
{
    struct vt *vt = start(24, 80);

    vt_type(vt, "  ");
    VT_ASSERT(vt, vt_wait_text(vt, "What does fork return?"));
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    CU_ASSERT_TRUE(vt_find(vt, "b) 2", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "The machine says", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "Only the speaker", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "forked 3 sh", NULL, NULL)); /* it was only tried */
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "The machine says: c) 3"));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    vt_key(vt, VTERM_KEY_LEFT);
    VT_ASSERT(vt, vt_wait_gone(vt, "2 sh forked 3 sh"));
    vt_key(vt, VTERM_KEY_LEFT); /* before the question */
    VT_ASSERT(vt, vt_wait_text(vt, "First words."));
    vt_key(vt, VTERM_KEY_PAGEDOWN); /* as presenters' remote controls do */
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    vt_key(vt, VTERM_KEY_PAGEDOWN);
    VT_ASSERT(vt, vt_wait_text(vt, "The machine says: c) 3"));
    quit_procarium(vt);
}

static void test_replies(void)
{
    struct vt *vt = start(24, 80);

    vt_type(vt, "  ");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    vt_type(vt, "0\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Not quite. The machine says: c) 3"));
    vt_key(vt, VTERM_KEY_LEFT);
    VT_ASSERT(vt, vt_wait_gone(vt, "The machine says"));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    vt_type(vt, "C\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Right: c) 3"));
    quit_procarium(vt);
}

/* A command at a question is a command; the question waits. */
static void test_taking_over(void)
{
    struct vt *vt = start(24, 80);

    vt_type(vt, "  ");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    vt_type(vt, "vfork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "D vfork"));
    CU_ASSERT_FALSE(vt_find(vt, "The machine says", NULL, NULL));
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "The machine says: c) 3"));
    VT_ASSERT(vt, vt_wait_gone(vt, "D vfork")); /* and the machine is back */
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    quit_procarium(vt);
}

static void test_chapters(void)
{
    static const int sizes[][2] = { { 24, 80 }, { 45, 160 } };

    for (size_t i = 0; i < 2; i++) {
        struct vt *vt = start(sizes[i][0], sizes[i][1]);
        vt_type(vt, "chapters\r");
        VT_ASSERT(vt, vt_wait_text(vt, "2  A question"));
        vt_type(vt, "chapters 3\r");
        VT_ASSERT(vt, vt_wait_text(vt, "Task 3 is new."));
        VT_ASSERT(vt, wait_either(vt, ": The end", "│The end "));
        CU_ASSERT_TRUE(vt_find(vt, "─3 sh", NULL, NULL) || vt_find(vt, "─ 3 sh", NULL, NULL));
        vt_type(vt, "\033[5;3~"); /* Alt-Page Up */
        VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
        VT_ASSERT(vt, vt_wait_gone(vt, "Task 3 is new."));
        vt_type(vt, "\033[6;3~");
        VT_ASSERT(vt, vt_wait_text(vt, "Task 3 is new."));
        vt_type(vt, "\033[6;3~"); /* there is no fourth */
        vt_type(vt, "chapters\r");
        VT_ASSERT(vt, vt_wait_text(vt, ">  3  The end"));
        vt_type(vt, "chapters 4\r");
        VT_ASSERT(vt, vt_wait_text(vt, "no such chapter"));
        vt_type(vt, "chapters 1\r");
        VT_ASSERT(vt, vt_wait_text(vt, "First words."));
        vt_type(vt, "demo next\r");
        VT_ASSERT(vt, vt_wait_text(vt, "What does fork return?"));
        vt_type(vt, "demo back\r");
        VT_ASSERT(vt, vt_wait_text(vt, "First words."));
        vt_type(vt, "demo off; ps\r");
        VT_ASSERT(vt, vt_wait_gone(vt, "First words."));
        vt_type(vt, "demo next\r");
        VT_ASSERT(vt, vt_wait_text(vt, "no lesson is being played"));
        quit_procarium(vt);
    }
}

/* Without a lesson, a typed question waits too. */
static void test_typed_question(void)
{
    struct vt *vt = vt_start(24, 80, NULL, (const char *[]){ getenv("PROCARIUM"), NULL });

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "ask \"Who is it?\" focus\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    vt_type(vt, "9\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Not quite. The machine says: 2"));
    vt_type(vt, "ask \"Who is it?\" focus\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "The machine says: 2"));
    VT_ASSERT(vt, vt_wait_gone(vt, "Space: the answer"));
    CU_ASSERT_TRUE(vt_find(vt, "2 sh> demo next", NULL, NULL)); /* which can be typed, too: */
    vt_type(vt, "\003ask \"And now?\" focus\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    vt_type(vt, "demo next\r");
    VT_ASSERT(vt, vt_wait_gone(vt, "Space: the answer"));
    vt_type(vt, "demo next\r");
    VT_ASSERT(vt, vt_wait_text(vt, "no lesson is being played"));
    quit_procarium(vt);
}

/* What does not fit is read page by page. */
static void test_long_text(void)
{
    struct vt *vt = start(24, 80);

    vt_type(vt, "chapters 3\r  ");
    VT_ASSERT(vt, vt_wait_text(vt, "Last words, and many."));
    VT_ASSERT(vt, vt_wait_text(vt, "Space: more"));
    CU_ASSERT_FALSE(vt_find(vt, "the very end", NULL, NULL));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "the very end"));
    VT_ASSERT(vt, vt_wait_gone(vt, "Space: more"));
    CU_ASSERT_FALSE(vt_find(vt, "Last words, and many.", NULL, NULL));
    vt_resize(vt, 45, 160);
    VT_ASSERT(vt, vt_wait_text(vt, "Last words, and many."));
    CU_ASSERT_TRUE(vt_find(vt, "the very end", NULL, NULL));
    vt_resize(vt, 24, 80);
    VT_ASSERT(vt, vt_wait_text(vt, "Space: more"));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: ps"));
    vt_type(vt, " "); /* what has been read need not be read again after a command */
    VT_ASSERT(vt, vt_wait_text(vt, "Space: on"));
    CU_ASSERT_TRUE(vt_find(vt, "the very end", NULL, NULL));
    quit_procarium(vt);
}

/* The answer to a long question stays in sight, with the question, and so does what fork did. */
static void test_long_question(void)
{
    struct vt *vt = start(24, 80);

    vt_type(vt, "chapters 3\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Task 3 is new."));
    vt_type(vt, "demo next\rdemo next\rdemo next\rdemo next\r");
    VT_ASSERT(vt, vt_wait_text(vt, "How?"));
    vt_type(vt, "nonsense\r");
    VT_ASSERT(vt, vt_wait_text(vt, "That is none of the choices."));
    CU_ASSERT_FALSE(vt_find(vt, "The machine says", NULL, NULL));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "The machine says: "));
    CU_ASSERT_TRUE(vt_find(vt, "How?", NULL, NULL));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "the end of the demo"));
    CU_ASSERT_TRUE(vt_find(vt, "How?", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "The machine says: ", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "2 sh forked 4 sh", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "sys_fork()", NULL, NULL));
    quit_procarium(vt);
}

/* A store by another task: what matters is the fault, not how the CPU gets to that task. */
static void test_fault_first(void)
{
    struct vt *vt = vt_start(24, 80, NULL, (const char *[]){ getenv("PROCARIUM"), NULL });
    int row = -1;

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "store heap 1\rfork\r3: store heap 2\r");
    VT_ASSERT(vt, vt_wait_text(vt, "which others have too"));
    CU_ASSERT_TRUE(vt_find(vt, "page_fault() {", &row, NULL));
    CU_ASSERT_EQUAL(row, 1);
    vt_type(vt, "boot sh; pipe; fork; write 4 \"hello\"\r"); /* its buffer's fault is an aside */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh writes \"hello\""));
    CU_ASSERT_TRUE(vt_find(vt, "sys_write() {", &row, NULL));
    CU_ASSERT_EQUAL(row, 2);
    quit_procarium(vt);
}

/* How often text stands in the rows from the one with `from` on. */
static int count_below(const struct vt *vt, const char *from, const char *text)
{
    int row = 0, count = 0;

    CU_ASSERT_TRUE(vt_find(vt, from, &row, NULL));
    for (; row < vt_rows(vt); row++)
        count += strstr(vt_row(vt, row), text) != NULL;
    return count;
}

/* Is this text there, and dim? */
static bool is_dim(const struct vt *vt, const char *text)
{
    int row, col;

    return vt_find(vt, text, &row, &col) && vt_fg(vt, row, col) != VT_DEFAULT_COLOR;
}

/*
 * Each key's own command is shown, behind the command that it brought or in a dim line of which
 * there is never more than one in a row; what is saved are the lesson's commands.
 */
static void test_keys_are_commands(void)
{
    struct vt *vt = start(45, 160);
    const char *saved = path_in_home("saved.demo");
    char line[600], text[4096] = "";

    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "> boot sh  # demo next"));
    CU_ASSERT_TRUE(is_dim(vt, "# demo next"));
    vt_key(vt, VTERM_KEY_RIGHT);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> demo next"));
    CU_ASSERT_TRUE(is_dim(vt, "demo next"));
    vt_key(vt, VTERM_KEY_PAGEDOWN);
    VT_ASSERT(vt, vt_wait_text(vt, "The machine says"));
    CU_ASSERT_EQUAL(count_below(vt, "F1 help", "2 sh> demo next"), 1);
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> fork  # demo next"));
    CU_ASSERT_EQUAL(count_below(vt, "F1 help", "2 sh> demo next"), 0);
    vt_key(vt, VTERM_KEY_LEFT);
    vt_key(vt, VTERM_KEY_PAGEUP);
    VT_ASSERT(vt, vt_wait_text(vt, "First words."));
    CU_ASSERT_EQUAL(count_below(vt, "F1 help", "2 sh> demo back"), 1);
    vt_type(vt, "\033[6;3~"); /* Alt-Page Down */
    VT_ASSERT(vt, vt_wait_text(vt, "> chapters 2"));
    vt_type(vt, "  ");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    snprintf(line, sizeof line, "save %s", saved);
    run_command(vt, line, "written: ");
    quit_procarium(vt);
    FILE *file = fopen(saved, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_TRUE(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nboot sh\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nfork\n"));
    CU_ASSERT_PTR_NULL(strstr(text, "demo"));
    CU_ASSERT_PTR_NULL(strstr(text, "#= "));
}

/* One row a lesson, none of them broken. */
static void test_list(void)
{
    struct vt *vt = start(24, 80);

    vt_type(vt, "demo\r");
    VT_ASSERT(vt, vt_wait_text(vt, "14-page-fault-kinds   Page faults of every kind "));
    CU_ASSERT_TRUE(vt_find(vt,
                           "01-first-fork         A first fork: what a process is to the kernel "
                           " ",
                           NULL, NULL));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "a question waits, and a key tells", test_question },
    { "replies are judged", test_replies },
    { "commands at a question", test_taking_over },
    { "chapters", test_chapters },
    { "a text of several pages", test_long_text },
    { "a question of several pages", test_long_question },
    { "the keys of a lesson are commands", test_keys_are_commands },
    { "the list of lessons", test_list },
    { "a fault is at the top of its trace", test_fault_first },
    { "a question without a lesson", test_typed_question },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "lessons", make_demo, remove_home, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
