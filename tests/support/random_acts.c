// See random_acts.h.
#include "random_acts.h"

#include "mm/vm.h"

u32 random_below(struct randomness *r, u32 limit)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (u32)(r->state >> 33) % limit;
}

static bool one_in(struct randomness *r, u32 n)
{
    return random_below(r, n) == 0;
}

// ---- Who -------------------------------------------------------------------------------------

static u32 count_tasks(const struct booted *b)
{
    return (u32)kernel(b->m)->nr_threads;
}

// Any task that is not init or its thread, or 0 if there is none.
static s32 any_task(const struct booted *b, struct randomness *r)
{
    s32 chosen = 0;
    u32 seen = 0;

    for (const struct task_struct *p = first_process(b->m); p; p = next_task_and_thread(b->m, p))
        if (p->pid != 1 && one_in(r, ++seen))
            chosen = p->pid;
    return chosen;
}

// A task that can act; init if no other can.
static s32 any_actor(const struct booted *b, struct randomness *r)
{
    s32 chosen = 1;
    u32 seen = 0;

    for (const struct task_struct *p = first_process(b->m); p; p = next_task_and_thread(b->m, p))
        if (p->pid != 1 && is_able(b, p->pid) && one_in(r, ++seen))
            chosen = p->pid;
    return one_in(r, 6) && is_able(b, 1) ? 1 : chosen;
}

// ---- What ------------------------------------------------------------------------------------

static u32 random_clone_flags(struct randomness *r, bool is_init)
{
    static const u32 single[] = {
        CLONE_VM,
        CLONE_FS,
        CLONE_FILES,
        CLONE_SIGHAND,
        CLONE_PARENT,
        CLONE_THREAD,
        CLONE_NEWNS,
        CLONE_SYSVSEM,
        CLONE_SETTLS,
        CLONE_DETACHED,
        CLONE_PARENT_SETTID,
        CLONE_STOPPED,
        CLONE_CHILD_CLEARTID,
        CLONE_CHILD_SETTID,
    };
    u32 flags = one_in(r, 2) ? SIGCHLD : one_in(r, 2) ? 0 : SIGUSR1;

    if (!is_init && one_in(r, 3))
        return THREAD_FLAGS | (one_in(r, 2) ? CLONE_SYSVSEM : 0);
    for (u32 i = random_below(r, 4); i > 0; i--)
        flags |= single[random_below(r, sizeof single / sizeof *single)];
    if (is_init) // swapper would never reap its sibling; its thread could let it be stopped
        return flags & ~(CLONE_PARENT | CLONE_THREAD);
    return one_in(r, 6) ? flags | CLONE_VFORK : flags;
}

static void create(struct booted *b, struct randomness *r, s32 actor)
{
    if (count_tasks(b) >= r->tasks)
        return;
    switch (random_below(r, actor == 1 ? 4 : 5)) {
    case 0:
        make(b, actor,
             (struct call){
                 __NR_clone,
                 { random_clone_flags(r, task(b, actor)->tgid == 1), 0, TID_WORD, 6, TID_WORD },
                 NULL });
        break;
    case 1:
        if (actor != 1) { // a thread of init could be the last that can act
            new_thread(b, actor);
            break;
        }
        __attribute__((fallthrough));
    case 4:
        if (actor != 1) {
            CALL(b, actor, vfork, 0);
            break;
        }
        __attribute__((fallthrough));
    default:
        CALL(b, actor, fork, one_in(r, 8) ? FORK_EAGER : 0);
    }
}

static void end(struct booted *b, struct randomness *r, s32 actor)
{
    const struct task_struct *p = task(b, actor);

    if (p->tgid == 1)
        return;
    if (one_in(r, 3))
        CALL(b, actor, exit_group, random_below(r, 300));
    else
        CALL(b, actor, exit, random_below(r, 300));
}

static void wait(struct booted *b, struct randomness *r, s32 actor)
{
    static const u32 options[] = {
        0,      0,        WUNTRACED,   WCONTINUED,           WUNTRACED | WCONTINUED,
        __WALL, __WCLONE, __WNOTHREAD, __WALL | __WNOTHREAD, 0x100
    };
    u32 chosen = options[random_below(r, sizeof options / sizeof *options)];
    s32 pid = -1;

    if (actor == 1 || one_in(r, 3))
        chosen |= WNOHANG;
    switch (random_below(r, 5)) {
    case 0:
        pid = any_task(b, r);
        break;
    case 1:
        pid = 0;
        break;
    case 2:
        pid = -any_task(b, r);
        break;
    }
    CALL(b, actor, wait4, (u32)pid, 0, chosen);
}

static void signal_somebody(struct booted *b, struct randomness *r, s32 actor)
{
    static const s32 likely[] = { SIGSTOP, SIGCONT, SIGCONT, SIGTERM,  SIGUSR1, SIGKILL,
                                  SIGTSTP, SIGCHLD, SIGSEGV, SIGRTMIN, 0 };
    s32 sig = one_in(r, 3) ? (s32)random_below(r, 66)
                           : likely[random_below(r, sizeof likely / sizeof *likely)];
    s32 target = any_task(b, r);

    switch (random_below(r, 6)) {
    case 0:
        CALL(b, actor, kill, (u32)-target, (u32)sig);
        break;
    case 1:
        if (target)
            CALL(b, actor, tgkill, (u32)task(b, target)->tgid, (u32)target, (u32)sig);
        break;
    case 2:
        if (actor != 1 && (sig == SIGUSR1 || sig == SIGCONT || sig == SIGTSTP))
            CALL(b, actor, kill, 0, (u32)sig);
        break;
    default:
        CALL(b, actor, kill, (u32)(target ? target : 1), (u32)sig);
    }
}

static void arrange_signals(struct booted *b, struct randomness *r, s32 actor)
{
    static const u32 handlers[] = { SIG_DFL, SIG_IGN, 0x08049000 };
    static const u32 flags[] = { 0, SA_RESTART, SA_NOCLDWAIT, SA_NOCLDSTOP, SA_RESETHAND };
    u32 sig = one_in(r, 3) ? SIGCHLD : 1 + random_below(r, 40);

    if (one_in(r, 3))
        CALL(b, actor, rt_sigprocmask, random_below(r, 3), random_below(r, 0x7FFFFFFF),
             random_below(r, 4));
    else
        CALL(b, actor, rt_sigaction, sig, handlers[random_below(r, 3)], flags[random_below(r, 5)]);
}

// In one of the actor's areas, or a page beside it.
static uaddr any_address(struct booted *b, struct randomness *r, s32 actor)
{
    const struct mm_struct *mm = mm_at(b->m, task(b, actor)->mm);
    kaddr v = mm->mmap;

    for (u32 i = random_below(r, (u32)mm->map_count + 1); v && i > 0 && vma_at(b->m, v)->vm_next;
         i--)
        v = vma_at(b->m, v)->vm_next;
    if (!v)
        return 0x10000000;
    return vma_at(b->m, v)->vm_start + random_below(r, vma_pages(vma_at(b->m, v)) + 1) * PAGE_SIZE;
}

static const char *const no_strings[] = { NULL };

// A read or write that may sleep: init does not do that.
static void move_bytes(struct booted *b, struct randomness *r, s32 actor)
{
    static const char *const text[] = { "some bytes", NULL };
    u32 fd = random_below(r, 8);

    if (task(b, actor)->tgid == 1)
        return;
    switch (random_below(r, 6)) {
    case 0:
        CALL(b, actor, write, fd, any_address(b, r, actor), random_below(r, 80000));
        break;
    case 1:
        CALL(b, actor, read, fd, any_address(b, r, actor), random_below(r, 80000));
        break;
    case 2:
    case 3:
        make(b, actor,
             (struct call){ __NR_read, { fd, 0, 1 + random_below(r, 6000) }, no_strings });
        break;
    default:
        make(b, actor, (struct call){ __NR_write, { fd, 0, 10 }, text });
    }
}

static void use_files(struct booted *b, struct randomness *r, s32 actor)
{
    static const char *const paths[] = { "/etc/motd", "/dev/hda", "/dev/null", "/none" };

    switch (random_below(r, 9)) {
    case 0:
        open_path(b, actor, paths[random_below(r, 4)], random_below(r, 3));
        break;
    case 1:
        CALL(b, actor, close, random_below(r, 8));
        break;
    case 2:
        CALL(b, actor, dup2, random_below(r, 8), random_below(r, 40));
        break;
    case 3:
        CALL(b, actor, fcntl, random_below(r, 8), F_SETFD, 1);
        break;
    case 4:
        CALL(b, actor, fcntl, random_below(r, 8), F_SETFL, one_in(r, 2) ? O_NONBLOCK : 0);
        break;
    case 5:
        if (task(b, actor)->mm != task(b, 1)->mm) // it would touch init's stack
            make(b, actor, (struct call){ .nr = __NR_pipe, .strings = no_strings });
        break;
    default:
        if (task(b, actor)->mm != task(b, 1)->mm)
            move_bytes(b, r, actor);
    }
}

static void use_memory(struct booted *b, struct randomness *r, s32 actor)
{
    uaddr address;

    if (task(b, actor)->mm == task(b, 1)->mm) // tests count what init has
        return;
    address = any_address(b, r, actor);
    switch (random_below(r, 8)) {
    case 0:
        CALL(b, actor, mmap, one_in(r, 2) ? address : 0, (1 + random_below(r, 5)) * PAGE_SIZE,
             random_below(r, 4),
             (one_in(r, 3) ? 0 : MAP_ANONYMOUS) | (one_in(r, 2) ? MAP_SHARED : MAP_PRIVATE) |
                 (one_in(r, 3) ? MAP_FIXED : 0),
             random_below(r, 6), random_below(r, 3));
        break;
    case 1:
        CALL(b, actor, munmap, address, (1 + random_below(r, 3)) * PAGE_SIZE);
        break;
    case 2:
        CALL(b, actor, mprotect, address, (1 + random_below(r, 3)) * PAGE_SIZE,
             one_in(r, 3) ? random_below(r, 8) : PROT_READ | PROT_WRITE);
        break;
    case 3:
        CALL(b, actor, brk,
             mm_at(b->m, task(b, actor)->mm)->brk + (random_below(r, 5) - 2) * PAGE_SIZE);
        break;
    case 4:
    case 5:
        load(b, actor, address + random_below(r, PAGE_SIZE), 1 + random_below(r, 3));
        break;
    default:
        store(b, actor, address + random_below(r, PAGE_SIZE), "abc", 1 + random_below(r, 3));
    }
}

static void change_oneself(struct booted *b, struct randomness *r, s32 actor)
{
    static const char *const programs[] = { "/bin/true", "/bin/true", "/bin/sh",    "/usr/bin/vi",
                                            "",          "/bin",      "/etc/passwd" };

    switch (random_below(r, 7)) {
    case 0:
        if (task(b, actor)->tgid != 1)
            exec(b, actor, programs[random_below(r, sizeof programs / sizeof *programs)]);
        break;
    case 1:
        CALL(b, actor, setpgid, (u32)any_task(b, r), one_in(r, 2) ? 0 : (u32)any_task(b, r));
        break;
    case 2:
        if (actor != 1)
            CALL(b, actor, setsid, 0);
        break;
    case 3:
        CALL(b, actor, nice, random_below(r, 6));
        break;
    case 4:
        CALL(b, actor, sched_yield, 0);
        break;
    case 5:
        CALL(b, actor, prctl, PR_SET_PDEATHSIG, random_below(r, 66));
        break;
    default:
        if (actor != 1)
            CALL(b, actor, pause, 0);
    }
}

static void act_as_tame_init(struct booted *b, struct randomness *r)
{
    switch (random_below(r, 4)) {
    case 0:
        wait(b, r, 1);
        break;
    case 1:
        signal_somebody(b, r, 1);
        break;
    default:
        if (count_tasks(b) < r->tasks)
            CALL(b, 1, fork, 0);
    }
}

void act_at_random(struct booted *b, struct randomness *r)
{
    s32 actor = any_actor(b, r);

    if (!is_able(b, actor)) { // everybody sleeps
        if (!list_empty(b->m, &kernel(b->m)->disk_queue))
            interrupt_from_disk(b, 0);
        return;
    }
    if (actor == 1 && !r->wild_init) {
        act_as_tame_init(b, r);
        return;
    }
    if (r->settle && one_in(r, 12)) {
        turn_settle(b, one_in(r, 2));
        return;
    }
    if (!list_empty(b->m, &kernel(b->m)->disk_queue) && one_in(r, 4)) {
        interrupt_from_disk(b, 0);
        return;
    }
    switch (random_below(r, 25)) {
    case 22 ... 24:
        use_files(b, r, actor);
        break;
    case 16 ... 21:
        use_memory(b, r, actor);
        break;
    case 0 ... 5:
        create(b, r, actor);
        break;
    case 6 ... 7:
        end(b, r, actor);
        break;
    case 8 ... 9:
        wait(b, r, actor);
        break;
    case 10 ... 11:
        signal_somebody(b, r, actor);
        break;
    case 12:
        arrange_signals(b, r, actor);
        break;
    case 13:
        use_files(b, r, actor);
        break;
    default:
        change_oneself(b, r, actor);
    }
}

void end_all_but_init(struct booted *b)
{
    turn_settle(b, true);
    // init has threads only if the test made them; they end by themselves.
    for (const struct task_struct *t = next_thread(b->m, task(b, 1)); t != task(b, 1);
         t = next_thread(b->m, task(b, 1)))
        CU_ASSERT_EQUAL(CALL(b, 1, tgkill, 1, (u32)t->pid, SIGKILL), 0);
    while (!list_empty(b->m, &kernel(b->m)->disk_queue))
        interrupt_from_disk(b, 0);
    for (u32 round = 0; round < 20 && kernel(b->m)->nr_threads > 1; round++) {
        CALL(b, 1, kill, (u32)-1, SIGKILL);
        while (CALL(b, 1, wait4, (u32)-1, 0, WNOHANG | __WALL) > 0)
            ;
    }
    for (const struct task_struct *p = first_process(b->m); p; p = next_task_and_thread(b->m, p))
        if (p->pid != 1)
            fprintf(stderr, "left: %d %s %c parent %d\n", p->pid, p->comm, task_state_letter(p),
                    task_at(b->m, p->real_parent)->pid);
}
