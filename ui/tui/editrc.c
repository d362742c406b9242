/* editrc(5) without el_source(): bad lines are reported, and nothing can be bound that crashes. */
#include "tui/lineed_internal.h"

#include "text.h"
#include "tui/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * el_source() dies on an open quote, stops at the first bad line, and lets a file bind keys to
 * functions that crash or start programs on the terminal.
 */

enum { EDITRC_MAX = 1 << 20 };

/* The command without a `program:` prefix. */
static const char *command_name(const char *word)
{
    const char *colon = strchr(word, ':');

    return colon ? colon + 1 : word;
}

static bool is_refused(const char *function)
{
    return strcmp(function, "ed-command") == 0 || strcmp(function, "vi-histedit") == 0 ||
           strcmp(function, "vi-redo") == 0 || strcmp(function, "vi-change-case") == 0;
}

/* Ours instead of libedit's, where the latter has a cure here. */
static const char *substitute(const char *word)
{
    static const char *const pairs[][2] = {
        { "em-inc-search-prev", "app-search-older" },
        { "em-inc-search-next", "app-search-newer" },
        { "vi-prev-word", "ed-prev-word" },
        { "vi-prev-big-word", "ed-prev-word" },
    };

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (strcmp(word, pairs[i][0]) == 0)
            return pairs[i][1];
    return word;
}

/* Carries out the words of a `bind` command. */
static bool run_bind(struct lineed *le, int argc, const char **argv)
{
    const char **words = mem_alloc((size_t)(argc + 1) * sizeof *words);
    bool refused = false, resets = false;

    for (int i = 0; i < argc; i++) {
        words[i] = i > 0 ? substitute(argv[i]) : argv[i];
        refused = refused || (i > 0 && is_refused(argv[i]));
        resets = resets || (i > 0 && (strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "-e") == 0));
    }
    int result = refused ? -1 : el_parse(le->el, argc, words);
    free(words);
    if (resets && result == 0)
        lineed_bind_all(le); /* -v and -e start from libedit's own key maps */
    return result == 0;
}

bool lineed_command(struct lineed *le, const char *text, const char **output)
{
    Tokenizer *tokenizer = tok_init(NULL);
    const char **argv = NULL;
    int argc = 0;
    bool ok = false;

    le->output_size = 0;
    if (tok_str(tokenizer, text, &argc, &argv) == 0) {
        ok = argc == 0;
        if (argc > 0 && strcmp(command_name(argv[0]), "bind") == 0)
            ok = run_bind(le, argc, argv);
    }
    fflush(le->out);
    tok_end(tokenizer);
    el_set(le->el, EL_EDITMODE, 1);
    if (output)
        *output = le->output_size ? le->output : "";
    return ok;
}

/* True for what other programs need from the file and a pane does not. */
static bool is_passed_over(const char *line)
{
    static const char *const names[] = { "edit", "echotc", "history", "setty", "settc", "telltc" };
    char word[64];

    if (sscanf(line, " %63s", word) != 1 || word[0] == '#')
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(command_name(word), names[i]) == 0)
            return true;
    return false;
}

static FILE *open_regular(const char *path, char *why, size_t size)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            snprintf(why, size, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > EDITRC_MAX) {
        snprintf(why, size, _("%s: not a file of key bindings"), path);
        close(fd);
        return NULL;
    }
    return fdopen(fd, "r");
}

void lineed_load_editrc(struct lineed *le, const char *path,
                        void (*report)(void *app, const char *message), void *app)
{
    char message[512] = "";
    char *line = NULL;
    size_t room = 0;
    FILE *file = open_regular(path, message, sizeof message);

    if (!file) {
        if (message[0])
            report(app, message);
        return;
    }
    for (int number = 1; getline(&line, &room, file) > 0; number++) {
        line[strcspn(line, "\n")] = 0;
        if (is_passed_over(line) || lineed_command(le, line, NULL))
            continue;
        snprintf(message, sizeof message, _("%.300s:%d: not a key binding that can be used here"),
                 path, number);
        report(app, message);
    }
    free(line);
    fclose(file);
}

char *lineed_editrc_path(void)
{
    const char *path = getenv("EDITRC"), *home = getenv("HOME");

    if (path && *path)
        return mem_text(path);
    if (!home || !*home)
        return NULL;
    size_t size = strlen(home) + sizeof "/.editrc";
    char *joined = mem_alloc(size);
    snprintf(joined, size, "%s/.editrc", home);
    return joined;
}
