/* Runs without a person: scripts, -c texts and standard input, one after the other. */
#ifndef PROCARIUM_UI_BATCH_H
#define PROCARIUM_UI_BATCH_H

#include "procarium/script.h"

/* One thing to run. */
struct batch_input {
    enum { INPUT_FILE, INPUT_TEXT, INPUT_STDIN } kind;
    const char *text; /* the path, or the commands */
};

/* Can the file be read but once, as it comes? */
bool is_stream(const char *path);

/*
 * Runs the inputs up to the first mistake (unless the session keeps going), an interruption, or
 * `quit`. A text's name in messages is "-c"; standard input is run as it comes, each command when
 * its line is complete, so that a program can hold a dialogue.
 */
enum run_result batch_run(struct session *session, const struct batch_input *inputs, size_t count);

#endif
