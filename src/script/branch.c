// Lines of time: what `boot` and acting in the past leave behind can be gone back to.
#include "script/session.h"

#include <stdlib.h>
#include <string.h>

static void forget_oldest(struct session *s)
{
    free(s->branches[0].nodes);
    free(s->branches[0].looks);
    s->branch_count--;
    memmove(s->branches, s->branches + 1, s->branch_count * sizeof *s->branches);
}

void forget_branches(struct session *s)
{
    while (s->branch_count)
        forget_oldest(s);
    free(s->line.looks);
    s->line.looks = NULL;
}

// Puts the line that the machine is on behind the kept ones. Without memory it is forgotten.
bool keep_branch(struct session *s)
{
    u64 count = machine_position(s->m).commands;
    struct branch kept = s->line;

    if (count == 0)
        return false;
    kept.nodes = malloc(count * sizeof *kept.nodes);
    if (!kept.nodes)
        return false;
    kept.count = count;
    for (u64 i = 0; i < count; i++)
        kept.nodes[i] = history_cookie(s->m, i);
    kept.looks = kept.look_count ? malloc(LOOKS_MAX * sizeof *kept.looks) : NULL;
    if (kept.looks)
        memcpy(kept.looks, s->line.looks, kept.look_count * sizeof *kept.looks);
    else
        kept.look_count = 0;
    if (s->branch_count == BRANCHES_MAX)
        forget_oldest(s);
    s->branches[s->branch_count++] = kept;
    return true;
}

// The listeners need not hear what is only the way to somewhere.
static void boot_silently(struct session *s)
{
    s->m->travelling = true;
    boot(s->m, &s->line.boot);
    history_clear(s->m);
    s->m->travelling = false;
}

void start_line(struct session *s, const struct boot_options *options)
{
    finish_command(s);
    if (keep_branch(s))
        s->line.number = ++s->last_number;
    s->line.boot = *options;
    s->line.boots = ++s->last_boots;
    s->line.look_count = 0;
    boot_silently(s);
}

bool go_to_branch(struct session *s, u32 number)
{
    u32 i = 0;

    if (number == s->line.number)
        return machine_goto(s->m, machine_position(s->m).commands);
    while (i < s->branch_count && s->branches[i].number != number)
        i++;
    if (i == s->branch_count)
        return false;
    struct branch target = s->branches[i];
    s->branch_count--;
    memmove(s->branches + i, s->branches + i + 1, (s->branch_count - i) * sizeof *s->branches);
    finish_command(s);
    keep_branch(s);
    free(s->line.looks);
    s->line = target;
    s->line.nodes = NULL;
    s->line.count = 0;
    boot_silently(s);
    s->m->travelling = true;
    for (u64 k = 0; k < target.count; k++) {
        history_begin(s->m, target.nodes[k]);
        execute_again(s, target.nodes[k]);
        history_end(s->m);
    }
    s->m->travelling = false;
    free(target.nodes);
    return true;
}

u32 branch_of_boot(const struct session *s, u32 boots)
{
    for (u32 i = s->branch_count; i > 0; i--)
        if (s->branches[i - 1].boots == boots)
            return s->branches[i - 1].number;
    return 0;
}

u64 common_commands(const struct session *s, const struct branch *b)
{
    u64 count = machine_position(s->m).commands;
    u64 i = 0;

    if (b->boots != s->line.boots)
        return 0;
    while (i < count && i < b->count && b->nodes[i] == history_cookie(s->m, i))
        i++;
    return i;
}

void show_boot(const struct boot_options *o, struct strbuf *out)
{
    strbuf_puts(out, o->shell ? "boot sh" : "boot");
    if (o->ram_bytes != boot_defaults.ram_bytes) {
        if (o->ram_bytes % (1u << 20))
            strbuf_printf(out, " mem=%uK", o->ram_bytes >> 10);
        else
            strbuf_printf(out, " mem=%uM", o->ram_bytes >> 20);
    }
    if (o->thread_size != boot_defaults.thread_size)
        strbuf_printf(out, " thread_size=%uK", o->thread_size >> 10);
    if (o->cache_line != boot_defaults.cache_line)
        strbuf_printf(out, " cache_line=%u", o->cache_line);
}
