/* The terminal: checked, taken over by curses, given back. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/term.h"

#include "text.h"
#include "tui/crash.h"
#include "tui/job.h"

#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

#define PASTE_ON    "\033[?2004h"
#define PASTE_OFF   "\033[?2004l"
#define FRAME_BEGIN "\033[?2026h"
#define FRAME_END   "\033[?2026l"
#define MOUSE_ON    "\033[?1000h\033[?1002h\033[?1006h"
#define MOUSE_OFF   "\033[?1000l\033[?1002l\033[?1006l"

/* Long enough for a key's bytes over ssh, too short for a person to notice. */
enum { ESCAPE_DELAY_MS = 25 };

void term_set_locale(void)
{
    if (setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        return;
    setlocale(LC_CTYPE, "C.UTF-8");
}

enum charset { CHARSET_UNTOLD, CHARSET_UTF8, CHARSET_OTHER };

/*
 * The character set that the environment names, as en_US.ISO-8859-1 does. Whoever says nothing, or
 * C, has a terminal that TERM knows better.
 */
static enum charset charset_of_environment(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        const char *dot = value ? strchr(value, '.') : NULL;
        if (value && *value && !dot)
            return CHARSET_UNTOLD;
        if (value && *value)
            return strncasecmp(dot, ".utf8", 5) == 0 || strncasecmp(dot, ".utf-8", 6) == 0
                       ? CHARSET_UTF8
                       : CHARSET_OTHER;
    }
    return CHARSET_UNTOLD;
}

static bool begins_with_one_of(const char *text, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (strncmp(text, *prefixes, strlen(*prefixes)) == 0)
            return true;
    return false;
}

/* Terminals that understand synchronized frames and bracketed paste, or ignore them. */
static bool is_modern(const char *name)
{
    static const char *const modern[] = { "xterm",     "tmux",  "screen",  "rxvt",
                                          "alacritty", "foot",  "kitty",   "wezterm",
                                          "vte",       "gnome", "konsole", "ghostty",
                                          "st-",       "putty", "mintty",  NULL };

    return begins_with_one_of(name, modern);
}

/* Terminals that show UTF-8 unless they are told otherwise. */
static bool knows_unicode(const char *name)
{
    static const char *const others[] = { "linux", "st", NULL };

    return is_modern(name) || begins_with_one_of(name, others);
}

bool term_prints_unicode(void)
{
    enum charset charset = charset_of_environment();
    const char *name = getenv("TERM");

    return charset == CHARSET_UTF8 || (charset == CHARSET_UNTOLD && name && knows_unicode(name));
}

/* Leaves the description in use if it is there. */
static bool is_described(const char *name)
{
    int error;

    return setupterm(name, STDOUT_FILENO, &error) == OK;
}

/*
 * Terminals newer than this system, or than the one that ssh leads to, send and understand what
 * their elders do.
 */
static bool take_other_description(const char *name)
{
    static const char *const inside[] = { "screen", "tmux", NULL };
    const char *other = begins_with_one_of(name, inside) ? "screen-256color" : "xterm-256color";

    return is_modern(name) && is_described(other) && setenv("TERM", other, 1) == 0;
}

bool term_is_usable(char *why, size_t size)
{
    const char *name = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        snprintf(why, size, _("standard input and output must be a terminal"));
        return false;
    }
    if (!name || !*name) {
        snprintf(why, size, _("TERM is not set"));
        return false;
    }
    if (!is_described(name) && !take_other_description(name)) {
        snprintf(why, size, _("TERM=%.40s is unknown"), name);
        return false;
    }
    const char *place_cursor = tigetstr("cup");
    bool ok = place_cursor && place_cursor != (char *)-1;
    if (!ok)
        snprintf(why, size, _("TERM=%.40s cannot place a cursor"), name);
    del_curterm(cur_term);
    return ok;
}

/* ---- Sequences ---- */

static void send(const char *bytes)
{
    fflush(stdout);
    for (size_t left = strlen(bytes); left > 0;) {
        ssize_t n = write(STDOUT_FILENO, bytes, left);
        if (n <= 0)
            return;
        bytes += n;
        left -= (size_t)n;
    }
}

/* Appends a capability without its padding notes ("$<20>"). */
static void append_capability(char *out, size_t size, const char *name)
{
    const char *bytes = tigetstr(name);
    size_t used = strlen(out);

    if (!bytes || bytes == (char *)-1)
        return;
    while (*bytes && used + 1 < size) {
        const char *end = bytes[0] == '$' && bytes[1] == '<' ? strchr(bytes, '>') : NULL;
        if (end) {
            bytes = end + 1;
            continue;
        }
        out[used++] = *bytes++;
    }
    out[used] = 0;
}

static void make_restore(bool is_modern_one, char out[TERM_RESTORE_SIZE])
{
    static const char *const names[] = { "sgr0", "cnorm", "rmkx", "rmcup" };

    snprintf(out, TERM_RESTORE_SIZE, "%s", is_modern_one ? FRAME_END PASTE_OFF MOUSE_OFF : "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        append_capability(out, TERM_RESTORE_SIZE, names[i]);
    strncat(out, "\r\n", TERM_RESTORE_SIZE - strlen(out) - 1);
}

void term_restore_sequences(char out[TERM_RESTORE_SIZE])
{
    const char *name = getenv("TERM");
    int error;

    out[0] = '\0';
    if (!name || setupterm(name, STDOUT_FILENO, &error) != OK)
        return;
    make_restore(is_modern(name), out);
    del_curterm(cur_term);
}

/* Those of today's terminals, for who says that his is an old one. */
static void define_missing_keys(void)
{
    static const struct {
        const char *bytes;
        int code;
    } keys[] = {
        { "\033[15~", KEY_F(5) },    { "\033[17~", KEY_F(6) },  { "\033[18~", KEY_F(7) },
        { "\033[19~", KEY_F(8) },    { "\033[20~", KEY_F(9) },  { "\033[21~", KEY_F(10) },
        { "\033[23~", KEY_F(11) },   { "\033[24~", KEY_F(12) }, { "\033[17;2~", KEY_F(18) },
        { "\033[19;2~", KEY_F(20) }, { "\033[32~", KEY_F(18) }, { "\033[34~", KEY_F(20) },
        { "\033[[A", KEY_F(1) },     { "\033[[B", KEY_F(2) },   { "\033[[C", KEY_F(3) },
        { "\033[[D", KEY_F(4) },     { "\033[[E", KEY_F(5) },   { "\033[3~", KEY_DC },
        { "\033[5~", KEY_PPAGE },    { "\033[6~", KEY_NPAGE },  { "\033[Z", KEY_BTAB },
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (key_defined(keys[i].bytes) == 0)
            define_key(keys[i].bytes, keys[i].code);
}

/* ESC O j and so on are the keypad's signs, as PuTTY sends them, and no keys of a VT100. */
static void define_keypad(void)
{
    static const char signs[] = "*+,-./0123456789";
    char bytes[] = "\033Oj";

    for (size_t i = 0; signs[i]; i++, bytes[2]++)
        define_key(bytes, signs[i]);
    define_key("\033OM", KEY_ENTER);
}

/* Key sequences that terminals send and their descriptions do not have, or have wrong. */
static void define_keys(bool is_modern_one)
{
    static const struct {
        const char *bytes;
        int code;
    } keys[] = {
        { "\033[A", KEY_UP },
        { "\033[B", KEY_DOWN },
        { "\033[C", KEY_RIGHT },
        { "\033[D", KEY_LEFT },
        { "\033[H", KEY_HOME },
        { "\033[F", KEY_END },
        { "\033OH", KEY_HOME },
        { "\033OF", KEY_END },
        { "\033[1~", KEY_HOME },
        { "\033[4~", KEY_END },
        { "\033[7~", KEY_HOME },
        { "\033[8~", KEY_END },
        { "\033[11~", KEY_F(1) },
        { "\033[12~", KEY_F(2) },
        { "\033[13~", KEY_F(3) },
        { "\033[14~", KEY_F(4) },
        { "\033OP", KEY_F(1) },
        { "\033OQ", KEY_F(2) },
        { "\033OR", KEY_F(3) },
        { "\033OS", KEY_F(4) },
        { "\033[1;3A", TERM_KEY_ALT_UP },
        { "\033[1;3B", TERM_KEY_ALT_DOWN },
        { "\033[1;3D", TERM_KEY_ALT_LEFT },
        { "\033[1;3C", TERM_KEY_ALT_RIGHT },
        { "\033[5;3~", TERM_KEY_ALT_PAGE_UP },
        { "\033[6;3~", TERM_KEY_ALT_PAGE_DOWN },
        { "\033[200~", TERM_KEY_PASTE_BEGIN },
        { "\033[201~", TERM_KEY_PASTE_END },
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        define_key(keys[i].bytes, keys[i].code);
    define_keypad();
    define_missing_keys();
    if (!is_modern_one)
        return;
    define_key("\033[<", TERM_KEY_MOUSE_SGR);
    define_key("\033[M", TERM_KEY_MOUSE_X10);
}

/* ---- Taking and giving back ---- */

static void take(struct terminal *term)
{
    term->is_active = true;
    crash_set_active(1);
    if (term->is_modern)
        send(PASTE_ON);
    if (term->has_mouse)
        term_set_mouse(term, true);
}

static void give_back(struct terminal *term)
{
    bool has_mouse = term->has_mouse;
    sigset_t background, mask;

    /* Even when it has come to its end behind its shell's back, which would stop it here. */
    sigemptyset(&background);
    sigaddset(&background, SIGTTOU);
    sigprocmask(SIG_BLOCK, &background, &mask);
    term_set_mouse(term, false);
    term->has_mouse = has_mouse;
    if (term->is_modern)
        send(PASTE_OFF);
    curs_set(1);
    endwin();
    sigprocmask(SIG_SETMASK, &mask, NULL);
    term->is_active = false;
    crash_set_active(0);
}

void term_start(struct terminal *term, bool with_mouse)
{
    const char *name = getenv("TERM");
    char restore[TERM_RESTORE_SIZE];

    *term = (struct terminal){ .has_mouse = with_mouse };
    term->is_modern = is_modern(name);
    term->has_unicode = knows_unicode(name) && charset_of_environment() != CHARSET_OTHER;
    crash_arm();
    set_escdelay(ESCAPE_DELAY_MS);
    initscr();
    raw();
    noecho();
    nonl();
    make_restore(term->is_modern, restore);
    crash_set_restore(restore);
    term->input = newpad(1, 1);
    keypad(term->input, TRUE);
    nodelay(term->input, TRUE);
    define_keys(term->is_modern);
    mouseinterval(0); /* else a press is held back for a click */
    take(term);
    getmaxyx(stdscr, term->rows, term->cols);
}

void term_stop(struct terminal *term)
{
    if (!term->input)
        return;
    if (term->is_active)
        give_back(term);
    delwin(term->input);
    term->input = NULL;
    crash_disarm();
}

void term_show(struct terminal *term)
{
    /*
     * Debian's curses writes a frame in dozens of pieces; the marks keep half frames off the
     * screen.
     */
    if (term->is_modern)
        send(FRAME_BEGIN);
    doupdate();
    if (term->is_modern)
        send(FRAME_END);
}

void term_resize(struct terminal *term)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
        return;
    resizeterm(size.ws_row, size.ws_col);
    getmaxyx(stdscr, term->rows, term->cols);
    term_repaint(term);
}

void term_repaint(struct terminal *term)
{
    (void)term;
    clearok(curscr, TRUE);
}

void term_set_mouse(struct terminal *term, bool is_on)
{
    /* Curses loses presses, and asks for no moves: where we know the reports, we read them. */
    if (term->is_modern)
        send(is_on ? MOUSE_ON : MOUSE_OFF);
    else
        mousemask(is_on ? BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED
                        : 0,
                  NULL);
    term->has_mouse = is_on;
}

static void take_again(struct terminal *term)
{
    reset_prog_mode();
    take(term);
    term_resize(term);
    refresh();
}

int term_resume(struct terminal *term)
{
    int end = job_await_terminal();

    if (!end)
        take_again(term);
    return end;
}

int term_suspend(struct terminal *term)
{
    give_back(term);
    int end = job_stop();
    if (!end)
        take_again(term);
    return end;
}
