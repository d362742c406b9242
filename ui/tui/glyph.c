/* How text becomes cells: the decoder, the widths, and the visible forms. */
#include "tui/glyph.h"

#include "tui/mem.h"

#include <string.h>

/*
 * Length that a lead byte announces, 0 when it can't lead; the smallest code point of that length
 * in *least.
 */
static size_t lead_length(unsigned char lead, wchar_t *bits, wchar_t *least)
{
    if (lead >= 0xC2 && lead <= 0xDF) {
        *bits = lead & 0x1F;
        *least = 0x80;
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        *bits = lead & 0x0F;
        *least = 0x800;
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        *bits = lead & 0x07;
        *least = 0x10000;
        return 4;
    }
    return 0;
}

size_t glyph_decode(const char *s, size_t n, wchar_t *ch)
{
    unsigned char lead = (unsigned char)s[0];
    wchar_t code = lead, least = 0;

    *ch = lead;
    if (lead < 0x80)
        return 1;
    *ch = GLYPH_BAD_BYTE + lead;
    size_t length = lead_length(lead, &code, &least);
    if (length == 0 || length > n)
        return 1;
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)s[i];
        if ((next & 0xC0) != 0x80)
            return 1;
        code = (wchar_t)(code << 6 | (next & 0x3F));
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 1;
    *ch = code;
    return length;
}

size_t glyph_encode(wchar_t ch, char out[4])
{
    unsigned code = (unsigned)ch;

    if (code >= GLYPH_BAD_BYTE + 0x80 && code <= GLYPH_BAD_BYTE + 0xFF) {
        out[0] = (char)(code - GLYPH_BAD_BYTE);
        return 1;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        code = 0xFFFD;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/*
 * Characters that have no cell of their own and change how others are read: they are shown, not
 * obeyed.
 */
static int is_invisible_format(wchar_t ch)
{
    return ch == 0xAD || (ch >= 0x200B && ch <= 0x200F) || (ch >= 0x2028 && ch <= 0x202E) ||
           (ch >= 0x2060 && ch <= 0x206F) || ch == 0xFEFF || (ch >= 0xE0000 && ch <= 0xE007F);
}

/* Spells ch as \xHH or \uHHHH. */
static void spell(struct glyph *glyph, wchar_t letter, unsigned value, int digits)
{
    static const wchar_t hex[] = L"0123456789abcdef";

    glyph->text[0] = L'\\';
    glyph->text[1] = letter;
    for (int i = 0; i < digits; i++)
        glyph->text[2 + i] = hex[value >> (4 * (digits - 1 - i)) & 0xF];
    glyph->text[2 + digits] = 0;
    glyph->width = 2 + digits;
}

wchar_t glyph_plain(wchar_t ch)
{
    static const wchar_t signs[] = L"→←▶◀▲▼·…─│├└┌┐┘┤┬┴┼×“”‘’–—▪█▒░┃●○═║╔╗╚╝";
    static const wchar_t plain[] = L"><><^v.~-|+`+++++++x\"\"''--*#:.#o.=|++++";
    _Static_assert(sizeof signs == sizeof plain, "a plain sign for each");
    const wchar_t *sign = ch > 0x7E ? wcschr(signs, ch) : NULL;

    return sign ? plain[sign - signs] : ch;
}

void glyph_of(wchar_t ch, struct glyph *glyph)
{
    if (ch < 0x20 || ch == 0x7F) {
        glyph->text[0] = L'^';
        glyph->text[1] = ch == 0x7F ? L'?' : ch + 0x40;
        glyph->text[2] = 0;
        glyph->width = 2;
        return;
    }
    if (ch < 0x7F) {
        glyph->text[0] = ch;
        glyph->text[1] = 0;
        glyph->width = 1;
        return;
    }
    if (ch <= 0x9F) {
        spell(glyph, L'x', (unsigned)ch, 2);
        return;
    }
    if (ch >= GLYPH_BAD_BYTE && ch <= GLYPH_BAD_BYTE + 0xFF) {
        spell(glyph, L'x', (unsigned)ch - GLYPH_BAD_BYTE, 2);
        return;
    }
    if (is_invisible_format(ch)) {
        spell(glyph, L'u', (unsigned)ch, ch > 0xFFFF ? 5 : 4);
        return;
    }
    int width = wcwidth(ch);
    glyph->text[0] = width < 0 ? L'?' : ch;
    glyph->text[1] = 0;
    glyph->width = width < 0 ? 1 : width;
}

int glyph_width(const char *text)
{
    int width = 0;
    size_t n = strlen(text);

    while (n > 0) {
        wchar_t ch;
        struct glyph glyph;
        size_t used = glyph_decode(text, n, &ch);
        glyph_of(ch, &glyph);
        width += glyph.width;
        text += used;
        n -= used;
    }
    return width;
}

int glyph_wide_width(const wchar_t *text, size_t n)
{
    int width = 0;

    for (size_t i = 0; i < n; i++) {
        struct glyph glyph;
        glyph_of(text[i], &glyph);
        width += glyph.width;
    }
    return width;
}

int glyph_hanging_indent(const char *text, size_t n, int cols)
{
    size_t blanks = 0;

    while (blanks < n && text[blanks] == ' ' && (int)blanks < cols / 2)
        blanks++;
    if (blanks == 0)
        return 0;
    return (int)blanks + 2 < cols / 2 ? (int)blanks + 2 : cols / 2;
}

char *glyph_to_utf8(const wchar_t *text, size_t n)
{
    char *out = mem_alloc(n * 4 + 1);
    size_t used = 0;

    for (size_t i = 0; i < n; i++)
        used += glyph_encode(text[i], out + used);
    out[used] = 0;
    return out;
}

wchar_t *glyph_to_wide(const char *text, size_t n, size_t *count)
{
    wchar_t *out = mem_alloc((n + 1) * sizeof *out);
    size_t used = 0;

    for (size_t i = 0; i < n;)
        i += glyph_decode(text + i, n - i, &out[used++]);
    out[used] = 0;
    if (count)
        *count = used;
    return out;
}
