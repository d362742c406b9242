// Commands about files: from words to the registers of read, write, pipe and their like.
#include "script/session.h"

#include "kernel/files.h"
#include "procarium/names.h"
#include "script/messages.h"

#include <string.h>

#define BUFFER_MAX  65536 // bytes that find room on a program's stack
#define DISK_SECTOR 512u
#define CWD_BUFFER  256u

static bool parse_open_flag(const char *text, size_t length, u32 *flag)
{
    return name_parse(NAMES_OPEN, text, length, flag);
}

// Permissions as people write them: octal digits.
static bool parse_octal(const char *text, u32 *value)
{
    size_t length = strlen(text);

    if (length == 0 || length > 5 || strspn(text, "01234567") != length)
        return false;
    *value = 0;
    for (; *text; text++)
        *value = *value * 8 + (u32)(*text - '0');
    return true;
}

static bool word_fd(struct session *s, const struct word *w, u32 *fd)
{
    return word_u32(s, w, WHAT_ARGUMENT, fd);
}

// The call's strings: this one, or none.
static void set_string(struct session *s, struct plan *plan, const char *text)
{
    s->strings[0] = text;
    s->strings[1] = NULL;
    plan->made.strings = s->strings;
}

// A path alone. (chdir, chroot)
PREPARE(path)
{
    const char *path;

    plan->made.nr = n->command->number;
    if (!text_of_word(s, &n->word[0], 0, &path))
        return false;
    set_string(s, plan, path);
    return true;
}

// open PATH [FLAGS] [mode=0644]
PREPARE(open)
{
    const char *mode = n->words > 1 ? word_after(&n->word[n->words - 1], "mode") : NULL;
    u32 words = n->words - (mode != NULL);
    const char *path;

    plan->made.nr = __NR_open;
    plan->made.args[2] = OPEN_MODE;
    if (!text_of_word(s, &n->word[0], 0, &path))
        return false;
    set_string(s, plan, path);
    if (mode && !parse_octal(mode, &plan->made.args[2]))
        return fail(s, n->word[words].offset, MSG_NOT_OCTAL, mode);
    if (words > 2)
        return fail(s, n->word[2].offset, MSG_OPEN_WORD, n->word[2].text);
    return words < 2 ||
           word_flags(s, &n->word[1], WHAT_OPEN_FLAG, parse_open_flag, &plan->made.args[1]);
}

// fcntl FD F_GETFD|F_SETFD|F_GETFL|F_SETFL|F_DUPFD [VALUE]
PREPARE(fcntl)
{
    static const u32 commands[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD };
    const struct word *name = &n->word[1], *value = n->words > 2 ? &n->word[2] : NULL;
    u32 *args = plan->made.args, index;

    plan->made.nr = __NR_fcntl;
    if (!word_fd(s, &n->word[0], &args[0]) ||
        !word_choice(s, name, "F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD", &index))
        return false;
    args[1] = commands[index];
    bool asks = args[1] == F_GETFD || args[1] == F_GETFL;
    if (!value)
        return asks || fail(s, n->end, MSG_FCNTL_NEEDS, name->text);
    if (asks)
        return fail(s, value->offset, MSG_FCNTL_VALUE, name->text);
    if (args[1] == F_SETFD && word_is(value, "FD_CLOEXEC")) {
        args[2] = FD_CLOEXEC;
        return true;
    }
    if (args[1] == F_SETFL && value->kind == WORD_PLAIN && !value->is_number)
        return word_flags(s, value, WHAT_OPEN_FLAG, parse_open_flag, &args[2]);
    return word_u32(s, value, WHAT_ARGUMENT, &args[2]);
}

// read FD BYTES [ADDR]: without an address, to a buffer on the program's stack.
PREPARE(read)
{
    u32 *args = plan->made.args;
    s64 size;

    plan->made.nr = __NR_read;
    if (!word_fd(s, &n->word[0], &args[0]))
        return false;
    if (n->words > 2)
        return word_u32(s, &n->word[1], WHAT_SIZE, &args[2]) &&
               word_user_address(s, &n->word[2], plan->actor, &args[1]);
    if (!word_in_range(s, &n->word[1], WHAT_SIZE, 0, BUFFER_MAX, &size))
        return false;
    args[2] = (u32)size;
    set_string(s, plan, NULL);
    return true;
}

// write FD TEXT, or write FD ADDR BYTES.
PREPARE(write)
{
    u32 *args = plan->made.args;
    const char *text;

    plan->made.nr = __NR_write;
    if (!word_fd(s, &n->word[0], &args[0]))
        return false;
    if (n->words > 2)
        return word_user_address(s, &n->word[1], plan->actor, &args[1]) &&
               word_u32(s, &n->word[2], WHAT_SIZE, &args[2]);
    if (!text_of_word(s, &n->word[1], 0, &text))
        return false;
    args[2] = n->word[1].kind < WORD_VARIABLE ? n->word[1].length : (u32)strlen(text);
    set_string(s, plan, text);
    return true;
}

// lseek FD OFFSET [SEEK_SET|SEEK_CUR|SEEK_END]
PREPARE(lseek)
{
    plan->made.nr = __NR_lseek;
    return word_fd(s, &n->word[0], &plan->made.args[0]) &&
           word_u32(s, &n->word[1], WHAT_ARGUMENT, &plan->made.args[1]) &&
           (n->words < 3 ||
            word_choice(s, &n->word[2], "SEEK_SET SEEK_CUR SEEK_END", &plan->made.args[2]));
}

// pipe [ADDR]: without an address, the descriptors go to the program's stack.
PREPARE(pipe)
{
    plan->made.nr = __NR_pipe;
    if (n->words > 0)
        return word_user_address(s, &n->word[0], plan->actor, &plan->made.args[0]);
    set_string(s, plan, NULL);
    return true;
}

PREPARE(getcwd)
{
    (void)n;
    plan->made.nr = __NR_getcwd;
    plan->made.args[1] = CWD_BUFFER;
    set_string(s, plan, NULL);
    return true;
}

PREPARE(umask)
{
    const struct word *w = &n->word[0];

    plan->made.nr = __NR_umask;
    if (w->kind >= WORD_VARIABLE)
        return word_u32(s, w, WHAT_ARGUMENT, &plan->made.args[0]);
    return parse_octal(w->text, &plan->made.args[0]) || fail(s, w->offset, MSG_NOT_OCTAL, w->text);
}

// A read of the disk itself, which no descriptor stands for.
PREPARE(io)
{
    (void)n;
    plan->made.nr = __NR_read;
    plan->made.args[0] = UINT32_MAX;
    plan->made.args[2] = DISK_SECTOR;
    plan->made.args[4] = READ_DISK;
    set_string(s, plan, NULL);
    return true;
}

// ---- irq disk [PID] -------------------------------------------------------------------------------

PREPARE(irq)
{
    const struct task_struct *p;
    u32 index;

    plan->value = 0;
    if (!word_choice(s, &n->word[0], "disk", &index))
        return false;
    if (cpu(s->m)->panicked)
        return fail(s, n->offset, MSG_PANICKED);
    if (list_empty(s->m, &kernel(s->m)->disk_queue))
        return fail(s, n->word[0].offset, MSG_DISK_IDLE);
    if (n->words < 2)
        return true;
    if (!word_task(s, &n->word[1], &p))
        return false;
    if (!page_waited_for(s->m, p))
        return fail(s, n->word[1].offset, MSG_NOT_AT_DISK, p->pid, p->comm);
    plan->value = p->pid;
    return true;
}

ACT(irq)
{
    disk_interrupt(s->m, plan->value ? find_task_by_pid(s->m, (s32)plan->value) : NULL);
}
