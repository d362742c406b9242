// An executable file of the host, as the face reads it for the engine, which opens no files itself.
#ifndef PROCARIUM_HOST_H
#define PROCARIUM_HOST_H

#include "procarium/strbuf.h"
#include "procarium/types.h"

// How the path of a host's file is written, so that it is no path of the simulated machine.
#define HOST_PREFIX "host:"

// Why a file cannot be executed: the kernel has an errno for each.
enum program_error {
    PROGRAM_WELL,
    PROGRAM_MISSING,    // ENOENT
    PROGRAM_NO_ACCESS,  // EACCES
    PROGRAM_NO_FOLDER,  // ENOTDIR
    PROGRAM_LOOP,       // ELOOP
    PROGRAM_NAME_LONG,  // ENAMETOOLONG
    PROGRAM_UNREADABLE, // EIO
    PROGRAM_FORMAT      // ENOEXEC
};

// A program header of the kind PT_LOAD.
struct host_segment {
    u64 address, offset, file_size, memory_size;
    u32 rights; // PF_X = 1, PF_W = 2, PF_R = 4
};

// Rule: if it cannot be opened, only that counts; if its contents cannot be executed, they are all
// that there is besides. Whatever it says may be hostile.
struct host_file {
    enum program_error open_error; // why it cannot be opened to be executed
    enum program_error exec_error; // why its contents cannot be
    u8 *bytes;                     // from malloc(), or NULL
    u32 size;
    bool is_script;                // begins with #!, and nothing below counts
    bool is_64bit, is_relocatable; // ELFCLASS64, ET_DYN
    u64 entry;
    u64 headers; // of the program header table: where it stands in the file …
    u32 header_count, header_size;
    struct host_segment *segments; // from malloc(), in the order of the file
    u32 segment_count;
    char *interpreter; // of PT_INTERP: a path, from malloc(); NULL = none
};

// Reads a file. False, with one line of plain words, if procarium cannot do it for a reason that no
// kernel has (it is too large); whatever a kernel would refuse is an error in `file`.
typedef bool host_file_reader(const char *path, struct host_file *file, struct strbuf *why);

// Gives back what it owns and leaves it empty.
void host_file_finish(struct host_file *file);

#endif
