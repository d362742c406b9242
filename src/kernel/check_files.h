// What the checkers of files and of pipes share.
#ifndef KERNEL_CHECK_FILES_H
#define KERNEL_CHECK_FILES_H

#include "kernel/files.h"
#include "kernel/references.h"
#include "util/complaints.h"

struct file_check {
    const struct machine *m;
    struct complaints complaints;
    struct references tables, contexts, namespaces, spaces; // of tasks
    struct references files, dentries, inodes;
    struct references readers, writers; // inodes of pipes, one for each open end
    struct references open_to_write;    // inodes of regular files, one for each open file
};

// check_pipe.c: one pipe; and the queues on which tasks wait for pipes, the console and the disk.
void check_pipe(struct file_check *c, const struct inode *inode);
void check_waiting(struct file_check *c);

#endif
