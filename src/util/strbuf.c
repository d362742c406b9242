// See strbuf.h.
#include "procarium/strbuf.h"

#include "util/bug.h"
#include "util/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct strbuf *sb, size_t more)
{
    size_t need = sb->length + more + 1;

    BUG_ON(need < more);
    if (need <= sb->capacity)
        return;
    size_t capacity = sb->capacity ? sb->capacity : 64;
    while (capacity < need)
        capacity *= 2;
    char *text = realloc(sb->text, capacity);
    BUG_ON(!text);
    sb->text = text;
    sb->capacity = capacity;
}

void strbuf_finish(struct strbuf *sb)
{
    free(sb->text);
    *sb = STRBUF_INIT;
}

void strbuf_clear(struct strbuf *sb)
{
    strbuf_truncate(sb, 0);
}

void strbuf_add(struct strbuf *sb, const char *bytes, size_t length)
{
    reserve(sb, length);
    if (length)
        memcpy(sb->text + sb->length, bytes, length);
    sb->length += length;
    sb->text[sb->length] = '\0';
}

void strbuf_puts(struct strbuf *sb, const char *text)
{
    strbuf_add(sb, text, strlen(text));
}

void strbuf_putc(struct strbuf *sb, char c)
{
    strbuf_add(sb, &c, 1);
}

void strbuf_repeat(struct strbuf *sb, char c, int count)
{
    if (count <= 0)
        return;
    reserve(sb, (size_t)count);
    memset(sb->text + sb->length, c, (size_t)count);
    sb->length += (size_t)count;
    sb->text[sb->length] = '\0';
}

void strbuf_vprintf(struct strbuf *sb, const char *format, va_list args)
{
    va_list again;

    reserve(sb, 32); // most fit: then once is enough
    va_copy(again, args);
    size_t room = sb->capacity - sb->length;
    int length = vsnprintf(sb->text + sb->length, room, format, again);
    va_end(again);
    BUG_ON(length < 0);
    if ((size_t)length >= room) {
        reserve(sb, (size_t)length);
        vsnprintf(sb->text + sb->length, (size_t)length + 1, format, args);
    }
    sb->length += (size_t)length;
}

void strbuf_printf(struct strbuf *sb, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    strbuf_vprintf(sb, format, args);
    va_end(args);
}

void strbuf_truncate(struct strbuf *sb, size_t length)
{
    BUG_ON(length > sb->length);
    sb->length = length;
    if (sb->text)
        sb->text[length] = '\0';
}

const char *strbuf_text(const struct strbuf *sb)
{
    return sb->text ? sb->text : "";
}

// Characters that terminals obey instead of showing them: U+0080-U+009F, the ends of lines and
// paragraphs (U+2028, U+2029), and those that turn the direction of what follows.
static bool is_obeyed(const unsigned char *p, size_t length)
{
    if (length == 2)
        return p[0] == 0xC2 && p[1] < 0xA0;
    if (length != 3 || p[0] != 0xE2)
        return false;
    return (p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE) || // U+2028-U+202E
           (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9);   // U+2066-U+2069
}

void strbuf_add_visible(struct strbuf *sb, const char *bytes, size_t length)
{
    const unsigned char *p = (const unsigned char *)bytes;

    for (size_t i = 0; i < length;) {
        size_t plain = i;

        while (plain < length && p[plain] >= 0x20 && p[plain] < 0x7F)
            plain++;
        if (plain > i) { // the usual text, in one go
            strbuf_add(sb, bytes + i, plain - i);
            i = plain;
            continue;
        }
        size_t n = utf8_length(bytes + i, length - i);

        if (n == 0 || is_obeyed(p + i, n)) {
            size_t end = i + (n ? n : 1);

            while (i < end)
                strbuf_printf(sb, "\\x%02X", p[i++]);
        } else if (n == 1 && (p[i] < 0x20 || p[i] == 0x7F)) {
            strbuf_putc(sb, '^');
            strbuf_putc(sb, (char)(p[i] ^ 0x40));
            i++;
        } else {
            strbuf_add(sb, bytes + i, n);
            i += n;
        }
    }
}
