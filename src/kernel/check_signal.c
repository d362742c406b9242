// The checker's part for queued signals and the users who pay for them.
#include "kernel/kernel.h"
#include "kernel/references.h"
#include "util/complaints.h"

struct shared_check {
    const struct machine *m;
    struct complaints complaints;
    struct references users, queued; // queued: the users who pay for entries
};

static u32 in_use(const struct machine *m, kaddr cache)
{
    return cache_objects_in_use(at(m, cache, struct kmem_cache));
}

// ---- Signals and users -------------------------------------------------------------------------------

// One queue: each entry has its bit, and a signal below SIGRTMIN at most one entry.
static void check_queue(struct shared_check *c, const struct sigpending *pending, s32 pid,
                        const char *which)
{
    const struct machine *m = c->m;
    struct sigset seen = { { 0, 0 } };

    for (kaddr link = pending->list.next; link != kaddr_of(m, &pending->list);
         link = list_at(m, link)->next) {
        const struct sigqueue *q = at(m, link, struct sigqueue);
        s32 sig = q->si_signo;

        if (sig < 1 || sig > _NSIG) {
            complain(&c->complaints, "task %d: an entry of its %s queue names signal %d", pid,
                     which, sig);
            return;
        }
        if (!sigismember(&pending->signal, sig))
            complain(&c->complaints, "task %d: signal %d is queued (%s) but its bit is not set",
                     pid, sig, which);
        if (sig < SIGRTMIN && sigismember(&seen, sig))
            complain(&c->complaints, "task %d: signal %d is queued (%s) twice", pid, sig, which);
        seen.sig[(sig - 1) / 32] |= 1u << (sig - 1) % 32;
        add_reference(&c->queued, q->user);
    }
}

static void check_user(struct shared_check *c, kaddr address)
{
    const struct user_struct *user = at(c->m, address, struct user_struct);
    u32 tasks = references_to(&c->users, address);
    u32 queued = references_to(&c->queued, address);

    if ((u32)user->sigpending != queued)
        complain(&c->complaints, "user %u: sigpending %d, queued signals %u", user->uid,
                 user->sigpending, queued);
    if ((u32)user->count != tasks + queued)
        complain(&c->complaints, "user %u: count %d, but %u tasks and %u queued signals", user->uid,
                 user->count, tasks, queued);
}

static void check_users(struct shared_check *c)
{
    const struct machine *m = c->m;
    kaddr root = kaddr_of(m, &kernel(m)->root_user);
    u32 live = 0;

    sort_references(&c->users);
    sort_references(&c->queued);
    for (u32 i = 0; i < c->users.count; i++) {
        if (!distinct_reference(&c->users, i))
            continue;
        check_user(c, c->users.to[i]);
        live += c->users.to[i] != root;
    }
    for (u32 i = 0; i < c->queued.count; i++) { // who has nothing left but queued signals
        if (!distinct_reference(&c->queued, i) || references_to(&c->users, c->queued.to[i]))
            continue;
        check_user(c, c->queued.to[i]);
        live += c->queued.to[i] != root;
    }
    if (in_use(m, kernel(m)->caches.user) != live)
        complain(&c->complaints, "slab uid_cache: %u objects in use, users %u",
                 in_use(m, kernel(m)->caches.user), live);
    if (in_use(m, kernel(m)->caches.sigqueue) != c->queued.count)
        complain(&c->complaints, "slab sigqueue: %u objects in use, queued signals %u",
                 in_use(m, kernel(m)->caches.sigqueue), c->queued.count);
}

// ---- All tasks ---------------------------------------------------------------------------------------

static void look_at_task(struct shared_check *c, const struct task_struct *p)
{
    add_reference(&c->users, p->user);
    check_queue(c, &p->pending, p->pid, "own");
    if (p->signal && (thread_group_leader(p) || !p->pid))
        check_queue(c, &signal_of(c->m, p)->shared_pending, p->pid, "shared");
}

int check_signal_queues(const struct machine *m, struct strbuf *out)
{
    struct shared_check c = { .m = m, .complaints = { out, 0 } };

    look_at_task(&c, &kernel(m)->init_task);
    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p))
        look_at_task(&c, p);
    check_users(&c);
    finish_references(&c.users);
    finish_references(&c.queued);
    return c.complaints.count;
}
