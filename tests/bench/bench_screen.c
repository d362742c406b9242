/*
 * What frames cost: CPU time from key to frame with 30,000 tasks, bytes that a fork sends, idling.
 */
#include "vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PRESSES = 15, QUIET_MS = 30 };

/* CPU seconds that the program has used. */
static double cpu_time(const struct vt *vt)
{
    struct timespec t = { 0, 0 };
    clockid_t clock;

    if (clock_getcpuclockid(vt_pid(vt), &clock) == 0)
        clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(struct vt *vt, const char *what)
{
    fprintf(stderr, "bench_screen: %s\n", what);
    vt_dump(vt, stderr);
    vt_stop(vt);
    exit(2);
}

static struct vt *start(int rows, int cols)
{
    struct vt *vt = vt_start(rows, cols, NULL, (const char *[]){ getenv("PROCARIUM"), NULL });

    if (!vt_wait_text(vt, "2 sh>"))
        die(vt, "no prompt");
    return vt;
}

static void type(struct vt *vt, const char *line, const char *answer)
{
    vt_type(vt, line);
    vt_type(vt, "\r");
    if (!vt_wait_text(vt, answer))
        die(vt, line);
    vt_settle(vt, QUIET_MS);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The median of the CPU time that keys cost, in milliseconds: they are pressed in turn. */
static double key_cost(struct vt *vt, const char *const *keys, int count)
{
    double cost[PRESSES];

    for (int i = 0; i < PRESSES; i++) {
        double before = cpu_time(vt);
        vt_type(vt, keys[i % count]);
        vt_settle(vt, QUIET_MS);
        cost[i] = 1e3 * (cpu_time(vt) - before);
    }
    qsort(cost, PRESSES, sizeof cost[0], compare);
    return cost[PRESSES / 2];
}

/* Goes to the next layout by its key, and says which that is, as the console shows it. */
static void next_layout(struct vt *vt, char *name, size_t size)
{
    static const char *const echo = "> layout ";
    int row = -1;

    vt_type(vt, "\033[24~"); /* F12 */
    vt_settle(vt, QUIET_MS);
    *name = 0;
    while (vt_find_from(vt, row + 1, echo, &row, NULL))
        snprintf(name, size, "%s", strstr(vt_row(vt, row), echo) + strlen(echo));
    name[strcspn(name, " ")] = 0;
    if (!*name)
        die(vt, "F12 shows no layout");
}

/*
 * Steps, goes back, moves in the tree, makes and ends tasks: the dearest of them, in each layout
 * that there is, beginning behind the one that is shown.
 */
static void measure_layouts(struct vt *vt, const char *what)
{
    static const char *const steps[] = { "\033[20~", "\033[20~", "\033[18~" }; /* F9 F9 F7 */
    static const char *const acts[] = { "fork\r", "$!: exit 3\r", "nice 1\r" };
    static const char *const looks[] = { "press tasks PageDown\r", "press tasks PageUp\r" };
    char first[64], name[64];

    next_layout(vt, first, sizeof first);
    strcpy(name, first);
    do {
        double act = key_cost(vt, acts, 3), look = key_cost(vt, looks, 2);
        type(vt, "fork; undo", "fork; undo");
        double step = key_cost(vt, steps, 3);
        type(vt, "redo", "redo");
        double most = act > step ? act : step;
        printf("%s %s %.3f\n", what, name, most > look ? most : look);
        next_layout(vt, name, sizeof name);
    } while (strcmp(name, first) != 0);
}

int main(void)
{
    struct vt *vt = start(60, 200);

    measure_layouts(vt, "few");
    type(vt, "boot mem=896M thread_size=4K; sysctl kernel.threads-max 40000", "1 init>");
    type(vt, "repeat 30000 { clone VM|FS|FILES|SIGHAND|THREAD }", "30000 commands");
    measure_layouts(vt, "many");
    double before = cpu_time(vt);
    struct timespec second = { 1, 0 };
    nanosleep(&second, NULL);
    printf("idle all %.6f\n", 1e3 * (cpu_time(vt) - before));
    vt_stop(vt);

    vt = start(45, 160);
    type(vt, "fork", "forked 3");
    size_t bytes = vt_bytes_received(vt);
    type(vt, "fork", "forked 4");
    printf("bytes fork %zu\n", vt_bytes_received(vt) - bytes);
    vt_stop(vt);
    return 0;
}
