// See procarium/view.h: the memory of two tasks beside each other, and the frame map.
#include "report/regions.h"
#include "report/view.h"

#include <string.h>

#define CHILDREN_MAX 16u // of them, the youngest ones, memory is compared

// ---- Choosing ------------------------------------------------------------------------------------

// The youngest child that has memory in common with p, or NULL.
static const struct task_struct *find_child(const struct machine *m, const struct task_struct *p)
{
    const struct list_head *head = &p->children;
    kaddr link = head->prev;

    for (u32 i = 0; i < CHILDREN_MAX && link != kaddr_of(m, head); i++) {
        const struct task_struct *child =
            task_or_null(m, link - (u32)offsetof(struct task_struct, sibling));

        if (!child)
            return NULL;
        if (have_common_memory(m, p, child))
            return child;
        link = child->sibling.prev;
    }
    return NULL;
}

static bool is_complete(const struct view *v, s32 pid, const s32 pair[2])
{
    return (pair[0] == pid || pair[1] == pid) && pair[0] != pair[1] && find_task(v->m, pair[0]) &&
           find_task(v->m, pair[1]);
}

void view_choose_pair(const struct view *v, s32 pid, s32 pair[2])
{
    const struct task_struct *p = v->m ? find_task(v->m, pid) : NULL;
    const struct task_struct *child = p && mm_or_null(v->m, p) ? find_child(v->m, p) : NULL;
    bool is_new = child && v->has_marks && !view_was_live(v, kaddr_of(v->m, child), child->pid);

    if (p && is_complete(v, pid, pair) && !is_new)
        return;
    pair[0] = p ? pid : -1;
    pair[1] = -1;
    if (!p)
        return;
    const struct task_struct *parent = task_or_null(v->m, p->real_parent);
    bool is_dead = p->exit_state && parent && mm_or_null(v->m, parent);
    if (child) {
        pair[1] = child->pid;
    } else if (parent && parent != p && (is_dead || have_common_memory(v->m, parent, p))) {
        pair[0] = parent->pid;
        pair[1] = pid;
    }
}

void view_pair(struct view *v, const s32 pair[2])
{
    bool live[2];

    if (!v->m || (v->has_pair && v->pair.pid[0] == pair[0] && v->pair.pid[1] == pair[1]))
        return;
    for (u32 side = 0; side < 2; side++) {
        const struct task_struct *p = find_task(v->m, pair[side]);
        live[side] = p && view_was_live(v, kaddr_of(v->m, p), p->pid);
    }
    pair_build(&v->pair, v->m, v->has_marks ? &v->before : NULL, pair, live);
    if (!v->has_pair)
        owners_learn_first(&v->owners, v->m, &v->tree);
    v->has_pair = true;
}

static s64 frame_in_sight(const struct pair *p)
{
    for (u32 i = p->first_changed >= 0 ? (u32)p->first_changed : 0; i < p->count; i++) {
        const struct pair_row *row = &p->rows[i];
        u32 side = row->pte[1] && row->pte[1] != row->then[1] ? 1 : 0;

        if (row->pte[side])
            return pte_pfn(row->pte[side]);
        if (row->then[0] || row->then[1]) // the frame that was given back
            return pte_pfn(row->then[0] ? row->then[0] : row->then[1]);
    }
    return -1;
}

void view_pair_summary(const struct view *v, struct view_pair_summary *summary)
{
    const struct pair *p = &v->pair;

    *summary = (struct view_pair_summary){ .first_changed = -1, .frame = -1 };
    if (!v->has_pair || !p->frame_count)
        return;
    for (u32 side = 0; side < 2; side++) {
        summary->has_memory[side] = p->mm[side];
        summary->is_new[side] = p->is_new[side];
        summary->pages[side] = p->mm[side] ? p->mm[side]->rss : 0;
    }
    summary->is_one = p->mm[0] && p->mm[0] == p->mm[1];
    summary->same = p->same;
    summary->cow = p->cow;
    summary->parted = p->parted;
    summary->changed = p->changed;
    summary->parts_now = p->parts_now;
    summary->rows = p->count;
    summary->first_changed = p->first_changed;
    summary->frames = p->frame_count;
    summary->frame = frame_in_sight(p);
}

// ---- Rows ----------------------------------------------------------------------------------------

static u32 bits_of(u32 pte)
{
    return (pte & _PAGE_PRESENT ? VIEW_PTE_PRESENT : 0u) | (pte & _PAGE_RW ? VIEW_PTE_RW : 0u) |
           (pte & _PAGE_USER ? VIEW_PTE_USER : 0u) |
           (pte & _PAGE_ACCESSED ? VIEW_PTE_ACCESSED : 0u) |
           (pte & _PAGE_DIRTY ? VIEW_PTE_DIRTY : 0u);
}

static void fill_area_side(const struct machine *m, const struct pair_row *from, u32 i,
                           struct view_pair_side *side)
{
    const struct vm_area_struct *vma = vma_at(m, from->vma[i]);
    const char may[5] = { vma->vm_flags & VM_READ ? 'r' : '-', vma->vm_flags & VM_WRITE ? 'w' : '-',
                          vma->vm_flags & VM_EXEC ? 'x' : '-',
                          vma->vm_flags & VM_MAYSHARE ? 's' : 'p', 0 };
    struct strbuf text = STRBUF_INIT;

    side->is_there = true;
    side->size = vma_pages(vma);
    side->present = from->there[i];
    memcpy(side->may, may, sizeof may);
    if (vma->vm_file && is_kaddr(m, vma->vm_file, sizeof(struct file))) {
        const char *name = at(m, vma->vm_file, struct file)->name;

        strbuf_add_visible(&text, name, strnlen(name, FILE_NAME_MAX));
        view_put(side->file, sizeof side->file, &text);
    }
    strbuf_finish(&text);
}

static struct page page_then(const struct view *v, const struct page *page)
{
    struct page then;

    moment_get(&v->before, v->m, kaddr_to_offset(kaddr_of(v->m, page)), &then, sizeof then);
    return then;
}

static void fill_page_side(const struct view *v, const struct pair_row *from, u32 i,
                           struct view_pair_side *side)
{
    side->is_there = from->pte[i];
    side->was_there = from->then[i];
    side->frame_was = pte_pfn(from->then[i]);
    side->bits_was = bits_of(from->then[i]);
    if (!side->is_there)
        return;
    side->frame = pte_pfn(from->pte[i]);
    side->bits = bits_of(from->pte[i]);
    const struct page *page = pfn_to_page(v->m, side->frame);
    struct page then = page_then(v, page);
    side->users = (u32)page_mapcount(page);
    side->users_was = (u32)page_mapcount(&then);
    side->kind = frame_kind(v->m, side->frame);
}

// "heap+3p": which page of its part it is. The stack counts from its top downwards.
static void page_name(const struct machine *m, const struct mm_struct *mm,
                      const struct vm_area_struct *vma, uaddr address, struct strbuf *out)
{
    const char *name = region_name(m, mm, vma, address);
    uaddr base = vma->vm_start;

    strbuf_add_visible(out, name, strlen(name));
    if (vma->vm_flags & VM_GROWSDOWN && !vma->vm_private_data) {
        strbuf_printf(out, "-%u", (vma->vm_end - address) >> PAGE_SHIFT);
        return;
    }
    region_base(m, mm, 0, name, strlen(name), &base);
    strbuf_printf(out, "+%u", (address - (base & ~(PAGE_SIZE - 1))) >> PAGE_SHIFT);
}

// Of a page that is in neither's areas: as the other's area would call it, or by its address.
static void gone_name(const struct view *v, uaddr address, struct strbuf *out)
{
    for (u32 i = 0; i < 2; i++) {
        const struct mm_struct *mm = v->pair.mm[i];
        const struct vm_area_struct *vma = mm ? look_for_vma(v->m, mm, address) : NULL;

        if (vma && vma->vm_start <= address) {
            page_name(v->m, mm, vma, address, out);
            return;
        }
    }
    strbuf_printf(out, "0x%08x", address);
}

// How often a frame is used, and was.
static void fill_counts(const struct view *v, pfn frame, struct view_pair_row *row)
{
    const struct page *page = pfn_to_page(v->m, frame);
    struct page then = page_then(v, page);

    row->count = page_count(page);
    row->count_was = page_count(&then);
}

static void fill_pair_row(const struct view *v, const struct pair_row *from,
                          struct view_pair_row *row)
{
    struct strbuf name = STRBUF_INIT;

    *row = (struct view_pair_row){ .is_area = from->is_area,
                                   .address = from->address,
                                   .pages = from->pages,
                                   .link = (enum view_link)from->link,
                                   .parts_now = from->parts_now };
    for (u32 i = 0; i < 2; i++) {
        if (!from->vma[i]) {
            if (!from->is_area)
                fill_page_side(v, from, i, &row->side[i]);
            continue;
        }
        if (from->is_area)
            fill_area_side(v->m, from, i, &row->side[i]);
        else
            fill_page_side(v, from, i, &row->side[i]);
        if (name.length)
            continue;
        if (from->is_area)
            region_names_of_area(v->m, v->pair.mm[i], vma_at(v->m, from->vma[i]), &name);
        else
            page_name(v->m, v->pair.mm[i], vma_at(v->m, from->vma[i]), from->address, &name);
    }
    if (from->parts_now)
        fill_counts(v, pte_pfn(from->then[0]), row);
    if (!from->is_area && !from->vma[0] && !from->vma[1])
        gone_name(v, from->address, &name);
    view_put(row->name, sizeof row->name, &name);
    strbuf_finish(&name);
}

u32 view_pair_rows(const struct view *v, u32 first, u32 count, struct view_pair_row *rows)
{
    u32 filled = 0;

    for (u32 i = first; v->has_pair && i < v->pair.count && filled < count; i++)
        fill_pair_row(v, &v->pair.rows[i], &rows[filled++]);
    return filled;
}

s32 view_pair_find(const struct view *v, uaddr address)
{
    for (u32 i = 0; v->has_pair && i < v->pair.count; i++) {
        const struct pair_row *row = &v->pair.rows[i];

        if (!row->is_area && address - row->address < row->pages * PAGE_SIZE)
            return (s32)i;
    }
    return -1;
}

// ---- Bytes ---------------------------------------------------------------------------------------

// Of one word of a page: what a side has there, and what it had, or the page that it was copied
// from had.
struct page_word {
    u32 now, then;
};

static struct page_word word_of(const struct view *v, const struct pair_row *row, u32 side,
                                u32 offset)
{
    pfn frame = pte_pfn(row->pte[side]), from = frame;
    struct page_word word;

    if (row->then[side] && pte_pfn(row->then[side]) < v->pair.frame_count)
        from = pte_pfn(row->then[side]);
    word.now = *at(v->m, pfn_to_kaddr(frame) + offset, u32);
    moment_get(&v->before, v->m, kaddr_to_offset(pfn_to_kaddr(from) + offset), &word.then,
               sizeof word.then);
    return word;
}

// The first word that is worth a look: with the highest rank.
static u32 find_word(const struct view *v, const struct pair_row *row)
{
    u32 best = 0, rank = 0;

    for (u32 offset = 0; offset < PAGE_SIZE && rank < 3; offset += 4) {
        struct page_word word[2] = { { 0, 0 }, { 0, 0 } };
        u32 here = 0;

        for (u32 side = 0; side < 2; side++) {
            if (!row->pte[side])
                continue;
            word[side] = word_of(v, row, side, offset);
            here = word[side].now != word[side].then ? 3 : here;
            here = word[side].now && here < 1 ? 1 : here;
        }
        if (row->pte[0] && row->pte[1] && word[0].now != word[1].now && here < 2)
            here = 2;
        if (here > rank) {
            rank = here;
            best = offset;
        }
    }
    return best;
}

bool view_pair_bytes(const struct view *v, u32 row, struct view_pair_bytes *bytes)
{
    const struct pair_row *from = v->has_pair && row < v->pair.count ? &v->pair.rows[row] : NULL;

    *bytes = (struct view_pair_bytes){ .offset = 0 };
    if (!from || from->is_area)
        return false;
    u32 offset = find_word(v, from);
    bytes->offset = offset < PAGE_SIZE - VIEW_PAIR_BYTES ? offset : PAGE_SIZE - VIEW_PAIR_BYTES;
    for (u32 side = 0; side < 2; side++) {
        struct view_pair_bytes_side *to = &bytes->side[side];

        to->is_there = from->pte[side];
        for (u32 i = 0; to->is_there && i < VIEW_PAIR_BYTES; i++) {
            struct page_word word = word_of(v, from, side, (bytes->offset + i) & ~3u);

            to->byte[i] = (u8)(word.now >> i % 4 * 8);
            to->changed[i] = to->byte[i] != (u8)(word.then >> i % 4 * 8);
        }
    }
    return true;
}

// ---- The frame map -------------------------------------------------------------------------------

// The pid of the task whose kernel stack lies in a frame, or -1: thread_info at its foot says it.
static s32 stack_owner(const struct machine *m, pfn frame)
{
    kaddr base = pfn_to_kaddr(frame) & ~(cpu(m)->thread_size - 1);
    const struct task_struct *p = task_or_null(m, at(m, base, struct thread_info)->task);

    return p && p->thread_info == base ? p->pid : -1;
}

static bool has_frame_changed(const struct view *v, pfn frame)
{
    const struct page *now = pfn_to_page(v->m, frame);
    const u32 slab = 1u << PG_slab;

    if (!v->has_marks || !v->before.used)
        return false;
    struct page then = page_then(v, now);
    return then._count != now->_count || then._mapcount != now->_mapcount ||
           then.mapping != now->mapping || (then.flags & slab) != (now->flags & slab);
}

static void fill_frame(const struct view *v, pfn frame, struct view_frame *out)
{
    const struct pair *p = &v->pair;
    u32 marks = p->frames[frame];
    char kind = frame_kind(v->m, frame);

    bool is_others_table = false;
    s32 owner = kind == 't' ? stack_owner(v->m, frame)
                            : owner_of_frame(&v->owners, v->m, frame, &is_others_table);

    *out = (struct view_frame){ .kind = kind,
                                .owner = kind == 'A' || kind == 'F' || kind == '0' ? -1 : owner,
                                .changed = has_frame_changed(v, frame) };
    if (owner >= 0 && is_others_table)
        out->kind = 'p';
    for (u32 side = 0; side < 2; side++) {
        bool is_page = marks & (u32)FRAME_PAGE << side && kind != '0';
        bool is_table = marks & (u32)FRAME_TABLE << side;

        out->is_page = out->is_page || is_page;
        out->is_of[side] =
            is_page || is_table || (kind == 't' && owner == p->pid[side] && owner >= 0);
        if (is_table)
            out->kind = 'p';
    }
}

u32 view_frame_map(const struct view *v, u32 first, u32 count, struct view_frame *frames)
{
    u32 filled = 0;

    for (u32 i = first; v->has_pair && i < v->pair.frame_count && filled < count; i++)
        fill_frame(v, i, &frames[filled++]);
    return filled;
}
