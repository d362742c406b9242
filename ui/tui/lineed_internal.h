/* What the files of the line editor share: its state, and the private keys for actions. */
#ifndef PROCARIUM_TUI_LINEED_INTERNAL_H
#define PROCARIUM_TUI_LINEED_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/history_search.h"
#include "tui/lineed.h"

#include <histedit.h>
#include <stdio.h>

/*
 * Keys that no keyboard has (C1 control characters), bound to one editor function each. They let an
 * arrow key be one character for libedit, so that a lone ESC in vi's insert mode need not wait for
 * more.
 */
enum private_key {
    PRIVATE_FIRST = 0x80,
    PRIVATE_PASTE = PRIVATE_FIRST,
    PRIVATE_UP,
    PRIVATE_DOWN,
    PRIVATE_LEFT,
    PRIVATE_RIGHT,
    PRIVATE_HOME,
    PRIVATE_END,
    PRIVATE_DELETE,
    PRIVATE_WORD_LEFT,
    PRIVATE_WORD_RIGHT,
    PRIVATE_LAST = 0x9F,
};

enum { PENDING_MAX = 64 };

struct lineed {
    EditLine *el;
    const struct lineed_ops *ops;
    void *app;
    struct history_list *history;

    /* libedit's private terminal, and where its output goes */
    int pty_master;
    int pty_slave;
    FILE *in;
    FILE *out;
    char *output;
    size_t output_size;

    /* the running line */
    bool reading;
    bool cancelled; /* sticky until libedit is out: some of its commands read twice */
    bool lost;      /* libedit's buffer went bad: start the line over */

    /* characters on their way to libedit */
    wchar_t pending[PENDING_MAX];
    size_t pending_count;
    wchar_t *typed; /* pasted text, fed line by line */
    size_t typed_count;
    size_t typed_used;
    size_t typed_offered; /* typed_used when the private key was given, plus 1 */

    struct history_search search;

    /* completion */
    struct completion found;
    char *found_line;
    unsigned found_page;

    /* UTF-8 copies handed out */
    char *line;
    char *text;
};

/* Puts all bindings of ours, and the cures for libedit's own, into the current key maps. */
void lineed_bind_all(struct lineed *le);

/* Only the cures: the keys of functions that crash or leave the pane. */
void lineed_bind_cures(struct lineed *le);

/* Makes the editor functions known to libedit; once, before lineed_bind_all(). */
void lineed_add_functions(struct lineed *le);

/* Whether libedit asks for something itself (vi's `/`): it takes any character literally then. */
bool lineed_is_prompting(const struct lineed *le);

/*
 * Queues the characters that stand for a key; those of a key that means nothing to an editor are
 * none.
 */
void lineed_translate(struct lineed *le, const struct key *key);

/* Queues text, cleaned of what an edit line must not hold. */
void lineed_queue_text(struct lineed *le, const char *text);

#endif
