// Reading a file of commands, and what files are called.
#include "script/session.h"

#include "script/messages.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

// The name fit for a terminal, as it is written into messages.
static const char *shown_path(struct session *s, const char *path)
{
    size_t length = strlen(path);

    strbuf_clear(&s->shown);
    strbuf_add_visible(&s->shown, path, length);
    return strbuf_text(&s->shown);
}

// A FIFO is never waited for. NULL, having said why, if it is no file of a fit size.
static FILE *open_regular(const char *path, struct stat *st, struct strbuf *why)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");

    if (!file || fstat(fd, st) != 0)
        strbuf_printf(why, MSG_FILE_NONE, path);
    else if (!S_ISREG(st->st_mode))
        strbuf_printf(why, MSG_FILE_KIND, path);
    else if ((u64)st->st_size > SOURCE_SIZE_MAX)
        strbuf_printf(why, MSG_FILE_LARGE, path, SOURCE_SIZE_MAX >> 20);
    else
        return file;
    if (file)
        fclose(file);
    return NULL;
}

void fail_to_read(struct session *s, const char *path, const struct strbuf *why)
{
    fail(s, 0, "%s", strbuf_text(why));
    if (find_command(path)) // procarium fork
        strbuf_printf(&s->diagnosis.hint, HINT_RUN_COMMAND, path);
}

const char *file_path(struct session *s, const char *written)
{
    struct strbuf path = STRBUF_INIT;

    if (!s->home || written[0] != '~' || (written[1] != '/' && written[1]))
        return written;
    strbuf_printf(&path, "%s%s", s->home, written + 1);
    const char *kept = arena_copy(&s->arena, strbuf_text(&path), path.length);
    strbuf_finish(&path);
    return kept;
}

const struct source *read_source(struct session *s, const char *written, struct strbuf *why)
{
    const char *path = file_path(s, written);
    struct stat st;
    FILE *file = open_regular(path, &st, why);

    if (!file)
        return NULL;
    struct source *source = arena_new(&s->arena, struct source);
    char *text = arena_alloc(&s->arena, (size_t)st.st_size + 1);
    source->name = arena_copy(&s->arena, shown_path(s, path), strlen(shown_path(s, path)));
    source->length = (u32)fread(text, 1, (size_t)st.st_size, file);
    source->text = text;
    source->first_line = 1;
    bool well = !ferror(file);
    fclose(file);
    if (!well)
        strbuf_printf(why, MSG_FILE_NONE, path);
    return well ? source : NULL;
}
