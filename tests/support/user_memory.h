// The memory of programs as tests map, write and read it, on a booted machine.
#ifndef SUPPORT_USER_MEMORY_H
#define SUPPORT_USER_MEMORY_H

#include "booted_machine.h"

// Where its heap begins.
uaddr heap_of(const struct booted *b, s32 pid);
// mmap(2) of anonymous pages that can be read and written; how: MAP_PRIVATE or MAP_SHARED.
uaddr map_anonymous(struct booted *b, s32 pid, u32 pages, u32 how);
// The task writes a text, without its NUL. False if it did not get there.
bool put(struct booted *b, s32 pid, uaddr address, const char *text);
// Do these bytes, at most 64, stand there, in frames? Nothing is faulted in.
bool holds(const struct booted *b, s32 pid, uaddr address, const char *text);
// The kind of the newest fault (FAULT_COW …), or -1.
int fault_kind(const struct booted *b);

#endif
