// The image's memory, and the machine's host side around it.
#include "machine/door.h"
#include "machine/program.h"

#include <stdlib.h>
#include <sys/mman.h>

#define IMAGE_MAX       (IMAGE_HEAD_SIZE + (size_t)RAM_MAX)
#define JOURNAL_DEFAULT (2u << 20) // little enough for the caches: what is older is executed again
#define JOURNAL_MIN     (1u << 20)

static void *map_zeros(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static size_t ring_bytes(const struct journal *j)
{
    return (j->mask + 1 + JOURNAL_STRIDE) * sizeof(struct record);
}

// Half of the journal's memory for records, half for blobs.
static bool create_journal(struct journal *j, u64 bytes)
{
    u64 half = JOURNAL_MIN / 2;

    while (half * 4 <= bytes)
        half *= 2;
    j->mask = half / sizeof(struct record) - 1;
    j->records = map_zeros(ring_bytes(j));
    j->blobs = map_zeros(half);
    j->next = j->records;
    j->blob_mask = half - 1;
    return j->records && j->blobs;
}

// Reserves the places of all addresses, and opens those that the machine uses.
static struct machine *map_machine(void)
{
    u8 *found = mmap(NULL, MACHINE_RESERVED + MACHINE_ALIGNMENT, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (found == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)found % MACHINE_ALIGNMENT;
    u8 *reserved = found + before;

    if (before)
        munmap(found, before);
    munmap(reserved + MACHINE_RESERVED, MACHINE_ALIGNMENT - before);
    u8 *own = reserved + MACHINE_BELOW;

    if (mprotect(own, MACHINE_OWN, PROT_READ | PROT_WRITE) != 0 ||
        mprotect(own + MACHINE_IMAGE_OFFSET, IMAGE_MAX, PROT_READ | PROT_WRITE) != 0) {
        munmap(reserved, MACHINE_RESERVED);
        return NULL;
    }
    return (struct machine *)(void *)own;
}

struct machine *machine_create(const struct machine_options *options)
{
    u64 bytes = options && options->journal_bytes ? options->journal_bytes : JOURNAL_DEFAULT;
    struct machine *m = map_machine();

    if (!m)
        return NULL;
    m->image = machine_image(m);
    m->touched = machine_touched(m);
    m->image_size = IMAGE_HEAD_SIZE;
    if (!create_journal(&m->journal, bytes)) {
        machine_destroy(m);
        return NULL;
    }
    history_clear(m);
    return m;
}

static void unmap(void *p, size_t size)
{
    if (p)
        munmap(p, size);
}

void machine_destroy(struct machine *m)
{
    if (!m)
        return;
    history_clear(m);
    free(m->history.commands);
    free(m->history.cookies);
    free(m->work.tasks);
    programs_finish(&m->programs);
    unmap(m->journal.records, ring_bytes(&m->journal));
    unmap(m->journal.blobs, m->journal.blob_mask + 1);
    unmap((u8 *)m - MACHINE_BELOW, MACHINE_RESERVED);
}

void image_reset(struct machine *m, u32 ram_bytes)
{
    BUG_ON(ram_bytes < RAM_MIN || ram_bytes > RAM_MAX || ram_bytes % PAGE_SIZE);
    // Giving the pages back is the quickest way to zeros for any RAM size.
    BUG_ON(madvise(m->image, IMAGE_MAX, MADV_DONTNEED) != 0);
    BUG_ON(madvise(m->touched, IMAGE_MAX >> PAGE_SHIFT, MADV_DONTNEED) != 0);
    m->image_size = IMAGE_HEAD_SIZE + (size_t)ram_bytes;
    memset(m->touched, 1, IMAGE_HEAD_SIZE >> PAGE_SHIFT);
    machine_forget_command(m);
}

void machine_clone(struct machine *to, const struct machine *from)
{
    size_t pages = from->image_size >> PAGE_SHIFT;

    image_reset(to, (u32)(from->image_size - IMAGE_HEAD_SIZE));
    for (size_t i = 0; i < pages; i++) {
        if (!from->touched[i])
            continue;
        to->touched[i] = 1;
        memcpy(to->image + (i << PAGE_SHIFT), from->image + (i << PAGE_SHIFT), PAGE_SIZE);
    }
    history_clear(to);
}

void image_use(struct machine *m, kaddr address, u32 size)
{
    u32 first = (address - IMAGE_BASE) >> PAGE_SHIFT;
    u32 last = (address - IMAGE_BASE + size - 1) >> PAGE_SHIFT;

    memset(m->touched + first, 1, last - first + 1);
}

void machine_listen(struct machine *m, event_listener *listener, void *context)
{
    BUG_ON(m->listener_count == LISTENERS_MAX);
    m->listeners[m->listener_count].listener = listener;
    m->listeners[m->listener_count].context = context;
    m->listener_count++;
}

void machine_unlisten(struct machine *m, event_listener *listener, void *context)
{
    for (u32 i = 0; i < m->listener_count; i++) {
        if (m->listeners[i].listener != listener || m->listeners[i].context != context)
            continue;
        m->listeners[i] = m->listeners[--m->listener_count];
        return;
    }
}
