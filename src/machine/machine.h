// struct machine: the image and, beside it, what the host remembers about it.
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include "procarium/machine.h"
#include "util/bug.h"

// The image: one mapping. First the head (CPU and console), then the physical RAM.
#define IMAGE_HEAD_SIZE 0x10000u
#define RAM_MAX         (896u << 20) // what an i386 kernel maps directly
#define RAM_MIN         (8u << 20)
#define RAM_DEFAULT     (64u << 20)
#define IMAGE_BASE      (KERNEL_BASE - IMAGE_HEAD_SIZE) // the head goes before the RAM

enum cpu_mode { CPU_OFF, CPU_KERNEL, CPU_USER };

// The CPU's registers and the clock. Rule: while mode is CPU_KERNEL, esp lies in the current task's
// kernel stack; while it is CPU_USER, tss_esp0 is the top of that stack.
struct cpu {
    union {
        struct {
            u32 esp, ebp;
        };
        u64_i386 registers; // both: a function's entry and exit swap them at once
    };
    u32 eflags;
    u32 eax; // after a switch: the task that was switched from
    u32 cr3;
    u32 cr2;
    u32 tss_esp0;
    u32 mode;        // enum cpu_mode
    u32 thread_size; // 8192, or 4096 with 4 KB stacks
    u32 ram_bytes;
    u32 cache_line; // L1 line in bytes: what slab colours are made of
    u32 panicked;   // enum panic_reason, or 0
    u32 jiffies;
    u64_i386 clock; // nanoseconds since boot; moves only by ticks
    u64_i386 gdt_tls[3];
};

#define CONSOLE_VARIABLES 1024
#define VARIABLE_NAME_MAX 24

// What the person at the console has set up. It lies in the image so that it travels in time.
struct console {
    s32 focus;      // pid, 0 = nobody
    s32 last_child; // $!
    u32 has_last_child;
    u32 settle;     // 1 = on
    u32 init_loops; // init runs its program (boot sh)
    s32 shell;      // the pid of the shell that init has started
    s32 last_pid;   // whose call returned the value below
    s64 last_value; // $?
    u32 has_last_value;
    u32 variables; // used entries of the table below
    struct console_variable {
        char name[VARIABLE_NAME_MAX];
        s64 value;
    } variable[CONSOLE_VARIABLES];
};

struct image_head {
    struct cpu cpu;
    struct console console;
};
_Static_assert(sizeof(struct image_head) <= IMAGE_HEAD_SIZE, "the image head has room");
_Static_assert(offsetof(struct image_head, cpu.registers) == 0, "esp and ebp come first");

// ---- The journal -----------------------------------------------------------------------------
// A record may carry `size` bytes that stood at `address`: swapping them with the image undoes
// and redoes it. Long blocks keep their bytes in the blob ring.
enum record_kind {
    RECORD_STORE,       // id = size 1..8, data = the other bytes
    RECORD_COPY,        // data = position in the blob ring, where a u32 length precedes the bytes
    RECORD_ENTER,       // id = enum ksym; address and data = where the frame's link went, and the
                        // other eight bytes
    RECORD_LEAVE,       // id = enum ksym
    RECORD_LEAVE_VALUE, // the same; data = what the function returns
    RECORD_NOTE,        // id = enum event_kind, a, data = b | c << 32
};

struct record {
    union {
        struct {
            u8 kind;
            u8 unused;
            u16 id;
        };
        u32 what; // all of them, as they are written
    };
    union {
        u32 address; // as the kernel has it; the image's head lies just below KERNEL_BASE
        s32 a;
    };
    u64 data;
};
_Static_assert(sizeof(struct record) == 16, "records are small");

// Rings indexed by ever-growing positions; slot = position & mask. Records may run on a little past
// the end of their ring, until room is made and these move to its beginning (journal_slot()).
struct journal {
    struct record *next; // where the next record goes
    struct record *stop; // from here on, room must be made before a function is entered
    struct record *records;
    u64 mask;
    u64 base; // the position of records[0] in the current round
    u64 tail; // records [tail, journal_head()) are held
    u8 *blobs;
    u64 blob_mask;
    u64 blob_head, blob_tail;
    u64 blob_stop; // a blob that would end behind this position must make room first
};

// Writes the first half of a record. As two plain words: stores through the union, which has bytes,
// would make the compiler read the journal's pointers again after each.
static inline void record_write(struct record *r, u32 what, u32 address)
{
    u32 *words = (u32 *)(void *)r;

    words[0] = what;
    words[1] = address;
}

// The same for a record that names no address.
static inline void record_write_what(struct record *r, u32 what)
{
    *(u32 *)(void *)r = what;
}

static inline struct record *journal_slot(const struct journal *j, u64 position)
{
    return &j->records[position >= j->base ? position - j->base : position & j->mask];
}

static inline u64 journal_head(const struct journal *j)
{
    return j->base + (u64)(j->next - j->records);
}

struct command {
    u64 begin, end; // its records; held if begin >= journal.tail
    u64 blob_begin; // blob position at its start
};

struct checkpoint {
    u64 position; // commands that had run
    u32 pages;
    u32 *numbers; // page numbers of the image
    u8 *bytes;
};

#define CHECKPOINTS_MAX 16
#define LISTENERS_MAX   8

// Positions: n means that n commands have run since boot.
struct history {
    const void **cookies; // one a command: what the re-execution callback gets
    u64 count, capacity;
    // Of the commands [held, executed) and of the one being executed: a ring, see command_at().
    struct command *commands;
    u64 commands_capacity; // 0 or a power of two
    u64 run;               // commands that have run completely at the cursor
    u64 held;              // commands [held, executed) have all their records in the journal
    u64 executed;          // commands [executed, count) must be executed again to be redone
    u64 cursor;            // journal position that the image stands at
    bool open;             // command number `run` is being executed
    // For those who remember journal positions: how often records were replaced by others since.
    u64 cuts; // + 1 when the future is cut off, + 2 when all is forgotten
    u64 cut;  // position of the last cut
    struct checkpoint checkpoints[CHECKPOINTS_MAX];
    u32 checkpoint_count;
    u64 checkpoint_step; // records between two checkpoints
    u64 checkpoint_last; // journal position of the last one
    // Runs a command again; with cookie NULL, boots as the session was booted.
    void (*execute)(void *context, const void *cookie);
    void *execute_context;
};

// Command i, which the journal must hold.
static inline struct command *command_at(const struct history *h, u64 i)
{
    return &h->commands[i & (h->commands_capacity - 1)];
}

// A kernel task found to have something left to do (see kernel/entry.c). Host-side, empty
// between commands.
struct worklist {
    struct work {
        kaddr task;
        s32 pid;   // to know it again: the task may have ended meanwhile
        u64 order; // who comes first
    } * tasks;
    u32 count, capacity;
};

// The programs that exec can run (machine/program.h).
struct programs {
    struct program *list; // the catalogue's
    u32 count, capacity;
    struct program **hosts; // files of the host, in the order in which they were taken in
    u32 host_count;
};

struct machine {
    // First what every store needs: a host's instruction reaches it with a short displacement.
    struct journal journal;
    bool travelling;    // listeners are silent
    u32 listener_count; // used entries of `listeners`
    u8 *image;
    size_t image_size; // bytes that exist: head + RAM
    u8 *touched;       // one flag a page of the image: was it ever in use?
    struct history history;
    struct worklist work;
    struct programs programs;
    // Of the command that is running; they mean nothing between commands.
    kaddr elected;              // the task that the person wants on the CPU next, or 0
    s32 actor;                  // the pid of the task that makes the call …
    bool actor_returned;        // … and has it returned?
    const char *const *strings; // of the call that is being made
    bool resuming;              // a sleeping call is run again, up to where it slept
    struct {
        event_listener *listener;
        void *context;
    } listeners[LISTENERS_MAX];
};

// struct machine, the flags of the touched pages and the image lie in one host mapping at fixed
// distances, so that addresses are computed from m alone: the door is passed hundreds of times in
// every command. A place for each of the 2^32 addresses is reserved around m, such that the one for
// `address` is m + address - 2^31, which is a single addressing mode of the host; the RAM, which
// begins at KERNEL_BASE, lies 1 GiB above m. Of the other places, but for those of struct machine
// and the flags, nothing may be read or written: the guard stops the program at a stray address
// without a test at every access. The places begin at a multiple of 4 GiB, so that the lower half
// of a host address is the kernel's own.
#define MACHINE_BELOW          ((size_t)1 << 31)
#define MACHINE_TOUCHED_OFFSET 0x10000u
#define MACHINE_OWN            0x80000u // struct machine and the flags
#define MACHINE_RAM_OFFSET     (KERNEL_BASE - MACHINE_BELOW)
#define MACHINE_IMAGE_OFFSET   (MACHINE_RAM_OFFSET - IMAGE_HEAD_SIZE)
#define MACHINE_RESERVED       (((size_t)1 << 32) + 0x10000u)
#define MACHINE_ALIGNMENT      ((size_t)1 << 32)
_Static_assert(sizeof(struct machine) <= MACHINE_TOUCHED_OFFSET, "the flags lie behind it");

static inline u8 *machine_image(const struct machine *m)
{
    return (u8 *)((uintptr_t)m + MACHINE_IMAGE_OFFSET);
}

static inline u8 *machine_touched(const struct machine *m)
{
    return (u8 *)((uintptr_t)m + MACHINE_TOUCHED_OFFSET);
}

static inline const struct image_head *image_head(const struct machine *m)
{
    return (const struct image_head *)(const void *)machine_image(m);
}

static inline const struct cpu *cpu(const struct machine *m)
{
    return &image_head(m)->cpu;
}

static inline const struct console *console(const struct machine *m)
{
    return &image_head(m)->console;
}

// Is [address, address + size) inside the direct map of the RAM?
static inline bool is_kaddr(const struct machine *m, kaddr address, u32 size)
{
    u32 ram = (u32)(m->image_size - IMAGE_HEAD_SIZE);
    u32 at = address - KERNEL_BASE;

    return address >= KERNEL_BASE && at < ram && size <= ram - at;
}

// The bytes at a kernel address, read-only. It must be one of the RAM (is_kaddr() tells): anything
// else is a bug of ours, and falls into the guard.
static inline const void *kpointer(const struct machine *m, kaddr address)
{
    return (const u8 *)((uintptr_t)m + address - MACHINE_BELOW);
}

// The kernel address of something in the RAM.
static inline kaddr kaddr_of(const struct machine *m, const void *pointer)
{
    DEBUG_BUG_ON((uintptr_t)pointer - (uintptr_t)kpointer(m, KERNEL_BASE) >= RAM_MAX);
    return (kaddr)(uintptr_t)pointer;
}

// A typed look at a kernel address: at(m, address, struct task_struct)->pid.
#define at(m, address, type) ((const type *)kpointer((m), (address)))

static inline pfn kaddr_to_pfn(kaddr address)
{
    return (address - KERNEL_BASE) >> PAGE_SHIFT;
}

static inline kaddr pfn_to_kaddr(pfn frame)
{
    return (frame << PAGE_SHIFT) + KERNEL_BASE;
}

// What the host remembers of one command must not show in the next: executing the same commands
// again, whatever lay between, gives the same image.
static inline void machine_forget_command(struct machine *m)
{
    m->work.count = 0;
    m->elected = 0;
    m->actor = 0;
    m->actor_returned = false;
    m->strings = NULL;
    m->resuming = false;
}

// Forgets everything and gives the machine `ram_bytes` of zeroed RAM. A multiple of a page
// between RAM_MIN and RAM_MAX. History is the caller's business.
void image_reset(struct machine *m, u32 ram_bytes);
// Makes `to` the same computer in the same moment, without its history. The cursor must not stand
// inside a command. The programs are the host's business: the caller's.
void machine_clone(struct machine *to, const struct machine *from);
// From now on this part of the RAM may hold something: checkpoints keep it. Whoever hands out
// memory says so, which is cheaper than asking at every store.
void image_use(struct machine *m, kaddr address, u32 size);
// Was this page of the RAM ever in use? If not, it holds zeros.
static inline bool image_is_used(const struct machine *m, kaddr address)
{
    return machine_touched(m)[(address - IMAGE_BASE) >> PAGE_SHIFT];
}

// ---- The history (machine/history.c) -----------------------------------------------------------
// Opens a command. If the cursor is in the past, what lay ahead is forgotten (the caller has
// kept it, if it wants a branch). The cursor must not stand inside a command. cookie is handed
// to the executor when the command must run again; it must live as long as the history.
void history_begin(struct machine *m, const void *cookie);
void history_end(struct machine *m);
// Takes back the command just opened, as if it had never been.
void history_abandon(struct machine *m);
// Forgets all: the machine has just been booted, this is position 0.
void history_clear(struct machine *m);
void history_set_executor(struct machine *m, void (*execute)(void *, const void *), void *context);
// The cookie of command i (0 <= i < count).
const void *history_cookie(const struct machine *m, u64 i);

#endif
