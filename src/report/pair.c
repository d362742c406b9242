// See pair.h.
#include "report/pair.h"

#include <stdlib.h>
#include <string.h>

#define RUN_LEAST    4u // fewer pages that are alike have a row each
#define COMMON_AREAS 64u
#define NOWHERE      UINT32_MAX

// ---- The moment before ---------------------------------------------------------------------------

// An address space as it was: read word by word, since its pages may be another's now.
struct space_then {
    const struct machine *m;
    const struct moment *then;
    kaddr pgd; // 0: it was not there
    u32 table_index, table;
};

static u32 word_then(const struct space_then *s, kaddr address)
{
    u32 word = 0;

    if (is_kaddr(s->m, address, sizeof word))
        moment_get(s->then, s->m, kaddr_to_offset(address), &word, sizeof word);
    return word;
}

static struct space_then begin_then(const struct machine *m, const struct moment *then,
                                    const struct task_struct *p)
{
    struct space_then s = { .m = m, .then = then, .table_index = NOWHERE };
    kaddr mm = word_then(&s, kaddr_of(m, &p->mm));

    if (mm)
        s.pgd = word_then(&s, mm + (u32)offsetof(struct mm_struct, pgd));
    return s;
}

static u32 pte_then(struct space_then *s, uaddr address)
{
    if (!s->pgd)
        return 0;
    if (s->table_index != pgd_index(address)) {
        s->table_index = pgd_index(address);
        s->table = word_then(s, s->pgd + s->table_index * 4);
    }
    return s->table & _PAGE_PRESENT
               ? word_then(s, (s->table & ~(PAGE_SIZE - 1)) + KERNEL_BASE + pte_index(address) * 4)
               : 0;
}

// The pages that an address space had then, in the order of their addresses; of those in tables
// that are as they were, nobody needs to know.
struct walk_then {
    struct space_then space;
    const u8 *touched; // by frame; NULL: nothing differed
    u32 entry;         // the next one to look at, of all tables
    uaddr address;     // NOWHERE: there are no more
};

static void next_page_then(struct walk_then *w)
{
    u32 entries = USER_PTRS_PER_PGD * PTRS_PER_PTE, frames = frame_count(w->space.m);

    w->address = NOWHERE;
    while (w->touched && w->space.pgd && w->entry < entries) {
        uaddr address = w->entry << PAGE_SHIFT;
        u32 pte = pte_then(&w->space, address), table = w->space.table;
        bool is_table =
            table & _PAGE_PRESENT && pte_pfn(table) < frames && w->touched[pte_pfn(table)];

        w->entry += is_table ? 1 : PTRS_PER_PTE;
        if (!is_table || !pte || pte_pfn(pte) >= frames)
            continue;
        w->address = address;
        return;
    }
}

// ---- Rows ----------------------------------------------------------------------------------------

static uaddr least(uaddr a, uaddr b)
{
    return a < b ? a : b;
}

struct builder {
    struct pair *p;
    const struct machine *m;
    struct page_walk walk[2];
    bool has_page[2];
    kaddr area[2];  // the next one without a row
    u32 areas_left; // until a list is too long to be one
    u32 row[2];     // of the area that its pages are in
    struct space_then before[2];
    struct walk_then gone[2]; // the pages that were there, of which some are not
    bool has_before[2];
    u8 *touched; // frames in which something differed at the moment before; NULL: none
};

static struct pair_row *add_row(struct pair *p)
{
    if (p->count == p->capacity) {
        p->capacity = p->capacity ? p->capacity * 2 : 64;
        p->rows = realloc(p->rows, p->capacity * sizeof *p->rows);
        BUG_ON(!p->rows);
    }
    struct pair_row *row = &p->rows[p->count++];
    memset(row, 0, sizeof *row);
    return row;
}

static uaddr area_start(const struct builder *b, u32 side)
{
    const struct vm_area_struct *vma = vma_or_null(b->m, b->area[side]);

    return vma ? vma->vm_start : NOWHERE;
}

static void add_area(struct builder *b, uaddr start)
{
    struct pair_row *row = add_row(b->p);

    row->is_area = true;
    row->address = start;
    b->areas_left--;
    for (u32 side = 0; side < 2; side++) {
        if (area_start(b, side) != start)
            continue;
        row->vma[side] = b->area[side];
        b->row[side] = b->p->count - 1;
        b->area[side] = vma_at(b->m, b->area[side])->vm_next;
    }
}

static bool has_changed(const struct pair_row *row)
{
    return row->pte[0] != row->then[0] || row->pte[1] != row->then[1];
}

// Have two rows changed alike: not at all, or by losing what was there?
static bool changed_alike(const struct pair_row *row, const struct pair_row *next)
{
    for (u32 side = 0; side < 2; side++) {
        bool is_other = row->pte[side] != row->then[side];

        if (is_other != (next->pte[side] != next->then[side]) ||
            (is_other && (row->pte[side] || next->pte[side])))
            return false;
    }
    return true;
}

// Is the row the next page after a row's last, and like it in all but the frame?
static bool goes_on(const struct pair_row *row, const struct pair_row *next)
{
    if (row->is_area || row->address + row->pages * PAGE_SIZE != next->address ||
        row->link != next->link || !changed_alike(row, next))
        return false;
    for (u32 side = 0; side < 2; side++) {
        if (row->vma[side] != next->vma[side] || !row->pte[side] != !next->pte[side] ||
            (row->pte[side] ^ next->pte[side]) & (PAGE_SIZE - 1))
            return false;
    }
    return true;
}

// Pages that are alike become one row, once they are many.
static void join_rows(struct pair *p)
{
    const struct pair_row *last = &p->rows[p->count - 1];

    if (p->count >= 2 && last[-1].pages >= RUN_LEAST) {
        if (!goes_on(&last[-1], last))
            return;
        p->rows[p->count - 2].pages++;
        p->count--;
        return;
    }
    for (u32 i = 1; i < RUN_LEAST; i++, last--) {
        if (p->count <= i || !goes_on(&last[-1], last))
            return;
    }
    p->count -= RUN_LEAST - 1;
    p->rows[p->count - 1].pages = RUN_LEAST;
}

static void count_page(struct pair *p, const struct pair_row *row)
{
    p->same += row->link == LINK_SAME;
    p->cow += row->link == LINK_COW;
    p->parted += row->link == LINK_PARTED;
    if (!has_changed(row))
        return;
    if (p->first_changed < 0 || (row->parts_now && !p->parts_now))
        p->first_changed = (s32)p->count - 1;
    p->changed++;
    p->parts_now += row->parts_now;
}

static void add_page(struct builder *b, uaddr address)
{
    struct pair_row *row = add_row(b->p);
    struct page_side side[2] = { { NULL, 0 }, { NULL, 0 } };

    row->address = address;
    row->pages = 1;
    for (u32 i = 0; i < 2; i++) {
        if (b->has_page[i] && b->walk[i].address == address) {
            row->vma[i] = b->walk[i].vma;
            row->pte[i] = *b->walk[i].pte;
            side[i] = (struct page_side){ vma_at(b->m, row->vma[i]), row->pte[i] };
            if (b->row[i] != NOWHERE)
                b->p->rows[b->row[i]].there[i]++;
            b->p->frames[pte_pfn(row->pte[i])] |= (u8)(FRAME_PAGE << i);
            b->has_page[i] = next_page(&b->walk[i]);
        }
        if (b->gone[i].address == address)
            next_page_then(&b->gone[i]);
        row->then[i] = b->has_before[i] ? pte_then(&b->before[i], address) : row->pte[i];
    }
    row->link = (u8)link_of_pages(b->m, &side[0], &side[1]);
    row->parts_now = row->link == LINK_PARTED && row->then[0] && row->then[1] &&
                     pte_pfn(row->then[0]) == pte_pfn(row->then[1]);
    count_page(b->p, row);
    join_rows(b->p);
}

// ---- Many pages that are alike -------------------------------------------------------------------

static void find_touched(struct builder *b, const struct moment *then)
{
    if (!then || !then->used)
        return;
    b->touched = calloc(b->p->frame_count + 1u, 1);
    BUG_ON(!b->touched);
    for (u32 i = 0; i < then->capacity; i++) {
        u32 offset = (then->words[i].index - 1) * 4;

        if (then->words[i].index && offset >= IMAGE_HEAD_SIZE)
            b->touched[(offset - IMAGE_HEAD_SIZE) >> PAGE_SHIFT] = 1;
    }
}

// May a side's entries around an address have been others at the moment before?
static bool may_have_changed(const struct builder *b, u32 side)
{
    u32 entry = kaddr_to_pfn(kaddr_of(b->m, b->walk[side].pte));

    return b->has_before[side] && b->touched &&
           (b->touched[entry] || b->touched[kaddr_to_pfn(b->walk[side].mm->pgd)]);
}

// How far the last row's likeness can go without another look at areas and tables; 0: not at all.
static uaddr run_limit(const struct builder *b, const struct pair_row *last, uaddr address)
{
    uaddr limit = least(area_start(b, 0), area_start(b, 1));

    limit = least(limit, least(b->gone[0].address, b->gone[1].address));
    for (u32 i = 0; i < 2; i++) {
        bool is_next = b->has_page[i] && b->walk[i].address == address;

        if (is_next != (last->pte[i] != 0))
            return 0;
        if (!is_next) {
            limit = b->has_page[i] ? least(limit, b->walk[i].address) : limit;
            continue;
        }
        if (b->walk[i].vma != last->vma[i] || may_have_changed(b, i))
            return 0;
        limit = least(limit, pgd_addr_end(address, vma_at(b->m, last->vma[i])->vm_end));
    }
    return limit;
}

// Is the page `n` entries further on like the last row's?
static bool is_like(const struct builder *b, const struct pair_row *last, u32 n, u32 pte[2])
{
    for (u32 i = 0; i < 2; i++) {
        pte[i] = last->pte[i] ? b->walk[i].pte[n] : 0;
        if (last->pte[i] && (!pte[i] || (pte[i] ^ last->pte[i]) & (PAGE_SIZE - 1) ||
                             pte_pfn(pte[i]) >= b->p->frame_count ||
                             pfn_to_kaddr(pte_pfn(pte[i])) == mm_data(b->m)->zero_page))
            return false;
    }
    bool is_one = pte_pfn(pte[0]) == pte_pfn(pte[1]);
    return !pte[0] || !pte[1] || is_one == (last->link == LINK_SAME || last->link == LINK_COW);
}

// Takes all pages at once that go on as the last row does: there may be a hundred thousand.
static void extend_run(struct builder *b, uaddr address)
{
    struct pair_row *last = b->p->count ? &b->p->rows[b->p->count - 1] : NULL;
    u32 pte[2], n = 0;

    if (!last || last->is_area || last->pages < RUN_LEAST || has_changed(last) ||
        last->address + last->pages * PAGE_SIZE != address)
        return;
    uaddr limit = run_limit(b, last, address);
    for (; address + n * PAGE_SIZE < limit && is_like(b, last, n, pte); n++)
        for (u32 i = 0; i < 2; i++)
            if (pte[i])
                b->p->frames[pte_pfn(pte[i])] |= (u8)(FRAME_PAGE << i);
    if (n == 0)
        return;
    last->pages += n;
    b->p->same += last->link == LINK_SAME ? n : 0;
    b->p->cow += last->link == LINK_COW ? n : 0;
    b->p->parted += last->link == LINK_PARTED ? n : 0;
    for (u32 i = 0; i < 2; i++) {
        if (!last->pte[i])
            continue;
        if (b->row[i] != NOWHERE)
            b->p->rows[b->row[i]].there[i] += n;
        b->walk[i].next = address + n * PAGE_SIZE;
        b->has_page[i] = next_page(&b->walk[i]);
    }
}

static void mark_tables(struct builder *b, u32 side)
{
    const struct mm_struct *mm = b->p->mm[side];
    const u32 *pgd = at(b->m, mm->pgd, u32);

    b->p->frames[kaddr_to_pfn(mm->pgd)] |= (u8)(FRAME_TABLE << side);
    for (u32 i = 0; i < USER_PTRS_PER_PGD; i++) {
        if (pgd[i] & _PAGE_PRESENT && pte_pfn(pgd[i]) < b->p->frame_count)
            b->p->frames[pte_pfn(pgd[i])] |= (u8)(FRAME_TABLE << side);
    }
}

static void begin_side(struct builder *b, u32 side, const struct moment *then, bool was_live)
{
    const struct task_struct *task = find_task(b->m, b->p->pid[side]);
    const struct mm_struct *mm = mm_or_null(b->m, task);

    b->row[side] = NOWHERE;
    b->p->mm[side] = mm;
    b->has_before[side] = task && then && then->used && was_live;
    b->p->is_new[side] = task && then && then->used && !was_live;
    if (b->has_before[side]) {
        b->before[side] = begin_then(b->m, then, task);
        b->gone[side] = (struct walk_then){ .space = b->before[side], .touched = b->touched };
        next_page_then(&b->gone[side]);
    }
    if (!mm)
        return;
    b->walk[side] = begin_page_walk(b->m, mm);
    b->has_page[side] = next_page(&b->walk[side]);
    b->area[side] = mm->mmap;
    mark_tables(b, side);
}

static void begin_pair(struct pair *p, const struct machine *m, const s32 pid[2])
{
    u32 frames = frame_count(m);

    if (frames != p->frame_count) {
        free(p->frames);
        p->frames = malloc(frames + 1u);
        BUG_ON(!p->frames);
        p->frame_count = frames;
    }
    memset(p->frames, 0, frames);
    p->count = p->same = p->cow = p->parted = p->changed = p->parts_now = 0;
    p->first_changed = -1;
    p->pid[0] = pid[0];
    p->pid[1] = pid[1];
    p->mm[0] = p->mm[1] = NULL;
    p->is_new[0] = p->is_new[1] = false;
}

void pair_build(struct pair *p, const struct machine *m, const struct moment *then,
                const s32 pid[2], const bool live[2])
{
    struct builder b = { .p = p,
                         .m = m,
                         .areas_left = 2u << 16,
                         .gone = { { .address = NOWHERE }, { .address = NOWHERE } } };

    if (!frame_count(m)) {
        pair_finish(p);
        return;
    }
    begin_pair(p, m, pid);
    find_touched(&b, then);
    for (u32 side = 0; side < 2; side++)
        if (pid[side] >= 0)
            begin_side(&b, side, then, live[side]);
    for (;;) {
        uaddr area = b.areas_left ? least(area_start(&b, 0), area_start(&b, 1)) : NOWHERE;
        uaddr page = least(b.has_page[0] ? b.walk[0].address : NOWHERE,
                           b.has_page[1] ? b.walk[1].address : NOWHERE);

        page = least(page, least(b.gone[0].address, b.gone[1].address));
        if (area == NOWHERE && page == NOWHERE)
            break;
        if (area <= page)
            add_area(&b, area);
        else
            add_page(&b, page);
        if (area > page)
            extend_run(&b, page + PAGE_SIZE);
    }
    free(b.touched);
}

void pair_finish(struct pair *p)
{
    free(p->rows);
    free(p->frames);
    *p = (struct pair){ .pid = { -1, -1 }, .first_changed = -1 };
}

bool have_common_memory(const struct machine *m, const struct task_struct *a,
                        const struct task_struct *b)
{
    const struct mm_struct *mm_a = mm_or_null(m, a), *mm_b = mm_or_null(m, b);
    const struct vm_area_struct *vma, *other;

    if (!mm_a || !mm_b || mm_a == mm_b)
        return mm_a && mm_b;
    vma = vma_or_null(m, mm_a->mmap);
    other = vma_or_null(m, mm_b->mmap);
    for (u32 i = 0; vma && other && i < COMMON_AREAS; i++) {
        if (are_of_one(vma, other))
            return true;
        if (vma->vm_start <= other->vm_start)
            vma = vma_or_null(m, vma->vm_next);
        else
            other = vma_or_null(m, other->vm_next);
    }
    return false;
}
