/*
 * The speaker's notes are offered to another terminal over a Unix socket that nobody else can open.
 * Nothing here ever waits.
 */
#ifndef PROCARIUM_TUI_NOTES_SERVER_H
#define PROCARIUM_TUI_NOTES_SERVER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* The greatest number of terminals that follow at a time; more are sent away. */
enum { NOTES_FOLLOWERS = 6, NOTES_FDS = NOTES_FOLLOWERS + 1 };

/*
 * Adds "FOLDER/", where the sockets lie: procarium/ in $XDG_RUNTIME_DIR, or a folder in /tmp with
 * the user's number. It is made if it is missing, and belongs to the user alone. False if there is
 * no such place.
 */
bool notes_folder(char *path, size_t size);

struct notes_server;

/* NULL if there can be none; then there are no notes, and all goes on. */
struct notes_server *notes_server_create(void);
void notes_server_destroy(struct notes_server *server);

/* What is to be polled: at most NOTES_FDS; returns how many. */
int notes_server_fds(const struct notes_server *server, struct pollfd *fds);
/* After poll(). True if somebody has come, and should be sent something. */
bool notes_server_ready(struct notes_server *server, const struct pollfd *fds, int count);

bool notes_server_has_followers(const struct notes_server *server);
/* Sends a message to all, as far as they take it at once; who is slow gets the newest, later. */
void notes_server_send(struct notes_server *server, const char *message, size_t size);

#endif
