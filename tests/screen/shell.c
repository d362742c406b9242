/* procarium in a test terminal: starting, quitting, looking. */
#include "shell.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vt *start_procarium(int rows, int cols, const char *const *env, const char *argument)
{
    return vt_start(rows, cols, env, (const char *[]){ getenv("PROCARIUM"), argument, NULL });
}

struct vt *start_under_sh(int rows, int cols, const char *argument)
{
    char command[512];

    snprintf(command, sizeof command, "%s %s; echo \"ended: $?\"; read -r line",
             getenv("PROCARIUM"), argument);
    return vt_start(rows, cols, NULL, (const char *[]){ "/bin/sh", "-c", command, NULL });
}

void kill_under_sh(const struct vt *vt, int sig)
{
    char path[64];
    int pid = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", vt_pid(vt), vt_pid(vt));
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL_FATAL(fscanf(file, "%d", &pid), 1);
    fclose(file);
    kill(pid, sig);
}

struct vt *start_shell(int rows, int cols)
{
    struct vt *vt = start_procarium(rows, cols, NULL, NULL);

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    return vt;
}

void expect_restored(struct vt *vt)
{
    CU_ASSERT_TRUE(vt_is_termios_restored(vt));
    CU_ASSERT_FALSE(vt_is_altscreen(vt));
    CU_ASSERT_TRUE(vt_cursor_is_visible(vt));
}

void quit_procarium(struct vt *vt)
{
    vt_type(vt, "\003quit\r");
    int status = vt_wait_exit(vt);
    if (status != 0)
        vt_dump(vt, stdout);
    CU_ASSERT_EQUAL(status, 0);
    expect_restored(vt);
    vt_stop(vt);
}

void run_command(struct vt *vt, const char *command, const char *answer)
{
    vt_type(vt, command);
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, answer));
}

char home[] = "/tmp/procarium-test-XXXXXX";

int make_home(void)
{
    return mkdtemp(home) == NULL;
}

char lesson_file[sizeof home + sizeof "/lesson.demo"];

int make_home_with_lesson(const char *text)
{
    if (make_home() != 0)
        return 1;
    snprintf(lesson_file, sizeof lesson_file, "%s", path_in_home("lesson.demo"));
    FILE *file = fopen(lesson_file, "w");

    return !file || fputs(text, file) < 0 || fclose(file) != 0;
}

int remove_home(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", home);
    return system(command);
}

const char *path_in_home(const char *name)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/%s", home, name);
    return path;
}

bool is_beside(const struct vt *vt, const char *text, const char *other)
{
    for (int row = 0; row < vt_rows(vt); row++) {
        const char *line = vt_row(vt, row);
        if (strstr(line, text) && strstr(line, other))
            return true;
    }
    return false;
}

long count_reads(const struct vt *vt)
{
    char path[64], line[128];
    long count = -1;

    snprintf(path, sizeof path, "/proc/%d/io", vt_pid(vt));
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "syscr: %ld", &count);
    if (file)
        fclose(file);
    return count;
}

struct either {
    const char *one, *other;
};

static bool has_either(const struct vt *vt, void *arg)
{
    const struct either *either = arg;

    return vt_find(vt, either->one, NULL, NULL) || vt_find(vt, either->other, NULL, NULL);
}

bool wait_either(struct vt *vt, const char *one, const char *other)
{
    return vt_wait(vt, has_either, &(struct either){ one, other });
}
