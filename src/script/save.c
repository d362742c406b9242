// The session as a script: what `save` writes, and what it must remember for that.
#include "script/session.h"

#include <stdlib.h>
#include <string.h>

#define PERIOD_MAX 64u // the longest cycle of commands that is found again

// ---- What was looked at ------------------------------------------------------------------------

// What the screen shows is a part of a lesson; how somebody moved about on it is not.
static bool is_lasting_view(const struct node *n)
{
    static const char *const names[] = { "layout", "zoom", "size", "theme" };

    if (n->command->kind != COMMAND_VIEW || n->words == 0)
        return false;
    for (u32 i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(n->command->info.name, names[i]) == 0)
            return true;
    return strcmp(n->command->info.name, "pane") == 0 && n->words == 2; // one of its views
}

// Is it worth being in a saved session? What asks for help or writes files is not.
static bool is_worth_saving(const struct node *n)
{
    enum command_kind kind = n->command->kind;

    return (kind == COMMAND_LOOK && n->command->run != run_help) || kind == COMMAND_NARRATE ||
           kind == COMMAND_EXPECT || is_lasting_view(n);
}

void remember_look(struct session *s, const struct node *n)
{
    struct branch *line = &s->line;
    u64 position = s->m->history.run;

    if (!is_worth_saving(n) || s->blocks > 0 || line->look_count == LOOKS_MAX ||
        machine_is_inside(s->m))
        return;
    if (!line->looks)
        line->looks = malloc(LOOKS_MAX * sizeof *line->looks);
    if (!line->looks)
        return;
    u32 i = line->look_count;
    while (i > 0 && line->looks[i - 1].position > position)
        i--;
    // A lesson that is played back and forth looks with the same nodes again.
    for (u32 k = i; k > 0 && line->looks[k - 1].position == position; k--)
        if (line->looks[k - 1].node == n)
            return;
    memmove(line->looks + i + 1, line->looks + i, (line->look_count - i) * sizeof *line->looks);
    line->looks[i] = (struct look){ n, position };
    line->look_count++;
}

void cut_looks(struct session *s, u64 position)
{
    while (s->line.look_count > 0 && s->line.looks[s->line.look_count - 1].position > position)
        s->line.look_count--;
}

// ---- Writing -----------------------------------------------------------------------------------

static void add_node(struct strbuf *out, const struct node *n, const char *indent)
{
    strbuf_puts(out, indent);
    strbuf_add(out, n->source->text + n->offset, n->end - n->offset);
    strbuf_putc(out, '\n');
}

// How often commands [i, i + period) stand there one after the other, as the same nodes, before
// `end`. The same node runs twice only inside `repeat`, or when a lesson is played again.
static u64 count_rounds(const struct machine *m, u64 i, u64 end, u64 period)
{
    u64 k = i + period;

    while (k < end && history_cookie(m, k) == history_cookie(m, k - period))
        k++;
    return (k - i) / period;
}

// The period whose rounds cover most of what follows; *rounds is 1 if nothing comes twice.
static u64 find_period(const struct machine *m, u64 i, u64 end, u64 *rounds)
{
    u64 best = 1, covered = 1;

    *rounds = 1;
    for (u64 period = 1; period <= PERIOD_MAX && i + 2 * period <= end; period++) {
        u64 n = count_rounds(m, i, end, period);

        if (n < 2 || n * period <= covered)
            continue;
        covered = n * period;
        best = period;
        *rounds = n;
    }
    return best;
}

// Commands [i, end), between which nobody looked.
static void add_commands(struct strbuf *out, const struct machine *m, u64 i, u64 end)
{
    while (i < end) {
        u64 rounds, period = find_period(m, i, end, &rounds);

        if (rounds > REPEAT_MAX)
            rounds = REPEAT_MAX;
        if (rounds > 1)
            strbuf_printf(out, "repeat %llu {\n", (unsigned long long)rounds);
        for (u64 k = 0; k < period; k++)
            add_node(out, history_cookie(m, i + k), rounds > 1 ? "    " : "");
        if (rounds > 1)
            strbuf_puts(out, "}\n");
        i += period * rounds;
    }
}

void session_save(const struct session *s, struct strbuf *out)
{
    struct time_position at = machine_position(s->m);
    u64 done = 0;

    strbuf_puts(out, "# A session of procarium; procarium FILE plays it.\n");
    show_boot(&s->line.boot, out);
    strbuf_putc(out, '\n');
    for (u32 i = 0; i < s->line.look_count; i++) {
        const struct look *look = &s->line.looks[i];

        add_commands(out, s->m, done, look->position);
        add_node(out, look->node, "");
        done = look->position;
    }
    add_commands(out, s->m, done, at.commands);
    if (at.command < at.commands)
        strbuf_printf(out, "goto %llu\n", (unsigned long long)at.command);
    if (at.step > 0)
        strbuf_printf(out, "step %llu\n", (unsigned long long)at.step);
}
