/* The screens that README.md shows are those that a newcomer sees. */
#include "shell.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 24, COLS = 80, INDENT = 4 };

/* With a place for sessions, as a newcomer has one. */
static struct vt *start_new(void)
{
    char state[64];

    snprintf(state, sizeof state, "XDG_STATE_HOME=%s", home);
    struct vt *vt = vt_start(ROWS, COLS, (const char *[]){ state, NULL },
                             (const char *[]){ getenv("PROCARIUM"), NULL });
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    return vt;
}

/* README.md, open behind the line that has this text, and the blank line after it. */
static FILE *open_readme(const char *text)
{
    char path[4096], line[1024];

    snprintf(path, sizeof path, "%s/README.md", getenv("PROCARIUM_SOURCE_ROOT"));
    FILE *readme = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(readme);
    while (fgets(line, sizeof line, readme))
        if (strstr(line, text) && fgets(line, sizeof line, readme))
            return readme;
    fclose(readme);
    CU_FAIL_FATAL("README.md announces no screen");
    return NULL;
}

static void test_screen(void)
{
    struct vt *vt = start_new();
    FILE *readme = open_readme("at 80 columns by 24 lines");
    char line[1024];
    bool is_same = true;

    run_command(vt, "fork", "2 sh forked 3 sh");
    for (int row = 0; row < ROWS; row++) {
        if (!fgets(line, sizeof line, readme))
            line[0] = 0;
        line[strcspn(line, "\n")] = 0;
        const char *shown = strlen(line) > INDENT ? line + INDENT : "";
        if (strcmp(shown, vt_row(vt, row)) == 0)
            continue;
        printf("README.md: %s\nthe screen: %s\n", shown, vt_row(vt, row));
        is_same = false;
    }
    fclose(readme);
    if (!is_same) {
        printf("The screen for README.md:\n");
        for (int row = 0; row < ROWS; row++)
            printf("    %s\n", vt_row(vt, row));
    }
    CU_ASSERT_TRUE(is_same);
    quit_procarium(vt);
}

/* Do the next lines, up to a blank one, stand on the screen? */
static void expect_lines(const struct vt *vt, FILE *readme)
{
    char line[1024];
    int lines = 0;

    for (; fgets(line, sizeof line, readme) && line[0] != '\n'; lines++) {
        line[strcspn(line, "\n")] = 0;
        const char *shown = strlen(line) > INDENT ? line + INDENT : line;
        if (!vt_find(vt, shown, NULL, NULL)) {
            printf("README.md: %s\n", shown);
            vt_dump(vt, stdout);
            CU_FAIL("README.md shows a line that does not stand on the screen");
        }
    }
    CU_ASSERT_TRUE(lines > 0);
}

static void test_copy_on_write(void)
{
    struct vt *vt = start_new();
    FILE *readme = open_readme("3: store heap \"jelly\"`):");

    run_command(vt, "layout memory; store heap \"hello\"", "heap+0");
    run_command(vt, "fork", "2 sh forked 3 sh");
    expect_lines(vt, readme);
    run_command(vt, "3: store heap \"jelly\"", "3 sh stores");
    expect_lines(vt, readme);
    fclose(readme);
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "the screen", test_screen },
    { "copy on write", test_copy_on_write },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "readme", make_home, remove_home, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
