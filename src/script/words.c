// What a command's words say: numbers, variables, tasks, signals, flags.
#include "script/session.h"

#include "procarium/names.h"
#include "script/advice.h"
#include "script/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool word_is(const struct word *w, const char *text)
{
    return w->kind == WORD_PLAIN && strcmp(w->text, text) == 0;
}

const char *word_after(const struct word *w, const char *name)
{
    size_t length = strlen(name);

    if (w->kind != WORD_PLAIN || strncmp(w->text, name, length) != 0 || w->text[length] != '=')
        return NULL;
    return w->text + length + 1;
}

// ---- Variables -------------------------------------------------------------------------------

bool find_variable(const struct machine *m, const char *name, s64 *value)
{
    const struct console *c = console(m);

    for (u32 i = 0; i < c->variables; i++) {
        if (strcmp(c->variable[i].name, name) != 0)
            continue;
        *value = c->variable[i].value;
        return true;
    }
    return false;
}

static bool variable_value(struct session *s, const struct word *w, s64 *value)
{
    const struct console *c = console(s->m);

    switch (w->kind) {
    case WORD_CHILD:
        *value = c->last_child;
        return c->has_last_child || fail(s, w->offset, MSG_NO_LAST_CHILD);
    case WORD_VALUE:
        *value = c->last_value;
        return c->has_last_value || fail(s, w->offset, MSG_NO_LAST_VALUE);
    case WORD_FOCUS:
        *value = c->focus;
        return c->focus != 0 || fail(s, w->offset, MSG_NO_FOCUS);
    default:
        return find_variable(s->m, w->text, value) ||
               fail(s, w->offset, MSG_VARIABLE_UNKNOWN, w->text, w->text);
    }
}

// ---- Numbers ---------------------------------------------------------------------------------

bool word_number(struct session *s, const struct word *w, s64 *value)
{
    if (w->kind >= WORD_VARIABLE) {
        if (!variable_value(s, w, value))
            return false;
        if (w->is_negative)
            *value = (s64)(0 - (u64)*value);
        return true;
    }
    if (!w->is_number) {
        bool is_huge;

        fail(s, w->offset, MSG_NOT_NUMBER, w->text);
        if (w->kind == WORD_QUOTED && parse_number(w->text, w->length, value, &is_huge))
            strbuf_puts(&s->diagnosis.hint, HINT_NO_QUOTES);
        return false;
    }
    if (w->is_huge)
        return fail(s, w->offset, MSG_NUMBER_HUGE, w->text);
    *value = w->number;
    return true;
}

bool word_in_range(struct session *s, const struct word *w, const char *what, s64 least, s64 most,
                   s64 *value)
{
    if (!word_number(s, w, value)) {
        if (s->diagnosis.hint.length == 0 && w->kind == WORD_PLAIN && !w->is_number)
            strbuf_printf(&s->diagnosis.hint, HINT_WANTED, what);
        return false;
    }
    if (*value < least || *value > most)
        return fail(s, w->offset, MSG_OUT_OF_RANGE, (long long)*value, what, (long long)least,
                    (long long)most);
    return true;
}

bool word_u32(struct session *s, const struct word *w, const char *what, u32 *value)
{
    s64 number;

    if (!word_in_range(s, w, what, INT32_MIN, UINT32_MAX, &number))
        return false;
    *value = (u32)number;
    return true;
}

// ---- Addresses -------------------------------------------------------------------------------

static bool is_eight_digits(const char *text)
{
    return strlen(text) == 8 && strspn(text, "0123456789abcdefABCDEF") == 8;
}

bool is_bare_address(const struct word *w)
{
    return w->kind == WORD_PLAIN && is_eight_digits(w->text);
}

bool parse_address(const char *text, s64 *value, bool *is_huge)
{
    *is_huge = false;
    if (!is_eight_digits(text))
        return parse_number(text, (u32)strlen(text), value, is_huge);
    *value = (s64)strtoul(text, NULL, 16);
    return true;
}

bool word_address(struct session *s, const struct word *w, u32 *address)
{
    s64 value;

    if (is_bare_address(w)) {
        *address = (u32)strtoul(w->text, NULL, 16);
        return true;
    }
    if (!word_in_range(s, w, WHAT_ADDRESS, 0, UINT32_MAX, &value))
        return false;
    *address = (u32)value;
    return true;
}

// ---- Options: NAME=VALUE -----------------------------------------------------------------------

// A part of a word, from `text` on, as a word of its own: a variable behind the =.
static struct word variable_behind(const struct word *w, const char *text)
{
    bool is_sign = text[1] && strchr("!?$", text[1]) && !text[2];

    return (struct word){ .kind = !is_sign         ? WORD_VARIABLE
                                  : text[1] == '!' ? WORD_CHILD
                                  : text[1] == '?' ? WORD_VALUE
                                                   : WORD_FOCUS,
                          .offset = w->offset + (u32)(text - w->text),
                          .text = text + 1 };
}

static bool option_value(struct session *s, const struct word *w, const char *text, bool is_address,
                         const char *what, s64 *value)
{
    u32 offset = w->offset + (u32)(text - w->text);
    bool is_huge = false;

    *value = 0;
    if (text[0] == '$') {
        struct word variable = variable_behind(w, text);

        return variable_value(s, &variable, value);
    }
    if (is_address ? parse_address(text, value, &is_huge)
                   : parse_number(text, (u32)strlen(text), value, &is_huge))
        return !is_huge || fail(s, offset, MSG_NUMBER_HUGE, text);
    fail(s, offset, MSG_NOT_NUMBER, text);
    strbuf_printf(&s->diagnosis.hint, HINT_WANTED, what);
    return false;
}

static bool option_in_range(struct session *s, const struct word *w, const char *text,
                            bool is_address, const char *what, s64 least, s64 most, s64 *value)
{
    if (!option_value(s, w, text, is_address, what, value))
        return false;
    return (*value >= least && *value <= most) ||
           fail(s, w->offset + (u32)(text - w->text), MSG_OUT_OF_RANGE, (long long)*value, what,
                (long long)least, (long long)most);
}

bool option_number(struct session *s, const struct word *w, const char *text, const char *what,
                   s64 least, s64 most, s64 *value)
{
    return option_in_range(s, w, text, false, what, least, most, value);
}

bool option_address(struct session *s, const struct word *w, const char *text, s64 least,
                    u32 *address)
{
    s64 value;

    if (!option_in_range(s, w, text, true, WHAT_ADDRESS, least, UINT32_MAX, &value))
        return false;
    *address = (u32)value;
    return true;
}

bool has_variable(const struct word *w)
{
    return w->kind >= WORD_VARIABLE || (w->kind == WORD_PLAIN && strstr(w->text, "=$"));
}

// ---- Tasks -----------------------------------------------------------------------------------

bool word_pid(struct session *s, const struct word *w, s32 *pid)
{
    s64 number;

    if (!word_in_range(s, w, WHAT_PID, 0, INT32_MAX, &number))
        return false;
    *pid = (s32)number;
    return true;
}

bool word_task(struct session *s, const struct word *w, const struct task_struct **p)
{
    s32 pid;

    if (!word_pid(s, w, &pid))
        return false;
    *p = find_task_by_pid(s->m, pid);
    if (*p)
        return true;
    fail(s, w->offset, MSG_NO_TASK, pid);
    strbuf_puts(&s->diagnosis.hint, HINT_TASKS);
    return false;
}

// ---- Names -----------------------------------------------------------------------------------

bool word_signal(struct session *s, const struct word *w, s32 *signal)
{
    u32 value;

    if (w->kind >= WORD_VARIABLE) {
        if (!word_u32(s, w, WHAT_SIGNAL, &value))
            return false;
        *signal = (s32)value;
        return true;
    }
    return signal_parse(w->text, w->length, signal) || fail(s, w->offset, MSG_NOT_SIGNAL, w->text);
}

static bool add_flag(struct session *s, const struct word *w, const char *what,
                     bool (*parse)(const char *, size_t, u32 *), size_t begin, size_t length,
                     u32 *flags)
{
    char name[40];
    u32 flag;

    if (parse(w->text + begin, length, &flag)) {
        *flags |= flag;
        return true;
    }
    if (length >= sizeof name)
        length = sizeof name - 1;
    memcpy(name, w->text + begin, length);
    name[length] = '\0';
    fail(s, w->offset + (u32)begin, MSG_NOT_FLAG, name, what);
    strbuf_puts(&s->diagnosis.hint, HINT_TAB);
    return false;
}

bool word_flags(struct session *s, const struct word *w, const char *what,
                bool (*parse)(const char *, size_t, u32 *), u32 *flags)
{
    size_t begin = 0;

    *flags = 0;
    if (w->kind >= WORD_VARIABLE)
        return word_u32(s, w, what, flags);
    for (;;) {
        size_t length = strcspn(w->text + begin, "|");

        if (!add_flag(s, w, what, parse, begin, length, flags))
            return false;
        begin += length;
        if (w->text[begin] == '\0')
            return true;
        begin++;
    }
}

bool word_choice(struct session *s, const struct word *w, const char *choices, u32 *index)
{
    bool is_quoted = false;

    *index = 0;
    for (const char *c = choices; *c; (*index)++) {
        size_t length = strcspn(c, " ");

        if (w->length == length && memcmp(w->text, c, length) == 0) {
            if (w->kind == WORD_PLAIN)
                return true;
            is_quoted = w->kind == WORD_QUOTED;
        }
        c += length;
        c += *c == ' ';
    }
    fail(s, w->offset, MSG_NOT_CHOICE, w->text, choices);
    if (is_quoted)
        strbuf_puts(&s->diagnosis.hint, HINT_NO_QUOTES);
    else
        advise_word(w->text, &s->diagnosis.hint);
    return false;
}

// ---- Texts -----------------------------------------------------------------------------------

static size_t name_length(const char *text)
{
    size_t n = 0;

    if (strchr("!?$", text[0]) && text[0])
        return 1;
    while ((text[n] >= 'a' && text[n] <= 'z') || (text[n] >= 'A' && text[n] <= 'Z') ||
           text[n] == '_' || (n > 0 && text[n] >= '0' && text[n] <= '9'))
        n++;
    return n;
}

void add_shown_number(struct strbuf *out, s64 value)
{
    bool is_address = value >= (s64)KERNEL_BASE && value <= (s64)UINT32_MAX;

    strbuf_printf(out, is_address ? "%08llx" : "%lld", (long long)value);
}

// Adds the value of the variable whose name begins here. Returns the name's length, or 0 if
// there is no such variable: then the text stays as it is.
static size_t add_value(struct session *s, const char *text)
{
    const struct console *c = console(s->m);
    size_t length = name_length(text);
    char name[VARIABLE_NAME_MAX];
    s64 value;

    if (length == 0 || length >= sizeof name)
        return 0;
    memcpy(name, text, length);
    name[length] = '\0';
    if (name[0] == '!' && c->has_last_child)
        value = c->last_child;
    else if (name[0] == '?' && c->has_last_value)
        value = c->last_value;
    else if (name[0] == '$' && c->focus)
        value = c->focus;
    else if (!find_variable(s->m, name, &value))
        return 0;
    add_shown_number(&s->shown, value);
    return length;
}

bool text_of_word(struct session *s, const struct word *w, u32 i, const char **text)
{
    s64 value;

    *text = w->text;
    if (w->kind < WORD_VARIABLE)
        return true;
    if (!word_number(s, w, &value))
        return false;
    snprintf(s->digits[i], sizeof s->digits[i], "%lld", (long long)value);
    *text = s->digits[i];
    return true;
}

// $x without quotes, as far as there is one.
static const char *variable_interpolated(struct session *s, const struct word *w)
{
    s64 value;

    if (word_number(s, w, &value)) {
        add_shown_number(&s->shown, value);
    } else {
        diagnosis_clear(&s->diagnosis);
        strbuf_printf(&s->shown, "$%s", w->text);
    }
    return strbuf_text(&s->shown);
}

const char *word_interpolated(struct session *s, const struct word *w)
{
    strbuf_clear(&s->shown);
    if (w->kind >= WORD_VARIABLE)
        return variable_interpolated(s, w);
    for (const char *p = w->text; *p;) {
        size_t plain = strcspn(p, "$\n\t");

        strbuf_add_visible(&s->shown, p, plain);
        p += plain;
        if (*p == '$') {
            size_t length = add_value(s, p + 1);

            if (length == 0)
                strbuf_putc(&s->shown, '$');
            p += 1 + length;
        } else if (*p) {
            strbuf_putc(&s->shown, *p++);
        }
    }
    return strbuf_text(&s->shown);
}
