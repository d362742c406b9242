// The fields of the process descriptor and of what hangs on it.
#include "report/fields.h"

static const struct field task_struct_fields[] = {
#define F(member, kind, what, group) FIELD(task_struct, member, kind, what, GROUP_##group)
#define E(member, kind, what, group) ESSENTIAL(task_struct, member, kind, what, GROUP_##group)
    E(state, KIND_NAME, NAMES_STATE, STATE),
    E(thread_info, KIND_ADDRESS, TYPE_THREAD_INFO, STACK),
    E(usage, KIND_SIGNED, 0, USE),
    E(flags, KIND_FLAGS, NAMES_PF, USE),
    F(ptrace, KIND_HEX, 0, USE),
    F(lock_depth, KIND_SIGNED, 0, USE),
    E(prio, KIND_SIGNED, 0, SCHEDULING),
    F(static_prio, KIND_SIGNED, 0, SCHEDULING),
    F(run_list, KIND_LIST, TYPE_TASK_STRUCT, SCHEDULING),
    E(array, KIND_ADDRESS, TYPE_PRIO_ARRAY, SCHEDULING),
    F(sleep_avg, KIND_UNSIGNED, 0, SCHEDULING),
    F(timestamp, KIND_UNSIGNED, 0, SCHEDULING),
    F(last_ran, KIND_UNSIGNED, 0, SCHEDULING),
    F(activated, KIND_SIGNED, 0, SCHEDULING),
    F(policy, KIND_UNSIGNED, 0, SCHEDULING),
    F(cpus_allowed, KIND_HEX, 0, SCHEDULING),
    E(time_slice, KIND_UNSIGNED, 0, SCHEDULING),
    F(first_time_slice, KIND_UNSIGNED, 0, SCHEDULING),
    E(tasks, KIND_LIST, TYPE_TASK_STRUCT, FAMILY),
    F(ptrace_children, KIND_LIST, TYPE_TASK_STRUCT, FAMILY),
    F(ptrace_list, KIND_LIST, TYPE_TASK_STRUCT, FAMILY),
    E(mm, KIND_ADDRESS, TYPE_MM_STRUCT, MEMORY),
    F(active_mm, KIND_ADDRESS, TYPE_MM_STRUCT, MEMORY),
    F(binfmt, KIND_ADDRESS, TYPE_NONE, MEMORY),
    E(exit_state, KIND_NAME, NAMES_STATE, STATE),
    E(exit_code, KIND_STATUS, 0, STATE),
    E(exit_signal, KIND_SIGNAL, 0, STATE),
    F(pdeath_signal, KIND_SIGNAL, 0, SIGNALS),
    F(personality, KIND_HEX, 0, IDENTITY),
    F(did_exec, KIND_UNSIGNED, 0, IDENTITY),
    E(pid, KIND_SIGNED, 0, IDENTITY),
    E(tgid, KIND_SIGNED, 0, IDENTITY),
    E(real_parent, KIND_ADDRESS, TYPE_TASK_STRUCT, FAMILY),
    E(parent, KIND_ADDRESS, TYPE_TASK_STRUCT, FAMILY),
    E(children, KIND_LIST, TYPE_TASK_STRUCT, FAMILY),
    E(sibling, KIND_LIST, TYPE_TASK_STRUCT, FAMILY),
    F(group_leader, KIND_ADDRESS, TYPE_TASK_STRUCT, FAMILY),
    F(pids[PIDTYPE_PID], KIND_STRUCT, TYPE_PID, IDENTITY),
    F(pids[PIDTYPE_TGID], KIND_STRUCT, TYPE_PID, IDENTITY),
    F(pids[PIDTYPE_PGID], KIND_STRUCT, TYPE_PID, IDENTITY),
    F(pids[PIDTYPE_SID], KIND_STRUCT, TYPE_PID, IDENTITY),
    F(vfork_done, KIND_ADDRESS, TYPE_COMPLETION, MEMORY),
    F(set_child_tid, KIND_USER, 0, MEMORY),
    F(clear_child_tid, KIND_USER, 0, MEMORY),
    F(rt_priority, KIND_UNSIGNED, 0, SCHEDULING),
    F(it_real_value, KIND_UNSIGNED, 0, TIMES),
    F(it_prof_value, KIND_UNSIGNED, 0, TIMES),
    F(it_virt_value, KIND_UNSIGNED, 0, TIMES),
    F(it_real_incr, KIND_UNSIGNED, 0, TIMES),
    F(it_prof_incr, KIND_UNSIGNED, 0, TIMES),
    F(it_virt_incr, KIND_UNSIGNED, 0, TIMES),
    F(real_timer, KIND_BYTES, 0, TIMES),
    F(utime, KIND_UNSIGNED, 0, TIMES),
    F(stime, KIND_UNSIGNED, 0, TIMES),
    F(nvcsw, KIND_UNSIGNED, 0, TIMES),
    F(nivcsw, KIND_UNSIGNED, 0, TIMES),
    F(start_time[0], KIND_UNSIGNED, 0, TIMES),
    F(start_time[1], KIND_UNSIGNED, 0, TIMES),
    F(min_flt, KIND_UNSIGNED, 0, MEMORY),
    F(maj_flt, KIND_UNSIGNED, 0, MEMORY),
    F(uid, KIND_UNSIGNED, 0, IDENTITY),
    F(euid, KIND_UNSIGNED, 0, IDENTITY),
    F(suid, KIND_UNSIGNED, 0, IDENTITY),
    F(fsuid, KIND_UNSIGNED, 0, IDENTITY),
    F(gid, KIND_UNSIGNED, 0, IDENTITY),
    F(egid, KIND_UNSIGNED, 0, IDENTITY),
    F(sgid, KIND_UNSIGNED, 0, IDENTITY),
    F(fsgid, KIND_UNSIGNED, 0, IDENTITY),
    F(group_info, KIND_ADDRESS, TYPE_GROUP_INFO, IDENTITY),
    F(cap_effective, KIND_HEX, 0, IDENTITY),
    F(cap_inheritable, KIND_HEX, 0, IDENTITY),
    F(cap_permitted, KIND_HEX, 0, IDENTITY),
    F(keep_capabilities, KIND_UNSIGNED, 0, IDENTITY),
    F(user, KIND_ADDRESS, TYPE_USER_STRUCT, IDENTITY),
    F(oomkilladj, KIND_SIGNED, 0, MEMORY),
    E(comm, KIND_STRING, 0, IDENTITY),
    F(link_count, KIND_SIGNED, 0, FILES),
    F(total_link_count, KIND_SIGNED, 0, FILES),
    F(undo_list, KIND_ADDRESS, TYPE_SEM_UNDO_LIST, FILES),
    F(thread, KIND_STRUCT, TYPE_THREAD_STRUCT, STACK),
    E(fs, KIND_ADDRESS, TYPE_FS_STRUCT, FILES),
    E(files, KIND_ADDRESS, TYPE_FILES_STRUCT, FILES),
    F(namespace, KIND_ADDRESS, TYPE_NAMESPACE, FILES),
    F(signal, KIND_ADDRESS, TYPE_SIGNAL_STRUCT, SIGNALS),
    F(sighand, KIND_ADDRESS, TYPE_SIGHAND_STRUCT, SIGNALS),
    E(blocked, KIND_SIGSET, 0, SIGNALS),
    F(real_blocked, KIND_SIGSET, 0, SIGNALS),
    E(pending, KIND_STRUCT, TYPE_SIGPENDING, SIGNALS),
    F(sas_ss_sp, KIND_USER, 0, SIGNALS),
    F(sas_ss_size, KIND_UNSIGNED, 0, SIGNALS),
    F(notifier, KIND_HEX, 0, NONE),
    F(notifier_data, KIND_HEX, 0, NONE),
    F(notifier_mask, KIND_HEX, 0, NONE),
    F(security, KIND_ADDRESS, TYPE_NONE, NONE),
    F(audit_context, KIND_ADDRESS, TYPE_NONE, NONE),
    F(parent_exec_id, KIND_UNSIGNED, 0, IDENTITY),
    F(self_exec_id, KIND_UNSIGNED, 0, IDENTITY),
    F(journal_info, KIND_ADDRESS, TYPE_NONE, NONE),
    F(reclaim_state, KIND_ADDRESS, TYPE_NONE, NONE),
    F(proc_dentry, KIND_ADDRESS, TYPE_NONE, NONE),
    F(backing_dev_info, KIND_ADDRESS, TYPE_NONE, NONE),
    F(io_context, KIND_ADDRESS, TYPE_NONE, NONE),
    F(ptrace_message, KIND_HEX, 0, NONE),
    F(last_siginfo, KIND_ADDRESS, TYPE_NONE, NONE),
    F(io_wait, KIND_ADDRESS, TYPE_NONE, NONE),
    F(rchar, KIND_UNSIGNED, 0, NONE),
    F(wchar, KIND_UNSIGNED, 0, NONE),
    F(syscr, KIND_UNSIGNED, 0, NONE),
    F(syscw, KIND_UNSIGNED, 0, NONE),
#undef F
#undef E
};

static const struct field thread_info_fields[] = {
#define F(member, kind, what) FIELD(thread_info, member, kind, what, GROUP_STACK)
#define E(member, kind, what) ESSENTIAL(thread_info, member, kind, what, GROUP_STACK)
    F(task, KIND_ADDRESS, TYPE_TASK_STRUCT),
    F(exec_domain, KIND_ADDRESS, TYPE_NONE),
    E(flags, KIND_FLAGS, NAMES_TIF),
    F(status, KIND_HEX, 0),
    F(cpu, KIND_UNSIGNED, 0),
    E(preempt_count, KIND_SIGNED, 0),
    F(addr_limit, KIND_HEX, 0),
    F(restart_block, KIND_BYTES, 0),
    F(previous_esp, KIND_HEX, 0),
#undef F
#undef E
};

static const struct field pt_regs_fields[] = {
#define F(member, kind) FIELD(pt_regs, member, kind, 0, GROUP_NONE)
    F(ebx, KIND_HEX),    F(ecx, KIND_HEX),
    F(edx, KIND_HEX),    F(esi, KIND_HEX),
    F(edi, KIND_HEX),    F(ebp, KIND_HEX),
    F(eax, KIND_HEX),    F(xds, KIND_HEX),
    F(xes, KIND_HEX),    FIELD(pt_regs, orig_eax, KIND_NAME, NAMES_SYSCALL, GROUP_NONE),
    F(eip, KIND_HEX),    F(xcs, KIND_HEX),
    F(eflags, KIND_HEX), F(esp, KIND_HEX),
    F(xss, KIND_HEX),
#undef F
};

static const struct field thread_struct_fields[] = {
#define F(member, kind, what) FIELD(thread_struct, member, kind, what, GROUP_STACK)
#define E(member, kind, what) ESSENTIAL(thread_struct, member, kind, what, GROUP_STACK)
    F(tls_array[0], KIND_HEX, 0),
    F(tls_array[1], KIND_HEX, 0),
    F(tls_array[2], KIND_HEX, 0),
    E(esp0, KIND_HEX, 0),
    F(sysenter_cs, KIND_HEX, 0),
    E(eip, KIND_CODE, 0),
    E(esp, KIND_HEX, 0),
    F(fs, KIND_HEX, 0),
    F(gs, KIND_HEX, 0),
    FIELD(thread_struct, debugreg, KIND_BYTES, 0, GROUP_NONE),
    F(cr2, KIND_HEX, 0),
    F(trap_no, KIND_UNSIGNED, 0),
    F(error_code, KIND_HEX, 0),
    FIELD(thread_struct, i387, KIND_BYTES, 0, GROUP_NONE),
    FIELD(thread_struct, vm86_info, KIND_ADDRESS, TYPE_NONE, GROUP_NONE),
    F(io_bitmap_ptr, KIND_ADDRESS, TYPE_NONE),
    F(io_bitmap_max, KIND_UNSIGNED, 0),
#undef F
#undef E
};

static const struct field pid_fields[] = {
    FIELD(pid, nr, KIND_SIGNED, 0, GROUP_IDENTITY),
    FIELD(pid, chain_next, KIND_ADDRESS, TYPE_PID, GROUP_IDENTITY),
    FIELD(pid, chain_pprev, KIND_ADDRESS, TYPE_NONE, GROUP_IDENTITY),
    FIELD(pid, pid_list, KIND_LIST, TYPE_TASK_STRUCT, GROUP_IDENTITY),
};

static const struct field sigpending_fields[] = {
    FIELD(sigpending, list, KIND_LIST, TYPE_SIGQUEUE, GROUP_SIGNALS),
    ESSENTIAL(sigpending, signal, KIND_SIGSET, 0, GROUP_SIGNALS),
};

static const struct field sigqueue_fields[] = {
#define F(member, kind, what) FIELD(sigqueue, member, kind, what, GROUP_NONE)
    F(list, KIND_LIST, TYPE_SIGQUEUE),
    F(flags, KIND_HEX, 0),
    F(si_signo, KIND_SIGNAL, 0),
    F(si_errno, KIND_SIGNED, 0),
    F(si_code, KIND_SIGNED, 0),
    F(si_pid, KIND_SIGNED, 0),
    F(si_uid, KIND_UNSIGNED, 0),
    F(si_status, KIND_SIGNED, 0),
    F(user, KIND_ADDRESS, TYPE_USER_STRUCT),
#undef F
};

static const struct field k_sigaction_fields[] = {
    FIELD(k_sigaction, sa_handler, KIND_HANDLER, 0, GROUP_NONE),
    FIELD(k_sigaction, sa_flags, KIND_FLAGS, NAMES_SA, GROUP_NONE),
    FIELD(k_sigaction, sa_restorer, KIND_USER, 0, GROUP_NONE),
    FIELD(k_sigaction, sa_mask, KIND_SIGSET, 0, GROUP_NONE),
};

static const struct field sighand_struct_fields[] = {
    ESSENTIAL(sighand_struct, count, KIND_SIGNED, 0, GROUP_SIGNALS),
    ARRAY(sighand_struct, action, KIND_STRUCT, TYPE_K_SIGACTION, GROUP_NONE),
};

static const struct field rlimit_fields[] = {
    FIELD(rlimit, rlim_cur, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(rlimit, rlim_max, KIND_UNSIGNED, 0, GROUP_NONE),
};

static const struct field signal_struct_fields[] = {
#define F(member, kind, what, group) FIELD(signal_struct, member, kind, what, GROUP_##group)
#define E(member, kind, what, group) ESSENTIAL(signal_struct, member, kind, what, GROUP_##group)
    E(count, KIND_SIGNED, 0, SIGNALS),
    F(live, KIND_SIGNED, 0, SIGNALS),
    F(wait_chldexit, KIND_STRUCT, TYPE_WAIT_QUEUE_HEAD, FAMILY),
    F(curr_target, KIND_ADDRESS, TYPE_TASK_STRUCT, SIGNALS),
    E(shared_pending, KIND_STRUCT, TYPE_SIGPENDING, SIGNALS),
    F(group_exit_code, KIND_STATUS, 0, SIGNALS),
    F(group_exit_task, KIND_ADDRESS, TYPE_TASK_STRUCT, SIGNALS),
    F(notify_count, KIND_SIGNED, 0, SIGNALS),
    F(group_stop_count, KIND_SIGNED, 0, SIGNALS),
    F(flags, KIND_FLAGS, NAMES_SIGNAL_FLAG, SIGNALS),
    F(posix_timers, KIND_LIST, TYPE_NONE, NONE),
    E(pgrp, KIND_SIGNED, 0, FAMILY),
    F(tty_old_pgrp, KIND_SIGNED, 0, NONE),
    E(session, KIND_SIGNED, 0, FAMILY),
    F(leader, KIND_SIGNED, 0, IDENTITY),
    F(tty, KIND_ADDRESS, TYPE_NONE, IDENTITY),
    F(utime, KIND_UNSIGNED, 0, TIMES),
    F(stime, KIND_UNSIGNED, 0, TIMES),
    F(cutime, KIND_UNSIGNED, 0, TIMES),
    F(cstime, KIND_UNSIGNED, 0, TIMES),
    F(nvcsw, KIND_UNSIGNED, 0, TIMES),
    F(nivcsw, KIND_UNSIGNED, 0, TIMES),
    F(cnvcsw, KIND_UNSIGNED, 0, TIMES),
    F(cnivcsw, KIND_UNSIGNED, 0, TIMES),
    F(min_flt, KIND_UNSIGNED, 0, NONE),
    F(maj_flt, KIND_UNSIGNED, 0, NONE),
    F(cmin_flt, KIND_UNSIGNED, 0, NONE),
    F(cmaj_flt, KIND_UNSIGNED, 0, NONE),
    ARRAY(signal_struct, rlim, KIND_STRUCT, TYPE_RLIMIT, GROUP_NONE),
#undef F
#undef E
};

static const struct field namespace_fields[] = {
    FIELD(namespace_struct, count, KIND_SIGNED, 0, GROUP_NONE),
    FIELD(namespace_struct, root, KIND_ADDRESS, TYPE_NONE, GROUP_NONE),
};

static const struct field sem_undo_list_fields[] = {
    FIELD(sem_undo_list, refcnt, KIND_SIGNED, 0, GROUP_NONE),
};

static const struct field user_struct_fields[] = {
    FIELD(user_struct, count, KIND_SIGNED, 0, GROUP_NONE),
    ESSENTIAL(user_struct, processes, KIND_SIGNED, 0, GROUP_FAMILY),
    FIELD(user_struct, sigpending, KIND_SIGNED, 0, GROUP_NONE),
    FIELD(user_struct, uid, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(user_struct, uidhash_list, KIND_LIST, TYPE_USER_STRUCT, GROUP_NONE),
};

static const struct field group_info_fields[] = {
    FIELD(group_info, usage, KIND_SIGNED, 0, GROUP_NONE),
    FIELD(group_info, ngroups, KIND_SIGNED, 0, GROUP_NONE),
};

static const struct field wait_queue_head_fields[] = {
    FIELD(wait_queue_head, task_list, KIND_LIST, TYPE_WAIT_QUEUE, GROUP_FAMILY),
};

static const struct field wait_queue_fields[] = {
    FIELD(wait_queue, flags, KIND_FLAGS, NAMES_WQ_FLAG, GROUP_NONE),
    FIELD(wait_queue, task, KIND_ADDRESS, TYPE_TASK_STRUCT, GROUP_NONE),
    FIELD(wait_queue, func, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(wait_queue, task_list, KIND_LIST, TYPE_WAIT_QUEUE, GROUP_NONE),
};

static const struct field completion_fields[] = {
    FIELD(completion, done, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(completion, wait, KIND_STRUCT, TYPE_WAIT_QUEUE_HEAD, GROUP_NONE),
};

const struct ktype_info task_types[TYPE_COUNT] = {
    [TYPE_TASK_STRUCT] = KTYPE(task_struct, task_struct_fields),
    [TYPE_THREAD_INFO] = KTYPE(thread_info, thread_info_fields),
    [TYPE_PT_REGS] = KTYPE(pt_regs, pt_regs_fields),
    [TYPE_THREAD_STRUCT] = KTYPE(thread_struct, thread_struct_fields),
    [TYPE_PID] = KTYPE(pid, pid_fields),
    [TYPE_SIGPENDING] = KTYPE(sigpending, sigpending_fields),
    [TYPE_SIGQUEUE] = KTYPE(sigqueue, sigqueue_fields),
    [TYPE_K_SIGACTION] = KTYPE(k_sigaction, k_sigaction_fields),
    [TYPE_SIGHAND_STRUCT] = KTYPE(sighand_struct, sighand_struct_fields),
    [TYPE_SIGNAL_STRUCT] = KTYPE(signal_struct, signal_struct_fields),
    [TYPE_RLIMIT] = KTYPE(rlimit, rlimit_fields),
    [TYPE_NAMESPACE] = KTYPE(namespace_struct, namespace_fields),
    [TYPE_SEM_UNDO_LIST] = KTYPE(sem_undo_list, sem_undo_list_fields),
    [TYPE_USER_STRUCT] = KTYPE(user_struct, user_struct_fields),
    [TYPE_GROUP_INFO] = KTYPE(group_info, group_info_fields),
    [TYPE_WAIT_QUEUE_HEAD] = KTYPE(wait_queue_head, wait_queue_head_fields),
    [TYPE_WAIT_QUEUE] = KTYPE(wait_queue, wait_queue_fields),
    [TYPE_COMPLETION] = KTYPE(completion, completion_fields),
};
