/* The terminal's application: what it is made of, its life, and how commands run in it. */
#include "tui/app.h"

#include "state.h"
#include "text.h"
#include "tui/history.h"
#include "tui/job.h"
#include "tui/mem.h"
#include "tui/tui.h"

#include <signal.h>
#include <stdio.h>

enum {
    HISTORY_LINES = 10000,
    CONSOLE_LINES = 40000,
    PLAY_MS = 1000,    /* between two steps at speed 0 */
    PLAY_READ_MS = 45, /* for each character of a text to read */
    PLAY_SHORTEST_MS = 20,
};

/* ---- Running ---- */

static void start_playing(struct app *app);

/* What the command `demo` or `chapters` wanted, now that it has ended. */
static void serve_wish(struct app *app)
{
    app->has_wish = false;
    app_set_playing(app, false);
    switch (app->wish.kind) {
    case LESSON_PLAY:
        player_ui_open(app, strbuf_text(&app->wanted_demo));
        break;
    case LESSON_OFF:
        player_ui_close(app);
        break;
    case LESSON_ON:
        player_ui_next(app);
        break;
    case LESSON_BACK:
        player_ui_back(app);
        break;
    case LESSON_CHAPTER:
        player_ui_go_to_chapter(app, app->wish.number);
        break;
    default:
        break;
    }
}

/* Only that: then it is kept when the demo has moved. */
static bool is_step_of_demo(const struct app *app, const char *text)
{
    return app->has_wish && (app->wish.kind == LESSON_ON || app->wish.kind == LESSON_BACK) &&
           strpbrk(text, ";\n") == NULL;
}

void app_run(struct app *app, const char *name, const char *text)
{
    app->is_busy = true;
    app->keeps_pager = script_command_line(text).traits & TRAIT_KEEPS_OUTPUT;
    app->echoed = console_count(app->console);
    face_begin(app);
    app->result = session_run_from(app->session, name, app->line_number, text, strlen(text));
    face_end(app);
    app->is_busy = false;
    struct outcome outcome = { app->result, app->polls };
    for (const char *at = text; *at; at++)
        app->line_number += *at == '\n';
    if (!is_step_of_demo(app, text))
        keeping_add(app, text, &outcome);
    if (app->result == RUN_INTERRUPTED && !app->is_replaying && !loop_is_quitting(app->loop))
        console_write(app->console, STYLE_ERROR, _("interrupted\n"));
    if (app->result == RUN_QUIT)
        loop_quit(app->loop);
    view_state_refresh(&app->vs);
    if (!app->keeps_pager)
        app_show_output(app, text);
    app->keeps_pager = false;
    if (app->has_wish)
        serve_wish(app);
    if (app->wants_to_play && !app->is_replaying)
        start_playing(app);
}

void app_show_output(struct app *app, const char *title)
{
    int lines = pager_rows(&app->pager, app->term.cols);

    if (lines > 0 && lines >= app_output_rows(app) && !app->layout.is_too_small)
        pager_open(&app->pager, title);
}

static void make_prompt(struct app *app)
{
    strbuf_clear(&app->prompt);
    session_prompt(app->session, &app->prompt);
}

/* Takes the last key's line away, if nothing has come after it. */
static bool drop_echo(struct app *app, bool is_same)
{
    is_same = is_same && app->times > 0 && console_count(app->console) == app->console_lines;
    make_prompt(app);
    if (is_same) {
        console_drop_last(app->console);
    } else {
        strbuf_clear(&app->repeated_prompt);
        strbuf_puts(&app->repeated_prompt, strbuf_text(&app->prompt));
    }
    return is_same;
}

/* Shows a key's command as typed; a count behind it when there is more than one. */
static void show_echo(struct app *app, const char *command, bool is_view, bool is_new)
{
    struct command_line line = script_command_line(command);
    bool scrolls_console = (line.traits & TRAIT_KEEPS_OUTPUT) && strcmp(line.word, "console") == 0;

    snprintf(app->repeated, sizeof app->repeated, "%s", command);
    app->repeated_kind = is_view ? ECHO_VIEW : ECHO_COMMAND;
    console_write(app->console, STYLE_PROMPT, strbuf_text(&app->repeated_prompt));
    if (app->times > 1)
        console_writef(app->console, STYLE_NORMAL, "%s %u\n", command, app->times);
    else
        console_writef(app->console, STYLE_NORMAL, "%s\n", command);
    app->console_lines = console_count(app->console);
    if (!scrolls_console)
        console_to_end(app->console);
    else if (is_new) /* what is in sight stays where it is: the command moves it */
        console_scroll_rows(app->console, -1);
}

/* Which keys lead back into what has run, when one has asked for more than there is. */
static void tell_end(struct app *app, const char *command)
{
    struct time_position at = machine_position(app->vs.m);

    if ((script_command_line(command).traits & TRAIT_STEPS_ON) && at.command > 0 &&
        at.command == at.commands)
        console_writef(
            app->console, STYLE_HINT,
            _("F3 goes to the start of “%.40s”, F9 then into it; F7 goes a step back.\n"),
            session_history(app->session, at.command - 1).text);
}

/* The last key's command once more, and one that counts? */
static bool counts_on(const struct app *app, const char *command)
{
    struct command_line line = script_command_line(command);

    return strcmp(app->repeated, command) == 0 && (line.traits & TRAIT_COUNTED) && !line.has_times;
}

void app_run_key(struct app *app, const char *command)
{
    app->times = drop_echo(app, counts_on(app, command)) ? app->times + 1 : 1;
    show_echo(app, command, false, app->times == 1);
    app_run(app, _("command line"), command);
    if (app->result == RUN_OK)
        return;
    app->times = 0;
    tell_end(app, command);
}

/* Of several in a row only the last is worth a line; scrolling counts. */
void app_run_view_key(struct app *app, const char *command)
{
    bool is_new = !drop_echo(app, app->repeated_kind == ECHO_VIEW);

    app->times = !is_new && counts_on(app, command) ? app->times + 1 : 1;
    show_echo(app, command, true, is_new);
    app_run(app, _("command line"), command);
    if (app->result != RUN_OK)
        app->times = 0;
}

void app_show_demo_key(struct app *app, const char *command)
{
    drop_echo(app, app->repeated_kind == ECHO_DEMO);
    snprintf(app->repeated, sizeof app->repeated, "%s", command);
    app->repeated_kind = ECHO_DEMO;
    app->times = 1;
    console_writef(app->console, STYLE_DIM, "%s%s\n", strbuf_text(&app->repeated_prompt), command);
    app->console_lines = console_count(app->console);
    console_to_end(app->console);
}

bool app_drop_demo_key(struct app *app)
{
    bool is_last = app->repeated_kind == ECHO_DEMO && drop_echo(app, true);

    app->times = 0;
    return is_last;
}

enum key_use app_request(struct app *app, enum request request, const char *command)
{
    app->request = request;
    snprintf(app->command, sizeof app->command, "%s", command ? command : "");
    free(app->kept);
    app->kept = mem_text(lineed_text(app->le, NULL));
    return KEY_LEAVE;
}

/* ---- Playing ---- */

int app_play_delay(const struct app *app)
{
    int ms = PLAY_MS;

    if (app->player.player)
        ms += PLAY_READ_MS * narration_weight(app);
    ms = app->speed >= 0 ? ms >> app->speed : ms << -app->speed;
    return ms < PLAY_SHORTEST_MS ? PLAY_SHORTEST_MS : ms;
}

void app_set_playing(struct app *app, bool is_playing)
{
    app->is_playing = is_playing;
    loop_set_timer(app->loop, TIMER_PLAY, is_playing ? app_play_delay(app) : -1);
}

static bool is_at_end(const struct app *app)
{
    struct time_position at = machine_position(app->vs.m);

    return at.command == at.commands;
}

/* One step of playing; at the end it stops. */
static void play(struct app *app)
{
    if (app->player.player) {
        player_ui_next(app);
        app_set_playing(app, app->is_playing && player_ui_has_more(app));
        return;
    }
    app_run_key(app, "step");
    app_set_playing(app, app->result == RUN_OK && !is_at_end(app));
}

/* Without a demo the last command is played from its start, or what lies ahead. */
static void start_playing(struct app *app)
{
    app->wants_to_play = false;
    if (app->player.player ? !player_ui_has_more(app) : machine_position(app->vs.m).commands == 0)
        return;
    app_set_playing(app, true);
    if (!app->player.player && is_at_end(app)) {
        app_run_key(app, "undo");
        app_set_playing(app, app->result == RUN_OK);
    } else {
        play(app);
    }
}

/* ---- The line ---- */

static bool next_key(void *arg, struct key *key)
{
    struct app *app = arg;

    return loop_next_key(app->loop, key);
}

static bool interrupted(void *arg)
{
    struct app *app = arg;

    return loop_interrupted(app->loop);
}

static void complete(void *arg, const char *line, size_t cursor, struct completion *completion)
{
    struct app *app = arg;
    struct strbuf text = STRBUF_INIT;
    struct completions found;
    char shown[160];

    strbuf_puts(&text, strbuf_text(&app->text)); /* the lines before, if it has several */
    strbuf_puts(&text, line);
    size_t before = app->text.length;
    session_complete(app->session, strbuf_text(&text), before + cursor, &found);
    if (found.count > 0 && found.start >= before) {
        for (u32 i = 0; i < found.count; i++) {
            snprintf(shown, sizeof shown, found.notes[i][0] ? "%s  %.40s" : "%s", found.words[i],
                     found.notes[i]);
            completion_add(completion, shown);
        }
        completion->replace = before + cursor - found.start;
        completion->insert = mem_alloc(strlen(found.common) + 2);
        strcpy(completion->insert, found.common);
        if (found.is_final)
            strcat(completion->insert, " ");
    }
    completions_finish(&found);
    strbuf_finish(&text);
}

/* An answer to the question that waits, and no command? */
static bool is_reply(const struct app *app, const char *line)
{
    struct strbuf name = STRBUF_INIT;

    if (!app->pending.is_open || line[strspn(line, " \t")] == '\0')
        return false;
    if (pending_has_choice(&app->pending, line))
        return true;
    strbuf_printf(&name, "%s ", line);
    const char *usage = session_usage(app->session, strbuf_text(&name), name.length);
    bool is_command = usage[0] != '\0' || strpbrk(line, ";#{}:\"") != NULL;
    strbuf_finish(&name);
    return !is_command;
}

/* A line was typed. Commands run when no block and no quoted word is open any more. */
static void take_line(struct app *app, const char *line)
{
    size_t done = app->text.length;

    app->times = 0;
    if (done == 0)
        make_prompt(app);
    console_write(app->console, STYLE_PROMPT, done == 0 ? strbuf_text(&app->prompt) : "… ");
    console_writef(app->console, STYLE_NORMAL, "%s\n", line);
    console_to_end(app->console);
    if (done == 0 && is_reply(app, line)) {
        if (app->pending.choices == 0 || pending_has_choice(&app->pending, line))
            player_ui_reveal(app, line);
        else /* a slip of the finger is no reason to give the answer away */
            console_write(app->console, STYLE_HINT,
                          _("That is none of the choices. Space tells the answer.\n"));
        return;
    }
    strbuf_puts(&app->text, line);
    open_ends_add(&app->ends, line, strlen(line));
    if (has_open_ends(&app->ends)) {
        strbuf_putc(&app->text, '\n');
        open_ends_add(&app->ends, "\n", 1);
        return;
    }
    struct strbuf text = app->text;
    app->text = STRBUF_INIT;
    app->ends = (struct open_ends){ 0 };
    bool is_one_line = done == 0;
    if (!is_one_line)
        strbuf_clear(&app->prompt);
    app_run(app, _("command line"), strbuf_text(&text));
    app->line_number++;
    strbuf_finish(&text);
}

/* What a key asked for, now that the line editor is out of the way. */
static void serve_request(struct app *app)
{
    enum request request = app->request;
    char *kept = app->kept;

    app->request = REQUEST_NONE;
    app->kept = NULL;
    switch (request) {
    case REQUEST_COMMAND:
        app_set_playing(app, false);
        app_run_key(app, app->command);
        break;
    case REQUEST_DEMO_NEXT:
        app_set_playing(app, false);
        app_show_demo_key(app, "demo next");
        player_ui_next(app);
        break;
    case REQUEST_DEMO_BACK:
        app_set_playing(app, false);
        app_show_demo_key(app, "demo back");
        player_ui_back(app);
        break;
    case REQUEST_VIEW:
        app_run_view_key(app, app->command);
        break;
    case REQUEST_TICK:
        play(app);
        break;
    case REQUEST_NONE:
        break;
    }
    if (app->result == RUN_QUIT)
        loop_quit(app->loop);
    if (kept && *kept)
        lineed_type(app->le, kept);
    free(kept);
}

static void on_timer(void *arg, int id)
{
    struct app *app = arg;

    (void)id;
    loop_push_key(app->loop, &(struct key){ .kind = KEY_KIND_CODE, .code = APP_KEY_TICK });
}

/* ---- Who follows in another terminal ---- */

static int follower_fds(void *arg, struct pollfd *fds)
{
    const struct app *app = arg;

    return app->notes_server ? notes_server_fds(app->notes_server, fds) : 0;
}

static void followers_ready(void *arg, const struct pollfd *fds, int count)
{
    struct app *app = arg;

    if (!notes_server_ready(app->notes_server, fds, count))
        return;
    app->has_new_follower = true;
    loop_redraw(app->loop);
}

static void run_session(struct app *app)
{
    const char *line;

    while (!loop_is_quitting(app->loop)) {
        switch (lineed_read(app->le, &line)) {
        case LINEED_LINE:
            take_line(app, line);
            break;
        case LINEED_EOF:
            loop_quit(app->loop);
            break;
        case LINEED_CANCEL:
            serve_request(app);
            break;
        }
        loop_redraw(app->loop);
    }
}

/* ---- Beginning and end ---- */

static void report(void *arg, const char *message)
{
    struct app *app = arg;

    console_writef(app->console, STYLE_ERROR, "%s\n", message);
}

/*
 * `first` boots: it was not typed, but is shown so. When there were mistakes in the settings, they
 * are what is to be read.
 */
static void greet(struct app *app, const char *first)
{
    if (console_count(app->console) > 0) {
        take_line(app, first);
        return;
    }
    console_write(app->console, STYLE_TITLE_FOCUS, "procarium ");
    console_write(app->console, STYLE_NORMAL,
                  _("shows how Linux 2.6 manages processes, in a computer of its own.\n"));
    console_write(
        app->console, STYLE_NORMAL,
        _("Type fork, and look. F9 walks through it, F7 back. Lessons: demo. Help: F1.\n"));
    take_line(app, first);
}

/* What a session begins with: the last one, a demo, or a greeting. */
static void begin(struct app *app, const struct tui_options *options)
{
    struct strbuf boot = STRBUF_INIT;

    face_begin(app);
    if (!options->has_no_config)
        settings_run(app, &boot);
    app->wants_to_play = false;
    app->file = session_file_create();
    bool has_begun = options->resumes && keeping_resume(app);
    if (options->resumes && !has_begun)
        report(app, _("there is no session that could go on"));
    if (!has_begun && options->demo && player_ui_open(app, options->demo)) {
        app->has_begun = has_begun = true;
        keeping_add_demo(app, options->demo);
    }
    if (!has_begun)
        greet(app, boot.length > 0 ? strbuf_text(&boot) : "boot sh");
    app->has_begun = true;
    strbuf_finish(&boot);
    loop_redraw(app->loop);
}

static void open_history(struct app *app)
{
    char *path = state_path("history");
    char why[512];

    if (path && !history_list_open(app->history, path, why, sizeof why))
        report(app, why);
    free(path);
}

static void load_editrc(struct app *app)
{
    char *path = lineed_editrc_path();

    if (path)
        lineed_load_editrc(app->le, path, report, app);
    free(path);
}

static void make_panes(struct app *app)
{
    for (int i = 0; i < PANES; i++)
        if (pane_table[i]->state_size > 0)
            app->state[i] = mem_alloc(pane_table[i]->state_size);
    app_reset_sizes(app);
}

static bool app_init(struct app *app, struct session *session, enum theme_name theme, char *why,
                     size_t size)
{
    static const struct loop_ops loop_ops = { .draw = app_draw,
                                              .key = app_key,
                                              .timer = on_timer,
                                              .fds = follower_fds,
                                              .ready = followers_ready };
    static const struct lineed_ops lineed_ops = { next_key, complete, interrupted };

    *app = (struct app){ .session = session,
                         .focus = LAYOUT_NO_PANE,
                         .last_focus = LAYOUT_NO_PANE,
                         .in_sight = LAYOUT_NO_PANE,
                         .called = LAYOUT_NO_PANE,
                         .line_number = 1 };
    app->console = console_create(CONSOLE_LINES);
    app->history = history_list_create(HISTORY_LINES);
    app->le = lineed_create("procarium", &lineed_ops, app, app->history, why, size);
    if (!app->le) {
        history_list_destroy(app->history);
        console_destroy(app->console);
        return false;
    }
    view_state_init(&app->vs, session);
    open_history(app);
    load_editrc(app);
    app->loop = loop_create(&loop_ops, app);
    term_start(&app->term, true);
    loop_set_terminal(app->loop, &app->term);
    theme_init(&app->theme, theme, !app->term.has_unicode);
    make_panes(app);
    app_set_face(app);
    app->notes_server = notes_server_create();
    return true;
}

/* The signal that ended the session, 0 for none. */
static int app_finish(struct app *app)
{
    static const struct face silence = { 0 };
    int number = loop_deadly_signal(app->loop);

    player_ui_close(app);
    session_file_close(app->file);
    session_set_face(app->session, &silence);
    term_stop(&app->term);
    lineed_destroy(app->le);
    history_list_destroy(app->history);
    console_destroy(app->console);
    view_state_finish(&app->vs);
    /* We are leaving: a late ^C is no failure, though curses would make it one. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    loop_destroy(app->loop);
    notes_server_destroy(app->notes_server);
    strbuf_finish(&app->notes_sent);
    strbuf_finish(&app->text);
    strbuf_finish(&app->prompt);
    strbuf_finish(&app->wanted_demo);
    pending_close(&app->pending);
    strbuf_finish(&app->repeated_prompt);
    settings_finish(&app->settings);
    strbuf_finish(&app->act_text);
    strbuf_finish(&app->act_sentence);
    pager_finish(&app->pager);
    for (int i = 0; i < PANES; i++)
        free(app->state[i]);
    free(app->kept);
    return number;
}

bool tui_is_usable(char *why, size_t size)
{
    return term_is_usable(why, size);
}

int tui_run(struct session *session, const struct tui_options *options)
{
    struct app app;
    char why[256];

    term_set_locale();
    if (!app_init(&app, session, options->theme, why, sizeof why)) {
        fprintf(stderr, "procarium: %s\n", why);
        return 2;
    }
    begin(&app, options);
    run_session(&app);
    int number = app_finish(&app);
    if (number)
        job_end_by(number);
    return 0;
}
