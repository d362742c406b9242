// The history of commands, and moving through it: swapping bytes where the journal reaches,
// executing again from a checkpoint where it does not.
#include "machine/door.h"
#include "machine/record.h"

#include <stdlib.h>
#include <sys/mman.h>

#define CHECKPOINT_STEP      (1u << 23) // records; to execute so many again takes some 30 ms
#define CHECKPOINT_PAGES_MAX 4096u      // larger machines are executed again from an older one

// ---- Swapping --------------------------------------------------------------------------------

static void swap_block(u8 *a, u8 *b, u32 size)
{
    u8 kept[512];

    for (u32 done = 0; done < size;) {
        u32 part = size - done < sizeof kept ? size - done : (u32)sizeof kept;

        memcpy(kept, a + done, part);
        memcpy(a + done, b + done, part);
        memcpy(b + done, kept, part);
        done += part;
    }
}

// A function's frame is pushed (by its entry, or by undoing its end) …
static void push_frame(struct machine *m)
{
    u32 esp = cpu(m)->esp;

    store_registers(m, (u64)(esp - KFRAME_SIZE) | (u64)(esp - KFRAME_LINK) << 32);
}

// … or popped: ebp points at the caller's ebp, and the caller's esp is above the link.
static void pop_frame(struct machine *m)
{
    u32 ebp = cpu(m)->ebp;

    store_registers(m, (u64)(ebp + KFRAME_LINK) | (u64)*at(m, ebp, u32) << 32);
}

static void swap_record(struct machine *m, struct record *r, bool forward)
{
    u8 *bytes = (u8 *)(uintptr_t)kpointer(m, r->address);

    switch ((enum record_kind)r->kind) {
    case RECORD_STORE:
        swap_block(bytes, (u8 *)&r->data, r->id);
        break;
    case RECORD_COPY: {
        u8 *blob = m->journal.blobs + (r->data & m->journal.blob_mask);
        u32 size;

        memcpy(&size, blob, 4);
        swap_block(bytes, blob + 4, size);
        break;
    }
    case RECORD_ENTER:
        if (!forward)
            pop_frame(m);
        swap_block(bytes, (u8 *)&r->data, KFRAME_LINK);
        if (forward)
            push_frame(m);
        break;
    case RECORD_LEAVE:
    case RECORD_LEAVE_VALUE:
        if (forward)
            pop_frame(m);
        else
            push_frame(m);
        break;
    case RECORD_NOTE:
        break;
    }
}

static struct record *record_at(const struct machine *m, u64 position)
{
    return journal_slot(&m->journal, position);
}

static void swap_to(struct machine *m, u64 position)
{
    struct history *h = &m->history;

    BUG_ON(position < m->journal.tail || position > journal_head(&m->journal));
    while (h->cursor > position)
        swap_record(m, record_at(m, --h->cursor), false);
    while (h->cursor < position)
        swap_record(m, record_at(m, h->cursor++), true);
}

// The journal position of history position n, which must be held.
static u64 boundary(const struct machine *m, u64 n)
{
    const struct history *h = &m->history;

    BUG_ON(n < h->held || n > h->executed);
    return n < h->executed ? command_at(h, n)->begin : journal_head(&m->journal);
}

// ---- Checkpoints -----------------------------------------------------------------------------

// Memory that is there at once: a fault for each page would cost more than filling it. Or NULL.
static u8 *map_now(size_t size)
{
    void *p =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static void free_checkpoint(struct checkpoint *c)
{
    free(c->numbers);
    if (c->bytes)
        munmap(c->bytes, (size_t)c->pages * PAGE_SIZE);
    *c = (struct checkpoint){ 0 };
}

static void drop_checkpoints_after(struct history *h, u64 position)
{
    while (h->checkpoint_count && h->checkpoints[h->checkpoint_count - 1].position > position)
        free_checkpoint(&h->checkpoints[--h->checkpoint_count]);
}

// Keeps every second one, and from now on takes them half as often.
static void thin_checkpoints(struct history *h)
{
    u32 kept = 0;

    for (u32 i = 0; i < h->checkpoint_count; i++) {
        if (i % 2)
            h->checkpoints[kept++] = h->checkpoints[i];
        else
            free_checkpoint(&h->checkpoints[i]);
    }
    h->checkpoint_count = kept;
    h->checkpoint_step *= 2;
}

static void take_checkpoint(struct machine *m)
{
    struct history *h = &m->history;
    u32 total = (u32)(m->image_size >> PAGE_SHIFT);
    u32 pages = 0;

    h->checkpoint_last = journal_head(&m->journal);
    if (h->checkpoint_count && h->checkpoints[h->checkpoint_count - 1].position >= h->run)
        return; // executing again: the later ones are still good
    for (u32 i = 0; i < total; i++)
        pages += m->touched[i];
    if (pages > CHECKPOINT_PAGES_MAX)
        return;
    if (h->checkpoint_count == CHECKPOINTS_MAX)
        thin_checkpoints(h);
    struct checkpoint c = { .position = h->run, .pages = pages };
    c.numbers = malloc(pages * sizeof *c.numbers);
    c.bytes = map_now((size_t)pages * PAGE_SIZE);
    if (!c.numbers || !c.bytes) { // a checkpoint is a convenience: do without
        free_checkpoint(&c);
        return;
    }
    u32 n = 0;
    for (u32 i = 0; i < total; i++) {
        if (!m->touched[i])
            continue;
        c.numbers[n] = i;
        memcpy(c.bytes + (size_t)n * PAGE_SIZE, m->image + ((size_t)i << PAGE_SHIFT), PAGE_SIZE);
        n++;
    }
    h->checkpoints[h->checkpoint_count++] = c;
}

static void load_checkpoint(struct machine *m, const struct checkpoint *c)
{
    image_reset(m, (u32)(m->image_size - IMAGE_HEAD_SIZE));
    for (u32 i = 0; i < c->pages; i++) {
        m->touched[c->numbers[i]] = 1;
        memcpy(m->image + ((size_t)c->numbers[i] << PAGE_SHIFT), c->bytes + (size_t)i * PAGE_SIZE,
               PAGE_SIZE);
    }
}

// ---- Commands --------------------------------------------------------------------------------

static void forget_journal(struct machine *m)
{
    struct journal *j = &m->journal;

    j->tail = journal_head(j);
    j->blob_tail = j->blob_head;
    journal_set_stop(j);
    m->history.cursor = j->tail;
    m->history.cuts += 2;
}

// A ring twice as large, as each command that is held needs a place of its own.
static void grow_commands(struct history *h)
{
    u64 capacity = h->commands_capacity ? h->commands_capacity * 2 : 1024;
    struct command *commands = malloc(capacity * sizeof *commands);

    BUG_ON(!commands);
    for (u64 i = h->held; h->commands && i < h->run; i++)
        commands[i & (capacity - 1)] = *command_at(h, i);
    free(h->commands);
    h->commands = commands;
    h->commands_capacity = capacity;
}

static void open_command(struct machine *m)
{
    struct history *h = &m->history;

    if (h->run - h->held >= h->commands_capacity)
        grow_commands(h);
    struct command *c = command_at(h, h->run);

    journal_reserve(m); // a command's beginning lies in the ring proper: it may be cut off there
    c->begin = journal_head(&m->journal);
    c->blob_begin = m->journal.blob_head;
    h->open = true;
    machine_forget_command(m);
}

static void close_command(struct machine *m)
{
    struct history *h = &m->history;

    BUG_ON(!h->open);
    command_at(h, h->run)->end = journal_head(&m->journal);
    h->open = false;
    h->executed = ++h->run;
    h->cursor = journal_head(&m->journal);
    if (journal_head(&m->journal) - h->checkpoint_last >= h->checkpoint_step)
        take_checkpoint(m);
}

void history_begin(struct machine *m, const void *cookie)
{
    struct history *h = &m->history;

    BUG_ON(h->open || machine_is_inside(m));
    if (h->run < h->executed) {
        const struct command *c = command_at(h, h->run);

        journal_set_head(&m->journal, c->begin, c->blob_begin);
        h->executed = h->run;
        h->cuts++;
        h->cut = journal_head(&m->journal);
        drop_checkpoints_after(h, h->run);
        if (h->checkpoint_last > journal_head(&m->journal))
            h->checkpoint_last = journal_head(&m->journal);
    } else if (h->run < h->count) {
        drop_checkpoints_after(h, h->run);
    }
    h->count = h->run;
    if (h->count == h->capacity) {
        h->capacity = h->capacity ? h->capacity * 2 : 1024;
        h->cookies = realloc(h->cookies, h->capacity * sizeof *h->cookies);
        BUG_ON(!h->cookies);
    }
    h->cookies[h->count++] = cookie;
    open_command(m);
}

void history_end(struct machine *m)
{
    close_command(m);
}

void history_abandon(struct machine *m)
{
    struct history *h = &m->history;
    struct command *c = command_at(h, h->run);

    BUG_ON(!h->open || h->held > h->run);
    h->open = false;
    h->cursor = journal_head(&m->journal);
    swap_to(m, c->begin);
    journal_set_head(&m->journal, c->begin, c->blob_begin);
    h->count = h->run;
}

void history_clear(struct machine *m)
{
    struct history *h = &m->history;

    while (h->checkpoint_count)
        free_checkpoint(&h->checkpoints[--h->checkpoint_count]);
    h->count = h->run = h->held = h->executed = 0;
    h->open = false;
    h->checkpoint_step = CHECKPOINT_STEP;
    forget_journal(m);
    h->checkpoint_last = journal_head(&m->journal);
}

void history_set_executor(struct machine *m, void (*execute)(void *, const void *), void *context)
{
    m->history.execute = execute;
    m->history.execute_context = context;
}

const void *history_cookie(const struct machine *m, u64 i)
{
    BUG_ON(i >= m->history.count);
    return m->history.cookies[i];
}

// ---- Going -----------------------------------------------------------------------------------

bool machine_is_inside(const struct machine *m)
{
    const struct history *h = &m->history;

    return !h->open && h->run >= h->held && h->cursor != boundary(m, h->run);
}

static void execute_next(struct machine *m)
{
    struct history *h = &m->history;

    open_command(m);
    h->execute(h->execute_context, h->cookies[h->run]);
    close_command(m);
}

// Stands the machine at the newest position at or before n from which it can execute again.
static void go_far_back(struct machine *m, u64 n)
{
    struct history *h = &m->history;
    u32 i = h->checkpoint_count;

    while (i > 0 && h->checkpoints[i - 1].position > n)
        i--;
    if (i > 0)
        load_checkpoint(m, &h->checkpoints[i - 1]);
    else
        h->execute(h->execute_context, NULL);
    forget_journal(m);
    h->run = h->held = h->executed = i > 0 ? h->checkpoints[i - 1].position : 0;
}

bool machine_goto(struct machine *m, u64 n)
{
    struct history *h = &m->history;

    BUG_ON(h->open);
    if (n > h->count)
        return false;
    m->travelling = true;
    if (n < h->held)
        go_far_back(m, n);
    u64 near = n < h->executed ? n : h->executed;
    swap_to(m, boundary(m, near));
    h->run = near;
    while (h->run < n)
        execute_next(m);
    m->travelling = false;
    return true;
}

// ---- Stepping --------------------------------------------------------------------------------

// How deep the next stop may lie. The cursor stands behind a stop: a function that it has just
// entered is the current one, and stepping over it leads past everything that lies inside.
static u32 step_limit(const struct record *stop, u32 depth, enum step_kind kind)
{
    if (kind == STEP_INTO)
        return UINT32_MAX;
    if (kind == STEP_OVER || stop->kind == RECORD_ENTER || depth == 0)
        return depth;
    return depth - 1;
}

// Makes sure that the records of command i can be walked.
static bool hold(struct machine *m, u64 i)
{
    struct history *h = &m->history;
    u64 here = h->run;

    if (i >= h->held && i < h->executed)
        return true;
    machine_goto(m, i);
    machine_goto(m, i + 1);
    if (i < h->held) { // it is larger than the whole journal
        machine_goto(m, here);
        return false;
    }
    return true;
}

static bool step_forward(struct machine *m, enum step_kind kind)
{
    struct history *h = &m->history;
    bool fresh = !machine_is_inside(m);
    u64 i = h->run;

    if (i == h->count || !hold(m, i))
        return false;
    if (fresh)
        machine_goto(m, i);
    const struct command *c = command_at(h, i);
    u32 nesting = 0, depth = 0;

    for (u64 at = c->begin; at < h->cursor; at++)
        depth = record_depth(record_at(m, at), &nesting);
    u32 limit = UINT32_MAX;

    if (!fresh)
        limit = step_limit(record_at(m, h->cursor - 1), depth, kind);
    while (h->cursor < c->end) {
        struct record *r = record_at(m, h->cursor++);

        swap_record(m, r, true);
        if (record_depth(r, &nesting) <= limit && is_step(r) && h->cursor < c->end)
            return true;
    }
    h->run = i + 1;
    return true;
}

static bool step_back(struct machine *m)
{
    struct history *h = &m->history;

    if (!machine_is_inside(m)) {
        if (h->run == 0 || !hold(m, h->run - 1))
            return false;
        machine_goto(m, h->run);
        if (command_at(h, h->run - 1)->begin == command_at(h, h->run - 1)->end)
            return machine_goto(m, h->run - 1);
        h->run--;
    }
    const struct command *c = command_at(h, h->run);
    u64 to = h->cursor;

    while (to > c->begin && (to == h->cursor || !is_step(record_at(m, to - 1))))
        to--;
    swap_to(m, to);
    return true;
}

bool machine_step(struct machine *m, enum step_kind kind)
{
    BUG_ON(m->history.open);
    return kind == STEP_BACK ? step_back(m) : step_forward(m, kind);
}

struct time_position machine_position(const struct machine *m)
{
    const struct history *h = &m->history;
    struct time_position p = { .command = h->run, .commands = h->count };

    if (h->run >= h->executed || !machine_is_inside(m))
        return p;
    const struct command *c = command_at(h, h->run);
    for (u64 i = c->begin; i < c->end; i++) {
        if (!is_step(record_at(m, i)))
            continue;
        p.steps++;
        if (i < h->cursor)
            p.step++;
    }
    return p;
}
