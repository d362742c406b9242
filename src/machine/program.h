// The programs that exec can run: what their files say, and the bytes in them.
//
// They belong to the host's side of the machine and stay the same for its whole life, so that
// executing commands again finds the same programs.
#ifndef MACHINE_PROGRAM_H
#define MACHINE_PROGRAM_H

#include "machine/machine.h"

#define PROGRAM_SEGMENTS_MAX 8
#define PROGRAM_PATH_MAX     64

// A PT_LOAD program header: file bytes [offset, offset + file_size) belong at `address`, and zeros
// behind them up to memory_size.
struct program_segment {
    uaddr address;
    u32 offset, file_size, memory_size;
    bool is_writable, is_executable;
};

struct program {
    char path[PROGRAM_PATH_MAX];
    u32 size; // of the file
    uaddr entry;
    u32 heap; // bytes that it asks of brk at its start
    u32 segment_count;
    struct program_segment segment[PROGRAM_SEGMENTS_MAX];
};

// The catalogue that comes with the program. (programs/catalogue)
extern const char default_programs[];

// Reads a catalogue: adds its programs, or replaces those of the same path. False, with the line
// number and what is wrong in `why`, and the table as it was, if the text has a mistake.
bool programs_add(struct programs *table, const char *text, struct strbuf *why);
void programs_finish(struct programs *table);
// Its number, or -1.
s32 program_find(const struct machine *m, const char *path);
const struct program *program_at(const struct machine *m, u32 number);
// Bytes of its file; zeros behind its end.
void program_read(const struct machine *m, u32 number, u32 offset, u8 *bytes, u32 size);

#endif
