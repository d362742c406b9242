// The words of random commands, by what the table says may stand there.
#include "generate.h"

#include "procarium/names.h"
#include "report/objects.h"
#include "script/expect.h"
#include "script/quantity.h"

#include <stdlib.h>
#include <string.h>

u32 random_below(struct generator *g, u32 limit)
{
    g->state ^= g->state << 13;
    g->state ^= g->state >> 17;
    g->state ^= g->state << 5;
    return g->state % limit;
}

// ---- Tasks -----------------------------------------------------------------------------------

static bool acts(const struct session *s, const struct task_struct *p)
{
    struct strbuf why = STRBUF_INIT;
    bool can = can_act(s->m, p, &why);

    strbuf_finish(&why);
    return can;
}

// A random task; if any can act and `acting` is wanted, one of those. NULL if there is none.
static const struct task_struct *pick_task(struct generator *g, const struct session *s,
                                           bool acting)
{
    const struct task_struct *picked = NULL;
    u32 seen = 0, count;
    const struct task_struct **tasks = collect_tasks(s->m, &count);

    for (u32 i = 0; i < count; i++)
        if ((!acting || acts(s, tasks[i])) && random_below(g, ++seen) == 0)
            picked = tasks[i];
    free(tasks);
    return picked;
}

static void add_pid(struct generator *g, const struct session *s, struct strbuf *out)
{
    static const char *const others[] = { "0",  "-1", "1",  "32767",      "99",
                                          "-2", "$!", "$$", "-2147483648" };
    const struct task_struct *p = pick_task(g, s, false);

    if (p && random_below(g, 10) < 8)
        strbuf_printf(out, random_below(g, 12) ? "%d" : "-%d", p->pid);
    else
        strbuf_puts(out, others[random_below(g, sizeof others / sizeof *others)]);
}

// ---- Words -----------------------------------------------------------------------------------

static const char *pick_name(struct generator *g, enum name_set set)
{
    u32 count = 0;

    while (name_at(set, count))
        count++;
    return name_at(set, random_below(g, count));
}

static void add_names(struct generator *g, enum name_set set, u32 most, struct strbuf *out)
{
    for (u32 n = 1 + random_below(g, most), i = 0; i < n; i++)
        strbuf_printf(out, "%s%s", i ? "|" : "", pick_name(g, set));
}

// Combinations that clone accepts are as frequent as others.
static void add_clone_flags(struct generator *g, struct strbuf *out)
{
    static const char *const good[] = { "thread",
                                        "SIGCHLD",
                                        "VM|SIGCHLD",
                                        "VM|FS|FILES",
                                        "VM|SIGHAND|SIGUSR1",
                                        "VM|SIGHAND|THREAD",
                                        "PARENT|SIGCHLD",
                                        "VM|VFORK|SIGCHLD",
                                        "STOPPED|SIGCHLD",
                                        "NEWNS|SIGCHLD" };

    if (random_below(g, 2))
        strbuf_puts(out, good[random_below(g, sizeof good / sizeof *good)]);
    else
        add_names(g, NAMES_CLONE, 4, out);
}

static void add_choice(struct generator *g, const char *choices, struct strbuf *out)
{
    u32 count = 1;

    for (const char *c = choices; *c; c++)
        count += *c == ' ';
    for (u32 skip = random_below(g, count); skip > 0; skip--)
        choices = strchr(choices, ' ') + 1;
    strbuf_add(out, choices, strcspn(choices, " "));
}

static void add_number(struct generator *g, struct strbuf *out)
{
    static const char *const numbers[] = {
        "0",    "1",    "2",          "3",          "5",  "-1", "19",         "300",
        "1000", "4096", "0x7fffffff", "0xffffffff", "$?", "$x", "-2147483648"
    };

    strbuf_puts(out, numbers[random_below(g, sizeof numbers / sizeof *numbers)]);
}

static void add_address(struct generator *g, const struct session *s, struct strbuf *out)
{
    const struct task_struct *p = pick_task(g, s, false);
    u32 any = KERNEL_BASE + (random_below(g, 0x1000) << 8);

    strbuf_printf(out, "0x%x", p && random_below(g, 2) ? kaddr_of(s->m, p) : any);
}

static void add_program(struct generator *g, struct strbuf *out)
{
    static const char *const programs[] = {
        "/bin/sh",     "/bin/ls",   "/bin/cat", "/usr/bin/make",
        "/etc/passwd", "/bin/none", "/bin",     "host:/bin/none"
    };

    strbuf_puts(out, programs[random_below(g, sizeof programs / sizeof *programs)]);
}

static void add_region(struct generator *g, struct strbuf *out)
{
    static const char *const parts[] = { "text",  "data", "bss", "heap",
                                         "stack", "buf",  "buf", "pool" };
    static const char *const offsets[] = { "", "", "+0", "+1p", "+2p", "-1p", "+4095", "-30p" };

    if (random_below(g, 6) == 0)
        strbuf_printf(out, "0x%x",
                      random_below(g, 2) ? 0x10000000 + (random_below(g, 14) << 12)
                                         : random_below(g, 0x100000) << 12);
    else
        strbuf_printf(out, "%s%s", parts[random_below(g, sizeof parts / sizeof *parts)],
                      offsets[random_below(g, sizeof offsets / sizeof *offsets)]);
}

static void add_sysctl(struct generator *g, struct strbuf *out)
{
    u32 count = 0;

    while (sysctl_name(count))
        count++;
    strbuf_puts(out, sysctl_name(random_below(g, count)));
}

static void add_word(struct generator *g, const struct session *s, const struct command_row *row,
                     u32 i, struct strbuf *out)
{
    u32 last = COMMAND_TYPES - 1;

    while (last > 0 && row->type[last] == TYPE_NONE)
        last--;
    switch ((enum word_type)row->type[i < last ? i : last]) {
    case TYPE_PID:
        add_pid(g, s, out);
        break;
    case TYPE_SIGNAL:
        strbuf_puts(out, pick_name(g, NAMES_SIGNAL));
        break;
    case TYPE_DASH_SIGNAL:
        strbuf_printf(out, "-%s", pick_name(g, NAMES_SIGNAL));
        break;
    case TYPE_CLONE:
        add_clone_flags(g, out);
        break;
    case TYPE_WAIT:
        add_names(g, NAMES_WAIT, 2, out);
        break;
    case TYPE_OPEN:
        if (random_below(g, 2))
            strbuf_puts(out, "O_RDWR|O_CREAT");
        else
            add_names(g, NAMES_OPEN, 3, out);
        break;
    case TYPE_RLIMIT:
        strbuf_puts(out, pick_name(g, NAMES_RLIMIT));
        break;
    case TYPE_VARIABLE:
        strbuf_puts(out, random_below(g, 2) ? "x" : "y");
        break;
    case TYPE_SYSCTL:
        add_sysctl(g, out);
        break;
    case TYPE_ADDRESS:
        add_address(g, s, out);
        break;
    case TYPE_REGION:
        add_region(g, out);
        break;
    case TYPE_CHOICE:
        add_choice(g, row->choices, out);
        break;
    case TYPE_EXPECT: // all its words at once
        generate_expectation(g, s, random_below(g, expectation_count + quantity_count), out);
        break;
    case TYPE_TEXT:
        strbuf_puts(out, "\"some $x text\"");
        break;
    case TYPE_PROGRAM:
        add_program(g, out);
        break;
    case TYPE_FILE:
        strbuf_puts(out, "/nonexistent");
        break;
    case TYPE_REPLACE:
        strbuf_puts(out, "replace");
        break;
    case TYPE_TOPIC:
        strbuf_puts(out, "fork");
        break;
    case TYPE_NUMBER:
        add_number(g, out);
        break;
    case TYPE_PANE:
        add_choice(g, pane_names, out);
        break;
    case TYPE_VIEW:
        add_choice(g, "all folded pids signals calls", out);
        break;
    case TYPE_KEY:
        add_choice(g, press_names, out);
        break;
    case TYPE_MOMENT:
        add_choice(g, until_events, out);
        break;
    case TYPE_STATE:
        add_choice(g, "R S D T t Z X", out);
        break;
    case TYPE_NONE:
        strbuf_puts(out, "/bin/ls");
        break;
    }
}

// ---- Expectations ----------------------------------------------------------------------------

// What stands behind the name of a form: its usage says what each word is.
static void add_usage_word(struct generator *g, const struct session *s, const char *what,
                           size_t length, struct strbuf *out)
{
    static const char *const caches[] = { "task_struct", "size-32", "mm_struct" };
    struct strbuf word = STRBUF_INIT;

    strbuf_add(&word, what, length);
    const char *name = strbuf_text(&word);
    if (strcmp(name, "PID") == 0)
        add_pid(g, s, out);
    else if (strcmp(name, "FD") == 0)
        strbuf_printf(out, "%u", random_below(g, 7));
    else if (strcmp(name, "SIG") == 0)
        strbuf_puts(out, pick_name(g, NAMES_SIGNAL));
    else if (strcmp(name, "ADDRESS") == 0)
        add_address(g, s, out);
    else if (strcmp(name, "ADDR") == 0)
        add_region(g, out);
    else if (strcmp(name, "CACHE") == 0)
        strbuf_puts(out, caches[random_below(g, sizeof caches / sizeof *caches)]);
    else if (strcmp(name, "NAME") == 0)
        strbuf_puts(out, random_below(g, 2) ? "mm->rss" : "signal->pgrp");
    else if (strncmp(name, "FUNCTION", 8) == 0)
        strbuf_puts(out, "schedule");
    else if (strchr(name, '|'))
        strbuf_add(out, name, strcspn(name, "|"));
    else
        strbuf_puts(out, "\"text\"");
    strbuf_finish(&word);
}

bool generate_expectation(struct generator *g, const struct session *s, u32 i, struct strbuf *out)
{
    if (i >= expectation_count + quantity_count)
        return false;
    bool is_number = i >= expectation_count;
    const char *usage = is_number ? quantities[i - expectation_count].usage : expectations[i].usage;
    size_t length = strcspn(usage, " ");

    strbuf_add(out, usage, length);
    while (usage[length]) {
        usage += length + 1;
        length = strcspn(usage, " ");
        strbuf_putc(out, ' ');
        add_usage_word(g, s, usage, length, out);
    }
    if (is_number)
        strbuf_puts(out, " >= 0");
    return true;
}

// ---- Commands --------------------------------------------------------------------------------

static void add_command(struct generator *g, const struct session *s, const struct command_row *row,
                        struct strbuf *out)
{
    u32 most = row->max_words < row->min_words + 3u ? row->max_words : row->min_words + 3u;
    u32 words = row->min_words + random_below(g, most - row->min_words + 1);

    strbuf_puts(out, row->info.name);
    if (strcmp(row->info.name, "kill") == 0)
        words = 2; // a signal alone is no command
    if (strcmp(row->info.name, "clone") == 0 || row->type[0] == TYPE_EXPECT)
        words = 1;
    if (row->type[0] == TYPE_TEXT && row->type[1] == TYPE_EXPECT)
        words = 2;
    for (u32 i = 0; i < words; i++) {
        strbuf_putc(out, ' ');
        add_word(g, s, row, i, out);
    }
    if (row->kind == COMMAND_REPEAT)
        strbuf_puts(out, " { fork }");
}

static const struct command_row *pick_row(struct generator *g, bool is_acting)
{
    const struct command_row *row;

    do
        row = &command_table[random_below(g, command_count)];
    while (is_acting && !row->info.acts);
    return row;
}

// Memory: commands that mostly succeed, on few places, so that tasks share, part, split and run out.
static void add_memory_command(struct generator *g, struct strbuf *out)
{
    static const char *const rights[] = { "none", "r", "rw", "rw", "rwx", "rx" };
    u32 pages = 1 + (random_below(g, 8) ? random_below(g, 6) : random_below(g, 1500));

    switch (random_below(g, 12)) {
    case 0:
    case 1:
        strbuf_printf(out, "mmap %u %s", pages, random_below(g, 3) ? "private" : "shared");
        if (random_below(g, 3))
            strbuf_puts(out, random_below(g, 2) ? " buf" : " pool");
        if (random_below(g, 4) == 0)
            strbuf_printf(out, " at=0x%x", 0x10000000 + random_below(g, 12) * PAGE_SIZE);
        if (random_below(g, 4) == 0)
            strbuf_printf(out, " prot=%s", rights[random_below(g, 6)]);
        break;
    case 2:
        strbuf_puts(out, "munmap ");
        add_region(g, out);
        if (random_below(g, 3))
            strbuf_printf(out, " %u", pages);
        break;
    case 3:
        strbuf_puts(out, "mprotect ");
        add_region(g, out);
        strbuf_printf(out, " %u %s", pages, rights[random_below(g, 6)]);
        break;
    case 4:
        strbuf_printf(out, "brk %c%up", random_below(g, 3) ? '+' : '-', pages);
        break;
    case 5:
    case 6:
        strbuf_puts(out, "load ");
        add_region(g, out);
        strbuf_printf(out, " %u", 1 + random_below(g, 5000));
        break;
    case 7:
        strbuf_printf(out, "fork eager=%u", random_below(g, 2));
        break;
    case 8:
        strbuf_puts(out, "exec ");
        add_program(g, out);
        break;
    default:
        strbuf_puts(out, "store ");
        add_region(g, out);
        strbuf_printf(out, " \"text\" pages=%u", pages);
    }
}

void generate_acting(struct generator *g, const struct session *s, struct strbuf *out)
{
    static const char *const frequent[] = { "read",  "write", "pipe",  "io",    "irq",
                                            "fork",  "fork",  "clone", "vfork", "exit",
                                            "wait4", "kill",  "exec",  "pause", "signal" };
    const struct command_row *row = pick_row(g, true);
    const struct task_struct *p = pick_task(g, s, random_below(g, 20) != 0);

    if (p && random_below(g, 3) == 0) {
        strbuf_printf(out, "%d: ", p->pid);
        add_memory_command(g, out);
        return;
    }
    if (random_below(g, 2))
        row = find_command(frequent[random_below(g, sizeof frequent / sizeof *frequent)]);
    if (p && row->kind == COMMAND_CALL) {
        bool is_end = strncmp(row->info.name, "exit", 4) == 0;

        if (p->tgid == 1 && is_end && random_below(g, 40))
            row = find_command("wait4");
        strbuf_printf(out, "%d: ", p->pid);
    }
    add_command(g, s, row, out);
}

void generate_travel(struct generator *g, const struct session *s, struct strbuf *out)
{
    static const char *const names[] = { "undo", "redo",   "goto", "step",
                                         "next", "finish", "back", "branches" };
    const char *name = names[random_below(g, sizeof names / sizeof *names)];
    struct time_position p = machine_position(s->m);

    if (strcmp(name, "goto") == 0)
        strbuf_printf(out, "goto %u", random_below(g, (u32)p.commands + 1));
    else
        strbuf_printf(out, "%s %u", name, 1 + random_below(g, 4));
}

void generate_looking(struct generator *g, const struct session *s, struct strbuf *out)
{
    const struct command_row *row;

    do
        row = pick_row(g, false);
    while (row->kind != COMMAND_LOOK && row->kind != COMMAND_EXPECT && row->type[1] != TYPE_EXPECT);
    if (random_below(g, 3) == 0)
        row = find_command("expect");
    add_command(g, s, row, out);
}

void generate_any(struct generator *g, const struct session *s, struct strbuf *out)
{
    const struct command_row *row = pick_row(g, false);

    if (strcmp(row->info.name, "quit") == 0)
        row = find_command("ps");
    add_command(g, s, row, out);
}
