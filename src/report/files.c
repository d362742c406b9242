// The report about a task's files: its directories, and what each descriptor stands for.
#include "kernel/pipe.h"
#include "procarium/report.h"
#include "report/file_words.h"
#include "report/text.h"

static void add_fs(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    if (!p->fs || !is_kaddr(m, p->fs, sizeof(struct fs_struct))) {
        strbuf_puts(out, " fs NULL\n");
        return;
    }
    const struct fs_struct *fs = at(m, p->fs, struct fs_struct);
    strbuf_printf(out, " fs_struct %08x, count %d: root ", p->fs, fs->count);
    add_dentry_path(m, NULL, fs->root, out);
    strbuf_puts(out, "  cwd ");
    add_dentry_path(m, NULL, fs->pwd, out);
    strbuf_printf(out, "  umask %03o\n", (u32)fs->umask);
}

// "rw", "r append nonblock": how it was opened, in a few letters.
static void add_flags(const struct file *file, struct strbuf *out)
{
    struct strbuf words = STRBUF_INIT;

    strbuf_printf(&words, "%s%s", file->f_mode & FMODE_READ ? "r" : "",
                  file->f_mode & FMODE_WRITE ? "w" : "");
    if (file->f_flags & O_APPEND)
        strbuf_puts(&words, " append");
    if (file->f_flags & O_NONBLOCK)
        strbuf_puts(&words, " nonblock");
    add_padded(out, strbuf_text(&words), 9);
    strbuf_finish(&words);
}

static void add_file(const struct machine *m, u32 fd, kaddr address, bool closes,
                     struct strbuf *out)
{
    strbuf_printf(out, " %4u  %08x  ", fd, address);
    if (!is_object_at(m, address, sizeof(struct file))) {
        strbuf_puts(out, "?\n");
        return;
    }
    const struct file *file = at(m, address, struct file);
    strbuf_printf(out, "%5d  %6llu  ", file->f_count, (unsigned long long)file->f_pos);
    add_flags(file, out);
    strbuf_puts(out, closes ? "  close  " : "  keep   ");
    add_file_name(m, NULL, address, out);
    strbuf_putc(out, '\n');
}

// The file behind a descriptor of the table, or NULL.
static const struct file *file_behind(const struct machine *m, const struct files_struct *files,
                                      u32 fd)
{
    kaddr slot = files->fd + fd * 4, file = is_kaddr(m, slot, 4) ? *at(m, slot, kaddr) : 0;

    return is_object_at(m, file, sizeof(struct file)) ? at(m, file, struct file) : NULL;
}

static kaddr pipe_behind(const struct machine *m, const struct files_struct *files, u32 fd)
{
    const struct file *file = file_behind(m, files, fd);
    kaddr inode = file ? file->f_inode : 0;

    return is_object_at(m, inode, sizeof(struct inode)) ? at(m, inode, struct inode)->i_pipe : 0;
}

#define PIPES_SHOWN 1024u // descriptors that are looked at for pipes

// What there is to say about the pipe of a descriptor, unless a lower one has said it.
static void add_pipe(const struct machine *m, const struct files_struct *files, u32 fd,
                     struct strbuf *out)
{
    kaddr address = pipe_behind(m, files, fd);

    for (u32 lower = 0; lower < fd; lower++)
        if (address && pipe_behind(m, files, lower) == address)
            return;
    if (!is_object_at(m, address, sizeof(struct pipe_inode_info)))
        return;
    const struct pipe_inode_info *info = at(m, address, struct pipe_inode_info);
    strbuf_putc(out, ' ');
    add_file_name(m, NULL, kaddr_of(m, file_behind(m, files, fd)), out);
    strbuf_printf(out, " at %08x: %u bytes in %u page%s, %u reader%s, %u writer%s\n", address,
                  pipe_bytes(info), info->nrbufs, info->nrbufs == 1 ? "" : "s", info->readers,
                  info->readers == 1 ? "" : "s", info->writers, info->writers == 1 ? "" : "s");
}

static bool has_bit(const struct machine *m, kaddr set, u32 bit)
{
    kaddr word = set + bit / 32 * 4;

    return set && is_kaddr(m, word, 4) && *at(m, word, u32) >> bit % 32 & 1;
}

bool report_files(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = wanted_task(m, pid, out);

    if (!p)
        return false;
    strbuf_puts(out, "files of ");
    add_task_name(p, out);
    strbuf_putc(out, '\n');
    add_fs(m, p, out);
    if (!p->files || !is_kaddr(m, p->files, sizeof(struct files_struct))) {
        strbuf_puts(out, " files NULL\n");
        return true;
    }
    const struct files_struct *files = at(m, p->files, struct files_struct);
    strbuf_printf(out, " files_struct %08x, count %d, room for %d, next_fd %d\n", p->files,
                  files->count, files->max_fds, files->next_fd);
    strbuf_puts(out, "   FD  FILE       REFS     POS  MODE       EXEC   NAME\n");
    for (u32 fd = 0; fd < (u32)files->max_fds && fd < 65536; fd++) {
        kaddr slot = files->fd + fd * 4;

        if (is_kaddr(m, slot, 4) && *at(m, slot, kaddr))
            add_file(m, fd, *at(m, slot, kaddr), has_bit(m, files->close_on_exec, fd), out);
    }
    for (u32 fd = 0; fd < (u32)files->max_fds && fd < PIPES_SHOWN; fd++)
        add_pipe(m, files, fd, out);
    return true;
}
