// Following pointers with care: a machine stopped in the middle of a command, or one whose stack has
// overwritten something, must be shown, not believed.
#ifndef REPORT_OBJECTS_H
#define REPORT_OBJECTS_H

#include "kernel/kernel.h"
#include "machine/record.h"
#include "procarium/names.h"

static inline bool is_object_at(const struct machine *m, kaddr address, u32 size)
{
    return address && address % 4 == 0 && is_kaddr(m, address, size);
}

// Reads bytes at a kernel address as they are now or (then not NULL) at another moment. False if
// they are not in the RAM.
bool read_kernel_then(const struct machine *m, const struct moment *then, kaddr address,
                      void *bytes, u32 size);
// One word of a page table or directory as it was; 0 if it is out of the RAM.
u32 entry_then(const struct machine *m, const struct moment *then, kaddr table, u32 index);

// The task_struct at an address, or NULL if there can't be one.
static inline const struct task_struct *task_or_null(const struct machine *m, kaddr address)
{
    return is_object_at(m, address, sizeof(struct task_struct)) ? task_at(m, address) : NULL;
}

// Its thread_info, signal_struct …, or NULL if the pointer leads nowhere.
const struct thread_info *thread_info_or_null(const struct machine *m, const struct task_struct *p);
const struct signal_struct *signal_or_null(const struct machine *m, const struct task_struct *p);
const struct sighand_struct *sighand_or_null(const struct machine *m, const struct task_struct *p);
// The saved user registers, or NULL. Swapper and kernel threads have none that mean anything.
const struct pt_regs *regs_or_null(const struct machine *m, const struct task_struct *p);
// Is the machine on, so that there is a kernel to look at?
static inline bool has_kernel(const struct machine *m)
{
    return m->image_size > IMAGE_HEAD_SIZE && cpu(m)->mode != CPU_OFF;
}

// The running task, or NULL if the stack pointer leads to none.
const struct task_struct *current_or_null(const struct machine *m);

// The task with this pid; 0 is swapper. NULL if there is none.
const struct task_struct *find_task(const struct machine *m, s32 pid);

// The address of the task with this pid, now or (then not NULL) at another moment; or 0.
kaddr find_task_then(const struct machine *m, const struct moment *then, s32 pid);

// Copies bytes out of a task's memory as it was, through its page tables as they were; returns how
// many of them were mapped.
u32 read_user_then(const struct machine *m, const struct moment *then, s32 pid, uaddr address,
                   void *bytes, u32 size);

// Adds text that stands in `size` bytes, up to a NUL if there is one, fit for a terminal.
void add_text(const char *text, size_t size, struct strbuf *out);
// Adds "3 sh", fit for a terminal.
void add_task_name(const struct task_struct *p, struct strbuf *out);
// The same for the task at an address, as it was at a moment. Adds nothing if there can't be one.
void add_task_name_then(const struct machine *m, const struct moment *then, kaddr task,
                        struct strbuf *out);
void add_comm(const struct task_struct *p, struct strbuf *out);
// Adds the kernel function that a sleeper sleeps in, as /proc/PID/wchan names it.
void add_sleeps_in(const struct machine *m, const struct task_struct *p, struct strbuf *out);
// Adds what a task waits for, or how it ended: "wait4", "exit 0", "SIGSTOP"; or nothing.
void add_about(const struct machine *m, const struct task_struct *p, struct strbuf *out);
// Adds the name of the slab cache at an address.
void add_cache_name(const struct machine *m, kaddr cache, struct strbuf *out);

// The kernel stack frames of a task, innermost first.
struct stack_frame {
    kaddr low, high; // addresses [low, high)
    enum ksym symbol;
};

struct stack_walk {
    kaddr base, top;  // the area; 0 if the task has none
    kaddr esp, ebp;   // live or saved
    kaddr regs;       // address of the pt_regs
    bool is_live;     // the CPU stands on it
    bool is_new;      // a new task that has never run: it goes on at ret_from_fork
    kaddr next_frame; // for stack_next()
};

struct stack_walk stack_begin(const struct machine *m, const struct task_struct *p);
bool stack_next(const struct machine *m, struct stack_walk *walk, struct stack_frame *frame);

// All tasks but swapper: leaders in the order of the task list, each followed by its threads.
// The array is the caller's to free(); *count is set. NULL if there are none.
const struct task_struct **collect_tasks(const struct machine *m, u32 *count);

#endif
