// Pipes: a ring of pages between those who write and those who read. (include/linux/pipe_fs_i.h)
#ifndef KERNEL_PIPE_H
#define KERNEL_PIPE_H

#include "kernel/kernel.h"

#define PIPE_BUFFERS 16u
#define PIPE_BUF     4096u // writes of up to so many bytes are not mixed with others

enum pipe_buf_operations { PIPE_BUF_EMPTY, PIPE_BUF_ANON };

// A page of bytes that were written and not yet read.
struct pipe_buffer {
    kaddr page; // struct page
    u32 offset, len;
    u32 ops; // enum pipe_buf_operations
};

struct pipe_inode_info {
    struct wait_queue_head wait;
    u32 nrbufs, curbuf; // a ring: from curbuf on, nrbufs of them
    struct pipe_buffer bufs[PIPE_BUFFERS];
    kaddr tmp_page; // struct page kept for the next write, or 0
    u32 start;
    u32 readers, writers; // open files of each end
    u32 waiting_writers;  // asleep in a write
    u32 r_counter, w_counter;
    kaddr fasync_readers, fasync_writers;
};

static inline const struct pipe_inode_info *pipe_info(const struct machine *m,
                                                      const struct inode *inode)
{
    return at(m, inode->i_pipe, struct pipe_inode_info);
}

// Bytes that wait to be read.
static inline u32 pipe_bytes(const struct pipe_inode_info *info)
{
    u32 bytes = 0;

    for (u32 i = 0; i < info->nrbufs && i < PIPE_BUFFERS; i++)
        bytes += info->bufs[(info->curbuf + i) % PIPE_BUFFERS].len;
    return bytes;
}

#endif
