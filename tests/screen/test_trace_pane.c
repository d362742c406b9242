/* The pane of the trace: long lines wrap, and nothing of any line is out of reach. */
#include "procarium/view.h"
#include "script/session.h"
#include "tui/draw.h"

/* After the kernel's errnos: CUnit brings the host's macros of the same names. */
#include "cunit_main.h"
#include "shell.h"

#include <stdlib.h>
#include <string.h>

static const char commands[] = "boot sh; layout teach; mmap 3 shared shm; store heap 1; fork; "
                               "3: store heap+1 \"a text that takes some room\"";

/* ---- What there should be ---- */

/* The words of all lines of the last command's trace, as the engine has them. */
static void list_words(struct strbuf *out)
{
    static const struct session_options options = { 0 };
    struct session *session = session_create(&options);
    struct view *view = view_create();
    struct view_line line;

    CU_ASSERT_PTR_NOT_NULL_FATAL(session);
    CU_ASSERT_EQUAL_FATAL(session_run(session, "test", commands, strlen(commands)), RUN_OK);
    view_trace_options(view, VIEW_TRACE_NOTES | VIEW_TRACE_FIELDS, 0);
    view_refresh(view, session_machine(session));
    for (u32 i = 0; view_trace(view, i, 1, &line) == 1; i++)
        strbuf_printf(out, "%s ", line.text);
    view_destroy(view);
    session_destroy(session);
}

/* ---- What there is ---- */

/* Adds what the pane shows, row by row, with a blank behind each word. */
static void read_pane(const struct vt *vt, struct strbuf *out)
{
    int row, col, right;

    CU_ASSERT_TRUE_FATAL(vt_find(vt, "┌ trace ─", &row, &col));
    for (right = col + 1; strcmp(vt_cell_text(vt, row, right), "┐") != 0; right++)
        ;
    for (row++; strcmp(vt_cell_text(vt, row, col), "│") == 0; row++) {
        for (int x = col + 1; x < right - 1; x++) /* the last column is the scroll mark's */
            strbuf_puts(out, vt_cell_text(vt, row, x));
        strbuf_puts(out, " ");
    }
}

/* Is each word of `words` among those that were seen? */
static void expect_words(const struct strbuf *words, const struct strbuf *seen)
{
    const char *at = strbuf_text(words);
    char word[160];

    while (*at) {
        size_t length = strcspn(at, " ");
        snprintf(word, sizeof word, " %.*s ", (int)length, at);
        bool is_there = strstr(strbuf_text(seen), word) != NULL;
        if (!is_there)
            printf("\nnot seen:%s\n", word);
        CU_ASSERT_TRUE_FATAL(is_there);
        at += length + (at[length] == ' ');
    }
}

/* Scrolls by a key until nothing moves any more, and reads what comes into sight. */
static void read_all(struct vt *vt, VTermKey key, const char *name, struct strbuf *seen)
{
    char line[64];

    strbuf_clear(seen);
    strbuf_puts(seen, " ");
    read_pane(vt, seen);
    for (int n = 1; n < 400; n++) {
        size_t before = seen->length;
        snprintf(line, sizeof line, n == 1 ? "press trace %s" : "press trace %s %d", name, n);
        vt_key(vt, key);
        VT_ASSERT(vt, vt_wait_text(vt, line));
        read_pane(vt, seen);
        size_t size = seen->length - before;
        const char *end = strbuf_text(seen) + seen->length;
        if (before > size && memcmp(end - size, end - 2 * size, size) == 0)
            return;
    }
    CU_FAIL_FATAL("there is no end");
}

/* By every key that scrolls; a page never skips a row, however many rows its lines take. */
static void test_nothing_is_cut(void)
{
    static const int sizes[][2] = { { 24, 80 }, { 30, 100 }, { 40, 135 } };
    struct strbuf words = STRBUF_INIT, seen = STRBUF_INIT;

    list_words(&words);
    CU_ASSERT_TRUE(words.length > 2000);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct vt *vt = start_shell(sizes[i][0], sizes[i][1]);
        run_command(vt, commands, "3 sh writes 0x08051001");
        run_command(vt, "pane trace fields", "> pane trace fields");
        vt_key(vt, VTERM_KEY_HOME);
        VT_ASSERT(vt, vt_wait_text(vt, "press trace Home"));
        read_all(vt, VTERM_KEY_PAGEDOWN, "PageDown", &seen);
        expect_words(&words, &seen);
        read_all(vt, VTERM_KEY_PAGEUP, "PageUp", &seen);
        expect_words(&words, &seen);
        read_all(vt, VTERM_KEY_DOWN, "Down", &seen);
        expect_words(&words, &seen);
        quit_procarium(vt);
    }
    strbuf_finish(&words);
    strbuf_finish(&seen);
}

/* A note goes on below itself; a step's line stays in sight with all its rows, and they are lit. */
static void test_wrapped_note(void)
{
    struct vt *vt = start_shell(24, 80);
    int row, col, first;

    run_command(vt, commands, "3 sh writes 0x08051001");
    run_command(vt, "undo; until fault", "┌ trace ─ step ");
    VT_ASSERT(vt, vt_find(vt, "# 3 sh writes 0x08051001", &first, &col));
    CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, first, 34), "▶");
    VT_ASSERT(vt, vt_find_from(vt, first + 1, "frame 687", &row, NULL));
    CU_ASSERT_TRUE(row < 7);
    for (int y = first; y <= row; y++) {
        CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, y, col + 1), " "); /* under the sign, nothing */
        CU_ASSERT_NOT_EQUAL(vt_bg(vt, y, col + 4), VT_DEFAULT_COLOR);
    }
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "nothing is cut", test_nothing_is_cut },
    { "a note that is wrapped", test_wrapped_note },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "trace pane", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
