// Reports about time: history and trace.
#include "procarium/report.h"
#include "report/text.h"
#include "report/trace.h"

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

bool report_trace(const struct machine *m, u64 n, const struct trace_options *options,
                  struct strbuf *out)
{
    struct trace_filter filter = { options->max_depth, options->no_fields, options->no_notes };
    struct trace t = { 0 };

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
    for (u32 i = options->first; i < end; i++) {
        const struct trace_line *line = &t.lines[i];

        strbuf_puts(out, (s32)i == cursor ? "▶ " : "  ");
        strbuf_repeat(out, ' ', line->depth * 2);
        if (line->kind == TRACE_FIELD || line->kind == TRACE_BLOCK)
            strbuf_puts(out, "· ");
        else if (line->kind == TRACE_NOTE)
            strbuf_puts(out, "# ");
        trace_text(&t, line, out);
        strbuf_putc(out, '\n');
    }
    trace_finish(&t);
    return true;
}
