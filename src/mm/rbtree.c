// Red-black trees whose links are kernel addresses. (lib/rbtree.c)
#include "mm/vm.h"

#define RB_RED   0
#define RB_BLACK 1

static const struct rb_node *rb_at(const struct machine *m, kaddr node)
{
    return at(m, node, struct rb_node);
}

static const kaddr *child_link(const struct machine *m, kaddr node, bool right)
{
    return right ? &rb_at(m, node)->rb_right : &rb_at(m, node)->rb_left;
}

static kaddr child_of(const struct machine *m, kaddr node, bool right)
{
    return *child_link(m, node, right);
}

static kaddr parent_of(const struct machine *m, kaddr node)
{
    return rb_at(m, node)->rb_parent;
}

static bool is_red(const struct machine *m, kaddr node)
{
    return node && rb_at(m, node)->rb_color == RB_RED;
}

static void set_color(struct machine *m, kaddr node, s32 color)
{
    set(m, rb_at(m, node)->rb_color, color);
}

// `fresh` (or nothing, 0) takes the place that `node` has under its parent.
static void replace(struct machine *m, const kaddr *root, kaddr node, kaddr fresh)
{
    kaddr parent = parent_of(m, node);

    if (!parent)
        set(m, *root, fresh);
    else
        set(m, *child_link(m, parent, child_of(m, parent, true) == node), fresh);
    if (fresh)
        set(m, rb_at(m, fresh)->rb_parent, parent);
}

// The node goes down to the right (or left), and its child of the other side takes its place.
static void rotate(struct machine *m, const kaddr *root, kaddr node, bool right)
{
    kaddr riser = child_of(m, node, !right);
    kaddr between = child_of(m, riser, right);

    replace(m, root, node, riser);
    set(m, *child_link(m, node, !right), between);
    if (between)
        set(m, rb_at(m, between)->rb_parent, node);
    set(m, *child_link(m, riser, right), node);
    set(m, rb_at(m, node)->rb_parent, riser);
}

// A red leaf has been hung in: no red node may keep a red child.
void rb_insert_color(struct machine *m, const kaddr *root, kaddr node)
{
    kaddr parent;

    while (is_red(m, parent = parent_of(m, node))) {
        kaddr grandparent = parent_of(m, parent);
        bool is_left = child_of(m, grandparent, false) == parent;
        kaddr uncle = child_of(m, grandparent, is_left);

        if (is_red(m, uncle)) {
            set_color(m, uncle, RB_BLACK);
            set_color(m, parent, RB_BLACK);
            set_color(m, grandparent, RB_RED);
            node = grandparent;
            continue;
        }
        if (child_of(m, parent, is_left) == node) { // inside: first straighten the bend
            rotate(m, root, parent, !is_left);
            kaddr lower = parent;
            parent = node;
            node = lower;
        }
        set_color(m, parent, RB_BLACK);
        set_color(m, grandparent, RB_RED);
        rotate(m, root, grandparent, is_left);
    }
    set_color(m, *root, RB_BLACK);
}

// A black node is missing on the way to `node` (0: an empty place) under `parent`.
static void erase_color(struct machine *m, const kaddr *root, kaddr node, kaddr parent)
{
    while (node != *root && !is_red(m, node)) {
        bool is_left = child_of(m, parent, false) == node;
        kaddr sibling = child_of(m, parent, is_left);

        if (is_red(m, sibling)) {
            set_color(m, sibling, RB_BLACK);
            set_color(m, parent, RB_RED);
            rotate(m, root, parent, !is_left);
            sibling = child_of(m, parent, is_left);
        }
        kaddr inner = child_of(m, sibling, !is_left);
        kaddr outer = child_of(m, sibling, is_left);
        if (!is_red(m, inner) && !is_red(m, outer)) {
            set_color(m, sibling, RB_RED);
            node = parent;
            parent = parent_of(m, node);
            continue;
        }
        if (!is_red(m, outer)) {
            set_color(m, inner, RB_BLACK);
            set_color(m, sibling, RB_RED);
            rotate(m, root, sibling, is_left);
            outer = sibling;
            sibling = inner;
        }
        set_color(m, sibling, rb_at(m, parent)->rb_color);
        set_color(m, parent, RB_BLACK);
        set_color(m, outer, RB_BLACK);
        rotate(m, root, parent, !is_left);
        node = *root;
    }
    if (node)
        set_color(m, node, RB_BLACK);
}

// The node has two children: the next one in order takes over its place and colour.
static void replace_by_next(struct machine *m, const kaddr *root, kaddr node, kaddr *gap,
                            kaddr *gap_parent, s32 *lost)
{
    kaddr next = rb_at(m, node)->rb_right;

    while (rb_at(m, next)->rb_left)
        next = rb_at(m, next)->rb_left;
    *lost = rb_at(m, next)->rb_color;
    *gap = rb_at(m, next)->rb_right;
    *gap_parent = parent_of(m, next);
    if (*gap_parent == node) {
        *gap_parent = next;
    } else {
        replace(m, root, next, *gap);
        set(m, rb_at(m, next)->rb_right, rb_at(m, node)->rb_right);
        set(m, rb_at(m, rb_at(m, next)->rb_right)->rb_parent, next);
    }
    replace(m, root, node, next);
    set(m, rb_at(m, next)->rb_left, rb_at(m, node)->rb_left);
    set(m, rb_at(m, rb_at(m, next)->rb_left)->rb_parent, next);
    set_color(m, next, rb_at(m, node)->rb_color);
}

void rb_erase(struct machine *m, const kaddr *root, kaddr node)
{
    kaddr left = rb_at(m, node)->rb_left, right = rb_at(m, node)->rb_right;
    kaddr gap = left ? left : right, gap_parent = parent_of(m, node);
    s32 lost = rb_at(m, node)->rb_color;

    if (left && right)
        replace_by_next(m, root, node, &gap, &gap_parent, &lost);
    else
        replace(m, root, node, gap);
    if (lost == RB_BLACK)
        erase_color(m, root, gap, gap_parent);
}
