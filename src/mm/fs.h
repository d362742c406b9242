// Files as memory maps them: struct file, its inode and the pages of it that are in memory.
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

#define INODE_NAME_MAX 64
struct inode {
    struct list_head i_list; // kernel: all inodes in use
    s32 i_count;
    u32 i_size;    // bytes
    s32 i_program; // number of the program in the catalogue whose file this is, or -1
    struct address_space i_data;
    char i_name[INODE_NAME_MAX]; // path, for people
};

// An open file: shared by every descriptor that dup or fork made of it.
#define FILE_NAME_MAX 64
struct file {
    s32 f_count;
    u32 f_flags;
    u32 f_mode;
    u32 f_uid;
    u64_i386 f_pos;
    kaddr f_dentry;
    kaddr f_inode; // Unlike Linux: not through the dentry; 0 for what is not a regular file
    char name[FILE_NAME_MAX]; // path, for people
};

// A node of a radix tree: 64 slots, each another node or, at the lowest level, a struct page.
#define RADIX_TREE_MAP_SHIFT 6
#define RADIX_TREE_MAP_SIZE  64u
struct radix_tree_node {
    kaddr slots[RADIX_TREE_MAP_SIZE];
};

#endif
