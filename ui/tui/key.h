/*
 * What a person did: one key, one mouse action or one paste, decoded and independent of the
 * terminal.
 */
#ifndef PROCARIUM_TUI_KEY_H
#define PROCARIUM_TUI_KEY_H

#include <stdbool.h>
#include <wchar.h>

enum key_kind {
    KEY_KIND_CHAR,  /* ch: a character, control characters included */
    KEY_KIND_CODE,  /* code: one of curses' KEY_* */
    KEY_KIND_MOUSE, /* mouse, y, x */
    KEY_KIND_PASTE, /* text */
};

/* A drag is the mouse moved with the button held. */
enum mouse_action { MOUSE_PRESS, MOUSE_DRAG, MOUSE_RELEASE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct key {
    enum key_kind kind;
    /* CHAR and CODE */
    wchar_t ch;
    int code;
    bool alt; /* came with an ESC right before it */
    /* MOUSE: cells of the screen, from 0 */
    enum mouse_action mouse;
    int y;
    int x;
    /* PASTE: UTF-8 as it came, owned by the event loop until the next key is asked for */
    char *text;
};

/* The character that Ctrl and a letter give. */
#define KEY_CTRL(letter) ((wchar_t)((letter)&0x1f))

#endif
