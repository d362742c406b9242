// See told_session.h.
#include "told_session.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

static void on_text(void *context, const char *text, size_t length)
{
    struct told *t = context;

    strbuf_add(&t->text, text, length);
}

static void on_mistake(void *context, const struct mistake *m)
{
    struct told *t = context;

    strbuf_printf(&t->mistakes, "%u:%u: %s (%s)\n", m->line, m->column, m->message, m->hint);
}

static void on_echo(void *context, const struct echo *e)
{
    struct told *t = context;

    strbuf_printf(&t->echoes, "%llu %d %s\n", (unsigned long long)e->number, e->actor, e->text);
}

static void on_narrate(void *context, enum narration kind, const char *text)
{
    struct told *t = context;

    strbuf_printf(&t->words, "%d %s\n", (int)kind, text);
}

static enum asked on_ask(void *context, const struct question *question, struct strbuf *reply)
{
    (void)context;
    (void)question;
    strbuf_puts(reply, " Three ");
    return ASKED_REPLY;
}

static void on_moved(void *context)
{
    struct told *t = context;

    t->moves++;
}

static void on_snapshot(void *context, u64 n)
{
    struct told *t = context;

    (void)n;
    t->snapshots++;
}

static bool on_poll(void *context)
{
    struct told *t = context;

    return t->polls_left && --t->polls_left == 0;
}

struct session *new_session(struct told *t)
{
    struct session_options options = {
        .face = { .context = t,
                  .text = on_text,
                  .mistake = on_mistake,
                  .echo = on_echo,
                  .narrate = on_narrate,
                  .ask = on_ask,
                  .moved = on_moved,
                  .snapshot = on_snapshot,
                  .is_interrupted = on_poll },
    };

    *t = (struct told){ 0 };
    struct session *s = session_create(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    return s;
}

void finish(struct session *s, struct told *t)
{
    session_destroy(s);
    strbuf_finish(&t->text);
    strbuf_finish(&t->mistakes);
    strbuf_finish(&t->echoes);
    strbuf_finish(&t->words);
}

enum run_result run(struct session *s, const char *text)
{
    return session_run(s, "test", text, strlen(text));
}

void holds_in(const char *text)
{
    struct told t;
    struct session *s = new_session(&t);
    enum run_result result = run(s, text);

    if (result != RUN_OK)
        printf("\n%s\n%s\n", text, strbuf_text(&t.mistakes));
    CU_ASSERT_EQUAL(result, RUN_OK);
    finish(s, &t);
}

void fails_in(const char *text, const char *words)
{
    struct told t;
    struct session *s = new_session(&t);
    enum run_result result = run(s, text);

    if (result != RUN_MISTAKE || !strstr(strbuf_text(&t.mistakes), words))
        printf("\n%s\n%s\n", text, strbuf_text(&t.mistakes));
    CU_ASSERT_EQUAL(result, RUN_MISTAKE);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.mistakes), words));
    finish(s, &t);
}
