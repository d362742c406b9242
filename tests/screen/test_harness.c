/* The test terminal itself, proved on small shell programs. */
#include "cunit_main.h"
#include "vt.h"

#include <signal.h>

static struct vt *start_shell(const char *script, const char *const *env)
{
    return vt_start(24, 80, env, (const char *[]){ "/bin/sh", "-c", script, NULL });
}

static void test_text_and_position(void)
{
    struct vt *vt = start_shell("printf '\\033[3;5Hhere 三 é|\\n'; exit 3", NULL);
    int row = -1, col = -1;

    VT_ASSERT(vt, vt_wait_text(vt, "三 é|"));
    VT_ASSERT(vt, vt_find(vt, "é|", &row, &col));
    CU_ASSERT_EQUAL(row, 2);
    CU_ASSERT_EQUAL(col, 12); /* the wide character before it fills two cells */
    CU_ASSERT_STRING_EQUAL(vt_row(vt, 2), "    here 三 é|");
    CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, 2, 9), "三");
    CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, 2, 10), "");
    CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, 0, 0), " ");
    CU_ASSERT_EQUAL(vt_count_rows_with(vt, "here"), 1);
    CU_ASSERT_FALSE(vt_find_from(vt, 3, "here", NULL, NULL));
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 3);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 3);
    vt_stop(vt);
}

static void test_colours_and_attributes(void)
{
    struct vt *vt = start_shell("printf '\\033[1;7;38;5;114mA\\033[0;44mB\\033[0mC'", NULL);

    VT_ASSERT(vt, vt_wait_text(vt, "ABC"));
    CU_ASSERT_TRUE(vt_cell(vt, 0, 0).attrs.bold);
    CU_ASSERT_TRUE(vt_cell(vt, 0, 0).attrs.reverse);
    CU_ASSERT_EQUAL(vt_fg(vt, 0, 0), 114);
    CU_ASSERT_EQUAL(vt_bg(vt, 0, 0), VT_DEFAULT_COLOR);
    CU_ASSERT_FALSE(vt_cell(vt, 0, 1).attrs.bold);
    CU_ASSERT_EQUAL(vt_bg(vt, 0, 1), 4);
    CU_ASSERT_EQUAL(vt_fg(vt, 0, 2), VT_DEFAULT_COLOR);
    vt_stop(vt);
}

static void test_typing_and_size(void)
{
    struct vt *vt = start_shell("while read -r l; do echo \"<$l>\"; stty size; done", NULL);

    vt_type(vt, "one\r");
    VT_ASSERT(vt, vt_wait_text(vt, "<one>"));
    VT_ASSERT(vt, vt_wait_text(vt, "24 80"));
    vt_resize(vt, 10, 40);
    vt_type(vt, "two\r");
    VT_ASSERT(vt, vt_wait_text(vt, "10 40"));
    CU_ASSERT_EQUAL(vt_rows(vt), 10);
    CU_ASSERT_EQUAL(vt_cols(vt), 40);
    vt_type(vt, "\004");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static void test_size_amid_a_scroll(void)
{
    /* Margins that lie below the last row once the terminal is small; then a scroll between them. */
    struct vt *vt = start_shell("printf '\\033[20;24rup'; read -r l;"
                                "printf '\\033[2T\\033[5;2Hdown\\033[r'; read -r l",
                                NULL);
    int row = -1;

    VT_ASSERT(vt, vt_wait_text(vt, "up"));
    vt_resize(vt, 10, 80);
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "down"));
    CU_ASSERT_TRUE(vt_find(vt, "down", &row, NULL));
    CU_ASSERT_EQUAL(row, 4);
    vt_resize(vt, 24, 80);
    vt_resize(vt, 60, 200);
    vt_type(vt, "\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static void test_size_below_the_cursor(void)
{
    /* The cursor is far above the last text, which stays in sight when there are fewer rows. */
    struct vt *vt = start_shell("printf '\\033[24;1Hbottom\\033[2;1H'; read -r l;"
                                "printf 'top'; read -r l",
                                NULL);
    int row = -1;

    VT_ASSERT(vt, vt_wait_text(vt, "bottom"));
    vt_resize(vt, 5, 80);
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "top"));
    CU_ASSERT_TRUE(vt_find(vt, "top", &row, NULL));
    CU_ASSERT_EQUAL(row, 1); /* behind the echo of Enter */
    vt_stop(vt);
}

static void test_wide_character_in_one_column(void)
{
    struct vt *vt = start_shell("read -r l; stty size; printf '三国\\n'; read -r l", NULL);

    vt_resize(vt, 24, 1);
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "国"));
    CU_ASSERT_EQUAL(vt_cols(vt), 2);
    CU_ASSERT_TRUE(vt_has_received(vt, "24 1\r\n", 6));
    vt_stop(vt);
}

static void test_answers_of_the_terminal(void)
{
    struct vt *vt = start_shell("stty raw -echo; printf '\\033[3;7H\\033[6n\\033[c';"
                                "head -c 13 | tr '\\033' '^'",
                                NULL);

    VT_ASSERT(vt, vt_wait_text(vt, "^[3;7R^[?1;2c"));
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);

    /* Asked amid much text, whose next piece must not overtake what stands after the question. */
    vt = start_shell("stty -echo; seq 20000 | sed 's/^/\033[6n/'; read -r l", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "20000"));
    for (int row = 0; row < 23; row++) {
        char expected[16];
        snprintf(expected, sizeof expected, "%d", 19978 + row);
        CU_ASSERT_STRING_EQUAL(vt_row(vt, row), expected);
    }
    vt_stop(vt);
}

static void test_keys_and_mouse(void)
{
    struct vt *vt = start_shell("stty raw -echo; echo ready; head -c 26 | tr '\\033' '^'", NULL);

    VT_ASSERT(vt, vt_wait_text(vt, "ready"));
    vt_key(vt, VTERM_KEY_UP);
    vt_key(vt, VTERM_KEY_FUNCTION(5));
    vt_mouse(vt, 4, 2, 9);
    vt_paste(vt, "paste-z"); /* not bracketed: nobody has asked for that */
    VT_ASSERT(vt, vt_wait_text(vt, "^[A^[15~^[<64;10;3Mpaste-z"));
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static bool has_any_text(const struct vt *vt, void *arg)
{
    (void)arg;
    return vt_row(vt, 0)[0] != '\0';
}

static void test_only_whole_frames_are_judged(void)
{
    /* The half frame says "wrong" for long; a wait that looked into it would see that. */
    struct vt *vt = start_shell("printf '\\033[?2026hwrong'; sleep 0.2;"
                                "printf '\\rright\\033[?2026l'; read -r l",
                                NULL);

    /* The first frame that is judged has neither word yet, or is whole: never the half one. */
    VT_ASSERT(vt, vt_wait(vt, has_any_text, NULL));
    CU_ASSERT_STRING_EQUAL(vt_row(vt, 0), "right");
    vt_stop(vt);
}

static void test_modes(void)
{
    struct vt *vt = start_shell("stty -echo; printf '\\033[?1049h\\033[?25lin'; read -r l;"
                                "stty echo; printf '\\033[?25h\\033[?1049lout'; read -r l",
                                NULL);

    VT_ASSERT(vt, vt_wait_text(vt, "in"));
    CU_ASSERT_TRUE(vt_is_altscreen(vt));
    CU_ASSERT_FALSE(vt_cursor_is_visible(vt));
    CU_ASSERT_FALSE(vt_is_termios_restored(vt));
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "out"));
    CU_ASSERT_FALSE(vt_is_altscreen(vt));
    CU_ASSERT_TRUE(vt_cursor_is_visible(vt));
    CU_ASSERT_TRUE(vt_is_termios_restored(vt));
    CU_ASSERT_TRUE(vt_has_received(vt, "\033[?1049h", 8));
    CU_ASSERT_FALSE(vt_has_received(vt, "\033[?1000h", 8));
    vt_stop(vt);
}

static void test_environment(void)
{
    static const char *const env[] = { "TERM=vt100", "EXTRA=yes", "HOME", NULL };
    struct vt *vt = start_shell("echo \"[$TERM][$EXTRA][${HOME-none}][$LC_ALL]\"", env);

    VT_ASSERT(vt, vt_wait_text(vt, "[vt100][yes][none][C.UTF-8]"));
    vt_stop(vt);
}

static void test_ends(void)
{
    struct vt *vt = start_shell("echo up; exec sleep 100", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "up"));
    vt_signal(vt, SIGTERM);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + SIGTERM);
    vt_stop(vt);

    vt = vt_start(24, 80, NULL, (const char *[]){ "/nonexistent/program", NULL });
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 127);
    CU_ASSERT_TRUE(vt_find(vt, "No such file", NULL, NULL));
    CU_ASSERT_FALSE(vt_wait_text(vt, "never"));
    vt_stop(vt);
    vt_stop(NULL);
}

static CU_TestInfo tests[] = {
    { "text and its position", test_text_and_position },
    { "colours and attributes", test_colours_and_attributes },
    { "typing and size", test_typing_and_size },
    { "a size amid a scroll", test_size_amid_a_scroll },
    { "a size below the cursor", test_size_below_the_cursor },
    { "a wide character in one column", test_wide_character_in_one_column },
    { "answers of the terminal", test_answers_of_the_terminal },
    { "keys and mouse", test_keys_and_mouse },
    { "only whole frames are judged", test_only_whole_frames_are_judged },
    { "modes", test_modes },
    { "environment", test_environment },
    { "ends", test_ends },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "test terminal", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
