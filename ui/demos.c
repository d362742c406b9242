/* Finding lessons: beside the program in a build folder, where it was installed, or right here. */
#include "demos.h"

#include "text.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ROW_COLS = 76,   /* a page over the panes shows so much on a screen of 80 columns */
    NAME_COLS = 22,  /* where what a lesson is about begins, unless its name is longer */
    PART_BYTES = 20, /* less of a sentence says nothing */
};

static const char suffix[] = ".demo";

static int is_demo(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), tail = strlen(suffix);

    return length > tail && strcmp(entry->d_name + length - tail, suffix) == 0;
}

/* The demos of a folder in the order of their names; the count, or -1. */
static int scan(const char *folder, struct dirent ***entries)
{
    int count = scandir(folder, entries, is_demo, alphasort);

    if (count == 0)
        free(*entries);
    return count > 0 ? count : -1;
}

static void free_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

/* The folder that has lessons, and these; -1 when there is none. */
static int find_folder(char *folder, size_t size, struct dirent ***entries)
{
    static const char *const beside[] = { "../../demos", "../share/procarium/demos" };
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    int count;

    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    for (size_t i = 0; slash && i < sizeof beside / sizeof beside[0]; i++) {
        snprintf(folder, size, "%.*s/%s", (int)(slash - program), program, beside[i]);
        if ((count = scan(folder, entries)) > 0)
            return count;
    }
    snprintf(folder, size, "%s", PROCARIUM_DATADIR "/demos");
    if ((count = scan(folder, entries)) > 0)
        return count;
    snprintf(folder, size, "demos");
    return scan(folder, entries);
}

/*
 * Adds as much of a line as fits: up to the last mark between two parts of the sentence that has
 * something before it, else as many whole words as fit.
 */
static void add_shortened(const char *text, size_t room, struct strbuf *out)
{
    size_t length = strlen(text), part = 0, words = 0;

    for (size_t i = 0; i < length && i < room; i++) {
        if (strchr(",:;.", text[i]) && text[i + 1] == ' ')
            part = i;
        if (text[i] == ' ' && i + 2 <= room)
            words = i;
    }
    if (length <= room)
        part = length;
    strbuf_add_visible(out, text, part < PART_BYTES ? words : part);
    if (part < PART_BYTES)
        strbuf_puts(out, " …");
}

/* What a lesson is about: its first line, which is a comment. */
static void add_subject(const char *folder, const char *name, size_t room, struct strbuf *out)
{
    char path[PATH_MAX], line[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    if (fgets(line, sizeof line, file) && line[0] == '#') {
        line[strcspn(line, "\r\n")] = '\0';
        const char *text = line + 1 + strspn(line + 1, " ");
        add_shortened(text, room, out);
    }
    fclose(file);
}

bool demos_list(struct strbuf *out)
{
    char folder[PATH_MAX];
    struct dirent **entries;
    int count = find_folder(folder, sizeof folder, &entries);

    if (count < 0)
        return false;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        strbuf_puts(out, "  ");
        size_t begin = out->length;
        strbuf_add_visible(out, name, strlen(name) - strlen(suffix));
        strbuf_putc(out, ' ');
        strbuf_repeat(out, ' ', NAME_COLS - (int)(out->length - begin));
        size_t used = out->length - begin + 2;
        add_subject(folder, name, used < ROW_COLS ? ROW_COLS - used : 0, out);
        strbuf_putc(out, '\n');
    }
    free_entries(entries, count);
    return true;
}

/* "3", "orphans", "03-orphans", "03-orphans.demo" are all that lesson. */
static bool is_called(const char *file, const char *name)
{
    const char *dash = strchr(file, '-');
    size_t length = strlen(file) - strlen(suffix);
    char *end;
    long number = strtol(name, &end, 10);

    if (*name && !*end)
        return atol(file) == number && number > 0;
    if (strcmp(file, name) == 0 || (strlen(name) == length && strncmp(file, name, length) == 0))
        return true;
    return dash && strlen(name) == length - (size_t)(dash + 1 - file) &&
           strncmp(dash + 1, name, strlen(name)) == 0;
}

bool demos_find(const char *name, struct strbuf *path)
{
    char folder[PATH_MAX];
    struct dirent **entries;
    struct stat status;
    bool is_found = false;

    if (stat(name, &status) == 0 && S_ISREG(status.st_mode)) {
        strbuf_puts(path, name);
        return true;
    }
    int count = find_folder(folder, sizeof folder, &entries);
    for (int i = 0; i < count && !is_found; i++) {
        is_found = is_called(entries[i]->d_name, name);
        if (is_found)
            strbuf_printf(path, "%s/%s", folder, entries[i]->d_name);
    }
    if (count > 0)
        free_entries(entries, count);
    return is_found;
}
