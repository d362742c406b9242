/* The lines typed so far: a list without doubles, and its append-only file. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/history.h"

#include "text.h"
#include "tui/glyph.h"
#include "tui/mem.h"
#include "write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a larger file only the end is read: nobody types more. */
enum { FILE_READ_MAX = 4 << 20, LINE_MAX_CHARS = 65536 };

struct entry {
    wchar_t *text;
    uint64_t hash; /* so that looking for a double compares numbers, not texts */
    int number;    /* libedit's event number, rising */
};

struct history_list {
    struct entry *entries; /* oldest first */
    size_t count;
    size_t limit;
    int next_number;
    size_t cursor; /* libedit's place in the list, as an age */
    int fd;        /* append-only, -1 without a file */
    char *path;
    size_t file_lines;
};

struct history_list *history_list_create(size_t limit)
{
    struct history_list *list = mem_alloc(sizeof *list);

    list->limit = limit;
    list->entries = mem_alloc((limit + 1) * sizeof *list->entries);
    list->next_number = 1;
    list->fd = -1;
    return list;
}

/* FNV-1a over the characters. */
static uint64_t hash_of(const wchar_t *text)
{
    uint64_t hash = 0xCBF29CE484222325u;

    for (; *text; text++)
        hash = (hash ^ (uint64_t)*text) * 0x100000001B3u;
    return hash;
}

static void remove_at(struct history_list *list, size_t index)
{
    free(list->entries[index].text);
    memmove(&list->entries[index], &list->entries[index + 1],
            (list->count - index - 1) * sizeof *list->entries);
    list->count--;
}

/* Takes ownership of text. */
static void remember(struct history_list *list, wchar_t *text)
{
    uint64_t hash = hash_of(text);

    for (size_t i = list->count; i-- > 0;) {
        if (list->entries[i].hash == hash && wcscmp(list->entries[i].text, text) == 0) {
            remove_at(list, i);
            break;
        }
    }
    if (list->count == list->limit)
        remove_at(list, 0);
    list->entries[list->count++] = (struct entry){ text, hash, list->next_number++ };
    list->cursor = 0;
}

static void remember_bytes(struct history_list *list, const char *line, size_t size)
{
    size_t count;
    wchar_t *text;

    if (size == 0 || size > LINE_MAX_CHARS || memchr(line, 0, size))
        return;
    text = glyph_to_wide(line, size, &count);
    remember(list, text);
}

/*
 * Writes the lines that are kept to a new file and puts it in the old one's place. Doubles and
 * lines past the limit pile up in an append-only file, so this runs at load once there are twice as
 * many as are kept.
 */
static bool rewrite(struct history_list *list)
{
    size_t size = strlen(list->path) + 8;
    char *temporary = mem_alloc(size);
    bool ok = true;

    snprintf(temporary, size, "%s.XXXXXX", list->path);
    int fd = mkostemp(temporary, O_APPEND | O_CLOEXEC); /* mode 0600 */
    for (size_t i = 0; fd >= 0 && ok && i < list->count; i++) {
        wchar_t *text = list->entries[i].text;
        char *line = glyph_to_utf8(text, wcslen(text));
        size_t length = strlen(line);
        line[length] = '\n';
        ok = write_all(fd, line, length + 1);
        free(line);
    }
    ok = fd >= 0 && ok && fsync(fd) == 0 && rename(temporary, list->path) == 0;
    if (ok) {
        close(list->fd);
        list->fd = fd;
        list->file_lines = list->count;
    } else if (fd >= 0) {
        close(fd);
        unlink(temporary);
    }
    free(temporary);
    return ok;
}

/*
 * Reads the file's end into the list; a first line that was cut off and a torn last one are dealt
 * with.
 */
static void load(struct history_list *list, off_t file_size)
{
    off_t start = file_size > FILE_READ_MAX ? file_size - FILE_READ_MAX : 0;
    size_t size = (size_t)(file_size - start), got = 0;
    char *data = mem_alloc(size + 1);

    while (got < size) {
        ssize_t n = pread(list->fd, data + got, size - got, start + (off_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    char *line = data, *end = data + got;
    if (start > 0) {
        char *newline = memchr(line, '\n', got);
        line = newline ? newline + 1 : end;
    }
    while (line < end) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *stop = newline ? newline : end;
        remember_bytes(list, line, (size_t)(stop - line));
        list->file_lines++;
        line = stop + 1;
    }
    if (got > 0 && data[got - 1] != '\n')
        write_all(list->fd, "\n",
                  1); /* a crash in the middle of a line: the next one starts anew */
    free(data);
}

bool history_list_open(struct history_list *list, const char *path, char *why, size_t size)
{
    struct stat status;

    /* O_NONBLOCK: somebody's FIFO must not hang the start. */
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    if (fd < 0) {
        snprintf(why, size, _("%s: %s; history is not kept"), path, strerror(errno));
        return false;
    }
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        snprintf(why, size, _("%s: not a regular file; history is not kept"), path);
        close(fd);
        return false;
    }
    if ((status.st_mode & 077) != 0)
        fchmod(fd, 0600); /* what was typed is nobody else's business */
    list->fd = fd;
    list->path = mem_text(path);
    load(list, status.st_size);
    if (list->file_lines > 2 * list->limit || status.st_size > FILE_READ_MAX)
        rewrite(list);
    return true;
}

void history_list_add(struct history_list *list, const wchar_t *line)
{
    size_t count = wcslen(line);

    if (count == 0 || count > LINE_MAX_CHARS)
        return;
    wchar_t *text = mem_alloc((count + 1) * sizeof *text);
    for (size_t i = 0; i < count; i++)
        text[i] = line[i] == L'\n' ? L' ' : line[i];
    bool is_repeat = list->count > 0 && wcscmp(list->entries[list->count - 1].text, text) == 0;
    remember(list, text);
    if (list->fd >= 0 && !is_repeat) {
        char *bytes = glyph_to_utf8(text, count);
        size_t length = strlen(bytes);
        bytes[length] = '\n';
        if (write_all(list->fd, bytes,
                      length + 1)) /* one write: what is there after a crash is whole */
            list->file_lines++;
        free(bytes);
    }
}

size_t history_list_count(const struct history_list *list)
{
    return list->count;
}

const wchar_t *history_list_get(const struct history_list *list, size_t age)
{
    return age < list->count ? list->entries[list->count - 1 - age].text : NULL;
}

bool history_list_find(const struct history_list *list, const wchar_t *pattern, size_t age,
                       bool newer, size_t *found)
{
    if (newer && list->count > 0 && age >= list->count)
        age = list->count - 1;
    while (age < list->count) {
        if (wcsstr(history_list_get(list, age), pattern)) {
            *found = age;
            return true;
        }
        if (newer && age == 0)
            return false;
        age = newer ? age - 1 : age + 1;
    }
    return false;
}

int history_list_libedit(void *opaque, struct histeventW *event, int operation, ...)
{
    struct history_list *list = opaque;
    size_t cursor = list->cursor;

    switch (operation) {
    case H_FIRST:
        cursor = 0;
        break;
    case H_LAST:
        cursor = list->count - 1; /* wraps when empty, and is then past the end */
        break;
    case H_NEXT:
        cursor++;
        break;
    case H_PREV:
        cursor--; /* wraps past the newest, and is then past the end */
        break;
    case H_CURR:
        break;
    default:
        return -1;
    }
    if (cursor >= list->count)
        return -1;
    list->cursor = cursor;
    event->num = list->entries[list->count - 1 - cursor].number;
    event->str = list->entries[list->count - 1 - cursor].text;
    return 0;
}

void history_list_destroy(struct history_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; i < list->count; i++)
        free(list->entries[i].text);
    if (list->fd >= 0)
        close(list->fd);
    free(list->entries);
    free(list->path);
    free(list);
}
