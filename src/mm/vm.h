// Address spaces from the inside: areas of memory, page tables, and what fills them.
#ifndef MM_VM_H
#define MM_VM_H

#include "mm/fs.h"
#include "mm/mm.h"

// ---- Page table entries (include/asm-i386/pgtable.h) ---------------------------------------------
// A linear address is 10 bits of directory index, 10 bits of table index and 12 bits of offset.
#define PGDIR_SHIFT  22
#define PGDIR_SIZE   (1u << PGDIR_SHIFT)
#define PTRS_PER_PTE 1024u

#define _PAGE_PRESENT  0x001u
#define _PAGE_RW       0x002u
#define _PAGE_USER     0x004u
#define _PAGE_ACCESSED 0x020u
#define _PAGE_DIRTY    0x040u
#define _PAGE_PROTNONE 0x080u // in an entry that is not present: there is a page, out of reach
#define _PAGE_PSE      0x080u // in the directory: 4 MB
#define _PAGE_GLOBAL   0x100u

#define _PAGE_TABLE    0x067u // a user page table, in the directory
#define _PAGE_CHG_MASK (~(PAGE_SIZE - 1) | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PAGE_NONE      (_PAGE_PROTNONE | _PAGE_ACCESSED)
#define PAGE_READONLY  0x025u
#define PAGE_SHARED    0x027u

struct page_directory {
    u32 pgd[PTRS_PER_PGD];
};

struct page_table {
    u32 pte[PTRS_PER_PTE];
};

static inline u32 pgd_index(uaddr address)
{
    return address >> PGDIR_SHIFT;
}

static inline u32 pte_index(uaddr address)
{
    return address >> PAGE_SHIFT & (PTRS_PER_PTE - 1);
}

static inline bool pte_present(u32 pte)
{
    return pte & (_PAGE_PRESENT | _PAGE_PROTNONE);
}

static inline pfn pte_pfn(u32 pte)
{
    return pte >> PAGE_SHIFT;
}

static inline u32 mk_pte(pfn frame, u32 protection)
{
    return frame << PAGE_SHIFT | protection;
}

static inline uaddr page_align(uaddr address)
{
    return (address + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

// The first address of the next page table's 4 MB, or `end` if that comes first.
static inline uaddr pgd_addr_end(uaddr address, uaddr end)
{
    uaddr next = (address & ~(PGDIR_SIZE - 1)) + PGDIR_SIZE;

    return next - 1 < end - 1 ? next : end;
}

// ---- Areas ---------------------------------------------------------------------------------------

struct rb_node { // 16 bytes
    kaddr rb_parent;
    s32 rb_color;
    kaddr rb_right, rb_left;
};

struct vm_area_struct { // 88 bytes, as in 2.6.11
    kaddr vm_mm;
    uaddr vm_start, vm_end; // [vm_start, vm_end), whole pages
    kaddr vm_next;          // the list is sorted by address
    u32 vm_page_prot;       // what a page's entry begins with; a private area's lacks RW
    u32 vm_flags;           // VM_ bits
    struct rb_node vm_rb;
    u32 shared[4];
    struct list_head anon_vma_node; // areas whose anonymous pages may be the same
    kaddr anon_vma;                 // 0 until the first anonymous page
    u32 vm_ops;                     // enum vm_operations
    u32 vm_pgoff;                   // of vm_start, in pages of the file
    kaddr vm_file;
    kaddr vm_private_data; // Unlike Linux: struct area_name, or 0
    u32 vm_truncate_count;
};
_Static_assert(sizeof(struct vm_area_struct) == 88, "vm_area_struct is as in 2.6.11");
_Static_assert(offsetof(struct vm_area_struct, anon_vma) == 64, "vm_area_struct is as in 2.6.11");

#define VM_READ       0x1u
#define VM_WRITE      0x2u
#define VM_EXEC       0x4u
#define VM_SHARED     0x8u
#define VM_MAYREAD    0x10u
#define VM_MAYWRITE   0x20u
#define VM_MAYEXEC    0x40u
#define VM_MAYSHARE   0x80u
#define VM_GROWSDOWN  0x100u
#define VM_DENYWRITE  0x800u
#define VM_EXECUTABLE 0x1000u
#define VM_LOCKED     0x2000u
#define VM_DONTCOPY   0x20000u
#define VM_RESERVED   0x80000u
#define VM_ACCOUNT    0x100000u

#define VM_MAY_ALL            (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define VM_DATA_DEFAULT_FLAGS (VM_READ | VM_WRITE | VM_MAY_ALL)
#define VM_STACK_FLAGS        (VM_DATA_DEFAULT_FLAGS | VM_GROWSDOWN | VM_ACCOUNT)

#define PROT_READ  0x1u
#define PROT_WRITE 0x2u
#define PROT_EXEC  0x4u

#define MAP_SHARED    0x01u
#define MAP_PRIVATE   0x02u
#define MAP_FIXED     0x10u
#define MAP_ANONYMOUS 0x20u

// How an area's pages come in. Function pointers cannot lie in simulated RAM: they are named.
enum vm_operations {
    VM_OPS_NONE,    // anonymous
    VM_OPS_FILEMAP, // generic_file_vm_ops
    VM_OPS_SHMEM    // a shared mapping without a file of its own
};

// All areas that may hold the same anonymous pages, through fork. (struct anon_vma)
struct anon_vma {
    struct list_head head;
};

#define PAGE_MAPPING_ANON 1u // in page.mapping: the rest is an anon_vma

// What the person calls an area. (Unlike 2.6.11, which has no names for areas.)
#define AREA_NAME_MAX 24
struct area_name {
    s32 count; // areas that bear it
    char name[AREA_NAME_MAX];
};

static inline const struct mm_struct *mm_at(const struct machine *m, kaddr mm)
{
    return at(m, mm, struct mm_struct);
}

static inline const struct vm_area_struct *vma_at(const struct machine *m, kaddr vma)
{
    return at(m, vma, struct vm_area_struct);
}

static inline u32 vma_pages(const struct vm_area_struct *vma)
{
    return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline bool page_is_reserved(const struct page *page)
{
    return page->flags >> PG_reserved & 1;
}

static inline bool page_is_anon(const struct page *page)
{
    return page->mapping & PAGE_MAPPING_ANON;
}

// Both are stored one too low.
static inline s32 page_count(const struct page *page)
{
    return page->_count + 1;
}

static inline s32 page_mapcount(const struct page *page)
{
    return page->_mapcount + 1;
}

static inline bool is_cow_mapping(u32 vm_flags)
{
    return (vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

// ---- Page tables (mm/pgtable.c) ------------------------------------------------------------------

static inline const u32 *pgd_offset(const struct machine *m, const struct mm_struct *mm,
                                    uaddr address)
{
    return at(m, mm->pgd, u32) + pgd_index(address);
}

// The entry for an address, in the page table that a directory entry names.
static inline const u32 *pte_offset(const struct machine *m, u32 pgd_entry, uaddr address)
{
    return at(m, (pgd_entry & ~(PAGE_SIZE - 1)) + KERNEL_BASE, u32) + pte_index(address);
}

// The same, or NULL if there is no page table. Changes nothing.
const u32 *find_pte(const struct machine *m, const struct mm_struct *mm, uaddr address);
// The same, with a new page table if need be; NULL without memory. After pte_alloc_map().
const u32 *pte_alloc_map(struct machine *m, const struct mm_struct *mm, uaddr address);
// Gives back the page tables of [start, end) that lie wholly above `floor` and below `ceiling`
// (0 = the end of user space): those that no other area needs. Their entries must be empty.
void clear_page_range(struct machine *m, const struct mm_struct *mm, uaddr start, uaddr end,
                      uaddr floor, uaddr ceiling);

// ---- Areas of an address space (mm/vma.c) ----------------------------------------------------------

// The first area that ends above the address, or NULL. After mm/mmap.c, find_vma().
const struct vm_area_struct *find_vma(struct machine *m, const struct mm_struct *mm, uaddr address);
// The same for those who only look: it does not remember what it found.
const struct vm_area_struct *look_for_vma(const struct machine *m, const struct mm_struct *mm,
                                          uaddr address);
// The area before the one that find_vma() finds (the last one if it finds none), or NULL.
const struct vm_area_struct *find_prev_vma(const struct machine *m, const struct mm_struct *mm,
                                           uaddr address);
// Puts an area in behind `prev` (NULL = first), into list and tree, and counts it.
void vma_link(struct machine *m, const struct mm_struct *mm, const struct vm_area_struct *vma,
              const struct vm_area_struct *prev);
// Takes it out of both again.
void vma_unlink(struct machine *m, const struct mm_struct *mm, const struct vm_area_struct *vma,
                const struct vm_area_struct *prev);

// mm/rbtree.c: the tree's root is a kaddr field; nodes are the kaddrs of struct rb_node.
void rb_insert_color(struct machine *m, const kaddr *root, kaddr node);
void rb_erase(struct machine *m, const kaddr *root, kaddr node);

// ---- Who maps a page (mm/rmap.c) -------------------------------------------------------------------

// Makes sure that the area has an anon_vma. False without memory.
bool anon_vma_prepare(struct machine *m, const struct vm_area_struct *vma);
// The area joins the anon_vma that it names, or leaves it; the last one takes it along.
void anon_vma_link(struct machine *m, const struct vm_area_struct *vma);
void anon_vma_unlink(struct machine *m, const struct vm_area_struct *vma);
// A page just taken becomes the area's at an address: anonymous, mapped once.
void page_add_anon_rmap(struct machine *m, pfn frame, const struct vm_area_struct *vma,
                        uaddr address);
void page_add_file_rmap(struct machine *m, pfn frame);

// ---- Many pages at once (mm/page_range.c) ----------------------------------------------------------

struct copied { // what copy_page_range() did
    u32 entries;
    u32 pages; // whose bytes it copied
};

// Copies the page table entries of an area of src into dst; private pages become read-only in
// both. With eager, a page of its own for each private one instead. False without memory.
bool copy_page_range(struct machine *m, const struct mm_struct *dst, const struct mm_struct *src,
                     const struct vm_area_struct *vma, const struct vm_area_struct *dst_vma,
                     bool eager, struct copied *copied);
// Unmaps the pages of [start, end) and gives back those that nobody else uses.
void zap_page_range(struct machine *m, const struct mm_struct *mm, uaddr start, uaddr end);
// Gives the entries of [start, end) another protection. After mm/mprotect.c.
void change_protection(struct machine *m, const struct mm_struct *mm, uaddr start, uaddr end,
                       u32 protection);

// ---- Faults (mm/memory.c) --------------------------------------------------------------------------

enum fault_result { VM_FAULT_OOM, VM_FAULT_SIGBUS, VM_FAULT_MINOR, VM_FAULT_MAJOR };

struct fault { // what handle_mm_fault() has done, for the event
    enum fault_kind kind;
    pfn frame;
};

// Makes the address accessible, for writing if `write`. The access must be allowed by the area.
enum fault_result handle_mm_fault(struct machine *m, const struct mm_struct *mm,
                                  const struct vm_area_struct *vma, uaddr address, bool write,
                                  struct fault *fault);

// Copies bytes out of an address space as far as they are mapped, changing nothing; returns how
// many there were.
u32 read_user_bytes(const struct machine *m, const struct mm_struct *mm, uaddr address, void *bytes,
                    u32 size);

// ---- The page cache (mm/filemap.c) -------------------------------------------------------------------

// The frame that holds page `index` of a file, read in if need be, with one reference more; 0
// without memory. *is_major: it had to be read.
pfn find_or_read_page(struct machine *m, const struct inode *inode, u32 index, bool *is_major);
// The file becomes empty; false, and it stays as it is, if somebody has it mapped. After
// mm/truncate.c.
bool truncate_inode(struct machine *m, const struct inode *inode);
// The frame of page `index` if it is in the page cache, or 0.
pfn find_page(const struct machine *m, const struct inode *inode, u32 index);
// A page enters the cache, whose reference it has. False without memory.
bool add_to_page_cache(struct machine *m, const struct inode *inode, u32 index, kaddr page);
// It leaves the cache again, with the cache's reference.
void remove_from_page_cache(struct machine *m, const struct inode *inode, u32 index);
// One user of the inode fewer; the last one takes its pages along.
void iput(struct machine *m, kaddr inode);

#endif
