// Travelling: undo, redo and steps, booting, and the branches of time.
#include "script/session.h"

#include "script/messages.h"

#include <string.h>

static void tell_moved(struct session *s)
{
    if (s->face.moved)
        s->face.moved(s->face.context);
}

// The count that the command's one word gives, 1 without a word.
static bool count_of(struct session *s, const struct node *n, s64 *count)
{
    *count = 1;
    return n->words == 0 || word_in_range(s, &n->word[0], WHAT_COUNT, 0, UINT32_MAX, count);
}

// ---- Steps -----------------------------------------------------------------------------------

#define POLL_EVERY 1024u

void poll_after_step(struct session *s, u64 steps)
{
    const struct face *f = &s->face;

    if (steps % POLL_EVERY == 0 && f->is_interrupted && f->is_interrupted(f->context))
        s->inner = RUN_INTERRUPTED;
}

// Why there is no step in that direction: no command, or one whose records have fallen out.
static const char *why_no_step(const struct machine *m, enum step_kind kind)
{
    struct time_position p = machine_position(m);

    if (kind == STEP_BACK)
        return p.command > 0 ? MSG_BACK_GONE : MSG_AT_START;
    return p.command < p.commands ? MSG_STEPS_GONE : MSG_NO_STEP;
}

static bool make_steps(struct session *s, const struct node *n, enum step_kind kind)
{
    s64 count;

    if (!count_of(s, n, &count))
        return false;
    for (s64 i = 0; i < count && s->inner != RUN_INTERRUPTED; i++) {
        if (!machine_step(s->m, kind)) {
            if (i == 0)
                return fail(s, n->offset, "%s", why_no_step(s->m, kind));
            break;
        }
        poll_after_step(s, (u64)i + 1);
    }
    tell_moved(s);
    return true;
}

RUN(step)
{
    return make_steps(s, n, (enum step_kind)n->command->number);
}

// ---- Commands --------------------------------------------------------------------------------

static bool go_to(struct session *s, u64 position)
{
    bool well = machine_goto(s->m, position);

    BUG_ON(!well);
    tell_moved(s);
    return true;
}

// Inside a command, the first one taken back is that command.
RUN(undo)
{
    struct time_position p = machine_position(s->m);
    u64 most = p.command + machine_is_inside(s->m);
    s64 count;

    if (!count_of(s, n, &count))
        return false;
    if (most == 0)
        return fail(s, n->offset, MSG_AT_START);
    if ((u64)count > most)
        return fail(s, n->word[0].offset, MSG_UNDO_MANY, (unsigned long long)most);
    return count == 0 || go_to(s, most - (u64)count);
}

RUN(redo)
{
    struct time_position p = machine_position(s->m);
    u64 most = p.commands - p.command;
    s64 count;

    if (!count_of(s, n, &count))
        return false;
    if (most == 0)
        return fail(s, n->offset, MSG_AT_END);
    if ((u64)count > most)
        return fail(s, n->word[0].offset, MSG_REDO_MANY, (unsigned long long)most);
    return count == 0 || go_to(s, p.command + (u64)count);
}

RUN(goto)
{
    s64 position;

    return word_in_range(s, &n->word[0], WHAT_POSITION, 0, (s64)machine_position(s->m).commands,
                         &position) &&
           go_to(s, (u64)position);
}

// ---- Booting ---------------------------------------------------------------------------------

// A size such as 64M, 4K, 65536.
static bool parse_size(const char *text, u64 *size)
{
    size_t length = strlen(text);
    u32 shift = 0;
    s64 number = 0;
    bool is_huge;

    if (length > 1) {
        char unit = text[length - 1];

        shift = unit == 'K' || unit == 'k' ? 10 : unit == 'M' || unit == 'm' ? 20 : 0;
        length -= shift != 0;
    }
    if (!parse_number(text, (u32)length, &number, &is_huge) || is_huge || number < 0 ||
        number > UINT32_MAX)
        return false;
    *size = (u64)number << shift;
    return true;
}

static bool boot_size(struct session *s, const struct word *w, const char *text, u32 *size)
{
    u64 value;

    if (!parse_size(text, &value))
        return fail(s, w->offset + (u32)(text - w->text), MSG_NOT_SIZE, text);
    *size = value > UINT32_MAX ? UINT32_MAX : (u32)value;
    return true;
}

static bool check_boot(struct session *s, const struct word *w, const struct boot_options *o)
{
    if (o->ram_bytes < RAM_MIN || o->ram_bytes > RAM_MAX || o->ram_bytes % PAGE_SIZE)
        return fail(s, w->offset, MSG_BOOT_MEM, RAM_MIN >> 20, RAM_MAX >> 20);
    if (o->thread_size != 4096 && o->thread_size != 8192)
        return fail(s, w->offset, MSG_BOOT_THREAD_SIZE);
    if (o->cache_line != 32 && o->cache_line != 64 && o->cache_line != 128)
        return fail(s, w->offset, MSG_BOOT_CACHE_LINE);
    return true;
}

static bool boot_word(struct session *s, const struct word *w, struct boot_options *o)
{
    const char *mem = word_after(w, "mem");
    const char *thread_size = word_after(w, "thread_size");
    const char *cache_line = word_after(w, "cache_line");
    bool well;

    if (word_is(w, "sh") || word_is(w, "bare")) {
        o->shell = word_is(w, "sh");
        return true;
    }
    if (mem)
        well = boot_size(s, w, mem, &o->ram_bytes);
    else if (thread_size)
        well = boot_size(s, w, thread_size, &o->thread_size);
    else if (cache_line)
        well = boot_size(s, w, cache_line, &o->cache_line);
    else
        return fail(s, w->offset, MSG_BOOT_WORD, w->text);
    return well && check_boot(s, w, o);
}

RUN(boot)
{
    struct boot_options options = boot_defaults;

    for (u32 i = 0; i < n->words; i++)
        if (!boot_word(s, &n->word[i], &options))
            return false;
    start_line(s, &options);
    tell_moved(s);
    return true;
}

// ---- Branches --------------------------------------------------------------------------------

static void show_branch(const struct session *s, const struct branch *b, u64 count, bool is_here,
                        struct strbuf *out)
{
    strbuf_printf(out, "%s %3u  ", is_here ? "*" : " ", b->number);
    size_t begin = out->length;
    show_boot(&b->boot, out);
    strbuf_repeat(out, ' ', 24 - (int)(out->length - begin));
    strbuf_printf(out, "  %llu command%s", (unsigned long long)count, count == 1 ? "" : "s");
    if (is_here)
        strbuf_puts(out, ", where you are");
    else if (b->boots == s->line.boots)
        strbuf_printf(out, ", the first %llu as here", (unsigned long long)common_commands(s, b));
    strbuf_putc(out, '\n');
}

static bool fail_no_branch(struct session *s, const struct node *n, s64 number)
{
    fail(s, n->word[0].offset, MSG_NO_BRANCH, (long long)number);
    strbuf_puts(&s->diagnosis.hint, HINT_BRANCHES);
    return false;
}

RUN(branches)
{
    if (n->words == 1) {
        s64 number;

        if (!word_in_range(s, &n->word[0], WHAT_BRANCH, 1, UINT32_MAX, &number))
            return false;
        if (!go_to_branch(s, (u32)number))
            return fail_no_branch(s, n, number);
        tell_moved(s);
        return true;
    }
    struct strbuf out = STRBUF_INIT;
    for (u32 i = 0; i < s->branch_count; i++)
        show_branch(s, &s->branches[i], s->branches[i].count, false, &out);
    show_branch(s, &s->line, machine_position(s->m).commands, true, &out);
    show(s, &out);
    strbuf_finish(&out);
    return true;
}
