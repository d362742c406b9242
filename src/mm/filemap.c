// The page cache: the pages of a file that are in memory, in a radix tree by index. (mm/filemap.c
// and lib/radix-tree.c)
//
// Unlike Linux: when nobody has a file open or mapped any more, its pages leave memory at once.
#include "machine/program.h"
#include "mm/vm.h"

static const struct radix_tree_node *node_at(const struct machine *m, kaddr node)
{
    return at(m, node, struct radix_tree_node);
}

static u32 slot_index(u32 index, u32 level)
{
    return index >> level * RADIX_TREE_MAP_SHIFT & (RADIX_TREE_MAP_SIZE - 1);
}

// Does the tree have room for this index?
static bool reaches(u32 height, u32 index)
{
    return height && (height >= 6 || index >> height * RADIX_TREE_MAP_SHIFT == 0);
}

// The page's struct page, or 0. After lib/radix-tree.c, radix_tree_lookup().
static kaddr radix_tree_lookup(const struct machine *m, const struct address_space *mapping,
                               u32 index)
{
    kaddr node = mapping->page_tree;

    if (!reaches(mapping->height, index))
        return 0;
    for (u32 level = mapping->height; node && level-- > 0;)
        node = node_at(m, node)->slots[slot_index(index, level)];
    return node;
}

static kaddr make_node(struct machine *m)
{
    kaddr node = kmalloc(m, sizeof(struct radix_tree_node));

    if (node)
        fill(m, node_at(m, node), 0, sizeof(struct radix_tree_node));
    return node;
}

// Puts a level on top. False without memory.
static bool extend(struct machine *m, const struct address_space *mapping)
{
    kaddr root = make_node(m);

    if (!root)
        return false;
    set(m, node_at(m, root)->slots[0], mapping->page_tree);
    set(m, mapping->page_tree, root);
    set(m, mapping->height, mapping->height + 1);
    return true;
}

// After lib/radix-tree.c, radix_tree_insert(). False without memory.
static bool radix_tree_insert(struct machine *m, const struct address_space *mapping, u32 index,
                              kaddr page)
{
    while (!reaches(mapping->height, index))
        if (!extend(m, mapping))
            return false;
    kaddr node = mapping->page_tree;
    for (u32 level = mapping->height - 1; level > 0; level--) {
        const kaddr *slot = &node_at(m, node)->slots[slot_index(index, level)];

        if (!*slot) {
            kaddr fresh = make_node(m);

            if (!fresh)
                return false;
            set(m, *slot, fresh);
        }
        node = *slot;
    }
    set(m, node_at(m, node)->slots[slot_index(index, 0)], page);
    return true;
}

// ---- Pages -----------------------------------------------------------------------------------------

// What the disk would deliver into a page of zeros. Unlike Linux: at once.
static void read_page(struct machine *m, const struct inode *inode, u32 index, kaddr page)
{
    u8 bytes[PAGE_SIZE];

    if (inode->i_text && index == 0)
        copy(m, kpointer(m, page), kpointer(m, inode->i_text), strlen(kpointer(m, inode->i_text)));
    if (inode->i_program < 0)
        return;
    program_read(m, (u32)inode->i_program, index * PAGE_SIZE, bytes, PAGE_SIZE);
    copy(m, kpointer(m, page), bytes, PAGE_SIZE);
}

// After mm/filemap.c, add_to_page_cache().
bool add_to_page_cache(struct machine *m, const struct inode *inode, u32 index, kaddr page)
{
    const struct address_space *mapping = &inode->i_data;
    const struct page *descriptor = page_of(m, page);

    if (!radix_tree_insert(m, mapping, index, kaddr_of(m, descriptor)))
        return false;
    set_both(m, descriptor, mapping, index, kaddr_of(m, mapping), index);
    set(m, mapping->nrpages, mapping->nrpages + 1);
    return true;
}

static pfn frame_of_page(const struct machine *m, kaddr page)
{
    return (page - mm_data(m)->zone.mem_map) / (u32)sizeof(struct page);
}

pfn find_page(const struct machine *m, const struct inode *inode, u32 index)
{
    kaddr found = radix_tree_lookup(m, &inode->i_data, index);

    return found ? frame_of_page(m, found) : 0;
}

pfn find_or_read_page(struct machine *m, const struct inode *inode, u32 index, bool *is_major)
{
    kaddr found = radix_tree_lookup(m, &inode->i_data, index);

    *is_major = false;
    if (!found) {
        kaddr page = get_zeroed_page(m);

        if (!page)
            return 0;
        *is_major = inode->i_program >= 0;
        read_page(m, inode, index, page);
        if (!add_to_page_cache(m, inode, index, page)) {
            free_pages(m, page, 0);
            return 0;
        }
        found = kaddr_of(m, page_of(m, page));
    }
    const struct page *page = at(m, found, struct page);
    set(m, page->_count, page->_count + 1);
    return frame_of_page(m, found);
}

// Everything below a node of this level, and the node itself.
static void truncate_node(struct machine *m, kaddr node, u32 level)
{
    for (u32 i = 0; i < RADIX_TREE_MAP_SIZE; i++) {
        kaddr slot = node_at(m, node)->slots[i];

        if (!slot)
            continue;
        if (level > 0) {
            truncate_node(m, slot, level - 1);
            continue;
        }
        set(m, at(m, slot, struct page)->mapping, 0u);
        free_pages(m, pfn_to_kaddr(frame_of_page(m, slot)), 0);
    }
    kfree(m, node);
}

static void empty_tree(struct machine *m, const struct inode *inode)
{
    const struct address_space *mapping = &inode->i_data;

    if (mapping->page_tree)
        truncate_node(m, mapping->page_tree, mapping->height - 1);
    set(m, mapping->page_tree, 0u);
    set(m, mapping->height, 0u);
    set(m, mapping->nrpages, 0u);
}

// Does anybody map a page below this node, or use one in a call that sleeps?
static bool is_used(const struct machine *m, kaddr node, u32 level)
{
    for (u32 i = 0; i < RADIX_TREE_MAP_SIZE; i++) {
        kaddr slot = node_at(m, node)->slots[i];

        if (slot &&
            (level > 0 ? is_used(m, slot, level - 1) : page_count(at(m, slot, struct page)) > 1))
            return true;
    }
    return false;
}

// Unlike Linux, which takes the pages away from those who map them.
bool truncate_inode(struct machine *m, const struct inode *inode)
{
    const struct address_space *mapping = &inode->i_data;

    if (mapping->page_tree && is_used(m, mapping->page_tree, mapping->height - 1))
        return false;
    KFN(m, truncate_inode_pages);
    empty_tree(m, inode);
    set(m, inode->i_size, 0u);
    set(m, inode->i_text, 0u);
    return true;
}

// After mm/filemap.c, remove_from_page_cache(). Unlike Linux: the nodes of the tree go together.
void remove_from_page_cache(struct machine *m, const struct inode *inode, u32 index)
{
    const struct address_space *mapping = &inode->i_data;
    kaddr node = mapping->page_tree;

    for (u32 level = mapping->height - 1; level > 0; level--)
        node = node_at(m, node)->slots[slot_index(index, level)];
    const kaddr *slot = &node_at(m, node)->slots[slot_index(index, 0)];
    const struct page *page = at(m, *slot, struct page);
    pfn frame = frame_of_page(m, *slot);

    set(m, *slot, 0u);
    set(m, page->mapping, 0u);
    set(m, mapping->nrpages, mapping->nrpages - 1);
    if (!mapping->nrpages)
        empty_tree(m, inode);
    free_pages(m, pfn_to_kaddr(frame), 0);
}

// After fs/inode.c, iput() and clear_inode().
void iput(struct machine *m, kaddr address)
{
    const struct inode *inode = at(m, address, struct inode);

    set(m, inode->i_count, inode->i_count - 1);
    if (inode->i_count)
        return;
    KFN(m, clear_inode);
    empty_tree(m, inode);
    list_del(m, &inode->i_list);
    kmem_cache_free(m, mm_data(m)->inode_cachep, address);
}
