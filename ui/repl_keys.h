/* What is typed in a session without panes: characters, bursts, history search, stops and ends. */
#ifndef PROCARIUM_UI_REPL_KEYS_H
#define PROCARIUM_UI_REPL_KEYS_H

#include "tui/guard.h"
#include "tui/history_search.h"

#include <histedit.h>
#include <signal.h>
#include <stdbool.h>
#include <termios.h>
#include <wchar.h>

struct history_list;

enum { REPL_INPUT_MAX = 4096 }; /* what a terminal keeps for us at most */

struct repl_keys {
    EditLine *el;
    struct history_list *history;
    struct guard guard; /* for the terminal, while it is libedit's */
    struct termios termios;

    /* What was read and not yet used. */
    unsigned char input[REPL_INPUT_MAX];
    size_t input_at, input_end;
    bool is_line_new; /* none of its keys was read */
    bool has_kept_byte;
    unsigned char kept_byte;
    wchar_t next; /* a character that libedit gets before all others; 0: none */
    /* Of a sequence that is not complete: a key that is more than one character. */
    enum { SEQUENCE_NONE, SEQUENCE_BEGUN, SEQUENCE_LONG } sequence;
    struct history_search search;

    struct sigaction old[4];
    sigset_t mask; /* outside reading, and while it waits for a key */
};

/* Before el_init(): the terminal as it is, its guard, and the signals. */
void repl_keys_begin(struct repl_keys *keys, struct history_list *history);
/* After el_init(): what libedit asks us for, and the keys that we do otherwise. */
void repl_keys_bind(struct repl_keys *keys, EditLine *el);
/* After el_end(). */
void repl_keys_end(struct repl_keys *keys);

/* As el_wgets(); NULL also after ^C and a signal that ends us. */
const wchar_t *repl_keys_read_line(struct repl_keys *keys, int *count);

/* What stands before the line while the history is searched; NULL: the prompt. */
const char *repl_keys_search_prompt(const struct repl_keys *keys, char *out, size_t size);

/* Was ^C typed, or are we asked to end? */
bool repl_was_interrupted(void);
void repl_clear_interrupt(void);
/* The signal that asks us to end, 0 for none. */
int repl_ending_signal(void);

#endif
