// Process numbers: a bitmap that says which are taken, and four hash tables that find the tasks
// that bear one as their pid, thread group, process group or session.
#include "kernel/kernel.h"

#define RESERVED_PIDS   300
#define PID_MAX_DEFAULT 0x8000
#define BITS_PER_PAGE   (PAGE_SIZE * 8)

// ---- The bitmap ----------------------------------------------------------------------------------

static const struct pidmap *pidmap(const struct machine *m)
{
    return &kernel(m)->pidmap[0];
}

// The 32-bit word that a number's bit lies in.
static const u32 *pidmap_word(const struct machine *m, u32 nr)
{
    return (const u32 *)kpointer(m, pidmap(m)->page) + nr / 32;
}

bool is_pid_in_use(const struct machine *m, s32 nr)
{
    return nr >= 0 && (u32)nr < BITS_PER_PAGE && *pidmap_word(m, (u32)nr) >> (nr % 32) & 1;
}

// The first number from `nr` up whose bit is clear, or BITS_PER_PAGE.
static u32 find_next_zero_pid(const struct machine *m, u32 nr)
{
    const u64 *words = kpointer(m, pidmap(m)->page);
    u64 before = ((u64)1 << nr % 64) - 1; // in the first word, numbers below do not count

    for (u32 i = nr / 64; i < BITS_PER_PAGE / 64; i++) {
        u64 clear = ~(words[i] | before);

        if (clear)
            return i * 64 + (u32)__builtin_ctzll(clear);
        before = 0;
    }
    return BITS_PER_PAGE;
}

static s32 take_pid(struct machine *m, u32 nr)
{
    const struct kernel_data *k = kernel(m);
    const u32 *word = pidmap_word(m, nr);
    bool has_wrapped = (s32)nr <= k->last_pid;

    set(m, *word, *word | 1u << nr % 32);
    set(m, pidmap(m)->nr_free, pidmap(m)->nr_free - 1);
    set(m, k->last_pid, (s32)nr);
    note(m, EVENT_PID_ALLOC, (s32)nr, has_wrapped, 0);
    return (s32)nr;
}

s32 alloc_pidmap(struct machine *m)
{
    KFN(m, alloc_pidmap);
    const struct kernel_data *k = kernel(m);
    s32 last = k->last_pid;
    s32 pid_max = k->pid_max;
    u32 nr = (u32)last + 1;

    if ((s32)nr >= pid_max)
        nr = RESERVED_PIDS;
    if (pidmap(m)->nr_free == 0)
        KRETURN(-1);
    if (!is_pid_in_use(m, (s32)nr))
        KRETURN(take_pid(m, nr));
    nr = find_next_zero_pid(m, nr);
    if ((s32)nr < pid_max)
        KRETURN(take_pid(m, nr));
    // Once more from the first number that is not reserved. As in 2.6.11, a search that ran into
    // the end from exactly there does not look again, and one that does stops before `last`.
    if (last == RESERVED_PIDS)
        KRETURN(-1);
    nr = RESERVED_PIDS;
    if (is_pid_in_use(m, (s32)nr))
        nr = find_next_zero_pid(m, nr);
    if (nr == RESERVED_PIDS || ((s32)nr < pid_max && (s32)nr < last))
        KRETURN(take_pid(m, nr));
    KRETURN(-1);
}

void free_pidmap(struct machine *m, s32 nr)
{
    KFN(m, free_pidmap);
    const u32 *word = pidmap_word(m, (u32)nr);

    BUG_ON(!is_pid_in_use(m, nr));
    set(m, *word, *word & ~(1u << nr % 32));
    set(m, pidmap(m)->nr_free, pidmap(m)->nr_free + 1);
    note(m, EVENT_PID_FREE, nr, 0, 0);
}

// ---- The hash tables -----------------------------------------------------------------------------

u32 pid_hashfn(u32 nr, u32 shift)
{
    return nr * 0x9E370001u >> (32 - shift);
}

static kaddr hash_bucket(const struct machine *m, enum pid_type type, s32 nr)
{
    const struct kernel_data *k = kernel(m);

    return k->pid_hash[type] + pid_hashfn((u32)nr, k->pidhash_shift) * (u32)sizeof(kaddr);
}

static const struct task_struct *pid_task(const struct machine *m, kaddr pid, enum pid_type type)
{
    return task_at(m, pid - (u32)offsetof(struct task_struct, pids) -
                          (u32)type * (u32)sizeof(struct pid));
}

// The struct pid that stands in the chain for this number, or 0. After kernel/pid.c, find_pid().
static kaddr find_pid(const struct machine *m, enum pid_type type, s32 nr)
{
    kaddr pid = *at(m, hash_bucket(m, type, nr), kaddr);

    while (pid && at(m, pid, struct pid)->nr != nr)
        pid = at(m, pid, struct pid)->chain_next;
    return pid;
}

// A chain link is a pointer to the next one and the address of the pointer that points here.
static void chain_add_head(struct machine *m, const struct pid *pid, kaddr head)
{
    kaddr address = kaddr_of(m, pid);
    kaddr first = *at(m, head, kaddr);

    if (first)
        set(m, at(m, first, struct pid)->chain_pprev,
            address + (u32)offsetof(struct pid, chain_next));
    set_both(m, pid, chain_next, chain_pprev, first, head);
    set(m, *at(m, head, kaddr), address);
}

static void chain_del(struct machine *m, const struct pid *pid)
{
    set(m, *at(m, pid->chain_pprev, kaddr), pid->chain_next);
    if (pid->chain_next)
        set(m, at(m, pid->chain_next, struct pid)->chain_pprev, pid->chain_pprev);
    set_both(m, pid, chain_next, chain_pprev, LIST_POISON1, LIST_POISON2);
}

void attach_pid(struct machine *m, const struct task_struct *p, enum pid_type type, s32 nr)
{
    KFN(m, attach_pid);
    const struct pid *pid = &p->pids[type];
    kaddr holder = find_pid(m, type, nr);

    if (!holder) {
        chain_add_head(m, pid, hash_bucket(m, type, nr));
        list_init(m, &pid->pid_list);
    } else { // somebody stands in the chain for this number already: hang on his list
        set_both(m, pid, chain_next, chain_pprev, 0, 0);
        list_add_tail(m, &pid->pid_list, &at(m, holder, struct pid)->pid_list);
    }
    set(m, pid->nr, nr);
}

// Returns the number if p was the last task with it in this table, else 0.
static s32 unhash_pid(struct machine *m, const struct pid *pid, enum pid_type type)
{
    s32 nr = 0;

    if (pid->chain_pprev) {
        chain_del(m, pid);
        if (list_empty(m, &pid->pid_list)) {
            nr = pid->nr;
        } else {
            const struct pid *heir = list_entry(m, pid->pid_list.next, struct pid, pid_list);

            chain_add_head(m, heir, hash_bucket(m, type, heir->nr));
        }
    }
    list_del(m, &pid->pid_list);
    set(m, pid->nr, 0);
    return nr;
}

void detach_pid(struct machine *m, const struct task_struct *p, enum pid_type type)
{
    KFN(m, detach_pid);
    s32 nr = unhash_pid(m, &p->pids[type], type);

    if (!nr)
        return;
    for (u32 other = PIDTYPE_MAX; other-- > 0;)
        if (other != type && find_pid(m, (enum pid_type)other, nr))
            return;
    free_pidmap(m, nr);
}

// ---- Looking up and walking ----------------------------------------------------------------------

const struct task_struct *find_task_by_pid_type(const struct machine *m, enum pid_type type, s32 nr)
{
    kaddr pid = find_pid(m, type, nr);

    return pid ? pid_task(m, pid, type) : NULL;
}

const struct task_struct *find_task_by_pid(const struct machine *m, s32 nr)
{
    return find_task_by_pid_type(m, PIDTYPE_PID, nr);
}

const struct task_struct *first_of_pid(const struct machine *m, enum pid_type type, s32 nr)
{
    return find_task_by_pid_type(m, type, nr);
}

static kaddr next_in_pid_list(const struct task_struct *p, enum pid_type type)
{
    return p->pids[type].pid_list.next - (u32)offsetof(struct pid, pid_list);
}

const struct task_struct *next_of_pid(const struct machine *m, enum pid_type type,
                                      const struct task_struct *p)
{
    kaddr pid = next_in_pid_list(p, type);

    // The one in the chain came first; the others have no place in it.
    return at(m, pid, struct pid)->chain_pprev ? NULL : pid_task(m, pid, type);
}

const struct task_struct *next_thread(const struct machine *m, const struct task_struct *p)
{
    return pid_task(m, next_in_pid_list(p, PIDTYPE_TGID), PIDTYPE_TGID);
}

bool thread_group_empty(const struct machine *m, const struct task_struct *p)
{
    return list_empty(m, &p->pids[PIDTYPE_TGID].pid_list);
}

const struct task_struct *next_process(const struct machine *m, const struct task_struct *p)
{
    const struct task_struct *next = list_entry(m, p->tasks.next, struct task_struct, tasks);

    return next == &kernel(m)->init_task ? NULL : next;
}

const struct task_struct *first_process(const struct machine *m)
{
    return next_process(m, &kernel(m)->init_task);
}

const struct task_struct *next_task_and_thread(const struct machine *m, const struct task_struct *p)
{
    const struct task_struct *leader = task_at(m, p->group_leader);
    const struct task_struct *thread = next_thread(m, p);

    return thread != leader ? thread : next_process(m, leader);
}

// ---- Boot ----------------------------------------------------------------------------------------

void pidhash_init(struct machine *m, kaddr tables, u32 shift)
{
    KFN(m, pidhash_init);
    const struct kernel_data *k = kernel(m);
    u32 table_size = (u32)sizeof(kaddr) << shift;

    set(m, k->pidhash_shift, shift);
    for (u32 type = 0; type < PIDTYPE_MAX; type++)
        set(m, k->pid_hash[type], tables + type * table_size);
    fill(m, kpointer(m, tables), 0, PIDTYPE_MAX * table_size);
}

void pidmap_init(struct machine *m)
{
    KFN(m, pidmap_init);
    const struct kernel_data *k = kernel(m);

    set(m, k->pid_max, PID_MAX_DEFAULT);
    set(m, k->last_pid, 0);
    set(m, pidmap(m)->page, get_zeroed_page(m));
    BUG_ON(!pidmap(m)->page);
    set(m, *pidmap_word(m, 0), 1u);
    set(m, pidmap(m)->nr_free, BITS_PER_PAGE - 1);
    for (u32 type = 0; type < PIDTYPE_MAX; type++)
        attach_pid(m, &k->init_task, (enum pid_type)type, 0);
}
