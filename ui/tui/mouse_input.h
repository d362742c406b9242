/* Mouse reports as modern terminals send them: "ESC [ < 0 ; 12 ; 3 M", or "ESC [ M" and 3 bytes. */
#ifndef PROCARIUM_TUI_MOUSE_INPUT_H
#define PROCARIUM_TUI_MOUSE_INPUT_H

#include "tui/key.h"

/* A report that is being read. All zero: none is. */
struct mouse_input {
    enum { MOUSE_INPUT_NONE, MOUSE_INPUT_SGR, MOUSE_INPUT_X10 } form;
    int number[3];
    int count; /* of numbers (SGR: those before this one), or of bytes */
};

/* A report begins: its first bytes have been read. */
void mouse_input_begin(struct mouse_input *input, bool is_sgr);

/* Is one being read? Then the next byte belongs to it. */
bool mouse_input_is_open(const struct mouse_input *input);

/* Takes a byte; true when the report is whole and means something: *key is it. */
bool mouse_input_add(struct mouse_input *input, int byte, struct key *key);

#endif
