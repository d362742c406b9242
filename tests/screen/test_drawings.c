/* What panes draw, as a class sees it: whole words, whole diagrams, and what a sketch promises. */
#include "shell.h"

#include <string.h>

static const int sizes[][2] = { { 24, 80 }, { 30, 100 }, { 45, 160 }, { 60, 200 } };

enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* Are all these on the screen? None of them, if there should be none. */
static void expect_all(const struct vt *vt, const char *const *words, bool are_there)
{
    for (; *words; words++)
        if (vt_find(vt, *words, NULL, NULL) != are_there) {
            printf("\n%s\n", *words);
            vt_dump(vt, stdout);
            CU_FAIL("a word");
        }
}

/* All boxes and arrows at every size; with the functions' names, in as many lines as they need,
 * wherever there is room for all of them. */
static void test_states(void)
{
    static const char *const words[] = { "R running", "event",   "waits", "CONT",
                                         "STOP",      "exit",    "fork",  "asleep",
                                         "stopped",   "wait4▼┘", NULL };
    static const char *const three[] = { "│try_to_ schedule handle_   do_   do_exit│",
                                         "│wake_up ",
                                         " stop_  signal_ ",
                                         " signal   stop ",
                                         "fork: wake_up_new_task",
                                         NULL };
    static const char *const two[] = {
        "│try_to_ schedule ",    " do_signal_  do_exit│",  " handle_ ", "│wake_up ",
        " stop_signal    stop ", "fork: wake_up_new_task", NULL
    };
    static const char *const any[] = {
        "try_to_", "handle_", "schedule", "do_exit", "wake_up", NULL
    };
    static const struct {
        int rows, cols;
        const char *const *functions;
    } at[] = { { 24, 80, NULL },   { 30, 100, NULL }, { 30, 130, NULL },
               { 40, 130, three }, { 45, 160, two },  { 60, 200, two } };

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct vt *vt = start_shell(at[i].rows, at[i].cols);
        expect_all(vt, words, true);
        expect_all(vt, at[i].functions ? at[i].functions : any, at[i].functions != NULL);
        quit_procarium(vt);
    }
}

/* And on the way from one width to the next, no name is ever cut or run into another. */
static void test_names_of_functions(void)
{
    static const char *const names[] = { "try_to_",   "wake_up ", "schedule",
                                         " handle_ ", "do_exit",  NULL };
    struct vt *vt = start_shell(40, 130);

    for (int cols = 130; cols <= 195; cols += 5) {
        vt_resize(vt, 45, cols);
        vt_settle(vt, 30);
        expect_all(vt, names, true);
    }
    quit_procarium(vt);
}

/* An arrow that was taken is lit with all its words. */
static void test_lit_arrow(void)
{
    static const char *const words[] = { "exit", "do_exit" };
    struct vt *vt = start_shell(45, 160);
    int row, col;

    run_command(vt, "fork", "forked 3 sh");
    run_command(vt, "3: exit 7", "3 sh R → Z: do_exit");
    VT_ASSERT(vt, vt_find(vt, "do_exit │", &row, &col) || vt_find(vt, "do_exit│", &row, &col));
    for (int w = 0; w < 2; w++)
        CU_ASSERT_NOT_EQUAL(vt_bg(vt, row - 1 + w, col + 3), VT_DEFAULT_COLOR);
    VT_ASSERT(vt, vt_find(vt, words[0], NULL, NULL));
    run_command(vt, "zoom states", "handle_stop_signal");
    CU_ASSERT_TRUE(vt_find(vt, "wait4: release_task ▼┘", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "elected: schedule ▲", NULL, NULL));
    quit_procarium(vt);
}

/* A note moves to the left rather than lose its end; the step's number is never cut. */
static void test_trace(void)
{
    struct vt *vt = start_shell(45, 160);

    run_command(vt, "fork", "# an object of cache task_struct: c0293020");
    run_command(vt, "back", " in fork ─");
    CU_ASSERT_TRUE(is_beside(vt, "┌ trace ─", " step ") && is_beside(vt, " of ", " in fork ─"));
    quit_procarium(vt);
    vt = start_shell(24, 80);
    run_command(vt, "layout memory; fork", "forked 3 sh");
    run_command(vt, "store stack-1 \"a long text\"", "count 2 → 1");
    run_command(vt, "back", "trace ─ step ");
    CU_ASSERT_TRUE(is_beside(vt, "trace ─ step ", " of "));
    quit_procarium(vt);
}

/* The kernel stack with its registers, to scale; what is said about esp must be true. */
static void test_stack(void)
{
    struct vt *vt = start_shell(45, 160);

    run_command(vt, "layout kernel; fork", "forked 3 sh");
    run_command(vt, "undo; until wake_up_new_task; choose 3", "begins at");
    CU_ASSERT_TRUE(is_beside(vt, "┼esp▶▪pt_regs", "eax = 0"));
    CU_ASSERT_TRUE(is_beside(vt, "eip      8048000", "orig_eax 2"));
    CU_ASSERT_TRUE(is_beside(vt, "i······", "r 256 bytes each"));
    CU_ASSERT_TRUE(vt_find(vt, "if it ran: esp c02bbfc4 & ffffe000 = c02ba000", NULL, NULL));
    CU_ASSERT_TRUE(is_beside(vt, "┴", "thread_info task = c0293020 (3 sh)"));
    run_command(vt, "redo; choose 2", "at the next entry: esp c02b1fc4");
    run_command(vt, "zoom stack", "to scale, a cell is 128 bytes");
    CU_ASSERT_TRUE(vt_find(vt, "c02b1ffc │ xss", NULL, NULL));
    quit_procarium(vt);
}

/* Frames that have no room are reached by scrolling; free and thread_info stay. */
static void test_stack_scrolls(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "layout kernel; fork; 3: exit 3; pane stack", "pt_regs exit(3, 0, 0)");
    CU_ASSERT_FALSE(vt_find(vt, "┼esp▶", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "thread_info (3 sh)", NULL, NULL));
    vt_key(vt, VTERM_KEY_PAGEDOWN);
    VT_ASSERT(vt, vt_wait_text(vt, "┼esp▶"));
    CU_ASSERT_TRUE(vt_find(vt, "thread_info (3 sh)", NULL, NULL));
    quit_procarium(vt);
}

/* The free blocks of the buddy allocator, a sign for each, and which lists have changed. */
static void test_free_blocks(void)
{
    struct vt *vt = start_shell(45, 160);

    run_command(vt, "layout memory; fork", "forked 3 sh");
    CU_ASSERT_TRUE(is_beside(vt, "▪     1      2       1 → 0", "│"));
    CU_ASSERT_TRUE(is_beside(vt, "      0      1           1  █ ", "│"));
    CU_ASSERT_TRUE(vt_find(vt, "15694 of 16384 frames free ", NULL, NULL));
    run_command(vt, "nice 1", "nice returns");
    CU_ASSERT_FALSE(vt_find(vt, "1 → 0", NULL, NULL));
    run_command(vt, "zoom kernel", "frames: 15694 of 16384 free; 649 kernel, ");
    CU_ASSERT_TRUE(is_beside(vt, "10   1024          15  ███████████████ ", "│"));
    run_command(vt, "pane kernel pids", "last_pid 3, the next is 4; 4 in use, ");
    run_command(vt, "pane kernel slabs", "task_struct    ");
    CU_ASSERT_TRUE(
        is_beside(vt, "  1264           3/3         1         1/8  █████", "task_struct"));
    quit_procarium(vt);
}

/* Slab caches show what was and what is of the numbers that have changed, at every size. */
static void test_slabs(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_shell(sizes[i][0], sizes[i][1]);
        int row, col;
        run_command(vt, "layout memory; pane kernel slabs", "CACHE  ");
        run_command(vt, "fork", "▪ pgd");
        CU_ASSERT_TRUE(is_beside(vt, "▪ pgd", "2 → 3/3"));
        CU_ASSERT_TRUE(is_beside(vt, "▪ vm_area_struct", "8 → 12/45"));
        VT_ASSERT(vt, vt_find(vt, " → 12/45", &row, &col));
        CU_ASSERT_EQUAL(vt_bg(vt, row, col), VT_DEFAULT_COLOR);
        CU_ASSERT_NOT_EQUAL(vt_bg(vt, row, col + 3), VT_DEFAULT_COLOR);
        CU_ASSERT_EQUAL(vt_bg(vt, row, col + 5), VT_DEFAULT_COLOR); /* the room is what it was */
        CU_ASSERT_TRUE(is_beside(vt, "  filp   ", " 3/41"));
        vt_key(vt, VTERM_KEY_FUNCTION(3)); /* before it: the other way round */
        VT_ASSERT(vt, vt_wait_text(vt, "12 → 8/45"));
        run_command(vt, "nice 1", "nice returns");
        CU_ASSERT_TRUE(is_beside(vt, "  vm_area_struct", "  8/45"));
        quit_procarium(vt);
    }
    struct vt *vt = start_shell(60, 200); /* a slab more, and the next one's colour */
    run_command(vt, "zoom kernel; pane kernel slabs", "COLOUR");
    run_command(vt, "fork", "2 → 3/3");
    run_command(vt, "fork", "3 → 4/6     1 → 2     1 → 2/8");
    CU_ASSERT_TRUE(is_beside(vt, "▪ task_struct", "3 → 4/6     1 → 2     1 → 2/8"));
    quit_procarium(vt);
}

/* F1 says what the signs in the panes mean, and help what one key does. */
static void test_help(void)
{
    static const char *const signs[] = { "= =2 =c2", "──▶ ══▶", "K s t p", "PWUAD ", "r-xp rw-s" };
    struct vt *vt = start_shell(60, 200);

    vt_key(vt, VTERM_KEY_FUNCTION(1));
    VT_ASSERT(vt, vt_wait_text(vt, "F1 or Esc closes"));
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        for (int n = 0; n < 20 && !vt_find(vt, signs[i], NULL, NULL); n++) {
            vt_key(vt, VTERM_KEY_DOWN);
            vt_settle(vt, 20);
        }
        CU_ASSERT_TRUE(vt_find(vt, signs[i], NULL, NULL));
    }
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_gone(vt, "Esc closes"));
    run_command(vt, "help F8", "F8: one step on, over deeper functions; the first of a command");
    run_command(vt, "keys PageDown", "Page Down, Page Up: ");
    CU_ASSERT_FALSE(vt_find(vt, "F1: ", NULL, NULL));
    run_command(vt, "keys Ctrl", "It and Ctrl-C are keys only, no commands");
    run_command(vt, "help F99", "there is no help about");
    quit_procarium(vt);
    vt = start_shell(24, 80); /* no line of help is broken twice */
    run_command(vt, "help store", "ADDR   │");
    CU_ASSERT_TRUE(vt_find(vt, "│is as for load; ", NULL, NULL));
    quit_procarium(vt);
}

/* A terminal of another character set gets signs that it has, and nothing else. */
static void test_other_charset(void)
{
    static const char *const latin[] = { "LC_ALL=en_US.ISO-8859-1", NULL };
    static const char *const plain[] = { "LC_ALL=C", NULL };
    struct vt *vt = start_procarium(24, 80, latin, NULL);

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    CU_ASSERT_TRUE(vt_find(vt, "+- R running -", NULL, NULL));
    for (int row = 0; row < vt_rows(vt); row++)
        for (const char *c = vt_row(vt, row); *c; c++)
            CU_ASSERT_TRUE((unsigned char)*c < 0x80);
    quit_procarium(vt);
    vt = start_procarium(24, 80, plain, NULL); /* that says nothing about the terminal */
    VT_ASSERT(vt, vt_wait_text(vt, "┌─ R running ─"));
    quit_procarium(vt);
}

/* Clicks on the text, and waits for the answer. */
static void click(struct vt *vt, const char *text, const char *answer)
{
    int row, col;

    VT_ASSERT(vt, vt_find(vt, text, &row, &col));
    vt_mouse(vt, 1, row, col + 2);
    VT_ASSERT(vt, vt_wait_text(vt, answer));
}

/* A task is chosen by a click wherever it stands. */
static void test_clicks(void)
{
    struct vt *vt = start_shell(60, 200);

    run_command(vt, "fork; fork", "forked 4 sh");
    click(vt, "ready 3 sh 4 sh", "pane states"); /* no task: the word */
    click(vt, "S 1 init", "choose 1");
    click(vt, "▶2 sh", "choose 2");
    run_command(vt, "zoom ring; choose off", "│3 sh      │");
    click(vt, "│3 sh      │", "choose 3");
    run_command(vt, "zoom kernel; pane kernel runq", "active   125");
    click(vt, "active   125    63 4 sh", "choose 4");
    run_command(vt, "pane kernel pids", "last_pid 4");
    click(vt, "0 11111··", "choose 0");
    quit_procarium(vt);
}

/* Where there is room, the timeline tells what each command did; not what is still to come. */
static void test_timeline(void)
{
    struct vt *vt = start_shell(30, 100);

    run_command(vt, "fork; 3: exit 7", "Z exit 7");
    run_command(vt, "zoom timeline", "2  3: exit 7");
    CU_ASSERT_TRUE(is_beside(vt, "1  fork", "2 sh forked 3 sh; "));
    CU_ASSERT_TRUE(is_beside(vt, "2  3: exit 7", "3 sh ends: exit 7; "));
    run_command(vt, "undo", "after 1 of 2");
    CU_ASSERT_TRUE(is_beside(vt, "1  fork", "2 sh forked 3 sh; "));
    CU_ASSERT_FALSE(is_beside(vt, "2  3: exit 7", "3 sh ends: exit 7; "));
    run_command(vt, "redo; wait", "3  wait");
    CU_ASSERT_TRUE(is_beside(vt, "3  wait", "2 sh learns about 3 sh: exit 7"));
    quit_procarium(vt);
}

/* Who has the focus can be seen however little room there is. */
static void test_focus(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "kill -STOP 2", "T SIGSTOP, focus");
    run_command(vt, "boot sh; fork; 3: fork; 4: fork; focus 5", "5 sh>");
    run_command(vt, "kill -STOP 5", "T SIGSTOP * ");
    quit_procarium(vt);
}

/* Names and pointers are whole where they can be. */
static void test_whole_words(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "layout io", "0 c0292620 ");
    CU_ASSERT_TRUE(vt_find(vt, " /dev/console", NULL, NULL));
    run_command(vt, "layout teach; fork", "forked 3 sh");
    run_command(vt, "3: exit 7", "16 EXIT_ZOMBIE");
    CU_ASSERT_TRUE(is_beside(vt, "0 TASK_RUNNING → 32 EXIT_DEAD", "state"));
    quit_procarium(vt);
    vt = start_shell(60, 200);
    run_command(vt, "fork", "next c0204054 prev c0293564");
    run_command(vt, "clone thread; zoom tasks", "thread of 2");
    CU_ASSERT_TRUE(is_beside(vt, "─ 3 sh", "child of 2       task c0293020"));
    CU_ASSERT_FALSE(is_beside(vt, "0 swapper", "child of"));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "the diagram of the states", test_states },
    { "the names at its arrows", test_names_of_functions },
    { "an arrow that was taken", test_lit_arrow },
    { "notes of the trace", test_trace },
    { "the kernel stack", test_stack },
    { "a kernel stack that is too long", test_stack_scrolls },
    { "free blocks", test_free_blocks },
    { "slabs", test_slabs },
    { "clicks on tasks", test_clicks },
    { "the timeline as a story", test_timeline },
    { "the focus", test_focus },
    { "whole words", test_whole_words },
    { "a terminal without UTF-8", test_other_charset },
    { "what help says about signs and keys", test_help },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "drawings", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };

    return cunit_main(argc, argv, suites);
}
