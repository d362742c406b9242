// Process groups and sessions, limits, users, and the kernel's adjustable numbers.
#include "booted_machine.h"
#include "cunit_main.h"

#define CLONE_A_THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)

static s32 session_of(const struct booted *b, s32 pid)
{
    return signal_of(b->m, task(b, pid))->session;
}

static s32 group_of(const struct booted *b, s32 pid)
{
    return process_group(b->m, task(b, pid));
}

static s32 setpgid_by(struct booted *b, s32 caller, s32 pid, s32 pgid)
{
    return CALL(b, caller, setpgid, (u32)pid, (u32)pgid);
}

static void test_setsid(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 thread = CALL(b, child, clone, CLONE_A_THREAD);

    CU_ASSERT_EQUAL(CALL(b, thread, setsid, 0), -EINVAL);
    CU_ASSERT(refused(b, thread, EINVAL, REFUSED_NOT_LEADER));
    CU_ASSERT_EQUAL(CALL(b, child, setsid, 0), child);
    CU_ASSERT_EQUAL(session_of(b, child), child);
    CU_ASSERT_EQUAL(group_of(b, child), child);
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, child))->leader, 1);
    CU_ASSERT_EQUAL(CALL(b, child, setsid, 0), -EPERM);
    CU_ASSERT(refused(b, child, EPERM, REFUSED_GROUP_EXISTS));
    // A child inherits both, but is no leader.
    s32 grandchild = CALL(b, child, fork, 0);
    CU_ASSERT_EQUAL(session_of(b, grandchild), child);
    CU_ASSERT_EQUAL(group_of(b, grandchild), child);
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, grandchild))->leader, 0);
    // init's group and session are 0 until it asks.
    CU_ASSERT_EQUAL(session_of(b, 1), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, setsid, 0), 1);
    power_off(b);
}

static void test_setsid_while_the_group_lives(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(setpgid_by(b, child, 0, 0), 0);
    s32 member = CALL(b, child, fork, 0);
    s32 other = CALL(b, child, fork, 0);
    CU_ASSERT_EQUAL(setpgid_by(b, child, other, 0), 0);
    CU_ASSERT_EQUAL(setpgid_by(b, child, 0, other), 0);
    CU_ASSERT_EQUAL(CALL(b, child, setsid, 0), -EPERM); // `member` is still in its group
    CALL(b, member, exit, 0);
    CALL(b, child, wait4, (u32)member);
    CU_ASSERT_EQUAL(CALL(b, child, setsid, 0), child);
    power_off(b);
}

static void test_setpgid(void)
{
    struct booted *b = power_on_machine();
    s32 shell = CALL(b, 1, fork, 0);

    CALL(b, shell, setsid, 0);
    s32 first = CALL(b, shell, fork, 0);
    s32 second = CALL(b, shell, fork, 0);
    CU_ASSERT_EQUAL(setpgid_by(b, shell, first, first), 0);
    CU_ASSERT_EQUAL(group_of(b, first), first);
    CU_ASSERT_EQUAL(setpgid_by(b, second, 0, first), 0); // joins
    CU_ASSERT_EQUAL(group_of(b, second), first);
    CU_ASSERT_EQUAL(setpgid_by(b, shell, second, shell), 0);
    CU_ASSERT_EQUAL(group_of(b, second), shell);
    CU_ASSERT_EQUAL(session_of(b, second), shell);
    // The number stays busy while the group has a member.
    CU_ASSERT_EQUAL(setpgid_by(b, shell, second, first), 0);
    CALL(b, first, exit, 0);
    CALL(b, shell, wait4, (u32)first);
    CU_ASSERT_PTR_NULL(task(b, first));
    CU_ASSERT(is_pid_in_use(b->m, first));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, second, 0), 0);
    CU_ASSERT_FALSE(is_pid_in_use(b->m, first));
    power_off(b);
}

static void test_setpgid_errors(void)
{
    static const char *const program[] = { "/bin/true", NULL };
    struct booted *b = power_on_machine();
    s32 shell = CALL(b, 1, fork, 0);
    s32 stranger = CALL(b, 1, fork, 0);

    CALL(b, shell, setsid, 0);
    s32 child = CALL(b, shell, fork, 0);
    s32 grandchild = CALL(b, child, fork, 0);
    s32 away = CALL(b, shell, fork, 0);
    s32 execed = CALL(b, shell, fork, 0);
    s32 thread = CALL(b, child, clone, CLONE_A_THREAD);
    CALL(b, away, setsid, 0);
    make(b, execed, (struct call){ __NR_execve, { 0 }, program });

    CU_ASSERT_EQUAL(setpgid_by(b, shell, child, -1), -EINVAL);
    CU_ASSERT(refused(b, shell, EINVAL, REFUSED_BAD_OPTION));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, 9999, 0), -ESRCH);
    CU_ASSERT(refused(b, shell, ESRCH, REFUSED_NO_TASK));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, thread, 0), -EINVAL);
    CU_ASSERT(refused(b, shell, EINVAL, REFUSED_NOT_LEADER));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, away, 0), -EPERM);
    CU_ASSERT(refused(b, shell, EPERM, REFUSED_OTHER_SESSION));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, execed, 0), -EACCES);
    CU_ASSERT(refused(b, shell, EACCES, REFUSED_HAS_EXECED));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, stranger, 0), -ESRCH);
    CU_ASSERT(refused(b, shell, ESRCH, REFUSED_NO_CHILD));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, grandchild, 0), -ESRCH);
    CU_ASSERT_EQUAL(setpgid_by(b, shell, 0, 0), -EPERM);
    CU_ASSERT(refused(b, shell, EPERM, REFUSED_SESSION_LEADER));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, child, away), -EPERM);
    CU_ASSERT(refused(b, shell, EPERM, REFUSED_NO_GROUP));
    CU_ASSERT_EQUAL(setpgid_by(b, shell, child, 12345), -EPERM);
    CU_ASSERT_EQUAL(setpgid_by(b, execed, 0, 0), 0); // itself it may
    power_off(b);
}

static void test_setrlimit(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIM_NLIMITS, 1, 1), -EINVAL);
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_NPROC, 2, 1), -EINVAL);
    CU_ASSERT(refused(b, child, EINVAL, REFUSED_BAD_OPTION));
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_NOFILE, 8, 1u << 21), -EPERM);
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_NOFILE, 8, 2048), 0);
    CU_ASSERT_EQUAL(CALL(b, child, setuid, 1000), 0);
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_NOFILE, 8, 4096), -EPERM);
    CU_ASSERT(refused(b, child, EPERM, REFUSED_NOT_PERMITTED));
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_NOFILE, 4, 4), 0);
    CU_ASSERT_EQUAL(CALL(b, child, dup, 0), 3);
    CU_ASSERT_EQUAL(CALL(b, child, dup, 0), -EMFILE);
    power_off(b);
}

static void test_setuid(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 root_processes = kernel(b->m)->root_user.processes;
    const struct kmem_cache *users = at(b->m, kernel(b->m)->caches.user, struct kmem_cache);

    CU_ASSERT_EQUAL(CALL(b, child, setuid, 1000), 0);
    CU_ASSERT_EQUAL(kernel(b->m)->root_user.processes, root_processes - 1);
    CU_ASSERT_EQUAL(task(b, child)->euid, 1000);
    CU_ASSERT_EQUAL(task(b, child)->cap_effective, 0);
    CU_ASSERT_EQUAL(cache_objects_in_use(users), 1);
    CU_ASSERT_EQUAL(CALL(b, child, setuid, 0), -EPERM);
    CU_ASSERT(refused(b, child, EPERM, REFUSED_NOT_PERMITTED));
    CU_ASSERT_EQUAL(CALL(b, child, setuid, 1000), 0);
    // RLIMIT_NPROC counts the user's processes, and does not count for root.
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_NPROC, 2, 2), 0);
    s32 grandchild = CALL(b, child, fork, 0);
    CU_ASSERT(grandchild > 0);
    CU_ASSERT_EQUAL(CALL(b, child, fork, 0), -EAGAIN);
    CU_ASSERT(refused(b, child, EAGAIN, REFUSED_NPROC));
    s32 other = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(CALL(b, other, setrlimit, RLIMIT_NPROC, 2, 2), 0);
    CU_ASSERT_EQUAL(CALL(b, other, setuid, 1000), -EAGAIN);
    CU_ASSERT(refused(b, other, EAGAIN, REFUSED_NPROC));
    CU_ASSERT_EQUAL(task(b, other)->uid, 0);
    CU_ASSERT_EQUAL(CALL(b, other, setuid, 0), 0);
    CALL(b, grandchild, exit, 0);
    CALL(b, child, wait4, (u32)grandchild);
    CALL(b, child, exit, 0);
    CALL(b, 1, wait4, (u32)child);
    CU_ASSERT_EQUAL(cache_objects_in_use(users), 0); // the record went with the last process
    power_off(b);
}

static bool set_sysctl(struct booted *b, const char *name, s64 value, struct strbuf *why)
{
    history_begin(b->m, NULL);
    bool is_set = sysctl_set(b->m, name, value, why);
    history_end(b->m);
    return is_set;
}

static void test_sysctl(void)
{
    struct booted *b = power_on_machine();
    struct strbuf why = STRBUF_INIT;
    s64 value = 0;

    CU_ASSERT(sysctl_get(b->m, "kernel.pid_max", &value));
    CU_ASSERT_EQUAL(value, 32768);
    CU_ASSERT_FALSE(set_sysctl(b, "kernel.pid_max", 300, &why));
    CU_ASSERT_FALSE(set_sysctl(b, "kernel.pid_max", 32769, &why));
    CU_ASSERT_FALSE(set_sysctl(b, "kernel.threads-max", 0, &why));
    CU_ASSERT_FALSE(set_sysctl(b, "kernel.hostname", 1, &why));
    CU_ASSERT_FALSE(sysctl_get(b->m, "kernel.hostname", &value));
    CU_ASSERT(why.length > 0);
    CU_ASSERT(set_sysctl(b, "kernel.pid_max", 400, &why));
    CU_ASSERT_FALSE(set_sysctl(b, "procarium.last_pid", 400, &why));
    CU_ASSERT(set_sysctl(b, "procarium.last_pid", 398, &why));
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), 399);
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), 300);
    CU_ASSERT(set_sysctl(b, "kernel.threads-max", 4, &why));
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), 301);
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), -EAGAIN);
    CU_ASSERT(refused(b, 1, EAGAIN, REFUSED_THREADS_MAX));
    for (u32 i = 0; sysctl_name(i); i++)
        CU_ASSERT(sysctl_get(b->m, sysctl_name(i), &value));
    strbuf_finish(&why);
    power_off(b);
}

static CU_TestInfo tests[] = {
    { "setsid", test_setsid },
    { "setsid while the group lives", test_setsid_while_the_group_lives },
    { "setpgid", test_setpgid },
    { "setpgid: errors", test_setpgid_errors },
    { "setrlimit", test_setrlimit },
    { "setuid", test_setuid },
    { "sysctl", test_sysctl },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "sys", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
