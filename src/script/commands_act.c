// Commands that change the machine without being a system call: variables, focus, settling, sysctl.
#include "script/session.h"

#include "script/messages.h"
#include "script/quantity.h"

#include <string.h>

// ---- let NAME VALUE|QUANTITY --------------------------------------------------------------------------

static bool is_variable_name(const char *name)
{
    for (u32 i = 0; name[i]; i++) {
        char c = name[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!is_letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name[0] != '\0';
}

PREPARE(let)
{
    const struct word *name = &n->word[0];
    s64 old;

    if (name->kind != WORD_PLAIN || !is_variable_name(name->text))
        return fail(s, name->offset, MSG_VARIABLE_NAME);
    if (name->length >= VARIABLE_NAME_MAX)
        return fail(s, name->offset, MSG_VARIABLE_LONG, VARIABLE_NAME_MAX - 1);
    if (console(s->m)->variables == CONSOLE_VARIABLES && !find_variable(s->m, name->text, &old))
        return fail(s, name->offset, MSG_VARIABLES_FULL, CONSOLE_VARIABLES);
    plan->name = name->text;
    const struct quantity *q = find_quantity(&n->word[1]);
    if (!q) {
        bool is_number = n->words == 2 && word_number(s, &n->word[1], &plan->value);

        if (n->words > 2)
            fail(s, n->word[2].offset, MSG_TOO_MANY, n->command->info.name);
        if (!is_number && s->diagnosis.hint.length == 0)
            strbuf_printf(&s->diagnosis.hint, HINT_USAGE, n->command->info.usage);
        return is_number;
    }
    if (!q->is_of_image)
        return fail(s, n->word[1].offset, MSG_LET_QUANTITY, q->name);
    if (n->words - 2 != q->words)
        return fail(s, n->word[1].offset, MSG_LET_WORDS, q->usage);
    return q->get(s, &n->word[1] + (q->words > 0), &plan->value);
}

ACT(let)
{
    struct machine *m = s->m;
    const struct console *c = console(m);
    u32 i = 0;

    while (i < c->variables && strcmp(c->variable[i].name, plan->name) != 0)
        i++;
    if (i == c->variables) {
        char name[VARIABLE_NAME_MAX] = "";

        memcpy(name, plan->name, strlen(plan->name));
        copy(m, c->variable[i].name, name, sizeof name);
        set(m, c->variables, i + 1);
    }
    set(m, c->variable[i].value, plan->value);
}

// ---- focus PID -------------------------------------------------------------------------------

PREPARE(focus)
{
    const struct word *w = &n->word[0];
    const struct task_struct *p;

    if (!word_task(s, w, &p))
        return false;
    if (p->pid == 0)
        return fail(s, w->offset, MSG_FOCUS_IDLE);
    if (p->exit_state)
        return fail(s, w->offset, MSG_FOCUS_DEAD, p->pid, p->comm);
    plan->value = p->pid;
    return true;
}

ACT(focus)
{
    set_focus(s->m, (s32)plan->value);
    settle(s->m);
}

// ---- settle on|off ---------------------------------------------------------------------------

PREPARE(settle)
{
    u32 index;

    if (!word_choice(s, &n->word[0], "off on", &index))
        return false;
    plan->value = index;
    return true;
}

ACT(settle)
{
    set(s->m, console(s->m)->settle, (u32)plan->value);
    if (plan->value)
        settle_all(s->m);
}

// ---- sysctl NAME VALUE -----------------------------------------------------------------------

static bool fail_unknown_sysctl(struct session *s, const struct word *w)
{
    const char *names[64];
    u32 count = 0;

    while (count < 64 && sysctl_name(count)) {
        names[count] = sysctl_name(count);
        count++;
    }
    fail(s, w->offset, MSG_NO_SYSCTL, w->text);
    const char *near = suggest(w->text, names, count);
    if (near)
        strbuf_printf(&s->diagnosis.hint, HINT_DID_YOU_MEAN, near);
    else
        strbuf_puts(&s->diagnosis.hint, HINT_SYSCTLS);
    return false;
}

// With no value it only looks: run.c then runs run_sysctl().
PREPARE(sysctl)
{
    s64 old;

    if (!sysctl_get(s->m, n->word[0].text, &old))
        return fail_unknown_sysctl(s, &n->word[0]);
    if (!word_number(s, &n->word[1], &plan->value))
        return false;
    plan->name = n->word[0].text;
    struct strbuf why = STRBUF_INIT;
    bool well = sysctl_check(s->m, plan->name, plan->value, &why);
    if (!well)
        fail(s, n->word[1].offset, "%s", strbuf_text(&why));
    strbuf_finish(&why);
    return well;
}

ACT(sysctl)
{
    struct strbuf why = STRBUF_INIT;

    BUG_ON(!sysctl_set(s->m, plan->name, plan->value, &why));
    strbuf_finish(&why);
}

RUN(sysctl)
{
    struct strbuf out = STRBUF_INIT;
    const char *name;
    s64 value;

    if (n->words == 1 && !sysctl_get(s->m, n->word[0].text, &value))
        return fail_unknown_sysctl(s, &n->word[0]);
    for (u32 i = 0; (name = sysctl_name(i)); i++)
        if ((n->words == 0 || strcmp(name, n->word[0].text) == 0) && sysctl_get(s->m, name, &value))
            strbuf_printf(&out, "%s = %lld\n", name, (long long)value);
    show(s, &out);
    strbuf_finish(&out);
    return true;
}
