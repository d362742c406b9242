// The JSON snapshot: all tasks with their open files, and all pages that they have.
#include "report/json_line.h"
#include "report/regions.h"

#include <stdlib.h>
#include <string.h>

static void add_names(struct json_writer *w, const char *name, const struct sigset *set)
{
    const char *between = "";
    char buffer[16];

    strbuf_printf(&w->line, ",\"%s\":[", name);
    for (s32 signal = 1; set && signal <= _NSIG; signal++) {
        if (!sigismember(set, signal))
            continue;
        strbuf_printf(&w->line, "%s\"%s\"", between, signal_text(signal, buffer, sizeof buffer));
        between = ",";
    }
    strbuf_putc(&w->line, ']');
}

static void add_dispositions(struct json_writer *w, const struct sighand_struct *sighand)
{
    struct sigset ignored = { { 0, 0 } }, caught = { { 0, 0 } };

    for (u32 i = 0; sighand && i < _NSIG; i++) {
        uaddr handler = sighand->action[i].sa_handler;

        if (handler == SIG_IGN)
            ignored.sig[i / 32] |= 1u << i % 32;
        else if (handler != SIG_DFL)
            caught.sig[i / 32] |= 1u << i % 32;
    }
    add_names(w, "ignored", &ignored);
    add_names(w, "caught", &caught);
}

static void add_identity(struct json_writer *w, const struct machine *m,
                         const struct task_struct *p)
{
    const struct task_struct *leader = task_or_null(m, p->group_leader);
    const struct task_struct *parent = leader ? task_or_null(m, leader->real_parent) : NULL;
    const struct signal_struct *signal = signal_or_null(m, p);

    strbuf_printf(&w->line, "{\"pid\":%d", p->pid);
    json_number(w, "tgid", p->tgid);
    json_number(w, "ppid", parent ? parent->tgid : 0);
    json_number(w, "pgrp", signal ? signal->pgrp : 0);
    json_number(w, "session", signal ? signal->session : 0);
    json_text(w, "comm", p->comm, strnlen(p->comm, sizeof p->comm));
}

#define DESCRIPTORS_SHOWN 1024u

// Equal `file`s are shared: one position, one set of flags.
static void add_descriptor(struct json_writer *w, const struct machine *m, u32 fd, kaddr address,
                           bool closes)
{
    const struct file *file = at(m, address, struct file);

    strbuf_printf(&w->line, "{\"fd\":%u", fd);
    json_address(w, "file", address);
    json_number(w, "position", (s64)file->f_pos);
    json_number(w, "flags", file->f_flags);
    strbuf_printf(&w->line, ",\"close_on_exec\":%s", closes ? "true" : "false");
    json_text(w, "name", file->name, strnlen(file->name, sizeof file->name));
    strbuf_putc(&w->line, '}');
}

static void add_descriptors(struct json_writer *w, const struct machine *m,
                            const struct task_struct *p, bool is_dead)
{
    const char *between = "";

    strbuf_puts(&w->line, ",\"descriptors\":[");
    if (is_dead || !is_object_at(m, p->files, sizeof(struct files_struct))) {
        strbuf_putc(&w->line, ']');
        return;
    }
    const struct files_struct *files = at(m, p->files, struct files_struct);
    for (u32 fd = 0; fd < (u32)files->max_fds && fd < DESCRIPTORS_SHOWN; fd++) {
        kaddr slot = files->fd + fd * 4, word = files->close_on_exec + fd / 32 * 4;

        if (!is_object_at(m, slot, 4) || !is_object_at(m, word, 4) ||
            !is_object_at(m, *at(m, slot, kaddr), sizeof(struct file)))
            continue;
        strbuf_puts(&w->line, between);
        between = ",";
        add_descriptor(w, m, fd, *at(m, slot, kaddr), *at(m, word, u32) >> fd % 32 & 1);
    }
    strbuf_putc(&w->line, ']');
}

static void add_task(struct json_writer *w, const struct machine *m, const struct task_struct *p)
{
    const struct signal_struct *signal = signal_or_null(m, p);
    char letter = task_state_letter(p);
    bool is_dead = letter == 'Z' || letter == 'X';

    add_identity(w, m, p);
    json_letter(w, "state", letter);
    if (is_dead)
        json_number(w, "exit_code",
                    signal && signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code
                                                                : p->exit_code);
    else
        json_word(w, "exit_code", NULL);
    json_signal(w, "exit_signal", p->exit_signal);
    json_address(w, "mm", is_dead ? 0 : p->mm);
    json_address(w, "files", is_dead ? 0 : p->files);
    json_address(w, "fs", is_dead ? 0 : p->fs);
    json_address(w, "sighand", is_dead ? 0 : p->sighand);
    add_names(w, "pending", &p->pending.signal);
    add_names(w, "shared_pending", signal ? &signal->shared_pending.signal : NULL);
    add_names(w, "blocked", &p->blocked);
    add_dispositions(w, sighand_or_null(m, p));
    json_address(w, "task_struct", kaddr_of(m, p));
    json_address(w, "thread_info", p->thread_info);
    json_address(w, "esp0", p->thread.esp0);
    json_number(w, "prio", p->prio);
    json_number(w, "time_slice", p->time_slice);
    add_descriptors(w, m, p, is_dead);
    strbuf_putc(&w->line, '}');
}

// One present page of a task.
static void add_page(struct json_writer *w, const struct machine *m, const struct task_struct *p,
                     const struct vm_area_struct *vma, uaddr address, u32 pte)
{
    const char *region = region_name(m, mm_at(m, p->mm), vma, address);
    const struct page *page = pfn_to_page(m, pte_pfn(pte));

    strbuf_printf(&w->line, "{\"pid\":%d", p->pid);
    json_text(w, "region", region, strlen(region));
    json_hex(w, "address", address);
    json_number(w, "frame", pte_pfn(pte));
    strbuf_printf(&w->line, ",\"present\":%s,\"writable\":%s,\"shared_mapping\":%s",
                  pte & _PAGE_PRESENT ? "true" : "false", pte & _PAGE_RW ? "true" : "false",
                  vma->vm_flags & VM_MAYSHARE ? "true" : "false");
    json_number(w, "references", page_count(page));
    json_number(w, "mapped", page_mapcount(page));
    strbuf_printf(&w->line, ",\"accessed\":%s,\"dirty\":%s}",
                  pte & _PAGE_ACCESSED ? "true" : "false", pte & _PAGE_DIRTY ? "true" : "false");
}

static void add_pages_of(struct json_writer *w, const struct machine *m,
                         const struct task_struct *p, const char **between)
{
    const struct mm_struct *mm = mm_at(m, p->mm);

    for (kaddr v = mm->mmap; v; v = vma_at(m, v)->vm_next) {
        const struct vm_area_struct *vma = vma_at(m, v);

        for (uaddr address = vma->vm_start, next; address < vma->vm_end; address = next) {
            u32 entry = *pgd_offset(m, mm, address);

            next = pgd_addr_end(address, vma->vm_end);
            for (uaddr a = address; entry && a < next; a += PAGE_SIZE) {
                u32 pte = *pte_offset(m, entry, a);

                if (!pte)
                    continue;
                strbuf_puts(&w->line, *between);
                *between = ",";
                add_page(w, m, p, vma, a, pte);
            }
        }
    }
}

static void add_pages(struct json_writer *w, const struct machine *m,
                      const struct task_struct **tasks, u32 count)
{
    const char *between = "";

    for (u32 i = 0; i < count; i++)
        if (tasks[i]->mm && is_kaddr(m, tasks[i]->mm, sizeof(struct mm_struct)))
            add_pages_of(w, m, tasks[i], &between);
}

void json_snapshot(struct json_writer *w, const struct machine *m, u64 n)
{
    u32 count;
    const struct task_struct **tasks = collect_tasks(m, &count);

    json_begin(w, "snapshot");
    strbuf_printf(&w->line, ",\"n\":%llu,\"tasks\":[", (unsigned long long)n);
    for (u32 i = 0; i < count; i++) {
        if (i)
            strbuf_putc(&w->line, ',');
        add_task(w, m, tasks[i]);
    }
    strbuf_puts(&w->line, "],\"pages\":[");
    add_pages(w, m, tasks, count);
    strbuf_putc(&w->line, ']');
    json_end(w);
    free(tasks);
}
