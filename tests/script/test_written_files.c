/* The files that commands write: whole or not at all, and never over what is somebody else's. */
#include "cunit_main.h"
#include "run.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/procarium-files-XXXXXX";

static int make_folder(void)
{
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

/* Removes the files in the folder; how many there were. */
static int empty_folder(void)
{
    DIR *dir = opendir(folder);
    int count = 0;

    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            count += unlink(entry->d_name) == 0 || rmdir(entry->d_name) == 0;
    if (dir)
        closedir(dir);
    return count;
}

static int remove_folder(void)
{
    empty_folder();
    return chdir("/") != 0 || rmdir(folder) != 0;
}

/* Runs commands; their status is `status`, and standard error has `err` in it (NULL: nothing). */
static void expect_commands(const char *commands, int status, const char *err)
{
    struct run_result r = run_procarium((const char *[]){ "--quiet", "-c", commands, NULL }, "", 0);
    bool is_ok = r.status == status && (err ? strstr(r.err, err) != NULL : r.err_size == 0);

    if (!is_ok)
        printf("\n%s\nstatus %d\n%s%s", commands, r.status, r.out, r.err);
    CU_ASSERT(is_ok);
    run_result_finish(&r);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static bool holds(const char *name, const char *text)
{
    char bytes[65536];
    FILE *file = fopen(name, "r");
    size_t length = file ? fread(bytes, 1, sizeof bytes - 1, file) : 0;

    bytes[length] = '\0';
    if (file)
        fclose(file);
    return file && strstr(bytes, text) != NULL;
}

static void test_round_trip(void)
{
    expect_commands("boot sh; fork; 3: exit 7; wait; expect status 0x700; save one.demo", 0, NULL);
    expect_commands("source one.demo; expect tasks 2; expect last_pid 3; save two.demo", 0, NULL);
    CU_ASSERT_TRUE(holds("one.demo", "\nboot sh\nfork\n3: exit 7\nwait\nexpect status 0x700\n"));
    CU_ASSERT_TRUE(holds("two.demo", "\nboot sh\nfork\n3: exit 7\nwait\nexpect status 0x700\n"));
    expect_commands("boot sh; layout memory; pane next; fork; pane trace fields; zoom off; keys; "
                    "press trace Down; save screen.demo",
                    0, NULL);
    CU_ASSERT_TRUE(
        holds("screen.demo", "\nboot sh\nlayout memory\nfork\npane trace fields\nzoom off\n"));
    unlink("screen.demo");
    CU_ASSERT_EQUAL(empty_folder(), 2);
}

static void test_what_is_there_stays(void)
{
    struct stat status;

    put("mine", "precious");
    expect_commands("save mine", 1, "-c:1:6: mine is not written: the file is there already");
    CU_ASSERT_TRUE(holds("mine", "precious"));
    expect_commands("save mine over", 1, "-c:1:11: only the word replace");
    CU_ASSERT_TRUE(holds("mine", "precious"));
    CU_ASSERT_EQUAL(chmod("mine", 0640), 0);
    expect_commands("save mine replace", 0, NULL);
    CU_ASSERT_TRUE(holds("mine", "boot"));
    CU_ASSERT_EQUAL(stat("mine", &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 07777, 0640);
    expect_commands("save own; fork; save own; export dot own", 0, NULL);
    CU_ASSERT_TRUE(holds("own", "digraph"));
    CU_ASSERT_EQUAL(empty_folder(), 2);
}

static void test_links_and_folders(void)
{
    struct stat status;

    put("target", "old");
    CU_ASSERT_EQUAL(symlink("target", "link"), 0);
    CU_ASSERT_EQUAL(mkdir("folder", 0700), 0);
    expect_commands("save link replace", 0, NULL);
    CU_ASSERT_TRUE(holds("target", "boot"));
    CU_ASSERT_EQUAL(lstat("link", &status), 0);
    CU_ASSERT_TRUE(S_ISLNK(status.st_mode));
    expect_commands("save folder replace", 1, "it is a folder");
    expect_commands("save /dev/null replace", 1, "it is no plain file");
    expect_commands("save folder/x/y", 1, "No such file or directory");
    expect_commands("save /proc/nowhere", 1, "is not written: ");
    CU_ASSERT_EQUAL(empty_folder(), 3);
}

/* A disk without room leaves what was there, and nothing beside it. */
static void test_no_room(void)
{
    put("mine", "precious");
    struct run_result r = run_program(
        (const char *[]){
            "/bin/sh", "-c",
            "trap '' XFSZ; ulimit -f 0; exec \"$PROCARIUM\" --quiet -c 'save mine replace'", NULL },
        "", 0);
    CU_ASSERT_EQUAL(r.status, 1);
    run_result_finish(&r);
    CU_ASSERT_TRUE(holds("mine", "precious"));
    CU_ASSERT_EQUAL(empty_folder(), 1);
}

static void test_export(void)
{
    expect_commands("export trace x.json", 1, "nothing has happened yet");
    expect_commands("export frog x", 1, "is not one of: dot trace");
    expect_commands("snapshot-screen x.svg", 1, "there is no screen");
    CU_ASSERT_EQUAL(empty_folder(), 0);
    expect_commands("boot sh; fork; export trace x.json; export dot x.dot", 0, NULL);
    CU_ASSERT_TRUE(holds("x.json", "\"traceEvents\""));
    CU_ASSERT_TRUE(holds("x.dot", "t2 -> t3;"));
    CU_ASSERT_EQUAL(empty_folder(), 2);
}

static CU_TestInfo tests[] = {
    { "a saved session can be run and saved again", test_round_trip },
    { "a file that is there is not replaced unasked", test_what_is_there_stays },
    { "links are followed, folders and devices refused", test_links_and_folders },
    { "no room: the old file stays", test_no_room },
    { "export", test_export },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "written files", make_folder, remove_folder, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
