/* Writing all of some bytes, however small the pieces that the system takes. */
#ifndef PROCARIUM_UI_WRITE_ALL_H
#define PROCARIUM_UI_WRITE_ALL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* False, with errno, when it failed; some of the bytes may have been written. */
static inline bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

#endif
