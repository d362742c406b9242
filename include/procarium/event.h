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
    X(MARK, "free for tests")

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
    REFUSED_ARGUMENTS_TOO_LONG
};

enum panic_reason { PANIC_KILLED_INIT = 1, PANIC_KILLED_IDLE };

typedef void event_listener(void *context, const struct machine *m, const struct event *event);

#endif
