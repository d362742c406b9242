/* The commands about the screen: layouts, panes, sizes, playing, themes. */
#include "text.h"
#include "tui/app.h"
#include "tui/mem.h"

#include <ncurses.h>
#include <stdio.h>

enum { STEP_ROWS = 1, STEP_COLS = 2, TABS_MAX = 8 };

static const char *const speeds[] = { "1/4", "1/2", "1", "2", "4", "8", "16", "32" };

_Static_assert(sizeof speeds / sizeof speeds[0] == SPEED_MAX - SPEED_MIN + 1, "speeds");

static void say(struct app *app, const struct strbuf *text)
{
    app_say(app, strbuf_text(text), text->length);
}

/* ---- Layouts and panes ---- */

void app_reset_sizes(struct app *app)
{
    for (int i = 0; layouts_name(i); i++)
        for (int w = 0; w < LAYOUT_WIDTHS; w++)
            layouts_spec(i, (enum layout_width)w, &app->specs[i][w]);
}

static void list_layouts(struct app *app)
{
    struct strbuf out = STRBUF_INIT;

    for (int i = 0; layouts_name(i); i++)
        strbuf_printf(&out, "%c %-8s %s\n", i == app->layout_number ? '*' : ' ', layouts_name(i),
                      layouts_purpose(i));
    say(app, &out);
    strbuf_finish(&out);
}

static bool do_layout(struct app *app, const struct view_command *c, struct strbuf *why)
{
    if (c->words == 0) {
        list_layouts(app);
        return true;
    }
    int number = layouts_by_name(c->word[0]);
    if (number < 0) {
        strbuf_printf(why, _("there is no layout “%s”"), c->word[0]);
        return false;
    }
    app->layout_number = number;
    app->is_zoomed = false;
    if (!app->player.is_acting)
        app->called = LAYOUT_NO_PANE;
    if (app->focus != app->called)
        app->focus = LAYOUT_NO_PANE;
    app->in_sight = app->last_focus = app->called;
    for (int i = 0; i < PANES; i++) {
        int tab = layouts_tab(number, i);
        if (tab >= 0)
            pane_show_tab(pane_table[i], app->state[i], &app->vs, tab);
    }
    return true;
}

static void list_panes(struct app *app)
{
    struct strbuf out = STRBUF_INIT;

    for (int i = 0; i < PANES; i++) {
        strbuf_printf(&out, "%c %lc %-10s", i == app->focus ? '*' : ' ', (wint_t)pane_letter(i),
                      pane_table[i]->name);
        for (int t = 0; pane_table[i]->tabs && pane_table[i]->tabs[t]; t++)
            strbuf_printf(&out, " %s", pane_table[i]->tabs[t]);
        strbuf_puts(&out, "\n");
    }
    say(app, &out);
    strbuf_finish(&out);
}

/* What is in sight stays where it is: whoever chooses a task in the tree looks at another pane. */
static void go_to_pane(struct app *app, int pane)
{
    app->focus = pane;
    if (pane == LAYOUT_NO_PANE) /* who types goes on looking at the zoomed pane */
        return;
    app->last_focus = app->zoomed = pane;
    app_place(app); /* the layout may be another one since the last frame */
    if (!app->layout.is_shown[pane])
        app->in_sight = pane;
}

int app_next_pane(struct app *app, int step)
{
    int pane = app->focus;

    app_place(app);
    do {
        pane += step;
        if (pane >= PANES)
            pane = LAYOUT_NO_PANE;
        else if (pane < LAYOUT_NO_PANE)
            pane = PANES - 1;
    } while (pane != LAYOUT_NO_PANE && !app->layout.is_shown[pane] && !app->is_zoomed);
    return pane;
}

static void show_tab(struct app *app, int pane, const char *name)
{
    const char *const *tabs = pane_table[pane]->tabs;

    for (int i = 0; tabs && tabs[i]; i++)
        if (strcmp(tabs[i], name) == 0)
            pane_show_tab(pane_table[pane], app->state[pane], &app->vs, i);
}

static bool do_pane(struct app *app, const struct view_command *c, struct strbuf *why)
{
    const char *name = c->words > 0 ? c->word[0] : "";
    int pane = pane_by_name(name);

    (void)why;
    if (c->words > 1)
        show_tab(app, pane, c->word[1]);
    if (c->words == 0)
        list_panes(app);
    else if (strcmp(name, "next") == 0)
        go_to_pane(app, app_next_pane(app, 1));
    else if (strcmp(name, "previous") == 0)
        go_to_pane(app, app_next_pane(app, -1));
    else
        go_to_pane(app, pane);
    if (c->words > 0 && !app->player.is_acting && app->focus != LAYOUT_NO_PANE &&
        app->focus == app->in_sight)
        app->called = app->focus;
    return true;
}

/*
 * Whoever types and wants a pane to be read from the last row means the one looked at last; before
 * that, what the layout is about.
 */
int app_pane_to_zoom(const struct app *app)
{
    if (app->focus != LAYOUT_NO_PANE)
        return app->focus;
    return app->last_focus != LAYOUT_NO_PANE ? app->last_focus
                                             : layouts_subject(app->layout_number);
}

static void zoom_on(struct app *app, int pane)
{
    if (!app->is_zoomed) {
        app->focus_before = app->focus;
        app->in_sight_before = app->in_sight;
    }
    go_to_pane(app, pane);
    app->zoomed = pane;
    app->is_zoomed = true;
}

/* All is as it was before, unless the arrows have gone elsewhere meanwhile. */
static void zoom_off(struct app *app)
{
    if (app->is_zoomed && app->focus == app->zoomed) {
        app->focus = app->focus_before;
        app->in_sight = app->in_sight_before;
    }
    app->is_zoomed = false;
}

static bool do_zoom(struct app *app, const struct view_command *c, struct strbuf *why)
{
    (void)why;
    if (c->words == 0 ? app->is_zoomed : strcmp(c->word[0], "off") == 0)
        zoom_off(app);
    else
        zoom_on(app, c->words == 0 ? app_pane_to_zoom(app) : pane_by_name(c->word[0]));
    return true;
}

/* ---- Sizes ---- */

/* What the size of a pane, or of the console, is to be. */
static void wanted_size(const struct rect *now, const char *how, int *rows, int *cols)
{
    *rows = *cols = 0;
    if (strcmp(how, "taller") == 0)
        *rows = now->rows + STEP_ROWS;
    else if (strcmp(how, "shorter") == 0)
        *rows = now->rows - STEP_ROWS;
    else if (strcmp(how, "wider") == 0)
        *cols = now->cols + STEP_COLS;
    else if (strcmp(how, "narrower") == 0)
        *cols = now->cols - STEP_COLS;
    else if (sscanf(how, "%4dx%4d", rows, cols) != 2)
        *rows = *cols = 0;
}

static bool do_size(struct app *app, const struct view_command *c, struct strbuf *why)
{
    int rows, cols;

    if (strcmp(c->word[0], "reset") == 0) {
        app_reset_sizes(app);
        return true;
    }
    app->is_zoomed = false;
    app_place(app);
    if (app->layout.is_too_small) {
        strbuf_puts(why, _("the screen is too small for panes"));
        return false;
    }
    if (strcmp(c->word[0], "console") == 0) {
        wanted_size(&app->layout.console, c->word[1], &rows, &cols);
        layout_resize_console(app_spec(app), rows > 0 ? rows : app->layout.console.rows,
                              app->term.rows);
        return true;
    }
    int pane = pane_by_name(c->word[0]);
    if (!app->layout.is_shown[pane])
        app->in_sight = pane;
    app_place(app);
    wanted_size(&app->layout.pane[pane], c->word[1], &rows, &cols);
    layout_resize(app_spec(app), &app->layout, pane, rows, cols);
    return true;
}

/* ---- In the panes ---- */

static bool do_choose(struct app *app, const struct view_command *c, struct strbuf *why)
{
    (void)why;
    if (strcmp(c->word[0], "back") == 0)
        view_state_choose_back(&app->vs);
    else
        view_state_choose(
            &app->vs, strcmp(c->word[0], "off") == 0 ? FOLLOW : (s32)strtol(c->word[0], NULL, 10));
    return true;
}

static bool do_beside(struct app *app, const struct view_command *c, struct strbuf *why)
{
    (void)why;
    app->vs.beside = strcmp(c->word[0], "off") == 0 ? FOLLOW : (s32)strtol(c->word[0], NULL, 10);
    return true;
}

/* ---- Playing ---- */

const char *app_speed_text(const struct app *app)
{
    return speeds[app->speed - SPEED_MIN];
}

static void set_speed(struct app *app, int speed)
{
    app->speed = speed < SPEED_MIN ? SPEED_MIN : speed > SPEED_MAX ? SPEED_MAX : speed;
    if (app->is_playing)
        app_set_playing(app, true); /* the next step comes at the new pace */
}

static bool do_play(struct app *app, const struct view_command *c, struct strbuf *why)
{
    const char *how = c->words > 0 ? c->word[0] : "";

    (void)why;
    if (strcmp(how, "faster") == 0) {
        set_speed(app, app->speed + 1);
    } else if (strcmp(how, "slower") == 0) {
        set_speed(app, app->speed - 1);
    } else if (strcmp(how, "off") == 0 || (c->words == 0 && app->is_playing)) {
        app_set_playing(app, false);
    } else {
        for (int i = 0; i <= SPEED_MAX - SPEED_MIN; i++)
            if (strcmp(how, speeds[i]) == 0)
                set_speed(app, i + SPEED_MIN);
        app->wants_to_play = !app->is_playing;
    }
    return true;
}

/* ---- Looks ---- */

static void list_themes(struct app *app)
{
    struct strbuf out = STRBUF_INIT;

    for (int i = 0; theme_name_text((enum theme_name)i); i++)
        strbuf_printf(&out, "%c %s\n", i == (int)app->theme.name ? '*' : ' ',
                      theme_name_text((enum theme_name)i));
    strbuf_printf(&out, _("signs: %s\n"), app->theme.is_ascii ? "ascii" : "utf8");
    say(app, &out);
    strbuf_finish(&out);
}

static bool do_theme(struct app *app, const struct view_command *c, struct strbuf *why)
{
    enum theme_name name = app->theme.name;
    bool is_ascii = app->theme.is_ascii;

    (void)why;
    if (c->words == 0) {
        list_themes(app);
        return true;
    }
    for (u32 i = 0; i < c->words; i++) {
        enum theme_name found = theme_by_name(c->word[i]);
        if (found != THEME_AUTOMATIC)
            name = found;
        else
            is_ascii = strcmp(c->word[i], "ascii") == 0;
    }
    theme_init(&app->theme, name, is_ascii);
    term_repaint(&app->term);
    return true;
}

static bool do_redraw(struct app *app, const struct view_command *c, struct strbuf *why)
{
    (void)c;
    (void)why;
    term_repaint(&app->term);
    return true;
}

static bool do_mouse(struct app *app, const struct view_command *c, struct strbuf *why)
{
    (void)why;
    term_set_mouse(&app->term, strcmp(c->word[0], "on") == 0);
    return true;
}

/* Is the word one of the names in a row's key, "F11, Shift-F8"? "PageUp" is "Page Up" there. */
static bool names_key(const char *names, const char *word)
{
    size_t i;

    for (const char *p = names; *p; p++) {
        bool begins = p == names || p[-1] == ' ' || p[-1] == '-';
        for (i = 0; begins && word[i]; i++) {
            if (*p == ' ' && word[i] >= 'A' && word[i] <= 'Z')
                p++;
            if (*p != word[i])
                break;
            p++;
        }
        if (begins && !word[i] && (*p == '\0' || strchr(" ,-", *p)))
            return true;
        if (*p == '\0')
            break;
    }
    return false;
}

/* What one key does, wherever it does something. */
static void tell_key(struct app *app, const char *word)
{
    const char *heading = "", *told = "";
    const struct key_help *row;
    struct strbuf out = STRBUF_INIT;

    for (int i = 0; (row = app_key_help(i)) != NULL; i++) {
        if (!row->text)
            heading = row->key;
        else if (!names_key(row->key, word) && !names_key(heading, word))
            continue;
        else if (heading != told)
            strbuf_printf(&out, "%s\n  %s: %s\n", told = heading, row->key, row->text);
        else
            strbuf_printf(&out, "  %s: %s\n", row->key, row->text);
    }
    app_say(app, strbuf_text(&out), out.length);
    strbuf_finish(&out);
}

static bool do_settings(struct app *app, const struct view_command *c, struct strbuf *why)
{
    (void)c;
    (void)why;
    settings_show(app);
    return true;
}

static bool do_keys(struct app *app, const struct view_command *c, struct strbuf *why)
{
    (void)why;
    if (c->words > 0) {
        tell_key(app, c->word[0]);
        return true;
    }
    app->has_help = !app->has_help;
    app->help_scroll.top = 0;
    return true;
}

bool app_view(void *context, const struct view_command *command, struct strbuf *why)
{
    struct app *app = context;
    static const struct {
        const char *name;
        bool (*act)(struct app *app, const struct view_command *c, struct strbuf *why);
    } commands[] = {
        { "layout", do_layout },     { "pane", do_pane },     { "zoom", do_zoom },
        { "size", do_size },         { "choose", do_choose }, { "beside", do_beside },
        { "press", app_do_press },   { "redraw", do_redraw }, { "play", do_play },
        { "theme", do_theme },       { "mouse", do_mouse },   { "keys", do_keys },
        { "settings", do_settings },
    };

    if (strcmp(command->name, "press") != 0)
        app->drawn_stop = 0;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, command->name) == 0)
            return commands[i].act(app, command, why);
    return true; /* one that this screen does not have */
}
