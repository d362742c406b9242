/* A terminal for tests: runs a program in a pseudo-terminal and reads its screen by libvterm. */
#ifndef SCREEN_VT_H
#define SCREEN_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <vterm.h>

/*
 * A test starts the program, waits for text, acts, waits again, and looks at cells:
 *
 *     struct vt *vt = vt_start(24, 80, NULL, (const char *[]){ getenv("PROCARIUM"), NULL });
 *     VT_ASSERT(vt, vt_wait_text(vt, "1 init"));
 *     vt_type(vt, "fork\r");
 *     VT_ASSERT(vt, vt_wait_text(vt, "3 sh"));
 *     vt_key(vt, VTERM_KEY_FUNCTION(7));
 *     VT_ASSERT(vt, vt_wait_gone(vt, "3 sh"));
 *     vt_type(vt, "quit\r");
 *     CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
 *     vt_stop(vt);
 *
 * A wait judges what is on the screen now, which may be what was there before the last key: wait
 * for something that only the answer shows.
 *
 * Nothing here ever sleeps: every wait ends as soon as its condition holds, or at a deadline
 * (VT_DEADLINE_MS), which only a failing test reaches.
 *
 * A full-screen program draws a frame with many write() calls. The waits judge only whole frames:
 * between the marks of a synchronized update (ESC [?2026h … ESC [?2026l) the screen is not looked
 * at. A program that sends no marks is judged after every read.
 *
 * Rows and columns count from 0. Text is UTF-8. A wide character fills two cells; the second one
 * belongs to the first and is no text of its own.
 */
struct vt;

enum { VT_DEADLINE_MS = 10000 };

/* CU_ASSERT_FATAL, but with the screen printed first when the condition is false. */
#define VT_ASSERT(vt, condition)                                                                   \
    do {                                                                                           \
        bool vt_assert_ok_ = (condition);                                                          \
        if (!vt_assert_ok_) {                                                                      \
            vt_dump((vt), stdout);                                                                 \
            vt_stop(vt);                                                                           \
        }                                                                                          \
        CU_assertImplementation((CU_BOOL)vt_assert_ok_, __LINE__, #condition, __FILE__, "",        \
                                CU_TRUE);                                                          \
    } while (0)

/* -- starting and ending ------------------------------------------------------------------ */

/*
 * Start argv[0] (a path; argv ends with NULL) in a new pseudo-terminal of this size.
 *
 * The program does not inherit the tester's environment but gets a small one of its own: PATH,
 * TERM=xterm-256color, LC_ALL=C.UTF-8, HOME and the XDG folders where nothing can be (below
 * /dev/null), and the sanitizers' options. env (NULL, or "NAME=VALUE" strings and a NULL) is added to it and wins;
 * "NAME" without '=' takes the variable away.
 *
 * Never returns NULL; a program that can't be executed is seen as exit status 127.
 */
struct vt *vt_start(int rows, int cols, const char *const *env, const char *const *argv);

/* Read until the program has ended; its exit status, or 128 + the signal that killed it, or -1
 * when it is still there at the deadline. May be asked again. */
int vt_wait_exit(struct vt *vt);

/* Whether the program has ended; never waits. */
bool vt_has_ended(struct vt *vt);

/* Send the program a signal, as kill(2). */
void vt_signal(struct vt *vt, int sig);

/* The program's process id. */
int vt_pid(const struct vt *vt);

/* Kill the program if it still runs, and release everything. NULL is allowed. */
void vt_stop(struct vt *vt);

/* -- acting ------------------------------------------------------------------------------- */

/* Send bytes as if typed: "\r" is Enter, "\003" Control-C, "\033" Escape. */
void vt_type(struct vt *vt, const char *text);
void vt_send(struct vt *vt, const void *bytes, size_t size);

/* Send a key with a name, in the mode that the program has set: VTERM_KEY_UP, VTERM_KEY_FUNCTION(5)… */
void vt_key(struct vt *vt, VTermKey key);
void vt_key_mod(struct vt *vt, VTermKey key, VTermModifier mod);

/* Paste text: bracketed (ESC [200~ … ESC [201~) if the program has asked for that. */
void vt_paste(struct vt *vt, const char *text);

/* Press and release a mouse button at a cell, in SGR form: 1 left, 2 middle, 3 right, 4 wheel up, 5 wheel down. */
void vt_mouse(struct vt *vt, int button, int row, int col);

/* Give the terminal another size; the program gets SIGWINCH. What is seen of a terminal with one
 * column is a screen with two. */
void vt_resize(struct vt *vt, int rows, int cols);

/* -- waiting ------------------------------------------------------------------------------ */

/* Wait until text stands in a row of a whole frame. False at the deadline, or when the program
 * ended without it. */
bool vt_wait_text(struct vt *vt, const char *text);

/* Wait until text stands in no row of a whole frame. */
bool vt_wait_gone(struct vt *vt, const char *text);

/* Wait until is_so(vt, arg) holds for a whole frame. */
bool vt_wait(struct vt *vt, bool (*is_so)(const struct vt *vt, void *arg), void *arg);

/* Read until nothing has come for quiet_ms: for looking at what must not change. */
void vt_settle(struct vt *vt, int quiet_ms);

/* -- looking ------------------------------------------------------------------------------ */

int vt_rows(const struct vt *vt);
int vt_cols(const struct vt *vt);

/* A row's text without trailing blanks; a blank cell is a space. It stays valid until 8 more rows
 * have been asked for. */
const char *vt_row(const struct vt *vt, int row);

/* Where text first stands, searched row by row; row or col may be NULL. */
bool vt_find(const struct vt *vt, const char *text, int *row, int *col);
/* The same, starting at the given row. */
bool vt_find_from(const struct vt *vt, int first_row, const char *text, int *row, int *col);

/* How many rows have text in them. */
int vt_count_rows_with(const struct vt *vt, const char *text);

/* The text of one cell: a character with its combining marks, " " when blank, "" for the second
 * half of a wide character. It stays valid as vt_row()'s. */
const char *vt_cell_text(const struct vt *vt, int row, int col);

/* Everything that libvterm knows about a cell; attrs.bold, .reverse, .underline… */
VTermScreenCell vt_cell(const struct vt *vt, int row, int col);

/* A cell's colours: -1 the terminal's own, 0-255 the palette's index, VT_RGB + 0xRRGGBB else. */
enum { VT_DEFAULT_COLOR = -1, VT_RGB = 0x1000000 };
int vt_fg(const struct vt *vt, int row, int col);
int vt_bg(const struct vt *vt, int row, int col);

/* The cursor. */
void vt_cursor(const struct vt *vt, int *row, int *col);
bool vt_cursor_is_visible(const struct vt *vt);

/* Whether the program has switched to the alternate screen. */
bool vt_is_altscreen(const struct vt *vt);

/* Whether the terminal's line settings are as they were before the program started. */
bool vt_is_termios_restored(const struct vt *vt);

/* How many bytes the program has sent, and whether these bytes are among the last 64 KiB of them;
 * for what must or must not reach the terminal raw. */
size_t vt_bytes_received(const struct vt *vt);
bool vt_has_received(const struct vt *vt, const void *bytes, size_t size);
/* A copy of those, with a NUL behind; the caller frees it. */
char *vt_received(const struct vt *vt, size_t *size);

/* Print the screen as text in a frame, with size, cursor and modes: for a failure's message. */
void vt_dump(const struct vt *vt, FILE *out);

#endif
