/* See notes_message.h. */
#include "tui/notes_message.h"

#include <stdlib.h>
#include <string.h>

/*
 * A message is a first line, fields, and an end. A field is a line "NAME LENGTH", that many bytes,
 * and a line end.
 */
static const char heading[] = "procarium notes 1\n", end_line[] = "end 0\n\n";

static const char *const names[NOTES_FIELDS] = { "lesson", "chapter", "place", "text",
                                                 "answer", "cue",     "next",  "ahead" };

enum { FIELD_MAX = 7000, LINE_MAX_BYTES = 64 };

void notes_clear(struct notes *notes)
{
    for (int i = 0; i < NOTES_FIELDS; i++)
        strbuf_clear(&notes->field[i]);
}

void notes_finish(struct notes *notes)
{
    for (int i = 0; i < NOTES_FIELDS; i++)
        strbuf_finish(&notes->field[i]);
}

void notes_write(const struct notes *notes, struct strbuf *out)
{
    strbuf_puts(out, heading);
    for (int i = 0; i < NOTES_FIELDS; i++) {
        size_t length = notes->field[i].length;
        length = length < FIELD_MAX ? length : FIELD_MAX;
        strbuf_printf(out, "%s %zu\n", names[i], length);
        strbuf_add(out, strbuf_text(&notes->field[i]), length);
        strbuf_putc(out, '\n');
    }
    strbuf_puts(out, end_line);
}

/* Reads "NAME LENGTH\n" at *at. NOTES_WHOLE: *name and *length are set, *at is behind it. */
static enum notes_read read_line(const char *bytes, size_t size, size_t *at, const char **name,
                                 size_t *length)
{
    const char *line = bytes + *at;
    size_t left = size - *at, room = left < LINE_MAX_BYTES ? left : LINE_MAX_BYTES;
    const char *line_end = memchr(line, '\n', room);
    const char *blank = line_end ? memchr(line, ' ', (size_t)(line_end - line)) : NULL;

    if (!line_end)
        return left < LINE_MAX_BYTES ? NOTES_PARTIAL : NOTES_WRONG;
    if (!blank || blank + 1 == line_end)
        return NOTES_WRONG;
    *length = 0;
    for (const char *digit = blank + 1; digit < line_end; digit++) {
        if (*digit < '0' || *digit > '9' || *length > NOTES_MESSAGE_MAX)
            return NOTES_WRONG;
        *length = *length * 10 + (size_t)(*digit - '0');
    }
    *name = line;
    *at += (size_t)(line_end + 1 - line);
    return *length > NOTES_MESSAGE_MAX ? NOTES_WRONG : NOTES_WHOLE;
}

static void take_field(struct notes *notes, const char *name, const char *bytes, size_t length)
{
    for (int i = 0; i < NOTES_FIELDS; i++) {
        size_t n = strlen(names[i]);
        if (strncmp(name, names[i], n) != 0 || name[n] != ' ')
            continue;
        strbuf_clear(&notes->field[i]);
        strbuf_add(&notes->field[i], bytes, length);
    }
}

enum notes_read notes_read(struct notes *notes, const char *bytes, size_t size, size_t *used)
{
    size_t at = strlen(heading), known = size < at ? size : at;

    if (memcmp(bytes, heading, known) != 0)
        return NOTES_WRONG;
    if (size < at)
        return NOTES_PARTIAL;
    notes_clear(notes);
    for (;;) {
        const char *name;
        size_t length;
        enum notes_read read = read_line(bytes, size, &at, &name, &length);
        if (read != NOTES_WHOLE)
            return read;
        if (at + length > NOTES_MESSAGE_MAX)
            return NOTES_WRONG;
        if (size < at + length + 1)
            return NOTES_PARTIAL;
        if (bytes[at + length] != '\n')
            return NOTES_WRONG;
        *used = at + length + 1;
        if (strncmp(name, "end ", 4) == 0)
            return NOTES_WHOLE;
        take_field(notes, name, bytes + at, length);
        at += length + 1;
    }
}
