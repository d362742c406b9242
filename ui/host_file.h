/* Reading executable files of the host, for exec host:PATH. */
#ifndef UI_HOST_FILE_H
#define UI_HOST_FILE_H

#include "procarium/host.h"

#define HOST_FILE_MAX ((size_t)256 << 20) /* bytes */

/* See host_file_reader: opens a regular file that may be executed, reads it, looks at its headers. */
bool read_host_file(const char *path, struct host_file *file, struct strbuf *why);
/* The same for bytes that have been read: file->bytes and file->size are set, all else is empty. */
void parse_host_file(struct host_file *file);

#endif
