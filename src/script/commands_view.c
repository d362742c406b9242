// The screen: what these commands do is the face's affair; here their words are checked.
#include "script/session.h"

#include "script/messages.h"

#include <stdlib.h>
#include <string.h>

#define PRESSES_MAX 1000

bool is_one_of(const struct word *w, const char *choices)
{
    for (const char *c = choices; *c;) {
        size_t length = strcspn(c, " ");

        if (w->kind == WORD_PLAIN && w->length == length && memcmp(w->text, c, length) == 0)
            return true;
        c += length;
        c += *c == ' ';
    }
    return false;
}

// pane NAME VIEW
static bool check_view(struct session *s, const struct word *pane, const struct word *w)
{
    const char *views = views_of_pane(pane->text);

    if (!*views)
        return fail(s, w->offset, MSG_NO_VIEWS, pane->text);
    return is_one_of(w, views) || fail(s, w->offset, MSG_NOT_VIEW, pane->text, w->text, views);
}

static bool check_word(struct session *s, const struct node *n, u32 i)
{
    const struct command_row *row = n->command;
    const struct word *w = &n->word[i];
    u32 index;
    s64 value;

    switch ((enum word_type)row->type[i < COMMAND_TYPES ? i : COMMAND_TYPES - 1]) {
    case TYPE_PANE:
        return is_one_of(w, pane_names) || is_one_of(w, row->choices) ||
               fail(s, w->offset, MSG_NOT_PANE, w->text, pane_names, row->choices);
    case TYPE_VIEW:
        return check_view(s, &n->word[0], w);
    case TYPE_KEY:
        return word_choice(s, w, press_names, &index);
    case TYPE_NUMBER:
        return word_in_range(s, w, WHAT_COUNT, 1, PRESSES_MAX, &value);
    case TYPE_CHOICE:
        return word_choice(s, w, row->choices, &index);
    default: // the face knows
        return true;
    }
}

// Hands the command to the face, if it has a screen.
static bool send(struct session *s, const struct node *n)
{
    struct view_command command = { .name = n->command->info.name };
    struct strbuf why = STRBUF_INIT;
    bool well = true;

    BUG_ON(n->words > sizeof command.word / sizeof *command.word);
    for (u32 i = 0; i < n->words; i++)
        if (!text_of_word(s, &n->word[i], i, &command.word[command.words++]))
            return false;
    if (s->face.view)
        well = s->face.view(s->face.context, &command, &why);
    if (!well)
        fail(s, n->words ? n->word[n->words - 1].offset : n->name_offset, "%s", strbuf_text(&why));
    strbuf_finish(&why);
    return well;
}

RUN(view)
{
    for (u32 i = 0; i < n->words; i++)
        if (!check_word(s, n, i))
            return false;
    return send(s, n);
}

// "12x40"
static bool is_size(const struct word *w)
{
    char *end;

    if (w->kind != WORD_PLAIN || w->text[0] < '0' || w->text[0] > '9')
        return false;
    strtoul(w->text, &end, 10);
    if (*end != 'x' || end[1] < '0' || end[1] > '9')
        return false;
    strtoul(end + 1, &end, 10);
    return *end == '\0';
}

// size PANE HOW | size reset
RUN(size)
{
    u32 index;
    bool is_reset = word_is(&n->word[0], "reset");

    if (is_reset && n->words > 1)
        return fail(s, n->word[1].offset, MSG_TOO_MANY, "size reset");
    if (!is_reset && !is_one_of(&n->word[0], pane_names) && !word_is(&n->word[0], "console"))
        return fail(s, n->word[0].offset, MSG_NOT_PANE, n->word[0].text, pane_names, "console");
    if (!is_reset && n->words < 2)
        return fail(s, n->word[0].offset, MSG_SIZE_WORDS);
    if (!is_reset && !is_size(&n->word[1]) &&
        !word_choice(s, &n->word[1], "ROWSxCOLUMNS taller shorter wider narrower", &index))
        return false;
    return send(s, n);
}

// choose PID|off|back, beside PID|off
RUN(choose)
{
    struct view_command command = { .name = n->command->info.name, .words = 1 };
    const struct task_struct *p;
    struct strbuf number = STRBUF_INIT, why = STRBUF_INIT;

    bool can_go_back = strcmp(command.name, "choose") == 0;
    if (word_is(&n->word[0], "off") || (can_go_back && word_is(&n->word[0], "back")))
        return send(s, n);
    if (!word_task(s, &n->word[0], &p))
        return false;
    strbuf_printf(&number, "%d", p->pid); // the word may be a variable
    command.word[0] = strbuf_text(&number);
    bool well = !s->face.view || s->face.view(s->face.context, &command, &why);
    if (!well)
        fail(s, n->word[0].offset, "%s", strbuf_text(&why));
    strbuf_finish(&number);
    strbuf_finish(&why);
    return well;
}
