/* See notes_server.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/notes_server.h"

#include "tui/mem.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEARD_MAX = 4096 }; /* bytes from a follower, who has nothing to say */

struct follower {
    int fd;
    char *out; /* being sent */
    size_t size, sent;
    size_t heard;
    bool is_behind; /* when that has been sent, the newest message follows */
};

struct notes_server {
    int fd;
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    struct follower followers[NOTES_FOLLOWERS];
    int count;
    char *newest;
    size_t newest_size;
};

/* ---- The place ---- */

static bool is_private_folder(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
           (status.st_mode & 077) == 0;
}

bool notes_folder(char *path, size_t size)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    struct stat status;
    int length;

    if (runtime && runtime[0] == '/' && stat(runtime, &status) == 0 && S_ISDIR(status.st_mode))
        length = snprintf(path, size, "%s/procarium", runtime);
    else
        length = snprintf(path, size, "/tmp/procarium-%ld", (long)geteuid());
    if (length < 0 || (size_t)length + 2 > size)
        return false;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return false;
    if (!is_private_folder(path))
        return false;
    strcat(path, "/");
    return true;
}

/* Takes away the socket of a procarium that is gone. */
static void remove_dead(const char *folder, const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s%s", folder, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return;
    if (length > 0 && (size_t)length < sizeof address.sun_path &&
        connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno == ECONNREFUSED)
        unlink(address.sun_path);
    close(fd);
}

static void remove_all_dead(const char *folder)
{
    DIR *dir = opendir(folder);

    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if (strncmp(entry->d_name, "notes-", 6) == 0)
            remove_dead(folder, entry->d_name);
    if (dir)
        closedir(dir);
}

/* ---- Coming and going ---- */

static int listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    unlink(path); /* of one who had our number before */
    mode_t mask = umask(0177);
    bool well = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    umask(mask);
    if (well && listen(fd, NOTES_FOLLOWERS) == 0)
        return fd;
    close(fd);
    return -1;
}

struct notes_server *notes_server_create(void)
{
    struct notes_server *server = mem_alloc(sizeof *server);
    char folder[PATH_MAX];
    int length = -1;

    if (notes_folder(folder, sizeof folder)) {
        remove_all_dead(folder);
        length =
            snprintf(server->path, sizeof server->path, "%snotes-%ld.sock", folder, (long)getpid());
    }
    server->fd = length > 0 && (size_t)length < sizeof server->path ? listen_at(server->path) : -1;
    if (server->fd >= 0)
        return server;
    free(server);
    return NULL;
}

static void drop(struct notes_server *server, int i)
{
    close(server->followers[i].fd);
    free(server->followers[i].out);
    server->followers[i] = server->followers[--server->count];
}

void notes_server_destroy(struct notes_server *server)
{
    if (!server)
        return;
    while (server->count > 0)
        drop(server, 0);
    close(server->fd);
    unlink(server->path);
    free(server->newest);
    free(server);
}

/* The folder keeps others out; this does so where it could not. */
static bool is_same_user(int fd)
{
    struct ucred who;
    socklen_t size = sizeof who;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
           (who.uid == geteuid() || who.uid == 0);
}

static bool take_in(struct notes_server *server)
{
    bool has_come = false;

    for (;;) {
        int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return has_come;
        if (server->count == NOTES_FOLLOWERS || !is_same_user(fd)) {
            close(fd);
            continue;
        }
        server->followers[server->count++] = (struct follower){ .fd = fd, .is_behind = true };
        has_come = true;
    }
}

/* ---- Sending ---- */

/* False when the follower is gone. */
static bool push(struct notes_server *server, struct follower *f)
{
    for (;;) {
        if (!f->out && f->is_behind && server->newest) {
            f->out = mem_alloc(server->newest_size);
            memcpy(f->out, server->newest, server->newest_size);
            f->size = server->newest_size;
            f->sent = 0;
            f->is_behind = false;
        }
        if (!f->out)
            return true;
        ssize_t n = send(f->fd, f->out + f->sent, f->size - f->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        f->sent += (size_t)n;
        if (f->sent == f->size) {
            free(f->out);
            f->out = NULL;
        }
    }
}

/* What a follower says is thrown away; who says much, or nothing any more, is gone. */
static bool listen_to(struct follower *f)
{
    char bytes[512];
    ssize_t n = recv(f->fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    f->heard += (size_t)n;
    return n > 0 && f->heard <= HEARD_MAX;
}

void notes_server_send(struct notes_server *server, const char *message, size_t size)
{
    free(server->newest);
    server->newest = mem_alloc(size + 1);
    memcpy(server->newest, message, size);
    server->newest_size = size;
    for (int i = server->count; i-- > 0;) {
        server->followers[i].is_behind = true;
        if (!push(server, &server->followers[i]))
            drop(server, i);
    }
}

bool notes_server_has_followers(const struct notes_server *server)
{
    return server->count > 0;
}

int notes_server_fds(const struct notes_server *server, struct pollfd *fds)
{
    fds[0] = (struct pollfd){ .fd = server->fd, .events = POLLIN };
    for (int i = 0; i < server->count; i++) {
        const struct follower *f = &server->followers[i];
        fds[i + 1] =
            (struct pollfd){ .fd = f->fd, .events = (short)(f->out ? POLLIN | POLLOUT : POLLIN) };
    }
    return server->count + 1;
}

bool notes_server_ready(struct notes_server *server, const struct pollfd *fds, int count)
{
    for (int i = count - 1; i-- > 0;) { /* dropping moves the last one only */
        short events = fds[i + 1].revents;
        struct follower *f = &server->followers[i];
        bool is_there = true;
        if (events & (POLLIN | POLLHUP | POLLERR))
            is_there = listen_to(f);
        if (is_there && events & POLLOUT)
            is_there = push(server, f);
        if (!is_there)
            drop(server, i);
    }
    return count > 0 && fds[0].revents != 0 && take_in(server);
}
