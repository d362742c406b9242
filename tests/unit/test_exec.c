// exec: what a new program keeps and what it loses, what fails, and what becomes of the other
// threads when one of them calls it.
#include "booted_machine.h"
#include "cunit_main.h"
#include "machine/program.h"

#include <string.h>

#define HANDLER 0x08049000u

static s32 exec_with(struct booted *b, s32 pid, const char *const *strings)
{
    return make(b, pid, (struct call){ .nr = __NR_execve, .strings = strings });
}

static const struct files_struct *files_of(const struct booted *b, s32 pid)
{
    return at(b->m, task(b, pid)->files, struct files_struct);
}

// ---- One task --------------------------------------------------------------------------------

static void test_order(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(exec(b, child, "/bin/ls"), 0);
    CU_ASSERT(RAN(b, "system_call", "sys_execve", "getname", "do_execve", "mm_alloc", "mm_init",
                  "search_binary_handler", "load_elf_binary", "flush_old_exec", "de_thread",
                  "unshare_files", "exec_mmap", "mm_release", "mmput", "exit_mmap", "__mmdrop",
                  "flush_thread", "flush_signal_handlers", "flush_old_files", "start_thread"));
    CU_ASSERT_EQUAL(heard_count(b, EVENT_EXEC), 1);
    CU_ASSERT_PTR_NULL(heard(b, EVENT_RETURN, child, __NR_execve)); // a new program sees no return
    power_off(b);
}

static void test_name(void)
{
    static const char *const names[][2] = {
        { "/bin/ls", "ls" },
        { "/usr/bin/a-name-of-fifteen", "a-name-of-fifte" },
        { "/bin/123456789012345", "123456789012345" },
        { "/bin/1234567890123456", "123456789012345" },
    };
    struct booted *b = power_on_machine();
    struct strbuf why = STRBUF_INIT;

    CU_ASSERT_TRUE(programs_add(&b->m->programs,
                                "/usr/bin/a-name-of-fifteen text=1\n/bin/123456789012345 text=1p\n"
                                "/bin/1234567890123456 text=1K # a comment",
                                &why));
    CU_ASSERT_STRING_EQUAL(task(b, 1)->comm, "init");
    for (u32 i = 0; i < sizeof names / sizeof *names; i++) {
        CU_ASSERT_EQUAL(exec(b, 1, names[i][0]), 0);
        CU_ASSERT_STRING_EQUAL(task(b, 1)->comm, names[i][1]);
    }
    power_off(b);
}

static void test_kept_and_lost(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CALL(b, child, setsid, 0);
    CALL(b, child, nice, 3);
    CALL(b, child, prctl, PR_SET_PDEATHSIG, SIGTERM);
    CALL(b, child, setrlimit, RLIMIT_NOFILE, 77, 88);
    CALL(b, child, rt_sigaction, SIGUSR1, HANDLER, SA_RESTART);
    CALL(b, child, rt_sigaction, SIGUSR2, SIG_IGN, SA_NODEFER);
    CALL(b, child, rt_sigprocmask, SIG_SETMASK, 1u << (SIGHUP - 1) | 1u << (SIGUSR1 - 1));
    CALL(b, child, kill, (u32)child, SIGHUP);
    struct task_struct before = *task(b, child);
    CU_ASSERT_TRUE(before.flags & PF_FORKNOEXEC);
    CU_ASSERT_EQUAL(before.did_exec, 0);
    CU_ASSERT_EQUAL(exec(b, child, "/bin/cat"), 0);
    const struct task_struct *p = task(b, child);
    const struct sighand_struct *sighand = sighand_of(b->m, p);
    CU_ASSERT_EQUAL(p->pid, before.pid);
    CU_ASSERT_EQUAL(p->real_parent, before.real_parent);
    CU_ASSERT_EQUAL(p->signal, before.signal);
    CU_ASSERT_EQUAL(signal_of(b->m, p)->pgrp, child);
    CU_ASSERT_EQUAL(signal_of(b->m, p)->session, child);
    CU_ASSERT_EQUAL(signal_of(b->m, p)->rlim[RLIMIT_NOFILE].rlim_cur, 77);
    CU_ASSERT_EQUAL(p->static_prio, 123);
    CU_ASSERT_EQUAL(p->fs, before.fs);
    CU_ASSERT_EQUAL(p->thread_info, before.thread_info);
    CU_ASSERT_EQUAL(p->self_exec_id, before.self_exec_id + 1);
    CU_ASSERT_EQUAL(p->parent_exec_id, before.parent_exec_id);
    CU_ASSERT_FALSE(p->flags & PF_FORKNOEXEC);
    CU_ASSERT_EQUAL(p->did_exec, 1);
    CU_ASSERT_TRUE(sigismember(&p->blocked, SIGHUP) && sigismember(&p->blocked, SIGUSR1));
    CU_ASSERT_TRUE(sigismember(&signal_of(b->m, p)->shared_pending.signal, SIGHUP));
    CU_ASSERT_EQUAL(sighand->action[SIGUSR1 - 1].sa_handler, SIG_DFL);
    CU_ASSERT_EQUAL(sighand->action[SIGUSR1 - 1].sa_flags, 0);
    CU_ASSERT_EQUAL(sighand->action[SIGUSR2 - 1].sa_handler, SIG_IGN);
    CU_ASSERT_EQUAL(sighand->action[SIGUSR2 - 1].sa_flags, 0);
    power_off(b);
}

static void test_registers(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    exec(b, child, "/bin/ls");
    const struct pt_regs *r = task_pt_regs(b->m, task(b, child));
    CU_ASSERT_EQUAL(r->eax, 0);
    CU_ASSERT_EQUAL(r->ebx, 0);
    CU_ASSERT_EQUAL(r->edi, 0);
    CU_ASSERT_EQUAL(r->xcs, USER_CS);
    CU_ASSERT_EQUAL(r->xds, USER_DS);
    CU_ASSERT_EQUAL(r->xss, USER_DS);
    CU_ASSERT_TRUE(r->esp < TASK_SIZE && r->esp > 0xB0000000);
    CU_ASSERT_EQUAL(mm_of(b, child)->start_stack, r->esp);
    power_off(b);
}

static void test_new_memory(void)
{
    struct booted *b = power_on_machine();
    s32 child = clone_with(b, 1, CLONE_VM | SIGCHLD);
    kaddr shared = task(b, 1)->mm;

    CU_ASSERT_EQUAL(task(b, child)->mm, shared);
    CU_ASSERT_EQUAL(mm_of(b, 1)->mm_users, 2);
    exec(b, child, "/bin/ls");
    CU_ASSERT_NOT_EQUAL(task(b, child)->mm, shared);
    CU_ASSERT_EQUAL(task(b, child)->active_mm, task(b, child)->mm);
    CU_ASSERT_EQUAL(mm_of(b, child)->mm_users, 1);
    CU_ASSERT_EQUAL(mm_of(b, child)->mm_count, 1);
    CU_ASSERT_EQUAL(mm_of(b, 1)->mm_users, 1);
    CU_ASSERT_EQUAL(current_pid(b), 1);
    CU_ASSERT_EQUAL(cpu(b->m)->cr3, mm_of(b, 1)->pgd - KERNEL_BASE);
    focus_on(b, child);
    CU_ASSERT_EQUAL(cpu(b->m)->cr3, mm_of(b, child)->pgd - KERNEL_BASE);
    power_off(b);
}

static void test_close_on_exec(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(open_path(b, child, "/etc/motd", O_CLOEXEC), 3);
    CU_ASSERT_EQUAL(open_path(b, child, "/etc/passwd", 0), 4);
    CALL(b, child, fcntl, 0, F_SETFD, 1);
    exec(b, child, "/bin/ls");
    CU_ASSERT_EQUAL(files_of(b, child)->open_fds_init[0], 1u << 1 | 1u << 2 | 1u << 4);
    CU_ASSERT_EQUAL(files_of(b, child)->close_on_exec_init[0], 0);
    CU_ASSERT_EQUAL(files_of(b, 1)->open_fds_init[0], 7);
    const struct event *closed = heard(b, EVENT_CLOSE, child, 3);
    CU_ASSERT_TRUE(closed && closed->c == 1);
    CU_ASSERT_EQUAL(heard_count(b, EVENT_CLOSE), 2);
    power_off(b);
}

// What was shared by CLONE_ flags is the other's alone afterwards; fs stays shared.
static void test_unsharing(void)
{
    struct booted *b = power_on_machine();
    s32 child = clone_with(b, 1, CLONE_VM | CLONE_SIGHAND | CLONE_FILES | CLONE_FS | SIGCHLD);

    CALL(b, child, rt_sigaction, SIGUSR1, HANDLER);
    open_path(b, child, "/etc/motd", O_CLOEXEC);
    exec(b, child, "/bin/ls");
    CU_ASSERT_NOT_EQUAL(task(b, child)->sighand, task(b, 1)->sighand);
    CU_ASSERT_NOT_EQUAL(task(b, child)->files, task(b, 1)->files);
    CU_ASSERT_EQUAL(task(b, child)->fs, task(b, 1)->fs);
    CU_ASSERT_EQUAL(files_of(b, 1)->count, 1);
    CU_ASSERT_EQUAL(files_of(b, 1)->open_fds_init[0], 15);
    CU_ASSERT_EQUAL(files_of(b, child)->open_fds_init[0], 7);
    CU_ASSERT_EQUAL(sighand_of(b->m, task(b, 1))->count, 1);
    CU_ASSERT_EQUAL(sighand_of(b->m, task(b, 1))->action[SIGUSR1 - 1].sa_handler, HANDLER);
    CU_ASSERT_EQUAL(sighand_of(b->m, task(b, child))->action[SIGUSR1 - 1].sa_handler, SIG_DFL);
    power_off(b);
}

// ---- Failures --------------------------------------------------------------------------------

static void test_errors(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    struct task_struct before = *task(b, child);
    char *longer = malloc(140000);

    memset(longer, 'x', 140000);
    longer[4096] = 0;
    CU_ASSERT_EQUAL(exec(b, child, ""), -ENOENT);
    CU_ASSERT_TRUE(refused(b, child, ENOENT, REFUSED_NO_FILE));
    CU_ASSERT_EQUAL(exec_with(b, child, NULL), -ENOENT);
    CU_ASSERT_EQUAL(exec(b, child, longer), -ENAMETOOLONG);
    longer[4096] = 'x';
    longer[131072] = 0;
    const char *const strings[] = { "/bin/echo", longer, NULL };
    CU_ASSERT_EQUAL(exec_with(b, child, strings), -E2BIG);
    CU_ASSERT_TRUE(refused(b, child, E2BIG, REFUSED_ARGUMENTS_TOO_LONG));
    // The old program goes on as if nothing had been.
    CU_ASSERT_EQUAL(task(b, child)->mm, before.mm);
    CU_ASSERT_EQUAL(task(b, child)->self_exec_id, before.self_exec_id);
    CU_ASSERT_STRING_EQUAL(task(b, child)->comm, before.comm);
    CU_ASSERT_TRUE(task(b, child)->flags & PF_FORKNOEXEC);
    longer[4095] = 0;
    CU_ASSERT_EQUAL(exec(b, child, longer), -ENAMETOOLONG); // a name has 255 characters …
    memset(longer, '/', 4095 - 255);
    CU_ASSERT_EQUAL(exec(b, child, longer), -ENOENT); // … and a path 4095
    CU_ASSERT_EQUAL(exec(b, child, longer + 1), -ENOENT);
    memset(longer, '/', 4095);
    memcpy(longer + 4000, "bin", 3);
    CU_ASSERT_EQUAL(exec(b, child, longer), -EACCES);
    free(longer);
    power_off(b);
}

// ---- vfork -----------------------------------------------------------------------------------

static void test_vfork(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(CALL(b, 1, vfork, 0), NO_RETURN);
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(state_of(b, 1), 'D');
    CU_ASSERT_EQUAL(mm_of(b, 1)->mm_users, 2);
    exec(b, child, "/bin/ls");
    CU_ASSERT(RAN(b, "exec_mmap", "mm_release", "complete", "try_to_wake_up", "mmput",
                  "wait_for_completion"));
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    CU_ASSERT_EQUAL(task(b, child)->vfork_done, 0);
    CU_ASSERT_EQUAL(mm_of(b, 1)->mm_users, 1);
    const struct event *returned = heard(b, EVENT_RETURN, 1, __NR_vfork);
    CU_ASSERT_TRUE(returned && returned->c == child);
    CU_ASSERT_TRUE(state_change(b, 1, 'D', 'R') != NULL);
    power_off(b);
}

// ---- Threads ---------------------------------------------------------------------------------

// The leader execs: the others die, and the process is one that had never had threads.
static void test_leader(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 running = new_thread(b, process);
    s32 sleeping = new_thread(b, process);
    s32 stopped = clone_with(b, process, THREAD_FLAGS | CLONE_STOPPED);

    CALL(b, sleeping, pause, 0);
    CU_ASSERT_EQUAL(state_of(b, stopped), 'T');
    CU_ASSERT_EQUAL(exec(b, process, "/bin/ls"), 0);
    CU_ASSERT(RAN(b, "de_thread", "zap_other_threads", "schedule", "do_exit", "release_task",
                  "__exit_signal", "wake_up_process", "exec_mmap"));
    CU_ASSERT_EQUAL(state_of(b, running), '-');
    CU_ASSERT_EQUAL(state_of(b, sleeping), '-');
    CU_ASSERT_EQUAL(state_of(b, stopped), '-');
    const struct signal_struct *sig = signal_of(b->m, task(b, process));
    CU_ASSERT_EQUAL(sig->count, 1);
    CU_ASSERT_EQUAL(sig->live, 1);
    CU_ASSERT_EQUAL(sig->flags, 0);
    CU_ASSERT_EQUAL(sig->group_exit_task, 0);
    CU_ASSERT_EQUAL(sig->notify_count, 0);
    // It can have threads again, and its exit code is its own.
    exit_task(b, new_thread(b, process), 0);
    exit_task(b, process, 5);
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)process), process);
    CU_ASSERT_EQUAL(waited_status(b, 1, process), 0x500);
    power_off(b);
}

// Another thread execs: it becomes the leader, with the number that everybody knows.
static void test_other_thread(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);

    CALL(b, process, setsid, 0);
    s32 grandchild = CALL(b, process, fork, 0);
    s32 thread = new_thread(b, process);
    s32 third = new_thread(b, process);
    kaddr descriptor = kaddr_of(b->m, task(b, thread));
    focus_on(b, thread);
    exec(b, thread, "/bin/ls");
    CU_ASSERT(RAN(b, "de_thread", "zap_other_threads", "release_task", "exec_mmap"));
    const struct task_struct *p = task(b, process);
    CU_ASSERT_EQUAL(kaddr_of(b->m, p), descriptor);
    CU_ASSERT_EQUAL(p->pid, process);
    CU_ASSERT_EQUAL(p->tgid, process);
    CU_ASSERT_EQUAL(p->group_leader, descriptor);
    CU_ASSERT_EQUAL(p->exit_signal, SIGCHLD);
    CU_ASSERT_EQUAL(parent_of(b, process), 1);
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(state_of(b, third), '-');
    CU_ASSERT_FALSE(is_pid_in_use(b->m, thread));
    CU_ASSERT_EQUAL(parent_of(b, grandchild), process); // by way of the sibling
    CU_ASSERT_EQUAL(process_group(b->m, p), process);
    u32 found = 0;
    for (const struct task_struct *t = first_of_pid(b->m, PIDTYPE_SID, process); t;
         t = next_of_pid(b->m, PIDTYPE_SID, t))
        found += t == p;
    CU_ASSERT_EQUAL(found, 1);
    CU_ASSERT_EQUAL(signal_of(b->m, p)->flags, 0);
    CU_ASSERT_EQUAL(console(b->m)->focus, process);
    CU_ASSERT_EQUAL(current_pid(b), process);
    exit_task(b, grandchild, 1);
    CU_ASSERT_EQUAL(CALL(b, process, wait4, (u32)-1), grandchild);
    exit_task(b, process, 9);
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)process), process);
    CU_ASSERT_EQUAL(waited_status(b, 1, process), 0x900);
    power_off(b);
}

// The leader has ended already, as a zombie that waits for its threads.
static void test_dead_leader(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    exit_task(b, process, 3);
    CU_ASSERT_EQUAL(state_of(b, process), 'Z');
    CU_ASSERT_EQUAL(exec(b, thread, "/bin/ls"), 0);
    CU_ASSERT_EQUAL(state_of(b, process), 'R');
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)-1, 0, WNOHANG), 0);
    exit_task(b, process, 4);
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)-1), process);
    CU_ASSERT_EQUAL(waited_status(b, 1, process), 0x400);
    power_off(b);
}

// A leader in D cannot die yet: exec waits, in D too, and the machine settles all the same.
static void test_leader_in_vfork(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    CALL(b, process, vfork, 0);
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(exec(b, thread, "/bin/ls"), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, thread), 'D');
    CU_ASSERT_EQUAL(state_of(b, process), 'D');
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(state_of(b, process), 'R');
    CU_ASSERT_STRING_EQUAL(task(b, process)->comm, "ls");
    power_off(b);
}

// Woken, but not yet on the CPU: what exec has prepared is still its own.
static void test_woken(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    CALL(b, thread, vfork, 0);
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(exec(b, process, "/bin/ls"), NO_RETURN);
    turn_settle(b, false);
    CALL(b, child, exit, 0);
    CALL(b, thread, nice, 0); // it never comes to that: it dies, and wakes its leader
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(state_of(b, process), 'R');
    CU_ASSERT_STRING_EQUAL(task(b, process)->comm, "init");
    turn_settle(b, true);
    CU_ASSERT_STRING_EQUAL(task(b, process)->comm, "ls");
    power_off(b);
}

// A signal sent to the process while its exec waits is taken when it has done, though the thread
// that was to take it has died for the exec.
static void test_signal_meanwhile(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 taker = new_thread(b, process);
    s32 thread = new_thread(b, process);

    exit_task(b, process, 0);
    CALL(b, taker, vfork, 0);
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(exec(b, thread, "/bin/ls"), NO_RETURN);
    CALL(b, 1, kill, (u32)process, SIGKILL);
    CU_ASSERT_EQUAL(state_of(b, thread), 'D');
    CU_ASSERT_EQUAL(state_of(b, taker), 'D');
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, process), 'Z');
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)process), process);
    CU_ASSERT_EQUAL(waited_status(b, 1, process), SIGKILL);
    power_off(b);
}

// The thread that takes shared signals in turn must not be the leader that exec has freed.
static void test_current_target(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);
    u32 usr1 = 1u << (SIGUSR1 - 1);

    CALL(b, process, rt_sigaction, SIGUSR1, HANDLER);
    CALL(b, thread, rt_sigprocmask, SIG_BLOCK, usr1);
    CALL(b, 1, kill, (u32)thread, SIGUSR1); // any thread's number means the process
    CU_ASSERT_TRUE(took(b, process, SIGUSR1, ACTION_HANDLER));
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, thread))->curr_target,
                    kaddr_of(b->m, task(b, process)));
    exec(b, thread, "/bin/ls");
    kaddr target = signal_of(b->m, task(b, process))->curr_target;
    CU_ASSERT_TRUE(target == 0 || target == kaddr_of(b->m, task(b, process)));
    CALL(b, process, rt_sigaction, SIGUSR1, HANDLER);
    s32 second = new_thread(b, process);
    CALL(b, 1, kill, (u32)process, SIGUSR1); // both block it
    CALL(b, second, rt_sigprocmask, SIG_UNBLOCK, usr1);
    CU_ASSERT_TRUE(took(b, second, SIGUSR1, ACTION_HANDLER));
    power_off(b);
}

// init's own leader never ends: its thread waits for ever, but nobody else does.
static void test_thread_of_init(void)
{
    struct booted *b = power_on_machine();
    s32 thread = new_thread(b, 1);

    CU_ASSERT_EQUAL(exec(b, thread, "/bin/ls"), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, thread), 'D');
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    CU_ASSERT_TRUE(CALL(b, 1, fork, 0) > 0);
    power_off(b);
}

// init was a kernel thread until its first exec.
static void test_kernel_thread(void)
{
    struct booted *b = power_on_machine();
    const struct task_struct *init = task(b, 1);

    CU_ASSERT_STRING_EQUAL(init->comm, "init");
    CU_ASSERT_TRUE(init->mm != 0);
    CU_ASSERT_EQUAL(init->active_mm, init->mm);
    CU_ASSERT_EQUAL(mm_of(b, 1)->mm_users, 1);
    CU_ASSERT_EQUAL(thread_info_of(b->m, init)->addr_limit, TASK_SIZE);
    CU_ASSERT_EQUAL(kernel(b->m)->init_task.mm, 0);
    // rest_init() shared these with swapper; exec took a handler table of its own.
    CU_ASSERT_EQUAL(init->fs, kernel(b->m)->init_task.fs);
    CU_ASSERT_NOT_EQUAL(init->sighand, kernel(b->m)->init_task.sighand);
    CU_ASSERT_EQUAL(sighand_of(b->m, init)->count, 1);
    power_off(b);
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "the order of functions", test_order },
        { "the command's name", test_name },
        { "what is kept and what is lost", test_kept_and_lost },
        { "registers", test_registers },
        { "an address space of its own", test_new_memory },
        { "close-on-exec", test_close_on_exec },
        { "what was shared", test_unsharing },
        { "errors", test_errors },
        { "vfork and exec", test_vfork },
        { "a leader with threads", test_leader },
        { "another thread than the leader", test_other_thread },
        { "a thread whose leader has ended", test_dead_leader },
        { "a thread whose leader is in vfork", test_leader_in_vfork },
        { "woken, but not yet running", test_woken },
        { "a signal meanwhile", test_signal_meanwhile },
        { "the thread whose turn it is", test_current_target },
        { "a thread of init", test_thread_of_init },
        { "from kernel thread to program", test_kernel_thread },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "exec", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
