/* Every kind of terminal, with and without NO_COLOR, in each character set: what is sent to it. */
#include "shell.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(all) (sizeof(all) / sizeof((all)[0]))

/* ---- Terminals that not every system describes: of 16 colours, and of 16 million ---- */

static const char descriptions[] = "xterm-16color|16 colours,\n"
                                   "\tcolors#16, pairs#256,\n"
                                   "\tsetab=\\E[%?%p1%{8}%<%t%p1%{40}%+%e%p1%{92}%+%;%dm,\n"
                                   "\tsetaf=\\E[%?%p1%{8}%<%t%p1%{30}%+%e%p1%{82}%+%;%dm,\n"
                                   "\tuse=xterm,\n"
                                   "xterm-direct|red green and blue as they are,\n"
                                   "\tRGB, colors#0x1000000, pairs#0x10000, initc@,\n"
                                   "\tsetab=\\E[%?%p1%{8}%<%t4%p1%d%e48;2;0;0;%p1%d%;m,\n"
                                   "\tsetaf=\\E[%?%p1%{8}%<%t3%p1%d%e38;2;0;0;%p1%d%;m,\n"
                                   "\tsetb@, setf@, use=xterm,\n";

static char terminfo[128];
static bool has_made_them; /* there is tic(1) */

static int make_terminfo(void)
{
    char command[256];

    if (make_home() != 0)
        return 1;
    snprintf(terminfo, sizeof terminfo, "TERMINFO=%s/terminfo", home);
    FILE *file = fopen(path_in_home("descriptions"), "w");
    if (!file || fputs(descriptions, file) < 0 || fclose(file) != 0)
        return 1;
    snprintf(command, sizeof command, "cd '%s' && tic -x -o terminfo descriptions", home);
    has_made_them = system(command) == 0;
    return 0;
}

/* TERM's values, and what is known of such terminals. */
static const struct terminal {
    const char *term;
    const char *why_no_panes; /* NULL: there are panes */
    int colours;
    bool has_utf8; /* unless the environment names another character set */
    bool is_made_here;
} terminals[] = {
    { "TERM=vt100", NULL, 0, false, false },
    { "TERM=linux", NULL, 8, true, false },
    { "TERM=xterm", NULL, 8, true, false },
    { "TERM=xterm-16color", NULL, 16, true, true },
    { "TERM=xterm-direct", NULL, 8, true, true },
    { "TERM=xterm-256color", NULL, 256, true, false },
    { "TERM=screen", NULL, 8, true, false },
    { "TERM=screen-256color", NULL, 256, true, false },
    { "TERM=tmux-256color", NULL, 256, true, false },
    { "TERM=xterm-newest", NULL, 256, true, false },
    { "TERM=alacritty", NULL, 256, true, false },
    { "TERM=tmux-newest", NULL, 256, true, false },
    { "TERM=dumb", "TERM=dumb cannot place a cursor", 0, false, false },
    { "TERM=no-such-terminal", "TERM=no-such-terminal is unknown", 0, false, false },
    { "TERM=", "TERM is not set", 0, false, false },
    { "TERM", "TERM is not set", 0, false, false },
};

enum charset { CHARSET_SILENT, CHARSET_UTF8, CHARSET_OTHER };

static const struct surrounding {
    const char *locale;
    enum charset charset;
    bool has_no_color;
} surroundings[] = {
    { "LC_ALL=C", CHARSET_SILENT, false },
    { "LC_ALL=C", CHARSET_SILENT, true },
    { "LC_ALL=C.UTF-8", CHARSET_UTF8, false },
    { "LC_ALL=C.UTF-8", CHARSET_UTF8, true },
    { "LC_ALL=en_US.ISO-8859-1", CHARSET_OTHER, false },
    { "LC_ALL=en_US.ISO-8859-1", CHARSET_OTHER, true },
};

/* ---- What was sent ---- */

enum { MODES = 2100 };

/* What the escape sequences among the bytes have done. */
struct sent {
    bool has_colour;
    int highest_colour;  /* of the palette; -1: none */
    bool has_attributes; /* at the end: text would still be bold, coloured … */
    bool mode[MODES];    /* ESC [? N h, and not yet l */
    bool is_keypad;      /* ESC = */
    bool is_drawing;     /* ^N: letters are lines */
    bool is_8_bit;
    size_t escapes;
};

enum { PARAMETERS = 16, NO_PALETTE = 1 << 24 };

/* ESC [ 1;38;5;209 m */
static void take_attributes(struct sent *sent, const int *p, int count)
{
    for (int i = 0; i < count; i++) {
        int colour = -1;
        if (p[i] == 0)
            sent->has_attributes = false;
        else if (p[i] != 39 && p[i] != 49)
            sent->has_attributes = true;
        if ((p[i] == 38 || p[i] == 48) && i + 2 < count) {
            colour = p[i + 1] == 5 ? p[i + 2] : NO_PALETTE;
            i += p[i + 1] == 5 ? 2 : 4;
        } else if ((p[i] >= 30 && p[i] <= 37) || (p[i] >= 40 && p[i] <= 47)) {
            colour = p[i] % 10;
        } else if ((p[i] >= 90 && p[i] <= 97) || (p[i] >= 100 && p[i] <= 107)) {
            colour = p[i] % 10 + 8;
        } else if (p[i] == 39 || p[i] == 49) {
            sent->has_colour = true;
        }
        sent->has_colour |= colour >= 0;
        if (colour > sent->highest_colour)
            sent->highest_colour = colour;
    }
}

/* A control sequence behind its ESC [; returns where it ends. */
static const char *take_sequence(struct sent *sent, const char *s)
{
    int parameter[PARAMETERS] = { 0 }, count = 1;
    bool is_private = *s == '?';

    for (s += is_private; (*s >= '0' && *s <= '9') || *s == ';'; s++) {
        if (*s == ';')
            count += count < PARAMETERS;
        else
            parameter[count - 1] = parameter[count - 1] * 10 + *s - '0';
    }
    if (*s == 'm' && !is_private)
        take_attributes(sent, parameter, count);
    for (int i = 0; i < count && is_private && (*s == 'h' || *s == 'l'); i++)
        if (parameter[i] < MODES)
            sent->mode[parameter[i]] = *s == 'h';
    return *s ? s + 1 : s;
}

static struct sent read_sent(const struct vt *vt)
{
    struct sent sent = { .highest_colour = -1, .mode[25] = true };
    size_t size;
    char *bytes = vt_received(vt, &size);

    CU_ASSERT_EQUAL_FATAL(size, vt_bytes_received(vt)); /* all there was */
    for (const char *s = bytes; s < bytes + size;) {
        char c = *s++;
        sent.is_8_bit |= (unsigned char)c >= 0x80;
        if (c == '\016' || c == '\017')
            sent.is_drawing = c == '\016';
        if (c != '\033')
            continue;
        sent.escapes++;
        if (*s == '[')
            s = take_sequence(&sent, s + 1);
        else if (*s == '=' || *s == '>')
            sent.is_keypad = *s == '=';
    }
    free(bytes);
    return sent;
}

/* ---- One session in each ---- */

static void expect_all_switched_off(const struct sent *sent)
{
    static const int off[] = { 1, 1000, 1002, 1003, 1006, 1047, 1049, 2004, 2026 };

    for (size_t i = 0; i < COUNT(off); i++)
        CU_ASSERT_FALSE(sent->mode[off[i]]);
    CU_ASSERT_TRUE(sent->mode[25]); /* the cursor */
    CU_ASSERT_FALSE(sent->is_keypad);
    CU_ASSERT_FALSE(sent->is_drawing);
    CU_ASSERT_FALSE(sent->has_attributes);
}

static void expect_colours(const struct sent *sent, int colours)
{
    CU_ASSERT_EQUAL(sent->has_colour, colours > 0);
    CU_ASSERT_TRUE(sent->highest_colour < colours);
    CU_ASSERT_TRUE(colours < 16 || sent->highest_colour >= 8); /* they are used */
    CU_ASSERT_TRUE(colours < 256 || sent->highest_colour >= 16);
}

static void look_at_panes(struct vt *vt, bool has_utf8)
{
    CU_ASSERT_TRUE(vt_find(vt, "procarium shows how", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "Type fork, and look.", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, has_utf8 ? "┌─ R running ─" : "+- R running -", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, has_utf8 ? "  └─2 sh   ▶ R" : "  `-2 sh   > R", NULL, NULL));
}

static void look_at_lines(struct vt *vt, const char *why)
{
    CU_ASSERT_EQUAL(vt_count_rows_with(vt, why), 1);
    CU_ASSERT_EQUAL(vt_count_rows_with(vt, "Try TERM=xterm-256color"), 1);
    CU_ASSERT_TRUE(strncmp(vt_row(vt, 1), "1 init> boot", 12) == 0); /* no more is said about it */
}

static void look(struct vt *vt, const struct terminal *terminal, const struct surrounding *around)
{
    bool is_poor =
        !terminal->has_utf8 && (around->charset == CHARSET_SILENT || !terminal->why_no_panes);
    bool has_utf8 = around->charset != CHARSET_OTHER && !is_poor;

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    if (terminal->why_no_panes)
        look_at_lines(vt, terminal->why_no_panes);
    else
        look_at_panes(vt, has_utf8);
    run_command(vt, "fork", "2 sh forked 3 sh");
    run_command(vt, "foork", has_utf8 ? "did you mean “fork”?" : "did you mean \"fork\"?");
    run_command(vt, "pstree", has_utf8 ? "└─ 3 sh" : "`- 3 sh");
    vt_type(vt, "quit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    CU_ASSERT_TRUE(vt_is_termios_restored(vt));
    CU_ASSERT_FALSE(vt_is_altscreen(vt));
    CU_ASSERT_TRUE(vt_cursor_is_visible(vt));
    struct sent sent = read_sent(vt);
    CU_ASSERT_EQUAL(sent.is_8_bit, has_utf8);
    expect_all_switched_off(&sent);
    expect_colours(&sent, around->has_no_color ? 0 : terminal->colours);
    if (terminal->why_no_panes)
        CU_ASSERT_EQUAL(sent.escapes, 0);
}

/* All sessions in terminals of one kind run at once. */
static void test_terminal(const struct terminal *terminal)
{
    struct vt *vt[COUNT(surroundings)];

    for (size_t i = 0; i < COUNT(surroundings); i++)
        vt[i] = start_procarium(
            24, 80,
            (const char *[]){ terminal->term, terminfo, surroundings[i].locale,
                              surroundings[i].has_no_color ? "NO_COLOR=1" : NULL, NULL },
            NULL);
    for (size_t i = 0; i < COUNT(surroundings); i++) {
        unsigned failures = CU_get_number_of_failures();
        look(vt[i], terminal, &surroundings[i]);
        if (CU_get_number_of_failures() > failures) {
            printf("\n%s %s%s\n", terminal->term, surroundings[i].locale,
                   surroundings[i].has_no_color ? " NO_COLOR=1" : "");
            vt_dump(vt[i], stdout);
        }
        vt_stop(vt[i]);
    }
}

static bool is_there(const struct terminal *terminal)
{
    return has_made_them || !terminal->is_made_here;
}

static void test_all(void)
{
    for (size_t i = 0; i < COUNT(terminals); i++)
        if (is_there(&terminals[i]))
            test_terminal(&terminals[i]);
}

/* ---- Keys ---- */

/* What keyboards send that is no text, whether the terminal's description has it or not. */
static const char *const not_text[] = {
    "\033[D",    "\033[H",     "\033[F",     "\033OH",     "\033OP",    "\033[11~",  "\033[15~",
    "\033[17~",  "\033[18~",   "\033[19~",   "\033[20~",   "\033[23~",  "\033[24~",  "\033[25~",
    "\033[34~",  "\033[1~",    "\033[8~",    "\033[2~",    "\033[3~",   "\033[5~",   "\033[6~",
    "\033[1;2P", "\033[15;2~", "\033[17;2~", "\033[19;5~", "\033[1;2A", "\033[1;3A", "\033[1;5C",
    "\033[1;6D", "\033[1;5H",  "\033[1;9C",  "\033[3;5~",  "\033[5;2~", "\033[6;5~", "\033[2;2~",
    "\033[Z",    "\033[E",     "\033OE",     "\033[[A",    "\033[[E",   "\033[7$",   "\033[7^",
    "\033[2@",   "\033[a",     "\033Oa",     "\033b",
};

/* While no line is read, the terminal echoes keys itself. */
static bool is_taken(const struct vt *vt, void *arg)
{
    (void)arg;
    return !vt_is_termios_restored(vt);
}

/* None of them leaves anything in the line, where the next key would add to it. */
static void expect_no_text(struct vt *vt, const char *sequence, size_t number)
{
    char mark[16];
    int row = 0;

    snprintf(mark, sizeof mark, "zz%zuzz", number);
    vt_type(vt, sequence);
    vt_type(vt, mark);
    VT_ASSERT(vt, vt_wait_text(vt, mark));
    vt_find(vt, mark, &row, NULL);
    const char *line = vt_row(vt, row), *at = strstr(line, mark);
    bool is_alone = at - line > 2 && strncmp(at - 2, "> ", 2) == 0;
    if (!is_alone)
        printf("\nESC %s types: %s\n", sequence + 1, line);
    CU_ASSERT_TRUE(is_alone);
    vt_type(vt, "\003");
    strcat(mark, "^C");
    VT_ASSERT(vt, vt_wait_text(vt, mark));
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
}

static void test_keys_of(const struct terminal *terminal, const char *option)
{
    struct vt *vt =
        start_procarium(24, 80, (const char *[]){ terminal->term, terminfo, NULL }, option);

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    run_command(vt, "fork", "2 sh forked 3 sh");
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
    if (!option) {
        vt_type(vt, "\033[19~"); /* F8 */
        VT_ASSERT(vt, vt_wait_text(vt, "> undo; next"));
        vt_type(vt, "expect tasks \033Ox\033OM"); /* a keypad's 8 and Enter */
        VT_ASSERT(vt, vt_wait_text(vt, "tasks == 8"));
    }
    for (size_t i = 0; i < COUNT(not_text); i++)
        expect_no_text(vt, not_text[i], i);
    quit_procarium(vt);
}

static void test_keys(void)
{
    for (size_t i = 0; i < COUNT(terminals); i++)
        if (is_there(&terminals[i]) && !terminals[i].why_no_panes)
            test_keys_of(&terminals[i], NULL);
    test_keys_of(&terminals[0], "--plain");
    test_keys_of(&terminals[2], "--plain");
}

static CU_TestInfo tests[] = {
    { "every kind of terminal", test_all },
    { "keys that are no text", test_keys },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "terminals", make_terminfo, remove_home, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
