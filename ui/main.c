/* procarium's command line: options, and who gets the session. */
#include "batch.h"
#include "options.h"
#include "printer.h"
#include "record.h"
#include "repl.h"
#include "text.h"
#include "tui/notes_view.h"
#include "tui/tui.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef PROCARIUM_HOST_FILES
#include "host_file.h"
#endif

#define PROGRAMS_MAX ((size_t)1 << 20) /* bytes of a catalogue of programs */

enum { STATUS_OK, STATUS_MISTAKE, STATUS_USAGE };

struct options {
    bool is_batch, is_json, is_quiet, is_plain;
    bool is_notes, resumes, has_no_config;
    struct session_options session;
    struct batch_input *inputs; /* in the order in which they were given */
    size_t count;
    char *programs;        /* what --programs named */
    const char *recording; /* the file that --record named */
    enum theme_name theme;
};

static int complain(const char *message, const char *about)
{
    fprintf(stderr, "procarium: ");
    fprintf(stderr, "%s%s\n", message, about);
    return STATUS_USAGE;
}

/* A size such as 64M. */
static bool parse_size(const char *text, u64 *size)
{
    char *end;

    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    int shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;

    end += shift != 0;
    if (errno || end == text || *end || text[0] == '-' || number == 0 || number > UINT32_MAX)
        return false;
    *size = (u64)number << shift;
    return *size <= (u64)64 << 30;
}

static void add_input(struct options *o, struct batch_input input)
{
    o->inputs[o->count++] = input;
}

static void add_script(struct options *o, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;

    add_input(o, (struct batch_input){ is_stdin ? INPUT_STDIN : INPUT_FILE, path });
}

/* The text of a file; NULL, with errno, if it cannot be read. The caller frees it. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = file ? malloc(PROGRAMS_MAX + 1) : NULL;
    size_t length = text ? fread(text, 1, PROGRAMS_MAX + 1, file) : 0;

    if (file && (ferror(file) || length > PROGRAMS_MAX)) {
        errno = ferror(file) ? errno : EFBIG;
        free(text);
        text = NULL;
    }
    if (text)
        text[length] = '\0';
    if (file)
        fclose(file);
    return text;
}

/* Reads a catalogue of programs. False, having said why, if it is none. */
static bool read_programs(const char *path, struct options *o)
{
    struct strbuf why = STRBUF_INIT;

    free(o->programs);
    o->programs = read_file(path);
    if (!o->programs)
        strbuf_puts(&why, strerror(errno));
    else
        session_check_programs(o->programs, &why);
    if (why.length)
        fprintf(stderr, "procarium: %s: %s\n", path, strbuf_text(&why));
    bool well = why.length == 0;
    strbuf_finish(&why);
    o->session.programs = o->programs;
    return well;
}

/* Reads the options. -1: go on; else the exit status. */
static int parse_options(int argc, char **argv, struct options *o)
{
    struct option long_options[OPTIONS_MAX];
    int option;

    options_for_getopt(long_options);
    /* The leading - hands over scripts and -c texts in their order. */
    while ((option = getopt_long(argc, argv, "-c:b", long_options, NULL)) != -1) {
        switch (option) {
        case 1:
            add_script(o, optarg);
            break;
        case OPTION_COMMANDS:
            add_input(o, (struct batch_input){ INPUT_TEXT, optarg });
            break;
        case OPTION_BATCH:
            o->is_batch = true;
            break;
        case OPTION_JSON:
            o->is_json = true;
            break;
        case OPTION_QUIET:
            o->is_quiet = true;
            break;
        case OPTION_PLAIN:
            o->is_plain = true;
            break;
        case OPTION_NOTES:
            o->is_notes = true;
            break;
        case OPTION_RECORD:
            o->recording = optarg;
            break;
        case OPTION_RESUME:
            o->resumes = true;
            break;
        case OPTION_NO_CONFIG:
            o->has_no_config = true;
            break;
        case OPTION_KEEP_GOING:
            o->session.keep_going = true;
            break;
        case OPTION_JOURNAL:
            if (!parse_size(optarg, &o->session.journal_bytes))
                return complain(_("not a size such as 64M: "), optarg);
            break;
        case OPTION_THEME:
            o->theme = theme_by_name(optarg);
            if (o->theme == THEME_AUTOMATIC)
                return complain(_("not one of dark, light, high-contrast, mono: "), optarg);
            break;
        case OPTION_PROGRAMS:
            if (!read_programs(optarg, o))
                return STATUS_USAGE;
            break;
        case OPTION_HELP:
            options_print_usage();
            return STATUS_OK;
        case OPTION_VERSION:
            puts("procarium " PROCARIUM_VERSION);
            return STATUS_OK;
        default: /* getopt has said what is wrong */
            return complain(_("try: procarium --help"), "");
        }
    }
    while (optind < argc) /* behind -- */
        add_script(o, argv[optind++]);
    return -1;
}

static int run_batch(struct session *session, const struct options *o)
{
    struct printer *printer = printer_create(o->is_json    ? PRINT_JSON
                                             : o->is_quiet ? PRINT_QUIET
                                                           : PRINT_TEXT);

    if (!printer)
        return complain(strerror(ENOMEM), "");
    printer_attach(printer, session);
    batch_run(session, o->inputs, o->count);
    bool is_written = printer_end(printer);
    printer_destroy(printer);
    if (!is_written) {
        complain(_("cannot write to standard output"), "");
        return STATUS_MISTAKE;
    }
    return session_mistakes(session) ? STATUS_MISTAKE : STATUS_OK;
}

static bool has_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int run_panes(struct session *session, const struct options *o, const char *demo)
{
    struct tui_options options = {
        .demo = demo,
        .theme = o->theme,
        .resumes = o->resumes,
        .has_no_config = o->has_no_config,
    };

    return tui_run(session, &options);
}

static int run_interactive(struct session *session, const struct options *o)
{
    char why[256];

    if (!has_terminal())
        return complain(_("this is no terminal; to run commands without one, use: procarium "
                          "--batch SCRIPT, procarium -c COMMANDS, or procarium - for standard "
                          "input"),
                        "");
    if (!o->is_plain && tui_is_usable(why, sizeof why))
        return run_panes(session, o, NULL);
    if (!o->is_plain)
        fprintf(stderr, _("procarium: no panes: %s. Try TERM=xterm-256color.\n"), why);
    if (!repl_run(session, o->resumes, !o->has_no_config))
        return complain(_("the terminal cannot be used; try: procarium --batch SCRIPT"), "");
    return STATUS_OK;
}

/* One script, somebody to look at it, and no word about how to run it: it is played. */
static bool is_demo_for_terminal(const struct options *o)
{
    bool is_one_file =
        o->count == 1 && o->inputs[0].kind == INPUT_FILE && !is_stream(o->inputs[0].text);
    char why[256];

    return is_one_file && !o->is_batch && !o->is_json && !o->is_quiet && !o->is_plain &&
           !o->session.keep_going && has_terminal() && tui_is_usable(why, sizeof why);
}

static bool is_interactive(const struct options *o)
{
    return !(o->is_batch || o->is_json || o->is_quiet || o->count > 0);
}

static int run_notes(const struct options *o)
{
    char why[256];

    if (o->count > 0 || o->is_batch || o->is_json || o->is_plain || o->resumes)
        return complain(_("--notes follows another procarium: only --theme may stand with it"), "");
    return tui_is_usable(why, sizeof why) ? notes_view_run(o->theme) : complain(why, "");
}

static int run_session(void *context)
{
    struct options *o = context;
    bool is_demo = is_demo_for_terminal(o);
    bool is_batch = !is_demo && !is_interactive(o);

    if (is_batch && o->count == 0)
        add_script(o, "-");
#ifdef PROCARIUM_HOST_FILES
    o->session.read_host_file = read_host_file;
#endif
    struct session *session = session_create(&o->session);
    if (!session)
        return complain(strerror(ENOMEM), "");
    int status = is_batch  ? run_batch(session, o)
                 : is_demo ? run_panes(session, o, o->inputs[0].text)
                           : run_interactive(session, o);
    session_destroy(session);
    return status;
}

static int run(struct options *o)
{
    char why[256];

    if (o->is_notes)
        return run_notes(o);
    if (o->resumes && !is_interactive(o))
        return complain(_("--resume goes on with what was typed: it takes no script"), "");
    if (!o->recording)
        return run_session(o);
    if (!has_terminal() || !(is_interactive(o) || is_demo_for_terminal(o)))
        return complain(_("--record needs a session on a terminal"), "");
    bool takes_screen = !o->is_plain && tui_is_usable(why, sizeof why);
    return record_run(o->recording, takes_screen, run_session, o);
}

int main(int argc, char **argv)
{
    struct options options = {
        .theme = THEME_AUTOMATIC,
        .session.home = getenv("HOME"),
        .inputs = calloc((size_t)argc + 1, sizeof *options.inputs),
    };

    setlocale(LC_ALL, "");
    if (!options.inputs)
        return complain(strerror(ENOMEM), "");
    int status = parse_options(argc, argv, &options);
    if (status < 0)
        status = run(&options);
    free(options.programs);
    free(options.inputs);
    return status;
}
