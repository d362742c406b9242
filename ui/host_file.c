/* Reading executable files of the host: the file with the system's calls, its headers with libelf. */
#include "host_file.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What load_elf_binary() takes: the table must fit into 64 KB, an interpreter's name into PATH_MAX. */
#define HEADERS_MAX (65536u / 32u)
#define NAME_MAX_   4096u

/* The machine that the host's own programs are made for; they are not carried out, so it will do. */
#if defined(__aarch64__)
#define HOST_MACHINE EM_AARCH64
#elif defined(__arm__)
#define HOST_MACHINE EM_ARM
#elif defined(__riscv)
#define HOST_MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define HOST_MACHINE EM_PPC64
#elif defined(__s390x__)
#define HOST_MACHINE EM_S390
#else
#define HOST_MACHINE EM_X86_64
#endif

/* ---- The headers ---------------------------------------------------------------------------- */

static bool is_known_machine(unsigned machine)
{
    return machine == EM_386 || machine == EM_X86_64 || machine == HOST_MACHINE;
}

/* As load_elf_binary() looks at it. */
static enum program_error check_header(Elf *elf, const GElf_Ehdr *header)
{
    size_t size = gelf_fsize(elf, ELF_T_PHDR, 1, EV_CURRENT);

    if ((header->e_type != ET_EXEC && header->e_type != ET_DYN) ||
        !is_known_machine(header->e_machine) || header->e_phentsize != size ||
        header->e_phnum < 1 || header->e_phnum > HEADERS_MAX)
        return PROGRAM_FORMAT;
    return PROGRAM_WELL;
}

static enum program_error take_interpreter(struct host_file *file, const GElf_Phdr *header)
{
    size_t length = (size_t)header->p_filesz;

    if (header->p_filesz > NAME_MAX_ || length < 2)
        return PROGRAM_FORMAT;
    if (header->p_offset > file->size || length > file->size - header->p_offset)
        return PROGRAM_UNREADABLE;
    const char *name = (const char *)file->bytes + header->p_offset;
    if (name[length - 1] != '\0')
        return PROGRAM_FORMAT;
    file->interpreter = strdup(name);
    return file->interpreter ? PROGRAM_WELL : PROGRAM_UNREADABLE;
}

static void take_segment(struct host_file *file, const GElf_Phdr *header)
{
    file->segments[file->segment_count++] = (struct host_segment){
        .address = header->p_vaddr,
        .offset = header->p_offset,
        .file_size = header->p_filesz,
        .memory_size = header->p_memsz,
        .rights = header->p_flags & (PF_R | PF_W | PF_X),
    };
}

static enum program_error read_headers(struct host_file *file, Elf *elf)
{
    enum program_error error;
    GElf_Ehdr header;

    if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
        return PROGRAM_FORMAT;
    if ((error = check_header(elf, &header)))
        return error;
    file->is_64bit = gelf_getclass(elf) == ELFCLASS64;
    file->is_relocatable = header.e_type == ET_DYN;
    file->entry = header.e_entry;
    file->headers = header.e_phoff;
    file->header_count = header.e_phnum;
    file->header_size = header.e_phentsize;
    file->segments = calloc(header.e_phnum, sizeof *file->segments);
    if (!file->segments)
        return PROGRAM_UNREADABLE;
    for (int i = 0; i < header.e_phnum; i++) {
        GElf_Phdr part;

        if (!gelf_getphdr(elf, i, &part)) /* the table ends behind the file */
            return PROGRAM_UNREADABLE;
        if (part.p_type == PT_LOAD)
            take_segment(file, &part);
        else if (part.p_type == PT_INTERP && !file->interpreter &&
                 (error = take_interpreter(file, &part)))
            return error;
    }
    return PROGRAM_WELL;
}

void parse_host_file(struct host_file *file)
{
    file->is_script = file->size >= 2 && memcmp(file->bytes, "#!", 2) == 0;
    if (file->is_script)
        return;
    file->exec_error = PROGRAM_FORMAT;
    if (file->size < EI_NIDENT || elf_version(EV_CURRENT) == EV_NONE)
        return;
    Elf *elf = elf_memory((char *)file->bytes, file->size);
    if (elf)
        file->exec_error = read_headers(file, elf);
    elf_end(elf);
}

/* ---- The file ------------------------------------------------------------------------------- */

static enum program_error error_of(int number)
{
    switch (number) {
    case EACCES:
    case EPERM:
        return PROGRAM_NO_ACCESS;
    case ENOTDIR:
        return PROGRAM_NO_FOLDER;
    case ELOOP:
        return PROGRAM_LOOP;
    case ENAMETOOLONG:
        return PROGRAM_NAME_LONG;
    case ENOENT:
        return PROGRAM_MISSING;
    default:
        return PROGRAM_UNREADABLE;
    }
}

/* A descriptor, or -1 and the reason. What is no regular file is not opened: that may block, or do
 * something. */
static int open_program(const char *path, struct host_file *file)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        file->open_error = error_of(errno);
        return -1;
    }
    if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111) || access(path, X_OK) != 0) {
        file->open_error = PROGRAM_NO_ACCESS;
        return -1;
    }
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        file->open_error = error_of(errno);
    else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) /* another one by now */
        file->open_error = PROGRAM_NO_ACCESS;
    if (fd >= 0 && file->open_error) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Up to its end, wherever that is by now. False if there is no memory, or too much to read. */
static bool read_bytes(int fd, struct host_file *file)
{
    size_t capacity = 0, size = 0;
    struct stat st;

    if (fstat(fd, &st) == 0 && st.st_size > (off_t)HOST_FILE_MAX)
        return false;
    for (;;) {
        if (size == capacity) {
            capacity = capacity ? capacity * 2 : (size_t)64 << 10;
            u8 *more = capacity > 2 * HOST_FILE_MAX ? NULL : realloc(file->bytes, capacity);

            if (!more)
                return false;
            file->bytes = more;
        }
        ssize_t got = read(fd, file->bytes + size, capacity - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            file->exec_error = PROGRAM_UNREADABLE;
        if (got <= 0)
            break;
        size += (size_t)got;
    }
    file->size = (u32)size;
    return size <= HOST_FILE_MAX;
}

/* No more than there is: it is kept as long as the session. */
static void trim(struct host_file *file)
{
    u8 *less = realloc(file->bytes, file->size ? file->size : 1);

    if (less)
        file->bytes = less;
}

bool read_host_file(const char *path, struct host_file *file, struct strbuf *why)
{
    *file = (struct host_file){ .bytes = NULL };
    int fd = open_program(path, file);
    if (fd < 0)
        return true;
    bool is_read = read_bytes(fd, file);
    close(fd);
    if (!is_read) {
        strbuf_printf(why, _("a file of the host may have at most %u MB; this one has more: "),
                      (unsigned)(HOST_FILE_MAX >> 20));
        strbuf_add_visible(why, path, strlen(path));
        return false;
    }
    trim(file);
    if (!file->exec_error)
        parse_host_file(file);
    return true;
}
