/*
 * How text becomes cells: UTF-8 decoding, column widths, and a visible form for what must not reach
 * a terminal.
 */
#ifndef PROCARIUM_TUI_GLYPH_H
#define PROCARIUM_TUI_GLYPH_H

#include <stddef.h>
#include <wchar.h>

/*
 * Bytes that are not UTF-8 decode to this plus the byte, as in a lone surrogate: never a valid
 * character.
 */
#define GLYPH_BAD_BYTE 0xDC00

/* One character as it is drawn. A control character or a bad byte is spelled out ("^X", "\x9b"). */
struct glyph {
    wchar_t text[8]; /* NUL-terminated */
    int width;       /* columns; 0 for a mark that combines with the cell before it */
};

/*
 * Decodes the first character of the n > 0 bytes at s into *ch and returns the number of bytes it
 * takes (at least 1). Overlong forms, surrogates and cut-off sequences are bad bytes, one at a
 * time.
 */
size_t glyph_decode(const char *s, size_t n, wchar_t *ch);

/*
 * Writes ch as UTF-8 and returns the number of bytes (1 to 4; a GLYPH_BAD_BYTE gives its byte
 * back).
 */
size_t glyph_encode(wchar_t ch, char out[4]);

/*
 * An ASCII sign for one that procarium itself uses and a poor terminal may not have; others stay
 * what they are: they are what the person has written.
 */
wchar_t glyph_plain(wchar_t ch);

/* The form in which ch is drawn. */
void glyph_of(wchar_t ch, struct glyph *glyph);

/* Columns that the text takes when drawn. */
int glyph_width(const char *text);

/* Columns that n wide characters take when drawn. */
int glyph_wide_width(const wchar_t *text, size_t n);

/*
 * Where the rows of the n bytes at text go on when it is wrapped to cols: a little further in than
 * it begins, but at 0 if it begins there, and never beyond the middle.
 */
int glyph_hanging_indent(const char *text, size_t n, int cols);

/*
 * A NUL-terminated UTF-8 copy of n wide characters; the caller frees it. Never NULL (no memory:
 * abort).
 */
char *glyph_to_utf8(const wchar_t *text, size_t n);

/* A NUL-terminated wide copy of n bytes, its length in *count unless NULL; the caller frees it. */
wchar_t *glyph_to_wide(const char *text, size_t n, size_t *count);

#endif
