// Random calls by random tasks: whatever they do to each other, every invariant holds, and all of
// it can be taken back.
#include "booted_machine.h"
#include "cunit_main.h"

#include <stdlib.h>

#define ROUNDS          40
#define CALLS_PER_ROUND 250
#define TASKS_MAX       40

// A small generator of our own: the same numbers on every host.
static u32 pick(u64 *state, u32 choices)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)(*state >> 33) % choices;
}

// A random task that can make a call now, or NULL; of all tasks in *any.
static const struct task_struct *pick_task(struct booted *b, u64 *seed, s32 *any)
{
    const struct task_struct *able[TASKS_MAX * 2];
    u32 count = 0, all = 0;
    struct strbuf why = STRBUF_INIT;

    for (const struct task_struct *p = first_process(b->m); p && count < TASKS_MAX * 2;
         p = next_task_and_thread(b->m, p)) {
        if (pick(seed, ++all) == 0)
            *any = p->pid;
        if (can_act(b->m, p, &why))
            able[count++] = p;
    }
    strbuf_finish(&why);
    return count ? able[pick(seed, count)] : NULL;
}

static struct call random_clone(u64 *seed)
{
    static const u32 flags[] = {
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
        CLONE_SIGHAND | CLONE_VM | CLONE_THREAD,
        CLONE_VM | SIGCHLD,
        CLONE_FILES | CLONE_PARENT | SIGCHLD,
        CLONE_FS | SIGUSR1,
        CLONE_SIGHAND | CLONE_VM | SIGCHLD,
        CLONE_STOPPED | SIGCHLD,
        CLONE_VFORK | CLONE_VM | SIGCHLD,
        CLONE_THREAD | SIGCHLD,
        CLONE_SYSVSEM,
    };

    return (struct call){ .nr = __NR_clone,
                          .args = { flags[pick(seed, sizeof flags / sizeof flags[0])] } };
}

static s32 random_signal(u64 *seed)
{
    static const u8 common[] = { SIGKILL, SIGSTOP, SIGCONT, SIGCONT, SIGTSTP,
                                 SIGTERM, SIGCHLD, SIGUSR1, SIGQUIT, 33 };

    return pick(seed, 3) ? common[pick(seed, sizeof common)] : (s32)pick(seed, 66);
}

static struct call random_signal_call(u64 *seed, s32 target, s32 tgid)
{
    static const u32 flags[] = {
        0, SA_RESTART, SA_RESETHAND, SA_NOCLDSTOP, SA_NOCLDWAIT, SA_NODEFER
    };
    s32 sig = random_signal(seed);

    switch (pick(seed, 8)) {
    case 0:
        return (struct call){ .nr = __NR_tgkill, .args = { (u32)tgid, (u32)target, (u32)sig } };
    case 1:
        return (struct call){ .nr = __NR_kill, .args = { (u32)-target, (u32)sig } };
    case 2:
        return (struct call){ .nr = __NR_rt_sigprocmask,
                              .args = { pick(seed, 3), pick(seed, ~0u), pick(seed, ~0u) } };
    case 3:
        return (struct call){ .nr = __NR_rt_sigaction,
                              .args = { (u32)sig, pick(seed, 3), flags[pick(seed, 6)], 0, 0 } };
    case 4:
        return (struct call){ .nr = __NR_pause };
    default:
        return (struct call){ .nr = __NR_kill, .args = { (u32)target, (u32)sig } };
    }
}

// What sleeps is woken by others, or killed; of the disk, by play_round().
static struct call random_transfer(u64 *seed, u32 fd)
{
    static const char *const text[] = { "some bytes", NULL };
    static const char *const nothing[] = { NULL };

    switch (pick(seed, 6)) {
    case 0:
        return (struct call){ .nr = __NR_read,
                              .args = { fd, 0, 512, 0, READ_DISK },
                              .strings = nothing };
    case 1:
        return (struct call){ .nr = __NR_write, .args = { fd, 0x08048000, 9000 } };
    case 2:
    case 3:
        return (struct call){ .nr = __NR_read,
                              .args = { fd, 0, 1 + pick(seed, 9000) },
                              .strings = nothing };
    default:
        return (struct call){ .nr = __NR_write, .args = { fd, 0, 10 }, .strings = text };
    }
}

static struct call random_other_call(u64 *seed, s32 target)
{
    static const char *const strings[] = { "/etc/motd", NULL };
    static const char *const nothing[] = { NULL };
    u32 fd = pick(seed, 8);

    if (pick(seed, 3) == 0)
        return random_transfer(seed, fd);
    switch (pick(seed, 12)) {
    case 9:
        return (struct call){ .nr = __NR_pipe, .strings = nothing };
    case 10:
        return (struct call){ .nr = __NR_fcntl,
                              .args = { fd, F_SETFL, pick(seed, 2) * O_NONBLOCK } };
    case 0:
        return (struct call){ .nr = __NR_setsid };
    case 1:
        return (struct call){ .nr = __NR_setpgid, .args = { (u32)target, pick(seed, 2) } };
    case 2:
        return (struct call){ .nr = __NR_setuid, .args = { 1000 } };
    case 3:
        return (struct call){ .nr = __NR_open, .args = { 0, 2 }, .strings = strings };
    case 4:
        return (struct call){ .nr = __NR_close, .args = { fd } };
    case 5:
        return (struct call){ .nr = __NR_dup2, .args = { fd, pick(seed, 300) } };
    case 6:
        return (struct call){ .nr = __NR_fcntl, .args = { fd, F_SETFD, 1 } };
    case 7:
        return (struct call){ .nr = __NR_execve, .strings = strings };
    case 8:
        return (struct call){ .nr = __NR_sched_yield };
    default:
        return (struct call){ .nr = __NR_dup, .args = { fd } };
    }
}

static struct call random_call(struct booted *b, u64 *seed, s32 caller, s32 target)
{
    u32 kind = pick(seed, 100);
    bool crowded = kernel(b->m)->nr_threads >= TASKS_MAX;

    if (kind < 25 && !crowded) {
        // A thread of init could exec, and wait for ever: SIGKILL does not end init.
        if (caller != 1 && pick(seed, 2))
            return random_clone(seed);
        return (struct call){ .nr = pick(seed, 5) ? __NR_fork : __NR_vfork };
    }
    if (kind < 55)
        return random_signal_call(seed, target, task(b, target)->tgid);
    if (kind < 75)
        return (struct call){
            .nr = __NR_wait4,
            .args = { (u32)-1, 0, pick(seed, 4) ? WNOHANG | WUNTRACED | __WALL : WCONTINUED }
        };
    if (kind < (crowded ? 95 : 82) && caller != 1)
        return (struct call){ .nr = pick(seed, 2) ? __NR_exit : __NR_exit_group, .args = { 3 } };
    if (caller == 1 && pick(seed, 4)) // init should not sleep too often
        return (struct call){ .nr = __NR_sched_yield };
    return random_other_call(seed, target);
}

static bool play_round(struct booted *b, u64 *seed)
{
    for (int i = 0; i < CALLS_PER_ROUND; i++) {
        s32 target = 1;
        const struct task_struct *p = pick_task(b, seed, &target);

        if (!list_empty(b->m, &kernel(b->m)->disk_queue) && (!p || pick(seed, 5) == 0)) {
            interrupt_from_disk(b, 0);
            continue;
        }
        if (!p || cpu(b->m)->panicked)
            return true;
        make(b, p->pid, random_call(b, seed, p->tgid, target));
        if (CU_get_number_of_failures() > 0)
            return false;
    }
    return true;
}

static void test_rounds(void)
{
    for (u64 round = 1; round <= ROUNDS; round++) {
        struct booted *b = power_on_machine();
        size_t size = b->m->image_size;
        u8 *before = malloc(size), *after = malloc(size);
        u64 seed = round * 7919;

        history_begin(b->m, NULL);
        set(b->m, console(b->m)->settle, (u32)(round % 3 > 0)); // or all is left unfinished
        history_end(b->m);
        u64 begin = machine_position(b->m).command;

        memcpy(before, b->m->image, size);
        bool is_sound = play_round(b, &seed);
        u64 end = machine_position(b->m).command;
        memcpy(after, b->m->image, size);
        CU_ASSERT(machine_goto(b->m, begin));
        CU_ASSERT_EQUAL(memcmp(before, b->m->image, size), 0);
        CU_ASSERT(machine_goto(b->m, end));
        CU_ASSERT_EQUAL(memcmp(after, b->m->image, size), 0);
        free(before);
        free(after);
        power_off(b);
        if (!is_sound) {
            fprintf(stderr, "round %d\n", (int)round);
            return;
        }
    }
}

static CU_TestInfo tests[] = {
    { "rounds of random calls", test_rounds },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "random calls", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
