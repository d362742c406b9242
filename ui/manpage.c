/* Writes procarium(1), the manual page, from the table of commands and the table of options. */
#include "options.h"

#include "procarium/script.h"

#include <stdio.h>
#include <string.h>

/* One character of text. A dash is a dash, a backslash one, and no line begins with a request. */
static void put_character(char c, bool is_line_start)
{
    if (is_line_start && (c == '.' || c == '\''))
        fputs("\\&", stdout);
    if (c == '\\')
        fputs("\\e", stdout);
    else if (c == '-')
        fputs("\\-", stdout);
    else
        putchar(c);
}

static void put_text(const char *text)
{
    for (size_t i = 0; text[i]; i++)
        put_character(text[i], i == 0 || text[i - 1] == '\n');
}

static void put_paragraph(const char *text)
{
    put_text(text);
    putchar('\n');
}

/* Lines as they are. */
static void put_literal(const char *text)
{
    fputs(".PP\n.nf\n", stdout);
    put_text(text);
    if (*text && text[strlen(text) - 1] != '\n')
        putchar('\n');
    fputs(".fi\n", stdout);
}

static void put_heading(const char *request, const char *text)
{
    printf("%s ", request);
    put_paragraph(text);
}

static void put_help(const char *topic)
{
    struct strbuf help = STRBUF_INIT;

    if (script_help(topic, &help))
        put_literal(strbuf_text(&help));
    strbuf_finish(&help);
}

static void put_options(void)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];

        fputs(".TP\n.B ", stdout);
        if ((int)row->code < 256)
            printf("\\-%c", (int)row->code);
        if ((int)row->code < 256 && row->name)
            fputs(", ", stdout);
        if (row->name) {
            put_text("--");
            put_text(row->name);
        }
        if (row->argument)
            printf(row->name ? "=\\fI%s\\fR" : " \\fI%s\\fR", row->argument);
        putchar('\n');
        put_paragraph(row->text);
    }
}

static void put_command(const struct command_info *c)
{
    fputs(".TP\n.B ", stdout);
    put_paragraph(c->usage);
    put_text(c->summary);
    fputs(".\n", stdout);
    if (c->aliases[0]) {
        fputs("Also: ", stdout);
        put_text(c->aliases);
        fputs(".\n", stdout);
    }
    if (c->help[0]) {
        fputs(".IP\n", stdout);
        put_paragraph(c->help);
    }
}

static void put_commands(void)
{
    const struct command_info *c;

    for (int f = 0; f < FAMILY_COUNT; f++) {
        put_heading(".SS", script_family_name((enum command_family)f));
        for (u32 i = 0; (c = script_command(i)); i++)
            if (c->family == (enum command_family)f)
                put_command(c);
    }
}

int main(void)
{
    fputs(".\\\" Made from the tables of commands and options: do not edit.\n"
          ".TH PROCARIUM 1 \"\" \"procarium " PROCARIUM_VERSION "\"\n"
          ".nh\n" /* half a word of a usage line means nothing */
          ".ad l\n"
          ".SH NAME\n"
          "procarium \\- watch how Linux 2.6 manages processes, in simulated memory\n"
          ".SH SYNOPSIS\n"
          ".B procarium\n"
          "[\\fIOPTION\\fR…] [\\fISCRIPT\\fR…]\n"
          ".SH DESCRIPTION\n"
          "procarium is a small Linux 2.6.11 kernel's process management for the i386, running in\n"
          "simulated memory. You type fork, exec or kill, and see the task list, the kernel\n"
          "stacks, the page frames and the state diagram change, one kernel function at a time,\n"
          "forwards and backwards.\n"
          ".PP\n"
          "Without arguments, on a terminal, it shows panes; F1 lists their keys. One SCRIPT on a\n"
          "terminal is played step by step. With more scripts, with\n"
          ".B \\-c\n"
          "or without a terminal the commands are run one after the other. A SCRIPT that is \\-\n"
          "is standard input.\n"
          ".SH OPTIONS\n",
          stdout);
    put_options();
    fputs(".SH LANGUAGE\n", stdout);
    put_help("language");
    fputs(".SH COMMANDS\n", stdout);
    put_commands();
    fputs(".SH EXPECTATIONS\n", stdout);
    put_help("expect");
    fputs(
        ".SH EXIT STATUS\n"
        "0; 1 if a command was in error or an expect failed; 2 for wrong usage.\n"
        ".SH ENVIRONMENT\n"
        ".TP\n.B TERM\nThe kind of terminal. One that cannot place its cursor, such as dumb, or "
        "that\n"
        "nothing is known of, has no panes: the session goes line by line. xterm\\-kitty, "
        "alacritty\n"
        "and their like are taken for xterm\\-256color where they are not described.\n"
        ".TP\n.BR LC_ALL \", \" LC_CTYPE \", \" LANG\nIf the first of them that is set names "
        "another "
        "character set than UTF\\-8, as\n"
        "en_US.ISO\\-8859\\-1 does, only ASCII signs are drawn.\n"
        ".TP\n.B NO_COLOR\nIf set, no colours are used.\n"
        ".TP\n.B COLORFGBG\nThe theme is light if it says that the background is.\n"
        ".TP\n.B XDG_STATE_HOME\nWhere the history of typed lines is kept, in\n"
        ".IR procarium/history ,\n"
        "and the last twenty sessions as they were typed, in\n"
        ".IR procarium/sessions ;\n"
        "without it, in\n.IR ~/.local/state .\n"
        ".TP\n.B XDG_RUNTIME_DIR\nWhere the socket for the speaker\\(aqs notes lies, in\n"
        ".IR procarium ;\n"
        "without it, in\n.IR /tmp/procarium\\-UID .\n"
        ".TP\n.B XDG_CONFIG_HOME\nWhere the file of settings is looked for,\n"
        ".IR procarium/config :\n"
        "commands about the screen, and boot, with which a session on a terminal begins; without\n"
        "it, in\n"
        ".IR ~/.config .\n"
        ".TP\n.B EDITRC\nKey bindings, as in\n.BR editrc (5);\n"
        "without it, those of\n.IR ~/.editrc .\n"
        ".SH FILES\n"
        ".TP\n.I " PROCARIUM_DATADIR "/catalogue\nThe programs that exec knows.\n"
        ".SH EXAMPLES\n"
        ".TP\n.B procarium \\-c \\(aqfork; ps; trace copy_process\\(aq\n"
        "What a fork leaves behind, and how it comes about.\n"
        ".TP\n.B procarium \\-\\-json \\- < script\n"
        "The same for a program.\n"
        ".SH SEE ALSO\n"
        ".BR fork (2),\n.BR clone (2),\n.BR wait4 (2),\n.BR crash (8)\n",
        stdout);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
