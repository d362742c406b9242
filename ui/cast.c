/* See cast.h. */
#include "cast.h"

#include <stdbool.h>
#include <string.h>

/* The length of the character that a byte begins; 0 for one that begins none. */
static size_t length_of(unsigned char byte)
{
    if (byte < 0x80)
        return 1;
    if (byte >= 0xC2 && byte <= 0xDF)
        return 2;
    if (byte >= 0xE0 && byte <= 0xEF)
        return 3;
    return byte >= 0xF0 && byte <= 0xF4 ? 4 : 0;
}

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Second bytes that would make a character too long, half a pair, or too large. */
static bool is_bad_second(unsigned char first, unsigned char second)
{
    return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
           (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
}

/*
 * The character at the beginning of some bytes: its length; *is_cut if its end has not come; 0 if
 * the first byte is none's.
 */
static size_t read_character(const unsigned char *bytes, size_t size, bool *is_cut)
{
    size_t length = length_of(bytes[0]);

    *is_cut = false;
    for (size_t i = 1; i < length; i++) {
        if (i == size) {
            *is_cut = true;
            return i;
        }
        if (!is_continuation(bytes[i]) || (i == 1 && is_bad_second(bytes[0], bytes[1])))
            return 0;
    }
    return length;
}

static void add_character(struct strbuf *out, const unsigned char *bytes, size_t length)
{
    if (length > 1)
        strbuf_add(out, (const char *)bytes, length);
    else if (length == 0)
        strbuf_puts(out, "\xEF\xBF\xBD"); /* U+FFFD in the place of a stray byte */
    else if (bytes[0] == '"' || bytes[0] == '\\')
        strbuf_printf(out, "\\%c", bytes[0]);
    else if (bytes[0] < 0x20 || bytes[0] == 0x7F)
        strbuf_printf(out, "\\u%04x", bytes[0]);
    else
        strbuf_putc(out, (char)bytes[0]);
}

/* Adds bytes as the inside of a JSON string; returns how many at the end are half a character. */
static size_t add_string(struct strbuf *out, const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;

    for (size_t i = 0; i < size;) {
        bool is_cut;
        size_t length = read_character(bytes + i, size - i, &is_cut);
        if (is_cut)
            return size - i;
        add_character(out, bytes + i, length);
        i += length > 0 ? length : 1;
    }
    return 0;
}

void cast_begin(struct strbuf *out, int cols, int rows, long long when, const char *term)
{
    strbuf_printf(out, "{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %lld, ",
                  cols, rows, when);
    strbuf_puts(out, "\"title\": \"procarium\", \"env\": {\"TERM\": \"");
    add_string(out, term, strlen(term));
    strbuf_puts(out, "\"}}\n");
}

void cast_output(struct cast *cast, struct strbuf *out, double seconds, const char *bytes,
                 size_t size)
{
    struct strbuf all = STRBUF_INIT;
    size_t before = out->length;

    strbuf_add(&all, cast->rest, cast->rest_size);
    strbuf_add(&all, bytes, size);
    strbuf_printf(out, "[%.6f, \"o\", \"", seconds);
    size_t begin = out->length;
    cast->rest_size = add_string(out, strbuf_text(&all), all.length);
    memcpy(cast->rest, strbuf_text(&all) + all.length - cast->rest_size, cast->rest_size);
    if (out->length > begin)
        strbuf_puts(out, "\"]\n");
    else
        strbuf_truncate(out, before);
    strbuf_finish(&all);
}

void cast_resize(struct strbuf *out, double seconds, int cols, int rows)
{
    strbuf_printf(out, "[%.6f, \"r\", \"%dx%d\"]\n", seconds, cols, rows);
}
