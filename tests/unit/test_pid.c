// Process numbers: which one comes next, what keeps one busy, and finding tasks by them.
#include "bare_machine.h"
#include "cunit_main.h"

#define RAM   (8u << 20)
#define TASKS 400

// A machine with pid.c set up, and a page for some task_structs that only pid.c looks at.
static struct machine *pid_machine(void)
{
    struct machine *m = bare_machine(RAM, 32);
    const struct task_struct *swapper = &kernel(m)->init_task;

    set(m, swapper->signal, kaddr_of(m, &kernel(m)->init_signals));
    set(m, swapper->group_leader, kaddr_of(m, swapper));
    list_init(m, &swapper->tasks);
    pidhash_init(m, alloc_pages(m, 1), 7);
    pidmap_init(m);
    history_clear(m);
    return m;
}

// Takes a certain number.
static s32 take(struct machine *m, s32 nr)
{
    set(m, kernel(m)->last_pid, nr - 1);
    CU_ASSERT_EQUAL(alloc_pidmap(m), nr);
    return nr;
}

// A task that is hashed as fork would. leader: NULL for a new process.
static const struct task_struct *new_task(struct machine *m, s32 nr,
                                          const struct task_struct *leader, s32 pgrp, s32 session)
{
    const struct task_struct *p = task_at(m, kmalloc(m, sizeof(struct task_struct)));
    const struct signal_struct *signal;

    fill(m, p, 0, sizeof *p);
    set(m, p->pid, nr);
    set(m, p->tgid, leader ? leader->tgid : nr);
    set(m, p->group_leader, leader ? kaddr_of(m, leader) : kaddr_of(m, p));
    attach_pid(m, p, PIDTYPE_PID, nr);
    attach_pid(m, p, PIDTYPE_TGID, p->tgid);
    if (leader) {
        set(m, p->signal, leader->signal);
        return p;
    }
    signal = at(m, kmalloc(m, sizeof(struct signal_struct)), struct signal_struct);
    fill(m, signal, 0, sizeof *signal);
    set(m, signal->pgrp, pgrp);
    set(m, signal->session, session);
    set(m, p->signal, kaddr_of(m, signal));
    attach_pid(m, p, PIDTYPE_PGID, pgrp);
    attach_pid(m, p, PIDTYPE_SID, session);
    list_add_tail(m, &p->tasks, &kernel(m)->init_task.tasks);
    return p;
}

static void drop_task(struct machine *m, const struct task_struct *p)
{
    detach_pid(m, p, PIDTYPE_PID);
    detach_pid(m, p, PIDTYPE_TGID);
    if (p->pid == p->tgid) {
        detach_pid(m, p, PIDTYPE_PGID);
        detach_pid(m, p, PIDTYPE_SID);
        list_del(m, &p->tasks);
        kfree(m, p->signal);
    }
    kfree(m, kaddr_of(m, p));
}

static void test_hash_function(void)
{
    static const u32 vectors[][3] = {
        { 4, 1, 9 },         { 4, 2, 3 },        { 4, 3, 13 },        { 4, 300, 6 },
        { 4, 301, 0 },       { 4, 1000, 0 },     { 4, 4096, 7 },      { 4, 32767, 14 },
        { 8, 1, 158 },       { 8, 300, 104 },    { 8, 1000, 6 },      { 8, 32767, 225 },
        { 11, 0, 0 },        { 11, 1, 1265 },    { 11, 2, 483 },      { 11, 3, 1749 },
        { 11, 300, 835 },    { 11, 301, 53 },    { 11, 1000, 54 },    { 11, 4096, 896 },
        { 11, 26799, 1020 }, { 11, 29384, 199 }, { 11, 32767, 1806 },
    };

    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        CU_ASSERT_EQUAL(pid_hashfn(vectors[i][1], vectors[i][0]), vectors[i][2]);
}

static void test_boot(void)
{
    struct machine *m = pid_machine();
    const struct task_struct *swapper = &kernel(m)->init_task;

    for (u32 type = 0; type < PIDTYPE_MAX; type++)
        CU_ASSERT_PTR_EQUAL(find_task_by_pid_type(m, (enum pid_type)type, 0), swapper);
    CU_ASSERT_TRUE(is_pid_in_use(m, 0));
    CU_ASSERT_FALSE(is_pid_in_use(m, 1));
    CU_ASSERT_FALSE(is_pid_in_use(m, -1));
    CU_ASSERT_FALSE(is_pid_in_use(m, 40000));
    CU_ASSERT_EQUAL(kernel(m)->pidmap[0].nr_free, 32767);
    CU_ASSERT_PTR_NULL(find_task_by_pid(m, 1));
    CU_ASSERT_PTR_NULL(first_process(m));
    CU_ASSERT_TRUE(is_sound(m, check_pids));
    machine_destroy(m);
}

static void test_sequence(void)
{
    struct machine *m = pid_machine();

    history_begin(m, NULL);
    for (s32 nr = 1; nr <= 40; nr++)
        CU_ASSERT_EQUAL(alloc_pidmap(m), nr);
    free_pidmap(m, 7);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 41); // freed numbers wait for the next round
    CU_ASSERT_EQUAL(kernel(m)->pidmap[0].nr_free, 32767 - 40);
    history_end(m);
    machine_destroy(m);
}

// "last_pid 32766, 32767 free, 300 and 301 busy: 32767, then 302"
static void test_wrap(void)
{
    struct machine *m = pid_machine();

    history_begin(m, NULL);
    for (s32 nr = 1; nr <= 301; nr++)
        CU_ASSERT_EQUAL(alloc_pidmap(m), nr);
    free_pidmap(m, 100); // below 300: never again
    set(m, kernel(m)->last_pid, 32766);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 32767);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 302);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 303);
    set(m, kernel(m)->pid_max, 305);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 304);
    CU_ASSERT_EQUAL(alloc_pidmap(m), -1);
    CU_ASSERT_EQUAL(kernel(m)->last_pid, 304);
    free_pidmap(m, 301);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 301);
    CU_ASSERT_EQUAL(alloc_pidmap(m), -1);
    history_end(m);
    machine_destroy(m);
}

static void test_exhaustion(void)
{
    struct machine *m = pid_machine();

    history_begin(m, NULL);
    for (s32 nr = 1; nr < 32768; nr++)
        CU_ASSERT_EQUAL_FATAL(alloc_pidmap(m), nr);
    CU_ASSERT_EQUAL(alloc_pidmap(m), -1);
    CU_ASSERT_EQUAL(kernel(m)->pidmap[0].nr_free, 0);
    free_pidmap(m, 299);
    CU_ASSERT_EQUAL(alloc_pidmap(m), -1); // reserved
    free_pidmap(m, 20000);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 20000);
    free_pidmap(m, 19999); // behind: found after the wrap
    CU_ASSERT_EQUAL(alloc_pidmap(m), 19999);
    free_pidmap(m, 300);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 300);
    free_pidmap(m, 32767);
    CU_ASSERT_EQUAL(alloc_pidmap(m), 32767);
    history_end(m);
    machine_destroy(m);
}

// A reaped group leader's number stays busy while its group or session has members.
static void test_what_keeps_a_number_busy(void)
{
    struct machine *m = pid_machine();

    history_begin(m, NULL);
    const struct task_struct *leader = new_task(m, alloc_pidmap(m), NULL, 1, 1);
    const struct task_struct *member = new_task(m, alloc_pidmap(m), NULL, 1, 1);
    CU_ASSERT_TRUE(is_sound(m, check_pids));
    drop_task(m, leader);
    CU_ASSERT_PTR_NULL(find_task_by_pid(m, 1));
    CU_ASSERT_TRUE(is_pid_in_use(m, 1));
    CU_ASSERT_PTR_EQUAL(find_task_by_pid_type(m, PIDTYPE_PGID, 1), member);
    CU_ASSERT_TRUE(is_sound(m, check_pids));
    drop_task(m, member);
    CU_ASSERT_FALSE(is_pid_in_use(m, 1));
    CU_ASSERT_FALSE(is_pid_in_use(m, 2));
    CU_ASSERT_EQUAL(kernel(m)->pidmap[0].nr_free, 32767);
    CU_ASSERT_TRUE(is_sound(m, check_pids));
    history_end(m);
    machine_destroy(m);
}

static u32 members(const struct machine *m, enum pid_type type, s32 nr)
{
    u32 count = 0;

    for (const struct task_struct *p = first_of_pid(m, type, nr); p; p = next_of_pid(m, type, p))
        count++;
    return count;
}

static void test_groups_and_threads(void)
{
    struct machine *m = pid_machine();
    const struct task_struct *thread[4];
    s32 order[] = { 1, 10, 11, 12, 13, 2 };
    u32 n = 0;

    history_begin(m, NULL);
    const struct task_struct *one = new_task(m, take(m, 1), NULL, 0, 0);
    CU_ASSERT_TRUE(thread_group_empty(m, one));
    CU_ASSERT_PTR_EQUAL(next_thread(m, one), one);
    for (s32 i = 0; i < 4; i++)
        thread[i] = new_task(m, take(m, 10 + i), one, 0, 0);
    new_task(m, take(m, 2), NULL, 1, 1);
    CU_ASSERT_FALSE(thread_group_empty(m, one));
    CU_ASSERT_EQUAL(members(m, PIDTYPE_TGID, 1), 5);
    CU_ASSERT_EQUAL(members(m, PIDTYPE_PID, 1), 1);
    CU_ASSERT_EQUAL(members(m, PIDTYPE_PGID, 0), 2); // swapper and 1
    CU_ASSERT_EQUAL(members(m, PIDTYPE_PGID, 77), 0);
    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p))
        CU_ASSERT_EQUAL(p->pid, order[n++]);
    CU_ASSERT_EQUAL(n, 6);
    drop_task(m, thread[1]);
    CU_ASSERT_PTR_EQUAL(next_thread(m, thread[0]), thread[2]);
    CU_ASSERT_EQUAL(members(m, PIDTYPE_TGID, 1), 4);
    history_end(m);
    machine_destroy(m);
}

static void test_random_and_undo(void)
{
    struct machine *m = pid_machine();
    const struct task_struct *held[TASKS];
    u32 count = 0;
    u32 random = 3;

    for (u32 round = 0; round < 30; round++) {
        u8 *before = image_copy(m);

        history_begin(m, NULL);
        if (round == 10)
            set(m, kernel(m)->last_pid, 32700); // so that the numbers wrap
        for (u32 i = 0; i < 60; i++) {
            random = random * 1664525 + 1013904223;
            if (random >> 28 < 10 && count < TASKS) {
                const struct task_struct *parent = count ? held[(random >> 8) % count] : NULL;
                s32 nr = alloc_pidmap(m);
                bool is_own = !parent || random >> 27 & 1;

                held[count++] = new_task(m, nr, NULL, is_own ? nr : signal_of(m, parent)->pgrp,
                                         is_own ? nr : signal_of(m, parent)->session);
            } else if (count) {
                u32 which = (random >> 12) % count;

                drop_task(m, held[which]);
                held[which] = held[--count];
            }
        }
        history_end(m);
        CU_ASSERT_TRUE(is_sound(m, check_pids) && is_sound(m, check_slabs));
        for (u32 i = 0; i < count; i++)
            CU_ASSERT_PTR_EQUAL(find_task_by_pid(m, held[i]->pid), held[i]);
        CU_ASSERT_TRUE(is_undone_and_redone(m, before));
        free(before);
    }
    history_begin(m, NULL);
    while (count)
        drop_task(m, held[--count]);
    CU_ASSERT_EQUAL(kernel(m)->pidmap[0].nr_free, 32767);
    CU_ASSERT_TRUE(is_sound(m, check_pids));
    history_end(m);
    machine_destroy(m);
}

static void expect_complaint(const struct machine *m, const char *words)
{
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_TRUE(check_pids(m, &out) > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), words));
    strbuf_finish(&out);
}

static void test_checker(void)
{
    struct machine *m = pid_machine();

    history_begin(m, NULL);
    s32 lost = alloc_pidmap(m);
    expect_complaint(m, "number 1 is taken, but no task has it");
    free_pidmap(m, lost);
    const struct task_struct *p = new_task(m, alloc_pidmap(m), NULL, 0, 0);
    free_pidmap(m, p->pid);
    expect_complaint(m, "is free, but a task has it");
    set(m, kernel(m)->last_pid, p->pid - 1);
    alloc_pidmap(m);
    set(m, p->tgid, 99);
    expect_complaint(m, "but says 99");
    set(m, p->tgid, p->pid);
    set(m, p->pids[PIDTYPE_PID].chain_pprev, 0u);
    expect_complaint(m, "chain_pprev");
    history_end(m);
    machine_destroy(m);
}

static CU_TestInfo tests[] = {
    { "the hash function gives 2.6.11's values", test_hash_function },
    { "number 0 belongs to swapper, under all four types", test_boot },
    { "numbers grow by one", test_sequence },
    { "numbers wrap to 300", test_wrap },
    { "no number is left", test_exhaustion },
    { "a group or session keeps its number busy", test_what_keeps_a_number_busy },
    { "walking processes, threads and groups", test_groups_and_threads },
    { "random tasks; undo brings every byte back", test_random_and_undo },
    { "the checker sees what is broken", test_checker },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "pid", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
