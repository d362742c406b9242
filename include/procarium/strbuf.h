// A growable string: what reports are written into.
#ifndef PROCARIUM_STRBUF_H
#define PROCARIUM_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

// Rule: text[length] is always NUL once anything was added; text may be NULL before.
struct strbuf {
    char *text;
    size_t length;   // bytes, without the NUL
    size_t capacity; // bytes allocated
};

#define STRBUF_INIT ((struct strbuf){ NULL, 0, 0 })

// Gives the memory back and leaves an empty, usable strbuf.
void strbuf_finish(struct strbuf *sb);
// Empties without giving memory back.
void strbuf_clear(struct strbuf *sb);
void strbuf_add(struct strbuf *sb, const char *bytes, size_t length);
void strbuf_puts(struct strbuf *sb, const char *text);
void strbuf_putc(struct strbuf *sb, char c);
void strbuf_repeat(struct strbuf *sb, char c, int count); // count <= 0 adds nothing
void strbuf_printf(struct strbuf *sb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *sb, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
// Cuts back to length bytes (length <= sb->length).
void strbuf_truncate(struct strbuf *sb, size_t length);
// The text, never NULL; valid until the next call that adds.
const char *strbuf_text(const struct strbuf *sb);
// Adds bytes so that a terminal can show them: control bytes as ^X or \xHH, malformed UTF-8
// as \xHH, all else as it is. For text that came from outside.
void strbuf_add_visible(struct strbuf *sb, const char *bytes, size_t length);

#endif
