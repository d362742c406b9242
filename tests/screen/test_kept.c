/* What outlives a session: it is kept as typed and goes on after a kill -9; the file of settings. */
#include "cunit_main.h"
#include "shell.h"
#include "vt.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char state[64], config[64];
static const char *env[] = { state, config, NULL };

static int begin(void)
{
    if (make_home() != 0)
        return 1;
    snprintf(state, sizeof state, "XDG_STATE_HOME=%s/state", home);
    snprintf(config, sizeof config, "XDG_CONFIG_HOME=%s/config", home);
    return 0;
}

static int count_sessions(void)
{
    DIR *dir = opendir(path_in_home("state/procarium/sessions"));
    int count = 0;

    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        count += strstr(entry->d_name, ".session") != NULL;
    if (dir)
        closedir(dir);
    return count;
}

static struct vt *start(const char *a, const char *b)
{
    return vt_start(24, 80, env, (const char *[]){ getenv("PROCARIUM"), a, b, NULL });
}

static void kill_hard(struct vt *vt)
{
    vt_signal(vt, SIGKILL);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + SIGKILL);
    vt_stop(vt);
}

static void test_nothing_to_resume(void)
{
    struct vt *vt = start("--resume", NULL);

    VT_ASSERT(vt, vt_wait_text(vt, "there is no session that could go on"));
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    quit_procarium(vt);
    CU_ASSERT_EQUAL(count_sessions(), 0); /* nobody has typed but quit */
}

static void test_kill(void)
{
    struct vt *vt = start(NULL, NULL);
    struct stat status;

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "fork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    vt_type(vt, "3: fork; frok\r");
    VT_ASSERT(vt, vt_wait_text(vt, "there is no command"));
    vt_type(vt, "repeat 2 {\rfork\r}\r");
    VT_ASSERT(vt, vt_wait_text(vt, "6 sh"));
    vt_type(vt, "4: exit 9\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Z exit 9"));
    vt_key(vt, VTERM_KEY_FUNCTION(7)); /* into it */
    VT_ASSERT(vt, vt_wait_text(vt, "step "));
    vt_type(vt, "undo; layout kernel\r");
    VT_ASSERT(vt, vt_wait_text(vt, "[4 of 5]"));
    kill_hard(vt);
    CU_ASSERT_EQUAL(count_sessions(), 1);
    CU_ASSERT_EQUAL(stat(path_in_home("state/procarium/sessions"), &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0700);

    vt = start("--resume", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "[4 of 5]"));
    VT_ASSERT(vt, vt_wait_text(vt, "6 sh"));
    CU_ASSERT_TRUE(vt_find(vt, "The last session goes on", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "otherwise", NULL, NULL));
    vt_type(vt, "layout teach; redo\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Z exit 9"));
    kill_hard(vt);

    vt = start("--resume", NULL); /* what was typed then is there, too */
    VT_ASSERT(vt, vt_wait_text(vt, "Z exit 9"));
    CU_ASSERT_EQUAL(count_sessions(), 1);
    vt_type(vt, "history\r");
    VT_ASSERT(vt, vt_wait_text(vt, "4: exit 9"));
    quit_procarium(vt);

    vt = start("--resume", "--plain");
    VT_ASSERT(vt, vt_wait_text(vt, "The last session goes on"));
    vt_type(vt, "ps\r");
    VT_ASSERT(vt, vt_wait_text(vt, "exit 9"));
    vt_type(vt, "quit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

/* A line that was half written when the machine went down is left out. */
static void test_torn_line(void)
{
    struct vt *vt = start(NULL, NULL);
    char command[256];

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "fork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    kill_hard(vt);
    snprintf(command, sizeof command,
             "printf '3: exi' >> \"$(ls -d %s/state/procarium/sessions/* "
             "| tail -n 1)\"",
             home);
    CU_ASSERT_EQUAL(system(command), 0);
    vt = start("--resume", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "The last session goes on; 2 lines"));
    CU_ASSERT_TRUE(vt_find(vt, "3 sh", NULL, NULL));
    vt_type(vt, "3: exit 5\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Z exit 5"));
    kill_hard(vt);
    vt = start("--resume", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "Z exit 5"));
    quit_procarium(vt);
}

/* What ^C has stopped stops at the same command again. */
static void test_interrupted(void)
{
    struct vt *vt = start(NULL, NULL);
    char row[128];
    int line;

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "repeat 5000000 { nice 0 }\r");
    VT_ASSERT(vt, vt_wait_text(vt, "^C stops it"));
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_text(vt, "interrupted"));
    vt_type(vt, "undo\r");
    VT_ASSERT(vt, vt_wait_text(vt, " of "));
    VT_ASSERT(vt, vt_find(vt, "2 sh [", &line, NULL));
    snprintf(row, sizeof row, "%s", vt_row(vt, line));
    kill_hard(vt);
    vt = start("--resume", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "goes on"));
    VT_ASSERT(vt, vt_wait_text(vt, row));
    CU_ASSERT_FALSE(vt_find(vt, "otherwise", NULL, NULL));
    quit_procarium(vt);
}

/* A second procarium does not take the session that the first one has open. */
static void test_two_at_once(void)
{
    struct vt *one = start(NULL, NULL), *two;

    VT_ASSERT(one, vt_wait_text(one, "2 sh>"));
    vt_type(one, "fork; 3: exit 77\r");
    VT_ASSERT(one, vt_wait_text(one, "Z exit 77"));
    two = start("--resume", NULL);
    VT_ASSERT(two, vt_wait_text(two, "2 sh"));
    VT_ASSERT(two, vt_wait_text(two, "goes on"));
    CU_ASSERT_FALSE(vt_find(two, "exit 77", NULL, NULL));
    quit_procarium(two);
    quit_procarium(one);
}

static void test_bounded(void)
{
    for (int i = 0; i < 22; i++) {
        struct vt *vt = start("--plain", NULL);
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
        vt_type(vt, "fork\rruntq\r");
        VT_ASSERT(vt, vt_wait_text(vt, "did you mean"));
        kill_hard(vt);
    }
    CU_ASSERT_EQUAL(count_sessions(), 20);
}

/* A lesson goes on where it was, and so do its questions. */
static void test_lesson(void)
{
    struct vt *vt = start("demos/04-vfork.demo", NULL);

    if (!vt_wait_text(vt, "Space: boot sh"))
        VT_ASSERT(vt, false);
    vt_type(vt, "  ");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    kill_hard(vt);
    vt = start("--resume", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    CU_ASSERT_FALSE(vt_find(vt, "The machine says", NULL, NULL));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "The machine says: D"));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh vforked 3 sh"));
    kill_hard(vt);
    vt = start("--resume", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh vforked 3 sh"));
    vt_key(vt, VTERM_KEY_LEFT);
    VT_ASSERT(vt, vt_wait_gone(vt, "2 sh vforked 3 sh"));
    quit_procarium(vt);
}

/* ---- Settings ---- */

static void write_config(const char *text)
{
    mkdir(path_in_home("config"), 0700);
    mkdir(path_in_home("config/procarium"), 0700);
    FILE *file = fopen(path_in_home("config/procarium/config"), "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static void test_settings(void)
{
    write_config("# mine\nlayout kernel\nboot bare mem=16M\n");
    struct vt *vt = start(NULL, NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "boot bare mem=16M"));
    VT_ASSERT(vt, vt_wait_text(vt, "1 init>"));
    vt_type(vt, "layout\r");
    VT_ASSERT(vt, vt_wait_text(vt, "kernel"));
    quit_procarium(vt);
    vt = start("--no-config", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "settings\r");
    VT_ASSERT(vt, vt_wait_text(vt, "not read"));
    quit_procarium(vt);
    vt = start("--plain", NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "1 init>"));
    vt_type(vt, "quit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static void test_wrong_settings(void)
{
    write_config("fork\nlayuot kernel\nboot mem=1\nboot sh mem=32M\n");
    struct vt *vt = start(NULL, NULL); /* 80x24: all three would scroll the first away */
    VT_ASSERT(vt, vt_wait_text(vt, "boot sh mem=32M"));
    CU_ASSERT_TRUE(vt_find(vt, "3 mistakes in ", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "line 1: ", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "settings shows", NULL, NULL));
    vt_type(vt, "settings\r");
    VT_ASSERT(vt, vt_wait_text(vt, "line 2: there is no command"));
    CU_ASSERT_TRUE(vt_find(vt, "is no setting", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "line 3: mem must be", NULL, NULL));
    quit_procarium(vt);
    CU_ASSERT_EQUAL(unlink(path_in_home("config/procarium/config")), 0);
    CU_ASSERT_EQUAL(mkdir(path_in_home("config/procarium/config"), 0700), 0);
    vt = start(NULL, NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "1 mistake in "));
    vt_type(vt, "settings\r");
    VT_ASSERT(vt, vt_wait_text(vt, "it is not a"));
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    quit_procarium(vt);
    CU_ASSERT_EQUAL(rmdir(path_in_home("config/procarium/config")), 0);
}

static CU_TestInfo tests[] = {
    { "nothing to resume", test_nothing_to_resume },
    { "kill -9, and it goes on", test_kill },
    { "a torn last line", test_torn_line },
    { "what was interrupted", test_interrupted },
    { "a session that is open elsewhere", test_two_at_once },
    { "a lesson goes on", test_lesson },
    { "old sessions are forgotten", test_bounded },
    { "settings", test_settings },
    { "mistakes in settings", test_wrong_settings },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "kept", begin, remove_home, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    const char *root = getenv("PROCARIUM_SOURCE_ROOT");

    if (root && chdir(root) != 0)
        return 1;
    return cunit_main(argc, argv, suites);
}
