// Words about open files, as they are or were.
#ifndef REPORT_FILE_WORDS_H
#define REPORT_FILE_WORDS_H

#include "report/messages.h"

// Adds what a descriptor of a task stands for: "descriptor 3 (/etc/motd)". `then` may be NULL: now.
void add_descriptor(const struct machine *m, const struct moment *then, s32 pid, s32 fd,
                    struct strbuf *out);
// Adds the path of a directory entry, from the root directory on.
void add_dentry_path(const struct machine *m, const struct moment *then, kaddr dentry,
                     struct strbuf *out);
// Adds the name that a struct file, or inode, bears.
void add_file_name(const struct machine *m, const struct moment *then, kaddr file,
                   struct strbuf *out);
void add_inode_name(const struct machine *m, const struct moment *then, kaddr inode,
                    struct strbuf *out);
// The address that a call of the task has as its second argument (ecx), or 0.
uaddr second_argument(const struct machine *m, const struct moment *then, s32 pid);
// Adds bytes: a text in quotes, or hex; `total` is how many there are in all.
void add_shown_bytes(const u8 *bytes, u32 size, u32 total, struct strbuf *out);
bool is_shown_as_text(const u8 *bytes, u32 size);

#endif
