/* The options of the command line: one table for getopt, --help and the manual page. */
#ifndef PROCARIUM_UI_OPTIONS_H
#define PROCARIUM_UI_OPTIONS_H

#include <getopt.h>
#include <stddef.h>

/* What getopt_long() returns for an option; those with a short form are that letter. */
enum option_code {
    OPTION_COMMANDS = 'c',
    OPTION_BATCH = 'b',
    OPTION_JSON = 256,
    OPTION_QUIET,
    OPTION_PLAIN,
    OPTION_NOTES,
    OPTION_RECORD,
    OPTION_RESUME,
    OPTION_NO_CONFIG,
    OPTION_KEEP_GOING,
    OPTION_THEME,
    OPTION_JOURNAL,
    OPTION_PROGRAMS,
    OPTION_HELP,
    OPTION_VERSION
};

struct option_row {
    enum option_code code;
    const char *name;     /* without its two dashes, or NULL if it has a letter only */
    const char *argument; /* what it stands in front of, or NULL */
    const char *text;
};

extern const struct option_row option_rows[];
extern const size_t option_count;

/* For getopt_long(): its array, ended by an empty element. */
#define OPTIONS_MAX 32
void options_for_getopt(struct option out[OPTIONS_MAX]);

/* What --help prints. */
void options_print_usage(void);

#endif
