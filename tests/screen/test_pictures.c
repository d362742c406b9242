/* Pictures and recordings: what is on the screen as SVG, HTML and text, and a session as asciicast. */
#include "cunit_main.h"
#include "shell.h"
#include "vt.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file's bytes, ended by a NUL; the caller frees them. */
static char *read_file(const char *name)
{
    FILE *file = fopen(path_in_home(name), "r");
    char *text = calloc(1, 4 << 20);

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_TRUE(fread(text, 1, (4 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

static struct vt *start(int rows, int cols, const char *term)
{
    struct vt *vt = vt_start(rows, cols, (const char *[]){ term, NULL },
                             (const char *[]){ getenv("PROCARIUM"), NULL });

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    return vt;
}

static void type_command(struct vt *vt, const char *command, const char *name)
{
    char line[640];

    snprintf(line, sizeof line, "%s %s\r", command, path_in_home(name));
    vt_type(vt, line);
    snprintf(line, sizeof line, "written: %s", path_in_home(name));
    VT_ASSERT(vt, vt_wait_text(vt, line));
}

/* Is the text what the screen has above the command line? */
static bool is_as_on_screen(const struct vt *vt, const char *text, int rows)
{
    for (int row = 0; row < rows; row++) {
        size_t length = strcspn(text, "\n");
        const char *shown = vt_row(vt, row);
        if (strlen(shown) != length || strncmp(shown, text, length) != 0) {
            printf("\nrow %d: %s\n%.*s\n", row, shown, (int)length, text);
            return false;
        }
        text += length + 1;
    }
    return true;
}

static void test_text(void)
{
    static const struct {
        int rows, cols, panes;
        const char *term;
    } screens[] = { { 24, 80, 16, "TERM=xterm-256color" },
                    { 45, 160, 34, "TERM=xterm-256color" },
                    { 24, 80, 16, "TERM=vt100" } };

    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
        struct vt *vt = start(screens[i].rows, screens[i].cols, screens[i].term);
        vt_type(vt, "fork; 3: exit 7\r");
        VT_ASSERT(vt, vt_wait_text(vt, "Z exit 7"));
        char name[32];
        snprintf(name, sizeof name, "%zu.txt", i);
        type_command(vt, "snapshot-screen", name);
        char *text = read_file(name);
        CU_ASSERT_TRUE(is_as_on_screen(vt, text, screens[i].panes));
        CU_ASSERT_PTR_NULL(strstr(text, "snapshot-screen"));
        free(text);
        quit_procarium(vt);
    }
}

static void test_svg_and_html(void)
{
    struct vt *vt = start(24, 80, "TERM=xterm-256color");

    vt_type(vt, "say \"a < b & c > d 三\"; fork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    type_command(vt, "theme light; snapshot-screen", "a.svg");
    char *svg = read_file("a.svg");
    CU_ASSERT_EQUAL(strncmp(svg, "<?xml version", 13), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, "\n</svg>\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, "fill=\"#ffffff\"/>")); /* a light paper */
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, "a &lt; b &amp; c &gt; d 三"));
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, "<path stroke="));
    CU_ASSERT_PTR_NULL(strstr(svg, "┌")); /* lines are drawn, not written */
    free(svg);
    vt_type(vt, "zoom kernel; pane kernel blocks\r"); /* full blocks are seen, too */
    VT_ASSERT(vt, vt_wait_text(vt, "FREE BLOCKS"));
    type_command(vt, "snapshot-screen", "b.svg");
    svg = read_file("b.svg");
    CU_ASSERT_PTR_NOT_NULL(strstr(svg, "fill-opacity=\"1.00\""));
    CU_ASSERT_PTR_NULL(strstr(svg, "fill-opacity=\"0.00\""));
    free(svg);
    vt_type(vt, "zoom off; theme dark; say \"a < b & c > d 三\"\r");
    type_command(vt, "snapshot-screen", "a.html");
    vt_type(vt, "fork\r"); /* the file is there when the next command has run */
    VT_ASSERT(vt, vt_wait_text(vt, "4 sh"));
    char *html = read_file("a.html");
    CU_ASSERT_EQUAL(strncmp(html, "<!DOCTYPE html>", 15), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(html, "a &lt; b &amp; c &gt; d 三"));
    CU_ASSERT_PTR_NOT_NULL(strstr(html, "<span style=\"color:#"));
    CU_ASSERT_PTR_NOT_NULL(strstr(html, ";background:#"));
    CU_ASSERT_PTR_NOT_NULL(strstr(html, "┌"));
    CU_ASSERT_PTR_NOT_NULL(strstr(html, "</pre>\n</body>\n</html>\n"));
    free(html);
    quit_procarium(vt);
}

/* What lies over the panes is in the picture, too. */
static void test_overlays(void)
{
    struct vt *vt = start(24, 80, "TERM=xterm-256color");

    vt_type(vt, "help kill; help wait4; help fork; trace\r");
    VT_ASSERT(vt, vt_wait_text(vt, "usage: kill"));
    type_command(vt, "snapshot-screen", "pager.txt");
    char *text = read_file("pager.txt");
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "usage: kill"));
    free(text);
    vt_type(vt, "snapshot-screen /nonexistent-folder/x.svg\r");
    VT_ASSERT(vt, vt_wait_text(vt, "is not written"));
    vt_type(vt, "snapshot-screen x.png\r");
    VT_ASSERT(vt, vt_wait_text(vt, "ends in .svg, .html or .txt"));
    quit_procarium(vt);
}

/* ---- Recording ---- */

static struct vt *start_recording(const char *name)
{
    return vt_start(24, 80, NULL,
                    (const char *[]){ getenv("PROCARIUM"), "--record", path_in_home(name), NULL });
}

/* Checks the lines of a recording; how many of a kind there are. */
static int count_events(const char *text, char kind)
{
    double last = 0, time;
    int count = 0;
    char found;

    CU_ASSERT_EQUAL(strncmp(text, "{\"version\": 2, \"width\": 80, \"height\": 24, ", 42), 0);
    for (text = strchr(text, '\n') + 1; *text; text = strchr(text, '\n') + 1) {
        CU_ASSERT_EQUAL_FATAL(sscanf(text, "[%lf, \"%c\", \"", &time, &found), 2);
        CU_ASSERT_TRUE(time >= last);
        CU_ASSERT_EQUAL(strncmp(strchr(text, '\n') - 2, "\"]", 2), 0);
        last = time;
        count += found == kind;
    }
    return count;
}

static void test_recording(void)
{
    struct vt *vt = start_recording("a.cast");

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "fork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    vt_resize(vt, 30, 100);
    vt_type(vt, "pstree\r");
    VT_ASSERT(vt, vt_wait_text(vt, "└─ 1 init"));
    vt_type(vt, "\032"); /* ^Z: there is no shell to go to */
    vt_type(vt, "ps\r");
    VT_ASSERT(vt, vt_wait_text(vt, "COMM"));
    quit_procarium(vt);
    char *text = read_file("a.cast");
    CU_ASSERT_TRUE(count_events(text, 'o') > 3);
    CU_ASSERT_EQUAL(count_events(text, 'r'), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"r\", \"100x30\"]"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\u001b[?1049h"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "┌"));
    CU_ASSERT_PTR_NULL(strchr(text, '\033'));
    free(text);
}

static struct vt *start_recording_under_a_shell(const char *options, const char *name)
{
    struct vt *vt = vt_start(24, 80, NULL,
                             (const char *[]){ "/bin/bash", "--norc", "--noprofile", "-i", NULL });
    char command[512];

    snprintf(command, sizeof command, "PS1='shell-%%'; %s %s --record %s\r", getenv("PROCARIUM"),
             options, path_in_home(name));
    vt_type(vt, command);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    return vt;
}

/* The time of the last line. */
static double length_of(const char *cast)
{
    const char *last = NULL;
    double time = 0;

    for (const char *at = strstr(cast, "\n["); at; at = strstr(at + 1, "\n["))
        last = at;
    CU_ASSERT_PTR_NOT_NULL_FATAL(last);
    CU_ASSERT_EQUAL(sscanf(last, "\n[%lf,", &time), 1);
    return time;
}

static void test_suspended_recording(void)
{
    struct vt *vt = start_recording_under_a_shell("", "z.cast");

    vt_type(vt, "half ");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half"));
    for (int i = 0; i < 2; i++) {
        vt_type(vt, "\032");
        VT_ASSERT(vt, vt_wait_text(vt, "Stopped"));
        CU_ASSERT_FALSE(vt_is_altscreen(vt));
        vt_type(vt, "echo us$((1))able; bg; sleep 0.6\r");
        VT_ASSERT(vt, vt_wait_text(vt, "us1able"));
        vt_resize(vt, 30, 100 + i);
        vt_type(vt, "clear; fg\r"); /* so that the next Stopped is a new one */
        VT_ASSERT(vt, vt_wait_text(vt, i ? "half typed" : "half"));
        CU_ASSERT_TRUE(vt_is_altscreen(vt));
        vt_type(vt, i ? " words" : "typed");
    }
    VT_ASSERT(vt, vt_wait_text(vt, "half typed words"));
    vt_type(vt, "\003quit\r");
    VT_ASSERT(vt, vt_wait_text(vt, "recorded in"));
    vt_type(vt, "exit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
    char *text = read_file("z.cast");
    CU_ASSERT_EQUAL(count_events(text, 'r'), 2);
    CU_ASSERT_PTR_NULL(strstr(text, "us1able"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\u001b[?1049l"));
    CU_ASSERT_TRUE(length_of(text) < 1); /* without the sleeps */
    free(text);
}

/* `kill` reaches a recorded session that is stopped, also one that wants its terminal back. */
static void test_killed_while_suspended(void)
{
    static const char *const options[] = { "", "--plain" };
    static const char *const names[] = { "k.cast", "p.cast" };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        struct vt *vt = start_recording_under_a_shell(options[i], names[i]);
        vt_type(vt, "\032");
        VT_ASSERT(vt, vt_wait_text(vt, "Stopped"));
        vt_type(vt, "bg; sleep 0.1; kill %1; while jobs %1 >/dev/null 2>&1; do sleep 0.05; done\r");
        vt_type(vt, "stty -a | grep -o '.icanon'; exit\r");
        VT_ASSERT(vt, vt_wait_exit(vt) == 0);
        CU_ASSERT_TRUE(vt_find(vt, " icanon", NULL, NULL));
        vt_stop(vt);
    }
}

static void test_recording_ends(void)
{
    struct vt *vt = start_recording("b.cast");

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_signal(vt, SIGTERM);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + SIGTERM);
    CU_ASSERT_TRUE(vt_is_termios_restored(vt));
    CU_ASSERT_FALSE(vt_is_altscreen(vt));
    vt_stop(vt);
    char *text = read_file("b.cast");
    CU_ASSERT_TRUE(count_events(text, 'o') > 0);
    free(text);
    vt = start_recording("b.cast"); /* it is there already */
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 2);
    CU_ASSERT_TRUE(vt_find(vt, "File exists", NULL, NULL));
    vt_stop(vt);
}

static bool is_restored(const struct vt *vt, void *arg)
{
    (void)arg;
    return vt_is_termios_restored(vt) && !vt_is_altscreen(vt) && vt_cursor_is_visible(vt);
}

static bool is_taken(const struct vt *vt, void *arg)
{
    (void)arg;
    return !vt_is_termios_restored(vt);
}

/* The recorder itself is killed: a guard gives the real terminal back, and its screen. */
static void test_killed_recorder(void)
{
    static const char *const options[] = { "", "--plain" };

    for (int i = 0; i < 2; i++) {
        char argument[600], name[] = "0.cast";
        name[0] = (char)('0' + i);
        snprintf(argument, sizeof argument, "%s --record %s", options[i], path_in_home(name));
        struct vt *vt = start_under_sh(24, 80, argument);
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
        VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
        vt_type(vt, "fork\r");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
        kill_under_sh(vt, SIGKILL);
        VT_ASSERT(vt, vt_wait(vt, is_restored, NULL));
        vt_type(vt, "\r");
        CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
        CU_ASSERT_EQUAL(vt_has_received(vt, "\033[?2004l", 8), i == 0);
        CU_ASSERT_EQUAL(vt_has_received(vt, "\033[?1006l", 8), i == 0);
        vt_stop(vt);
        char *text = read_file(name);
        CU_ASSERT_TRUE(count_events(text, 'o') > 0); /* what there is of it is whole */
        free(text);
    }
}

static CU_TestInfo tests[] = {
    { "the screen as text", test_text },
    { "the screen as SVG and HTML", test_svg_and_html },
    { "what lies over the panes, and mistakes", test_overlays },
    { "a recording", test_recording },
    { "a recording that is suspended", test_suspended_recording },
    { "a recording that is killed while suspended", test_killed_while_suspended },
    { "a recording that is ended", test_recording_ends },
    { "a recorder that is killed", test_killed_recorder },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "pictures", make_home, remove_home, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
