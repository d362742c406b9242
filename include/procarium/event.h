// What listeners hear: the things that happen inside the machine, as they happen.
#ifndef PROCARIUM_EVENT_H
#define PROCARIUM_EVENT_H

#include "procarium/types.h"

struct machine;

// X(name, meaning of a, b, c). Every event is recorded in the journal as a note and heard by
// listeners while the machine runs forward for the first time (not during undo and redo).
#define EVENT_LIST(X)                                                                              \
    X(FORK, "parent pid, child pid, clone flags")                                                  \
    X(RETURN, "pid, system call number, value: a call returns to user mode")                       \
    X(STATE, "pid, from letter << 8 | to letter, cause (enum cause_kind)")                         \
    X(SWITCH, "previous pid, next pid")                                                            \
    X(EXEC, "pid, kaddr of the path string, 0")                                                    \
    X(SEND, "sender pid or 0 for the kernel, target pid, signal")                                  \
    X(SIGNAL, "pid, signal, enum signal_action: a task takes a signal")                            \
    X(SIGNAL_DROPPED, "target pid, signal, 1 already pending | 0 ignored | 2 nothing by default")  \
    X(EXIT, "pid, exit code as a wait status, 1 if the whole group ends")                          \
    X(ZOMBIE, "pid, parent pid, exit signal; -1 = other threads live on")                          \
    X(WAIT_STATUS, "waiting pid, child pid, status word: a wait call has its answer")              \
    X(RELEASE, "pid, task_struct kaddr, 0: the descriptor leaves all lists")                       \
    X(REPARENT, "child pid, old parent pid, new parent pid")                                       \
    X(VFORK_WAIT, "parent pid, child pid, 0")                                                      \
    X(VFORK_DONE, "child pid, 0, 0")                                                               \
    X(EXEC_WAIT, "pid, leader pid, 1 if that is init, which never ends: exec awaits the others")   \
    X(SHARE, "new task's pid, enum shared_object, count after")                                    \
    X(COPY, "new task's pid, enum shared_object, kaddr of the copy")                               \
    X(PID_ALLOC, "pid, 1 if the search wrapped around, 0")                                         \
    X(PID_FREE, "pid, 0, 0")                                                                       \
    X(SLAB_ALLOC, "cache, object (kaddr), 1 if it comes straight back from a free")                \
    X(SLAB_FREE, "kaddr of the cache, kaddr of the object, 0")                                     \
    X(SLAB_GROW, "kaddr of the cache, kaddr of the slab's pages, colour offset in bytes")          \
    X(PAGE_ALLOC, "pfn, order, 0")                                                                 \
    X(PAGE_FREE, "pfn, order, 0")                                                                  \
    X(REFUSED, "pid, errno, enum refusal: why a call failed")                                      \
    X(PANIC, "pid, enum panic_reason, 0")                                                          \
    X(RESUME, "pid, 0, 0: a sleeping call goes on")                                                \
    X(STOPPED, "group leader pid, signal, 0: the whole thread group has stopped")                  \
    X(CONTINUED, "group leader pid, 0, 0")                                                         \
    X(CLOSE, "pid, fd, 1 if closed because of close-on-exec")                                      \
    X(MARK, "free for tests")                                                                      \
    X(FAULT, "pid, address, FAULT_EVENT(kind, frame or enum fault_reason)")                        \
    X(PAGE_COPY, "frame copied from, frame copied to, address: one user's private copy")           \
    X(COPY_PTES, "child pid, page table entries copied by fork, pages copied by fork")             \
    X(LOAD, "pid, address, bytes: the CPU has read memory")                                        \
    X(STORE, "pid, address, bytes: the CPU has written memory")                                    \
    X(EXEC_HOST, "pid, first address, 1 if it was moved: made for 64 bits; exec of a host's file") \
    X(OPEN, "pid, fd, kaddr of the open file")                                                     \
    X(DUP, "pid, new fd, kaddr of the open file: dup, dup2 or F_DUPFD")                            \
    X(CREATE, "pid, kaddr of the inode, 0 made by open | 1 its name removed by unlink")            \
    X(PIPE, "pid, fd to read from, fd to write to")                                                \
    X(READ, "pid, fd, bytes; they begin where its ecx says, as the call's argument")               \
    X(END_OF_FILE, "pid, fd, 0: a read has come to the end")                                       \
    X(WRITE, "pid, fd, bytes; as READ")                                                            \
    X(SEEK, "pid, fd, the new position")                                                           \
    X(CHDIR, "pid, kaddr of the dentry, 0 working directory | 1 root")                             \
    X(CWD, "pid, address, bytes: getcwd has put the path there")                                   \
    X(DISK_WAIT, "pid, page frame, 0: it has asked the disk")                                      \
    X(DISK_DONE, "page frame, pid that is interrupted, 0: the disk has delivered")

enum event_kind {
#define X(name, meaning) EVENT_##name,
    EVENT_LIST(X)
#undef X
        EVENT_COUNT
};

struct event {
    enum event_kind kind;
    s32 a, b, c; // as EVENT_LIST says
};

// The cause of a state change: a kind in the high half, a number in the low half.
enum cause_kind {
    CAUSE_CALL = 0x10000,    // | system call number (struct syscall_name in view.h)
    CAUSE_SIGNAL = 0x20000,  // | signal number
    CAUSE_FUNCTION = 0x30000 // | kernel symbol (enum ksym)
};

enum signal_action {
    ACTION_IGNORE,
    ACTION_HANDLER,
    ACTION_TERMINATE,
    ACTION_CORE,
    ACTION_STOP,
    ACTION_CONTINUE
};

enum shared_object {
    OBJECT_MM,
    OBJECT_FILES,
    OBJECT_FS,
    OBJECT_SIGHAND,
    OBJECT_SIGNAL,
    OBJECT_NAMESPACE,
    OBJECT_SEMUNDO
};

// How a page fault ended. The frame is the one that is mapped now.
enum fault_kind {
    FAULT_ZERO,  // a first read: the zero page
    FAULT_ANON,  // a first write: a fresh page of zeros
    FAULT_FILE,  // a page of a file
    FAULT_COW,   // a write to a page that others have too: a copy
    FAULT_REUSE, // a write to a page that nobody else has any more: no copy
    FAULT_STACK, // the stack has grown: a fresh page
    FAULT_SEGV,  // SIGSEGV, for an enum fault_reason
    FAULT_BUS,   // SIGBUS: behind the end of the file
    FAULT_OOM,   // no memory: the task is killed
    FAULT_SHMEM  // a page of a shared mapping without a file
};

enum fault_reason {
    REASON_NOT_MAPPED,  // no area is there
    REASON_KERNEL,      // the kernel's addresses
    REASON_READ_ONLY,   // the area must not be written
    REASON_NO_ACCESS,   // the area must not even be read
    REASON_BELOW_STACK, // too far below the stack pointer to be the stack's growth
    REASON_STACK_LIMIT  // the stack must not grow further
};

#define FAULT_EVENT(kind, frame) ((s32)((u32)(frame) << 8 | (u32)(kind)))
#define FAULT_EVENT_KIND(c)      ((enum fault_kind)((u32)(c)&0xFFu))
#define FAULT_EVENT_FRAME(c)     ((u32)(c) >> 8)

enum refusal {
    REFUSED_NEWNS_WITH_FS = 1,
    REFUSED_THREAD_WITHOUT_SIGHAND,
    REFUSED_SIGHAND_WITHOUT_VM,
    REFUSED_NPROC,
    REFUSED_THREADS_MAX,
    REFUSED_NO_PID,
    REFUSED_NO_MEMORY,
    REFUSED_NO_CAP_SYS_ADMIN,
    REFUSED_BAD_TLS,
    REFUSED_BAD_ADDRESS,
    REFUSED_GROUP_EXITING,
    REFUSED_SIGKILL_PENDING,
    REFUSED_NO_CHILD,
    REFUSED_NO_TASK,
    REFUSED_NOT_PERMITTED,
    REFUSED_BAD_SIGNAL,
    REFUSED_BAD_OPTION,
    REFUSED_INTERRUPTED,
    REFUSED_NOT_LEADER,
    REFUSED_OTHER_SESSION,
    REFUSED_HAS_EXECED,
    REFUSED_SESSION_LEADER,
    REFUSED_GROUP_EXISTS,
    REFUSED_BAD_FD,
    REFUSED_TOO_MANY_FILES,
    REFUSED_NO_FILE,
    REFUSED_NOT_EXECUTABLE,
    REFUSED_SIGNAL_QUEUE_FULL,
    REFUSED_GROUP_ZERO,
    REFUSED_ARGUMENTS_TOO_LONG,
    REFUSED_ADDRESS_SPACE, // RLIMIT_AS, or no gap is large enough
    REFUSED_MAP_COUNT,
    REFUSED_NOT_ALIGNED,
    REFUSED_NOT_MAPPED,
    REFUSED_PROTECTION,
    REFUSED_DATA_LIMIT,
    REFUSED_OVERLAPS,
    REFUSED_NO_GROUP,        // in its session
    REFUSED_FILES_LIMIT,     // a descriptor, or a limit, that is too high
    REFUSED_NO_FOLDER,       // a part of the path
    REFUSED_NO_PROGRAM,      // neither ELF of this machine nor a script
    REFUSED_BAD_INTERPRETER, // of PT_INTERP
    REFUSED_BAD_PATH,
    REFUSED_BAD_LAYOUT, // an executable's segments; there is no way back by then
    REFUSED_WOULD_BLOCK,
    REFUSED_NO_READER,
    REFUSED_NOT_READABLE,
    REFUSED_NOT_WRITABLE,
    REFUSED_NO_POSITION,
    REFUSED_BAD_POSITION,
    REFUSED_FILE_SIZE,
    REFUSED_FILE_EXISTS,
    REFUSED_IS_DIRECTORY,
    REFUSED_NO_DIRECTORY,
    REFUSED_NAME_TOO_LONG,
    REFUSED_READ_ONLY,
    REFUSED_MAPPED_FILE,
    REFUSED_TEXT_BUSY,
    REFUSED_NOT_MAPPABLE,
    REFUSED_NO_INTERPRETER, // of PT_INTERP, or of a script: it cannot be opened
    REFUSED_BUFFER_SMALL
};

enum panic_reason { PANIC_KILLED_INIT = 1, PANIC_KILLED_IDLE };

typedef void event_listener(void *context, const struct machine *m, const struct event *event);

#endif
