// Files of the host that exec names: read once, before the command runs for the first time.
//
// What was read is kept with the command (node->host), so that going back and forth in time never
// reads a file again.
#include "script/session.h"

#include "machine/program.h"
#include "script/messages.h"

bool names_host_file(const struct node *n)
{
    return n->command->kind == COMMAND_CALL && n->command->number == __NR_execve && n->words > 0 &&
           n->word[0].kind < WORD_VARIABLE && is_host_path(n->word[0].text);
}

// What a file needs to run: the dynamic linker of a program, the interpreter of a script. NULL if
// it needs nothing.
static const char *interpreter_of(const struct host_file *file, struct script_line *line)
{
    if (file->open_error || file->exec_error)
        return NULL;
    if (!file->is_script)
        return file->interpreter;
    return parse_script_line(file->bytes, file->size, line) ? line->interpreter : NULL;
}

// How deep files may lead to others: from a script to its program to its dynamic linker.
#define LEVELS 3

// Takes a file in, and what it needs before it. Returns its number, or -1 with `why`.
static s32 take_in(struct session *s, const char *path, u32 levels, struct strbuf *why)
{
    struct host_file file = { .bytes = NULL };
    struct script_line line;
    s32 interpreter = -1;

    if (!s->read_host_file(levels == LEVELS ? file_path(s, path) : path, &file, why)) {
        host_file_finish(&file);
        return -1;
    }
    const char *needed = interpreter_of(&file, &line);
    // A dynamic linker's own interpreter does not count, nor does a script's script.
    if (needed && levels > 1)
        interpreter = take_in(s, needed, file.is_script ? levels - 1 : 1, why);
    if (why->length) {
        host_file_finish(&file);
        return -1;
    }
    return (s32)programs_add_host(&s->m->programs, path, &file, interpreter);
}

bool fetch_host_file(struct session *s, const struct node *n)
{
    const struct word *w = &n->word[0];
    struct strbuf why = STRBUF_INIT;
    s32 number = -1;

    if (!s->read_host_file)
        strbuf_puts(&why, MSG_HOST_NONE);
    else
        number = take_in(s, w->text + sizeof HOST_PREFIX - 1, LEVELS, &why);
    if (number >= 0)
        *n->host = (u32)number;
    else
        fail(s, w->offset, "%s", strbuf_text(&why));
    strbuf_finish(&why);
    return number >= 0;
}
