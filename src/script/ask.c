// Questions: the machine finds the answer itself, if need be by trying the commands in a copy.
#include "script/expect.h"

#include "script/messages.h"
#include "script/quantity.h"

#include <string.h>

// A question as it was written.
struct form {
    struct node what;         // the words of the answer, as `expect` would get them
    const struct word *words; // of the choices, or NULL
    const struct word *after; // commands to be tried, or NULL
};

// ---- The form ------------------------------------------------------------------------------------

static bool take_form(struct session *s, const struct node *n, struct form *form)
{
    u32 first = 1, end = n->words;

    *form = (struct form){ .what = *n };
    if (end - first > 2 && word_is(&n->word[first], "choices")) {
        form->words = &n->word[first + 1];
        if (form->words->kind != WORD_QUOTED)
            return fail(s, form->words->offset, MSG_ASK_CHOICES);
        first += 2;
    }
    if (end - first > 1 && word_is(&n->word[end - 1], "after"))
        return fail(s, n->word[end - 1].offset, MSG_ASK_AFTER);
    if (end - first > 2 && word_is(&n->word[end - 2], "after")) {
        form->after = &n->word[end - 1];
        if (form->after->kind != WORD_QUOTED)
            return fail(s, form->after->offset, MSG_ASK_AFTER);
        end -= 2;
    }
    form->what.word = &n->word[first];
    form->what.words = end - first;
    const struct word *w = &n->word[first];
    bool is_constant = w->is_number && form->what.words == 1;
    if (is_constant || w->kind == WORD_QUOTED ||
        (w->kind == WORD_PLAIN && !w->is_number && !find_quantity(w) && !find_expectation(w)))
        return fail(s, w->offset, MSG_ASK_FORM);
    return true;
}

// ---- The answer --------------------------------------------------------------------------------------

// Does it hold? False with the diagnosis set if that cannot be said.
static bool find_truth(struct session *s, const struct node *what, struct strbuf *answer)
{
    bool holds = run_expect(s, what);

    if (!holds && !s->diagnosis.is_expect)
        return false;
    diagnosis_clear(&s->diagnosis);
    strbuf_puts(answer, holds ? TEXT_YES : TEXT_NO);
    return true;
}

static bool find_answer(struct session *s, const struct node *what, struct strbuf *answer)
{
    const struct expectation *e = find_expectation(&what->word[0]);
    s64 value;
    u32 used;

    if (e)
        return e->tell && what->words == e->min_words ? e->tell(s, what, answer)
                                                      : find_truth(s, what, answer);
    if (!expect_operand(s, what, 0, &value, &used))
        return false;
    if (used < what->words)
        return find_truth(s, what, answer);
    add_shown_number(answer, value);
    return true;
}

// ---- Trying ----------------------------------------------------------------------------------------

// The face of a trial: what is wrong is kept, and who waits for the answer may stop it.
struct trial_face {
    struct strbuf message;
    const struct face *face; // of the session that asks
};

static void keep_message(void *context, const struct mistake *mistake)
{
    struct trial_face *trial = context;

    strbuf_clear(&trial->message);
    strbuf_puts(&trial->message, mistake->message);
}

static bool is_stopped(void *context)
{
    const struct face *face = ((struct trial_face *)context)->face;

    return face->is_interrupted && face->is_interrupted(face->context);
}

// A copy of the session's machine, in a session of its own. NULL when the host has no memory.
static struct session *begin_trial(struct session *s, struct programs *own)
{
    struct session *trial = session_create(&(struct session_options){ 0 });

    if (!trial)
        return NULL;
    machine_clone(trial->m, s->m);
    trial->line.boot = s->line.boot;
    trial->is_trial = true;
    *own = trial->m->programs;
    trial->m->programs = s->m->programs; // lent
    return trial;
}

static void end_trial(struct session *trial, const struct programs *own)
{
    trial->m->programs = *own;
    session_destroy(trial);
}

// Finds the answer after some commands, which the machine itself does not see. False with a mistake,
// or if the person would not wait: s->inner says that.
static bool try_commands(struct session *s, const struct form *form, struct strbuf *answer)
{
    const struct word *w = form->after;
    struct trial_face face = { STRBUF_INIT, &s->face };
    struct programs own;

    if (s->is_trial)
        return fail(s, w->offset, MSG_ASK_NESTED);
    if (machine_is_inside(s->m))
        return fail(s, w->offset, MSG_ASK_INSIDE);
    struct session *trial = begin_trial(s, &own);
    BUG_ON(!trial);
    trial->face =
        (struct face){ .context = &face, .mistake = keep_message, .is_interrupted = is_stopped };
    enum run_result result = session_run(trial, "after", w->text, w->length);
    bool well = result == RUN_OK;
    if (result == RUN_INTERRUPTED) {
        s->inner = RUN_INTERRUPTED;
    } else if (result == RUN_QUIT) {
        fail(s, w->offset, MSG_ASK_QUIT);
    } else if (!well) {
        fail(s, w->offset, MSG_ASK_TRIAL, strbuf_text(&face.message));
    } else if (!find_answer(trial, &form->what, answer)) {
        fail(s, trial->diagnosis.offset, "%s", strbuf_text(&trial->diagnosis.message));
        well = false;
    }
    end_trial(trial, &own);
    strbuf_finish(&face.message);
    return well;
}

// ---- Judging -----------------------------------------------------------------------------------------

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

// Equal but for case and blanks around; numbers by value, errnos by number.
static bool is_same(const char *reply, const char *text)
{
    size_t length = strlen(reply);
    s64 a, b;
    bool is_huge;

    while (length > 0 && strchr(" \t\n", reply[length - 1]))
        length--;
    while (length > 0 && strchr(" \t", *reply)) {
        reply++;
        length--;
    }
    if (parse_number(reply, (u32)length, &a, &is_huge) && !is_huge &&
        parse_number(text, (u32)strlen(text), &b, &is_huge) && !is_huge)
        return a == b;
    if (length != strlen(text))
        return false;
    for (size_t i = 0; i < length; i++)
        if (lower(reply[i]) != lower(text[i]))
            return false;
    return true;
}

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " \t\n")] == '\0';
}

// Choices are called a, b, c …, but not where a letter alone could be one of them, as states are.
static bool has_letters(const char *const *choice, u32 count)
{
    for (u32 i = 0; i < count; i++)
        if (lower(choice[i][0]) >= 'a' && lower(choice[i][0]) <= 'z' && choice[i][1] == '\0')
            return false;
    return true;
}

static bool names_choice(const struct question *q, u32 i, const char *reply)
{
    const char letter[] = { (char)('a' + i), '\0' }, label[] = { letter[0], ')', '\0' };
    bool is_letter =
        has_letters(q->choice, q->choices) && (is_same(reply, letter) || is_same(reply, label));

    return is_letter || is_same(reply, q->choice[i]) || is_same(reply, q->words[i]);
}

bool question_has_choice(const struct question *q, const char *reply)
{
    for (u32 i = 0; i < q->choices; i++)
        if (names_choice(q, i, reply))
            return true;
    return false;
}

bool question_is_right(const struct question *q, const char *reply)
{
    if (is_same(reply, q->value))
        return true;
    for (u32 i = 0; i < q->choices; i++)
        if (is_same(q->choice[i], q->value) && names_choice(q, i, reply))
            return true;
    return false;
}

void question_verdict(const struct question *q, const char *reply, struct strbuf *out)
{
    const char *form = is_blank(reply)               ? TEXT_ANSWER
                       : question_is_right(q, reply) ? TEXT_RIGHT
                                                     : TEXT_WRONG;

    strbuf_printf(out, form, q->answer);
}

// ---- Asking --------------------------------------------------------------------------------------------

struct choices {
    const char *value[CHOICES_MAX], *words[CHOICES_MAX];
    u32 count;
};

// A part of a text, fit for a terminal, without blanks around it.
static const char *keep_part(struct session *s, const char *text, size_t length)
{
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return arena_copy(&s->arena, text, length);
}

// "A|B: words|…"
static bool read_choices(struct session *s, const struct word *w, struct choices *c)
{
    const char *text = w ? word_interpolated(s, w) : "";

    while (w) {
        size_t length = strcspn(text, "|");
        const char *colon = memchr(text, ':', length);

        if (c->count == CHOICES_MAX)
            return fail(s, w->offset, MSG_ASK_CHOICES_MANY, CHOICES_MAX);
        c->value[c->count] = keep_part(s, text, colon ? (size_t)(colon - text) : length);
        c->words[c->count++] = colon ? keep_part(s, colon + 1, length - (size_t)(colon + 1 - text))
                                     : keep_part(s, text, length);
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    return true;
}

// "b) the shell", or where letters would not do "T) it stops", or "T".
static void add_choice(const struct choices *c, u32 i, struct strbuf *out)
{
    if (has_letters(c->value, c->count))
        strbuf_printf(out, "%c) ", 'a' + (int)i);
    else if (strcmp(c->value[i], c->words[i]) != 0)
        strbuf_printf(out, "%s) ", c->value[i]);
    strbuf_puts(out, c->words[i]);
}

static void add_choice_line(const struct choices *c, u32 i, struct strbuf *out)
{
    strbuf_puts(out, "\n  ");
    add_choice(c, i, out);
}

// The right choice: "b) the shell". False if it is not among them.
static bool add_right_choice(struct session *s, const struct word *w, const struct choices *c,
                             const struct strbuf *value, struct strbuf *shown)
{
    for (u32 i = 0; i < c->count; i++) {
        if (!is_same(c->value[i], strbuf_text(value)))
            continue;
        add_choice(c, i, shown);
        return true;
    }
    return c->count == 0 || fail(s, w->offset, MSG_ASK_NO_CHOICE, strbuf_text(value));
}

static void pose(struct session *s, const struct question *q)
{
    const struct face *f = &s->face;
    struct strbuf reply = STRBUF_INIT, verdict = STRBUF_INIT;

    if (f->narrate)
        f->narrate(f->context, NARRATE_QUESTION, q->text);
    enum asked asked = f->ask ? f->ask(f->context, q, &reply) : ASKED_NOBODY;
    question_verdict(q, strbuf_text(&reply), &verdict);
    if (f->narrate && asked != ASKED_LATER)
        f->narrate(f->context, NARRATE_ANSWER, strbuf_text(&verdict));
    strbuf_finish(&reply);
    strbuf_finish(&verdict);
}

// ask "question" [choices "A|B"] WHAT… [after "commands"]
RUN(ask)
{
    struct strbuf value = STRBUF_INIT, shown = STRBUF_INIT, text = STRBUF_INIT;
    struct choices c = { .count = 0 };
    struct form form;
    s64 number;

    if ((n->word[0].kind >= WORD_VARIABLE && !word_number(s, &n->word[0], &number)) ||
        !take_form(s, n, &form) || !read_choices(s, form.words, &c))
        return false;
    bool well = form.after ? try_commands(s, &form, &value) : find_answer(s, &form.what, &value);
    well = well && add_right_choice(s, form.words, &c, &value, &shown);
    if (well) {
        strbuf_puts(&text, word_interpolated(s, &n->word[0]));
        for (u32 i = 0; i < c.count; i++)
            add_choice_line(&c, i, &text);
        const char *answer = c.count ? strbuf_text(&shown) : strbuf_text(&value);
        pose(s, &(struct question){ strbuf_text(&text), answer, strbuf_text(&value), c.value,
                                    c.words, c.count });
    }
    strbuf_finish(&value);
    strbuf_finish(&shown);
    strbuf_finish(&text);
    return well || s->inner == RUN_INTERRUPTED;
}
