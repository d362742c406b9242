/* Runs a program with given input and keeps what it said, for tests that look from outside. */
#ifndef SUPPORT_RUN_H
#define SUPPORT_RUN_H

#include <stdbool.h>
#include <stddef.h>

/* What became of it. The texts end with a NUL that their sizes do not count. */
struct run_result {
    int status;      /* the exit status, or 128 + the signal that killed it */
    bool is_timeout; /* it was killed because RUN_DEADLINE_MS had passed */
    char *out;       /* standard output */
    size_t out_size;
    char *err; /* standard error */
    size_t err_size;
};

enum { RUN_DEADLINE_MS = 60000 };

/*
 * Run argv[0] (a path; argv ends with NULL) with size bytes of input as its standard input, which
 * then ends. It has the tester's environment and no terminal. Ends only what it has started.
 */
struct run_result run_program(const char *const *argv, const void *input, size_t size);

/* The same for procarium itself, found by the variable PROCARIUM; args leave out its name. */
struct run_result run_procarium(const char *const *args, const void *input, size_t size);

void run_result_finish(struct run_result *result);

/* Whether a text holds another byte below space than newline and tab, or DEL, or half UTF-8:
 * what must not reach a terminal raw. */
bool run_has_raw_bytes(const char *text, size_t size);

#endif
