/* What the parts of the terminal's application share: its state, and what they do for each other. */
#ifndef PROCARIUM_TUI_APP_H
#define PROCARIUM_TUI_APP_H

#include "tui/console.h"
#include "tui/keeping.h"
#include "tui/layouts.h"
#include "tui/lineed.h"
#include "tui/loop.h"
#include "tui/narration.h"
#include "tui/notes_server.h"
#include "tui/pager.h"
#include "tui/panes.h"
#include "tui/pending.h"
#include "tui/player_ui.h"
#include "tui/settings.h"
#include "tui/term.h"

enum { TIMER_PLAY };

/* Keys that no keyboard has: the app's own, put into the queue. */
enum { APP_KEY_TICK = 0x5000 };

/* How fast it steps by itself: 0 is one step a second, each one more is twice as fast. */
enum { SPEED_MIN = -2, SPEED_MAX = 5 };

/* What a key asks for; done when the line editor has been left. */
enum request {
    REQUEST_NONE,
    REQUEST_COMMAND, /* a command line that acts or travels: playing stops */
    REQUEST_VIEW,    /* one about the screen */
    REQUEST_DEMO_NEXT,
    REQUEST_DEMO_BACK,
    REQUEST_TICK, /* the next step of playing */
};

/* A place in the key bar that can be clicked. */
struct bar_place {
    int x, cols;
    int pane; /* its name, or LAYOUT_NO_PANE: */
    int code; /* the key */
};

enum { BAR_PLACES = 32 };

struct app {
    struct session *session;
    struct terminal term;
    struct loop *loop;
    struct lineed *le;
    struct history_list *history;
    struct console *console;
    struct theme theme;

    /* the panes */
    struct view_state vs;
    void *state[PANES]; /* each pane's own, NULL for one that has none */
    int layout_number;
    struct layout_spec specs[LAYOUTS_MAX][LAYOUT_WIDTHS]; /* with the sizes that were changed */
    struct layout layout;
    int focus;      /* the pane that arrows are for, or LAYOUT_NO_PANE: the console */
    int last_focus; /* the one that they were for last, LAYOUT_NO_PANE at first */
    int in_sight;   /* the pane that was chosen last: it stays in sight */
    int called;     /* the one that was by hand: a lesson's layouts leave it in sight */
    bool is_zoomed; /* one pane, or the console, has the whole screen: */
    int zoomed;
    int focus_before, in_sight_before; /* as they were then */

    /* the mouse */
    struct bar_place bar[BAR_PLACES];
    int bar_places;
    struct layout_border dragged; /* the border that is held */
    bool has_dragged;

    /* help */
    bool has_help;
    struct scroll help_scroll;

    struct pager pager; /* what the last run printed */
    bool keeps_pager;   /* it stays open: it shall be in the picture */
    int echoed;         /* the console's count behind the command line that runs */

    u64 drawn_stop; /* the stop that the panes show; 0: they have to be drawn */

    /* what is being typed */
    struct strbuf text; /* the lines so far of what is not complete yet */
    struct open_ends ends;
    u32 line_number;
    struct strbuf prompt;
    struct pending pending; /* the question that waits for an answer */

    /* what a key asked for */
    enum request request;
    char command[96];
    char *kept; /* the half-typed line */

    /* the last key's command, as shown in the console: pressed again it counts */
    char repeated[96];
    enum echo_kind {
        ECHO_COMMAND,
        ECHO_VIEW, /* it was about the screen: the next such one takes its place */
        ECHO_DEMO, /* it took a demo on or back: the next such one takes its place, too */
    } repeated_kind;
    struct strbuf repeated_prompt;
    unsigned times;
    int console_lines; /* the console's count then */

    /* what runs */
    bool is_busy;
    u64 done, total; /* of a long repeat */
    long long drawn; /* when progress was shown */
    u64 polls;       /* questions whether it was interrupted */
    u64 acts;        /* commands that acted in this run */
    struct strbuf act_text, act_sentence;
    enum run_result result;

    struct settings settings;

    /* the speaker's notes */
    struct notes_server *notes_server; /* NULL: nobody can follow */
    struct strbuf notes_sent;
    bool has_new_follower;

    /* keeping the session */
    struct session_file *file; /* NULL: it is not kept */
    bool has_begun;            /* what runs now is the person's */
    bool is_replaying;         /* the last session runs again: nothing is told */
    bool is_replay_given_up;   /* by ^C */
    u64 replay_stop;           /* the value of polls at which ^C was pressed then, 0 for never */

    struct player_ui player;
    bool has_wish; /* the command `demo` or `chapters` has run, and wants: */
    struct lesson_wish wish;
    struct strbuf wanted_demo; /* the path that is to be played */
    bool is_playing;           /* a timer steps */
    bool wants_to_play;        /* the command `play` has run */
    int speed;
};

/* ---- app.c ---- */

/* Runs commands as one text and shows what came of it. `name` stands in front of mistakes. */
void app_run(struct app *app, const char *name, const char *text);
/* The same for a key's command: shown in the console as if typed. */
void app_run_key(struct app *app, const char *command);
/* The same for one about the screen. */
void app_run_view_key(struct app *app, const char *command);
/* Shows a key's command that takes a demo on or back: dim, for it is what it brings that matters. */
void app_show_demo_key(struct app *app, const char *command);
/* Takes that line away, if nothing has come after it. False, then, if there is none. */
bool app_drop_demo_key(struct app *app);
/* After a run: opens the pager when the output does not fit into the console. */
void app_show_output(struct app *app, const char *title);
/* Has the line editor left, and then the request served. */
enum key_use app_request(struct app *app, enum request request, const char *command);
/* Starts or stops stepping by itself. */
void app_set_playing(struct app *app, bool is_playing);
/* Milliseconds between two steps of playing. */
int app_play_delay(const struct app *app);

/* ---- face.c ---- */

/* The session tells the console from now on. */
void app_set_face(struct app *app);
/* Text of a command: into the console, and the pager if it is long. */
void app_say(struct app *app, const char *text, size_t length);
/* Before and after a run: what several commands did is told one by one. */
void face_begin(struct app *app);
void face_end(struct app *app);

/* ---- frame.c ---- */

/* The places of the panes in this layout on this screen. */
struct layout_spec *app_spec(struct app *app);
/* Computes where everything stands. */
void app_place(struct app *app);
/* The rows that the console has for output. */
int app_output_rows(struct app *app);
/* The sentence about what just happened: the view's, or one made into `text`. */
enum { SENTENCE_SIZE = 200 };
const char *app_sentence(const struct app *app, char *text, size_t size);
/* A loop_ops function: draws the whole frame. */
void app_draw(void *app);

/* ---- view_commands.c ---- */

/* A face function: a command about the screen. */
bool app_view(void *app, const struct view_command *command, struct strbuf *why);
/* The pane that `pane next` goes to, or `pane previous` with step -1: around those in sight, and the
 * console (LAYOUT_NO_PANE), which comes after the last. */
int app_next_pane(struct app *app, int step);
/* The pane that `zoom` without a word zooms. */
int app_pane_to_zoom(const struct app *app);
/* Puts all panes where the layouts have them. */
void app_reset_sizes(struct app *app);
/* "×4", "×1/2". */
const char *app_speed_text(const struct app *app);

/* ---- press.c ---- */

/* The name that `press` has for a key or the wheel, or NULL. */
const char *press_name(const struct key *key);
/* A face function: the command `press`. */
bool app_do_press(struct app *app, const struct view_command *command, struct strbuf *why);
/*
 * Presses a key by that command, at once: it only moves what is shown, and the line that is being
 * typed stays as it is.
 */
enum key_use app_press(struct app *app, const char *target, const char *name);
/* The wheel, over a pane or what lies over all of them, or the console. */
enum key_use app_turn_wheel(struct app *app, int pane, const struct key *key);

/* ---- mouse.c ---- */

enum key_use app_mouse(struct app *app, const struct key *key);

/* ---- keys.c ---- */

/* A loop_ops function: the first look at every key. */
enum key_use app_key(void *app, const struct key *key);

/* What a pane's command line asks for. */
enum request app_request_of(const char *line);

/* A row of the table of keys: what help and the key bar are made from. */
struct key_help {
    const char *key;     /* "F8" */
    const char *bar;     /* one word for the key bar, or NULL */
    const char *text;    /* what it does; NULL: a heading, which `key` is */
    int rank;            /* in the key bar: those with the highest go first when room is short */
    int code;            /* a function key's code, 0 for others */
    const char *command; /* and the command line that it stands for */
};

/* Row i of it, NULL past the end. */
const struct key_help *app_key_help(int i);

/* ---- help.c ---- */

void help_draw(const struct canvas *canvas, struct scroll *scroll);

#endif
