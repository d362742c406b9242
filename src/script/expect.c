// `expect`: what a script says must be so.
#include "script/expect.h"

#include "procarium/names.h"
#include "script/messages.h"
#include "script/quantity.h"

#include <string.h>

bool fail_expected(struct session *s, u32 offset, const char *format, ...)
{
    va_list args;

    diagnosis_clear(&s->diagnosis);
    s->diagnosis.offset = offset;
    s->diagnosis.is_expect = true;
    va_start(args, format);
    strbuf_vprintf(&s->diagnosis.message, format, args);
    va_end(args);
    return false;
}

// ---- Comparing numbers -----------------------------------------------------------------------

enum relation { EQUAL, UNEQUAL, LESS, AT_MOST, MORE, AT_LEAST };

static bool find_relation(const struct word *w, enum relation *relation)
{
    static const char *const names[] = { "==", "!=", "<", "<=", ">", ">=" };

    for (u32 i = 0; i < 6; i++) {
        if (!word_is(w, names[i]))
            continue;
        *relation = (enum relation)i;
        return true;
    }
    *relation = EQUAL;
    return word_is(w, "=");
}

// Is a word of 32 bits, which knows no sign, the same as a number that people write with one?
static bool is_equal(s64 found, s64 wanted)
{
    bool is_word = found > INT32_MAX && found <= UINT32_MAX;

    return found == wanted || (wanted < 0 && is_word && (s32)(u32)found == wanted);
}

static bool is_related(s64 a, enum relation relation, s64 b)
{
    switch (relation) {
    case EQUAL:
        return is_equal(a, b);
    case UNEQUAL:
        return !is_equal(a, b);
    case LESS:
        return a < b;
    case AT_MOST:
        return a <= b;
    case MORE:
        return a > b;
    case AT_LEAST:
        return a >= b;
    }
    return false;
}

bool expect_operand(struct session *s, const struct node *n, u32 i, s64 *value, u32 *used)
{
    const struct word *w = &n->word[i];
    const struct quantity *q = find_quantity(w);
    u32 error;
    s32 signal;

    *used = 1;
    if (q) {
        *used += q->words;
        if (n->words - i <= q->words)
            return fail(s, n->end, MSG_EXPECT_WORDS, q->usage);
        return q->get(s, w + (q->words > 0), value);
    }
    if (w->kind == WORD_PLAIN && w->text[0] == '-' &&
        name_parse(NAMES_ERRNO, w->text + 1, w->length - 1, &error)) {
        *value = -(s64)error;
        return true;
    }
    if (w->kind == WORD_PLAIN && strncmp(w->text, "SIG", 3) == 0 &&
        signal_parse(w->text, w->length, &signal)) {
        *value = signal;
        return true;
    }
    return word_number(s, w, value);
}

// A number as people write it, a negative errno with its name.
static void add_number(struct strbuf *out, s64 value)
{
    const char *name = value < 0 && value > -200 ? name_of(NAMES_ERRNO, (u32)-value) : NULL;

    add_shown_number(out, value);
    if (name)
        strbuf_printf(out, " (-%s)", name);
}

static bool compare(struct session *s, const struct node *n, s64 found, u32 at_word, u32 subject)
{
    enum relation relation = EQUAL;
    bool has_relation = at_word < n->words && find_relation(&n->word[at_word], &relation);
    u32 right = at_word + has_relation, used;
    s64 wanted;

    if (right >= n->words)
        return fail(s, n->end, MSG_EXPECT_VALUE);
    if (!expect_operand(s, n, right, &wanted, &used))
        return false;
    if (right + used < n->words)
        return fail(s, n->word[right + used].offset, MSG_TOO_MANY, "expect");
    if (is_related(found, relation, wanted))
        return true;
    struct strbuf a = STRBUF_INIT, b = STRBUF_INIT, what = STRBUF_INIT;
    add_number(&a, wanted);
    add_number(&b, found);
    if (subject == n->words)
        strbuf_puts(&what, TEXT_LAST_CALL);
    else
        strbuf_add(&what, n->source->text + n->word[subject].offset,
                   n->word[at_word - 1].end - n->word[subject].offset);
    fail_expected(s, n->word[right].offset, MSG_EXPECT_NUMBER, strbuf_text(&what),
                  has_relation ? n->word[at_word].text : "==", strbuf_text(&a), strbuf_text(&b));
    strbuf_finish(&a);
    strbuf_finish(&b);
    strbuf_finish(&what);
    return false;
}

// ---- The command -----------------------------------------------------------------------------

static bool fail_unknown_form(struct session *s, const struct word *w)
{
    const char *names[128];
    u32 count = 0;

    for (u32 i = 0; i < expectation_count; i++)
        names[count++] = expectations[i].name;
    for (u32 i = 0; i < quantity_count; i++)
        names[count++] = quantities[i].name;
    fail(s, w->offset, MSG_EXPECT_FORM, w->text);
    const char *near = suggest(w->text, names, count);
    if (near)
        strbuf_printf(&s->diagnosis.hint, HINT_DID_YOU_MEAN, near);
    return false;
}

static bool check_expectation(struct session *s, const struct node *n, const struct expectation *e)
{
    if (n->words - 1 < e->min_words)
        return fail(s, n->end, MSG_EXPECT_WORDS, e->usage);
    if (n->words - 1 > e->max_words)
        return fail(s, n->word[e->max_words + 1].offset, MSG_TOO_MANY, e->name);
    return e->holds(s, n);
}

// expect VALUE | QUANTITY [WORDS] [RELATION] VALUE | VALUE RELATION VALUE | state … and the like
RUN(expect)
{
    const struct word *w = &n->word[0];
    s64 value, last;
    u32 used;

    const struct expectation *e = find_expectation(w);
    if (e)
        return check_expectation(s, n, e);
    if (w->kind == WORD_PLAIN && !w->is_number && w->text[0] != '-' && !find_quantity(w) &&
        strncmp(w->text, "SIG", 3) != 0)
        return fail_unknown_form(s, w);
    if (!expect_operand(s, n, 0, &value, &used))
        return false;
    if (n->words > used || find_quantity(w))
        return compare(s, n, value, used, 0);
    struct word return_value = { .kind = WORD_VALUE, .offset = w->offset };
    return word_number(s, &return_value, &last) && compare(s, n, last, 0, n->words);
}
