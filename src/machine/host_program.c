// Files of the host as programs: taken in once, named by what is in them, laid out as on i386.
#include "machine/program.h"
#include "util/utf8.h"

#include <stdlib.h>

#define TEXT_ADDRESS 0x08048000u // where ld puts the first segment of an i386 program
#define NO_ADDRESS   UINT64_MAX

void host_file_finish(struct host_file *file)
{
    free(file->bytes);
    free(file->segments);
    free(file->interpreter);
    *file = (struct host_file){ .bytes = NULL };
}

// ---- Its number ------------------------------------------------------------------------------------

// FNV-1a: not against those who want two files to be alike, but the table is asked anyway.
static u64 add_to_hash(u64 hash, const void *bytes, size_t size)
{
    const u8 *p = bytes;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ p[i]) * 0x100000001B3u;
    return hash;
}

static u32 number_of(const struct program *p)
{
    u32 rest[] = { p->host.open_error, p->host.exec_error, (u32)p->interpreter, p->size };
    u64 hash = add_to_hash(0xCBF29CE484222325u, p->path, strlen(p->path));

    hash = add_to_hash(hash, rest, sizeof rest);
    hash = add_to_hash(hash, p->host.bytes, p->size);
    return HOST_PROGRAMS | (u32)((hash ^ hash >> 32) & (HOST_PROGRAMS - 1));
}

static bool is_same(const struct program *a, const struct program *b)
{
    return a->host.open_error == b->host.open_error && a->host.exec_error == b->host.exec_error &&
           a->interpreter == b->interpreter && a->size == b->size &&
           strcmp(a->path, b->path) == 0 &&
           (a->size == 0 || memcmp(a->host.bytes, b->host.bytes, a->size) == 0);
}

static struct program *find(const struct programs *table, u32 number)
{
    for (u32 i = 0; i < table->host_count; i++)
        if (table->hosts[i]->number == number)
            return table->hosts[i];
    return NULL;
}

const struct program *host_program_at(const struct programs *table, u32 number)
{
    const struct program *p = find(table, number);

    BUG_ON(!p);
    return p;
}

// ---- Its layout ------------------------------------------------------------------------------------

static u64 lowest_address(const struct host_file *file)
{
    u64 lowest = NO_ADDRESS;

    for (u32 i = 0; i < file->segment_count; i++)
        if (file->segments[i].address < lowest)
            lowest = file->segments[i].address;
    return lowest == NO_ADDRESS ? 0 : lowest & ~(u64)(PAGE_SIZE - 1);
}

static bool fits(const struct host_segment *s, u64 lowest)
{
    return s->address - lowest < KERNEL_BASE && s->offset <= UINT32_MAX &&
           s->file_size <= UINT32_MAX && s->memory_size <= UINT32_MAX;
}

// A file of 32 bits says where its parts belong. One of 64 bits is moved, by whole pages and all of
// it alike, to where a program of i386 lies; one whose parts are too far apart cannot be executed.
static void lay_out(struct program *p)
{
    const struct host_file *file = &p->host;
    u64 lowest = file->is_64bit ? lowest_address(file) : 0;
    u32 base = file->is_64bit && !file->is_relocatable ? TEXT_ADDRESS : 0;

    p->segment = calloc(file->segment_count + 1u, sizeof *p->segment);
    BUG_ON(!p->segment);
    for (u32 i = 0; i < file->segment_count; i++) {
        const struct host_segment *s = &file->segments[i];

        if (file->is_64bit && !fits(s, lowest)) {
            p->exec_error = PROGRAM_FORMAT;
            return;
        }
        p->segment[p->segment_count++] = (struct program_segment){
            .address = (u32)(s->address - lowest) + base,
            .offset = (u32)s->offset,
            .file_size = (u32)s->file_size,
            .memory_size = (u32)s->memory_size,
            .prot = (s->rights & 4 ? SEGMENT_READ : 0) | (s->rights & 2 ? SEGMENT_WRITE : 0) |
                    (s->rights & 1 ? SEGMENT_EXEC : 0),
        };
    }
    p->entry = (u32)(file->entry - lowest) + base;
    p->headers = (u32)file->headers;
    p->header_count = file->header_count;
    p->header_size = file->header_size;
    p->is_relocatable = file->is_relocatable;
    p->is_64bit = file->is_64bit;
}

// ---- Taking in -------------------------------------------------------------------------------------

// The path with its prefix, fit to be shown: one that a file names may hold anything.
static char *shown_path(const char *path)
{
    size_t length = strlen(path), used = sizeof HOST_PREFIX - 1;
    char *shown = malloc(used + length + 1);

    BUG_ON(!shown);
    memcpy(shown, HOST_PREFIX, used);
    for (size_t i = 0; i < length;) {
        size_t n = utf8_length(path + i, length - i);
        bool is_control = (u8)path[i] < 0x20 || path[i] == 0x7F ||
                          (n == 2 && (u8)path[i] == 0xC2 && (u8)path[i + 1] < 0xA0);

        if (n == 0 || is_control) {
            shown[used++] = '?';
            i += n ? n : 1;
            continue;
        }
        memcpy(shown + used, path + i, n);
        used += n;
        i += n;
    }
    shown[used] = '\0';
    return shown;
}

static void free_host_program(struct program *p)
{
    free(p->path);
    free(p->segment);
    host_file_finish(&p->host);
    free(p);
}

u32 programs_add_host(struct programs *table, const char *path, struct host_file *file,
                      s32 interpreter)
{
    struct program *p = calloc(1, sizeof *p), *known;

    BUG_ON(!p);
    p->host = *file;
    *file = (struct host_file){ .bytes = NULL };
    p->path = shown_path(path);
    p->open_error = p->host.open_error;
    p->exec_error = p->host.exec_error;
    p->is_script = p->host.is_script;
    p->interpreter = interpreter;
    p->size = p->host.size;
    p->number = number_of(p);
    while ((known = find(table, p->number)) && !is_same(known, p))
        p->number = HOST_PROGRAMS | ((p->number + 1) & (HOST_PROGRAMS - 1));
    if (known) {
        free_host_program(p);
        return known->number;
    }
    if (!p->open_error && !p->exec_error && !p->is_script)
        lay_out(p);
    table->hosts = realloc(table->hosts, (table->host_count + 1u) * sizeof(struct program *));
    BUG_ON(!table->hosts);
    table->hosts[table->host_count++] = p;
    return p->number;
}

void host_programs_finish(struct programs *table)
{
    for (u32 i = 0; i < table->host_count; i++)
        free_host_program(table->hosts[i]);
    free(table->hosts);
}

// ---- Scripts ---------------------------------------------------------------------------------------

static bool is_blank(u8 c)
{
    return c == ' ' || c == '\t';
}

bool parse_script_line(const u8 *bytes, u32 size, struct script_line *line)
{
    u32 end = 0, at = 2;
    u32 limit = size < SCRIPT_LINE_MAX ? size : SCRIPT_LINE_MAX - 1;

    *line = (struct script_line){ .argument = "" };
    while (end < limit && bytes[end] != '\n' && bytes[end])
        end++;
    while (end > at && is_blank(bytes[end - 1]))
        end--;
    while (at < end && is_blank(bytes[at]))
        at++;
    for (u32 n = 0; at < end && !is_blank(bytes[at]); at++)
        line->interpreter[n++] = (char)bytes[at];
    while (at < end && is_blank(bytes[at]))
        at++;
    if (at < end)
        memcpy(line->argument, bytes + at, end - at);
    return line->interpreter[0];
}
