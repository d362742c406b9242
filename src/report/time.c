// Reports about time: history and trace.
#include "procarium/report.h"
#include "report/text.h"
#include "report/trace.h"

#include <string.h>

// ---- history -------------------------------------------------------------------------------------

void report_history(const struct machine *m, u64 limit, command_text *text, void *context,
                    struct strbuf *out)
{
    struct time_position here = machine_position(m);
    u64 first = limit && here.commands > limit ? here.commands - limit + 1 : 1;

    if (first == 1)
        strbuf_printf(out, "%c %5u  (boot)\n", here.command == 0 && !here.step ? '>' : ' ', 0);
    for (u64 n = first; n <= here.commands; n++) {
        const char *words = text ? text(context, n) : NULL;
        bool is_inside = here.step && n == here.command + 1;

        strbuf_printf(out, "%c %5llu  %s",
                      is_inside || (!here.step && n == here.command) ? '>' : ' ',
                      (unsigned long long)n, words ? words : "");
        if (is_inside)
            strbuf_printf(out, "  (step %llu of %llu)", (unsigned long long)here.step,
                          (unsigned long long)here.steps);
        strbuf_putc(out, '\n');
    }
}

// ---- trace ---------------------------------------------------------------------------------------

// Which lines are inside a function: from where it is called until it returns, or until another
// task has the CPU.
struct inside {
    const char *function; // NULL: everything is inside
    bool is_open;
    u16 depth;
};

static bool is_inside_function(struct inside *s, const struct trace_line *line)
{
    bool was_open = s->is_open;

    if (!s->function)
        return true;
    bool is_named = line->kind <= TRACE_CLOSE &&
                    strcmp(ksym_info((enum ksym)line->symbol)->name, s->function) == 0;
    if (!was_open && is_named && line->kind == TRACE_CALL) {
        s->is_open = true;
        s->depth = line->depth;
    } else if (was_open && line->kind == TRACE_SWITCH) {
        s->is_open = false;
    } else if (was_open && is_named && line->kind == TRACE_CLOSE && line->depth == s->depth) {
        s->is_open = false;
    }
    bool is_leaf = !was_open && is_named && line->kind == TRACE_LEAF;
    if (is_leaf)
        s->depth = line->depth;
    return was_open || s->is_open || is_leaf;
}

static void add_trace_line(const struct trace *t, const struct trace_line *line, bool is_here,
                           u32 depth, struct strbuf *out)
{
    strbuf_puts(out, is_here ? "▶ " : "  ");
    strbuf_repeat(out, ' ', (int)depth * 2);
    if (line->kind == TRACE_FIELD || line->kind == TRACE_BLOCK)
        strbuf_puts(out, "· ");
    else if (line->kind == TRACE_NOTE)
        strbuf_puts(out, "# ");
    trace_text(t, line, out);
    strbuf_putc(out, '\n');
}

// How deep the function lies where it is first called, so that depth=D counts from it; else 0.
static u32 depth_of_function(const struct machine *m, u64 n, const char *function)
{
    struct trace_filter calls = { .no_fields = true, .no_notes = true };
    struct inside inside = { function, false, 0 };
    struct trace t = { 0 };

    if (trace_build(&t, m, n, &calls))
        for (u32 i = 0; i < t.count && !is_inside_function(&inside, &t.lines[i]); i++)
            continue;
    trace_finish(&t);
    return inside.depth;
}

bool report_trace(const struct machine *m, u64 n, const struct trace_options *options,
                  struct strbuf *out)
{
    struct trace_filter filter = { options->max_depth, options->no_fields, options->no_notes };
    struct inside inside = { options->function, false, 0 };
    struct trace t = { 0 };

    if (options->function && options->max_depth)
        filter.max_depth += depth_of_function(m, n, options->function) + 1;
    if (!trace_build(&t, m, n, &filter)) {
        if (n == 0 && trace_default_command(m) == 0)
            strbuf_puts(out, "no command has run yet");
        else
            strbuf_puts(out, "the journal does not hold that command (any more)");
        trace_finish(&t);
        return false;
    }
    s32 cursor = trace_cursor(&t);
    u32 end = options->count && options->first + options->count < t.count
                  ? options->first + options->count
                  : t.count;
    size_t before = out->length;
    for (u32 i = options->first; i < end; i++) {
        const struct trace_line *line = &t.lines[i];

        if (is_inside_function(&inside, line))
            add_trace_line(&t, line, (s32)i == cursor,
                           line->depth > inside.depth ? line->depth - inside.depth : 0, out);
    }
    if (options->function && out->length == before)
        strbuf_printf(out, "  %s() was not called\n", options->function);
    trace_finish(&t);
    return true;
}
