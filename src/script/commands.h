// The table of commands: everything about a command's words in one row.
#ifndef SCRIPT_COMMANDS_H
#define SCRIPT_COMMANDS_H

#include "procarium/script.h"
#include "script/node.h"

enum command_kind {
    COMMAND_CALL,   // a system call of the acting task: `prepare` makes the call's arguments
    COMMAND_ACCESS, // an access of the acting task to its memory: `prepare` makes plan->access
    COMMAND_ACT,    // changes the machine otherwise: `prepare` checks, `act` does it
    COMMAND_LOOK,   // the others are just run
    COMMAND_TRAVEL,
    COMMAND_VIEW, // changes what is on the screen
    COMMAND_NARRATE,
    COMMAND_EXPECT,
    COMMAND_REPEAT, // followed by a block; run.c knows it
    COMMAND_SESSION
};

// What a word may be: completion offers these.
enum word_type {
    TYPE_NONE,
    TYPE_NUMBER,
    TYPE_PID,
    TYPE_SIGNAL,      // KILL, 9
    TYPE_DASH_SIGNAL, // -KILL, or a PID
    TYPE_CLONE,       // flags joined by |
    TYPE_WAIT,
    TYPE_OPEN,
    TYPE_RLIMIT,
    TYPE_FILE,    // or one of `choices`
    TYPE_REPLACE, // the word `replace`
    TYPE_PROGRAM, // a program of the catalogue, or a file of the host
    TYPE_VARIABLE,
    TYPE_SYSCTL,
    TYPE_ADDRESS,
    TYPE_REGION, // a part of the actor's memory, or an address
    TYPE_TOPIC,  // of help
    TYPE_CHOICE, // one of `choices`
    TYPE_PANE,   // a pane's name, or one of `choices`
    TYPE_VIEW,   // one of the views of the pane before it
    TYPE_KEY,    // a name out of press_names
    TYPE_EXPECT,
    TYPE_MOMENT, // what `until` waits for
    TYPE_STATE,  // R S D T t Z X
    TYPE_TEXT
};

#define COMMAND_TYPES 4
#define ANY_COUNT     COMMAND_WORDS_MAX

struct session;

// What an acting command will do: made by `prepare`, which changes nothing.
struct plan {
    const struct task_struct *actor; // COMMAND_CALL, COMMAND_ACCESS; NULL if not yet known
    const struct call *call;
    struct call made;     // what `call` points to when it is not the node's own
    struct access access; // COMMAND_ACCESS
    u8 bytes[4];          // of a number to be stored
    const char *name;     // a variable, a sysctl
    s64 value;
};

// Does a task carry it out?
static inline bool has_actor(enum command_kind kind)
{
    return kind == COMMAND_CALL || kind == COMMAND_ACCESS;
}

struct command_row {
    struct command_info info;
    enum command_kind kind;
    u8 min_words, max_words; // behind the name
    bool is_not_in_block;    // may not stand inside repeat
    u8 traits;               // enum command_trait
    u8 type[COMMAND_TYPES];  // enum word_type of its words; the last one holds for the rest
    const char *choices;     // TYPE_CHOICE: words with spaces between
    s32 number;              // calls: __NR_…; step, next, finish, back: enum step_kind
    // False with the session's diagnosis set. Fills plan->made (COMMAND_CALL), name, value.
    bool (*prepare)(struct session *s, const struct node *n, struct plan *plan);
    void (*act)(struct session *s, const struct plan *plan);
    // For all other kinds, and for COMMAND_ACT with less than two words if it is there. False if it
    // was a mistake.
    bool (*run)(struct session *s, const struct node *n);
    // What run_look() and run_look_at_task() show.
    void (*report)(const struct machine *m, struct strbuf *out);
    bool (*report_task)(const struct machine *m, s32 pid, struct strbuf *out);
};

extern const struct command_row command_table[];
extern const u32 command_count;
// The panes of the terminal, with blanks between: ui/ has a pane for each.
extern const char pane_names[];
// Its layouts, likewise.
extern const char layout_names[];
// The views that a pane has, with blanks between; "" if it has no names for them.
const char *views_of_pane(const char *pane);
// The keys that `keys` and `help` know, and `mouse`.
extern const char key_names[];
// Those that `press` knows.
extern const char *const press_names;

// By name or alias, or NULL.
const struct command_row *find_command(const char *name);
// The name in the table that is nearest to a mistyped one, or NULL if none is near.
const char *suggest_command(const char *name);
// The nearest of some names, within the distance that a slip of the fingers makes; or NULL.
const char *suggest(const char *word, const char *const *names, u32 count);

#endif
