// See advice.h.
#include "script/advice.h"

#include "kernel/errno.h"
#include "machine/program.h"
#include "script/messages.h"

#include <stdio.h>
#include <string.h>

// ---- Words that are no commands ------------------------------------------------------------------

// What people type who know another system, and what there is in its place here.
static const struct {
    const char *words; // with blanks around each
    const char *advice;
} foreign[] = {
    { " ls cat rm cp mv ln mkdir touch chmod chown grep wc head tail sort less more find vi vim "
      "nano "
      "gcc cc make python python3 perl bash zsh date true yes ssh ",
      HINT_IS_PROGRAM },
    { " sudo su ", HINT_IS_SUDO },
    { " man info ? apropos whatis ", HINT_IS_MANUAL },
    { " top htop who w jobs whoami id uname ", HINT_IS_TOP },
    { " fg bg ", HINT_IS_JOB },
    { " echo printf puts printk print ", HINT_IS_ECHO },
    { " sleep usleep nanosleep alarm tick time timeout ", HINT_IS_TIME },
    { " ptrace strace ltrace gdb perf ", HINT_IS_TRACER },
    { " getpid getppid gettid getpgrp getpgid getsid ", HINT_IS_GETPID },
    { " malloc calloc free new delete ", HINT_IS_MALLOC },
    { " pthread_create thread ", HINT_IS_THREAD },
    { " raise abort ", HINT_IS_RAISE },
    { " if else while do int char pid status void return main struct_task pid_t static const "
      "#define ",
      HINT_IS_C },
    { " reboot shutdown halt poweroff ", HINT_IS_REBOOT },
    { " q :q :q! :wq logout bye end leave x ", HINT_IS_LEAVE },
    { " clear cls reset ", HINT_IS_CLEAR },
};

static bool holds_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = words; (at = strstr(at, word)) != NULL; at += length)
        if (length && at > words && at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

// The same for words with blanks between only.
static bool is_among(const char *words, const char *word)
{
    struct strbuf padded = STRBUF_INIT;

    strbuf_printf(&padded, " %s ", words);
    bool is_there = holds_word(strbuf_text(&padded), word);
    strbuf_finish(&padded);
    return is_there;
}

static const char *foreign_advice(const char *word)
{
    for (u32 i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (holds_word(foreign[i].words, word))
            return foreign[i].advice;
    return NULL;
}

// "exit(1)" and "kill(2," as in C: the command is there, but not its parentheses.
static bool advise_parentheses(const char *name, struct strbuf *hint)
{
    size_t length = strcspn(name, "(");
    char before[32];

    if (!name[length] || length == 0 || length >= sizeof before)
        return false;
    memcpy(before, name, length);
    before[length] = '\0';
    const struct command_row *command = find_command(before);
    const char *advice = foreign_advice(before);
    if (command)
        strbuf_printf(hint, HINT_PARENTHESES, command->info.usage);
    else
        strbuf_puts(hint, advice ? advice : HINT_IS_C);
    return true;
}

void advise_command(const char *name, struct strbuf *hint)
{
    size_t length = strlen(name);
    const char *advice = foreign_advice(name);

    if (advice) {
        strbuf_puts(hint, advice);
    } else if (advise_parentheses(name, hint)) {
        return;
    } else if (is_among(pane_names, name)) {
        strbuf_printf(hint, HINT_PANE, name);
    } else if (is_among(layout_names, name)) {
        strbuf_printf(hint, HINT_LAYOUT, name);
    } else if (length > 0 && name[length - 1] == ':') {
        strbuf_puts(hint, HINT_ACTOR_FORM);
    } else if (length > 0 && strspn(name, "0123456789") == length) {
        strbuf_printf(hint, HINT_ACTOR_COLON, name);
    } else if (strchr(name, '=') && name[0] != '=') {
        strbuf_puts(hint, HINT_IS_ASSIGNMENT);
    } else if (strchr(name, '/')) {
        strbuf_puts(hint, HINT_IS_PROGRAM);
    } else {
        const char *near = suggest_command(name);

        if (near)
            strbuf_printf(hint, HINT_DID_YOU_MEAN, near);
        else
            strbuf_puts(hint, HINT_LIST);
    }
}

static const char shell_signs[] = " | || & && > >> < << 2>&1 ";

void advise_word(const char *word, struct strbuf *hint)
{
    if (holds_word(shell_signs, word))
        strbuf_puts(hint, HINT_SHELL_SIGN);
    else if (strncmp(word, "//", 2) == 0 || strncmp(word, "/*", 2) == 0)
        strbuf_puts(hint, HINT_COMMENT);
}

// ---- Calls that were refused ---------------------------------------------------------------------

static const char *exec_advice(struct session *s, const struct word *path)
{
    const struct programs *programs = &s->m->programs;

    if (strchr(path->text, '/'))
        return HINT_EXEC_NONE;
    for (u32 i = 0; i < programs->count; i++) {
        const char *slash = strrchr(programs->list[i].path, '/');

        if (slash && strcmp(slash + 1, path->text) == 0 && !programs->list[i].open_error) {
            snprintf(s->advice, sizeof s->advice, HINT_EXEC_PATH, programs->list[i].path);
            return s->advice;
        }
    }
    return HINT_EXEC_NO_PATH;
}

// Has somebody typed a shell's command line behind exec?
static bool has_sign(const struct node *n)
{
    for (u32 i = 1; i < n->words; i++)
        if (n->word[i].kind == WORD_PLAIN && holds_word(shell_signs, n->word[i].text))
            return true;
    return false;
}

static const char *kill_advice(const struct node *n)
{
    const struct word *w = &n->word[n->words - 1];

    if (n->words == 1 && w->is_number && w->number > 0 && w->number <= 31)
        return HINT_KILL_NUMBER;
    return w->is_number && w->number == -1 ? HINT_KILL_ALL : HINT_PS;
}

static const char *wait_advice(const struct node *n)
{
    bool has_pid = n->words > 0 && n->word[0].is_number && n->word[0].number > 0;

    return has_pid ? HINT_WAIT_WHOSE : HINT_WAIT_NONE;
}

const char *advise_after(struct session *s, const struct node *n, s32 actor)
{
    const struct console *c = console(s->m);
    s64 error = c->has_last_value ? -c->last_value : 0;

    if (n->command->kind == COMMAND_CALL && n->command->number == __NR_execve && has_sign(n))
        return HINT_EXEC_SIGNS;
    if (n->command->kind != COMMAND_CALL || c->last_pid != actor || error <= 0 || error > 4095 ||
        s->blocks > 0)
        return "";
    switch (n->command->number) {
    case __NR_execve:
        return error == ENOENT   ? exec_advice(s, &n->word[0])
               : error == EACCES ? HINT_EXEC_NONE
                                 : "";
    case __NR_open:
        return error == ENOENT ? HINT_OPEN_NONE : "";
    case __NR_kill:
        return error == ESRCH ? kill_advice(n) : "";
    case __NR_tgkill:
    case __NR_setpgid:
        return error == ESRCH ? HINT_PS : "";
    case __NR_wait4:
        return error == ECHILD ? wait_advice(n) : "";
    default:
        return error == EBADF ? HINT_FILES : "";
    }
}
