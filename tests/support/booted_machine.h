// A booted machine whose tasks make calls, every one checked, and what was heard meanwhile.
//
// Every act is a command of the history that can be executed again.
#ifndef SUPPORT_BOOTED_MACHINE_H
#define SUPPORT_BOOTED_MACHINE_H

#include "kernel/files.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#define HEARD_MAX 4096
#define NO_RETURN (-9999) // the call sleeps, or its task has ended

struct booted {
    struct machine *m;
    struct boot_options options;
    struct event heard[HEARD_MAX]; // since the last act began
    u32 count;
    struct act **acts; // what the history's cookies point to, dropped branches too
    u32 act_count;
    bool unchecked; // set by tests that only want many commands
    u32 unsound;    // acts after which the checker found something
};

// Boots bare: init (1) runs. The caller calls power_off().
struct booted *power_on_machine(void);
// The same with options; journal_bytes 0 = the default.
struct booted *power_on_with(const struct boot_options *options, u64 journal_bytes);
// `boot sh`: init waits, and the shell (2) has the focus.
struct booted *power_on_shell(void);
void power_off(struct booted *b);

bool is_machine_sound(const struct machine *m);

// ---- Acting ----------------------------------------------------------------------------------

// Makes a call as task pid, and settles. What it returned, or NO_RETURN.
s32 make(struct booted *b, s32 pid, struct call call);
#define CALL(b, pid, name, ...) make(b, pid, (struct call){ __NR_##name, { __VA_ARGS__ }, NULL })
// The task writes or reads its memory, as an instruction does. False if it did not get there.
bool store(struct booted *b, s32 pid, uaddr address, const void *bytes, u32 size);
bool load(struct booted *b, s32 pid, uaddr address, u32 size);
// execve with the path alone.
s32 exec(struct booted *b, s32 pid, const char *path);
// With O_CLOEXEC, which 2.6.11 does not have, it is marked by fcntl afterwards.
#define O_CLOEXEC 02000000u
s32 open_path(struct booted *b, s32 pid, const char *path, u32 flags);
// A pipe: its descriptors in fds. What pipe returned.
s32 open_pipe(struct booted *b, s32 pid, s32 *fds);
// write(2) of a text that the task has on its stack, and read(2) to there.
s32 write_text(struct booted *b, s32 pid, s32 fd, const char *text);
s32 read_some(struct booted *b, s32 pid, s32 fd, u32 size);
// clone with these flags and nothing else.
s32 clone_with(struct booted *b, s32 pid, u32 flags);
#define TID_WORD     0xBFFFFFFCu // where it lets the new PID be written: the top of the stack
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
s32 new_thread(struct booted *b, s32 pid);
void exit_task(struct booted *b, s32 pid, s32 code);
// Can the task act now?
bool is_able(const struct booted *b, s32 pid);
void turn_settle(struct booted *b, bool on);
// The disk delivers what the task waits for; pid 0: the oldest page. One must be wanted.
void interrupt_from_disk(struct booted *b, s32 pid);
void focus_on(struct booted *b, s32 pid);
void tune(struct booted *b, const char *sysctl, s64 value);

// Lets a twin perform what `from` has in its history, up to its first `count` commands.
void copy_acts(struct booted *to, const struct booted *from, u64 count);

// ---- Looking ---------------------------------------------------------------------------------

static inline const struct task_struct *task(const struct booted *b, s32 pid)
{
    return find_task_by_pid(b->m, pid);
}

// Its address space; it must have one.
static inline const struct mm_struct *mm_of(const struct booted *b, s32 pid)
{
    return mm_at(b->m, task(b, pid)->mm);
}

// As /proc/PID/stat says; '-' when there is no such task.
char state_of(const struct booted *b, s32 pid);
// The pid of real_parent.
s32 parent_of(const struct booted *b, s32 pid);
s32 current_pid(const struct booted *b);

// What was heard of this kind with these a and b, newest first; NULL if nothing.
const struct event *heard(const struct booted *b, enum event_kind kind, s32 first, s32 second);
// Its c, or NO_RETURN if nothing was heard.
s32 heard_value(const struct booted *b, enum event_kind kind, s32 first, s32 second);
// The first one of this kind, or NULL.
const struct event *heard_first(const struct booted *b, enum event_kind kind);
u32 heard_count(const struct booted *b, enum event_kind kind);
// Did task pid take the signal, and with this action?
bool took(const struct booted *b, s32 pid, s32 sig, enum signal_action action);
// Was the newest call of pid refused for this reason?
bool refused(const struct booted *b, s32 pid, s32 error, enum refusal why);
// The status that pid's newest wait found for child, or -1.
s32 waited_status(const struct booted *b, s32 pid, s32 child);
// Did a task's letter go from `from` to `to`? Newest; NULL if not.
const struct event *state_change(const struct booted *b, s32 pid, char from, char to);

// Were the functions of a NULL-ended list entered in this order in the last command, whatever lay
// between them? Says which one was missing.
bool ran_in_order(const struct booted *b, const char *const *names);
#define RAN(b, ...) ran_in_order(b, (const char *const[]){ __VA_ARGS__, NULL })
// How often the last command entered a function.
u32 times_entered(const struct booted *b, const char *name);

// ---- The checker -----------------------------------------------------------------------------

// What a field must not be: stored, found by `check` (which returns how many complaints it has), and
// put back.
void expect_found(struct booted *b, int (*check)(const struct machine *m, struct strbuf *words),
                  const void *field, u32 wrong);

// ---- What is in use --------------------------------------------------------------------------

#define USAGE_CACHES 48

struct usage {
    u32 frames; // in use, but for slabs
    u32 pids;
    s32 threads;
    u32 caches;
    u32 objects[USAGE_CACHES]; // in use, but for the descriptors of slabs
    char name[USAGE_CACHES][KMEM_NAME_MAX];
};

struct usage usage_of(const struct machine *m);
// Says what differs.
bool is_same_usage(const struct usage *a, const struct usage *b);

#endif
