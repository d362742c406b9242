// Names and numbers: signals, errnos, flags, system calls, states, in both directions.
#ifndef PROCARIUM_NAMES_H
#define PROCARIUM_NAMES_H

#include "procarium/strbuf.h"
#include "procarium/types.h"

enum name_set {
    NAMES_ERRNO,       // EPERM …
    NAMES_SIGNAL,      // SIGHUP … SIGRTMIN+n
    NAMES_SYSCALL,     // the calls that this kernel carries out
    NAMES_RLIMIT,      // RLIMIT_CPU …
    NAMES_STATE,       // TASK_RUNNING …, EXIT_ZOMBIE …: values of state and exit_state
    NAMES_CPU_MODE,    // off, kernel, user
    NAMES_CLONE,       // CLONE_VM …: flags, as are all that follow
    NAMES_WAIT,        // WNOHANG …
    NAMES_SA,          // SA_RESTART …
    NAMES_PF,          // PF_EXITING …: task_struct.flags
    NAMES_TIF,         // TIF_SIGPENDING …: thread_info.flags, as masks
    NAMES_SIGNAL_FLAG, // SIGNAL_GROUP_EXIT …: signal_struct.flags
    NAMES_PAGE_FLAG,   // PG_slab …: page.flags, as masks
    NAMES_SLAB_FLAG,   // SLAB_HWCACHE_ALIGN …: kmem_cache.flags
    NAMES_WQ_FLAG,     // WQ_FLAG_EXCLUSIVE
    NAMES_VM,          // VM_READ …: vm_area_struct.vm_flags
    NAMES_VM_OPS,      // anonymous, file, shared memory
    NAMES_RB,          // red, black
    NAMES_OPEN,        // O_WRONLY …: flags of open(2)
    NAMES_FOPS,        // what reads and writes an open file
    NAMES_PIPE_BUF,    // what holds a buffer of a pipe
    NAMES_SET_COUNT
};

// The names of a set one after the other, for completion; NULL ends.
const char *name_at(enum name_set set, u32 index);
// The name of a value (of one flag in the flag sets), or NULL if it has none. Static text.
const char *name_of(enum name_set set, u32 value);
// What the name means in a few words, or NULL if there is no more to say. Static text.
const char *name_meaning(enum name_set set, u32 value);
// The value that a word names. The set's prefix (SIG, CLONE_, RLIMIT_ …) and case are optional.
// False if no member has this name; *value is not touched then.
bool name_parse(enum name_set set, const char *word, size_t length, u32 *value);
// Adds a flag word's names: "CLONE_VM|CLONE_FS|0x80"; "0" if no bit is set.
void names_of_flags(enum name_set set, u32 value, struct strbuf *out);

// A signal as kill(1) takes it: 9, KILL, SIGKILL, RTMIN+3, RTMAX-1, each with or without a leading
// '-'. Any number of up to nine digits is taken as it is, so that the call itself can refuse it.
bool signal_parse(const char *word, size_t length, s32 *signal);
// One flag of clone(2): a name, a number (0x…, decimal), or the name of the exit signal.
bool clone_flag_parse(const char *word, size_t length, u32 *flag);
// One option of wait4(2): a name or a number.
bool wait_option_parse(const char *word, size_t length, u32 *option);

// "SIGKILL", or "signal 77" for a number without a name. Written to buffer (16 bytes will do).
const char *signal_text(s32 signal, char *buffer, size_t size);
// The cause of a state change (enum cause_kind | number): "wait4", "SIGSTOP", "do_exit".
// Written to buffer when it is not static (16 bytes will do).
const char *cause_text(s32 cause, char *buffer, size_t size);
// What a state letter (R S D T t Z X) means: "running or ready" …; "?" for others.
const char *state_letter_text(char letter);
// How a wait status ended or stopped its task, in words: "exit 3", "killed by SIGKILL",
// "killed by SIGSEGV (core)", "stopped by SIGTSTP", "continued".
void wait_status_text(u32 status, struct strbuf *out);

#endif
