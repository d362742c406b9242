// The inside of a session.
#ifndef SCRIPT_SESSION_H
#define SCRIPT_SESSION_H

#include "script/commands.h"

#define SOURCE_DEPTH_MAX 16u    // `source` in a file in a file …
#define BRANCHES_MAX     64u    // the oldest is forgotten when there are more
#define LOOKS_MAX        10000u // of one line of time; later ones are not remembered

// A command that only looked or told, for `save`: it was run after `position` commands.
struct look {
    const struct node *node;
    u64 position;
};

// A line of time: how the machine was booted, and what was done since.
struct branch {
    u32 number;
    u32 boots; // how many boots the session had seen when this line began
    struct boot_options boot;
    const struct node **nodes;
    u64 count;
    struct look *looks; // by position
    u32 look_count;
};

struct session {
    struct machine *m;
    struct face face;
    host_file_reader *read_host_file; // NULL: exec finds no file of the host
    struct arena arena; // texts and what they were parsed into: the history refers to them
    struct diagnosis diagnosis;
    struct place_mark told; // where the last mistake stood
    struct strbuf shown;    // the last text made fit for a terminal
    char advice[160];       // what advise_after() has put together
    bool keep_going;
    enum run_result inner; // what `source` and `quit` want the caller to do
    u32 source_depth;
    bool is_trial; // a copy in which a question's commands are tried
    u64 mistakes;
    u32 blocks; // repeat blocks that are running
    u64 rounds; // of the repeat blocks that are running, multiplied
    u64 round;  // of the outermost one
    u64 ticks;  // commands run, for `progress`
    // The line of time that the machine is on, without its nodes: the history has them.
    struct branch line;
    struct branch branches[BRANCHES_MAX];
    u32 branch_count;
    u32 last_number, last_boots;
    const char *home;      // what ~ means, or NULL
    struct written *files; // that this session has written: it may write them again
    // Variables' values written out, and the strings of the call that is being made.
    char digits[COMMAND_WORDS_MAX][24];
    const char *strings[COMMAND_WORDS_MAX + 2];
};

// Says what is wrong; always false. (diagnose() for the command that is running.)
#define fail(s, offset, ...) diagnose(&(s)->diagnosis, (offset), __VA_ARGS__)

// ---- run.c ---------------------------------------------------------------------------------------
// Runs one node as if it had been typed.
enum run_result run_node(struct session *s, const struct node *n);
// Runs a text that is kept for the session's life.
enum run_result run_source(struct session *s, const struct source *source);
// The same for settings, which are commands about the screen, and `boot`: its text goes into `boot`.
enum run_result run_settings(struct session *s, const struct source *source, struct strbuf *boot);
const struct source *keep_source(struct session *s, const char *name, const char *text,
                                 size_t length, u32 first_line);
// Makes the calls of a node (and of its block) whose words are constant, once for all runs.
void prepare_constant(struct session *s, struct node *n);
// Tells the face about the mistake that the diagnosis holds.
void tell_mistake(struct session *s, const struct source *source);
// Executes an acting node again: the history's executor. NULL boots.
void execute_again(void *context, const void *cookie);
// A node's text on one line, fit for a terminal, in s->shown.
const char *show_node(struct session *s, const struct node *n);
// If the machine stands inside a command, finishes that.
void finish_command(struct session *s);

// ---- file.c ----------------------------------------------------------------------------------------
// Reads a regular file into the session's arena. NULL: `why` says why not.
const struct source *read_source(struct session *s, const char *path, struct strbuf *why);

// Says why a whole text could not be read.
void fail_to_read(struct session *s, const char *path, const struct strbuf *why);

// A file's name as a person writes it, with ~ replaced; kept as long as the session.
const char *file_path(struct session *s, const char *written);

// ---- save.c ----------------------------------------------------------------------------------------
// Remembers that a command has looked or told, if `save` should write it.
void remember_look(struct session *s, const struct node *n);
// Forgets what was looked at beyond a position, which is left for another future.
void cut_looks(struct session *s, u64 position);

// ---- host.c ----------------------------------------------------------------------------------------
// Is it exec of a file of the host?
bool names_host_file(const struct node *n);
// Reads that file, and those that it needs, into n->host. False with a mistake.
bool fetch_host_file(struct session *s, const struct node *n);

// ---- branch.c --------------------------------------------------------------------------------------
// Remembers the line that is about to be left. False if there is nothing on it.
bool keep_branch(struct session *s);
// Boots as a new line of time.
void start_line(struct session *s, const struct boot_options *boot);
// Goes to branch number `number`; false if there is none.
bool go_to_branch(struct session *s, u32 number);
// The newest kept branch that began with that boot, or 0.
u32 branch_of_boot(const struct session *s, u32 boots);
// "boot sh mem=32M": what one would type.
void show_boot(const struct boot_options *boot, struct strbuf *out);
// How many commands a branch shares with the line that the machine is on.
u64 common_commands(const struct session *s, const struct branch *b);
void forget_branches(struct session *s);

// ---- words.c ---------------------------------------------------------------------------------------
// Each says what is wrong and returns false if the word does not fit.
bool word_number(struct session *s, const struct word *w, s64 *value);
bool word_in_range(struct session *s, const struct word *w, const char *what, s64 least, s64 most,
                   s64 *value);
// A 32-bit word of a call: -2^31 … 2^32 - 1.
bool word_u32(struct session *s, const struct word *w, const char *what, u32 *value);
bool word_pid(struct session *s, const struct word *w, s32 *pid);
bool word_task(struct session *s, const struct word *w, const struct task_struct **p);
// Reports print addresses without 0x, as eight hex digits: where an address is wanted they can be
// typed so too, and then 08048000 is no decimal number.
bool is_bare_address(const struct word *w);
// The value of a text that is such an address, or else a number as parse_number() reads it.
bool parse_address(const char *text, s64 *value, bool *is_huge);
// An address as a number, with or without 0x.
bool word_address(struct session *s, const struct word *w, u32 *address);
// The same, or a part of task p's memory and an offset: heap+16, stack-2p. p may be NULL: then what
// needs it is false without a mistake. (commands_memory.c)
bool word_user_address(struct session *s, const struct word *w, const struct task_struct *p,
                       uaddr *address);
// Does what the word says depend on the machine: is it a variable, or an option with one?
bool has_variable(const struct word *w);
// Has the machine a value for a variable of the console?
bool find_variable(const struct machine *m, const char *name, s64 *value);
// Flags joined by |, each read by `parse`; `what` names them in a mistake.
bool word_flags(struct session *s, const struct word *w, const char *what,
                bool (*parse)(const char *, size_t, u32 *), u32 *flags);
bool word_signal(struct session *s, const struct word *w, s32 *signal);
// Is it one of these names, with a blank between two?
bool is_one_of(const struct word *w, const char *names);
// Which of the row's `choices` is it? False with a mistake that names them all.
bool word_choice(struct session *s, const struct word *w, const char *choices, u32 *index);
// Is it exactly this word, unquoted?
bool word_is(const struct word *w, const char *text);
// "name=VALUE": the value's part, or NULL if the word does not begin so.
const char *word_after(const struct word *w, const char *name);
// Adds a number as people write it: kernel addresses in hex, all others in decimal.
void add_shown_number(struct strbuf *out, s64 value);
// A text with $!, $?, $$ and $NAME replaced by their values; in s->shown. A variable that is a word
// of its own stands for its value, too.
const char *word_interpolated(struct session *s, const struct word *w);
// A word as a text: a variable's value is written out, as the i-th such text of its command.
bool text_of_word(struct session *s, const struct word *w, u32 i, const char **text);
// The number behind the = of a word such as fd=3 or fd=$?, of which `text` is a part. False with a
// mistake.
bool option_number(struct session *s, const struct word *w, const char *text, const char *what,
                   s64 least, s64 most, s64 *value);
// The same for an address, which may be eight hex digits.
bool option_address(struct session *s, const struct word *w, const char *text, s64 least,
                    u32 *address);

// ---- The commands' functions (named in the table) ----------------------------------------------------
#define PREPARE(name)                                                                              \
    bool prepare_##name(struct session *s, const struct node *n, struct plan *plan)
#define ACT(name) void act_##name(struct session *s, const struct plan *plan)
#define RUN(name) bool run_##name(struct session *s, const struct node *n)

// commands_calls.c
PREPARE(plain);
PREPARE(clone);
PREPARE(execve);
PREPARE(wait4);
PREPARE(kill);
PREPARE(tgkill);
PREPARE(signal);
PREPARE(sigprocmask);
PREPARE(numbers);
PREPARE(setrlimit);
PREPARE(prctl);

// commands_files.c
PREPARE(open);
PREPARE(fcntl);
PREPARE(read);
PREPARE(write);
PREPARE(lseek);
PREPARE(pipe);
PREPARE(path);
PREPARE(getcwd);
PREPARE(umask);
PREPARE(io);
PREPARE(irq);
ACT(irq);

// commands_memory.c
PREPARE(fork);
PREPARE(load);
PREPARE(store);
PREPARE(mmap);
PREPARE(munmap);
PREPARE(mprotect);
PREPARE(brk);

// commands_act.c
PREPARE(let);
PREPARE(focus);
PREPARE(settle);
PREPARE(sysctl);
ACT(let);
ACT(focus);
ACT(settle);
ACT(sysctl);
RUN(sysctl);

// commands_look.c
RUN(look);
RUN(look_at_task);
RUN(task);
RUN(kmem);
RUN(rd);
RUN(vtop);
RUN(shared);
RUN(struct);
RUN(list);
RUN(trace);
RUN(diff);
RUN(explain);
RUN(history);
RUN(check);
RUN(snapshot);
RUN(help);

// commands_time.c
RUN(boot);
RUN(step);
RUN(undo);
RUN(redo);
RUN(goto);
RUN(branches);

// Every so many steps of a long way: s->inner becomes RUN_INTERRUPTED if the face wants it to end.
void poll_after_step(struct session *s, u64 steps);

// until.c
RUN(until);
// The events that `until` knows, with blanks between; for completion.
extern const char *const until_events;

// commands_view.c
RUN(view);
RUN(size);
RUN(choose);

// commands_demo.c
RUN(chapter);
RUN(say);
RUN(cue);
RUN(chapters);
RUN(source_file);
RUN(demo);
RUN(quit);

// ask.c
RUN(ask);

// commands_file.c
RUN(save);
RUN(export);
RUN(snapshot_screen);

// expect.c
RUN(expect);
// Is there a kernel function of this name?
bool is_traced_function(const char *name);

// Sends what a looking command has written to the face.
void show(struct session *s, struct strbuf *text);

#endif
