// Process groups, sessions, users, limits, capabilities, and the kernel's adjustable numbers.
#include "kernel/signal.h"

#include "procarium/strbuf.h"

#include <string.h>

#define CAP_SETUID 7
#define NR_OPEN    (1024u * 1024u)

bool capable(const struct machine *m, const struct task_struct *p, u32 capability)
{
    (void)m;
    return p->cap_effective >> capability & 1;
}

// ---- Process groups and sessions ---------------------------------------------------------------

static void change_pgrp(struct machine *m, const struct task_struct *p, s32 pgrp)
{
    if (process_group(m, p) == pgrp)
        return;
    detach_pid(m, p, PIDTYPE_PGID);
    set(m, signal_of(m, p)->pgrp, pgrp);
    attach_pid(m, p, PIDTYPE_PGID, pgrp);
}

// May `me` move p to another group? 0, or the errno with its reason in *why.
static s32 check_setpgid(const struct machine *m, const struct task_struct *me,
                         const struct task_struct *p, enum refusal *why)
{
    kaddr self = kaddr_of(m, me);

    *why = REFUSED_NOT_LEADER;
    if (!thread_group_leader(p))
        return EINVAL;
    if (p->parent == self || p->real_parent == self) {
        *why = REFUSED_OTHER_SESSION;
        if (signal_of(m, p)->session != signal_of(m, me)->session)
            return EPERM;
        *why = REFUSED_HAS_EXECED;
        if (p->did_exec)
            return EACCES;
    } else if (p != me) {
        *why = REFUSED_NO_CHILD;
        return ESRCH;
    }
    *why = REFUSED_SESSION_LEADER;
    return signal_of(m, p)->leader ? EPERM : 0;
}

// Has the group a member in the session?
static bool is_group_in_session(const struct machine *m, s32 pgrp, s32 session)
{
    for (const struct task_struct *p = first_of_pid(m, PIDTYPE_PGID, pgrp); p;
         p = next_of_pid(m, PIDTYPE_PGID, p)) {
        if (signal_of(m, p)->session == session)
            return true;
    }
    return false;
}

// pid 0 means the caller, pgid 0 means pid. After kernel/sys.c, sys_setpgid().
s32 sys_setpgid(struct machine *m, s32 pid, s32 pgid)
{
    KFN(m, sys_setpgid);
    const struct task_struct *me = current(m);
    enum refusal why;

    if (!pid)
        pid = me->pid;
    if (!pgid)
        pgid = pid;
    if (pgid < 0)
        KRETURN(refuse_call(m, EINVAL, REFUSED_BAD_OPTION));
    const struct task_struct *p = find_task_by_pid(m, pid);
    if (!p)
        KRETURN(refuse_call(m, ESRCH, REFUSED_NO_TASK));
    s32 error = check_setpgid(m, me, p, &why);
    if (error)
        KRETURN(refuse_call(m, error, why));
    if (pgid != pid && !is_group_in_session(m, pgid, signal_of(m, me)->session))
        KRETURN(refuse_call(m, EPERM, REFUSED_NO_GROUP));
    change_pgrp(m, p, pgid);
    KRETURN(0);
}

// The new session's number, -EINVAL or -EPERM. After kernel/sys.c, sys_setsid().
s32 sys_setsid(struct machine *m)
{
    KFN(m, sys_setsid);
    const struct task_struct *me = current(m);
    const struct signal_struct *group = signal_of(m, me);

    if (!thread_group_leader(me))
        KRETURN(refuse_call(m, EINVAL, REFUSED_NOT_LEADER));
    if (first_of_pid(m, PIDTYPE_PGID, me->pid))
        KRETURN(refuse_call(m, EPERM, REFUSED_GROUP_EXISTS));
    set(m, group->leader, 1);
    if (group->session != me->pid) {
        detach_pid(m, me, PIDTYPE_SID);
        set(m, group->session, me->pid);
        attach_pid(m, me, PIDTYPE_SID, me->pid);
    }
    change_pgrp(m, me, me->pid);
    set(m, group->tty, 0);
    set(m, group->tty_old_pgrp, 0);
    KRETURN(me->pid);
}

// ---- Limits --------------------------------------------------------------------------------------

// After kernel/sys.c, sys_setrlimit().
s32 sys_setrlimit(struct machine *m, u32 resource, u32 soft, u32 hard)
{
    KFN(m, sys_setrlimit);
    const struct task_struct *me = current(m);

    if (resource >= RLIM_NLIMITS || soft > hard)
        KRETURN(refuse_call(m, EINVAL, REFUSED_BAD_OPTION));
    const struct rlimit *limit = &signal_of(m, me)->rlim[resource];
    if (hard > limit->rlim_max && !capable(m, me, CAP_SYS_RESOURCE))
        KRETURN(refuse_call(m, EPERM, REFUSED_NOT_PERMITTED));
    if (resource == RLIMIT_NOFILE && hard > NR_OPEN)
        KRETURN(refuse_call(m, EPERM, REFUSED_FILES_LIMIT));
    set(m, limit->rlim_cur, soft);
    set(m, limit->rlim_max, hard);
    KRETURN(0);
}

// ---- Users -----------------------------------------------------------------------------------------

void free_uid(struct machine *m, const struct user_struct *user)
{
    set(m, user->count, user->count - 1);
    if (user->count || user == &kernel(m)->root_user)
        return;
    KFN(m, free_uid);
    list_del(m, &user->uidhash_list);
    kmem_cache_free(m, kernel(m)->caches.user, kaddr_of(m, user));
}

// The user_struct of uid with one more reference, made if need be; 0 without memory. After
// kernel/user.c, alloc_uid(). Unlike Linux: one list, not a hash table of them.
static kaddr alloc_uid(struct machine *m, u32 uid)
{
    KFN(m, alloc_uid);
    const struct user_struct *root = &kernel(m)->root_user;
    const struct user_struct *user = root;

    do {
        if (user->uid == uid) {
            set(m, user->count, user->count + 1);
            KRETURN(kaddr_of(m, user));
        }
        user = list_entry(m, user->uidhash_list.next, struct user_struct, uidhash_list);
    } while (user != root);
    kaddr address = kmem_cache_alloc(m, kernel(m)->caches.user);
    struct user_struct fresh = { .count = 1, .uid = uid };
    if (!address)
        KRETURN(0u);
    user = at(m, address, struct user_struct);
    copy(m, user, &fresh, sizeof fresh);
    list_add(m, &user->uidhash_list, &root->uidhash_list);
    KRETURN(address);
}

// The task belongs to another user: the numbers of processes follow. 0 or -EAGAIN. After
// kernel/sys.c, set_user() and kernel/user.c, switch_uid().
static s32 set_user(struct machine *m, const struct task_struct *me, u32 uid)
{
    KFN(m, set_user);
    kaddr address = alloc_uid(m, uid);

    if (!address)
        KRETURN(refuse_call(m, EAGAIN, REFUSED_NO_MEMORY));
    const struct user_struct *user = at(m, address, struct user_struct);
    const struct user_struct *old = at(m, me->user, struct user_struct);
    if ((u32)user->processes >= signal_of(m, me)->rlim[RLIMIT_NPROC].rlim_cur &&
        user != &kernel(m)->root_user) {
        free_uid(m, user);
        KRETURN(refuse_call(m, EAGAIN, REFUSED_NPROC));
    }
    set(m, user->processes, user->processes + 1);
    set(m, old->processes, old->processes - 1);
    set(m, me->user, address);
    free_uid(m, old);
    set(m, me->uid, uid);
    KRETURN(0);
}

// Root's powers go when the last of its uids goes. After security/commoncap.c,
// cap_task_post_setuid().
static void cap_post_setuid(struct machine *m, const struct task_struct *me, bool was_root,
                            u32 old_euid)
{
    if (was_root && me->uid && me->euid && me->suid && !me->keep_capabilities) {
        set(m, me->cap_permitted, 0u);
        set(m, me->cap_effective, 0u);
    }
    if (!old_euid && me->euid)
        set(m, me->cap_effective, 0u);
    if (old_euid && !me->euid)
        set(m, me->cap_effective, me->cap_permitted);
}

// After kernel/sys.c, sys_setuid(): root changes all its uids for good, others can only go back
// to their real or saved one.
s32 sys_setuid(struct machine *m, u32 uid)
{
    KFN(m, sys_setuid);
    const struct task_struct *me = current(m);
    bool was_root = !me->uid || !me->euid || !me->suid;
    u32 old_euid = me->euid;

    if (capable(m, me, CAP_SETUID)) {
        s32 error = uid != me->uid ? set_user(m, me, uid) : 0;

        if (error)
            KRETURN(error);
        set(m, me->suid, uid);
    } else if (uid != me->uid && uid != me->suid) {
        KRETURN(refuse_call(m, EPERM, REFUSED_NOT_PERMITTED));
    }
    if (old_euid != uid && me->mm)
        set(m, at(m, me->mm, struct mm_struct)->dumpable, 0u);
    set(m, me->euid, uid);
    set(m, me->fsuid, uid);
    cap_post_setuid(m, me, was_root, old_euid);
    KRETURN(0);
}

// ---- Adjustable numbers (kernel/sysctl.c) --------------------------------------------------------------

struct sysctl {
    const char *name;
    size_t offset; // of an s32 in struct kernel_data
    s32 min, max;
};

#define PID_MAX_LIMIT 32768
#define RESERVED_PIDS 300

static const struct sysctl sysctls[] = {
    { "kernel.pid_max", offsetof(struct kernel_data, pid_max), RESERVED_PIDS + 1, PID_MAX_LIMIT },
    { "kernel.threads-max", offsetof(struct kernel_data, max_threads), 1, INT32_MAX },
    // Unlike Linux, which has no such knob: where the search for the next pid begins, so that the
    // wrap-around can be seen without 32768 forks.
    { "procarium.last_pid", offsetof(struct kernel_data, last_pid), 0, PID_MAX_LIMIT - 1 },
};
#define SYSCTLS (sizeof sysctls / sizeof sysctls[0])

static const struct sysctl *find_sysctl(const char *name)
{
    for (size_t i = 0; i < SYSCTLS; i++) {
        if (strcmp(sysctls[i].name, name) == 0)
            return &sysctls[i];
    }
    return NULL;
}

static const s32 *sysctl_field(const struct machine *m, const struct sysctl *s)
{
    return at(m, KERNEL_DATA + (u32)s->offset, s32);
}

const char *sysctl_name(u32 index)
{
    return index < SYSCTLS ? sysctls[index].name : NULL;
}

bool sysctl_get(const struct machine *m, const char *name, s64 *value)
{
    const struct sysctl *s = find_sysctl(name);

    if (s)
        *value = *sysctl_field(m, s);
    return s;
}

bool sysctl_check(const struct machine *m, const char *name, s64 value, struct strbuf *why)
{
    const struct sysctl *s = find_sysctl(name);

    if (!s) {
        strbuf_puts(why, "there is no sysctl of this name");
        return false;
    }
    s32 max = s->offset == offsetof(struct kernel_data, last_pid) ? kernel(m)->pid_max - 1 : s->max;
    if (value >= s->min && value <= max)
        return true;
    strbuf_printf(why, "%s takes %d to %d", s->name, s->min, max);
    if (s->offset == offsetof(struct kernel_data, pid_max) && value > max)
        strbuf_puts(why, ": one page has no more bits, and only 64-bit kernels have more pages");
    return false;
}

bool sysctl_set(struct machine *m, const char *name, s64 value, struct strbuf *why)
{
    if (!sysctl_check(m, name, value, why))
        return false;
    set(m, *sysctl_field(m, find_sysctl(name)), (s32)value);
    return true;
}
