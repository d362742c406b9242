/* The speaker's notes in a second terminal: following, coming and going, hostile others. */
#include "cunit_main.h"
#include "shell.h"
#include "vt.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char runtime[64], folder[64];
static const char *env[] = { runtime, NULL };

static const char demo[] = "boot sh\n"
                           "chapter \"Beginning\"\n"
                           "say \"First words.\"\n"
                           "cue \"Speak slowly\\x07\\x1b[31m.\"\n"
                           "ask \"Which PID?\" value after \"fork\"\n"
                           "cue \"Let them guess.\"\n"
                           "fork\n"
                           "cue \"Task $! is there.\"\n"
                           "say \"The end.\"\n";

static int begin(void)
{
    if (make_home_with_lesson(demo) != 0)
        return 1;
    snprintf(runtime, sizeof runtime, "XDG_RUNTIME_DIR=%s", home);
    snprintf(folder, sizeof folder, "%s/procarium", home);
    return 0;
}

static struct vt *start(int rows, int cols, const char *argument)
{
    return vt_start(rows, cols, env, (const char *[]){ getenv("PROCARIUM"), argument, NULL });
}

static struct vt *start_lesson(void)
{
    struct vt *vt = start(24, 80, lesson_file);

    VT_ASSERT(vt, vt_wait_text(vt, "Space: boot sh"));
    return vt;
}

static void leave_notes(struct vt *vt)
{
    vt_type(vt, "q");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    CU_ASSERT_TRUE(vt_is_termios_restored(vt));
    CU_ASSERT_FALSE(vt_is_altscreen(vt));
    vt_stop(vt);
}

/* The socket of the only procarium that runs; false if there is none. */
static bool find_socket(char *path, size_t size, struct stat *status)
{
    DIR *dir = opendir(folder);
    bool is_found = false;

    for (const struct dirent *entry; dir && !is_found && (entry = readdir(dir)) != NULL;) {
        snprintf(path, size, "%s/%s", folder, entry->d_name);
        is_found = strstr(entry->d_name, ".sock") && stat(path, status) == 0;
    }
    if (dir)
        closedir(dir);
    return is_found;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void test_following(void)
{
    for (int i = 0; i < 2; i++) {
        struct vt *notes = start(i ? 45 : 24, i ? 160 : 80, "--notes"), *vt;
        VT_ASSERT(notes, vt_wait_text(notes, "Waiting for a procarium"));
        vt = start_lesson();
        VT_ASSERT(notes, vt_wait_text(notes, "a new chapter: Beginning")); /* boot comes along */
        vt_type(vt, " ");
        VT_ASSERT(notes, vt_wait_text(notes, "First words."));
        CU_ASSERT_TRUE(vt_find(notes, "Beginning", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(notes, "Speak slowly^G^[[31m.", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(notes, "Which PID?", NULL, NULL)); /* comes next */
        CU_ASSERT_TRUE(vt_find(notes, "Let them guess.", NULL, NULL));
        CU_ASSERT_FALSE(vt_find(vt, "Speak slowly", NULL, NULL));
        vt_type(vt, " ");
        VT_ASSERT(notes, vt_wait_text(notes, "The answer"));
        VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
        CU_ASSERT_FALSE(vt_find(vt, "The machine says", NULL, NULL));
        vt_type(vt, "  ");
        VT_ASSERT(notes, vt_wait_text(notes, "Task 3 is there."));
        vt_resize(notes, 12, 40);
        VT_ASSERT(notes, vt_wait_text(notes, "Task 3 is there."));
        vt_key(vt, VTERM_KEY_LEFT);
        VT_ASSERT(notes, vt_wait_text(notes, "Let them guess."));
        vt_type(vt, "demo off\r");
        VT_ASSERT(notes, vt_wait_text(notes, "No lesson is"));
        quit_procarium(vt);
        VT_ASSERT(notes, vt_wait_text(notes, "gone"));
        leave_notes(notes);
    }
}

static void test_coming_back(void)
{
    struct vt *vt = start_lesson(), *notes = start(24, 80, "--notes"), *more;

    VT_ASSERT(notes, vt_wait_text(notes, "lesson"));
    vt_signal(vt, SIGKILL);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + SIGKILL);
    vt_stop(vt);
    VT_ASSERT(notes, vt_wait_text(notes, "The other procarium is gone"));
    vt = start_lesson(); /* the socket of the dead one is in the way of nobody */
    vt_type(vt, " ");
    VT_ASSERT(notes, vt_wait_text(notes, "First words."));
    more = start(24, 80, "--notes"); /* who comes later sees where the lesson is */
    VT_ASSERT(more, vt_wait_text(more, "First words."));
    leave_notes(notes);
    vt_type(vt, " ");
    VT_ASSERT(more, vt_wait_text(more, "Let them guess."));
    leave_notes(more);
    vt_type(vt, "  ");
    VT_ASSERT(vt, vt_wait_text(vt, "forked"));
    quit_procarium(vt);
}

static void test_privacy(void)
{
    struct vt *vt = start_lesson();
    struct stat status;
    char path[512];

    VT_ASSERT(vt, find_socket(path, sizeof path, &status));
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
    CU_ASSERT_EQUAL(stat(folder, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0700);
    quit_procarium(vt);
    CU_ASSERT_FALSE(find_socket(path, sizeof path, &status));
    /* A folder that others can enter is not used, but all goes on. */
    CU_ASSERT_EQUAL(chmod(folder, 0755), 0);
    vt = start_lesson();
    CU_ASSERT_FALSE(find_socket(path, sizeof path, &status));
    quit_procarium(vt);
    CU_ASSERT_EQUAL(chmod(folder, 0700), 0);
}

/* Somebody who sends rubbish, somebody who never reads, and more than there is room for. */
static void test_hostile_followers(void)
{
    struct vt *vt = start_lesson();
    struct stat status;
    char path[512], rubbish[8192];
    int fds[20];

    VT_ASSERT(vt, find_socket(path, sizeof path, &status));
    memset(rubbish, 'x', sizeof rubbish);
    for (int i = 0; i < 20; i++) {
        fds[i] = connect_to(path);
        if (i % 2)
            CU_ASSERT_TRUE(send(fds[i], rubbish, sizeof rubbish, MSG_NOSIGNAL) != 0);
    }
    for (int i = 0; i < 200; i++) { /* nobody reads what is sent */
        vt_key(vt, VTERM_KEY_RIGHT);
        vt_key(vt, VTERM_KEY_LEFT);
    }
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "First words."));
    for (int i = 0; i < 20; i++)
        close(fds[i]);
    struct vt *notes = start(24, 80, "--notes");
    VT_ASSERT(notes, vt_wait_text(notes, "First words."));
    leave_notes(notes);
    quit_procarium(vt);
}

/* A presenter that is none. */
static void test_hostile_presenter(void)
{
    static const char *const lies[] = {
        "\033]0;evil\007",
        "procarium notes 1\nlesson 99999999999999999999\n",
        "procarium notes 1\nlesson -1\n",
        "procarium notes 1\nlesson 3\nabcX",
        "procarium notes 1\nlesson 5\nab\033[2\ncue 4\n\xff\xfe\007\r\nstrange 1\nx\nend 0\n\n",
    };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    CU_ASSERT_TRUE(mkdir(folder, 0700) == 0 || access(folder, W_OK) == 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/notes-1.sock", folder);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fd, 4), 0);
    struct vt *notes = start(24, 80, "--notes");
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        int one = accept(fd, NULL, NULL);
        CU_ASSERT_TRUE(send(one, lies[i], strlen(lies[i]), MSG_NOSIGNAL) > 0);
        if (i + 1 < sizeof lies / sizeof lies[0])
            VT_ASSERT(notes, vt_wait_text(notes, "is gone"));
        else
            VT_ASSERT(notes, vt_wait_text(notes, "ab^[[2"));
        close(one);
    }
    CU_ASSERT_FALSE(vt_has_received(notes, "evil", 4));
    leave_notes(notes);
    close(fd);
    unlink(address.sun_path);
}

static void test_no_terminal(void)
{
    char command[512];

    snprintf(command, sizeof command, "'%s' --notes </dev/null >/dev/null 2>&1; test $? = 2",
             getenv("PROCARIUM"));
    CU_ASSERT_EQUAL(system(command), 0);
    snprintf(command, sizeof command, "'%s' --notes -c fork >/dev/null 2>&1; test $? = 2",
             getenv("PROCARIUM"));
    CU_ASSERT_EQUAL(system(command), 0);
}

static CU_TestInfo tests[] = {
    { "following a lesson", test_following },
    { "presenters and followers come and go", test_coming_back },
    { "nobody else can open the socket", test_privacy },
    { "hostile followers", test_hostile_followers },
    { "a hostile presenter", test_hostile_presenter },
    { "without a terminal", test_no_terminal },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "notes", begin, remove_home, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
