/*
 * The session kept as it is typed, so that it can go on after a crash: a file in the XDG state
 * directory.
 */
#ifndef PROCARIUM_UI_SESSION_FILE_H
#define PROCARIUM_UI_SESSION_FILE_H

#include "procarium/script.h"

struct session_file;

/* How a text ended. The same text run again ends the same way, if nothing outside has changed. */
struct outcome {
    enum run_result result;
    u64 polls; /* RUN_INTERRUPTED: at which question of the session whether it was */
};

/*
 * For a new session. There is no file until the first text that a person has typed. When it cannot
 * be written, the session goes on without. Never NULL; session_file_close() frees it.
 */
struct session_file *session_file_create(void);

/*
 * Goes on with the newest session that no other procarium has open. NULL when there is none. Its
 * texts come with session_file_next(), the oldest first; new ones are added behind them.
 */
struct session_file *session_file_resume(void);
void session_file_close(struct session_file *file);

/* The next text that was typed, and how it ended. False at the end. */
bool session_file_next(struct session_file *file, struct strbuf *text, struct outcome *outcome);

/*
 * Keeps a text that has run. When is_typed is false it waits for one that a person has typed. When
 * must_last is true it is on the disk afterwards. The first failure is told by `why`, once.
 */
void session_file_add(struct session_file *file, const char *text, const struct outcome *outcome,
                      bool is_typed, bool must_last, struct strbuf *why);

#endif
