// See file_words.h.
#include "report/file_words.h"

#include "report/objects.h"

void add_file_name(const struct machine *m, const struct moment *then, kaddr address,
                   struct strbuf *out)
{
    struct file file;

    if (read_kernel_then(m, then, address, &file, sizeof file))
        add_text(file.name, sizeof file.name, out);
}

void add_inode_name(const struct machine *m, const struct moment *then, kaddr address,
                    struct strbuf *out)
{
    struct inode inode;

    if (read_kernel_then(m, then, address, &inode, sizeof inode))
        add_text(inode.i_name, sizeof inode.i_name, out);
}

#define DEPTH_SHOWN 16u

void add_dentry_path(const struct machine *m, const struct moment *then, kaddr address,
                     struct strbuf *out)
{
    struct dentry way[DEPTH_SHOWN];
    u32 depth = 0;

    while (depth < DEPTH_SHOWN && read_kernel_then(m, then, address, &way[depth], sizeof *way) &&
           way[depth].d_parent != address)
        address = way[depth++].d_parent;
    if (!depth)
        strbuf_putc(out, '/');
    while (depth-- > 0) {
        strbuf_putc(out, '/');
        add_text(way[depth].d_name, sizeof way->d_name, out);
    }
}

// The struct file behind a descriptor, or 0.
static kaddr file_of_descriptor(const struct machine *m, const struct moment *then, s32 pid, s32 fd)
{
    kaddr task = find_task_then(m, then, pid), table = 0, file = 0;
    struct files_struct files;

    if (!task || fd < 0 ||
        !read_kernel_then(m, then, task + (u32)offsetof(struct task_struct, files), &table, 4) ||
        !read_kernel_then(m, then, table, &files, sizeof files) || fd >= files.max_fds)
        return 0;
    return read_kernel_then(m, then, files.fd + (u32)fd * 4, &file, 4) ? file : 0;
}

void add_descriptor(const struct machine *m, const struct moment *then, s32 pid, s32 fd,
                    struct strbuf *out)
{
    kaddr file = file_of_descriptor(m, then, pid, fd);

    if (fd < 0) { // what `io` reads
        strbuf_puts(out, "the disk");
        return;
    }
    strbuf_printf(out, "descriptor %d", fd);
    if (!file)
        return;
    strbuf_puts(out, " (");
    add_file_name(m, then, file, out);
    strbuf_putc(out, ')');
}

uaddr second_argument(const struct machine *m, const struct moment *then, s32 pid)
{
    kaddr task = find_task_then(m, then, pid), stack = 0;
    struct pt_regs regs;

    if (!task ||
        !read_kernel_then(m, then, task + (u32)offsetof(struct task_struct, thread_info), &stack,
                          4) ||
        !read_kernel_then(m, then, stack + cpu(m)->thread_size - (u32)sizeof regs, &regs,
                          sizeof regs))
        return 0;
    return regs.ecx;
}

#define HEX_SHOWN 8u

bool is_shown_as_text(const u8 *bytes, u32 size)
{
    bool is_text = true;

    for (u32 i = 0; i < size; i++)
        is_text &= (bytes[i] >= 0x20 && bytes[i] < 0x7F) || bytes[i] == '\n';
    return is_text;
}

void add_shown_bytes(const u8 *bytes, u32 size, u32 total, struct strbuf *out)
{
    bool is_text = is_shown_as_text(bytes, size);

    if (!is_text && size > HEX_SHOWN)
        size = HEX_SHOWN;
    if (is_text)
        strbuf_putc(out, '"');
    for (u32 i = 0; i < size; i++) {
        if (!is_text)
            strbuf_printf(out, i ? " %02x" : "%02x", bytes[i]);
        else if (bytes[i] == '\n')
            strbuf_puts(out, "\\n");
        else
            strbuf_putc(out, (char)bytes[i]);
    }
    if (is_text)
        strbuf_putc(out, '"');
    if (size < total)
        strbuf_printf(out, "… (%u bytes)", total);
}
