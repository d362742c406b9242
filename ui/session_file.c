/* See session_file.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "session_file.h"

#include "state.h"
#include "text.h"
#include "write_all.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SESSIONS_KEPT = 20, FILE_MAX = 64 << 20 };

/* A line that follows a text which did not end well. No text that is kept begins so. */
#define NOTE_BEGIN "#= "
#define SUFFIX     ".session"

static const char heading[] =
    "# What was typed in a session of procarium, which procarium --resume goes on with.\n";

struct session_file {
    int fd;                /* -1: not yet, or no longer */
    bool has_failed;       /* it cannot be kept */
    struct strbuf waiting; /* texts that were run before anybody typed */
    struct strbuf text;    /* of the file that is resumed */
    size_t at;             /* read so far */
};

/* ---- The folder ---- */

/* The path of the folder, with a / at its end; NULL when there is no place for it. */
static char *sessions_folder(void)
{
    return state_path("sessions/");
}

static int is_session(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), tail = strlen(SUFFIX);

    return length > tail && strcmp(entry->d_name + length - tail, SUFFIX) == 0;
}

/* Opens a file that nobody else has open; -1 when there is none such. */
static int open_alone(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct stat status;

    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void free_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

/* Leaves room for one more: the oldest go, as far as nobody has them open. */
static void forget_oldest(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_session, alphasort);
    char path[PATH_MAX];

    for (int i = 0; i < count - (SESSIONS_KEPT - 1); i++) {
        snprintf(path, sizeof path, "%s%s", folder, entries[i]->d_name);
        int fd = open_alone(path, O_RDWR);
        if (fd < 0)
            continue;
        unlink(path);
        close(fd);
    }
    if (count >= 0)
        free_entries(entries, count);
}

/* ---- Writing ---- */

/* A new file; its name says when it began, so that names sort by time. */
static bool begin_file(struct session_file *file)
{
    char *folder = sessions_folder();
    struct timespec now;
    struct tm local;
    char path[PATH_MAX], when[64];

    if (!folder) {
        errno = ENOENT;
        return false;
    }
    forget_oldest(folder);
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(when, sizeof when, "%Y-%m-%dT%H-%M-%S", &local);
    snprintf(path, sizeof path, "%s%s.%06ld-%ld" SUFFIX, folder, when, now.tv_nsec / 1000,
             (long)getpid());
    free(folder);
    file->fd = open_alone(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND);
    return file->fd >= 0 && write_all(file->fd, heading, strlen(heading));
}

static void add_entry(struct strbuf *out, const char *text, const struct outcome *outcome)
{
    size_t length = strlen(text);

    strbuf_add(out, text, length);
    if (length == 0 || text[length - 1] != '\n')
        strbuf_putc(out, '\n');
    if (outcome->result == RUN_MISTAKE)
        strbuf_puts(out, NOTE_BEGIN "mistake\n");
    if (outcome->result == RUN_INTERRUPTED)
        strbuf_printf(out, NOTE_BEGIN "interrupted %llu\n", (unsigned long long)outcome->polls);
}

void session_file_add(struct session_file *file, const char *text, const struct outcome *outcome,
                      bool is_typed, bool must_last, struct strbuf *why)
{
    if (file->has_failed || outcome->result == RUN_QUIT || text[strspn(text, " \t\n")] == '\0' ||
        text[0] == '#')
        return;
    add_entry(&file->waiting, text, outcome);
    if (!is_typed)
        return;
    bool well = file->fd >= 0 || begin_file(file);
    well = well && write_all(file->fd, strbuf_text(&file->waiting), file->waiting.length) &&
           (!must_last || fdatasync(file->fd) == 0);
    strbuf_clear(&file->waiting);
    if (well)
        return;
    strbuf_printf(why, _("this session is not kept: %s"), strerror(errno));
    file->has_failed = true;
}

/* ---- Reading ---- */

static bool read_all(int fd, struct strbuf *text)
{
    char part[16384];
    ssize_t n;

    while ((n = read(fd, part, sizeof part)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || text->length + (size_t)n > FILE_MAX)
            return false;
        strbuf_add(text, part, (size_t)n);
    }
    return true;
}

/* Cuts off a last line that has no end: the machine went down while it was written. */
static bool cut_torn_line(struct session_file *file)
{
    size_t length = file->text.length;

    while (length > 0 && file->text.text[length - 1] != '\n')
        length--;
    if (length == file->text.length)
        return true;
    strbuf_truncate(&file->text, length);
    return ftruncate(file->fd, (off_t)length) == 0;
}

struct session_file *session_file_create(void)
{
    struct session_file *file = calloc(1, sizeof *file);

    if (!file)
        abort();
    file->fd = -1;
    return file;
}

struct session_file *session_file_resume(void)
{
    char *folder = sessions_folder();
    struct dirent **entries;
    int count = folder ? scandir(folder, &entries, is_session, alphasort) : -1;
    struct session_file *file = session_file_create();
    char path[PATH_MAX];

    for (int i = count; i-- > 0 && file->fd < 0;) {
        snprintf(path, sizeof path, "%s%s", folder, entries[i]->d_name);
        file->fd = open_alone(path, O_RDWR | O_APPEND);
    }
    if (count >= 0)
        free_entries(entries, count);
    free(folder);
    if (file->fd >= 0 && read_all(file->fd, &file->text) && cut_torn_line(file))
        return file;
    session_file_close(file);
    return NULL;
}

void session_file_close(struct session_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    strbuf_finish(&file->waiting);
    strbuf_finish(&file->text);
    free(file);
}

/* The next line with its end; its length, 0 when there is none. */
static size_t line_length(const struct session_file *file)
{
    const char *begin = strbuf_text(&file->text) + file->at;
    const char *end = memchr(begin, '\n', file->text.length - file->at);

    return end ? (size_t)(end + 1 - begin) : 0;
}

static bool is_note(const struct session_file *file)
{
    return strncmp(strbuf_text(&file->text) + file->at, NOTE_BEGIN, strlen(NOTE_BEGIN)) == 0;
}

static void read_note(struct session_file *file, struct outcome *outcome)
{
    const char *note = strbuf_text(&file->text) + file->at + strlen(NOTE_BEGIN);
    unsigned long long polls;

    if (strncmp(note, "mistake\n", 8) == 0)
        outcome->result = RUN_MISTAKE;
    if (sscanf(note, "interrupted %llu", &polls) == 1)
        *outcome = (struct outcome){ RUN_INTERRUPTED, polls };
    file->at += line_length(file);
}

bool session_file_next(struct session_file *file, struct strbuf *text, struct outcome *outcome)
{
    struct open_ends ends = { 0 };
    size_t length;

    strbuf_clear(text);
    *outcome = (struct outcome){ RUN_OK, 0 };
    while ((length = line_length(file)) > 0 && (text->length == 0 || has_open_ends(&ends))) {
        const char *line = strbuf_text(&file->text) + file->at;
        bool is_comment = text->length == 0 && line[0] == '#';
        if (!is_comment) {
            strbuf_add(text, line, length);
            open_ends_add(&ends, line, length);
        }
        file->at += length;
    }
    if (text->length > 0 && is_note(file))
        read_note(file, outcome);
    while (text->length > 0 && text->text[text->length - 1] == '\n')
        strbuf_truncate(text, text->length - 1);
    return text->length > 0;
}
