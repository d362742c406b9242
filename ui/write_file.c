/* See write_file.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "write_file.h"

#include "text.h"
#include "write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* May the file be written? `mode` is what it has, or what a new one gets. */
static bool may_write(const char *path, bool may_replace, mode_t *mode, struct strbuf *why)
{
    struct stat status;

    if (stat(path, &status) != 0) {
        mode_t mask = umask(0);

        umask(mask);
        *mode = 0666 & ~mask;
        if (errno != ENOENT)
            strbuf_puts(why, strerror(errno));
        return errno == ENOENT;
    }
    *mode = status.st_mode & 07777;
    if (!S_ISREG(status.st_mode)) {
        strbuf_puts(why, S_ISDIR(status.st_mode) ? _("it is a folder") : _("it is no plain file"));
        return false;
    }
    if (!may_replace)
        strbuf_puts(why, _("the file is there already (write replace behind it, or another name)"));
    else if (access(path, W_OK) != 0)
        strbuf_puts(why, strerror(errno));
    return why->length == 0;
}

/* Writes to a new file and puts it in the place of the old one. errno says what went wrong. */
static bool put_in_place(const char *path, mode_t mode, const char *bytes, size_t length)
{
    char temporary[PATH_MAX];
    int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);

    if (n < 0 || (size_t)n >= sizeof temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return false;
    bool well = write_all(fd, bytes, length) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    well = close(fd) == 0 && well;
    well = well && rename(temporary, path) == 0;
    if (!well) {
        int error = errno;

        unlink(temporary);
        errno = error;
    }
    return well;
}

bool write_file(void *context, const char *path, bool may_replace, const char *bytes, size_t length,
                struct strbuf *why)
{
    char *target = realpath(path, NULL); /* the file that a link leads to, not the link */
    mode_t mode;

    (void)context;
    if (!may_write(path, may_replace, &mode, why)) {
        free(target);
        return false;
    }
    bool well = put_in_place(target ? target : path, mode, bytes, length);
    if (!well)
        strbuf_puts(why, strerror(errno));
    free(target);
    return well;
}
