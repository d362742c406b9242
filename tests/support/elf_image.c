// See elf_image.h.
#include "elf_image.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define TEXT 0x08048000u
#define RX   (PF_R | PF_X)
#define RW   (PF_R | PF_W)

const struct elf_image plain_32_image = {
    .entry = TEXT + 0x1100,
    .part_count = 2,
    .part = { { PT_LOAD, RX, 0, TEXT, 0x2000, 0x2000 },
              { PT_LOAD, RW, 0x2000, TEXT + 0x3000, 0x1234, 0x5000 } },
};

const struct elf_image plain_64_image = {
    .is_64bit = true,
    .entry = 0x401100,
    .part_count = 2,
    .part = { { PT_LOAD, RX, 0, 0x400000, 0x2000, 0x2000 },
              { PT_LOAD, RW, 0x2000, 0x403000, 0x1234, 0x5000 } },
};

const struct elf_image relocatable_image = {
    .is_64bit = true,
    .type = ET_DYN,
    .entry = 0x1080,
    .interpreter = "/ld.so",
    .part_count = 3,
    .part = { { PT_LOAD, PF_R, 0, 0, 0x1000, 0x1000 },
              { PT_LOAD, RX, 0x1000, 0x1000, 0x1800, 0x1800 },
              { PT_LOAD, RW, 0x2F00, 0x3F00, 0x200, 0x300 } },
};

const struct elf_image linker_image = {
    .is_64bit = true,
    .type = ET_DYN,
    .entry = 0x1010,
    .part_count = 3,
    .part = { { PT_LOAD, PF_R, 0, 0, 0x1000, 0x1000 },
              { PT_LOAD, RX, 0x1000, 0x1000, 0x3000, 0x3000 },
              { PT_LOAD, RW, 0x4100, 0x4100, 0x400, 0x2000 } },
};

static void write_headers_32(const struct elf_image *image, const struct image_part *parts,
                             u32 count, u8 *bytes)
{
    Elf32_Ehdr header = {
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
        .e_type = image->type ? image->type : ET_EXEC,
        .e_machine = image->machine ? image->machine : EM_386,
        .e_version = EV_CURRENT,
        .e_entry = (Elf32_Addr)image->entry,
        .e_phoff = sizeof header,
        .e_ehsize = sizeof header,
        .e_phentsize = image->header_size ? image->header_size : (u16)sizeof(Elf32_Phdr),
        .e_phnum = image->has_no_headers ? 0
                   : image->header_count ? image->header_count
                                         : (u16)count,
    };

    memcpy(bytes, &header, sizeof header);
    for (u32 i = 0; i < count; i++) {
        Elf32_Phdr part = {
            .p_type = parts[i].type,
            .p_offset = (Elf32_Off)parts[i].offset,
            .p_vaddr = (Elf32_Addr)parts[i].address,
            .p_filesz = (Elf32_Word)parts[i].file_size,
            .p_memsz = (Elf32_Word)parts[i].memory_size,
            .p_flags = parts[i].flags,
        };

        memcpy(bytes + sizeof header + i * sizeof part, &part, sizeof part);
    }
}

static void write_headers_64(const struct elf_image *image, const struct image_part *parts,
                             u32 count, u8 *bytes)
{
    Elf64_Ehdr header = {
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
        .e_type = image->type ? image->type : ET_EXEC,
        .e_machine = image->machine ? image->machine : EM_X86_64,
        .e_version = EV_CURRENT,
        .e_entry = image->entry,
        .e_phoff = sizeof header,
        .e_ehsize = sizeof header,
        .e_phentsize = image->header_size ? image->header_size : (u16)sizeof(Elf64_Phdr),
        .e_phnum = image->has_no_headers ? 0
                   : image->header_count ? image->header_count
                                         : (u16)count,
    };

    memcpy(bytes, &header, sizeof header);
    for (u32 i = 0; i < count; i++) {
        Elf64_Phdr part = {
            .p_type = parts[i].type,
            .p_flags = parts[i].flags,
            .p_offset = parts[i].offset,
            .p_vaddr = parts[i].address,
            .p_filesz = parts[i].file_size,
            .p_memsz = parts[i].memory_size,
        };

        memcpy(bytes + sizeof header + i * sizeof part, &part, sizeof part);
    }
}

u8 *make_image(const struct elf_image *image, u32 *size)
{
    struct image_part parts[IMAGE_PARTS_MAX + 1];
    u32 count = 0;
    u64 end = 0x1000;

    if (image->interpreter)
        parts[count++] = (struct image_part){ .type = PT_INTERP,
                                              .offset = INTERPRETER_OFFSET,
                                              .file_size = strlen(image->interpreter) + 1 };
    for (u32 i = 0; i < image->part_count; i++) {
        parts[count++] = image->part[i];
        if (image->part[i].offset + image->part[i].file_size > end)
            end = image->part[i].offset + image->part[i].file_size;
    }
    *size = image->size ? image->size : (u32)end;
    u8 *bytes = malloc(*size < 0x1000 ? 0x1000 : *size); // the headers are cut off afterwards
    for (u32 i = 0; i < *size; i++)
        bytes[i] = image_byte(i);
    if (image->is_64bit)
        write_headers_64(image, parts, count, bytes);
    else
        write_headers_32(image, parts, count, bytes);
    if (image->interpreter)
        memcpy(bytes + INTERPRETER_OFFSET, image->interpreter, strlen(image->interpreter) + 1);
    return bytes;
}
