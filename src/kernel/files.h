// What the files about files offer each other: tables, open files, names, inodes, devices.
#ifndef KERNEL_FILES_H
#define KERNEL_FILES_H

#include "kernel/mmap.h"
#include "kernel/signal.h"

#define PATH_MAX       4096u
#define NAME_MAX       255u        // bytes of a name in a path
#define MAX_NON_LFS    0x7FFFFFFFu // bytes that a file may have
#define READ_COUNT_MAX 0x7FFFFFFFu

static inline const struct file *file_at(const struct machine *m, kaddr address)
{
    return at(m, address, struct file);
}

static inline const struct inode *inode_at(const struct machine *m, kaddr inode)
{
    return at(m, inode, struct inode);
}

static inline const struct dentry *dentry_at(const struct machine *m, kaddr dentry)
{
    return at(m, dentry, struct dentry);
}

static inline bool is_kind(const struct inode *inode, u32 kind)
{
    return (inode->i_mode & S_IFMT) == kind;
}

// ---- files.c: descriptor tables --------------------------------------------------------------------

// The file behind a descriptor of the running task, or 0. Its count stays as it is.
kaddr current_file(const struct machine *m, u32 fd);
// Reserves the lowest free descriptor of the running task, or gives a negative errno (with its
// event). After fs/open.c, get_unused_fd().
s32 get_unused_fd(struct machine *m);
void put_unused_fd(struct machine *m, u32 fd);
void fd_install(struct machine *m, u32 fd, kaddr file);
s32 sys_close(struct machine *m, u32 fd);
s32 sys_dup(struct machine *m, u32 fd);
s32 sys_dup2(struct machine *m, u32 old_fd, u32 new_fd);
s32 sys_fcntl(struct machine *m, u32 fd, u32 command, u32 value);

// ---- file_table.c: open files ----------------------------------------------------------------------

// A new open file with all fields 0 but its count of 1, or 0 without memory.
kaddr get_empty_filp(struct machine *m);
// References more, or (negative) fewer; the last one closes the file.
void count_file(struct machine *m, kaddr file, s32 change);
// An open file of a directory entry or, if that is 0, of an inode; it takes over the caller's
// reference to that. `name` is for people. 0 without memory: then the reference is dropped.
kaddr dentry_open(struct machine *m, kaddr dentry, kaddr inode, u32 flags, const char *name);

// ---- open.c -------------------------------------------------------------------------------------------

#define OPEN_MODE 0666u                               // of files that are made, before the umask
s32 sys_open(struct machine *m, u32 flags, u32 mode); // the path is call_string(m, 0)
// Copies the path out of user memory into a page of its own. After fs/namei.c, getname(). (exec.c)
s32 getname(struct machine *m, kaddr *result);
void putname(struct machine *m, kaddr page);

// ---- namei.c: names ------------------------------------------------------------------------------------

// Where a path leads.
struct nameidata {
    kaddr dentry;               // the entry, whose count stays as it is; 0 if it is not in the tree
    s32 program;                // the program of the catalogue that has this path, or -1
    kaddr parent;               // the directory in which the last name would be
    char last[DENTRY_NAME_MAX]; // "" if it has more bytes than an entry has room for
};

// 0; or -ENOENT with parent and last set if only the last name is missing, parent 0 if more is;
// or another negative errno.
s32 path_lookup(struct machine *m, const char *path, struct nameidata *found);
// May the running task do this (MAY_ bits) with the inode? After fs/namei.c, permission().
bool permission(const struct machine *m, const struct inode *inode, u32 mask);
// A new directory entry that takes over a reference to the inode; 0 without memory. In the tree,
// and held by it, if parent is not 0.
kaddr d_alloc(struct machine *m, kaddr parent, const char *name, kaddr inode);
// The entry of a directory that has this name, or 0. After fs/dcache.c.
kaddr d_lookup(const struct machine *m, kaddr parent, const char *name);
// The path of a directory entry, from the root directory on, into `path`; its length.
u32 d_path(const struct machine *m, kaddr dentry, char *path, u32 size);
// Why a path leads nowhere: what goes with the errno of path_lookup().
enum refusal path_refusal(s32 error);
s32 sys_unlink(struct machine *m);
s32 sys_chdir(struct machine *m);
s32 sys_chroot(struct machine *m);
s32 sys_getcwd(struct machine *m, uaddr buffer, u32 size);
s32 sys_umask(struct machine *m, u32 mask);

// ---- inode.c, rootfs.c ---------------------------------------------------------------------------------

// A new inode with one reference, or 0 without memory.
kaddr new_inode(struct machine *m, const char *name, u32 mode, u32 fop);
// The program's inode with one user more; 0 without memory. After fs/inode.c, iget().
kaddr iget(struct machine *m, s32 program);
void rootfs_init(struct machine *m);

// ---- read_write.c -----------------------------------------------------------------------------------------

// What sys_read() and sys_write() remember while they sleep; it lies in their frames.
struct call_file {
    kaddr file;
    u32 needs_fput; // it is counted once more, because others share the descriptor table
};

// One read or write on its way: what the functions below get.
struct transfer {
    const struct file *file;
    const struct inode *inode;
    uaddr buffer;
    u32 count;
};

// Each returns the bytes transferred, a negative errno, or CALL_SLEEPS.
s32 pipe_read(struct machine *m, const struct transfer *t);
s32 pipe_write(struct machine *m, const struct transfer *t);
s32 generic_file_read(struct machine *m, const struct transfer *t);
s32 generic_file_write(struct machine *m, const struct transfer *t);
s32 tty_read(struct machine *m, const struct transfer *t);
s32 blkdev_read(struct machine *m, const struct transfer *t);

// read with this in edi reads the disk itself. Unlike Linux, which has no such call: so that a
// class can see state D without opening anything.
#define READ_DISK 1u

// ---- pipe.c ---------------------------------------------------------------------------------------------

s32 sys_pipe(struct machine *m, uaddr descriptors);
// An end of the pipe is closed for good.
void pipe_release(struct machine *m, const struct inode *inode, u32 readers, u32 writers);

// ---- disk.c ----------------------------------------------------------------------------------------------

#define DISK_BYTES (64u << 20)
// The disk delivers the page that task p waits for or, if p is NULL, the oldest one that it was
// asked for; an interrupt says so to the CPU, and all settle. One must be wanted. Inside a command
// of the history.
void disk_interrupt(struct machine *m, const struct task_struct *p);
// The page (struct page) that the task has asked the disk for in a call that is not over, or 0 …
kaddr page_of_disk_read(const struct machine *m, const struct task_struct *p);
// … and the same if the disk has not delivered it yet.
kaddr page_waited_for(const struct machine *m, const struct task_struct *p);

// ---- fault.c ------------------------------------------------------------------------------------------------

// Copies between user memory of the running task and the kernel's, page by page, up to where the user
// memory is not accessible: how many bytes were left out. After arch/i386/lib/usercopy.c.
u32 copy_in_from_user(struct machine *m, kaddr to, uaddr from, u32 size);
u32 copy_out_to_user(struct machine *m, uaddr to, kaddr from, u32 size);

#endif
