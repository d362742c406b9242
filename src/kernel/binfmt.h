// What exec's files share: the program that is being prepared, and its ways into memory.
#ifndef KERNEL_BINFMT_H
#define KERNEL_BINFMT_H

#include "kernel/mmap.h"
#include "machine/program.h"

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
    kaddr interpreter;     // the dynamic linker, open; 0 = none
    u32 sh_bang;           // file is what a script named
    u32 lacks_interpreter; // what the file names as its interpreter cannot be opened
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
// Finds the format of the file. The same three results. is_nested: a script has named the file.
s32 search_binary_handler(struct machine *m, const struct linux_binprm *bprm, bool is_nested);
// One string below those that are there: 0, -E2BIG or -ENOMEM.
s32 copy_string(struct machine *m, const struct linux_binprm *bprm, const char *string);
// The program whose file that is; NULL for a file that somebody has created.
const struct program *program_of_file(const struct machine *m, kaddr file);
// The same; after the point of no return an error comes with a deadly signal. After
// fs/binfmt_elf.c.
s32 load_elf_binary(struct machine *m, const struct linux_binprm *bprm);
// Lets the program run that the script's first line names. After fs/binfmt_script.c.
s32 load_script(struct machine *m, const struct linux_binprm *bprm);

// ---- exec_stack.c ----------------------------------------------------------------------------------

// Where a program lies, as its auxiliary vector says it.
struct elf_place {
    uaddr headers;   // AT_PHDR: its program header table
    uaddr interp;    // AT_BASE: where the dynamic linker lies, or 0
    uaddr entry;     // AT_ENTRY: the program's own first instruction
    uaddr load_bias; // what was added to its addresses
};

// The argument pages become the stack. False without memory. After fs/exec.c.
bool setup_arg_pages(struct machine *m, const struct linux_binprm *bprm);
// Below the strings: "i686", the auxiliary vector, envp, argv and argc, where esp will point.
// After fs/binfmt_elf.c, create_elf_tables(). The new esp, or 0 if it has no room.
uaddr create_elf_tables(struct machine *m, const struct linux_binprm *bprm,
                        const struct program *program, const struct elf_place *place);

#endif
