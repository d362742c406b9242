// UTF-8, as RFC 3629 has it.
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stddef.h>

// Bytes (1 … 4) of the well-formed sequence at text, of which `left` (> 0) bytes exist; 0 if
// it is malformed or cut off.
size_t utf8_length(const char *text, size_t left);

#endif
