// What exec.c and binfmt_elf.c share: the program that is being prepared.
#ifndef KERNEL_BINFMT_H
#define KERNEL_BINFMT_H

#include "kernel/mmap.h"

#define MAX_ARG_PAGES 32u
#define MAX_ARG_BYTES (MAX_ARG_PAGES * PAGE_SIZE)
#define STACK_TOP     TASK_SIZE

// What execve() collects before it commits. (struct linux_binprm)
struct linux_binprm {
    kaddr page[MAX_ARG_PAGES]; // argument strings: what will be the top of the new stack
    kaddr mm;                  // the new address space, until the task has it
    u32 p;                     // where the strings begin, as an offset into these pages
    u32 exec;                  // the same for the environment and what lies above it
    kaddr file;
    s32 argc, envc;
    kaddr filename;
};

// do_execve() keeps these on its stack while it waits for its threads to end.
struct exec_locals {
    kaddr bprm, path;
};

// What a task that sleeps inside execve has collected, or NULL if it does not. For the checker.
const struct linux_binprm *exec_under_way(const struct machine *m, const struct task_struct *p);

// 0, a negative errno, or CALL_SLEEPS. After fs/exec.c, flush_old_exec(): no way back from here.
s32 flush_old_exec(struct machine *m, const struct linux_binprm *bprm);
// The same; after the point of no return an error comes with SIGKILL. After fs/binfmt_elf.c.
s32 load_elf_binary(struct machine *m, const struct linux_binprm *bprm);

#endif
