// Address spaces of tasks: what mmap.c, fault.c and exec.c offer each other and the rest.
#ifndef KERNEL_MMAP_H
#define KERNEL_MMAP_H

#include "kernel/kernel.h"
#include "machine/program.h"
#include "mm/vm.h"

// Where mappings begin if they are to grow upwards: then it is mmap_base, too.
#define TASK_UNMAPPED_BASE (TASK_SIZE / 3)

// ---- mmap.c ----------------------------------------------------------------------------------------

struct map_request {
    kaddr file; // struct file with an inode, or 0: anonymous
    uaddr address;
    u32 length; // bytes
    u32 prot, flags, pgoff;
    const char *name; // what the person calls it, or NULL
};

// Is it one of the values -4095 … -1 that stand for errors among addresses?
static inline bool is_error(u32 value)
{
    return value > 0xFFFFF000u;
}

// Maps into the running task's address space. The address, or a negative errno. After mm/mmap.c.
u32 do_mmap_pgoff(struct machine *m, const struct map_request *map);
// 0 or a negative errno. After mm/mmap.c, do_munmap().
s32 do_munmap(struct machine *m, const struct mm_struct *mm, uaddr start, u32 length);
// Zeros at [start, start + length), whole pages from a page on, instead of what was there. False
// without memory, or past a limit. After mm/mmap.c, do_brk().
bool do_brk(struct machine *m, const struct mm_struct *mm, uaddr start, u32 length);
bool may_expand_vm(const struct machine *m, const struct mm_struct *mm, u32 pages);
// A new anonymous area in no list, or NULL without memory …
const struct vm_area_struct *make_area(struct machine *m, kaddr mm, uaddr start, uaddr end,
                                       u32 vm_flags);
// … and into its address space with it.
void insert_area(struct machine *m, const struct vm_area_struct *vma);
kaddr copy_area(struct machine *m, const struct vm_area_struct *vma, kaddr mm);
// What a page's entry begins with, by READ, WRITE, EXEC and SHARED. (protection_map)
u32 protection_of(u32 vm_flags);
// So many more pages of the area's kind. After mm/mmap.c, __vm_stat_account().
void stat_account(struct machine *m, const struct vm_area_struct *vma, s32 pages);
// Cuts an area in two at an address inside it: it keeps the lower part. 0 or a negative errno with
// its event. After mm/mmap.c, split_vma().
s32 split_vma(struct machine *m, const struct vm_area_struct *vma, uaddr address);
// Does `next` lie right behind prev, and are both anonymous and of one kind? …
bool can_join_areas(const struct vm_area_struct *prev, const struct vm_area_struct *next);
// … then prev takes it in.
void join_next_area(struct machine *m, const struct vm_area_struct *prev,
                    const struct vm_area_struct *next);
// brk, mmap, munmap and mprotect, by the saved registers.
s32 memory_call(struct machine *m, const struct pt_regs *r);

// ---- mprotect.c ------------------------------------------------------------------------------------

// 0, -EINVAL, -ENOMEM or -EACCES. Of areas that lie before a bad one, the rights are changed. After
// mm/mprotect.c, sys_mprotect().
s32 sys_mprotect(struct machine *m, uaddr start, u32 length, u32 prot);

// ---- inode.c ---------------------------------------------------------------------------------------

// An open file of a program's bytes: 0 or a negative errno. After fs/exec.c, open_exec().
s32 open_exec(struct machine *m, const char *path, kaddr *file);
// The same for a file of the host, which was taken in before: by its number.
s32 open_host_exec(struct machine *m, u32 program, kaddr *file);
// The errno for what the host found.
s32 error_of_program(enum program_error error);
// A file of zeros that only lives in memory, or 0. After mm/shmem.c, shmem_file_setup().
kaddr shmem_file_setup(struct machine *m, u32 bytes);
// The running task's descriptor as something that can be mapped: 0, -EBADF, -ENODEV, -ENOMEM.
s32 file_to_map(struct machine *m, u32 fd, kaddr *file);

// ---- fault.c ---------------------------------------------------------------------------------------

// Writes, or clears if bytes is NULL, user memory of the running task as the kernel does it; false
// if it is not all accessible. After include/asm-i386/uaccess.h, copy_to_user().
bool copy_to_user(struct machine *m, uaddr address, const void *bytes, u32 size);
// The program's first instruction is fetched. The running task is in user mode, and still may be.
void fetch_instruction(struct machine *m);

#endif
