/* See pending.h. */
#include "tui/pending.h"

#include "tui/mem.h"

void pending_close(struct pending *pending)
{
    free(pending->text);
    free(pending->answer);
    free(pending->value);
    for (u32 i = 0; i < pending->choices; i++) {
        free(pending->choice[i]);
        free(pending->words[i]);
    }
    *pending = (struct pending){ 0 };
}

void pending_open(struct pending *pending, const struct question *question)
{
    pending_close(pending);
    pending->is_open = true;
    pending->text = mem_text(question->text);
    pending->answer = mem_text(question->answer);
    pending->value = mem_text(question->value);
    pending->choices = question->choices;
    for (u32 i = 0; i < question->choices; i++) {
        pending->choice[i] = mem_text(question->choice[i]);
        pending->words[i] = mem_text(question->words[i]);
    }
}

/* What the session judges; the arrays live in the caller's frame. */
static struct question question_of(const struct pending *pending, const char **choice,
                                   const char **words)
{
    for (u32 i = 0; i < pending->choices; i++) {
        choice[i] = pending->choice[i];
        words[i] = pending->words[i];
    }
    return (struct question){ pending->text, pending->answer, pending->value,
                              choice,        words,           pending->choices };
}

bool pending_has_choice(const struct pending *pending, const char *reply)
{
    const char *choice[CHOICES_MAX], *words[CHOICES_MAX];
    struct question question = question_of(pending, choice, words);

    return question_has_choice(&question, reply);
}

void pending_verdict(const struct pending *pending, const char *reply, struct strbuf *out)
{
    const char *choice[CHOICES_MAX], *words[CHOICES_MAX];
    struct question question = question_of(pending, choice, words);

    question_verdict(&question, reply, out);
}
