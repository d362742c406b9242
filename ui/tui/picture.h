/* A picture of the screen for hand-outs: its cells, as SVG, HTML or plain text. */
#ifndef PROCARIUM_TUI_PICTURE_H
#define PROCARIUM_TUI_PICTURE_H

#include "procarium/script.h"

enum { PICTURE_TEXT_BYTES = 24 };

/* One cell. A wide character fills two: the second has an empty text. */
struct picture_cell {
    char text[PICTURE_TEXT_BYTES]; /* UTF-8, with its combining marks; " " when blank */
    unsigned fg, bg;               /* 0xRRGGBB */
    bool is_bold, is_underlined;
};

struct picture {
    int rows, cols;
    unsigned fg, bg; /* of the paper */
    struct picture_cell *cells;
};

/* Takes what was drawn into stdscr. `is_light`: what the terminal's own colours stand for. */
void picture_take(struct picture *picture, bool is_light);
void picture_finish(struct picture *picture);

void picture_write(const struct picture *picture, enum screen_form form, struct strbuf *out);

#endif
