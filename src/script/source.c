// Texts: whether they are fit to be read, and how a place in one is shown.
#include "script/source.h"

#include "script/messages.h"
#include "util/utf8.h"

#include <stdarg.h>

#define PIECE 60u // characters shown on either side of the place in a long line

void diagnosis_clear(struct diagnosis *d)
{
    d->offset = 0;
    d->is_expect = false;
    strbuf_clear(&d->message);
    strbuf_clear(&d->hint);
}

void diagnosis_finish(struct diagnosis *d)
{
    strbuf_finish(&d->message);
    strbuf_finish(&d->hint);
}

bool diagnose(struct diagnosis *d, u32 offset, const char *format, ...)
{
    va_list args;

    diagnosis_clear(d);
    d->offset = offset;
    va_start(args, format);
    strbuf_vprintf(&d->message, format, args);
    va_end(args);
    return false;
}

static bool is_line_end(const struct source *s, u32 i)
{
    return s->text[i] == '\n' ||
           (s->text[i] == '\r' && i + 1 < s->length && s->text[i + 1] == '\n');
}

static bool is_bad(const struct source *s, u32 i, u32 length)
{
    unsigned char c = (unsigned char)s->text[i];

    if (length == 0)
        return true;
    if (length == 1)
        return (c < 0x20 || c == 0x7F) && c != '\t' && !is_line_end(s, i);
    // U+0080 … U+009F: terminals obey them.
    return length == 2 && c == 0xC2 && (unsigned char)s->text[i + 1] < 0xA0;
}

u32 source_find_bad_byte(const struct source *s, u32 from)
{
    u32 i = from;

    while (i < s->length) {
        u32 length = (u32)utf8_length(s->text + i, s->length - i);

        if (is_bad(s, i, length))
            break;
        i += length;
    }
    return i;
}

bool diagnose_bad_byte(const struct source *s, u32 offset, struct diagnosis *d)
{
    u32 length = (u32)utf8_length(s->text + offset, s->length - offset);

    if (length == 0)
        return diagnose(d, offset, MSG_NOT_UTF8, (unsigned char)s->text[offset]);
    return diagnose(d, offset, MSG_CONTROL_BYTE, (unsigned char)s->text[offset + length - 1]);
}

// The next character's beginning; a malformed byte counts as a character.
static u32 after(const struct source *s, u32 i)
{
    u32 n = (u32)utf8_length(s->text + i, s->length - i);

    return i + (n ? n : 1);
}

static u32 line_begin(const struct source *s, u32 offset)
{
    while (offset > 0 && s->text[offset - 1] != '\n')
        offset--;
    return offset;
}

// Where the character begins that stands `count` characters before an offset, in text that is fit to
// be read.
static u32 before(const struct source *s, u32 offset, u32 count)
{
    for (; count > 0 && offset > 0; count--)
        do
            offset--;
        while (offset > 0 && ((unsigned char)s->text[offset] & 0xC0) == 0x80);
    return offset;
}

struct place source_place(const struct source *s, u32 offset, struct place_mark *mark)
{
    if (offset > s->length)
        offset = s->length;
    if (mark->source != s || mark->offset > offset)
        *mark = (struct place_mark){ s, 0, { s->first_line, 1 } };
    while (mark->offset < offset) {
        bool ends_line = s->text[mark->offset] == '\n';

        mark->offset = after(s, mark->offset);
        mark->place.column = ends_line ? 1 : mark->place.column + 1;
        mark->place.line += ends_line;
    }
    return mark->place;
}

static u32 count_characters(const struct strbuf *sb)
{
    u32 count = 0;

    for (size_t i = 0; i < sb->length; i++)
        count += ((unsigned char)sb->text[i] & 0xC0) != 0x80;
    return count;
}

// A tab is shown as one space, so that the caret stands below its place.
static void add_piece(const struct source *s, u32 begin, u32 end, struct strbuf *out)
{
    for (u32 i = begin; i < end; i = after(s, i)) {
        if (s->text[i] == '\t')
            strbuf_putc(out, ' ');
        else
            strbuf_add_visible(out, s->text + i, after(s, i) - i);
    }
}

u32 source_show_line(const struct source *s, u32 offset, u32 column, struct strbuf *out)
{
    strbuf_clear(out);
    if (offset > s->length)
        offset = s->length;
    bool is_cut = column > PIECE + 20;
    u32 begin = is_cut ? before(s, offset, PIECE - 1) : line_begin(s, offset);

    if (is_cut)
        strbuf_puts(out, "…");
    add_piece(s, begin, offset, out);
    u32 caret = count_characters(out);
    u32 end = offset;
    u32 room = PIECE;
    while (end < s->length && !is_line_end(s, end) && room > 0) {
        end = after(s, end);
        room--;
    }
    add_piece(s, offset, end, out);
    if (end < s->length && !is_line_end(s, end))
        strbuf_puts(out, "…");
    return caret;
}
