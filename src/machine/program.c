// See program.h.
#include "machine/program.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_ADDRESS  0x08048000u
#define SIZE_MAX_PART (64u << 20)
#define LINE_BYTES    32u // of what the generated files are made of

// ---- Reading a catalogue ---------------------------------------------------------------------------

struct sizes {
    u32 text, data, bss, heap;
};

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

static bool parse_part(struct line word, struct sizes *sizes)
{
    const struct {
        const char *name;
        u32 *size;
    } parts[] = { { "text=", &sizes->text },
                  { "data=", &sizes->data },
                  { "bss=", &sizes->bss },
                  { "heap=", &sizes->heap } };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(parts[i].name);

        if (word.length > length && memcmp(word.text, parts[i].name, length) == 0)
            return parse_size(word.text + length, word.length - length, parts[i].size);
    }
    return false;
}

static u32 round_up(u32 size)
{
    return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static void lay_out(struct program *p, const struct sizes *sizes)
{
    u32 data_offset = round_up(sizes->text);

    p->segment[p->segment_count++] = (struct program_segment){
        .address = TEXT_ADDRESS,
        .file_size = sizes->text,
        .memory_size = sizes->text,
        .is_executable = true,
    };
    if (sizes->data || sizes->bss)
        p->segment[p->segment_count++] = (struct program_segment){
            .address = TEXT_ADDRESS + data_offset,
            .offset = data_offset,
            .file_size = sizes->data,
            .memory_size = sizes->data + sizes->bss,
            .is_writable = true,
        };
    p->entry = TEXT_ADDRESS;
    p->heap = round_up(sizes->heap);
    p->size = data_offset + sizes->data;
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

static bool parse_line(struct line line, u32 number, struct program *p, struct strbuf *why)
{
    struct line path = next_word(&line), word = path;
    struct sizes sizes = { 0, 0, 0, 0 };

    *p = (struct program){ .size = 0 };
    if (!path.length || *path.text == '#')
        return true;
    if (*path.text != '/')
        return fail(why, number, "a program's path begins with /", path);
    if (path.length >= sizeof p->path)
        return fail(why, number, "this path is too long", path);
    while ((word = next_word(&line)).length && *word.text != '#')
        if (!parse_part(word, &sizes))
            return fail(why, number, "expected text=, data=, bss= or heap= and a size up to 64M",
                        word);
    if (!sizes.text)
        return fail(why, number, "a program needs text", path);
    memcpy(p->path, path.text, path.length);
    lay_out(p, &sizes);
    return true;
}

static s32 find(const struct programs *table, const char *path)
{
    for (u32 i = 0; i < table->count; i++)
        if (strcmp(table->list[i].path, path) == 0)
            return (s32)i;
    return -1;
}

static void add(struct programs *table, const struct program *p)
{
    s32 known = find(table, p->path);

    if (known >= 0) {
        table->list[known] = *p;
        return;
    }
    if (table->count == table->capacity) {
        table->capacity = table->capacity ? table->capacity * 2 : 32;
        table->list = realloc(table->list, table->capacity * sizeof *table->list);
        BUG_ON(!table->list);
    }
    table->list[table->count++] = *p;
}

bool programs_add(struct programs *table, const char *text, struct strbuf *why)
{
    for (int pass = 0; pass < 2; pass++) { // nothing is added before all of it is known to be well
        const char *at = text;

        for (u32 number = 1; *at; number++) {
            size_t length = strcspn(at, "\n");
            struct program p;

            if (!parse_line((struct line){ at, length }, number, &p, why))
                return false;
            if (pass > 0 && p.path[0])
                add(table, &p);
            at += length + (at[length] == '\n');
        }
    }
    return true;
}

void programs_finish(struct programs *table)
{
    free(table->list);
    *table = (struct programs){ NULL, 0, 0 };
}

// ---- Using it --------------------------------------------------------------------------------------

s32 program_find(const struct machine *m, const char *path)
{
    return find(&m->programs, path);
}

const struct program *program_at(const struct machine *m, u32 number)
{
    BUG_ON(number >= m->programs.count);
    return &m->programs.list[number];
}

// A line that says where in which file it stands: "/bin/sh data +00010 …".
static void write_line(const struct program *p, u32 offset, char *line)
{
    static const char digits[] = "0123456789abcdef";
    const struct program_segment *last = &p->segment[p->segment_count - 1];
    const char *name = strrchr(p->path, '/') + 1;
    const char *part = last->is_writable && offset >= last->offset ? " data " : " text ";
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

    for (u32 i = 0; i < size; i++) {
        u32 at = offset + i;

        if (i == 0 || at % LINE_BYTES == 0)
            write_line(p, at - at % LINE_BYTES, line);
        bytes[i] = at < p->size ? (u8)line[at % LINE_BYTES] : 0;
    }
}
