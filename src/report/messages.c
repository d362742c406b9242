// See messages.h.
#include "report/messages.h"

#include "report/file_words.h"
#include "report/objects.h"

#include <string.h>

// What {tokens} in a message mean; the second character names the event's argument, a, b or c.
//   {p.} a task, "3 sh"           {n.} a number            {s.} a signal
//   {k.} a system call            {v.} a returned value    {f.} clone flags
//   {F.} state letters, "from"    {T.} state letters, "to" {q.} a cause
//   {w.} a wait status            {h.} the same in hex       {o.} a shared object     {r.} a refusal's reason
//   {e.} an errno's name          {x.} an address          {i.} the cache at an address
//   {d.} what taking a signal does {u.} a user address    {m.} a fault's page frame
//   {R.} why a fault is an error  {t.} bytes of memory: of task a, at b, c many
//   {z.} a descriptor of task a   {y.} the c bytes that its call reads or writes
//   {j.} {J.} {D.} the name of the open file, inode, directory entry at an address
static const struct {
    const char *text;
    int weight;
} messages[EVENT_COUNT] = {
    [EVENT_FORK] = { "{pa} cloned {pb} ({fc})", 80 },
    [EVENT_RETURN] = { "{kb} returns {vc} to {pa}", 20 },
    [EVENT_STATE] = { "{pa}: {Fb} → {Tb} ({qc})", 15 },
    [EVENT_SWITCH] = { "── {pa} → {pb} ──", 0 },
    [EVENT_EXEC] = { "{pa} runs a new program", 90 },
    [EVENT_SEND] = { "{pa} sends {sc} to {pb}", 40 },
    [EVENT_SIGNAL] = { "{pa} takes {sb}: {dc}", 50 },
    [EVENT_SIGNAL_DROPPED] = { "{sb} to {pa} is dropped", 45 },
    [EVENT_EXIT] = { "{pa} ends: {wb}", 86 },
    [EVENT_ZOMBIE] = { "{pa} is a zombie until {pb} waits for it", 60 },
    [EVENT_WAIT_STATUS] = { "{pa} learns about {pb}: {wc} (status {hc})", 65 },
    [EVENT_RELEASE] = { "{pa} is taken off all lists", 55 },
    [EVENT_REPARENT] = { "{pa} is now a child of {pc}", 58 },
    [EVENT_VFORK_WAIT] = { "{pa} waits until {pb} execs or ends", 75 },
    [EVENT_EXEC_WAIT] = { "{pa} waits until the other threads of its process have ended", 75 },
    [EVENT_VFORK_DONE] = { "{pa} no longer uses the address space it borrowed", 57 },
    [EVENT_SHARE] = { "{pa} shares {ob}: {nc} users now", 0 },
    [EVENT_COPY] = { "{pa} gets a copy of {ob}", 0 },
    [EVENT_PID_ALLOC] = { "PID {na} is taken", 0 },
    [EVENT_PID_FREE] = { "PID {na} is free again", 0 },
    [EVENT_SLAB_ALLOC] = { "an object of cache {ia}: {xb}", 0 },
    [EVENT_SLAB_FREE] = { "{xb} goes back to cache {ia}", 0 },
    [EVENT_SLAB_GROW] = { "cache {ia} gets a new slab at {xb}, colour offset {nc}", 0 },
    [EVENT_PAGE_ALLOC] = { "page frame {na} is handed out (order {nb})", 0 },
    [EVENT_PAGE_FREE] = { "page frame {na} is free again (order {nb})", 0 },
    [EVENT_REFUSED] = { "{pa} is refused with {eb}: {rc}", 85 },
    [EVENT_PANIC] = { "Kernel panic: attempted to kill {pa} (undo takes it back; quit leaves "
                      "procarium)",
                      100 },
    [EVENT_RESUME] = { "── {pa} goes on where it slept ──", 0 },
    [EVENT_STOPPED] = { "{pa} has stopped ({sb})", 62 },
    [EVENT_CONTINUED] = { "{pa} goes on", 61 },
    [EVENT_CLOSE] = { "{pa} closes descriptor {nb}", 40 },
    [EVENT_FAULT] = { "", 52 },
    [EVENT_PAGE_COPY] = { "page frame {na} is copied to page frame {nb} for {uc}", 0 },
    [EVENT_COPY_PTES] = { "{nb} page table entries are copied for {pa}, and {nc} pages", 0 },
    [EVENT_LOAD] = { "{pa} loads {t.} from {ub}", 78 },
    [EVENT_STORE] = { "{pa} stores {t.} at {ub}", 78 },
    [EVENT_EXEC_HOST] = { "the host's file lies from {ub} on", 60 },
    [EVENT_OPEN] = { "{pa} opens {jc} as descriptor {nb}", 70 },
    [EVENT_DUP] = { "{pa} has descriptor {nb} for {jc}, too", 70 },
    [EVENT_CREATE] = { "{pa} makes the file {Jb}", 72 },
    [EVENT_PIPE] = { "{pa} has a pipe now: descriptor {nb} reads from it, {nc} writes to it", 80 },
    [EVENT_READ] = { "{pa} reads {y.} from {zb}", 81 },
    [EVENT_END_OF_FILE] = { "{pa} reads nothing from {zb}: it is at the end", 81 },
    [EVENT_WRITE] = { "{pa} writes {y.} to {zb}", 82 },
    [EVENT_SEEK] = { "{pa} moves the position of {zb} to {nc}", 70 },
    [EVENT_CHDIR] = { "{pa} is in the directory {Db} now", 70 },
    [EVENT_CWD] = { "{pa} is in the directory {t.}", 70 },
    [EVENT_DISK_WAIT] = { "{pa} asks the disk for page frame {nb}, and waits for it", 76 },
    [EVENT_DISK_DONE] = { "the disk has filled page frame {na}, and interrupts {pb}", 76 },
    [EVENT_MARK] = { "mark {na} {nb} {nc}", 0 },
};

#define TEXT_REFUSED_WITHOUT_ERRNO "{pa} is refused: {rc}"
#define TEXT_KERNEL_SENDS          "the kernel sends {sc} to {pb}"

// Where an argument decides between two sentences.
static const struct {
    enum event_kind kind;
    int value; // of the last argument that the event has; of a state, the new letter
    const char *text;
} special[] = {
    { EVENT_PID_ALLOC, 1, "PID {na} is taken: the search wrapped around" },
    { EVENT_SLAB_ALLOC, 1, "an object of cache {ia}: {xb}, the one freed last" },
    { EVENT_SIGNAL_DROPPED, 1, "{sb} is pending for {pa} already: this one is dropped" },
    { EVENT_SIGNAL_DROPPED, 0, "{pa} ignores {sb}: it is dropped" },
    { EVENT_SIGNAL_DROPPED, 2, "{sb} means nothing to {pa} (its default): it is dropped" },
    { EVENT_ZOMBIE, -1, "{pa} is a zombie; its parent hears of it when the last thread has ended" },
    { EVENT_EXEC_WAIT, 1,
      "{pa} waits until {pb} has ended, to take its place, and init never ends: so it is in "
      "2.6.11" },
    { EVENT_FORK, SIGCHLD, "{pa} forked {pb}" },
    { EVENT_FORK, CLONE_VFORK | CLONE_VM | SIGCHLD, "{pa} vforked {pb}" },
    { EVENT_STATE, 'S', "{pa} sleeps: {Fb} → {Tb} ({qc})" },
    { EVENT_STATE, 'D', "{pa} sleeps, and no signal wakes it: {Fb} → {Tb} ({qc})" },
    { EVENT_STATE, 'T', "{pa} stops: {Fb} → {Tb} ({qc})" },
    { EVENT_STATE, 't', "{pa} stops for its tracer: {Fb} → {Tb} ({qc})" },
    { EVENT_STATE, 'Z', "{pa} is a zombie: {Fb} → {Tb} ({qc})" },
    { EVENT_STATE, 'X', "{pa} is dead: {Fb} → {Tb} ({qc})" },
    { EVENT_STATE, 'R', "{pa} can run again: {Fb} → {Tb} ({qc})" },
    { EVENT_FORK, CLONE_NPTL_THREAD, "{pa} cloned {pb}, a thread of the same process" },
    { EVENT_FAULT, FAULT_ZERO, "{pa} reads {ub}, untouched so far: the zero page is mapped there" },
    { EVENT_FAULT, FAULT_ANON,
      "{pa} writes {ub}, untouched so far: page frame {mc}, all zeros, is mapped there" },
    { EVENT_FAULT, FAULT_FILE, "{pa} needs a page of a file at {ub}: page frame {mc}" },
    { EVENT_FAULT, FAULT_SHMEM, "{pa} needs a page of a shared mapping at {ub}: page frame {mc}" },
    { EVENT_FAULT, FAULT_COW,
      "{pa} writes {ub}, which others have too: it gets a copy, page frame {mc}" },
    { EVENT_FAULT, FAULT_REUSE,
      "{pa} writes {ub}, which nobody else has any more: page frame {mc} stays, without a copy" },
    { EVENT_FAULT, FAULT_STACK, "the stack of {pa} grows down to {ub}: page frame {mc}" },
    { EVENT_FAULT, FAULT_SEGV, "{pa} must not access {ub}: {Rc}" },
    { EVENT_FAULT, FAULT_BUS, "{pa} must not access {ub}: that is behind the end of the file" },
    { EVENT_FAULT, FAULT_OOM, "{pa} needs a page frame at {ub}, and there is none" },
    { EVENT_EXEC_HOST, 1, "the host's file, made for 64 bits, lies from {ub} on" },
    { EVENT_CREATE, 1, "{pa} removes the file {Jb}" },
    { EVENT_CHDIR, 1, "{pa} has {Db} as its root directory now" },
    { EVENT_CLOSE, 1, "{pa} closes descriptor {nb}: close-on-exec" },
};

static const char *const objects[] = {
    [OBJECT_MM] = "its address space (mm)",
    [OBJECT_FILES] = "its descriptor table (files)",
    [OBJECT_FS] = "root, working directory and umask (fs)",
    [OBJECT_SIGHAND] = "its signal handlers (sighand)",
    [OBJECT_SIGNAL] = "its process-wide signal state (signal)",
    [OBJECT_NAMESPACE] = "its mount namespace",
    [OBJECT_SEMUNDO] = "its semaphore undo list",
};

static const char *const actions[] = {
    [ACTION_IGNORE] = "ignores it",
    [ACTION_HANDLER] = "runs its handler",
    [ACTION_TERMINATE] = "terminated",
    [ACTION_CORE] = "terminated (with a core if RLIMIT_CORE allows one)",
    [ACTION_STOP] = "stops",
    [ACTION_CONTINUE] = "continues",
};

static const char *const refusals[] = {
    [REFUSED_NEWNS_WITH_FS] = "CLONE_NEWNS and CLONE_FS exclude each other",
    [REFUSED_THREAD_WITHOUT_SIGHAND] = "CLONE_THREAD needs CLONE_SIGHAND",
    [REFUSED_SIGHAND_WITHOUT_VM] = "CLONE_SIGHAND needs CLONE_VM",
    [REFUSED_NPROC] = "the user has as many processes as RLIMIT_NPROC allows",
    [REFUSED_THREADS_MAX] = "there are as many tasks as threads-max allows",
    [REFUSED_NO_PID] = "no PID is free",
    [REFUSED_NO_MEMORY] = "there is no memory left",
    [REFUSED_NO_CAP_SYS_ADMIN] = "it lacks CAP_SYS_ADMIN",
    [REFUSED_BAD_TLS] = "the TLS descriptor is not valid",
    [REFUSED_BAD_ADDRESS] = "the address is not valid",
    [REFUSED_GROUP_EXITING] = "its thread group is ending",
    [REFUSED_SIGKILL_PENDING] = "SIGKILL is pending",
    [REFUSED_NO_CHILD] = "it has no such child",
    [REFUSED_NO_TASK] = "there is no such task",
    [REFUSED_NOT_PERMITTED] = "it may not do that",
    [REFUSED_BAD_SIGNAL] = "there is no such signal, or it may not be caught or ignored",
    [REFUSED_BAD_OPTION] = "an argument is not valid",
    [REFUSED_INTERRUPTED] = "a signal interrupted the call",
    [REFUSED_NOT_LEADER] = "that task is not a group leader",
    [REFUSED_OTHER_SESSION] = "that task is in another session",
    [REFUSED_HAS_EXECED] = "the child has already called exec",
    [REFUSED_SESSION_LEADER] = "that task leads a session",
    [REFUSED_GROUP_EXISTS] = "a process group with its PID exists",
    [REFUSED_BAD_FD] = "no such descriptor is open",
    [REFUSED_TOO_MANY_FILES] = "it has as many files open as it may",
    [REFUSED_NO_FILE] = "there is no such file or directory",
    [REFUSED_NOT_EXECUTABLE] = "the file cannot be executed",
    [REFUSED_SIGNAL_QUEUE_FULL] = "its user has as many signals queued as RLIMIT_SIGPENDING allows",
    [REFUSED_GROUP_ZERO] = "there is no process group 0",
    [REFUSED_ARGUMENTS_TOO_LONG] = "path and arguments are longer than 128 KB",
    [REFUSED_ADDRESS_SPACE] = "the address space has no room for it, or RLIMIT_AS forbids it",
    [REFUSED_MAP_COUNT] = "it has as many memory areas as it may",
    [REFUSED_NOT_ALIGNED] = "the address is not the beginning of a page",
    [REFUSED_NOT_MAPPED] = "nothing is mapped there",
    [REFUSED_PROTECTION] = "the file is not open for that",
    [REFUSED_DATA_LIMIT] = "RLIMIT_DATA forbids it",
    [REFUSED_OVERLAPS] = "something else is mapped there",
    [REFUSED_NO_GROUP] = "its session has no such process group",
    [REFUSED_FILES_LIMIT] = "it is beyond the limit of open files",
    [REFUSED_NO_FOLDER] = "a part of the path is no folder",
    [REFUSED_NO_PROGRAM] = "it is neither a program of this machine (ELF) nor a script (#!)",
    [REFUSED_BAD_INTERPRETER] = "the dynamic linker that it names is no program",
    [REFUSED_BAD_LAYOUT] = "the program's parts cannot lie where it wants them, and the old one is "
                           "gone already",
    [REFUSED_NO_INTERPRETER] = "the file is there, but what it names as its interpreter cannot be "
                               "opened",
    [REFUSED_NOT_MAPPABLE] = "a file of that kind has no pages to map",
    [REFUSED_BAD_PATH] = "the path leads to no file that could be read",
    [REFUSED_WOULD_BLOCK] = "the call would have to sleep, and O_NONBLOCK forbids it",
    [REFUSED_NO_READER] = "nobody can read from the pipe any more",
    [REFUSED_NOT_READABLE] = "the file is not open for reading",
    [REFUSED_NOT_WRITABLE] = "the file is not open for writing",
    [REFUSED_NO_POSITION] = "a pipe or a terminal has no position",
    [REFUSED_BAD_POSITION] = "there is no such position",
    [REFUSED_FILE_SIZE] = "the file must not grow so large",
    [REFUSED_FILE_EXISTS] = "there is such a file already, and O_EXCL wants to make it",
    [REFUSED_IS_DIRECTORY] = "it is a directory",
    [REFUSED_NO_DIRECTORY] = "it is not a directory, or something on the way there is none",
    [REFUSED_NAME_TOO_LONG] = "the name is too long",
    [REFUSED_READ_ONLY] =
        "programs, the disk, and the files that are there from the start stay as they are",
    [REFUSED_MAPPED_FILE] = "somebody has the file mapped",
    [REFUSED_TEXT_BUSY] = "somebody has the file open for writing",
    [REFUSED_BUFFER_SMALL] = "the path does not fit into the buffer",
};

static const char *const fault_reasons[] = {
    [REASON_NOT_MAPPED] = "nothing is mapped there",
    [REASON_KERNEL] = "that is the kernel's part of the address space",
    [REASON_READ_ONLY] = "it is mapped, but must not be written",
    [REASON_NO_ACCESS] = "it is mapped, but must not even be read",
    [REASON_BELOW_STACK] = "that is too far below the stack pointer to be the stack's growth",
    [REASON_STACK_LIMIT] = "nothing is mapped there, and the stack must not grow so far",
};

#define PICK(table, index)                                                                         \
    ((u32)(index) < sizeof(table) / sizeof(table)[0] && (table)[index] ? (table)[index] : "?")

const char *refusal_text(int refusal)
{
    return PICK(refusals, refusal);
}

int event_weight(const struct event *event)
{
    return event->kind < EVENT_COUNT ? messages[event->kind].weight : 0;
}

// The name of a task that has been released: as it was when it was taken off the lists.
static void add_past_name(const struct story *story, s32 pid, struct strbuf *out)
{
    const struct machine *m = story->m;
    struct moment then = MOMENT_INIT;
    size_t before = out->length;

    for (u64 i = story->range.begin; i < story->range.end && out->length == before; i++) {
        const struct record *r = record_get(m, i);
        struct event event = record_event(r);

        if (r->kind == RECORD_NOTE && event.kind == EVENT_RELEASE && event.a == pid &&
            moment_set(&then, m, i, 0))
            add_task_name_then(m, &then, (kaddr)event.b, out);
    }
    moment_finish(&then);
    if (out->length == before)
        strbuf_printf(out, "%d", pid);
}

static void add_task(const struct story *story, s32 pid, struct strbuf *out)
{
    kaddr task = find_task_then(story->m, story->at_end, pid);

    if (task)
        add_task_name_then(story->m, story->at_end, task, out);
    else
        add_past_name(story, pid, out);
}

static void add_flag_names(u32 flags, bool is_brief, struct strbuf *out)
{
    static const char prefix[] = "CLONE_";
    struct strbuf names = STRBUF_INIT;

    names_of_flags(NAMES_CLONE, flags, &names);
    for (const char *c = strbuf_text(&names); *c; c++) {
        if (is_brief && strncmp(c, prefix, sizeof prefix - 1) == 0)
            c += sizeof prefix - 1;
        strbuf_putc(out, *c);
    }
    strbuf_finish(&names);
}

static void add_clone_flags(u32 flags, bool is_brief, struct strbuf *out)
{
    char buffer[16];

    if (flags & ~CSIGNAL)
        add_flag_names(flags & ~CSIGNAL, is_brief, out);
    if (flags & ~CSIGNAL && flags & CSIGNAL)
        strbuf_putc(out, '|');
    if (flags & CSIGNAL)
        strbuf_puts(out, signal_text((s32)(flags & CSIGNAL), buffer, sizeof buffer));
    if (!flags)
        strbuf_puts(out, "no flags");
}

// An error, a number, or (from mmap and brk) an address.
static void add_value(s32 value, struct strbuf *out)
{
    const char *name = value < 0 && value > -4096 ? name_of(NAMES_ERRNO, (u32)-value) : NULL;

    if (name)
        strbuf_printf(out, "-%s", name);
    else if ((u32)value >= 0x08000000)
        strbuf_printf(out, "0x%08x", (u32)value);
    else
        strbuf_printf(out, "%d", value);
}

static void add_known(const char *name, s32 number, struct strbuf *out)
{
    if (name)
        strbuf_puts(out, name);
    else
        strbuf_printf(out, "%d", number);
}

#define BYTES_SHOWN       32u
#define BYTES_SHOWN_BRIEF 4u // twice as many of a text

// How many there are is told of those that are read or written, and of others where there is room.
static void add_user_bytes(const struct story *story, const struct moment *then, s32 pid,
                           uaddr address, u32 total, bool has_count, struct strbuf *out)
{
    u32 most = story->is_brief ? 2 * BYTES_SHOWN_BRIEF : BYTES_SHOWN;
    u32 size = total < most ? total : most;
    u8 bytes[BYTES_SHOWN];

    size = read_user_then(story->m, then, pid, address, bytes, size);
    if (story->is_brief && size > BYTES_SHOWN_BRIEF && !is_shown_as_text(bytes, size))
        size = BYTES_SHOWN_BRIEF;
    add_shown_bytes(bytes, size, has_count ? total : size, out);
    if (!has_count && size < total)
        strbuf_puts(out, "…");
}

// Lets `then` be the moment of the story at which the event happened, so that what it is about can
// be read as it was. False if it is not found.
static bool go_to_event(const struct story *story, const struct event *event, struct moment *then)
{
    for (u64 i = story->range.end; i-- > story->range.begin;) {
        const struct record *r = record_get(story->m, i);
        struct event other = record_event(r);

        if (r->kind == RECORD_NOTE && other.kind == event->kind && other.a == event->a &&
            other.b == event->b && other.c == event->c)
            return moment_set(then, story->m, i, 0);
    }
    return false;
}

// What is about an open file, as it was when it happened.
static void add_file_token(const struct story *story, const struct event *event, char type,
                           s32 value, struct strbuf *out)
{
    struct moment moment = MOMENT_INIT;
    const struct machine *m = story->m;
    const struct moment *then = go_to_event(story, event, &moment) ? &moment : story->at_end;

    switch (type) {
    case 'y':
        add_user_bytes(story, then, event->a, second_argument(m, then, event->a), (u32)event->c,
                       true, out);
        break;
    case 'z':
        add_descriptor(m, then, event->a, value, out);
        break;
    case 'j':
        add_file_name(m, then, (kaddr)value, out);
        break;
    case 'J':
        add_inode_name(m, then, (kaddr)value, out);
        break;
    default:
        add_dentry_path(m, then, (kaddr)value, out);
        break;
    }
    moment_finish(&moment);
}

static void add_token(const struct story *story, char type, s32 value, struct strbuf *out)
{
    char buffer[16];

    switch (type) {
    case 'p':
        add_task(story, value, out);
        break;
    case 's':
        strbuf_puts(out, signal_text(value, buffer, sizeof buffer));
        break;
    case 'k':
        add_known(name_of(NAMES_SYSCALL, (u32)value), value, out);
        break;
    case 'v':
        add_value(value, out);
        break;
    case 'f':
        add_clone_flags((u32)value, story->is_brief, out);
        break;
    case 'F':
        strbuf_putc(out, (char)(value >> 8 & 0x7F));
        break;
    case 'T':
        strbuf_putc(out, (char)(value & 0x7F));
        break;
    case 'q':
        strbuf_puts(out, cause_text(value, buffer, sizeof buffer));
        break;
    case 'w':
        wait_status_text((u32)value, out);
        break;
    case 'o':
        strbuf_puts(out, PICK(objects, value));
        break;
    case 'r':
        strbuf_puts(out, refusal_text(value));
        break;
    case 'e':
        add_known(name_of(NAMES_ERRNO, (u32)value), value, out);
        break;
    case 'h':
        strbuf_printf(out, "0x%x", (u32)value);
        break;
    case 'x':
        strbuf_printf(out, "%08x", (u32)value);
        break;
    case 'u':
        strbuf_printf(out, "0x%08x", (u32)value);
        break;
    case 'm':
        strbuf_printf(out, "%u", FAULT_EVENT_FRAME(value));
        break;
    case 'R':
        strbuf_puts(out, PICK(fault_reasons, FAULT_EVENT_FRAME(value)));
        break;
    case 'i':
        add_cache_name(story->m, (kaddr)value, out);
        break;
    case 'd':
        strbuf_puts(out, PICK(actions, value));
        break;
    default:
        strbuf_printf(out, "%d", value);
        break;
    }
}

static const char *message_of(const struct event *event)
{
    s32 decides = event->kind == EVENT_PID_ALLOC ? event->b
                  : event->kind == EVENT_STATE   ? event->b & 0x7F
                  : event->kind == EVENT_FAULT   ? (s32)FAULT_EVENT_KIND(event->c)
                                                 : event->c;

    if (event->kind == EVENT_REFUSED && event->b == 0) // brk: it has no errno
        return TEXT_REFUSED_WITHOUT_ERRNO;
    if (event->kind == EVENT_SEND && event->a == 0) // swapper makes no calls
        return TEXT_KERNEL_SENDS;
    for (u32 i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (special[i].kind == event->kind && special[i].value == decides)
            return special[i].text;
    }
    return event->kind < EVENT_COUNT && messages[event->kind].text ? messages[event->kind].text
                                                                   : "";
}

static void add_message(const struct story *story, const struct event *event, const char *message,
                        struct strbuf *out)
{
    for (const char *c = message; *c; c++) {
        if (*c != '{') {
            strbuf_putc(out, *c);
            continue;
        }
        s32 value = c[2] == 'a' ? event->a : c[2] == 'b' ? event->b : event->c;
        if (c[1] == 't')
            add_user_bytes(story, story->at_end, event->a, (uaddr)event->b, (u32)event->c,
                           !story->is_brief, out);
        else if (strchr("yzjJD", c[1]))
            add_file_token(story, event, c[1], value, out);
        else
            add_token(story, c[1], value, out);
        c += 3; // to the closing brace
    }
}

void event_text(const struct story *story, const struct event *event, struct strbuf *out)
{
    add_message(story, event, message_of(event), out);
}

bool event_text_again(const struct story *story, const struct event *before,
                      const struct event *event, struct strbuf *out)
{
    if (before->kind != EVENT_RETURN || event->kind != EVENT_RETURN || before->b != event->b)
        return false;
    add_message(story, event, " and {vc} to {pa}", out);
    return true;
}

bool event_text_there(const struct story *story, const struct event *before,
                      const struct event *event, struct strbuf *out)
{
    if (before->kind != EVENT_FAULT || before->a != event->a || before->b != event->b ||
        (event->kind != EVENT_LOAD && event->kind != EVENT_STORE))
        return false;
    add_message(story, event,
                event->kind == EVENT_STORE ? "{t.} is stored there" : "{t.} is loaded from there",
                out);
    return true;
}
