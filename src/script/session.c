// The life of a session, and what its faces may ask of it.
#include "script/session.h"

#include "machine/program.h"

#include "script/messages.h"
#include "script/parse.h"

#include <stdlib.h>
#include <string.h>

bool session_check_programs(const char *text, struct strbuf *why)
{
    struct programs table = { .list = NULL };
    bool well = programs_add(&table, text, why);

    programs_finish(&table);
    return well;
}

// Behind those that are always there.
static void add_programs(struct machine *m, const char *text)
{
    struct strbuf why = STRBUF_INIT;
    bool well = programs_add(&m->programs, default_programs, &why) &&
                programs_add(&m->programs, text, &why);

    BUG_ON(!well);
    strbuf_finish(&why);
}

struct session *session_create(const struct session_options *options)
{
    struct machine_options machine = { .journal_bytes = options->journal_bytes };
    struct session *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->m = machine_create(&machine);
    if (!s->m) {
        free(s);
        return NULL;
    }
    if (options->programs)
        add_programs(s->m, options->programs);
    s->face = options->face;
    s->read_host_file = options->read_host_file;
    s->keep_going = options->keep_going;
    s->home = options->home ? arena_copy(&s->arena, options->home, strlen(options->home)) : NULL;
    s->rounds = 1;
    s->line.number = s->last_number = 1;
    history_set_executor(s->m, execute_again, s);
    start_line(s, &boot_defaults);
    return s;
}

void session_destroy(struct session *s)
{
    if (!s)
        return;
    machine_destroy(s->m);
    forget_branches(s);
    arena_finish(&s->arena);
    diagnosis_finish(&s->diagnosis);
    strbuf_finish(&s->shown);
    free(s);
}

void session_set_face(struct session *s, const struct face *face)
{
    s->face = *face;
}

// ---- Running ---------------------------------------------------------------------------------

static enum run_result fail_whole_text(struct session *s, const char *name, u32 line)
{
    struct source nothing = { name, "", 0, line };

    tell_mistake(s, &nothing);
    s->told = (struct place_mark){ 0 }; // the next text may lie where this one did
    return RUN_MISTAKE;
}

enum run_result session_run_from(struct session *s, const char *name, u32 first_line,
                                 const char *text, size_t length)
{
    if (length > SOURCE_SIZE_MAX) {
        fail(s, 0, MSG_TOO_LARGE, SOURCE_SIZE_MAX >> 20);
        return fail_whole_text(s, name, first_line);
    }
    return run_source(s, keep_source(s, name, text, length, first_line));
}

enum run_result session_run(struct session *s, const char *name, const char *text, size_t length)
{
    return session_run_from(s, name, 1, text, length);
}

enum run_result session_run_file(struct session *s, const char *path)
{
    struct strbuf why = STRBUF_INIT;
    const struct source *source = read_source(s, path, &why);

    if (!source)
        fail_to_read(s, path, &why);
    strbuf_finish(&why);
    return source ? run_source(s, source) : fail_whole_text(s, path, 1);
}

enum run_result session_run_settings(struct session *s, const char *path, struct strbuf *boot)
{
    struct strbuf why = STRBUF_INIT;
    const struct source *source = read_source(s, path, &why);

    if (!source)
        fail_to_read(s, path, &why);
    strbuf_finish(&why);
    return source ? run_settings(s, source, boot) : fail_whole_text(s, path, 1);
}

u64 session_mistakes(const struct session *s)
{
    return s->mistakes;
}

bool session_keeps_going(const struct session *s)
{
    return s->keep_going;
}

// ---- Looking ---------------------------------------------------------------------------------

const struct machine *session_machine(const struct session *s)
{
    return s->m;
}

void session_listen(struct session *s, event_listener *listener, void *context)
{
    machine_listen(s->m, listener, context);
}

void session_unlisten(struct session *s, event_listener *listener, void *context)
{
    machine_unlisten(s->m, listener, context);
}

s32 session_focus(const struct session *s)
{
    return console(s->m)->focus;
}

void session_prompt(const struct session *s, struct strbuf *out)
{
    struct time_position p = machine_position(s->m);
    s32 pid = console(s->m)->focus;
    const struct task_struct *focus = pid ? find_task_by_pid(s->m, pid) : NULL;

    if (cpu(s->m)->panicked) {
        strbuf_puts(out, TEXT_PROMPT_PANIC);
    } else if (focus) {
        strbuf_printf(out, "%d ", pid);
        strbuf_add_visible(out, focus->comm, strlen(focus->comm));
    } else {
        strbuf_puts(out, TEXT_PROMPT_NOBODY);
    }
    if (p.step > 0)
        strbuf_printf(out, TEXT_PROMPT_INSIDE, (unsigned long long)p.command + 1,
                      (unsigned long long)p.commands, (unsigned long long)p.step);
    else if (p.command < p.commands)
        strbuf_printf(out, TEXT_PROMPT_PAST, (unsigned long long)p.command,
                      (unsigned long long)p.commands);
    strbuf_puts(out, "> ");
}

struct history_entry session_history(struct session *s, u64 i)
{
    const struct node *n = history_cookie(s->m, i);

    return (struct history_entry){ show_node(s, n), n->source->name, n->line };
}

u32 session_branch_count(const struct session *s)
{
    return s->branch_count;
}

struct branch_info session_branch(struct session *s, u32 index)
{
    const struct branch *b = &s->branches[index];

    BUG_ON(index >= s->branch_count);
    strbuf_clear(&s->shown);
    show_boot(&b->boot, &s->shown);
    return (struct branch_info){ b->number, b->count, common_commands(s, b),
                                 strbuf_text(&s->shown) };
}
