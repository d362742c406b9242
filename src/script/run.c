// Running: one node, one block, one text; what the history runs again; mistakes.
#include "script/session.h"

#include "script/advice.h"
#include "script/messages.h"
#include "script/parse.h"

#include <string.h>

#define MESSAGE_SHOWN_MAX 400u
#define PROGRESS_EVERY    4096u // commands

// ---- Telling the face ------------------------------------------------------------------------

const char *show_node(struct session *s, const struct node *n)
{
    const char *text = n->source->text;
    u32 at = n->offset;

    strbuf_clear(&s->shown);
    while (at < n->end) { // line ends and tabs become blanks
        u32 end = at;

        while (end < n->end && !strchr("\n\r\t", text[end]))
            end++;
        strbuf_add_visible(&s->shown, text + at, end - at);
        if (end < n->end)
            strbuf_putc(&s->shown, ' ');
        at = end + 1;
    }
    return strbuf_text(&s->shown);
}

static void add_shortened(struct strbuf *out, const struct strbuf *text)
{
    size_t length = text->length < MESSAGE_SHOWN_MAX ? text->length : MESSAGE_SHOWN_MAX;

    strbuf_add_visible(out, strbuf_text(text), length);
    if (length < text->length)
        strbuf_puts(out, "…");
}

void tell_mistake(struct session *s, const struct source *source)
{
    struct diagnosis *d = &s->diagnosis;
    struct place place = source_place(source, d->offset, &s->told);
    struct strbuf message = STRBUF_INIT, hint = STRBUF_INIT, line = STRBUF_INIT;

    s->mistakes++;
    if (s->face.mistake) {
        add_shortened(&message, &d->message);
        add_shortened(&hint, &d->hint);
        u32 caret = source_show_line(source, d->offset, place.column, &line);
        struct mistake mistake = {
            .file = source->name,
            .line = place.line,
            .column = place.column,
            .message = strbuf_text(&message),
            .hint = strbuf_text(&hint),
            .source = strbuf_text(&line),
            .caret = caret,
            .is_expect = d->is_expect,
        };
        s->face.mistake(s->face.context, &mistake);
    }
    strbuf_finish(&message);
    strbuf_finish(&hint);
    strbuf_finish(&line);
    diagnosis_clear(d);
}

static void make_echo(struct session *s, const struct node *n, const struct plan *plan,
                      struct echo *echo)
{
    enum command_kind kind = n->command->kind;

    *echo = (struct echo){
        .number = s->m->history.run + (plan != NULL),
        .file = n->source->name,
        .line = n->line,
        .actor = plan && plan->actor ? plan->actor->pid : 0,
        .text = show_node(s, n),
        .acts = plan != NULL,
        .advice = "",
        .round = s->round,
        .is_aside = kind == COMMAND_NARRATE || kind == COMMAND_EXPECT ||
                    n->command->run == run_source_file || n->command->run == run_quit,
    };
}

// ---- Acting ----------------------------------------------------------------------------------

static bool find_actor(struct session *s, const struct node *n, const struct task_struct **actor)
{
    s32 pid = console(s->m)->focus;

    if (n->has_actor)
        return word_task(s, &n->actor, actor);
    if (pid == 0)
        return fail(s, n->name_offset, MSG_NO_ACTOR);
    *actor = find_task_by_pid(s->m, pid);
    return *actor || fail(s, n->name_offset, MSG_NO_TASK, pid);
}

static bool prepare_call(struct session *s, const struct node *n, struct plan *plan)
{
    if (!find_actor(s, n, &plan->actor))
        return false;
    struct strbuf why = STRBUF_INIT;
    if (!can_act(s->m, plan->actor, &why)) {
        fail(s, n->offset, "%s", strbuf_text(&why));
        strbuf_clear(&why);
        const struct task_struct *other = current(s->m);
        if (can_act(s->m, other, &why)) // whoever has the CPU could do it instead
            strbuf_printf(&s->diagnosis.hint, HINT_OTHER_ACTOR, other->pid, other->pid);
        else
            strbuf_puts(&s->diagnosis.hint, HINT_NOBODY_CAN);
        strbuf_finish(&why);
        return false;
    }
    plan->call = &n->call;
    if (n->call.nr)
        return true;
    plan->call = &plan->made;
    return n->command->prepare(s, n, plan);
}

static bool has_variable_words(const struct node *n)
{
    for (u32 i = 0; i < n->words; i++)
        if (has_variable(&n->word[i]))
            return true;
    return false;
}

static bool prepare(struct session *s, const struct node *n, struct plan *plan)
{
    plan->actor = NULL;
    plan->made = (struct call){ 0 };
    return has_actor(n->command->kind) ? prepare_call(s, n, plan) : n->command->prepare(s, n, plan);
}

void prepare_constant(struct session *s, struct node *n)
{
    struct plan plan = { 0 };

    for (struct node *b = n->body; b; b = b->next)
        prepare_constant(s, b);
    if (names_host_file(n))
        n->host = arena_new(&s->arena, u32);
    if (n->command->kind != COMMAND_CALL || has_variable_words(n))
        return;
    if (n->command->prepare(s, n, &plan) && !plan.made.strings)
        n->call = plan.made;
    diagnosis_clear(&s->diagnosis); // a mistake is told when the command runs
}

static void act(struct session *s, const struct node *n, const struct plan *plan)
{
    if (n->command->kind == COMMAND_CALL)
        make_call(s->m, plan->actor, plan->call);
    else if (n->command->kind == COMMAND_ACCESS)
        make_access(s->m, plan->actor, &plan->access);
    else
        n->command->act(s, plan);
}

void execute_again(void *context, const void *cookie)
{
    struct session *s = context;
    const struct node *n = cookie;
    struct plan plan;

    if (!n) {
        boot(s->m, &s->line.boot);
        return;
    }
    bool well = prepare(s, n, &plan);
    BUG_ON(!well); // it ran from the same image before
    act(s, n, &plan);
}

// ---- Where the machine stands ----------------------------------------------------------------

void finish_command(struct session *s)
{
    if (machine_is_inside(s->m))
        machine_goto(s->m, s->m->history.run + 1);
}

// Goes back into the command from which finish_command() went.
static void stand_inside(struct session *s, u64 step)
{
    machine_goto(s->m, s->m->history.run - 1);
    while (step-- > 0)
        machine_step(s->m, STEP_INTO);
}

static bool prepare_at_rest(struct session *s, const struct node *n, struct plan *plan)
{
    if (!machine_is_inside(s->m))
        return prepare(s, n, plan);
    u64 step = machine_position(s->m).step;
    finish_command(s);
    if (prepare(s, n, plan))
        return true;
    stand_inside(s, step);
    return false;
}

static bool run_acting(struct session *s, const struct node *n)
{
    const struct history *h = &s->m->history;
    const struct face *f = &s->face;
    struct plan plan;
    struct echo echo;

    if (n->host && !*n->host && !fetch_host_file(s, n))
        return false;
    if (!prepare_at_rest(s, n, &plan))
        return false;
    if (h->run < h->count && keep_branch(s))
        s->line.number = ++s->last_number;
    if (h->run < h->count)
        cut_looks(s, h->run);
    if (f->echo || f->done)
        make_echo(s, n, &plan, &echo);
    if (f->echo)
        f->echo(f->context, &echo);
    history_begin(s->m, n);
    act(s, n, &plan);
    history_end(s->m);
    if (f->done) {
        echo.advice = advise_after(s, n, echo.actor);
        f->done(f->context, &echo);
    }
    return true;
}

// ---- Everything else -------------------------------------------------------------------------

static bool run_other(struct session *s, const struct node *n)
{
    const struct face *f = &s->face;
    struct strbuf text = STRBUF_INIT;
    struct echo echo;

    if (f->echo || f->done) {
        make_echo(s, n, NULL, &echo);
        strbuf_puts(&text, echo.text); // the command may use the buffer
        echo.text = strbuf_text(&text);
    }
    if (f->echo)
        f->echo(f->context, &echo);
    bool well = n->command->run(s, n);
    if (well)
        remember_look(s, n);
    if (f->done)
        f->done(f->context, &echo);
    strbuf_finish(&text);
    return well;
}

static enum run_result run_repeat(struct session *s, const struct node *n)
{
    u64 rounds = s->rounds;
    s64 times;

    if (!word_in_range(s, &n->word[0], WHAT_COUNT, 0, REPEAT_MAX, &times)) {
        tell_mistake(s, n->source);
        return RUN_MISTAKE;
    }
    if (rounds * (u64)times > REPEAT_MAX) {
        fail(s, n->word[0].offset, MSG_REPEAT_MANY, REPEAT_MAX);
        tell_mistake(s, n->source);
        return RUN_MISTAKE;
    }
    if (times > 0)
        s->rounds *= (u64)times;
    enum run_result result = RUN_OK;
    s->blocks++;
    for (s64 i = 0; i < times && result == RUN_OK; i++) {
        if (s->blocks == 1)
            s->round = (u64)i;
        for (const struct node *b = n->body; b && result == RUN_OK; b = b->next)
            result = run_node(s, b);
        if (s->blocks == 1 && s->face.progress && s->ticks >= PROGRESS_EVERY) {
            s->ticks = 0;
            s->face.progress(s->face.context, (u64)i + 1, (u64)times);
        }
    }
    s->rounds = rounds;
    if (--s->blocks == 0)
        s->round = 0;
    return result;
}

static bool run_command(struct session *s, const struct node *n)
{
    bool acts = has_actor(n->command->kind) ||
                (n->command->kind == COMMAND_ACT && !(n->command->run && n->words < 2));

    return acts ? run_acting(s, n) : run_other(s, n);
}

enum run_result run_node(struct session *s, const struct node *n)
{
    const struct face *f = &s->face;
    enum run_result result;

    if (f->is_interrupted && f->is_interrupted(f->context))
        return RUN_INTERRUPTED;
    s->ticks++;
    if (n->command->kind == COMMAND_REPEAT) {
        result = run_repeat(s, n);
        return result == RUN_MISTAKE && s->keep_going ? RUN_OK : result;
    }
    s->inner = RUN_OK;
    if (!run_command(s, n)) {
        tell_mistake(s, n->source);
        return s->keep_going ? RUN_OK : RUN_MISTAKE;
    }
    result = s->inner;
    s->inner = RUN_OK;
    return result == RUN_MISTAKE && s->keep_going ? RUN_OK : result;
}

// ---- Texts -----------------------------------------------------------------------------------

const struct source *keep_source(struct session *s, const char *name, const char *text,
                                 size_t length, u32 first_line)
{
    struct source *source = arena_new(&s->arena, struct source);

    BUG_ON(length > SOURCE_SIZE_MAX);
    source->name = arena_copy(&s->arena, name, strlen(name));
    source->text = arena_copy(&s->arena, text, length);
    source->length = (u32)length;
    source->first_line = first_line;
    return source;
}

enum run_result run_source(struct session *s, const struct source *source)
{
    u64 mistakes = s->mistakes;
    enum run_result result = RUN_OK;
    enum parse_result parsed;
    struct parser parser;
    struct node *n;

    parser_init(&parser, source, &s->arena, &s->diagnosis);
    while (result == RUN_OK && (parsed = parser_next(&parser, &n)) != PARSE_END) {
        if (parsed == PARSE_NODE) {
            prepare_constant(s, n);
            result = run_node(s, n);
        } else {
            tell_mistake(s, source);
            result = s->keep_going ? RUN_OK : RUN_MISTAKE;
        }
    }
    return result == RUN_OK && s->mistakes > mistakes ? RUN_MISTAKE : result;
}

// ---- Settings --------------------------------------------------------------------------------

static void run_setting(struct session *s, const struct node *n, struct strbuf *text)
{
    bool is_boot = n->command->run == run_boot;

    if (!is_boot && n->command->kind != COMMAND_VIEW) {
        fail(s, n->name_offset, MSG_NOT_SETTING, n->command->info.name);
        tell_mistake(s, n->source);
    } else if (run_node(s, n) == RUN_OK && is_boot) {
        strbuf_clear(text);
        strbuf_puts(text, show_node(s, n));
    }
}

enum run_result run_settings(struct session *s, const struct source *source, struct strbuf *text)
{
    u64 mistakes = s->mistakes;
    enum parse_result parsed;
    struct parser parser;
    struct node *n;

    parser_init(&parser, source, &s->arena, &s->diagnosis);
    while ((parsed = parser_next(&parser, &n)) != PARSE_END) {
        if (parsed == PARSE_NODE)
            run_setting(s, n, text);
        else
            tell_mistake(s, source);
    }
    return s->mistakes > mistakes ? RUN_MISTAKE : RUN_OK;
}
