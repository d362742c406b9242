// Reports: what the looking commands print, and the machine-readable stream.
//
// A report only looks at the machine. Text goes to the end of `out`, each line ended by a newline,
// with no control bytes from the simulated machine. Where a report can fail it returns false and
// adds one line of plain words (no newline) saying why: "no task has PID 7".
#ifndef PROCARIUM_REPORT_H
#define PROCARIUM_REPORT_H

#include "procarium/machine.h"
#include "procarium/names.h"
#include "procarium/strbuf.h"
#include "procarium/types.h"

// ---- Tasks -----------------------------------------------------------------------------------

// One line a task, threads after their leader; '>' marks the one on the CPU, '*' the focus.
void report_ps(const struct machine *m, struct strbuf *out);
// Parents and children as a tree; threads folded in braces, zombies marked.
void report_pstree(const struct machine *m, struct strbuf *out);
// A task's fields in groups: its task_struct and what belongs to it. `groups` has a bit for each
// wanted word of report_task_groups; none of the groups means all of them. The last word, "all",
// wants every field, not only those that matter most.
bool report_task(const struct machine *m, s32 pid, u32 groups, struct strbuf *out);
extern const char report_task_groups[];
// The fields in which two tasks differ, side by side.
bool report_task_pair(const struct machine *m, s32 pid, s32 other, u32 groups, struct strbuf *out);
// The number in any of those fields, by the name shown: "time_slice", "mm->mm_users"; the saved user
// registers are "pt_regs->eax" and so on, a list's links "tasks.next" and "tasks.prev". False, with
// nothing set, if there is no such task or field, or if its value is not one number of at most 4
// bytes.
bool task_field(const struct machine *m, s32 pid, const char *name, s64 *value);
// The call chain on its kernel stack, innermost first, as crash(8) prints it.
bool report_bt(const struct machine *m, s32 pid, struct strbuf *out);
// Its kernel stack as a picture, and how `current` follows from the stack pointer.
bool report_stack(const struct machine *m, s32 pid, struct strbuf *out);
// Its descriptors, working directory, root and umask.
bool report_files(const struct machine *m, s32 pid, struct strbuf *out);
// Its signals: dispositions, blocked, pending (private and shared, with the queue).
bool report_sig(const struct machine *m, s32 pid, struct strbuf *out);

// ---- The kernel's tables ----------------------------------------------------------------------

void report_runq(const struct machine *m, struct strbuf *out);
void report_pidmap(const struct machine *m, struct strbuf *out);
// Page frames: how many of which kind, and the free blocks by order.
void report_kmem(const struct machine *m, struct strbuf *out);
// The slab caches: crash's kmem -s.
void report_slabs(const struct machine *m, struct strbuf *out);
// One cache with its slabs: their colours, how many of their objects are taken, and which object
// is handed out next. False if there is no such cache.
bool report_slab(const struct machine *m, const char *name, struct strbuf *out);

// ---- A task's memory ---------------------------------------------------------------------------

// Its areas: where they are, what may be done with them, how many of their pages are there.
bool report_vm(const struct machine *m, s32 pid, struct strbuf *out);
// The walk of the page tables for an address.
bool report_vtop(const struct machine *m, s32 pid, u32 address, struct strbuf *out);
// Every page that is there: its entry with its bits, and its frame.
bool report_ptes(const struct machine *m, s32 pid, struct strbuf *out);
// Page by page, what two tasks share and what has parted.
bool report_shared(const struct machine *m, s32 pid_a, s32 pid_b, struct strbuf *out);
// Every frame of the RAM as one character, with a legend.
void report_pages(const struct machine *m, struct strbuf *out);
// The same as report_rd() for addresses of a task.
bool report_rd_user(const struct machine *m, s32 pid, u32 address, u32 words, struct strbuf *out);

// ---- Memory, by hand ----------------------------------------------------------------------------

// `words` 32-bit words from a kernel address: hex, characters, and what lies there.
bool report_rd(const struct machine *m, kaddr address, u32 words, struct strbuf *out);
// A structure's fields. type: "task_struct", with or without "struct " before it.
bool report_struct(const struct machine *m, const char *type, kaddr address, struct strbuf *out);
// Walks the circle of list_heads through an address; 0 stands for the list of all processes.
bool report_list(const struct machine *m, kaddr address, struct strbuf *out);
// Adds what lies at a kernel address, if that is known: "task 3 + 0x20 (run_list)",
// "do_fork+0x1b". Adds nothing and returns false if it is not.
bool describe_address(const struct machine *m, kaddr address, struct strbuf *out);

// ---- Time ----------------------------------------------------------------------------------------
// Commands are counted from 1, as `history` shows them: command n leads from position n-1 to n.

// The text of command n, for people; valid until the next call. May return NULL.
typedef const char *command_text(void *context, u64 n);

// The last `limit` commands (0 = all), with a mark where the machine stands.
void report_history(const struct machine *m, u64 limit, command_text *text, void *context,
                    struct strbuf *out);

struct trace_options {
    u32 max_depth;        // functions nested deeper (inside `function`) are left out; 0 = no limit
    bool no_fields;       // leave out the fields that functions changed
    bool no_notes;        // leave out the words
    u32 first, count;     // lines to print, from 0; count 0 = all
    const char *function; // only what this function does, each time that it is called; or NULL
};

// Command n as a function graph; n = 0: the command in which the machine stands, else the last
// one that ran. False if the journal does not hold it.
bool report_trace(const struct machine *m, u64 n, const struct trace_options *options,
                  struct strbuf *out);
// What changed between two positions, object by object: "3 sh  state  0 → 1". The journal must
// hold everything between them: false if it does not, or if a position is out of range.
bool report_diff(const struct machine *m, u64 from, u64 to, struct strbuf *out);
// One sentence, with no newline, about command n (0 as above): no longer than two rows of 78 columns
// unless a single clause is. Adds nothing if nothing is worth saying. False if the journal does not
// hold it.
bool report_sentence(const struct machine *m, u64 n, struct strbuf *out);
// The same about the step at which the machine stands inside a command; false if it stands
// between two.
bool report_step_sentence(const struct machine *m, struct strbuf *out);
// The sentence about command n, and then at length: the call in C, the kernel functions, every event
// but the traffic of memory, and what /proc and crash(8) would show now.
bool report_explain(const struct machine *m, u64 n, struct strbuf *out);

// ---- For other programs ----------------------------------------------------------------------------

// The tree of tasks as a graph for graphviz. Returns how many tasks there are.
u32 report_dot(const struct machine *m, struct strbuf *out);
// What the last commands did, as far back as the journal reaches, as Trace Event JSON: rows are
// tasks, slices are kernel functions and states; the clock is the position in the journal. Returns
// how many commands that were; 0 if none, and then nothing is added.
u64 report_trace_events(const struct machine *m, command_text *text, void *context,
                        struct strbuf *out);

// ---- JSON Lines -------------------------------------------------------------------------------------

// Takes n bytes of output: always whole lines.
typedef void json_write(void *context, const char *bytes, size_t n);

struct json_writer;

// NULL when the host has no memory. To be given to machine_listen() with json_listen().
struct json_writer *json_create(json_write *write, void *context);
void json_destroy(struct json_writer *w);
// The event_listener: `context` is the json_writer.
void json_listen(void *context, const struct machine *m, const struct event *event);
// {"type":"command"}: n as the caller counts, actor = pid or 0 (left out). text may hold any bytes.
void json_command(struct json_writer *w, u64 n, u32 line, s32 actor, const char *text,
                  size_t length);
// {"type":"snapshot"}: every task but swapper.
void json_snapshot(struct json_writer *w, const struct machine *m, u64 n);
// {"type":"error"}.
void json_error(struct json_writer *w, u32 line, u32 column, const char *message);

// Adds text as a JSON string with its quotes: well-formed UTF-8 as it is, malformed bytes as the
// code points U+0080-U+00FF, control bytes escaped.
void json_add_text(struct strbuf *out, const char *text, size_t length);
// The same where each byte is one code point U+0000-U+00FF ("data").
void json_add_bytes(struct strbuf *out, const void *bytes, size_t length);

#endif
