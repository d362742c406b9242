// What the panes show: plain structs, filled from a machine that is only looked at.
//
// A view is refreshed at every stop (after a command, a step, a move in time). It then knows what
// differs from the previous stop, and marks it until the next. All texts are ready for a terminal:
// no control bytes, well-formed UTF-8.
#ifndef PROCARIUM_VIEW_H
#define PROCARIUM_VIEW_H

#include "procarium/machine.h"
#include "procarium/strbuf.h"
#include "procarium/types.h"

struct view;

// NULL when the host has no memory. The view remembers nothing about the machine but positions
// and the task tree of the last two stops; the machine must outlive every refreshed view.
struct view *view_create(void);
void view_destroy(struct view *v);

// A stop: looks at the machine as it now stands. If it has moved since the last refresh, the marks
// say what this move changed; if it has not, they stay. Costs one walk over the tasks and over the
// journal records between the two stops. To be called between commands, before any function below
// and after anything that moves or boots the machine. True if it had moved.
bool view_refresh(struct view *v, const struct machine *m);

// Forgets the marks: what is there now counts as unchanged.
void view_clear_marks(struct view *v);

enum view_mark {
    VIEW_SAME,
    VIEW_CHANGED, // differs from the last stop
    VIEW_NEW,     // was not there at the last stop
    VIEW_GHOST    // was there at the last stop, and is no more
};

#define VIEW_COMM_SIZE 64 // 15 bytes, each perhaps shown as \xHH, and a NUL

// ---- Tasks -------------------------------------------------------------------------------------

struct view_task {
    s32 pid, tgid, ppid; // ppid: the pid of real_parent
    kaddr task;          // its task_struct; for a ghost, where it was
    char comm[VIEW_COMM_SIZE];
    char state;      // R S D T t Z X
    bool is_current; // on the CPU
    bool is_focus;   // chosen by the person
    bool is_thread;  // not the leader of its group
    bool is_kernel;  // has no address space and is not dead: a kernel thread
    enum view_mark mark;
    u32 threads;    // other threads of its group that are folded into this row
    char about[40]; // what it waits for, or how it ended: "wait4", "exit 0", "SIGKILL"; or ""
    // Branches. rails bit i: the ancestor i levels above has a later sibling, so that a vertical
    // line passes; bit 0 is the task's own: set draws ├, clear └. Levels from 64 up are not kept.
    u32 depth; // 0 for the roots
    u64 rails;
};

// How many rows the tree has now, ghosts included.
u32 view_task_count(const struct view *v);
// Fills rows first … first+count-1 of the tree; returns how many there were. Cheap: looks at the
// tasks of the window only.
u32 view_tasks(const struct view *v, u32 first, u32 count, struct view_task *rows);
// The row of a task (a folded thread: its leader's), or -1.
s32 view_task_row(const struct view *v, s32 pid);
// The task itself, whether it has a row or is folded. False if there is none.
bool view_task_by_pid(const struct view *v, s32 pid, struct view_task *row);
// Should threads be folded into their leader's row? At first they are not.
void view_fold_threads(struct view *v, bool fold);
bool view_threads_are_folded(const struct view *v);

// The running task's and the focus's pid. 0 is swapper; focus 0 means nobody.
s32 view_current(const struct view *v);
s32 view_focus(const struct view *v);

// ---- The circle of processes -------------------------------------------------------------------------
// All processes hang on one circular list, task_struct.tasks, with swapper's as its head.

struct view_ring_node {
    s32 pid;
    char comm[VIEW_COMM_SIZE];
    kaddr link;       // its list_head
    kaddr next, prev; // what that holds
    enum view_mark mark;
    bool next_changed, prev_changed; // since the last stop
    bool is_far;                     // processes that are left out stand before it
};

// Fills the head and, in the order of the list, the processes around `pid` (of its group, if that
// is a thread), at most `count` in all; *leaves_out: some come after the last one. Looks at no more
// tasks than that.
u32 view_ring(const struct view *v, s32 pid, u32 count, struct view_ring_node *nodes,
              bool *leaves_out);
// The process after, or before, that of a task in the circle; -1 if there is no such task.
s32 view_ring_step(const struct view *v, s32 pid, bool forward);

// ---- The fields of one task ------------------------------------------------------------------------

enum view_detail {
    VIEW_ESSENTIAL, // what a lesson needs: fits a short pane
    VIEW_ALL        // every field there is
};

struct view_field {
    const char *group; // "identity", "state", "scheduling" …; static text
    char name[40];     // "state", "thread.esp", "signal->pgrp"
    kaddr address;     // of the field
    u32 size;          // bytes
    bool changed;      // since the last stop
    char value[80];
    char was[48]; // the value at the last stop; "" unless changed
    // Where it points to, when it is a pointer (a list's: next) to a known structure; 0 else.
    kaddr target;
    const char *target_type; // "mm_struct"; static text
    s32 target_pid;          // of a task_struct; -1 else
};

// Fills fields first … first+count-1 of this task's rows and returns how many were filled.
// *total (may be NULL) is how many there are; 0 if there is no such task.
u32 view_fields(const struct view *v, s32 pid, enum view_detail detail, u32 first, u32 count,
                struct view_field *rows, u32 *total);

// ---- The kernel stack of one task -----------------------------------------------------------------

enum view_stack_kind {
    VIEW_STACK_REGS,  // the saved user registers at the top
    VIEW_STACK_FRAME, // a kernel function's frame
    VIEW_STACK_OTHER, // used, but by no known frame
    VIEW_STACK_FREE,
    VIEW_STACK_INFO // thread_info at the bottom
};

struct view_stack_part {
    enum view_stack_kind kind;
    kaddr low, high; // addresses [low, high)
    bool has_esp;    // the stack pointer stands at low
    bool changed;    // bytes in it differ from the last stop
    char name[32];   // "pt_regs", "schedule", "free", "thread_info"
    char text[64];   // what is worth knowing: "eax = 0", "7940 bytes", "task → c1204510"
};

struct view_stack {
    s32 pid;
    kaddr base, top; // of the whole area; top is esp0
    kaddr esp;       // the live or saved stack pointer
    bool is_live;    // the CPU stands on it now
    bool is_user;    // it is empty: the CPU is in user mode
    kaddr first;     // of a task that has not run yet: where it begins, in ret_from_fork(); else 0
    u32 parts;       // how many parts there are in all
};

// The parts from the top downwards. Fills at most `count` of them; the lowest two (free,
// thread_info) are always among those filled. False if there is no such task.
bool view_stack(const struct view *v, s32 pid, struct view_stack *stack,
                struct view_stack_part *parts, u32 count, u32 *filled);

// What covers most of each of so many equal cells of the area (at most VIEW_SCALE_MAX), lowest
// addresses first. False if there is no such task.
enum { VIEW_SCALE_MAX = 64 };
bool view_stack_scale(const struct view *v, s32 pid, u32 cells, enum view_stack_kind *kinds);

// The registers that the last entry into the kernel has saved, highest address first. Fills at most
// `count`, returns how many there are: none for swapper, which has never been in user mode.
struct view_register {
    char name[12];
    u32 value;
    bool changed;
};
u32 view_stack_registers(const struct view *v, s32 pid, struct view_register *registers, u32 count);

// ---- The trace of one command ------------------------------------------------------------------------
// The command in which the machine stands, or else the last one that ran.

enum view_line_kind {
    VIEW_LINE_CALL,  // "do_fork() {"
    VIEW_LINE_LEAF,  // "alloc_pidmap() = 3"
    VIEW_LINE_CLOSE, // "}" or "} = 3"
    VIEW_LINE_FIELD, // "3.state  0 → 1": a field that the function changed
    VIEW_LINE_NOTE,  // words
    VIEW_LINE_SWITCH // "── 2 sh → 3 sh ──": from here on another task runs
};

struct view_line {
    enum view_line_kind kind;
    u32 depth;      // nesting
    u32 step;       // 1 … steps for lines at which stepping stops; 0 for others
    bool is_cursor; // the step at which the machine stands
    bool is_done;   // has happened at the cursor (all lines, if the cursor is after the command)
    const char *meaning; // of a call: what the function is for; NULL for others; static text
    char text[256];      // without indentation
};

enum view_trace_detail { VIEW_TRACE_CALLS = 0, VIEW_TRACE_NOTES = 1, VIEW_TRACE_FIELDS = 2 };

// Which lines there should be: VIEW_TRACE_ bits, and functions nested deeper than max_depth left
// out (0 = no limit). At first NOTES | FIELDS, no limit.
void view_trace_options(struct view *v, u32 detail, u32 max_depth);
// The number of the command that the trace is about (counted from 1), or 0 if there is none.
u64 view_trace_command(const struct view *v);
u32 view_trace_count(const struct view *v);
u32 view_trace(const struct view *v, u32 first, u32 count, struct view_line *lines);
// The line at which the machine stands, or -1 when it stands after the command.
s32 view_trace_cursor(const struct view *v);

// ---- The states -------------------------------------------------------------------------------

enum view_box {
    VIEW_BOX_CPU,     // R and on the CPU
    VIEW_BOX_READY,   // R and waiting for it
    VIEW_BOX_SLEEP,   // S
    VIEW_BOX_DISK,    // D
    VIEW_BOX_STOPPED, // T
    VIEW_BOX_TRACED,  // t
    VIEW_BOX_ZOMBIE,  // Z
    VIEW_BOX_DEAD,    // X
    VIEW_BOX_COUNT
};

// The arrows of the state diagram.
enum view_arrow {
    VIEW_ARROW_NONE,
    VIEW_ARROW_FORK,      // (nothing) → ready
    VIEW_ARROW_ELECTED,   // ready → CPU
    VIEW_ARROW_PREEMPTED, // CPU → ready
    VIEW_ARROW_SLEEPS,    // CPU → S
    VIEW_ARROW_WAITS,     // CPU → D
    VIEW_ARROW_WOKEN,     // S → ready
    VIEW_ARROW_DONE,      // D → ready
    VIEW_ARROW_STOPS,     // CPU → T or t
    VIEW_ARROW_CONTINUES, // T or t → ready
    VIEW_ARROW_EXITS,     // CPU → Z
    VIEW_ARROW_GOES,      // CPU → X: nobody waits for it
    VIEW_ARROW_REAPED     // Z → X
};

#define VIEW_BOX_TASKS 64

struct view_states {
    struct view_box_content {
        u32 count; // tasks in this state
        u32 shown; // entries of task[]: the first `count`, at most VIEW_BOX_TASKS
        struct view_box_task {
            s32 pid;
            enum view_mark mark; // CHANGED: it came here since the last stop
            char comm[VIEW_COMM_SIZE];
        } task[VIEW_BOX_TASKS];
    } box[VIEW_BOX_COUNT];
    // The last transition before the cursor, in the command that the trace is about; after a whole
    // command not that of a task which is back in the state it had before.
    struct view_transition {
        enum view_arrow arrow; // NONE: there was none
        s32 pid;
        char comm[VIEW_COMM_SIZE];
        char from, to;  // letters; '-' for what is not there
        char cause[32]; // "fork", "wait4", "SIGSTOP", "schedule"
    } last;
    s32 actor; // who made the call or the access that the command was; 0 if nobody did
    u32 lit;   // 1 << arrow for every arrow taken between the two stops
};

void view_states(const struct view *v, struct view_states *states);

// ---- Sentences ------------------------------------------------------------------------------------

// What just happened, in plain words, one line without a newline: about the step at the cursor
// when the machine stands inside a command, else about the last command that ran. Nothing is
// added when there is nothing to say.
void view_sentence(const struct view *v, struct strbuf *out);

// ---- The kernel's tables ----------------------------------------------------------------------------

struct view_slab {
    kaddr cache;
    char name[32];
    u32 object_size;
    u32 objects, active; // room for, and handed out
    u32 slabs, full, partial, empty;
    u32 objects_per_slab, pages_per_slab;
    u32 colours, colour_next, colour_offset; // how many starts there are; the next; their distance
    bool changed;
    u32 active_was, slabs_was, colour_was; // active, slabs, colour_next at the last stop; as now if
                                           // nothing is known, or if the cache is new
};

u32 view_slab_count(const struct view *v);
u32 view_slabs(const struct view *v, u32 first, u32 count, struct view_slab *rows);

struct view_pidmap {
    s32 last_pid; // the last one handed out
    s32 next_pid; // the one that the next fork gets; -1 if none is free
    s32 pid_max;
    u32 used, free; // bits
};

void view_pidmap(const struct view *v, struct view_pidmap *map);
// The bits first … first+count-1: used[i] is VIEW_ bits below. Returns how many there were.
enum { VIEW_PID_USED = 1, VIEW_PID_CHANGED = 2 };
u32 view_pids(const struct view *v, u32 first, u32 count, u8 *bits);

// One waiting place of the run queue: a task and the list it stands in.
struct view_queued {
    bool is_expired; // in the expired array, else in the active one
    u32 prio;        // 0 … 139
    s32 pid;
    u32 time_slice; // ticks left
    bool is_current;
    bool changed;
    char comm[VIEW_COMM_SIZE];
};

struct view_runqueue {
    u32 running;         // tasks in both arrays
    u32 active, expired; // tasks in each
    u64 switches;        // context switches since boot
    u32 iowait, uninterruptible;
};

void view_runqueue(const struct view *v, struct view_runqueue *rq);
// In the order in which the scheduler would choose them: active first, best priority first.
u32 view_queued(const struct view *v, u32 first, u32 count, struct view_queued *rows);

struct view_memory {
    u32 frames; // page frames of the RAM
    u32 kernel; // reserved: kernel image and boot allocations
    u32 slab;   // in slabs
    u32 other;  // handed out for anything else
    u32 free;
    u32 free_blocks[11];     // free blocks of 2^order frames
    u32 free_blocks_was[11]; // at the last stop; as now if nothing is known
};

void view_memory(const struct view *v, struct view_memory *memory);

// ---- The memory of one task, or of two beside each other ---------------------------------------------

// Whom to show when task `pid` is the one that matters. pair[0] stands left, pair[1] right, -1 is
// nobody. A pair that it belongs to stays as long as both are there and it has no new child; else
// its memory is put beside that of its youngest child with common memory, or of its parent. The
// parent stands left.
void view_choose_pair(const struct view *v, s32 pid, s32 pair[2]);

// Looks at the memory of the two (-1: nobody). Costs a look at each of their pages, the first time
// after a stop.
void view_pair(struct view *v, const s32 pair[2]);

// The rest is about the two that view_pair() was last told.

struct view_pair_summary {
    bool has_memory[2]; // a kernel thread and a dead task have none
    bool is_new[2];     // was not there at the last stop
    bool is_one;        // they have one and the same address space
    u32 pages[2];       // that are there
    u32 same, cow, parted;
    u32 changed;       // pages that differ from the last stop, and of these
    u32 parts_now;     // those that were one frame for both
    u32 rows;          // for view_pair_rows()
    s32 first_changed; // a row, or -1
    u32 frames;        // in the RAM
    s64 frame; // the one to have in sight: of the first change, else of the first page; or -1
};

void view_pair_summary(const struct view *v, struct view_pair_summary *summary);

enum view_link {
    VIEW_LINK_NONE,  // only one has a page there, or two that were never the same
    VIEW_LINK_SAME,  // one frame for both
    VIEW_LINK_COW,   // one frame for both until one of them writes
    VIEW_LINK_PARTED // one page once, in a frame each now
};

enum {
    VIEW_PTE_PRESENT = 1,
    VIEW_PTE_RW = 2,
    VIEW_PTE_USER = 4,
    VIEW_PTE_ACCESSED = 8,
    VIEW_PTE_DIRTY = 16
};

// Areas begin (is_area), then come their pages that are there. Many pages that are alike in all but
// the frame are one row.
struct view_pair_row {
    bool is_area;
    uaddr address;
    char name[48]; // "heap+3p"; of an area its parts: "bss heap"
    u32 pages;     // how many are alike from there on; of an area 0
    enum view_link link;
    bool parts_now;
    s32 count, count_was; // when it parts now: the users of the frame that they had in common
    struct view_pair_side {
        bool is_there;
        // Of an area.
        u32 size, present; // pages
        char may[5];       // "rw-p"
        char file[48];     // "" without one
        // Of a page, the first of its row.
        u32 frame, bits; // bits: VIEW_PTE_
        bool was_there;  // at the last stop
        u32 frame_was, bits_was;
        u32 users, users_was; // how often the frame is mapped, and (this one) was
        char kind;            // of the frame, as in struct view_frame
    } side[2];
};

u32 view_pair_rows(const struct view *v, u32 first, u32 count, struct view_pair_row *rows);
// The row of an area's or page's address, or -1.
s32 view_pair_find(const struct view *v, uaddr address);

// Some bytes of the frames in which the two have a page, from the same offset in both: there where
// something has changed since the last stop, else where the two differ, else where the first byte
// is that is not zero.
#define VIEW_PAIR_BYTES 16
struct view_pair_bytes {
    u32 offset; // in the page
    struct view_pair_bytes_side {
        bool is_there;
        u8 byte[VIEW_PAIR_BYTES];
        // Differs from the last stop; in a new copy, from what it was copied from.
        bool changed[VIEW_PAIR_BYTES];
    } side[2];
};

// Of the first page of a row that is not an area's. False if there is no such row. Costs a look at
// both frames.
bool view_pair_bytes(const struct view *v, u32 row, struct view_pair_bytes *bytes);

struct view_frame {
    char kind;     // K kernel, 0 the zero page, s slab, t kernel stack, p page table of the two,
                   // a anonymous, A the same mapped several times, f of a file, F the same mapped
                   // several times, c only in the page cache, u taken for something else, '.' free
    bool is_of[2]; // a page, a page table or the kernel stack of the left, of the right task
    bool is_page;  // one of their pages
    s32 owner;     // whose page, page table or kernel stack it is; -1: several tasks', nobody's,
                   // or not to be found without a look at all tasks
    bool changed;  // who has it differs from the last stop
};

u32 view_frame_map(const struct view *v, u32 first, u32 count, struct view_frame *frames);

#endif
