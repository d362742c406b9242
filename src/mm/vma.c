// The areas of an address space: finding one, and keeping list and tree. (part of mm/mmap.c)
#include "mm/vm.h"

static const struct vm_area_struct *vma_of_node(const struct machine *m, kaddr node)
{
    return list_entry(m, node, struct vm_area_struct, vm_rb);
}

const struct vm_area_struct *look_for_vma(const struct machine *m, const struct mm_struct *mm,
                                          uaddr address)
{
    const struct vm_area_struct *found = NULL;

    for (kaddr node = mm->mm_rb; node;) {
        const struct vm_area_struct *vma = vma_of_node(m, node);

        if (vma->vm_end > address) {
            found = vma;
            if (vma->vm_start <= address)
                break;
            node = vma->vm_rb.rb_left;
        } else {
            node = vma->vm_rb.rb_right;
        }
    }
    return found;
}

const struct vm_area_struct *find_vma(struct machine *m, const struct mm_struct *mm, uaddr address)
{
    if (mm->mmap_cache) {
        const struct vm_area_struct *last = vma_at(m, mm->mmap_cache);

        if (last->vm_start <= address && address < last->vm_end)
            return last;
    }
    const struct vm_area_struct *vma = look_for_vma(m, mm, address);
    if (vma)
        set(m, mm->mmap_cache, kaddr_of(m, vma));
    return vma;
}

const struct vm_area_struct *find_prev_vma(const struct machine *m, const struct mm_struct *mm,
                                           uaddr address)
{
    const struct vm_area_struct *found = NULL;

    for (kaddr node = mm->mm_rb; node;) {
        const struct vm_area_struct *vma = vma_of_node(m, node);

        if (vma->vm_end > address) {
            node = vma->vm_rb.rb_left;
        } else {
            found = vma;
            node = vma->vm_rb.rb_right;
        }
    }
    return found;
}

// After mm/mmap.c, vma_link() and __vma_link_rb(). The place in the tree follows from the list:
// the area becomes the right child of the one before it, or the left child of the one behind it.
void vma_link(struct machine *m, const struct mm_struct *mm, const struct vm_area_struct *vma,
              const struct vm_area_struct *prev)
{
    kaddr self = kaddr_of(m, vma), node = kaddr_of(m, &vma->vm_rb);
    const kaddr *from = prev ? &prev->vm_next : &mm->mmap;
    struct rb_node leaf = { 0, 0, 0, 0 };
    const kaddr *link = &mm->mm_rb;

    if (prev && !prev->vm_rb.rb_right) {
        leaf.rb_parent = kaddr_of(m, &prev->vm_rb);
        link = &prev->vm_rb.rb_right;
    } else if (*from) {
        leaf.rb_parent = kaddr_of(m, &vma_at(m, *from)->vm_rb);
        link = &vma_at(m, *from)->vm_rb.rb_left;
    }
    BUG_ON(*link);
    set(m, vma->vm_next, *from);
    set(m, *from, self);
    set(m, vma->vm_rb.rb_parent, leaf.rb_parent);
    set(m, vma->vm_rb.rb_color, leaf.rb_color);
    set(m, vma->vm_rb.rb_right, leaf.rb_right);
    set(m, vma->vm_rb.rb_left, leaf.rb_left);
    set(m, *link, node);
    rb_insert_color(m, &mm->mm_rb, node);
    set(m, mm->map_count, mm->map_count + 1);
}

void vma_unlink(struct machine *m, const struct mm_struct *mm, const struct vm_area_struct *vma,
                const struct vm_area_struct *prev)
{
    const kaddr *from = prev ? &prev->vm_next : &mm->mmap;

    BUG_ON(*from != kaddr_of(m, vma));
    set(m, *from, vma->vm_next);
    rb_erase(m, &mm->mm_rb, kaddr_of(m, &vma->vm_rb));
    if (mm->mmap_cache == kaddr_of(m, vma))
        set(m, mm->mmap_cache, prev ? kaddr_of(m, prev) : 0u);
    set(m, mm->map_count, mm->map_count - 1);
}
