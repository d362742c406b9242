// What `help` prints, made from the tables.
#include "procarium/script.h"

#include "script/expect.h"
#include "script/quantity.h"

#include <string.h>

#define NAME_COLUMN  12
#define USAGE_COLUMN 34
#define WIDTH        76 // what the terminal's page over the panes has on 80 columns

// The characters of a text of ours: each takes one column.
static int columns(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += (*text & 0xC0) != 0x80;
    return n;
}

// Adds text in lines of at most WIDTH columns, all but the first begun by `indent` blanks.
static void add_wrapped(struct strbuf *out, const char *text, int indent, int column)
{
    for (const char *p = text; *p;) {
        size_t length = strcspn(p, " ");

        if (column > indent && column + 1 + (int)length > WIDTH) {
            strbuf_putc(out, '\n');
            strbuf_repeat(out, ' ', indent);
            column = indent;
        } else if (p > text) {
            strbuf_putc(out, ' ');
            column++;
        }
        strbuf_add(out, p, length);
        column += (int)length;
        p += length;
        p += strspn(p, " ");
    }
    strbuf_putc(out, '\n');
}

// "name      words" with the second column at `column`, or below if the name is too long.
static void add_entry(struct strbuf *out, const char *name, const char *words, int column)
{
    int length = columns(name) + 2;

    strbuf_printf(out, "  %s", name);
    if (length + 1 > column) {
        strbuf_putc(out, '\n');
        length = 0;
    }
    strbuf_repeat(out, ' ', column - length);
    add_wrapped(out, words, column, column);
}

static void add_overview(struct strbuf *out)
{
    for (u32 f = 0; f < FAMILY_COUNT; f++) {
        strbuf_printf(out, "%s%s\n", f ? "\n" : "", script_family_name((enum command_family)f));
        for (u32 i = 0; i < command_count; i++)
            if (command_table[i].info.family == (enum command_family)f)
                add_entry(out, command_table[i].info.name, command_table[i].info.summary,
                          NAME_COLUMN + 2);
    }
    strbuf_puts(out,
                "\nOne command a line, or joined by ;. # begins a comment. PID: in front of a\n"
                "call makes that task act: 5: fork. $! is the task created last, $? what the\n"
                "last call returned, $$ the focus. More: help NAME, help language.\n");
}

static void add_language(struct strbuf *out)
{
    strbuf_puts(out,
                "One command a line; ; joins commands; # begins a comment.\n"
                "\n"
                "  5: fork              task 5 acts; without a PID the focus does\n"
                "  $!: exit 3           the task created last acts\n"
                "  \"two words\"          a quoted word, with \\n \\t \\\" \\\\ \\$ \\xHH\n"
                "  $! $? $$             the last task created, the last call's value, the focus\n"
                "  let n 5; focus $n    a variable; -$n is its negative\n"
                "  mmap 1 shared fd=$n  the same behind an option's =\n"
                "  repeat 3 { fork; wait }\n"
                "\n"
                "Numbers are decimal or 0x hex; an address can be typed as it is shown, in eight\n"
                "hex digits: c0293a00, 08048000. Signals are written as in kill(1): 9, KILL,\n"
                "SIGKILL; flags as in the man pages, joined by |, their prefix and case optional.\n"
                "\n"
                "Commands that change the machine make the history: undo, redo, goto, step and\n"
                "back travel in it. Acting in the past begins a branch; the line that was left\n"
                "is kept.\n");
}

static void add_expect(struct strbuf *out)
{
    strbuf_puts(out, "\n  expect VALUE                     the last call returned VALUE\n"
                     "  expect VALUE RELATION VALUE      == != < <= > >=\n"
                     "  expect QUANTITY [RELATION] VALUE\n"
                     "\nA value is a number, a variable, an errno (-EAGAIN), a signal (SIGCHLD).\n"
                     "\nQuantities:\n");
    for (u32 i = 0; i < quantity_count; i++)
        add_entry(out, quantities[i].usage, quantities[i].help, USAGE_COLUMN);
    strbuf_puts(out, "\nOther forms:\n");
    for (u32 i = 0; i < expectation_count; i++)
        add_entry(out, expectations[i].usage, expectations[i].help, USAGE_COLUMN);
}

static void add_command(const struct command_row *c, struct strbuf *out)
{
    strbuf_puts(out, "usage: ");
    add_wrapped(out, c->info.usage, 7, 7);
    if (c->info.aliases[0])
        strbuf_printf(out, "also:  %s\n", c->info.aliases);
    strbuf_printf(out, "\n%s ", c->info.name);
    add_wrapped(out, c->info.summary, 0, (int)strlen(c->info.name) + 1);
    if (c->info.help[0])
        add_wrapped(out, c->info.help, 0, 0);
}

bool script_help(const char *topic, struct strbuf *out)
{
    const struct command_row *c = topic ? find_command(topic) : NULL;

    if (!topic || !*topic)
        add_overview(out);
    else if (strcmp(topic, "language") == 0)
        add_language(out);
    else if (c)
        add_command(c, out);
    else
        return false;
    if (c && c->kind == COMMAND_EXPECT)
        add_expect(out);
    return true;
}
