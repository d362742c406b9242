// See program.h.
#include "machine/program.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_ADDRESS  0x08048000u
#define SIZE_MAX_PART (64u << 20)
#define LINE_BYTES    32u // of what the generated files are made of

#define ELF_HEADER_SIZE 52u // what an ELF file of 32 bits begins with
#define ELF_PHDR_SIZE   32u

// ---- Reading a catalogue ---------------------------------------------------------------------------

// What a line says.
struct listing {
    char path[PROGRAM_PATH_MAX]; // "" = nothing
    u32 text, data, bss, heap;
    u32 plain; // bytes of a file that is no program
    u32 mode;  // permission bits
};

#define PARTS_WANTED                                                                               \
    "expected text=, data=, bss=, heap= or plain= and a size up to 64M, or mode= and octal digits"

struct line {
    const char *text;
    size_t length;
};

// Cuts the next word off the line; its length is 0 at the end.
static struct line next_word(struct line *rest)
{
    struct line word;

    while (rest->length && (*rest->text == ' ' || *rest->text == '\t' || *rest->text == '\r')) {
        rest->text++;
        rest->length--;
    }
    word.text = rest->text;
    word.length = 0;
    while (word.length < rest->length && !strchr(" \t\r", word.text[word.length]))
        word.length++;
    rest->text += word.length;
    rest->length -= word.length;
    return word;
}

// "512", "3p", "64K", "2M".
static bool parse_size(const char *text, size_t length, u32 *size)
{
    u64 value = 0;
    u32 unit = 1;
    size_t i = 0;

    for (; i < length && text[i] >= '0' && text[i] <= '9' && value <= SIZE_MAX_PART; i++)
        value = value * 10 + (u64)(text[i] - '0');
    if (i == 0 || length - i > 1)
        return false;
    if (i < length) {
        unit = text[i] == 'p' ? PAGE_SIZE : text[i] == 'K' ? 1024u : 1024u * 1024u;
        if (!strchr("pKM", text[i]))
            return false;
    }
    if (value > SIZE_MAX_PART / unit)
        return false;
    *size = (u32)value * unit;
    return true;
}

// "755".
static bool parse_mode(const char *text, size_t length, u32 *mode)
{
    *mode = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '7' || length > 4)
            return false;
        *mode = *mode * 8 + (u32)(text[i] - '0');
    }
    return length > 0;
}

static bool parse_part(struct line word, struct listing *l)
{
    const struct {
        const char *name;
        u32 *size;
    } parts[] = { { "text=", &l->text }, { "data=", &l->data },   { "bss=", &l->bss },
                  { "heap=", &l->heap }, { "plain=", &l->plain }, { "mode=", &l->mode } };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(parts[i].name);

        if (word.length <= length || memcmp(word.text, parts[i].name, length) != 0)
            continue;
        bool is_mode = parts[i].size == &l->mode;
        return (is_mode ? parse_mode : parse_size)(word.text + length, word.length - length,
                                                   parts[i].size);
    }
    return false;
}

static u32 round_up(u32 size)
{
    return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static void lay_out(struct program *p, const struct listing *l)
{
    u32 data_offset = round_up(l->text);
    struct program_segment *segments = calloc(2, sizeof *segments);

    BUG_ON(!segments);
    segments[0] = (struct program_segment){
        .address = TEXT_ADDRESS,
        .file_size = l->text,
        .memory_size = l->text,
        .prot = SEGMENT_READ | SEGMENT_EXEC,
    };
    segments[1] = (struct program_segment){
        .address = TEXT_ADDRESS + data_offset,
        .offset = data_offset,
        .file_size = l->data,
        .memory_size = l->data + l->bss,
        .prot = SEGMENT_READ | SEGMENT_WRITE,
    };
    p->segment = segments;
    p->segment_count = l->data || l->bss ? 2 : 1;
    p->entry = TEXT_ADDRESS;
    p->headers = ELF_HEADER_SIZE;
    p->header_count = p->segment_count;
    p->header_size = ELF_PHDR_SIZE;
    p->heap = round_up(l->heap);
    p->size = data_offset + l->data;
}

// The program, or plain file, that a line describes.
static struct program make_program(const struct listing *l)
{
    struct program p = { .path = strdup(l->path), .interpreter = -1 };

    BUG_ON(!p.path);
    if (!(l->mode & 0111))
        p.open_error = PROGRAM_NO_ACCESS;
    if (l->plain) {
        p.exec_error = PROGRAM_FORMAT;
        p.size = l->plain;
    } else {
        lay_out(&p, l);
    }
    return p;
}

static bool fail(struct strbuf *why, u32 number, const char *what, struct line word)
{
    strbuf_printf(why, "line %u: %s", number, what);
    if (word.length) {
        strbuf_puts(why, ": ");
        strbuf_add_visible(why, word.text, word.length);
    }
    return false;
}

static bool parse_line(struct line line, u32 number, struct listing *l, struct strbuf *why)
{
    struct line path = next_word(&line), word = path;

    *l = (struct listing){ .mode = 0 };
    if (!path.length || *path.text == '#')
        return true;
    if (*path.text != '/')
        return fail(why, number, "a program's path begins with /", path);
    if (path.length >= sizeof l->path)
        return fail(why, number, "this path is too long", path);
    while ((word = next_word(&line)).length && *word.text != '#')
        if (!parse_part(word, l))
            return fail(why, number, PARTS_WANTED, word);
    if (!l->text && !l->plain)
        return fail(why, number, "a program needs text", path);
    if (!l->mode)
        l->mode = l->plain ? 0644 : 0755;
    memcpy(l->path, path.text, path.length);
    return true;
}

static s32 find(const struct programs *table, const char *path)
{
    for (u32 i = 0; i < table->count; i++)
        if (strcmp(table->list[i].path, path) == 0)
            return (s32)i;
    return -1;
}

static void free_program(const struct program *p)
{
    free(p->path);
    free(p->segment);
}

static void add(struct programs *table, const struct listing *l)
{
    s32 known = find(table, l->path);

    if (known >= 0) {
        free_program(&table->list[known]);
        table->list[known] = make_program(l);
        return;
    }
    if (table->count == table->capacity) {
        table->capacity = table->capacity ? table->capacity * 2 : 32;
        table->list = realloc(table->list, table->capacity * sizeof *table->list);
        BUG_ON(!table->list);
    }
    table->list[table->count++] = make_program(l);
}

bool programs_add(struct programs *table, const char *text, struct strbuf *why)
{
    for (int pass = 0; pass < 2; pass++) { // nothing is added before all of it is known to be well
        const char *at = text;

        for (u32 number = 1; *at; number++) {
            size_t length = strcspn(at, "\n");
            struct listing l;

            if (!parse_line((struct line){ at, length }, number, &l, why))
                return false;
            if (pass > 0 && l.path[0])
                add(table, &l);
            at += length + (at[length] == '\n');
        }
    }
    return true;
}

void programs_finish(struct programs *table)
{
    for (u32 i = 0; i < table->count; i++)
        free_program(&table->list[i]);
    free(table->list);
    host_programs_finish(table);
    *table = (struct programs){ .list = NULL };
}

// ---- Using it --------------------------------------------------------------------------------------

// Does `path` lead through `folder`, which is `length` bytes long?
static bool is_inside(const char *path, const char *folder, size_t length)
{
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

s32 program_find(const struct machine *m, const char *path, enum program_error *error)
{
    s32 found = find(&m->programs, path);
    size_t length = strlen(path);

    *error = found >= 0 ? PROGRAM_WELL : PROGRAM_MISSING;
    while (length && path[length - 1] == '/')
        length--;
    for (u32 i = 0; i < m->programs.count && found < 0 && path[0] == '/'; i++) {
        const char *known = m->programs.list[i].path;

        if (is_inside(known, path, length))
            *error = PROGRAM_NO_ACCESS;
        else if (is_inside(path, known, strlen(known)))
            *error = PROGRAM_NO_FOLDER;
    }
    return found;
}

const struct program *program_at(const struct machine *m, u32 number)
{
    if (number >= HOST_PROGRAMS)
        return host_program_at(&m->programs, number);
    BUG_ON(number >= m->programs.count);
    return &m->programs.list[number];
}

// A line that says where in which file it stands: "/bin/sh data +00010 …".
static void write_line(const struct program *p, u32 offset, char *line)
{
    static const char digits[] = "0123456789abcdef";
    const char *name = strrchr(p->path, '/') + 1;
    bool is_data = p->segment_count > 1 && offset >= p->segment[1].offset;
    const char *part = is_data ? " data " : !p->segment_count ? " line " : " text ";
    size_t n = 0;

    for (; n < 16 && name[n]; n++)
        line[n] = name[n];
    memcpy(line + n, part, 6);
    n += 6;
    for (int shift = 24; shift >= 0; shift -= 4)
        line[n++] = digits[offset >> shift & 15];
    memset(line + n, '.', LINE_BYTES - 1 - n);
    line[LINE_BYTES - 1] = '\n';
}

void program_read(const struct machine *m, u32 number, u32 offset, u8 *bytes, u32 size)
{
    const struct program *p = program_at(m, number);
    char line[LINE_BYTES];

    if (number >= HOST_PROGRAMS) {
        u32 left = offset < p->size ? p->size - offset : 0;

        left = left < size ? left : size;
        memset(bytes, 0, size);
        if (left)
            memcpy(bytes, p->host.bytes + offset, left);
        return;
    }
    for (u32 i = 0; i < size; i++) {
        u32 at = offset + i;

        if (i == 0 || at % LINE_BYTES == 0)
            write_line(p, at - at % LINE_BYTES, line);
        bytes[i] = at < p->size ? (u8)line[at % LINE_BYTES] : 0;
    }
}
