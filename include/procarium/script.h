// The session: one machine, driven by command lines, with its history, branches and demos.
#ifndef PROCARIUM_SCRIPT_H
#define PROCARIUM_SCRIPT_H

#include "procarium/host.h"
#include "procarium/machine.h"

struct session;

#define SCRIPT_SIZE_MAX (64u << 20) // bytes of one text of commands

// ---- What a session tells its face -------------------------------------------------------------

// A mistake in the command, or an `expect` that failed. Nothing has changed in the machine.
// All strings are fit for a terminal, and valid during the callback only.
struct mistake {
    const char *file;    // "demos/01-first-fork.demo", "-c", "standard input", "command line"
    u32 line, column;    // from 1; the column counts characters
    const char *message; // what is wrong, and what was expected
    const char *hint;    // "did you mean …?", a usage line, or ""
    const char *source;  // the line (a piece of it if it is very long)
    u32 caret;           // characters of `source` before the place
    bool is_expect;      // an `expect` that found something else
};

enum narration {
    NARRATE_CHAPTER, // a new part begins: its title
    NARRATE_SAY,     // text of the lesson
    NARRATE_QUESTION,
    NARRATE_ANSWER, // the answer to the last question, after it was asked
    NARRATE_CUE,    // for the speaker alone: not for those who watch
};

// What `ask` asks. The machine has answered it already. All texts are fit for a terminal.
struct question {
    const char *text;   // with the choices below it, a line each: "a) …"
    const char *answer; // as it is shown: "3", "D", "yes", "b) the shell"
    // For judging a reply:
    const char *value;         // the bare answer
    const char *const *choice; // the choices' bare values …
    const char *const *words;  // … and what is shown for them
    u32 choices;               // how many there are; 0: any answer may be given
};

#define CHOICES_MAX 8

// Is it the answer: the value itself (a number in any form), or its choice's letter or words?
bool question_is_right(const struct question *q, const char *reply);
// Is the reply one of the choices, right or wrong? False if there are none.
bool question_has_choice(const struct question *q, const char *reply);
// Adds what is said to a reply; without one (NULL or blank), the answer.
void question_verdict(const struct question *q, const char *reply, struct strbuf *out);

// Who has answered?
enum asked {
    ASKED_NOBODY, // the answer is told at once
    ASKED_REPLY,
    ASKED_LATER // the face has kept the question, and will tell the answer itself
};

// What is wanted of the lessons.
struct lesson_wish {
    enum {
        LESSON_LIST,     // tell which lessons there are
        LESSON_PLAY,     // begin the one that is called `name`: its number, name or path
        LESSON_OFF,      // put the lesson away
        LESSON_ON,       // to the next thing in it
        LESSON_BACK,     // to the one before
        LESSON_CHAPTERS, // tell its chapters
        LESSON_CHAPTER   // go to chapter `number`, from 1
    } kind;
    const char *name;
    u32 number;
};

// The forms of a picture of the screen.
enum screen_form { SCREEN_SVG, SCREEN_HTML, SCREEN_TEXT };

// A command that is about to run.
struct echo {
    u64 number;       // acting commands: their number in the history, from 1; others: the number
                      // of the last one
    const char *file; // where it was written
    u32 line;
    s32 actor;          // pid of the task that makes the call; 0 for commands that make none
    const char *text;   // as written, one line, fit for a terminal
    bool acts;          // becomes part of the history
    u64 round;          // of the outermost `repeat` that runs it, from 0
    bool is_aside;      // chapter, say, ask, expect, source, quit: not worth echoing
    const char *advice; // for done(): what to try after a call that was refused, or ""
};

// A command that changes what is on the screen and nothing in the machine.
struct view_command {
    const char *name;
    const char *word[4];
    u32 words;
};

// What a face may listen to; any function may be NULL. It may look at the session and its machine,
// but must not run commands.
struct face {
    void *context;
    // A command begins. (Not called for the commands that `branches` and going back run again.)
    void (*echo)(void *context, const struct echo *echo);
    // It has ended (well or not): a batch face flushes.
    void (*done)(void *context, const struct echo *echo);
    // What a looking command shows: lines of text, UTF-8, fit for a terminal.
    void (*text)(void *context, const char *text, size_t length);
    void (*mistake)(void *context, const struct mistake *mistake);
    void (*narrate)(void *context, enum narration kind, const char *text);
    // Asks the person what has been told as a question. The reply goes into `reply`.
    enum asked (*ask)(void *context, const struct question *question, struct strbuf *reply);
    // The commands `demo` and `chapters`. What plays does so once the running command has ended.
    // False, with one line of plain words, if it cannot.
    bool (*lesson)(void *context, const struct lesson_wish *wish, struct strbuf *why);
    // Writes a whole file, or nothing: save, export, snapshot-screen. What is there already is
    // replaced only if may_replace. False, with one line of plain words, if it cannot.
    bool (*write)(void *context, const char *path, bool may_replace, const char *bytes,
                  size_t length, struct strbuf *why);
    // The command `snapshot-screen`: adds what the screen shows, in that form. False if it cannot.
    bool (*screen)(void *context, enum screen_form form, struct strbuf *out);
    // A command about the screen (layout, zoom, theme …): its name and words, which the table has
    // found right. False, with one line of plain words, if it cannot. Without this function such
    // commands do nothing, so that a session from the terminal runs anywhere.
    bool (*view)(void *context, const struct view_command *command, struct strbuf *why);
    // The command `snapshot`. n = commands in the past.
    void (*snapshot)(void *context, u64 n);
    // The machine was replaced or moved as a whole (boot, branches, undo, goto, step …).
    void (*moved)(void *context);
    // Polled between commands: true stops what is running (^C).
    bool (*is_interrupted)(void *context);
    // A long `repeat`: commands done so far, of how many. Called a few times a second at most
    // in effect: once every 4096 commands.
    void (*progress)(void *context, u64 done, u64 total);
};

struct session_options {
    u64 journal_bytes; // as in struct machine_options
    bool keep_going;   // a mistake does not stop the script
    // More programs for exec, or others of the same paths: a catalogue as programs/catalogue is one.
    // NULL = none. It must be free of mistakes.
    const char *programs;
    const char *home; // what ~ at the beginning of a file's name means; NULL = nothing. Kept.
    // Reads a file of the host for exec host:PATH. NULL: that is a mistake then.
    host_file_reader *read_host_file;
    struct face face;
};

// A session with a machine that has just been booted bare. NULL when the host has no memory.
struct session *session_create(const struct session_options *options);
void session_destroy(struct session *s);
// Is the text a catalogue of programs without mistakes? If not: the line and what is wrong.
bool session_check_programs(const char *text, struct strbuf *why);
// Replaces the face: the TUI and the plain REPL do so when they take over.
void session_set_face(struct session *s, const struct face *face);

// ---- Running commands --------------------------------------------------------------------------

enum run_result {
    RUN_OK,
    RUN_MISTAKE,     // a command was in error, or an expect failed (told through the face)
    RUN_QUIT,        // the command `quit`
    RUN_INTERRUPTED, // the face said so
};

// Runs a whole text: a script, a -c string, or one line typed by a person. `name` stands in front
// of messages. Commands run one after the other up to the first mistake (unless keep_going); a
// mistake inside a `repeat` block is found before the block runs. The text is copied.
enum run_result session_run(struct session *s, const char *name, const char *text, size_t length);
// The same for a part of a stream whose first line has the number first_line.
enum run_result session_run_from(struct session *s, const char *name, u32 first_line,
                                 const char *text, size_t length);
// The same for a file; regular files only, up to 64 MB. `source` uses it too.
enum run_result session_run_file(struct session *s, const char *path);
// Runs a file of settings: commands about the screen, and `boot`, whose text goes into `boot`, too.
// Whatever else is in it is a mistake; after one it goes on with the next line.
enum run_result session_run_settings(struct session *s, const char *path, struct strbuf *boot);
// Adds the line of time that the machine is on as a script that leads to the same machine, byte for
// byte: its boot, its commands, what was looked at and told between them, and the way back if the
// machine stands in the past.
void session_save(const struct session *s, struct strbuf *out);
// Mistakes and failed expects so far.
u64 session_mistakes(const struct session *s);
// Does a mistake leave the rest of a script to run?
bool session_keeps_going(const struct session *s);

// ---- Looking at the session --------------------------------------------------------------------

// For reading (include/procarium/view.h) and for machine_listen(); it stays the same machine for
// the session's life, boot or not.
const struct machine *session_machine(const struct session *s);
void session_listen(struct session *s, event_listener *listener, void *context);
void session_unlisten(struct session *s, event_listener *listener, void *context);
// The pid that has the focus, 0 = nobody.
s32 session_focus(const struct session *s);
// "2 sh> ", and in the past "2 sh [3 of 7]> ", inside a command "2 sh [3 of 7, step 12]> ".
void session_prompt(const struct session *s, struct strbuf *out);
// Does the input so far still want its end: a `{` its `}`, a quoted word its quote? All zero at
// the beginning; the text may come in parts.
struct open_ends {
    u32 blocks;
    bool in_quotes, in_comment, after_backslash, in_word;
};
void open_ends_add(struct open_ends *ends, const char *text, size_t length);
bool has_open_ends(const struct open_ends *ends);

// Command number i of the history (0 <= i < machine_position().commands), as it was written.
struct history_entry {
    const char *text; // fit for a terminal; owned by the session, valid until the next call
    const char *file;
    u32 line;
};
struct history_entry session_history(struct session *s, u64 i);

// A line of time that was left: by `boot`, or by acting in the past.
struct branch_info {
    u32 number;       // what `branches N` takes
    u64 commands;     // how many it holds
    u64 common;       // how many of those it shares with the line that the session is on
    const char *boot; // "boot", "boot sh mem=32M" …
};
u32 session_branch_count(const struct session *s);
// What it points to is valid until the next call.
struct branch_info session_branch(struct session *s, u32 index);

// ---- Help: the table of commands -----------------------------------------------------------------

enum command_family {
    FAMILY_CALLS,
    FAMILY_CPU,
    FAMILY_MACHINE,
    FAMILY_LOOKING,
    FAMILY_TIME,
    FAMILY_VIEW,
    FAMILY_DEMO,
    FAMILY_FILES,
    FAMILY_COUNT
};

struct command_info {
    const char *name;
    const char *aliases; // "wait waitpid", or ""
    enum command_family family;
    const char *usage;   // "kill [-SIGNAL] PID"
    const char *summary; // one clause
    const char *help;    // a paragraph or more; lines are wrapped by the one who shows it
    bool acts;           // becomes part of the history
};

// What a screen must know about a command besides what its row says to people.
enum command_trait {
    TRAIT_COUNTED = 1,      // a number behind its other words says how often: step 3
    TRAIT_STEPS_ON = 2,     // goes on through what has run, step by step
    TRAIT_KEEPS_OUTPUT = 4, // a long output stays in sight: this scrolls it, or takes its picture
    TRAIT_SETS_STAGE = 8,   // arranges machine or screen for what a lesson tells next
    TRAIT_UNSEEN = 16       // shows nothing: in a lesson it belongs to what stands before it
};

// What one line of text is, without running it.
struct command_line {
    const struct command_info *command; // NULL: none, several, or a mistake
    u32 traits;                         // enum command_trait
    bool has_times; // TRAIT_COUNTED: the number is written; else it may be added behind the line
    char word[32];  // the first behind the name, "" if there is none; a long one is cut
};
struct command_line script_command_line(const char *line);

// The keys that `press` knows: what they are called, and the face's numbers for them.
#define PRESS_KEYS(KEY)                                                                            \
    KEY(UP, "Up")                                                                                  \
    KEY(DOWN, "Down")                                                                              \
    KEY(PAGE_UP, "PageUp")                                                                         \
    KEY(PAGE_DOWN, "PageDown")                                                                     \
    KEY(HOME, "Home")                                                                              \
    KEY(END, "End")                                                                                \
    KEY(ENTER, "Enter")                                                                            \
    KEY(ESC, "Esc")                                                                                \
    KEY(WHEEL_UP, "WheelUp")                                                                       \
    KEY(WHEEL_DOWN, "WheelDown")                                                                   \
    KEY(MAP_UP, "MapUp")                                                                           \
    KEY(MAP_DOWN, "MapDown")

#define PRESS_NUMBER(id, name) PRESS_##id,
enum press_key { PRESS_KEYS(PRESS_NUMBER) PRESS_COUNT };
#undef PRESS_NUMBER

// PRESS_COUNT if there is none of that name.
enum press_key script_press_key(const char *name);
const char *script_press_name(enum press_key key);

// Row i of the table, or NULL past its end.
const struct command_info *script_command(u32 i);
const char *script_family_name(enum command_family family);
// What `help TOPIC` prints (NULL or "" = the overview). False if there is no such topic.
bool script_help(const char *topic, struct strbuf *out);

// ---- Completion ------------------------------------------------------------------------------------

struct completions {
    size_t start; // byte of the line where the word to complete begins
    char **words; // candidates, sorted; words[i] replaces line[start … cursor)
    char **notes; // beside each: "sh, R", "terminates" …; perhaps ""
    u32 count;
    char *common;  // the longest common beginning of all candidates; NULL if there are none
    bool is_final; // one candidate, and a space may follow it
};

// Candidates for the word that the cursor (a byte offset) stands behind.
void session_complete(const struct session *s, const char *line, size_t cursor,
                      struct completions *out);
void completions_finish(struct completions *c);
// The usage line of the command being typed, for a hint beside the prompt; "" if there is none.
const char *session_usage(const struct session *s, const char *line, size_t cursor);

// ---- Playing a demo step by step ---------------------------------------------------------------------

struct player;

enum player_item_kind {
    ITEM_COMMAND, // anything but:
    ITEM_CHAPTER,
    ITEM_SAY,
    ITEM_ASK,
    ITEM_CUE,
    ITEM_EXPECT, // silent when it holds
};

struct player_item {
    enum player_item_kind kind;
    const char *text;  // as written, fit for a terminal; owned by the player
    const char *title; // chapter: its title; say, ask, cue: the words; else ""; until the next call
    u32 traits;        // enum command_trait
    u32 line;
};

// Reads a demo. NULL on a mistake (told through the face). The session must outlive the player.
struct player *player_open(struct session *s, const char *path);
void player_close(struct player *p);
u32 player_count(const struct player *p);
// The item that player_next() will run: 0 … count (count = the end).
u32 player_position(const struct player *p);
struct player_item player_item(const struct player *p, u32 i);
// Runs one item. RUN_OK at the end too, with nothing done.
enum run_result player_next(struct player *p);
// Goes back before the item run last: the machine returns to where it was. False at the start.
bool player_back(struct player *p);

#endif
