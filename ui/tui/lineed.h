/* libedit as the line editor of a pane: it edits, others read keys and draw. */
#ifndef PROCARIUM_TUI_LINEED_H
#define PROCARIUM_TUI_LINEED_H

#include "tui/key.h"

#include <stdbool.h>
#include <stddef.h>

struct lineed;
struct history_list;

/*
 * What may stand at the cursor. The completer fills it in; the strings are malloc'd and go to the
 * editor.
 */
struct completion {
    char **candidates; /* what to show, each malloc'd */
    size_t count;
    char *insert;   /* what all candidates have in common from here on, NULL for nothing */
    size_t replace; /* bytes before the cursor that `insert` replaces */
    char *hint;     /* one line about what is expected here, or NULL */
};

/* Adds a copy of the text to the candidates. */
void completion_add(struct completion *completion, const char *text);

/* Frees what the completion holds and empties it. */
void completion_clear(struct completion *completion);

struct lineed_ops {
    /*
     * Waits for the next key for the line, drawing and serving everything else meanwhile; false
     * when the line is to be given up (quit, or lineed_cancel() was called).
     */
    bool (*next_key)(void *app, struct key *key);
    /*
     * What could come next in the line (UTF-8), cursor counted in bytes. Fills in *completion,
     * which is empty.
     */
    void (*complete)(void *app, const char *line, size_t cursor, struct completion *completion);
    /* Asked between pasted lines: true when the rest is to be dropped. May be NULL. */
    bool (*interrupted)(void *app);
};

enum lineed_result {
    LINEED_LINE,   /* Enter */
    LINEED_EOF,    /* ^D on an empty line */
    LINEED_CANCEL, /* lineed_cancel(), or next_key() said no */
};

/* The line as it stands, for drawing. Pointers are valid until the next key. */
struct lineed_view {
    const wchar_t *text; /* may hold '\n' and control characters; not NUL-terminated */
    size_t length;
    size_t cursor;
    const wchar_t *search; /* the pattern of a running history search, or NULL */
    bool search_failed;
};

/*
 * Makes an editor; `program` is the prefix that ~/.editrc lines may carry. To be called before
 * curses starts (libedit replaces curses' terminal description), and in a UTF-8 locale. NULL with
 * the reason in `why` when there are no pseudo-terminals. lineed_destroy() frees it; the history
 * stays the caller's.
 */
struct lineed *lineed_create(const char *program, const struct lineed_ops *ops, void *app,
                             struct history_list *history, char *why, size_t size);
void lineed_destroy(struct lineed *le);

/*
 * Edits one line. With LINEED_LINE, *line is the text as UTF-8 without a newline, owned by the
 * editor until the next call; it is in the history already.
 */
enum lineed_result lineed_read(struct lineed *le, const char **line);

/* Makes the running lineed_read() return LINEED_CANCEL once next_key() is back. */
void lineed_cancel(struct lineed *le);

/* The line, cursor and search as they are. Outside lineed_read() the line is empty. */
void lineed_get_view(const struct lineed *le, struct lineed_view *view);

/* The line as UTF-8 with the cursor in bytes, owned by the editor until the next call. */
const char *lineed_text(struct lineed *le, size_t *cursor);

/*
 * True when nothing is typed and no search or editor prompt is open: keys may mean something else
 * then.
 */
bool lineed_is_empty(const struct lineed *le);

/* What the last Tab found, NULL when the line has changed since; *page counts further Tabs. */
const struct completion *lineed_candidates(struct lineed *le, unsigned *page);

/* Text as if pasted: each whole line in it runs, the rest stays in the line. UTF-8. */
void lineed_type(struct lineed *le, const char *text);

/* Forgets pasted lines that have not run. */
void lineed_drop_typed(struct lineed *le);

enum lineed_mode { LINEED_EMACS, LINEED_VI };

/* The set of key bindings. Setting it undoes the bindings of .editrc; only between lines. */
enum lineed_mode lineed_get_mode(const struct lineed *le);
void lineed_set_mode(struct lineed *le, enum lineed_mode mode);

/*
 * Carries out one editrc(5) line such as `bind -v`, only between lines. Its output (for `bind`
 * alone, all bindings) is in *output, owned by the editor until the next call. False when it is not
 * understood or refused.
 */
bool lineed_command(struct lineed *le, const char *text, const char **output);

/*
 * Carries out the `bind` lines of an editrc(5) file and passes over its other commands. Bad lines
 * are reported and skipped. A missing file is no error.
 */
void lineed_load_editrc(struct lineed *le, const char *path,
                        void (*report)(void *app, const char *message), void *app);

/* $EDITRC or ~/.editrc; the caller frees it; NULL when neither is known. */
char *lineed_editrc_path(void);

#endif
