/*
 * The face of runs without panes: echoes, reports and narration as text or as JSON Lines, mistakes
 * on standard error.
 */
#ifndef PROCARIUM_UI_PRINTER_H
#define PROCARIUM_UI_PRINTER_H

#include "procarium/script.h"

#include <stdio.h>

enum printer_style {
    PRINT_TEXT,  /* commands, what they did, what was asked for, the lesson */
    PRINT_TYPED, /* the same without the commands: somebody has just typed them */
    PRINT_QUIET, /* only what looking commands were asked for, and mistakes */
    PRINT_JSON
};

struct printer;

/* NULL when there is no memory. Writes to standard output and standard error. */
struct printer *printer_create(enum printer_style style);
/*
 * A person is there: who answers `ask`, and whether ^C was typed. Before printer_attach().
 */
void printer_set_person(struct printer *p, bool (*ask)(void *person, struct strbuf *reply),
                        bool (*is_interrupted)(void *person), void *person);
/* The session's face from now on, and a listener if the style needs one. */
void printer_attach(struct printer *p, struct session *session);
/* More text for standard output, in the signs that the terminal has. */
void printer_put(struct printer *p, const char *text, size_t length);
/* JSON: the last snapshot. Then everything is written out; false if that failed. */
bool printer_end(struct printer *p);
/* Stops listening and frees. */
void printer_destroy(struct printer *p);

#endif
