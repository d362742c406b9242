// The table of quantities, and how each is read off the machine.
#include "script/quantity.h"

#include "kernel/pipe.h"
#include "machine/record.h"
#include "mm/vm.h"
#include "procarium/names.h"
#include "procarium/report.h"
#include "report/objects.h"
#include "script/messages.h"

#include <stdlib.h>
#include <string.h>

#define GET(name) static bool get_##name(struct session *s, const struct word *words, s64 *value)

// ---- The whole machine -----------------------------------------------------------------------

GET(value)
{
    struct word last = { .kind = WORD_VALUE, .offset = words->offset };

    return word_number(s, &last, value);
}

GET(tasks)
{
    u32 count;

    free(collect_tasks(s->m, &count));
    *value = count;
    (void)words;
    return true;
}

#define GET_NUMBER(name, expression)                                                               \
    GET(name)                                                                                      \
    {                                                                                              \
        (void)words;                                                                               \
        *value = (s64)(expression);                                                                \
        return true;                                                                               \
    }

GET_NUMBER(pids, PIDMAP_ENTRIES *PAGE_SIZE * 8 - kernel(s->m)->pidmap[0].nr_free)
GET_NUMBER(free_pages, nr_free_pages(s->m))
GET_NUMBER(last_pid, kernel(s->m)->last_pid)
GET_NUMBER(total_forks, kernel(s->m)->total_forks)
GET_NUMBER(running, rq(s->m)->nr_running)
GET_NUMBER(switches, rq(s->m)->nr_switches)
GET_NUMBER(focus, console(s->m)->focus)
GET_NUMBER(current, current(s->m)->pid)
GET_NUMBER(panicked, cpu(s->m)->panicked != 0)
GET_NUMBER(position, s->m->history.run)

bool newest_event(const struct machine *m, enum event_kind kind, u64 *position)
{
    for (u64 i = record_cursor(m); i > m->journal.tail; i--) {
        const struct record *r = record_get(m, i - 1);

        if (r->kind != RECORD_NOTE || r->id != kind)
            continue;
        *position = i - 1;
        return true;
    }
    return false;
}

// The status word of the last wait call that had an answer.
GET(status)
{
    u64 position;

    if (!newest_event(s->m, EVENT_WAIT_STATUS, &position))
        return fail(s, words->offset, MSG_NO_STATUS);
    *value = record_event(record_get(s->m, position)).c;
    return true;
}

// By its name, or NULL with a mistake.
static const struct kmem_cache *find_cache(struct session *s, const struct word *name)
{
    list_for_each(s->m, link, &mm_data(s->m)->cache_chain)
    {
        const struct kmem_cache *c = list_entry(s->m, link, struct kmem_cache, next);

        if (strcmp(c->name, name->text) == 0)
            return c;
    }
    fail(s, name->offset, MSG_NO_CACHE, name->text);
    return NULL;
}

GET(slab)
{
    const struct kmem_cache *c = find_cache(s, &words[0]);

    if (c)
        *value = cache_objects_in_use(c);
    return c;
}

GET(slabs)
{
    const struct kmem_cache *c = find_cache(s, &words[0]);

    if (c)
        *value = cache_slabs(c);
    return c;
}

// ---- Memory ----------------------------------------------------------------------------------

static bool word_kaddr(struct session *s, const struct word *w, u32 size, kaddr *address)
{
    if (!word_address(s, w, address))
        return false;
    return (*address % 4 == 0 && is_kaddr(s->m, *address, size)) ||
           fail(s, w->offset, MSG_NOT_KADDR, *address);
}

GET(word)
{
    kaddr address;

    if (!word_kaddr(s, &words[0], 4, &address))
        return false;
    *value = *at(s->m, address, u32);
    return true;
}

// colour ADDRESS: by how many bytes everything in the object's slab is moved.
GET(colour)
{
    kaddr address;

    if (!word_kaddr(s, &words[0], 4, &address))
        return false;
    kaddr cache = cache_of_object(s->m, address), slab = page_of(s->m, address)->lru.prev;
    if (!is_object_at(s->m, cache, sizeof(struct kmem_cache)) ||
        !is_object_at(s->m, slab, sizeof(struct slab)))
        return fail(s, words[0].offset, MSG_NOT_IN_SLAB, address);
    const struct kmem_cache *c = at(s->m, cache, struct kmem_cache);
    // The descriptor, where it is in the slab, stands between the colour and the first object.
    *value =
        at(s->m, slab, struct slab)->colouroff - (c->flags & CFLGS_OFF_SLAB ? 0 : c->slab_size);
    return true;
}

// ---- A task ----------------------------------------------------------------------------------

#define GET_OF_TASK(name, expression)                                                              \
    GET(name)                                                                                      \
    {                                                                                              \
        const struct task_struct *p;                                                               \
                                                                                                   \
        if (!word_task(s, &words[0], &p))                                                          \
            return false;                                                                          \
        *value = (s64)(expression);                                                                \
        return true;                                                                               \
    }

#define CHILDREN_MAX 65536u // a list longer than this is no list

// A machine that stands inside a command may have lists that are half made.
static s64 count_children(const struct machine *m, const struct task_struct *p)
{
    kaddr head = kaddr_of(m, &p->children), link = p->children.next;
    u32 count = 0;

    while (link != head && count < CHILDREN_MAX && is_object_at(m, link, sizeof p->children)) {
        link = list_at(m, link)->next;
        count++;
    }
    return count;
}

static s64 count_threads(const struct machine *m, const struct task_struct *p)
{
    u32 tasks, count = 0;
    const struct task_struct **all = collect_tasks(m, &tasks);

    for (u32 i = 0; i < tasks; i++)
        count += all[i]->tgid == p->tgid;
    free(all);
    return count ? count : 1; // swapper, and who is on no list yet
}

GET_OF_TASK(children, count_children(s->m, p))
GET_OF_TASK(threads, count_threads(s->m, p))
GET_OF_TASK(parent, task_at(s->m, p->real_parent)->tgid)
GET_OF_TASK(tgid, p->tgid)
GET_OF_TASK(pgrp, p->signal ? signal_of(s->m, p)->pgrp : p->pids[PIDTYPE_PGID].nr)
GET_OF_TASK(session, p->signal ? signal_of(s->m, p)->session : p->pids[PIDTYPE_SID].nr)
GET_OF_TASK(exit_code, p->exit_code)
GET_OF_TASK(exit_signal, p->exit_signal)
GET_OF_TASK(prio, p->prio)
GET_OF_TASK(time_slice, p->time_slice)
GET_OF_TASK(uid, p->uid)
GET_OF_TASK(usage, p->usage)
GET_OF_TASK(address, kaddr_of(s->m, p))

// field PID NAME: by the name that `task` shows.
GET(field)
{
    const struct task_struct *p;

    return word_task(s, &words[0], &p) && (task_field(s->m, p->pid, words[1].text, value) ||
                                           fail(s, words[1].offset, MSG_NO_FIELD, words[1].text));
}

kaddr shared_object(const struct task_struct *p, u32 index)
{
    const kaddr objects[] = { p->mm, p->files, p->fs, p->sighand, p->signal };

    return objects[index];
}

// count mm|files|fs|sighand|signal PID: how many tasks share it.
GET(count)
{
    const struct task_struct *p;
    u32 index;

    if (!word_choice(s, &words[0], SHARED_OBJECTS, &index) || !word_task(s, &words[1], &p))
        return false;
    kaddr object = shared_object(p, index);
    if (!object)
        return fail(s, words[1].offset, MSG_HAS_NONE, p->pid, words[0].text);
    if (index == 0)
        *value = at(s->m, p->mm, struct mm_struct)->mm_users;
    else // files, fs, sighand and signal begin with their count
        *value = *at(s->m, object, s32);
    return true;
}

// ---- Signals and files of a task -------------------------------------------------------------

static bool signal_of_task(struct session *s, const struct word *words,
                           const struct task_struct **p, s32 *signal)
{
    if (!word_task(s, &words[0], p) || !word_signal(s, &words[1], signal))
        return false;
    return (*signal >= 1 && *signal <= _NSIG) ||
           fail(s, words[1].offset, MSG_NOT_SIGNAL, words[1].text);
}

GET(pending)
{
    const struct task_struct *p;
    s32 signal;

    if (!signal_of_task(s, words, &p, &signal))
        return false;
    *value = sigismember(&p->pending.signal, signal) ||
             (p->signal && sigismember(&signal_of(s->m, p)->shared_pending.signal, signal));
    return true;
}

GET(blocked)
{
    const struct task_struct *p;
    s32 signal;

    if (!signal_of_task(s, words, &p, &signal))
        return false;
    *value = sigismember(&p->blocked, signal);
    return true;
}

GET(handler)
{
    const struct task_struct *p;
    s32 signal;

    if (!signal_of_task(s, words, &p, &signal))
        return false;
    if (!p->sighand)
        return fail(s, words[0].offset, MSG_HAS_NONE, p->pid, "sighand");
    *value = sighand_of(s->m, p)->action[signal - 1].sa_handler;
    return true;
}

static bool fd_of_task(struct session *s, const struct word *words, bool is_cloexec, s64 *value)
{
    const struct task_struct *p;
    s64 fd;

    if (!word_task(s, &words[0], &p) ||
        !word_in_range(s, &words[1], WHAT_ARGUMENT, 0, INT32_MAX, &fd))
        return false;
    if (!p->files)
        return fail(s, words[0].offset, MSG_HAS_NONE, p->pid, "files");
    const struct files_struct *files = at(s->m, p->files, struct files_struct);
    kaddr bits = is_cloexec ? files->close_on_exec : files->open_fds;
    *value = fd < files->max_fds && (*at(s->m, bits + (u32)fd / 32 * 4, u32) >> fd % 32 & 1);
    return true;
}

GET(fd)
{
    return fd_of_task(s, words, false, value);
}

// PID FD: the open file behind a descriptor; NULL with a mistake if there is none.
static const struct file *open_file(struct session *s, const struct word *words)
{
    const struct task_struct *p;
    s64 fd, is_open;

    if (!word_task(s, &words[0], &p) || !fd_of_task(s, words, false, &is_open) ||
        !word_number(s, &words[1], &fd))
        return NULL;
    if (!is_open) {
        fail(s, words[1].offset, MSG_NOT_OPEN, p->pid, (long long)fd);
        return NULL;
    }
    const struct files_struct *files = at(s->m, p->files, struct files_struct);
    kaddr file = *at(s->m, files->fd + (u32)fd * 4, kaddr);
    if (!is_object_at(s->m, file, sizeof(struct file))) { // the call that opens it is not that far
        fail(s, words[1].offset, MSG_NOT_OPEN, p->pid, (long long)fd);
        return NULL;
    }
    return at(s->m, file, struct file);
}

#define GET_OF_FILE(name, expression)                                                              \
    GET(name)                                                                                      \
    {                                                                                              \
        const struct file *file = open_file(s, words);                                             \
                                                                                                   \
        if (!file)                                                                                 \
            return false;                                                                          \
        *value = (s64)(expression);                                                                \
        return true;                                                                               \
    }

GET_OF_FILE(file, kaddr_of(s->m, file))
GET_OF_FILE(f_count, file->f_count)
GET_OF_FILE(f_pos, file->f_pos)
GET_OF_FILE(f_flags, file->f_flags)
GET_OF_FILE(file_size, at(s->m, file->f_inode, struct inode)->i_size)

// PID FD: the pipe behind a descriptor; NULL with a mistake if it is none.
static const struct pipe_inode_info *open_pipe(struct session *s, const struct word *words)
{
    const struct file *file = open_file(s, words);

    if (!file)
        return NULL;
    if (!at(s->m, file->f_inode, struct inode)->i_pipe) {
        fail(s, words[1].offset, MSG_NOT_PIPE, words[1].text);
        return NULL;
    }
    return pipe_info(s->m, at(s->m, file->f_inode, struct inode));
}

#define GET_OF_PIPE(name, expression)                                                              \
    GET(name)                                                                                      \
    {                                                                                              \
        const struct pipe_inode_info *info = open_pipe(s, words);                                  \
                                                                                                   \
        if (!info)                                                                                 \
            return false;                                                                          \
        *value = (s64)(expression);                                                                \
        return true;                                                                               \
    }

GET_OF_PIPE(pipe_bytes, pipe_bytes(info))
GET_OF_PIPE(pipe_pages, info->nrbufs)
GET_OF_PIPE(pipe_readers, info->readers)
GET_OF_PIPE(pipe_writers, info->writers)

GET(umask)
{
    const struct task_struct *p;

    if (!word_task(s, &words[0], &p))
        return false;
    if (!p->fs)
        return fail(s, words[0].offset, MSG_HAS_NONE, p->pid, "fs");
    *value = at(s->m, p->fs, struct fs_struct)->umask;
    return true;
}

GET(cloexec)
{
    return fd_of_task(s, words, true, value);
}

// ---- Pages of a task ---------------------------------------------------------------------------

// PID ADDR: the entry for the address, 0 if there is none.
static bool pte_of_task(struct session *s, const struct word *words, u32 *pte)
{
    const struct task_struct *p;
    uaddr address;

    if (!word_task(s, &words[0], &p))
        return false;
    if (!p->mm)
        return fail(s, words[0].offset, MSG_HAS_NONE, p->pid, "mm");
    if (!word_user_address(s, &words[1], p, &address))
        return false;
    const u32 *entry = find_pte(s->m, mm_at(s->m, p->mm), address);
    *pte = entry ? *entry : 0;
    return true;
}

#define GET_OF_PAGE(name, expression)                                                              \
    GET(name)                                                                                      \
    {                                                                                              \
        u32 pte;                                                                                   \
                                                                                                   \
        if (!pte_of_task(s, words, &pte))                                                          \
            return false;                                                                          \
        *value = pte ? (s64)(expression) : 0;                                                      \
        return true;                                                                               \
    }

GET_OF_PAGE(pte, pte)
GET_OF_PAGE(frame, pte_pfn(pte))
GET_OF_PAGE(references, page_count(pfn_to_page(s->m, pte_pfn(pte))))
GET_OF_PAGE(mapped, page_mapcount(pfn_to_page(s->m, pte_pfn(pte))))

// What fork did last: page table entries, and whole pages.
static bool copied_by_fork(struct session *s, const struct word *words, bool pages, s64 *value)
{
    u64 position;

    if (!newest_event(s->m, EVENT_COPY_PTES, &position))
        return fail(s, words->offset, MSG_NO_COPY);
    struct event event = record_event(record_get(s->m, position));
    *value = pages ? event.c : event.b;
    return true;
}

GET(copied_entries)
{
    return copied_by_fork(s, words, false, value);
}

GET(copied_pages)
{
    return copied_by_fork(s, words, true, value);
}

// ---- The table -------------------------------------------------------------------------------

const struct quantity quantities[] = {
    { "value", 0, "value", "what the last call returned ($?)", true, get_value },
    { "status", 0, "status", "the status word of the last wait", false, get_status },
    { "tasks", 0, "tasks", "tasks in all, threads and zombies too, swapper not", true, get_tasks },
    { "pids", 0, "pids", "bits set in the PID bitmap", true, get_pids },
    { "free_pages", 0, "free_pages", "page frames that are free", true, get_free_pages },
    { "slab", 1, "slab CACHE", "objects of a slab cache that are in use", true, get_slab },
    { "slabs", 1, "slabs CACHE", "slabs that a cache has", true, get_slabs },
    { "word", 1, "word ADDRESS", "the 4 bytes at a kernel address", true, get_word },
    { "colour", 1, "colour ADDRESS", "the cache colour (bytes) of the slab an object lies in", true,
      get_colour },
    { "last_pid", 0, "last_pid", "the PID handed out last", true, get_last_pid },
    { "total_forks", 0, "total_forks", "forks since boot", true, get_total_forks },
    { "running", 0, "running", "tasks on the run queue", true, get_running },
    { "switches", 0, "switches", "context switches since boot", true, get_switches },
    { "focus", 0, "focus", "the PID that has the focus, 0 = nobody", true, get_focus },
    { "current", 0, "current", "the PID on the CPU", true, get_current },
    { "panicked", 0, "panicked", "1 after a kernel panic, else 0", true, get_panicked },
    { "position", 0, "position", "commands of the history that have run", false, get_position },
    { "parent", 1, "parent PID", "its real parent's PID, as getppid(2) says", true, get_parent },
    { "tgid", 1, "tgid PID", "its thread group", true, get_tgid },
    { "pgrp", 1, "pgrp PID", "its process group", true, get_pgrp },
    { "session", 1, "session PID", "its session", true, get_session },
    { "children", 1, "children PID", "how many children it has", true, get_children },
    { "threads", 1, "threads PID", "how many tasks its thread group has", true, get_threads },
    { "exit_code", 1, "exit_code PID", "its wait status, once dead", true, get_exit_code },
    { "exit_signal", 1, "exit_signal PID", "what its parent gets; -1 = a thread", true,
      get_exit_signal },
    { "prio", 1, "prio PID", "its dynamic priority", true, get_prio },
    { "time_slice", 1, "time_slice PID", "ticks it has left", true, get_time_slice },
    { "uid", 1, "uid PID", "its user", true, get_uid },
    { "usage", 1, "usage PID", "references to its task_struct", true, get_usage },
    { "address", 1, "address PID", "where its task_struct lies", true, get_address },
    { "field", 2, "field PID NAME", "a field as `task` names it: mm, pt_regs->eax …", true,
      get_field },
    { "count", 2, "count mm|files|fs|sighand|signal PID", "how many tasks share it", true,
      get_count },
    { "pending", 2, "pending PID SIG", "1 if the signal is pending, privately or shared", true,
      get_pending },
    { "blocked", 2, "blocked PID SIG", "1 if it blocks the signal", true, get_blocked },
    { "handler", 2, "handler PID SIG", "0 default, 1 ignored, else the handler's address", true,
      get_handler },
    { "fd", 2, "fd PID FD", "1 if the descriptor is open", true, get_fd },
    { "file", 2, "file PID FD", "where its open file lies", true, get_file },
    { "f_count", 2, "f_count PID FD", "how many descriptors use its open file", true, get_f_count },
    { "f_pos", 2, "f_pos PID FD", "the position of its open file", true, get_f_pos },
    { "f_flags", 2, "f_flags PID FD", "the flags of its open file, as a number", true,
      get_f_flags },
    { "file_size", 2, "file_size PID FD", "bytes of the file", true, get_file_size },
    { "pipe_bytes", 2, "pipe_bytes PID FD", "bytes in the pipe", true, get_pipe_bytes },
    { "pipe_pages", 2, "pipe_pages PID FD", "buffers of the pipe that hold some", true,
      get_pipe_pages },
    { "pipe_readers", 2, "pipe_readers PID FD", "open files that can read from the pipe", true,
      get_pipe_readers },
    { "pipe_writers", 2, "pipe_writers PID FD", "open files that can write to it", true,
      get_pipe_writers },
    { "umask", 1, "umask PID", "its umask", true, get_umask },
    { "pte", 2, "pte PID ADDR", "the page table entry of an address, 0 = none", true, get_pte },
    { "frame", 2, "frame PID ADDR", "the page frame that it names", true, get_frame },
    { "references", 2, "references PID ADDR", "users of that frame (_count + 1)", true,
      get_references },
    { "mapped", 2, "mapped PID ADDR", "page table entries that name it (_mapcount + 1)", true,
      get_mapped },
    { "copied_entries", 0, "copied_entries", "page table entries that the newest fork copied",
      false, get_copied_entries },
    { "copied_pages", 0, "copied_pages", "pages that it copied", false, get_copied_pages },
    { "cloexec", 2, "cloexec PID FD", "1 if it is closed on exec", true, get_cloexec },
};
const u32 quantity_count = sizeof quantities / sizeof *quantities;

const struct quantity *find_quantity(const struct word *w)
{
    for (u32 i = 0; i < quantity_count; i++)
        if (word_is(w, quantities[i].name))
            return &quantities[i];
    return NULL;
}
