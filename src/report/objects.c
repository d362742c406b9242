// See objects.h.
#include "report/objects.h"

#include "mm/vm.h"

#include <stdlib.h>
#include <string.h>

#define TASKS_LIMIT 65536u // a list longer than this is no list

// ---- Careful pointers ------------------------------------------------------------------------

bool read_kernel_then(const struct machine *m, const struct moment *then, kaddr address,
                      void *bytes, u32 size)
{
    if (!is_object_at(m, address, size))
        return false;
    moment_get(then, m, kaddr_to_offset(address), bytes, size);
    return true;
}

const struct thread_info *thread_info_or_null(const struct machine *m, const struct task_struct *p)
{
    return is_object_at(m, p->thread_info, cpu(m)->thread_size) ? thread_info_of(m, p) : NULL;
}

const struct signal_struct *signal_or_null(const struct machine *m, const struct task_struct *p)
{
    return is_object_at(m, p->signal, sizeof(struct signal_struct)) ? signal_of(m, p) : NULL;
}

const struct sighand_struct *sighand_or_null(const struct machine *m, const struct task_struct *p)
{
    return is_object_at(m, p->sighand, sizeof(struct sighand_struct)) ? sighand_of(m, p) : NULL;
}

const struct pt_regs *regs_or_null(const struct machine *m, const struct task_struct *p)
{
    return thread_info_or_null(m, p) ? task_pt_regs(m, p) : NULL;
}

const struct task_struct *current_or_null(const struct machine *m)
{
    if (!has_kernel(m))
        return NULL;
    kaddr base = current_thread_info(m);
    return is_object_at(m, base, sizeof(struct thread_info))
               ? task_or_null(m, at(m, base, struct thread_info)->task)
               : NULL;
}

const struct task_struct *find_task(const struct machine *m, s32 pid)
{
    if (!has_kernel(m) || pid < 0)
        return NULL;
    return pid == 0 ? &kernel(m)->init_task : find_task_by_pid(m, pid);
}

// Walks the chain of the pid hash as it was.
kaddr find_task_then(const struct machine *m, const struct moment *then, s32 pid)
{
    const struct task_struct *now;
    struct pid node;
    kaddr link;

    if (!then || !then->used || pid <= 0) {
        now = find_task(m, pid);
        return now ? kaddr_of(m, now) : 0;
    }
    if (!has_kernel(m))
        return 0;
    const struct kernel_data *k = kernel(m); // the tables never move
    kaddr bucket = k->pid_hash[PIDTYPE_PID] + pid_hashfn((u32)pid, k->pidhash_shift) * 4;
    if (!read_kernel_then(m, then, bucket, &link, sizeof link))
        return 0;
    for (u32 limit = 65536; limit && read_kernel_then(m, then, link, &node, sizeof node); limit--) {
        kaddr task = link - (u32)offsetof(struct task_struct, pids[PIDTYPE_PID]);

        if (node.nr == pid)
            return task_or_null(m, task) ? task : 0;
        link = node.chain_next;
    }
    return 0;
}

u32 entry_then(const struct machine *m, const struct moment *then, kaddr table, u32 index)
{
    u32 entry = 0;

    read_kernel_then(m, then, table + index * 4, &entry, sizeof entry);
    return entry;
}

// The frame that an address of task pid was mapped to, as a kernel address; 0 if to none.
static kaddr user_page_then(const struct machine *m, const struct moment *then, kaddr pgd,
                            uaddr address)
{
    u32 entry = address < TASK_SIZE ? entry_then(m, then, pgd, pgd_index(address)) : 0;

    if (entry & _PAGE_PRESENT)
        entry = entry_then(m, then, pfn_to_kaddr(pte_pfn(entry)), pte_index(address));
    return entry & _PAGE_PRESENT ? pfn_to_kaddr(pte_pfn(entry)) : 0;
}

u32 read_user_then(const struct machine *m, const struct moment *then, s32 pid, uaddr address,
                   void *bytes, u32 size)
{
    kaddr task = find_task_then(m, then, pid), mm = 0, pgd = 0, page;
    u32 done = 0, part;

    if (!task || !read_kernel_then(m, then, task + (u32)offsetof(struct task_struct, mm), &mm, 4) ||
        !read_kernel_then(m, then, mm + (u32)offsetof(struct mm_struct, pgd), &pgd, 4))
        return 0;
    for (; done < size; done += part) {
        u32 inside = (address + done) & (PAGE_SIZE - 1);

        part = PAGE_SIZE - inside < size - done ? PAGE_SIZE - inside : size - done;
        page = user_page_then(m, then, pgd, address + done);
        if (!page || !is_kaddr(m, page, PAGE_SIZE))
            break;
        moment_get(then, m, kaddr_to_offset(page + inside), (u8 *)bytes + done, part);
    }
    return done;
}

// ---- Words about a task ------------------------------------------------------------------------

void add_text(const char *text, size_t size, struct strbuf *out)
{
    strbuf_add_visible(out, text, strnlen(text, size));
}

void add_comm(const struct task_struct *p, struct strbuf *out)
{
    add_text(p->comm, sizeof p->comm, out);
}

void add_task_name(const struct task_struct *p, struct strbuf *out)
{
    strbuf_printf(out, "%d ", p->pid);
    add_comm(p, out);
}

void add_task_name_then(const struct machine *m, const struct moment *then, kaddr task,
                        struct strbuf *out)
{
    struct task_struct p;

    if (!task_or_null(m, task))
        return;
    moment_get(then, m, kaddr_to_offset(task), &p, sizeof p);
    add_task_name(&p, out);
}

// The innermost function that sleeps for a reason: not the scheduler's own.
void add_sleeps_in(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    struct stack_walk walk = stack_begin(m, p);
    struct stack_frame frame;

    while (stack_next(m, &walk, &frame)) {
        const char *name = ksym_info(frame.symbol)->name;

        if (strcmp(name, "context_switch") == 0 || strcmp(name, "__switch_to") == 0 ||
            strcmp(name, "schedule") == 0 || strcmp(name, "wait_for_completion") == 0 ||
            strcmp(name, "io_schedule") == 0)
            continue;
        strbuf_puts(out, name);
        return;
    }
}

static void add_sleep_reason(const struct machine *m, const struct task_struct *p,
                             struct strbuf *out)
{
    const struct pt_regs *regs = regs_or_null(m, p);
    const char *call = NULL;

    if (regs && p->pid && regs->orig_eax >= 0)
        call = name_of(NAMES_SYSCALL, (u32)regs->orig_eax);
    if (call)
        strbuf_puts(out, call);
    else
        add_sleeps_in(m, p, out);
}

static void add_end(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    const struct signal_struct *signal = signal_or_null(m, p);
    bool is_group = signal && signal->flags & SIGNAL_GROUP_EXIT;

    wait_status_text((u32)(is_group ? signal->group_exit_code : p->exit_code), out);
}

static void add_stop_reason(const struct machine *m, const struct task_struct *p,
                            struct strbuf *out)
{
    const struct signal_struct *signal = signal_or_null(m, p);
    s32 number = p->exit_code ? p->exit_code : signal ? signal->group_exit_code : 0;
    char buffer[16];

    if (number > 0 && number <= _NSIG)
        strbuf_puts(out, signal_text(number, buffer, sizeof buffer));
}

static void add_ready_reason(const struct machine *m, const struct task_struct *p,
                             struct strbuf *out)
{
    const struct pt_regs *regs = regs_or_null(m, p);
    const char *call =
        regs && p->pid && regs->orig_eax >= 0 ? name_of(NAMES_SYSCALL, (u32)regs->orig_eax) : NULL;

    if (p->thread.eip == ksym_address(KSYM_ret_from_fork) && p != current_or_null(m))
        strbuf_puts(out, "has not run yet");
    else if (call)
        strbuf_printf(out, "in %s", call);
}

void add_about(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    switch (task_state_letter(p)) {
    case 'S':
    case 'D':
        add_sleep_reason(m, p, out);
        break;
    case 'T':
    case 't':
        add_stop_reason(m, p, out);
        break;
    case 'Z':
    case 'X':
        add_end(m, p, out);
        break;
    default:
        add_ready_reason(m, p, out);
        break;
    }
}

void add_cache_name(const struct machine *m, kaddr cache, struct strbuf *out)
{
    if (!is_kaddr(m, cache, sizeof(struct kmem_cache))) {
        strbuf_printf(out, "%08x", cache);
        return;
    }
    const struct kmem_cache *c = at(m, cache, struct kmem_cache);
    add_text(c->name, sizeof c->name, out);
}

// ---- The kernel stack ----------------------------------------------------------------------------

struct stack_walk stack_begin(const struct machine *m, const struct task_struct *p)
{
    struct stack_walk w = { 0 };
    u32 size = cpu(m)->thread_size;

    if (!thread_info_or_null(m, p))
        return w;
    w.base = p->thread_info;
    w.top = w.base + size;
    w.regs = w.top - (u32)sizeof(struct pt_regs);
    w.is_live = current_thread_info(m) == w.base;
    if (w.is_live && cpu(m)->mode == CPU_USER) { // the stack is empty while user code runs
        w.esp = w.top;
        return w;
    }
    if (w.is_live) {
        w.esp = cpu(m)->esp;
        w.ebp = w.next_frame = cpu(m)->ebp;
        return w;
    }
    w.esp = p->thread.esp;
    w.is_new = p->thread.eip == ksym_address(KSYM_ret_from_fork);
    if (!w.is_new && w.esp >= w.base && w.esp <= w.top - 4 && w.esp % 4 == 0)
        w.ebp = w.next_frame = *at(m, w.esp, u32);
    return w;
}

bool stack_next(const struct machine *m, struct stack_walk *walk, struct stack_frame *frame)
{
    kaddr ebp = walk->next_frame;

    if (!walk->base || ebp % 4 || ebp < walk->base + KFRAME_LOCALS || ebp > walk->top - 8)
        return false;
    const u32 *link = at(m, ebp, u32); // saved ebp, return address
    frame->low = ebp - KFRAME_LOCALS;
    frame->high = ebp + 8;
    frame->symbol = ksym_at(link[1]);
    walk->next_frame = link[0] > ebp ? link[0] : 0; // frames only lie higher and higher
    return frame->symbol != KSYM_COUNT;
}

// ---- All tasks -----------------------------------------------------------------------------------

struct task_list {
    const struct task_struct **tasks;
    u32 count, capacity;
};

static void append(struct task_list *list, const struct task_struct *p)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->tasks = realloc(list->tasks, list->capacity * sizeof *list->tasks);
        BUG_ON(!list->tasks);
    }
    list->tasks[list->count++] = p;
}

static void append_threads(const struct machine *m, struct task_list *list,
                           const struct task_struct *leader)
{
    kaddr head = kaddr_of(m, &leader->pids[PIDTYPE_TGID].pid_list);
    kaddr link = leader->pids[PIDTYPE_TGID].pid_list.next;

    if (!leader->pids[PIDTYPE_TGID].nr)
        return;
    while (link != head && list->count < TASKS_LIMIT) {
        const struct task_struct *p =
            task_or_null(m, link - (u32)offsetof(struct task_struct, pids[PIDTYPE_TGID].pid_list));

        if (!p || p->tgid != leader->tgid)
            return;
        append(list, p);
        link = p->pids[PIDTYPE_TGID].pid_list.next;
    }
}

const struct task_struct **collect_tasks(const struct machine *m, u32 *count)
{
    struct task_list list = { NULL, 0, 0 };

    *count = 0;
    if (!has_kernel(m))
        return NULL;
    const struct task_struct *first = &kernel(m)->init_task;
    kaddr head = kaddr_of(m, &first->tasks);
    for (kaddr link = first->tasks.next; link != head && list.count < TASKS_LIMIT;) {
        const struct task_struct *p =
            task_or_null(m, link - (u32)offsetof(struct task_struct, tasks));

        if (!p)
            break;
        append(&list, p);
        append_threads(m, &list, p);
        link = p->tasks.next;
    }
    *count = list.count;
    return list.tasks;
}
