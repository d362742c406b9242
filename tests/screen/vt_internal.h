/* The inside of a terminal for tests: what its parts share. */
#ifndef SCREEN_VT_INTERNAL_H
#define SCREEN_VT_INTERNAL_H

#include "vt.h"

#include <sys/types.h>
#include <termios.h>

enum {
    MARK_SIZE = 8,        /* of ESC [?2026h */
    KEPT_SIZE = 64 << 10, /* what vt_has_received() searches */
    TEXT_BUFFERS = 8,
    /* libvterm 0.1.4 falls over a character of two columns in a row that has only one. */
    LEAST_COLS = 2,
};

/* What vt_row() and vt_cell_text() hand out, in turn. */
struct text_ring {
    char *text[TEXT_BUFFERS];
    unsigned next;
};

struct vt {
    VTerm *term;
    VTermScreen *screen;
    int fd; /* the pty's master */
    pid_t pid;
    struct termios termios_before;

    bool is_eof;    /* the other side is closed */
    bool is_reaped; /* and status is valid */
    int status;

    bool is_parsing; /* libvterm is at work, and must not be called again */
    bool in_frame;   /* between the marks of a synchronized update */
    char tail[MARK_SIZE];

    bool is_altscreen;
    bool is_cursor_visible;

    size_t received;
    char kept[KEPT_SIZE]; /* a ring of the last bytes */

    struct text_ring *texts;
};

/* What a test cannot go on without: prints why, and aborts. */
_Noreturn void vt_die(const char *what);
/* The same where memory may be lacking. */
void *vt_must(void *memory);

long vt_now_ms(void);

/* One read, waiting for it at most ms. True if something came. */
bool vt_step(struct vt *vt, long ms);

#endif
