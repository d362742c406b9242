/* Writing a file so that it is there as a whole or not at all. */
#ifndef PROCARIUM_UI_WRITE_FILE_H
#define PROCARIUM_UI_WRITE_FILE_H

#include "procarium/strbuf.h"

#include <stdbool.h>

/*
 * A session's face uses it as its function `write`. The bytes go to a new file beside the old one,
 * to the disk, and then into its place, so that after a crash there is the one or the other. What
 * is no regular file is never replaced, a regular one only if may_replace; its mode stays. False,
 * with one line that says why, when nothing was changed.
 */
bool write_file(void *context, const char *path, bool may_replace, const char *bytes, size_t length,
                struct strbuf *why);

#endif
