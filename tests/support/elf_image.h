// ELF files made by tests: small, of either class, with whatever their headers shall say.
#ifndef SUPPORT_ELF_IMAGE_H
#define SUPPORT_ELF_IMAGE_H

#include "procarium/host.h"

#define IMAGE_PARTS_MAX 8

struct image_part {
    u32 type, flags; // PT_LOAD …; PF_R …
    u64 offset, address, file_size, memory_size;
};

struct elf_image {
    bool is_64bit;
    u16 type;    // ET_EXEC, ET_DYN; 0 = ET_EXEC
    u16 machine; // 0 = the class's own
    u64 entry;
    const char *interpreter; // its name stands at INTERPRETER_OFFSET, with a PT_INTERP in front
    u32 part_count;
    struct image_part part[IMAGE_PARTS_MAX];
    u32 size;            // of the file; 0 = up to the end of the last part
    u16 header_size;     // e_phentsize; 0 = the right one
    u16 header_count;    // e_phnum; 0 = the right one, unless …
    bool has_no_headers; // … e_phnum is to be 0
};

#define INTERPRETER_OFFSET 0x800u

// Which byte stands at an offset behind the headers.
static inline u8 image_byte(u64 offset)
{
    return (u8)(offset * 31 + offset / 256 * 7 + 1);
}

// The file's bytes, from malloc().
u8 *make_image(const struct elf_image *image, u32 *size);

// Text of two pages, data of 0x1234 bytes of which the last page is cut, and bss behind it.
extern const struct elf_image plain_32_image, plain_64_image;
// One that can lie anywhere, and the dynamic linker that it asks for, /ld.so.
extern const struct elf_image relocatable_image, linker_image;

#endif
