// Files as the kernel knows them: directory entries, inodes, open files, and the pages of files
// that are in memory.
#ifndef MM_FS_H
#define MM_FS_H

#include "mm/list.h"

// The pages of a file that are in memory. (struct address_space)
struct address_space {
    kaddr host;      // struct inode
    kaddr page_tree; // root of the radix tree, or 0
    u32 height;      // its levels
    u32 nrpages;
};

#define S_IFMT    0170000u // i_mode: what it is …
#define S_IFIFO   0010000u
#define S_IFCHR   0020000u
#define S_IFDIR   0040000u
#define S_IFBLK   0060000u
#define S_IFREG   0100000u
#define S_ISVTX   0001000u
#define MAY_EXEC  1u // … and three times three bits of who may do what with it
#define MAY_WRITE 2u
#define MAY_READ  4u

// Function tables cannot lie in simulated RAM: they are named. (struct file_operations)
enum file_operations {
    FOPS_NONE,
    FOPS_FILE, // bytes in the page cache
    FOPS_DIRECTORY,
    FOPS_READ_PIPE,
    FOPS_WRITE_PIPE,
    FOPS_CONSOLE, // what is written is seen; nobody types
    FOPS_NULL,
    FOPS_ZERO,
    FOPS_DISK // a block device: a read waits for the disk
};

#define INODE_NAME_MAX 60
struct inode {
    struct list_head i_list; // kernel: all inodes in use
    s32 i_count;             // directory entries, and open files that have none
    u32 i_ino;
    u32 i_mode; // S_IF… and permissions
    u32 i_uid;
    u32 i_size;       // bytes
    s32 i_writecount; // open files that may write to it, if it is a regular one
    s32 i_program;    // number of the program in the catalogue whose file this is, or -1
    kaddr i_text;     // where the text lies that the file begins with, up to a NUL; 0 = none
    u32 i_fop;        // enum file_operations
    struct address_space i_data;
    kaddr i_pipe;                // struct pipe_inode_info, or 0
    char i_name[INODE_NAME_MAX]; // path, for people
};

// A directory entry. Rule: each holds a reference to its inode and to its parent; those of the
// tree are held by the tree too, so that a file stays when nobody has it open.
#define DENTRY_NAME_MAX 36
struct dentry {
    s32 d_count;
    kaddr d_inode;
    kaddr d_parent;             // the root's is itself; a pipe's too
    struct list_head d_child;   // in the parent's d_subdirs
    struct list_head d_subdirs; // the entries of this directory
    char d_name[DENTRY_NAME_MAX];
};

// An open file: shared by every descriptor that dup or fork made of it.
#define FILE_NAME_MAX 60
struct file {
    s32 f_count;
    u32 f_flags;
    u32 f_mode; // bit 0: may read, bit 1: may write, bit 2: may seek
    u32 f_uid;
    u64_i386 f_pos;
    kaddr f_dentry;           // 0 for a program that exec opened
    kaddr f_inode;            // Unlike Linux: not only through the dentry, if there is one
    u32 f_op;                 // enum file_operations
    char name[FILE_NAME_MAX]; // path, for people
};

#define FMODE_READ  1u
#define FMODE_WRITE 2u
#define FMODE_LSEEK 4u

#define O_ACCMODE   03u
#define O_RDONLY    00u
#define O_WRONLY    01u
#define O_RDWR      02u
#define O_CREAT     0100u
#define O_EXCL      0200u
#define O_NOCTTY    0400u
#define O_TRUNC     01000u
#define O_APPEND    02000u
#define O_NONBLOCK  04000u
#define O_SYNC      010000u
#define O_DIRECTORY 0200000u

#define F_DUPFD    0u
#define F_GETFD    1u
#define F_SETFD    2u
#define F_GETFL    3u
#define F_SETFL    4u
#define FD_CLOEXEC 1u

// A node of a radix tree: 64 slots, each another node or, at the lowest level, a struct page.
#define RADIX_TREE_MAP_SHIFT 6
#define RADIX_TREE_MAP_SIZE  64u
struct radix_tree_node {
    kaddr slots[RADIX_TREE_MAP_SIZE];
};

#endif
