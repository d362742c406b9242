// Reports about what a task shares or not: files, sig.
#include "procarium/report.h"
#include "report/text.h"

#include <string.h>

// ---- files ---------------------------------------------------------------------------------------

static const struct dentry *dentry_or_null(const struct machine *m, kaddr address)
{
    return address && is_kaddr(m, address, sizeof(struct dentry)) ? at(m, address, struct dentry)
                                                                  : NULL;
}

static void add_name(const char *name, size_t size, struct strbuf *out)
{
    const char *end = memchr(name, 0, size);

    strbuf_add_visible(out, name, end ? (size_t)(end - name) : size);
}

static void add_fs(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    if (!p->fs || !is_kaddr(m, p->fs, sizeof(struct fs_struct))) {
        strbuf_puts(out, " fs NULL\n");
        return;
    }
    const struct fs_struct *fs = at(m, p->fs, struct fs_struct);
    const struct dentry *root = dentry_or_null(m, fs->root), *pwd = dentry_or_null(m, fs->pwd);
    strbuf_printf(out, " fs_struct %08x, count %d: root ", p->fs, fs->count);
    if (root)
        add_name(root->d_name, sizeof root->d_name, out);
    strbuf_puts(out, "  cwd ");
    if (pwd)
        add_name(pwd->d_name, sizeof pwd->d_name, out);
    strbuf_printf(out, "  umask %03o\n", (u32)fs->umask);
}

static void add_file(const struct machine *m, u32 fd, kaddr address, bool closes,
                     struct strbuf *out)
{
    strbuf_printf(out, " %4u  %08x  ", fd, address);
    if (!is_kaddr(m, address, sizeof(struct file))) {
        strbuf_puts(out, "?\n");
        return;
    }
    const struct file *file = at(m, address, struct file);
    strbuf_printf(out, "%5d  %6llu  %-5s  ", file->f_count, (unsigned long long)file->f_pos,
                  closes ? "close" : "keep");
    add_name(file->name, sizeof file->name, out);
    strbuf_putc(out, '\n');
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
    strbuf_puts(out, "   FD  FILE      COUNT     POS  EXEC   NAME\n");
    for (u32 fd = 0; fd < (u32)files->max_fds && fd < 65536; fd++) {
        kaddr slot = files->fd + fd * 4;

        if (is_kaddr(m, slot, 4) && *at(m, slot, kaddr))
            add_file(m, fd, *at(m, slot, kaddr), has_bit(m, files->close_on_exec, fd), out);
    }
    return true;
}

// ---- sig -----------------------------------------------------------------------------------------

static const struct field sigset_field = {
    "", 0, sizeof(struct sigset), 1, KIND_SIGSET, 0, 0, false
};

static void add_set(const struct machine *m, const char *name, const struct sigset *set,
                    struct strbuf *out)
{
    strbuf_printf(out, " %-15s", name);
    field_value(m, NULL, &sigset_field, set, 0, out);
    strbuf_putc(out, '\n');
}

static void add_queue(const struct machine *m, const struct sigpending *pending, struct strbuf *out)
{
    kaddr head = kaddr_of(m, &pending->list);
    u32 limit = 4096;
    char buffer[16];

    for (kaddr link = pending->list.next; link != head && limit--;) {
        if (!is_kaddr(m, link, sizeof(struct sigqueue)))
            return;
        const struct sigqueue *q = at(m, link, struct sigqueue);

        strbuf_printf(out, "   queued %08x: %s code %d", link,
                      signal_text(q->si_signo, buffer, sizeof buffer), q->si_code);
        if (q->si_code != SI_KERNEL)
            strbuf_printf(out, " from %d", q->si_pid);
        strbuf_putc(out, '\n');
        link = q->list.next;
    }
}

static void add_actions(const struct sighand_struct *sighand, struct strbuf *out)
{
    u32 special = 0;
    char buffer[16];

    for (s32 signal = 1; signal <= _NSIG; signal++) {
        const struct k_sigaction *action = &sighand->action[signal - 1];

        if (action->sa_handler == SIG_DFL)
            continue;
        special++;
        strbuf_printf(out, " %-15s", signal_text(signal, buffer, sizeof buffer));
        if (action->sa_handler == SIG_IGN)
            strbuf_puts(out, "ignored");
        else
            strbuf_printf(out, "handler %08x", action->sa_handler);
        if (action->sa_flags) {
            strbuf_putc(out, ' ');
            names_of_flags(NAMES_SA, action->sa_flags, out);
        }
        strbuf_putc(out, '\n');
    }
    strbuf_printf(out, special ? " all other signals: default\n" : " all signals: default\n");
}

bool report_sig(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = wanted_task(m, pid, out);

    if (!p)
        return false;
    const struct signal_struct *signal = signal_or_null(m, p);
    const struct sighand_struct *sighand = sighand_or_null(m, p);
    const struct thread_info *ti = thread_info_or_null(m, p);
    strbuf_puts(out, "signals of ");
    add_task_name(p, out);
    strbuf_printf(out, "%s\n",
                  ti && ti->flags >> TIF_SIGPENDING & 1 ? ": TIF_SIGPENDING is set" : "");
    add_set(m, "blocked", &p->blocked, out);
    add_set(m, "pending", &p->pending.signal, out);
    add_queue(m, &p->pending, out);
    if (signal) {
        add_set(m, "shared pending", &signal->shared_pending.signal, out);
        add_queue(m, &signal->shared_pending, out);
    } else {
        strbuf_puts(out, " signal_struct NULL: it has ended\n");
    }
    if (sighand) {
        strbuf_printf(out, " sighand_struct %08x, count %d\n", p->sighand, sighand->count);
        add_actions(sighand, out);
    }
    return true;
}
