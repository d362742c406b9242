// The machine-readable stream: one JSON object a line, as things happen.
#include "procarium/report.h"

#include "report/objects.h"
#include "report/regions.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

// The status that a wait call found, kept until the call returns.
struct found_status {
    s32 pid;
    u32 status;
};

struct json_writer {
    json_write *write;
    void *context;
    struct strbuf line;
    struct found_status *found;
    u32 count, capacity;
    pfn copied_from, copied_to; // the page copied last
};

struct json_writer *json_create(json_write *write, void *context)
{
    struct json_writer *w = calloc(1, sizeof *w);

    if (!w)
        return NULL;
    w->write = write;
    w->context = context;
    return w;
}

void json_destroy(struct json_writer *w)
{
    if (!w)
        return;
    strbuf_finish(&w->line);
    free(w->found);
    free(w);
}

// ---- Strings -------------------------------------------------------------------------------------

static void add_code_point(struct strbuf *out, u32 c)
{
    switch (c) {
    case '"':
        strbuf_puts(out, "\\\"");
        break;
    case '\\':
        strbuf_puts(out, "\\\\");
        break;
    case '\n':
        strbuf_puts(out, "\\n");
        break;
    case '\t':
        strbuf_puts(out, "\\t");
        break;
    default:
        if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
            strbuf_printf(out, "\\u%04x", c);
        } else if (c < 0x80) {
            strbuf_putc(out, (char)c);
        } else { // U+00A0 … U+00FF
            strbuf_putc(out, (char)(0xC0 | c >> 6));
            strbuf_putc(out, (char)(0x80 | (c & 0x3F)));
        }
        break;
    }
}

void json_add_bytes(struct strbuf *out, const void *bytes, size_t length)
{
    const u8 *p = bytes;

    strbuf_putc(out, '"');
    for (size_t i = 0; i < length; i++)
        add_code_point(out, p[i]);
    strbuf_putc(out, '"');
}

void json_add_text(struct strbuf *out, const char *text, size_t length)
{
    const u8 *p = (const u8 *)text;

    strbuf_putc(out, '"');
    for (size_t i = 0; i < length;) {
        size_t n = p[i] < 0x80 ? 0 : utf8_length(text + i, length - i);

        if (n == 2 && p[i] == 0xC2) { // U+0080 … U+00BF: some are control characters
            add_code_point(out, p[i + 1]);
            i += 2;
        } else if (n) {
            strbuf_add(out, text + i, n);
            i += n;
        } else {
            add_code_point(out, p[i++]);
        }
    }
    strbuf_putc(out, '"');
}

// ---- Members of an object --------------------------------------------------------------------------

static void begin_line(struct json_writer *w, const char *type)
{
    strbuf_clear(&w->line);
    strbuf_printf(&w->line, "{\"type\":\"%s\"", type);
}

static void end_line(struct json_writer *w)
{
    strbuf_puts(&w->line, "}\n");
    w->write(w->context, w->line.text, w->line.length);
}

static void add_number(struct json_writer *w, const char *name, s64 value)
{
    strbuf_printf(&w->line, ",\"%s\":%lld", name, (long long)value);
}

// `name` is one of ours: nothing in it needs escaping.
static void add_word(struct json_writer *w, const char *name, const char *value)
{
    if (value)
        strbuf_printf(&w->line, ",\"%s\":\"%s\"", name, value);
    else
        strbuf_printf(&w->line, ",\"%s\":null", name);
}

static void add_letter(struct json_writer *w, const char *name, char letter)
{
    strbuf_printf(&w->line, ",\"%s\":\"%c\"", name, letter);
}

static void add_text(struct json_writer *w, const char *name, const char *text, size_t length)
{
    strbuf_printf(&w->line, ",\"%s\":", name);
    json_add_text(&w->line, text, length);
}

static void add_address(struct json_writer *w, const char *name, u32 address)
{
    if (address)
        strbuf_printf(&w->line, ",\"%s\":\"0x%08x\"", name, address);
    else
        strbuf_printf(&w->line, ",\"%s\":null", name);
}

// A user address, which may be 0.
static void add_hex(struct json_writer *w, const char *name, u32 address)
{
    strbuf_printf(&w->line, ",\"%s\":\"0x%08x\"", name, address);
}

static void add_signal(struct json_writer *w, const char *name, s32 signal)
{
    char buffer[16];

    add_word(w, name, signal > 0 ? signal_text(signal, buffer, sizeof buffer) : NULL);
}

// ---- Events ----------------------------------------------------------------------------------------

static void keep_status(struct json_writer *w, s32 pid, u32 status)
{
    for (u32 i = 0; i < w->count; i++) {
        if (w->found[i].pid == pid) {
            w->found[i].status = status;
            return;
        }
    }
    if (w->count == w->capacity) {
        w->capacity = w->capacity ? w->capacity * 2 : 16;
        w->found = realloc(w->found, w->capacity * sizeof *w->found);
        BUG_ON(!w->found);
    }
    w->found[w->count++] = (struct found_status){ pid, status };
}

static bool take_status(struct json_writer *w, s32 pid, u32 *status)
{
    for (u32 i = 0; i < w->count; i++) {
        if (w->found[i].pid != pid)
            continue;
        *status = w->found[i].status;
        w->found[i] = w->found[--w->count];
        return true;
    }
    return false;
}

static void write_return(struct json_writer *w, const struct event *e)
{
    bool is_error = e->c < 0 && e->c > -4096;
    const char *call = name_of(NAMES_SYSCALL, (u32)e->b);
    const char *errno_text = is_error ? name_of(NAMES_ERRNO, (u32)-e->c) : NULL;
    bool is_wait = e->b == __NR_wait4 || e->b == __NR_waitpid;
    u32 status;

    if (e->b == __NR_execve && !is_error) // the new program never sees it return
        return;
    begin_line(w, "return");
    add_number(w, "pid", e->a);
    if (call)
        add_word(w, "call", call);
    else
        add_number(w, "call", e->b);
    add_number(w, "value", is_error ? -1 : (s64)(u32)e->c);
    if (errno_text)
        add_word(w, "errno", errno_text);
    else if (is_error)
        add_number(w, "errno", -e->c);
    if (is_wait && take_status(w, e->a, &status) && e->c > 0)
        add_number(w, "status", status);
    end_line(w);
}

static void write_exec(struct json_writer *w, const struct machine *m, const struct event *e)
{
    kaddr path = (kaddr)e->b;
    u32 length = 0;

    while (is_kaddr(m, path + length, 1) && length < PAGE_SIZE && *at(m, path + length, char))
        length++;
    begin_line(w, "exec");
    add_number(w, "pid", e->a);
    add_text(w, "path", length ? at(m, path, char) : "", length);
    end_line(w);
}

static void write_state(struct json_writer *w, const struct event *e)
{
    char buffer[16];

    begin_line(w, "state");
    add_number(w, "pid", e->a);
    add_letter(w, "from", (char)(e->b >> 8 & 0x7F));
    add_letter(w, "to", (char)(e->b & 0x7F));
    add_word(w, "where", cause_text(e->c, buffer, sizeof buffer));
    end_line(w);
}

static void write_signal(struct json_writer *w, const struct event *e)
{
    static const char *const actions[] = {
        [ACTION_IGNORE] = "ignore", [ACTION_HANDLER] = "handler", [ACTION_TERMINATE] = "terminate",
        [ACTION_CORE] = "core",     [ACTION_STOP] = "stop",       [ACTION_CONTINUE] = "continue",
    };

    begin_line(w, "signal");
    add_number(w, "pid", e->a);
    add_signal(w, "signal", e->b);
    add_word(w, "action", (u32)e->c < sizeof actions / sizeof actions[0] ? actions[e->c] : NULL);
    end_line(w);
}

static void write_fork(struct json_writer *w, const struct event *e)
{
    const char *between = "";

    begin_line(w, "fork");
    add_number(w, "pid", e->a);
    add_number(w, "child", e->b);
    strbuf_puts(&w->line, ",\"flags\":[");
    for (u32 bit = CSIGNAL + 1; bit; bit <<= 1) {
        const char *name = (u32)e->c & bit ? name_of(NAMES_CLONE, bit) : NULL;

        if (!name)
            continue;
        strbuf_printf(&w->line, "%s\"%s\"", between, name);
        between = ",";
    }
    strbuf_putc(&w->line, ']');
    end_line(w);
}

// Bytes of a task's memory, as they are now.
static void write_load(struct json_writer *w, const struct machine *m, const struct event *e)
{
    const struct task_struct *p = find_task_by_pid(m, e->a);
    u32 size = (u32)e->c, got = 0;
    u8 *bytes = malloc(size ? size : 1);

    BUG_ON(!bytes);
    if (p && p->mm)
        got = read_user_bytes(m, mm_at(m, p->mm), (uaddr)e->b, bytes, size);
    begin_line(w, "load");
    add_number(w, "pid", e->a);
    add_hex(w, "address", (u32)e->b);
    strbuf_puts(&w->line, ",\"data\":");
    json_add_bytes(&w->line, bytes, got);
    end_line(w);
    free(bytes);
}

// The bytes that a read or write has moved lie where its call says.
static void write_transfer(struct json_writer *w, const struct machine *m, const struct event *e)
{
    const struct task_struct *p = find_task_by_pid(m, e->a);
    u32 size = (u32)e->c, got = 0;
    u8 *bytes = malloc(size ? size : 1);

    BUG_ON(!bytes);
    if (p && p->mm)
        got = read_user_bytes(m, mm_at(m, p->mm), task_pt_regs(m, p)->ecx, bytes, size);
    begin_line(w, e->kind == EVENT_WRITE ? "write" : "read");
    add_number(w, "pid", e->a);
    add_number(w, "fd", e->b);
    strbuf_puts(&w->line, ",\"data\":");
    json_add_bytes(&w->line, bytes, got);
    end_line(w);
    free(bytes);
}

// `first` and `second` name the event's b and c.
static void write_numbers(struct json_writer *w, const char *type, const struct event *e,
                          const char *first, const char *second)
{
    begin_line(w, type);
    add_number(w, "pid", e->a);
    add_number(w, first, e->b);
    if (second)
        add_number(w, second, e->c);
    end_line(w);
}

static void write_open(struct json_writer *w, const struct machine *m, const struct event *e)
{
    const struct file *file = at(m, (kaddr)e->c, struct file);

    begin_line(w, e->kind == EVENT_DUP ? "dup" : "open");
    add_number(w, "pid", e->a);
    add_number(w, "fd", e->b);
    add_text(w, "path", file->name, strnlen(file->name, sizeof file->name));
    end_line(w);
}

static void write_fault(struct json_writer *w, const struct event *e)
{
    static const char *const kinds[] = {
        [FAULT_ZERO] = "zero",  [FAULT_ANON] = "zero",   [FAULT_FILE] = "file",
        [FAULT_COW] = "cow",    [FAULT_REUSE] = "reuse", [FAULT_STACK] = "stack",
        [FAULT_SEGV] = "segv",  [FAULT_BUS] = "bus",     [FAULT_OOM] = "oom",
        [FAULT_SHMEM] = "file",
    };
    enum fault_kind kind = FAULT_EVENT_KIND(e->c);
    bool has_frame = kind != FAULT_SEGV && kind != FAULT_BUS && kind != FAULT_OOM;
    pfn frame = FAULT_EVENT_FRAME(e->c);

    begin_line(w, "fault");
    add_number(w, "pid", e->a);
    add_hex(w, "address", (u32)e->b);
    add_word(w, "kind", kind < sizeof kinds / sizeof kinds[0] ? kinds[kind] : NULL);
    if (has_frame)
        add_number(w, "frame", frame);
    if (kind == FAULT_COW && w->copied_to == frame)
        add_number(w, "copied_from", w->copied_from);
    end_line(w);
}

// What fork copied, and how many pages the parent has: what a copy of everything would be.
static void write_copied(struct json_writer *w, const struct machine *m, const struct event *e)
{
    begin_line(w, "copied");
    add_number(w, "pid", e->a);
    add_number(w, "entries", e->b);
    add_number(w, "pages", e->c);
    add_number(w, "present", mm_at(m, current(m)->mm)->rss);
    end_line(w);
}

static void write_panic(struct json_writer *w, const struct event *e)
{
    begin_line(w, "panic");
    add_number(w, "pid", e->a);
    end_line(w);
}

void json_listen(void *context, const struct machine *m, const struct event *event)
{
    struct json_writer *w = context;

    switch (event->kind) {
    case EVENT_RETURN:
        write_return(w, event);
        break;
    case EVENT_WAIT_STATUS:
        keep_status(w, event->a, (u32)event->c);
        break;
    case EVENT_EXEC:
        write_exec(w, m, event);
        break;
    case EVENT_STATE:
        write_state(w, event);
        break;
    case EVENT_SIGNAL:
        write_signal(w, event);
        break;
    case EVENT_FORK:
        write_fork(w, event);
        break;
    case EVENT_PANIC:
        write_panic(w, event);
        break;
    case EVENT_LOAD:
        write_load(w, m, event);
        break;
    case EVENT_PAGE_COPY:
        w->copied_from = (pfn)event->a;
        w->copied_to = (pfn)event->b;
        break;
    case EVENT_FAULT:
        write_fault(w, event);
        break;
    case EVENT_COPY_PTES:
        write_copied(w, m, event);
        break;
    case EVENT_OPEN:
    case EVENT_DUP:
        write_open(w, m, event);
        break;
    case EVENT_READ:
    case EVENT_END_OF_FILE:
    case EVENT_WRITE:
        write_transfer(w, m, event);
        break;
    case EVENT_PIPE:
        write_numbers(w, "pipe", event, "read", "write");
        break;
    case EVENT_CLOSE:
        write_numbers(w, "close", event, "fd", NULL);
        break;
    case EVENT_DISK_WAIT:
        write_numbers(w, "disk_wait", event, "frame", NULL);
        break;
    case EVENT_DISK_DONE:
        begin_line(w, "irq");
        add_word(w, "device", "disk");
        add_number(w, "frame", event->a);
        add_number(w, "interrupted", event->b);
        end_line(w);
        break;
    case EVENT_EXIT:
        begin_line(w, "exit");
        add_number(w, "pid", event->a);
        add_number(w, "status", event->b);
        end_line(w);
        break;
    case EVENT_RELEASE:
        take_status(w, event->a, &(u32){ 0 });
        begin_line(w, "release");
        add_number(w, "pid", event->a);
        end_line(w);
        break;
    default:
        break;
    }
}

void json_command(struct json_writer *w, u64 n, u32 line, s32 actor, const char *text,
                  size_t length)
{
    begin_line(w, "command");
    strbuf_printf(&w->line, ",\"n\":%llu", (unsigned long long)n);
    add_number(w, "line", line);
    if (actor)
        add_number(w, "actor", actor);
    add_text(w, "text", text, length);
    end_line(w);
}

void json_error(struct json_writer *w, u32 line, u32 column, const char *message)
{
    begin_line(w, "error");
    add_number(w, "line", line);
    add_number(w, "column", column);
    add_text(w, "message", message, strlen(message));
    end_line(w);
}

// ---- The snapshot ----------------------------------------------------------------------------------

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
    const char *end = memchr(p->comm, 0, sizeof p->comm);

    strbuf_printf(&w->line, "{\"pid\":%d", p->pid);
    add_number(w, "tgid", p->tgid);
    add_number(w, "ppid", parent ? parent->tgid : 0);
    add_number(w, "pgrp", signal ? signal->pgrp : 0);
    add_number(w, "session", signal ? signal->session : 0);
    add_text(w, "comm", p->comm, end ? (size_t)(end - p->comm) : sizeof p->comm);
}

#define DESCRIPTORS_SHOWN 1024u

// Equal `file`s are shared: one position, one set of flags.
static void add_descriptor(struct json_writer *w, const struct machine *m, u32 fd, kaddr address,
                           bool closes)
{
    const struct file *file = at(m, address, struct file);

    strbuf_printf(&w->line, "{\"fd\":%u", fd);
    add_address(w, "file", address);
    add_number(w, "position", (s64)file->f_pos);
    add_number(w, "flags", file->f_flags);
    strbuf_printf(&w->line, ",\"close_on_exec\":%s", closes ? "true" : "false");
    add_text(w, "name", file->name, strnlen(file->name, sizeof file->name));
    strbuf_putc(&w->line, '}');
}

static void add_descriptors(struct json_writer *w, const struct machine *m,
                            const struct task_struct *p, bool is_dead)
{
    const struct files_struct *files = at(m, p->files, struct files_struct);
    const char *between = "";

    strbuf_puts(&w->line, ",\"descriptors\":[");
    if (is_dead || !is_object_at(m, p->files, sizeof *files)) {
        strbuf_putc(&w->line, ']');
        return;
    }
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
    add_letter(w, "state", letter);
    if (is_dead)
        add_number(w, "exit_code",
                   signal && signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code
                                                               : p->exit_code);
    else
        add_word(w, "exit_code", NULL);
    add_signal(w, "exit_signal", p->exit_signal);
    add_address(w, "mm", is_dead ? 0 : p->mm);
    add_address(w, "files", is_dead ? 0 : p->files);
    add_address(w, "fs", is_dead ? 0 : p->fs);
    add_address(w, "sighand", is_dead ? 0 : p->sighand);
    add_names(w, "pending", &p->pending.signal);
    add_names(w, "shared_pending", signal ? &signal->shared_pending.signal : NULL);
    add_names(w, "blocked", &p->blocked);
    add_dispositions(w, sighand_or_null(m, p));
    add_address(w, "task_struct", kaddr_of(m, p));
    add_address(w, "thread_info", p->thread_info);
    add_address(w, "esp0", p->thread.esp0);
    add_number(w, "prio", p->prio);
    add_number(w, "time_slice", p->time_slice);
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
    add_text(w, "region", region, strlen(region));
    add_hex(w, "address", address);
    add_number(w, "frame", pte_pfn(pte));
    strbuf_printf(&w->line, ",\"present\":%s,\"writable\":%s,\"shared_mapping\":%s",
                  pte & _PAGE_PRESENT ? "true" : "false", pte & _PAGE_RW ? "true" : "false",
                  vma->vm_flags & VM_MAYSHARE ? "true" : "false");
    add_number(w, "references", page_count(page));
    add_number(w, "mapped", page_mapcount(page));
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

    begin_line(w, "snapshot");
    strbuf_printf(&w->line, ",\"n\":%llu,\"tasks\":[", (unsigned long long)n);
    for (u32 i = 0; i < count; i++) {
        if (i)
            strbuf_putc(&w->line, ',');
        add_task(w, m, tasks[i]);
    }
    strbuf_puts(&w->line, "],\"pages\":[");
    add_pages(w, m, tasks, count);
    strbuf_putc(&w->line, ']');
    end_line(w);
    free(tasks);
}
