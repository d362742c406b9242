// Lessons: chapters, words and questions; and running another file.
#include "script/session.h"

#include "script/messages.h"

static bool narrate(struct session *s, enum narration kind, const struct word *w)
{
    s64 value;

    if (w->kind >= WORD_VARIABLE && !word_number(s, w, &value))
        return false;
    if (s->face.narrate)
        s->face.narrate(s->face.context, kind, word_interpolated(s, w));
    return true;
}

RUN(chapter)
{
    return narrate(s, NARRATE_CHAPTER, &n->word[0]);
}

RUN(say)
{
    return narrate(s, NARRATE_SAY, &n->word[0]);
}

RUN(cue)
{
    return narrate(s, NARRATE_CUE, &n->word[0]);
}

// ---- source, quit ----------------------------------------------------------------------------

RUN(source_file)
{
    const struct word *w = &n->word[0];
    struct strbuf why = STRBUF_INIT;
    const char *path;

    if (s->source_depth == SOURCE_DEPTH_MAX)
        return fail(s, w->offset, MSG_SOURCE_DEPTH, SOURCE_DEPTH_MAX);
    if (!text_of_word(s, w, 0, &path))
        return false;
    const struct source *source = read_source(s, path, &why);
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

static bool wish(struct session *s, const struct node *n, const struct lesson_wish *wish)
{
    const struct face *f = &s->face;
    struct strbuf why = STRBUF_INIT;

    if (!f->lesson)
        return fail(s, n->name_offset, MSG_DEMO_PANES);
    bool well = f->lesson(f->context, wish, &why);
    if (!well)
        fail(s, n->words > 0 ? n->word[0].offset : n->name_offset, "%s", strbuf_text(&why));
    strbuf_finish(&why);
    return well;
}

RUN(demo)
{
    struct lesson_wish w = { .kind = LESSON_LIST };

    if (n->words > 0) {
        if (!text_of_word(s, &n->word[0], 0, &w.name))
            return false;
        w.name = file_path(s, w.name);
        w.kind = word_is(&n->word[0], "off")    ? LESSON_OFF
                 : word_is(&n->word[0], "next") ? LESSON_ON
                 : word_is(&n->word[0], "back") ? LESSON_BACK
                                                : LESSON_PLAY;
    }
    return wish(s, n, &w);
}

RUN(chapters)
{
    struct lesson_wish w = { .kind = LESSON_CHAPTERS };
    s64 number;

    if (n->words > 0) {
        if (!word_in_range(s, &n->word[0], WHAT_CHAPTER, 1, INT32_MAX, &number))
            return false;
        w.kind = LESSON_CHAPTER;
        w.number = (u32)number;
    }
    return wish(s, n, &w);
}

RUN(quit)
{
    (void)n;
    s->inner = RUN_QUIT;
    return true;
}
