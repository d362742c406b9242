// The kernel's circular doubly linked lists, with kernel addresses as links.
#ifndef MM_LIST_H
#define MM_LIST_H

#include "machine/door.h"

struct list_head {
    kaddr next, prev;
};

static inline const struct list_head *list_at(const struct machine *m, kaddr address)
{
    return at(m, address, struct list_head);
}

// The structure that a link lies in: list_entry(m, link, struct task_struct, tasks).
#define list_entry(m, link, type, member) at((m), (link) - (u32)offsetof(type, member), type)

static inline void list_init(struct machine *m, const struct list_head *head)
{
    kaddr self = kaddr_of(m, head);

    set_pair(m, head, self, self);
}

static inline bool list_empty(const struct machine *m, const struct list_head *head)
{
    return head->next == kaddr_of(m, head);
}

static inline void list_insert(struct machine *m, kaddr link, kaddr prev, kaddr next)
{
    set(m, list_at(m, next)->prev, link);
    set_pair(m, list_at(m, link), next, prev);
    set(m, list_at(m, prev)->next, link);
}

// After the head: first in the list.
static inline void list_add(struct machine *m, const struct list_head *link,
                            const struct list_head *head)
{
    list_insert(m, kaddr_of(m, link), kaddr_of(m, head), head->next);
}

// Before the head: last in the list.
static inline void list_add_tail(struct machine *m, const struct list_head *link,
                                 const struct list_head *head)
{
    list_insert(m, kaddr_of(m, link), head->prev, kaddr_of(m, head));
}

static inline void list_unlink(struct machine *m, const struct list_head *link)
{
    set(m, list_at(m, link->next)->prev, link->prev);
    set(m, list_at(m, link->prev)->next, link->next);
}

// LIST_POISON1 and LIST_POISON2: what a removed link points to.
#define LIST_POISON1 0x00100100u
#define LIST_POISON2 0x00200200u

static inline void list_del(struct machine *m, const struct list_head *link)
{
    list_unlink(m, link);
    set_pair(m, link, LIST_POISON1, LIST_POISON2);
}

static inline void list_del_init(struct machine *m, const struct list_head *link)
{
    list_unlink(m, link);
    list_init(m, link);
}

static inline void list_move_tail(struct machine *m, const struct list_head *link,
                                  const struct list_head *head)
{
    list_unlink(m, link);
    list_add_tail(m, link, head);
}

static inline void list_move(struct machine *m, const struct list_head *link,
                             const struct list_head *head)
{
    list_unlink(m, link);
    list_add(m, link, head);
}

// Walks the links of a list: for (kaddr l = first; l != head; l = next). Nothing may be removed.
#define list_for_each(m, link, head)                                                               \
    for (kaddr link = (head)->next; link != kaddr_of((m), (head)); link = list_at((m), link)->next)

// The same when the current link may be removed in the body.
#define list_for_each_safe(m, link, following, head)                                               \
    for (kaddr link = (head)->next, following = list_at((m), link)->next;                          \
         link != kaddr_of((m), (head)); link = following, following = list_at((m), link)->next)

#endif
