// System calls: from a command's words to the registers of the call.
#include "script/session.h"

#include "procarium/names.h"
#include "script/messages.h"

#include <string.h>

// Where a program's own handler would be. One address serves: user code is not simulated.
#define USER_HANDLER 0x08048400u

// A call without arguments. (fork, vfork, pause, setsid, sched_yield)
PREPARE(plain)
{
    (void)s;
    plan->made.nr = n->command->number;
    return true;
}

// A call whose words are its arguments, all of them numbers. (nice, setpgid, setuid, close, dup …)
PREPARE(numbers)
{
    plan->made.nr = n->command->number;
    for (u32 i = 0; i < n->words; i++)
        if (!word_u32(s, &n->word[i], WHAT_ARGUMENT, &plan->made.args[i]))
            return false;
    return true;
}

// ---- clone -----------------------------------------------------------------------------------

// Where the kernel writes the new task's PID, unless told otherwise: in the stack's second page.
#define USER_TID 0xBFFFE000u
// The descriptor that it sets: the first of the three for threads.
#define USER_TLS_ENTRY 6u

static bool parse_clone_word(const char *text, size_t length, u32 *flag)
{
    if (length == 6 && strncmp(text, "thread", 6) == 0) {
        *flag = CLONE_NPTL_THREAD;
        return true;
    }
    return clone_flag_parse(text, length, flag);
}

// "stack=0x…" and the others: which register the value goes to, or -1.
static int clone_register(const char *text, const char **value)
{
    static const struct {
        const char *name;
        int argument;
    } names[] = { { "stack=", 1 }, { "ptid=", 2 }, { "tls=", 3 }, { "ctid=", 4 } };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i].name);

        if (strncmp(text, names[i].name, length) == 0) {
            *value = text + length;
            return names[i].argument;
        }
    }
    return -1;
}

static bool add_clone_word(struct session *s, const struct word *w, struct call *call)
{
    const char *value;
    int argument = w->kind == WORD_PLAIN ? clone_register(w->text, &value) : -1;
    u32 flags;

    if (argument >= 0)
        return option_address(s, w, value, INT32_MIN, &call->args[argument]);
    if (!word_flags(s, w, WHAT_CLONE_FLAG, parse_clone_word, &flags))
        return false;
    call->args[0] |= flags;
    return true;
}

// The registers that a flag needs and nobody gave.
static void complete_clone(u32 *args)
{
    if (args[0] & CLONE_PARENT_SETTID && !args[2])
        args[2] = USER_TID;
    if ((args[0] & CLONE_NPTL_THREAD) == CLONE_NPTL_THREAD && !args[3])
        args[3] = USER_TLS_ENTRY;
    if (args[0] & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID) && !args[4])
        args[4] = USER_TID;
}

PREPARE(clone)
{
    plan->made.nr = __NR_clone;
    for (u32 i = 0; i < n->words; i++)
        if (!add_clone_word(s, &n->word[i], &plan->made))
            return false;
    complete_clone(plan->made.args);
    return true;
}

// ---- execve ----------------------------------------------------------------------------------

// strings: the path, then argv, whose first is the path again.
PREPARE(execve)
{
    u32 count = 0;

    plan->made.nr = __NR_execve;
    for (u32 i = 0; i < n->words; i++) {
        if (!text_of_word(s, &n->word[i], i, &s->strings[count + (i > 0)]))
            return false;
        count++;
    }
    s->strings[1] = s->strings[0];
    s->strings[count + 1] = NULL;
    plan->made.strings = s->strings;
    plan->made.args[0] = n->host ? *n->host : 0;
    return true;
}

// ---- wait4 -----------------------------------------------------------------------------------

static bool is_option_word(const struct word *w)
{
    return w->kind == WORD_PLAIN && !w->is_number;
}

PREPARE(wait4)
{
    const struct word *options = NULL;

    plan->made.nr = __NR_wait4;
    plan->made.args[0] = (u32)-1;
    if (n->words > 0 && is_option_word(&n->word[0])) {
        options = &n->word[0];
        if (n->words > 1)
            return fail(s, n->word[1].offset, MSG_WAIT_ORDER);
    } else if (n->words > 0) {
        if (!word_u32(s, &n->word[0], WHAT_PID, &plan->made.args[0]))
            return false;
        if (n->words > 1)
            options = &n->word[1];
    }
    return !options ||
           word_flags(s, options, WHAT_WAIT_OPTION, wait_option_parse, &plan->made.args[2]);
}

// ---- Signals ---------------------------------------------------------------------------------

// -KILL, or a variable behind a minus, as in kill(1). (A number is one without it, and so is a name.)
static bool word_dash_signal(struct session *s, const struct word *w, s32 *signal)
{
    s64 number;

    if (w->kind >= WORD_VARIABLE && w->is_negative) {
        struct word positive = *w;

        positive.is_negative = false;
        if (!word_in_range(s, &positive, WHAT_SIGNAL, 0, INT32_MAX, &number))
            return false;
        *signal = (s32)number;
        return true;
    }
    if (w->kind != WORD_PLAIN || w->text[0] != '-')
        return fail(s, w->offset, MSG_KILL_ORDER, w->text);
    return word_signal(s, w, signal);
}

PREPARE(kill)
{
    const struct word *pid = &n->word[n->words - 1];
    s32 signal = SIGTERM;

    plan->made.nr = __NR_kill;
    if (n->words > 1) {
        if (!word_dash_signal(s, &n->word[0], &signal))
            return false;
    } else if (pid->kind == WORD_PLAIN && pid->text[0] == '-') {
        return fail(s, pid->offset + pid->length, MSG_KILL_PID, pid->text);
    }
    plan->made.args[1] = (u32)signal;
    return word_u32(s, pid, WHAT_PID, &plan->made.args[0]);
}

PREPARE(tgkill)
{
    s32 signal = 0;

    plan->made.nr = __NR_tgkill;
    if (!word_u32(s, &n->word[0], WHAT_PID, &plan->made.args[0]) ||
        !word_u32(s, &n->word[1], WHAT_PID, &plan->made.args[1]) ||
        !word_signal(s, &n->word[2], &signal))
        return false;
    plan->made.args[2] = (u32)signal;
    return true;
}

// signal SIG default|ignore|handler [restart] [nodefer] …: rt_sigaction(2).
PREPARE(signal)
{
    static const u32 handlers[] = { SIG_DFL, SIG_IGN, USER_HANDLER };
    static const u32 flags[] = { SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_NOCLDSTOP, SA_NOCLDWAIT };
    s32 signal;
    u32 index;

    plan->made.nr = __NR_rt_sigaction;
    if (!word_signal(s, &n->word[0], &signal) ||
        !word_choice(s, &n->word[1], "default ignore handler", &index))
        return false;
    plan->made.args[0] = (u32)signal;
    plan->made.args[1] = handlers[index];
    for (u32 i = 2; i < n->words; i++) {
        if (!word_choice(s, &n->word[i], "restart nodefer resethand nocldstop nocldwait", &index))
            return false;
        plan->made.args[2] |= flags[index];
    }
    return true;
}

PREPARE(sigprocmask)
{
    u32 how;

    plan->made.nr = __NR_rt_sigprocmask;
    if (!word_choice(s, &n->word[0], "block unblock set", &how))
        return false;
    plan->made.args[0] = how;
    for (u32 i = 1; i < n->words; i++) {
        s32 signal;

        if (!word_signal(s, &n->word[i], &signal))
            return false;
        if (signal < 1 || signal > _NSIG)
            return fail(s, n->word[i].offset, MSG_NOT_SIGNAL, n->word[i].text);
        plan->made.args[1 + (signal - 1) / 32] |= 1u << (signal - 1) % 32;
    }
    return true;
}

// ---- Limits --------------------------------------------------------------------------------

static bool word_limit(struct session *s, const struct word *w, u32 *limit)
{
    s64 value;

    *limit = RLIM_INFINITY;
    if (word_is(w, "unlimited"))
        return true;
    if (!word_in_range(s, w, WHAT_LIMIT, 0, UINT32_MAX, &value))
        return false;
    *limit = (u32)value;
    return true;
}

// setrlimit RESOURCE SOFT [HARD]: the hard limit is the soft one unless given.
PREPARE(setrlimit)
{
    const struct word *resource = &n->word[0];
    u32 *args = plan->made.args;

    plan->made.nr = __NR_setrlimit;
    if (resource->kind == WORD_PLAIN && !resource->is_number) {
        if (!name_parse(NAMES_RLIMIT, resource->text, resource->length, &args[0]))
            return fail(s, resource->offset, MSG_NOT_RLIMIT, resource->text);
    } else if (!word_u32(s, resource, WHAT_ARGUMENT, &args[0])) {
        return false;
    }
    return word_limit(s, &n->word[1], &args[1]) && word_limit(s, &n->word[n->words - 1], &args[2]);
}

// prctl PR_SET_PDEATHSIG SIG
PREPARE(prctl)
{
    u32 index;
    s32 signal;

    plan->made.nr = __NR_prctl;
    plan->made.args[0] = PR_SET_PDEATHSIG;
    if (!word_choice(s, &n->word[0], "PR_SET_PDEATHSIG", &index) ||
        !word_signal(s, &n->word[1], &signal))
        return false;
    plan->made.args[1] = (u32)signal;
    return true;
}
