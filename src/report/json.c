// The machine-readable stream: one JSON object a line, as things happen.
#include "report/json_line.h"

#include "mm/vm.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

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

void json_begin(struct json_writer *w, const char *type)
{
    strbuf_clear(&w->line);
    strbuf_printf(&w->line, "{\"type\":\"%s\"", type);
}

void json_end(struct json_writer *w)
{
    strbuf_puts(&w->line, "}\n");
    w->write(w->context, w->line.text, w->line.length);
}

void json_number(struct json_writer *w, const char *name, s64 value)
{
    strbuf_printf(&w->line, ",\"%s\":%lld", name, (long long)value);
}

// `name` is one of ours: nothing in it needs escaping.
void json_word(struct json_writer *w, const char *name, const char *value)
{
    if (value)
        strbuf_printf(&w->line, ",\"%s\":\"%s\"", name, value);
    else
        strbuf_printf(&w->line, ",\"%s\":null", name);
}

void json_letter(struct json_writer *w, const char *name, char letter)
{
    strbuf_printf(&w->line, ",\"%s\":\"%c\"", name, letter);
}

void json_text(struct json_writer *w, const char *name, const char *text, size_t length)
{
    strbuf_printf(&w->line, ",\"%s\":", name);
    json_add_text(&w->line, text, length);
}

void json_address(struct json_writer *w, const char *name, u32 address)
{
    if (address)
        strbuf_printf(&w->line, ",\"%s\":\"0x%08x\"", name, address);
    else
        strbuf_printf(&w->line, ",\"%s\":null", name);
}

// A user address, which may be 0.
void json_hex(struct json_writer *w, const char *name, u32 address)
{
    strbuf_printf(&w->line, ",\"%s\":\"0x%08x\"", name, address);
}

void json_signal(struct json_writer *w, const char *name, s32 signal)
{
    char buffer[16];

    json_word(w, name, signal > 0 ? signal_text(signal, buffer, sizeof buffer) : NULL);
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
    json_begin(w, "return");
    json_number(w, "pid", e->a);
    if (call)
        json_word(w, "call", call);
    else
        json_number(w, "call", e->b);
    json_number(w, "value", is_error ? -1 : (s64)(u32)e->c);
    if (errno_text)
        json_word(w, "errno", errno_text);
    else if (is_error)
        json_number(w, "errno", -e->c);
    if (is_wait && take_status(w, e->a, &status) && e->c > 0)
        json_number(w, "status", status);
    json_end(w);
}

static void write_exec(struct json_writer *w, const struct machine *m, const struct event *e)
{
    kaddr path = (kaddr)e->b;
    u32 length = 0;

    while (is_kaddr(m, path + length, 1) && length < PAGE_SIZE && *at(m, path + length, char))
        length++;
    json_begin(w, "exec");
    json_number(w, "pid", e->a);
    json_text(w, "path", length ? at(m, path, char) : "", length);
    json_end(w);
}

static void write_state(struct json_writer *w, const struct event *e)
{
    char buffer[16];

    json_begin(w, "state");
    json_number(w, "pid", e->a);
    json_letter(w, "from", (char)(e->b >> 8 & 0x7F));
    json_letter(w, "to", (char)(e->b & 0x7F));
    json_word(w, "where", cause_text(e->c, buffer, sizeof buffer));
    json_end(w);
}

static void write_signal(struct json_writer *w, const struct event *e)
{
    static const char *const actions[] = {
        [ACTION_IGNORE] = "ignore", [ACTION_HANDLER] = "handler", [ACTION_TERMINATE] = "terminate",
        [ACTION_CORE] = "core",     [ACTION_STOP] = "stop",       [ACTION_CONTINUE] = "continue",
    };

    json_begin(w, "signal");
    json_number(w, "pid", e->a);
    json_signal(w, "signal", e->b);
    json_word(w, "action", (u32)e->c < sizeof actions / sizeof actions[0] ? actions[e->c] : NULL);
    json_end(w);
}

static void write_fork(struct json_writer *w, const struct event *e)
{
    const char *between = "";

    json_begin(w, "fork");
    json_number(w, "pid", e->a);
    json_number(w, "child", e->b);
    strbuf_puts(&w->line, ",\"flags\":[");
    for (u32 bit = CSIGNAL + 1; bit; bit <<= 1) {
        const char *name = (u32)e->c & bit ? name_of(NAMES_CLONE, bit) : NULL;

        if (!name)
            continue;
        strbuf_printf(&w->line, "%s\"%s\"", between, name);
        between = ",";
    }
    strbuf_putc(&w->line, ']');
    json_end(w);
}

// "data": bytes of a task's memory, as they are now. `p` may be NULL.
static void add_data(struct json_writer *w, const struct machine *m, const struct task_struct *p,
                     uaddr address, u32 size)
{
    u8 *bytes = malloc(size ? size : 1);
    u32 got = 0;

    BUG_ON(!bytes);
    if (p && p->mm)
        got = read_user_bytes(m, mm_at(m, p->mm), address, bytes, size);
    strbuf_puts(&w->line, ",\"data\":");
    json_add_bytes(&w->line, bytes, got);
    free(bytes);
}

static void write_load(struct json_writer *w, const struct machine *m, const struct event *e)
{
    json_begin(w, "load");
    json_number(w, "pid", e->a);
    json_hex(w, "address", (u32)e->b);
    add_data(w, m, find_task_by_pid(m, e->a), (uaddr)e->b, (u32)e->c);
    json_end(w);
}

// The bytes that a read or write has moved lie where its call says.
static void write_transfer(struct json_writer *w, const struct machine *m, const struct event *e)
{
    const struct task_struct *p = find_task_by_pid(m, e->a);

    json_begin(w, e->kind == EVENT_WRITE ? "write" : "read");
    json_number(w, "pid", e->a);
    json_number(w, "fd", e->b);
    add_data(w, m, p, p ? task_pt_regs(m, p)->ecx : 0, (u32)e->c);
    json_end(w);
}

// `first` and `second` name the event's b and c.
static void write_numbers(struct json_writer *w, const char *type, const struct event *e,
                          const char *first, const char *second)
{
    json_begin(w, type);
    json_number(w, "pid", e->a);
    json_number(w, first, e->b);
    if (second)
        json_number(w, second, e->c);
    json_end(w);
}

static void write_open(struct json_writer *w, const struct machine *m, const struct event *e)
{
    const struct file *file = at(m, (kaddr)e->c, struct file);

    json_begin(w, e->kind == EVENT_DUP ? "dup" : "open");
    json_number(w, "pid", e->a);
    json_number(w, "fd", e->b);
    json_text(w, "path", file->name, strnlen(file->name, sizeof file->name));
    json_end(w);
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

    json_begin(w, "fault");
    json_number(w, "pid", e->a);
    json_hex(w, "address", (u32)e->b);
    json_word(w, "kind", kind < sizeof kinds / sizeof kinds[0] ? kinds[kind] : NULL);
    if (has_frame)
        json_number(w, "frame", frame);
    if (kind == FAULT_COW && w->copied_to == frame)
        json_number(w, "copied_from", w->copied_from);
    json_end(w);
}

// What fork copied, and how many pages the parent has: what a copy of everything would be.
static void write_copied(struct json_writer *w, const struct machine *m, const struct event *e)
{
    json_begin(w, "copied");
    json_number(w, "pid", e->a);
    json_number(w, "entries", e->b);
    json_number(w, "pages", e->c);
    json_number(w, "present", mm_at(m, current(m)->mm)->rss);
    json_end(w);
}

static void write_irq(struct json_writer *w, const struct event *e)
{
    json_begin(w, "irq");
    json_word(w, "device", "disk");
    json_number(w, "frame", e->a);
    json_number(w, "interrupted", e->b);
    json_end(w);
}

static void write_exit(struct json_writer *w, const struct event *e)
{
    json_begin(w, "exit");
    json_number(w, "pid", e->a);
    json_number(w, "status", e->b);
    json_end(w);
}

static void write_pid(struct json_writer *w, const char *type, const struct event *e)
{
    json_begin(w, type);
    json_number(w, "pid", e->a);
    json_end(w);
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
        write_pid(w, "panic", event);
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
        write_irq(w, event);
        break;
    case EVENT_EXIT:
        write_exit(w, event);
        break;
    case EVENT_RELEASE:
        take_status(w, event->a, &(u32){ 0 });
        write_pid(w, "release", event);
        break;
    default:
        break;
    }
}

void json_command(struct json_writer *w, u64 n, u32 line, s32 actor, const char *text,
                  size_t length)
{
    json_begin(w, "command");
    strbuf_printf(&w->line, ",\"n\":%llu", (unsigned long long)n);
    json_number(w, "line", line);
    if (actor)
        json_number(w, "actor", actor);
    json_text(w, "text", text, length);
    json_end(w);
}

void json_error(struct json_writer *w, u32 line, u32 column, const char *message)
{
    json_begin(w, "error");
    json_number(w, "line", line);
    json_number(w, "column", column);
    json_text(w, "message", message, strlen(message));
    json_end(w);
}
