/* See options.h. */
#include "options.h"

#include "text.h"

#include "procarium/strbuf.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_COLUMN = 20, WIDTH = 80 };

const struct option_row option_rows[] = {
    { OPTION_COMMANDS, NULL, "COMMANDS", "run these commands" },
    { OPTION_BATCH, "batch", NULL, "run without a terminal: standard input if there is no SCRIPT" },
    { OPTION_JSON, "json", NULL, "write what happens as JSON Lines" },
    { OPTION_QUIET, "quiet", NULL, "write only what was asked for, and mistakes" },
    { OPTION_PLAIN, "plain", NULL, "a session line by line, without panes" },
    { OPTION_NOTES, "notes", NULL, "the speaker's notes: follows the lesson in another terminal" },
    { OPTION_RECORD, "record", "FILE", "write the session as an asciicast, which asciinema plays" },
    { OPTION_RESUME, "resume", NULL, "go on with the last session, whatever has ended it" },
    { OPTION_NO_CONFIG, "no-config", NULL, "do not read the file of settings" },
    { OPTION_KEEP_GOING, "keep-going", NULL,
      "after a mistake, go on with the next command; the exit status is still 1" },
    { OPTION_THEME, "theme", "NAME", "colours: dark, light, high-contrast or mono (none)" },
    { OPTION_JOURNAL, "journal-size", "SIZE",
      "memory for going back in time, as 64M; 2M without it" },
    { OPTION_PROGRAMS, "programs", "FILE",
      "more programs for exec; as a model see " PROCARIUM_DATADIR "/catalogue" },
    { OPTION_HELP, "help", NULL, "say how to run it" },
    { OPTION_VERSION, "version", NULL, "the version" },
};
const size_t option_count = sizeof option_rows / sizeof *option_rows;

void options_for_getopt(struct option out[OPTIONS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < option_count && count < OPTIONS_MAX - 1; i++) {
        const struct option_row *row = &option_rows[i];

        if (row->name)
            out[count++] =
                (struct option){ row->name, row->argument ? required_argument : no_argument, NULL,
                                 (int)row->code };
    }
    out[count] = (struct option){ 0 };
}

/* The words behind column TEXT_COLUMN, from `column` on. */
static void add_words(struct strbuf *out, const char *text, size_t column)
{
    if (column >= TEXT_COLUMN) {
        strbuf_putc(out, '\n');
        column = 0;
    }
    strbuf_repeat(out, ' ', TEXT_COLUMN - (int)column);
    column = TEXT_COLUMN;
    for (const char *p = text; *p; p += strspn(p, " ")) {
        size_t length = strcspn(p, " ");

        if (column > TEXT_COLUMN && column + 1 + length > WIDTH) {
            strbuf_putc(out, '\n');
            strbuf_repeat(out, ' ', TEXT_COLUMN);
            column = TEXT_COLUMN;
        } else if (column > TEXT_COLUMN) {
            strbuf_putc(out, ' ');
            column++;
        }
        strbuf_add(out, p, length);
        column += length;
        p += length;
    }
    strbuf_putc(out, '\n');
}

static void add_row(struct strbuf *out, const struct option_row *row)
{
    size_t before = out->length;

    if ((int)row->code < 256)
        strbuf_printf(out, row->name ? "  -%c, --%s" : "  -%c", (int)row->code, row->name);
    else
        strbuf_printf(out, "      --%s", row->name);
    if (row->argument)
        strbuf_printf(out, row->name ? "=%s" : " %s", row->argument);
    add_words(out, _(row->text), out->length - before);
}

void options_print_usage(void)
{
    struct strbuf out = STRBUF_INIT;

    strbuf_puts(&out,
                _("usage: procarium [OPTION…] [SCRIPT…]\n"
                  "\n"
                  "Shows how Linux 2.6 manages processes: type fork, exec, kill, and watch.\n"
                  "\n"
                  "  SCRIPT            run the commands of a file; - is standard input. One script "
                  "on a\n"
                  "                    terminal is played step by step\n"));
    for (size_t i = 0; i < option_count; i++)
        add_row(&out, &option_rows[i]);
    strbuf_puts(
        &out,
        _("\n"
          "Exit status: 0; 1 if a command was in error or an expect failed; 2 for wrong usage.\n"
          "In a session, help lists the commands.\n"));
    fputs(strbuf_text(&out), stdout);
    strbuf_finish(&out);
}
