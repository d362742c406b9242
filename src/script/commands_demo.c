// Lessons: chapters, words and questions; and running another file.
#include "script/session.h"

#include "script/messages.h"

#include <string.h>

static void narrate(struct session *s, enum narration kind, const struct word *w)
{
    if (s->face.narrate)
        s->face.narrate(s->face.context, kind, word_interpolated(s, w));
}

RUN(chapter)
{
    narrate(s, NARRATE_CHAPTER, &n->word[0]);
    return true;
}

RUN(say)
{
    narrate(s, NARRATE_SAY, &n->word[0]);
    return true;
}

// ---- ask "question" ANSWER -------------------------------------------------------------------

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

// Equal but for case and blanks around?
static bool is_same_answer(const char *reply, const char *answer)
{
    size_t length = strlen(reply);

    while (length > 0 && (reply[length - 1] == ' ' || reply[length - 1] == '\n'))
        length--;
    while (length > 0 && *reply == ' ') {
        reply++;
        length--;
    }
    if (length != strlen(answer))
        return false;
    for (size_t i = 0; i < length; i++)
        if (lower(reply[i]) != lower(answer[i]))
            return false;
    return true;
}

RUN(ask)
{
    const struct face *f = &s->face;
    struct strbuf answer = STRBUF_INIT;
    struct strbuf question = STRBUF_INIT;
    struct strbuf reply = STRBUF_INIT;
    s64 value;

    if (n->word[1].kind >= WORD_VARIABLE) {
        if (!word_number(s, &n->word[1], &value))
            return false;
        add_shown_number(&answer, value);
    } else {
        strbuf_puts(&answer, word_interpolated(s, &n->word[1]));
    }
    strbuf_puts(&question, word_interpolated(s, &n->word[0]));
    if (f->narrate)
        f->narrate(f->context, NARRATE_QUESTION, strbuf_text(&question));
    bool is_answered = f->ask && f->ask(f->context, strbuf_text(&question), &reply);
    if (is_answered) {
        bool is_right = is_same_answer(strbuf_text(&reply), strbuf_text(&answer));
        struct strbuf verdict = STRBUF_INIT;

        strbuf_printf(&verdict, is_right ? TEXT_RIGHT : TEXT_WRONG, strbuf_text(&answer));
        strbuf_finish(&answer);
        answer = verdict;
    }
    if (f->narrate)
        f->narrate(f->context, NARRATE_ANSWER, strbuf_text(&answer));
    strbuf_finish(&answer);
    strbuf_finish(&question);
    strbuf_finish(&reply);
    return true;
}

// ---- source, quit ----------------------------------------------------------------------------

RUN(source_file)
{
    const struct word *w = &n->word[0];
    struct strbuf why = STRBUF_INIT;

    if (s->source_depth == SOURCE_DEPTH_MAX)
        return fail(s, w->offset, MSG_SOURCE_DEPTH, SOURCE_DEPTH_MAX);
    const struct source *source = read_source(s, w->text, &why);
    if (!source) {
        fail(s, w->offset, "%s", strbuf_text(&why));
        strbuf_finish(&why);
        return false;
    }
    s->source_depth++;
    s->inner = run_source(s, source);
    s->source_depth--;
    return true;
}

RUN(demo)
{
    const struct face *f = &s->face;
    struct strbuf why = STRBUF_INIT;

    if (!f->demo)
        return fail(s, n->name_offset, MSG_DEMO_PANES);
    bool well = f->demo(f->context, n->words > 0 ? n->word[0].text : NULL, &why);
    if (!well)
        fail(s, n->words > 0 ? n->word[0].offset : n->name_offset, "%s", strbuf_text(&why));
    strbuf_finish(&why);
    return well;
}

RUN(quit)
{
    (void)n;
    s->inner = RUN_QUIT;
    return true;
}
