// The programs that exec can run: what their files say, and the bytes in them.
//
// They belong to the host's side of the machine. Those of the catalogue stay the same for its whole
// life. Files of the host are taken in when a command names them, and stay as they were then; their
// numbers follow from what is in them. So executing commands again finds the same programs.
#ifndef MACHINE_PROGRAM_H
#define MACHINE_PROGRAM_H

#include "machine/machine.h"
#include "procarium/host.h"

#include <string.h>

#define PROGRAM_SEGMENTS_MAX 8 // of a program in the catalogue
#define PROGRAM_PATH_MAX     64

// Rights of a segment, as mmap has them.
#define SEGMENT_READ  1u
#define SEGMENT_WRITE 2u
#define SEGMENT_EXEC  4u

// A PT_LOAD program header: file bytes [offset, offset + file_size) belong at `address`, and zeros
// behind them up to memory_size. Of a hostile file it may say anything.
struct program_segment {
    uaddr address;
    u32 offset, file_size, memory_size;
    u32 prot; // SEGMENT_ bits
};

struct program {
    u32 number;                                // of a file of the host
    char *path;                                // of a file of the host: with HOST_PREFIX
    u32 size;                                  // of the file
    enum program_error open_error, exec_error; // what exec fails with
    bool is_script, is_relocatable, is_64bit;
    uaddr entry;
    u32 headers; // where the program header table stands in the file
    u32 header_count, header_size;
    u32 heap;        // bytes that it asks of brk at its start
    s32 interpreter; // number of the dynamic linker, or of the script's program; -1 = none
    u32 segment_count;
    struct program_segment *segment;
    struct host_file host; // bytes is NULL: of the catalogue, whose bytes are made up
};

// The catalogue that comes with the program. (programs/catalogue)
extern const char default_programs[];

// Reads a catalogue: adds its programs, or replaces those of the same path. False, with the line
// number and what is wrong in `why`, and the table as it was, if the text has a mistake.
bool programs_add(struct programs *table, const char *text, struct strbuf *why);
void programs_finish(struct programs *table);
// The number of the catalogue's program of that path, or -1 and the reason: it is missing, or a
// folder (no access), or a program stands where the path has a folder.
s32 program_find(const struct machine *m, const char *path, enum program_error *error);
const struct program *program_at(const struct machine *m, u32 number);
// Bytes of its file; zeros behind its end.
void program_read(const struct machine *m, u32 number, u32 offset, u8 *bytes, u32 size);

// ---- Files of the host (host_program.c) ------------------------------------------------------------

// Takes a file in, which is left empty; `interpreter` is the number of what it needs, or -1.
// Returns its number: the same for the same path, contents and interpreter, whatever else there is.
u32 programs_add_host(struct programs *table, const char *path, struct host_file *file,
                      s32 interpreter);
const struct program *host_program_at(const struct programs *table, u32 number);
void host_programs_finish(struct programs *table);

#define SCRIPT_LINE_MAX 128 // bytes of a script that the kernel looks at: BINPRM_BUF_SIZE
struct script_line {
    char interpreter[SCRIPT_LINE_MAX];
    char argument[SCRIPT_LINE_MAX]; // "" = none
};

// Reads the line behind #!. False if it names no interpreter. After fs/binfmt_script.c.
bool parse_script_line(const u8 *bytes, u32 size, struct script_line *line);

// Numbers of the catalogue's programs lie below, those of the host's files from here on.
#define HOST_PROGRAMS 0x40000000u

static inline bool is_host_path(const char *path)
{
    return strncmp(path, HOST_PREFIX, sizeof HOST_PREFIX - 1) == 0;
}

#endif
