// Collecting candidates, and what they have in common.
#include "script/candidates.h"

#include "script/source.h"
#include "util/bug.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_OFFERED 1000u

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool begins_alike(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

static char *keep(const char *text)
{
    char *kept = strdup(text);

    BUG_ON(!kept);
    return kept;
}

void candidates_add(struct candidates *c, const char *word, const char *note)
{
    if (strlen(word) < c->length || !begins_alike(word, c->typed, c->length))
        return;
    if (c->count == c->capacity) {
        c->capacity = c->capacity ? c->capacity * 2 : 64;
        c->words = realloc(c->words, c->capacity * sizeof *c->words);
        c->notes = realloc(c->notes, c->capacity * sizeof *c->notes);
        BUG_ON(!c->words || !c->notes);
    }
    c->words[c->count] = keep(word);
    c->notes[c->count++] = keep(note);
}

bool candidates_typed_begins(const struct candidates *c, size_t skip, const char *prefix,
                             size_t length)
{
    if (c->length <= skip)
        return false;
    size_t typed = c->length - skip;
    return begins_alike(c->typed + skip, prefix, typed < length ? typed : length);
}

// ---- Files -----------------------------------------------------------------------------------

struct folder {
    struct strbuf typed; // up to its last slash, and what stands before the path
    struct strbuf place; // where that is
    const char *begun;   // of a name in it
    bool only_executable;
};

// Can it be typed as it is? Not if it would need quotes, nor with bytes that no text of commands has.
static bool is_plain_word(const struct strbuf *path)
{
    struct source text = { .text = strbuf_text(path), .length = (u32)path->length };

    return strcspn(text.text, " \t\n;{}\"#$\\") == path->length &&
           source_find_bad_byte(&text, 0) == text.length;
}

static void add_file(struct candidates *c, const struct folder *folder, const char *name)
{
    struct strbuf path = STRBUF_INIT;
    struct stat st;

    strbuf_add(&path, strbuf_text(&folder->place), folder->place.length);
    strbuf_puts(&path, name);
    bool is_there = stat(strbuf_text(&path), &st) == 0;
    bool is_folder = is_there && S_ISDIR(st.st_mode);
    bool is_wanted =
        is_folder || !folder->only_executable ||
        (is_there && S_ISREG(st.st_mode) && st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH));
    strbuf_clear(&path);
    strbuf_add(&path, strbuf_text(&folder->typed), folder->typed.length);
    strbuf_puts(&path, name);
    if (is_folder)
        strbuf_putc(&path, '/');
    if (is_wanted && is_plain_word(&path))
        candidates_add(c, strbuf_text(&path), is_folder ? "folder" : "");
    strbuf_finish(&path);
}

static void add_files_of(struct candidates *c, const struct folder *folder)
{
    DIR *dir = opendir(folder->place.length ? strbuf_text(&folder->place) : ".");
    size_t length = (size_t)(c->typed + c->length - folder->begun);
    bool wants_hidden = length > 0 && folder->begun[0] == '.';

    for (u32 i = 0; dir && i < FILES_OFFERED;) {
        const struct dirent *entry = readdir(dir);

        if (!entry)
            break;
        if ((entry->d_name[0] == '.' && !wants_hidden) || strlen(entry->d_name) < length ||
            !begins_alike(entry->d_name, folder->begun, length))
            continue;
        add_file(c, folder, entry->d_name);
        i++;
    }
    if (dir)
        closedir(dir);
}

// `prefix` bytes stand before the path.
static void add_files(struct candidates *c, const char *home, size_t prefix, bool only_executable)
{
    struct folder folder = { .only_executable = only_executable };
    size_t end = c->length;

    while (end > prefix && c->typed[end - 1] != '/')
        end--;
    folder.begun = c->typed + end;
    strbuf_add(&folder.typed, c->typed, end);
    bool is_at_home = home && end > prefix + 1 && memcmp(c->typed + prefix, "~/", 2) == 0;
    if (is_at_home)
        strbuf_puts(&folder.place, home);
    strbuf_puts(&folder.place, strbuf_text(&folder.typed) + prefix + is_at_home);
    add_files_of(c, &folder);
    strbuf_finish(&folder.typed);
    strbuf_finish(&folder.place);
}

void candidates_add_files(struct candidates *c, const char *home)
{
    add_files(c, home, 0, false);
}

void candidates_add_host_files(struct candidates *c, const char *home)
{
    size_t length = sizeof HOST_PREFIX - 1;

    if (c->length < length || memcmp(c->typed, HOST_PREFIX, length) != 0)
        candidates_add(c, HOST_PREFIX, "a file of this computer");
    else
        add_files(c, home, length, true);
}

// ---- Handing over ----------------------------------------------------------------------------

struct pair {
    char *word, *note;
};

static bool is_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

// PIDs by number, other words by their letters.
static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    bool is_number = is_digits(x->word), is_other_number = is_digits(y->word);

    // A name that begins with a digit comes behind all numbers, so that there is one order.
    if (is_number != is_other_number && strchr("0123456789", *x->word) &&
        strchr("0123456789", *y->word))
        return is_number ? -1 : 1;
    if (is_number && is_other_number && strlen(x->word) != strlen(y->word))
        return strlen(x->word) < strlen(y->word) ? -1 : 1;
    return strcmp(x->word, y->word);
}

static void sort(struct candidates *c)
{
    struct pair *pairs = calloc(c->count + 1, sizeof *pairs);
    u32 kept = 0;

    BUG_ON(!pairs);
    for (u32 i = 0; i < c->count; i++)
        pairs[i] = (struct pair){ c->words[i], c->notes[i] };
    qsort(pairs, c->count, sizeof *pairs, compare_pairs);
    for (u32 i = 0; i < c->count; i++) {
        if (kept > 0 && strcmp(c->words[kept - 1], pairs[i].word) == 0) {
            free(pairs[i].word);
            free(pairs[i].note);
            continue;
        }
        c->words[kept] = pairs[i].word;
        c->notes[kept++] = pairs[i].note;
    }
    c->count = kept;
    free(pairs);
}

static char *common_beginning(const struct candidates *c)
{
    size_t length = strlen(c->words[0]);

    for (u32 i = 1; i < c->count; i++) {
        size_t same = 0;

        while (same < length && c->words[i][same] == c->words[0][same])
            same++;
        length = same;
    }
    char *common = strndup(c->words[0], length);
    BUG_ON(!common);
    return common;
}

void candidates_into(struct candidates *c, struct completions *out)
{
    sort(c);
    out->words = c->words;
    out->notes = c->notes;
    out->count = c->count;
    if (c->count == 0)
        return;
    out->common = common_beginning(c);
    const char *word = c->words[0];
    char last = word[0] ? word[strlen(word) - 1] : ' ';
    out->is_final = c->count == 1 && last != '=' && last != '/' && last != ':';
}

void completions_finish(struct completions *c)
{
    for (u32 i = 0; i < c->count; i++) {
        free(c->words[i]);
        free(c->notes[i]);
    }
    free(c->words);
    free(c->notes);
    free(c->common);
    *c = (struct completions){ 0 };
}
