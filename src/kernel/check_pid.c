// The checker's part for process numbers: the hash tables, their lists, and the bitmap that must
// say the same.
#include "kernel/kernel.h"
#include "util/complaints.h"

#define NUMBERS (PAGE_SIZE * 8)

struct pid_check {
    const struct machine *m;
    struct complaints complaints;
    u32 used[PIDTYPE_MAX][NUMBERS / 32]; // bits: the number stands in this table's chains
    u32 tasks[PIDTYPE_MAX];              // hashed in this table
};

static const char *const type_names[PIDTYPE_MAX] = { "PID", "TGID", "PGID", "SID" };

// The number that the task itself says it has.
static s32 number_of_task(const struct machine *m, const struct task_struct *p, u32 type)
{
    switch (type) {
    case PIDTYPE_PID:
        return p->pid;
    case PIDTYPE_TGID:
        return p->tgid;
    case PIDTYPE_PGID:
        return signal_of(m, p)->pgrp;
    default:
        return signal_of(m, p)->session;
    }
}

// One task's place in one table: pid, at `address`, on the list of number nr.
static void check_member(struct pid_check *c, kaddr address, u32 type, s32 nr)
{
    const struct machine *m = c->m;
    const struct pid *pid = at(m, address, struct pid);
    kaddr task = address - (u32)offsetof(struct task_struct, pids) - type * (u32)sizeof(struct pid);
    const struct task_struct *p = task_at(m, task);

    c->tasks[type]++;
    if (pid->nr != nr)
        complain(&c->complaints, "task 0x%08x is on the %s list of %d, but its entry says %d", task,
                 type_names[type], nr, pid->nr);
    if (type >= PIDTYPE_PGID && !is_kaddr(m, p->signal, sizeof(struct signal_struct)))
        complain(&c->complaints, "task 0x%08x is hashed as %s %d, but has no signal_struct", task,
                 type_names[type], nr);
    else if (number_of_task(m, p, type) != nr)
        complain(&c->complaints, "task 0x%08x is hashed as %s %d, but says %d", task,
                 type_names[type], nr, number_of_task(m, p, type));
    if (type >= PIDTYPE_PGID && p->pid != p->tgid)
        complain(&c->complaints, "thread %d, not a leader, is hashed as %s %d", p->pid,
                 type_names[type], nr);
}

// The ring of all tasks with one number, from the one in the chain.
static void check_ring(struct pid_check *c, kaddr first, u32 type)
{
    const struct machine *m = c->m;
    const struct pid *holder = at(m, first, struct pid);
    kaddr head = kaddr_of(m, &holder->pid_list);
    kaddr prev = head;
    u32 others = 0;

    check_member(c, first, type, holder->nr);
    for (kaddr link = holder->pid_list.next; link != head; link = list_at(m, link)->next) {
        kaddr address = link - (u32)offsetof(struct pid, pid_list);

        if (!is_kaddr(m, address, sizeof(struct pid)) || list_at(m, link)->prev != prev ||
            others++ > NUMBERS) {
            complain(&c->complaints, "the %s list of %d is broken at 0x%08x", type_names[type],
                     holder->nr, link);
            return;
        }
        if (at(m, address, struct pid)->chain_pprev)
            complain(&c->complaints, "a second entry for %s %d claims a place in the hash chain",
                     type_names[type], holder->nr);
        check_member(c, address, type, holder->nr);
        prev = link;
    }
    if (type == PIDTYPE_PID && others)
        complain(&c->complaints, "%u tasks have PID %d", others + 1, holder->nr);
    if (holder->pid_list.prev != prev)
        complain(&c->complaints, "the %s list of %d has a wrong prev", type_names[type],
                 holder->nr);
}

static void check_chain(struct pid_check *c, u32 type, u32 bucket)
{
    const struct machine *m = c->m;
    const struct kernel_data *k = kernel(m);
    kaddr pprev = k->pid_hash[type] + bucket * (u32)sizeof(kaddr);
    kaddr address = *at(m, pprev, kaddr);

    for (u32 length = 0; address; length++) {
        const struct pid *pid =
            is_kaddr(m, address, sizeof *pid) ? at(m, address, struct pid) : NULL;

        if (!pid || length > NUMBERS || pid->nr < 0 || pid->nr >= (s32)NUMBERS) {
            complain(&c->complaints, "%s hash chain %u leads to 0x%08x, no entry", type_names[type],
                     bucket, address);
            return;
        }
        if (pid->chain_pprev != pprev)
            complain(&c->complaints, "%s %d: chain_pprev is 0x%08x, the pointer here is 0x%08x",
                     type_names[type], pid->nr, pid->chain_pprev, pprev);
        if (pid_hashfn((u32)pid->nr, k->pidhash_shift) != bucket)
            complain(&c->complaints, "%s %d is in hash chain %u", type_names[type], pid->nr,
                     bucket);
        u32 *word = &c->used[type][pid->nr / 32];
        if (*word >> pid->nr % 32 & 1)
            complain(&c->complaints, "%s %d is in the hash table twice", type_names[type], pid->nr);
        *word |= 1u << pid->nr % 32;
        check_ring(c, address, type);
        pprev = kaddr_of(m, &pid->chain_next);
        address = pid->chain_next;
    }
}

// 32 numbers of the bitmap against the bits that the tables say.
static void check_word(struct pid_check *c, u32 first, u32 taken, u32 used)
{
    for (u32 i = 0; i < 32; i++) {
        if ((taken ^ used) >> i & 1)
            complain(&c->complaints,
                     taken >> i & 1 ? "number %u is taken, but no task has it"
                                    : "number %u is free, but a task has it",
                     first + i);
    }
}

static void check_bitmap(struct pid_check *c)
{
    const struct pidmap *map = &kernel(c->m)->pidmap[0];
    const u32 *words = kpointer(c->m, map->page);
    u32 clear = 0;

    for (u32 i = 0; i < NUMBERS / 32; i++) {
        u32 used = 0;

        for (u32 type = 0; type < PIDTYPE_MAX; type++)
            used |= c->used[type][i];
        if (words[i] != used)
            check_word(c, i * 32, words[i], used);
        clear += 32 - (u32)__builtin_popcount(words[i]);
    }
    if (map->nr_free != clear)
        complain(&c->complaints, "nr_free of the pid bitmap is %u, %u bits are clear", map->nr_free,
                 clear);
}

int check_pids(const struct machine *m, struct strbuf *out)
{
    struct pid_check c = { .m = m, .complaints = { out, 0 } };
    const struct kernel_data *k = kernel(m);

    for (u32 type = 0; type < PIDTYPE_MAX; type++)
        for (u32 bucket = 0; bucket < 1u << k->pidhash_shift; bucket++)
            check_chain(&c, type, bucket);
    if (c.tasks[PIDTYPE_PID] != c.tasks[PIDTYPE_TGID])
        complain(&c.complaints, "%u tasks are hashed by PID, %u by TGID", c.tasks[PIDTYPE_PID],
                 c.tasks[PIDTYPE_TGID]);
    if (c.tasks[PIDTYPE_PGID] != c.tasks[PIDTYPE_SID])
        complain(&c.complaints, "%u tasks are hashed by PGID, %u by SID", c.tasks[PIDTYPE_PGID],
                 c.tasks[PIDTYPE_SID]);
    if (k->last_pid < 0 || k->last_pid >= (s32)NUMBERS || k->pid_max > (s32)NUMBERS)
        complain(&c.complaints, "last_pid is %d, pid_max %d", k->last_pid, k->pid_max);
    check_bitmap(&c);
    return c.complaints.count;
}
