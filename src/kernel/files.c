// Descriptor tables: what a task's small numbers stand for; dup, fcntl and close. (fs/file.c,
// fs/fcntl.c and parts of fs/open.c)
#include "kernel/files.h"

#include <string.h>

#define NR_FDS_MAX 32768u // as many pointers as the largest general cache holds
#define WORD_BITS  32u

static const struct files_struct *files_at(const struct machine *m, kaddr address)
{
    return at(m, address, struct files_struct);
}

static const struct files_struct *current_files(const struct machine *m)
{
    return files_at(m, current(m)->files);
}

// ---- Descriptor tables: reading -----------------------------------------------------------------

static const kaddr *fd_slot(const struct machine *m, const struct files_struct *files, u32 fd)
{
    return at(m, files->fd + fd * (u32)sizeof(kaddr), kaddr);
}

static const u32 *bit_word(const struct machine *m, kaddr set, u32 bit)
{
    return at(m, set + bit / WORD_BITS * (u32)sizeof(u32), u32);
}

static void write_bit(struct machine *m, kaddr set, u32 bit, bool on)
{
    const u32 *word = bit_word(m, set, bit);
    u32 mask = 1u << bit % WORD_BITS;

    set(m, *word, on ? *word | mask : *word & ~mask);
}

// The file behind a descriptor of the table, or 0. After include/linux/file.h, fcheck_files().
static kaddr fcheck(const struct machine *m, const struct files_struct *files, u32 fd)
{
    return fd < (u32)files->max_fds ? *fd_slot(m, files, fd) : 0;
}

kaddr current_file(const struct machine *m, u32 fd)
{
    const struct files_struct *files = current_files(m);

    return current(m)->files ? fcheck(m, files, fd) : 0;
}

// The first free descriptor from `from`, or max_fdset.
static u32 find_free_fd(const struct machine *m, const struct files_struct *files, u32 from)
{
    u32 end = (u32)files->max_fdset;

    for (u32 fd = from; fd < end; fd = (fd / WORD_BITS + 1) * WORD_BITS) {
        u32 unused = ~*bit_word(m, files->open_fds, fd) & ~0u << fd % WORD_BITS;

        if (unused)
            return fd / WORD_BITS * WORD_BITS + (u32)__builtin_ctz(unused);
    }
    return end;
}

static u32 nofile_limit(const struct machine *m)
{
    return signal_of(m, current(m))->rlim[RLIMIT_NOFILE].rlim_cur;
}

// ---- Whole tables: counting -----------------------------------------------------------------------

// One more than the highest open descriptor, rounded up to a word of bits. (count_open_files() of
// kernel/fork.c)
static u32 open_fds_end(const struct machine *m, const struct files_struct *files)
{
    const u32 *words = at(m, files->open_fds, u32);
    u32 i = (u32)files->max_fdset / WORD_BITS;
    u64 w[4];

    // Most of the 1024 bits are clear: eight words at a time, then two, then one.
    for (; i >= 8 && (memcpy(w, words + i - 8, sizeof w), !(w[0] | w[1] | w[2] | w[3])); i -= 8)
        ;
    for (; i >= 2 && (memcpy(w, words + i - 2, sizeof *w), !*w); i -= 2)
        ;
    while (i > 0 && !words[i - 1])
        i--;
    return i * WORD_BITS;
}

// Takes or drops (with change -1) a reference for each open descriptor below `end` of a table.
// Neighbours that are the same file count together: most tables begin with three descriptors of a
// terminal.
static void count_open_files(struct machine *m, const struct files_struct *files, u32 end,
                             s32 change)
{
    const u32 *words = at(m, files->open_fds, u32);
    const kaddr *slots = at(m, files->fd, kaddr);
    u32 count = end / WORD_BITS;
    kaddr file = 0;
    s32 run = 0;

    for (u32 i = 0; i < count; i++) {
        for (u32 bits = words[i]; bits; bits &= bits - 1) {
            kaddr next = slots[i * WORD_BITS + (u32)__builtin_ctz(bits)];

            if (next != file && run) {
                count_file(m, file, change * run);
                run = 0;
            }
            file = next;
            run += file != 0;
        }
    }
    if (run)
        count_file(m, file, change * run);
}

// ---- Growing a table ---------------------------------------------------------------------------------

static void free_if_grown(struct machine *m, kaddr block, const void *inline_block)
{
    if (block != kaddr_of(m, inline_block))
        kfree(m, block);
}

// Room for descriptor nr: 256 pointers, then a page of them, then doubling. 0 or -ENOMEM. After
// fs/file.c, expand_fd_array().
static s32 expand_fd_array(struct machine *m, const struct files_struct *files, u32 nr)
{
    KFN(m, expand_fd_array);
    u32 old = (u32)files->max_fds;
    u32 size = old;

    while (size <= nr)
        size = size < 256 ? 256 : size < 1024 ? 1024 : size * 2;
    if (size > NR_FDS_MAX)
        KRETURN(-ENOMEM);
    kaddr array = kmalloc(m, size * (u32)sizeof(kaddr));
    if (!array)
        KRETURN(-ENOMEM);
    copy(m, kpointer(m, array), kpointer(m, files->fd), old * sizeof(kaddr));
    fill(m, kpointer(m, array + old * (u32)sizeof(kaddr)), 0, (size - old) * sizeof(kaddr));
    free_if_grown(m, files->fd, files->fd_array);
    set(m, files->fd, array);
    set(m, files->max_fds, (s32)size);
    KRETURN(0);
}

// A bit set with room for bit nr in place of one of `old` bits; 0 without memory.
static kaddr grow_set(struct machine *m, kaddr set, u32 old, u32 size)
{
    kaddr grown = kmalloc(m, size / 8);

    if (!grown)
        return 0;
    copy(m, kpointer(m, grown), kpointer(m, set), old / 8);
    fill(m, kpointer(m, grown + old / 8), 0, (size - old) / 8);
    return grown;
}

// Bits for descriptor nr: a page of them at once. After fs/file.c, expand_fdset().
static s32 expand_fdset(struct machine *m, const struct files_struct *files, u32 nr)
{
    KFN(m, expand_fdset);
    u32 old = (u32)files->max_fdset;
    u32 size = PAGE_SIZE * 8;

    if (nr >= size)
        KRETURN(-ENOMEM);
    kaddr open_fds = grow_set(m, files->open_fds, old, size);
    kaddr close_on_exec = open_fds ? grow_set(m, files->close_on_exec, old, size) : 0;
    if (!close_on_exec) {
        if (open_fds)
            kfree(m, open_fds);
        KRETURN(-ENOMEM);
    }
    free_if_grown(m, files->open_fds, files->open_fds_init);
    free_if_grown(m, files->close_on_exec, files->close_on_exec_init);
    set(m, files->open_fds, open_fds);
    set(m, files->close_on_exec, close_on_exec);
    set(m, files->max_fdset, (s32)size);
    KRETURN(0);
}

// After fs/file.c, expand_files(): 0 or -ENOMEM.
static s32 expand_files(struct machine *m, const struct files_struct *files, u32 nr)
{
    s32 error = 0;

    if (nr >= (u32)files->max_fdset)
        error = expand_fdset(m, files, nr);
    if (!error && nr >= (u32)files->max_fds)
        error = expand_fd_array(m, files, nr);
    return error;
}

// ---- Whole tables -------------------------------------------------------------------------------------

// An empty table at `address`, written in one go. `from`, if any, gives the inline bits and slots.
static void init_files_struct(struct machine *m, kaddr address, const struct files_struct *from)
{
    const struct files_struct *files = files_at(m, address);
    struct files_struct *table = rewrite(m, files);

    *table = (struct files_struct){
        .count = 1,
        .max_fds = NR_OPEN_DEFAULT,
        .max_fdset = FD_SET_WORDS * WORD_BITS,
        .next_fd = 0,
        .fd = kaddr_of(m, files->fd_array),
        .close_on_exec = kaddr_of(m, files->close_on_exec_init),
        .open_fds = kaddr_of(m, files->open_fds_init),
    };

    if (from) {
        memcpy(table->close_on_exec_init, kpointer(m, from->close_on_exec),
               sizeof table->close_on_exec_init);
        memcpy(table->open_fds_init, kpointer(m, from->open_fds), sizeof table->open_fds_init);
        memcpy(table->fd_array, kpointer(m, from->fd), sizeof table->fd_array);
    }
}

static void free_files_struct(struct machine *m, kaddr address)
{
    const struct files_struct *files = files_at(m, address);

    free_if_grown(m, files->fd, files->fd_array);
    free_if_grown(m, files->open_fds, files->open_fds_init);
    free_if_grown(m, files->close_on_exec, files->close_on_exec_init);
    kmem_cache_free(m, kernel(m)->caches.files, address);
}

// The rest of a large table: what does not fit into the inline arrays.
static s32 dup_large_table(struct machine *m, const struct files_struct *old,
                           const struct files_struct *new, u32 end)
{
    s32 error = expand_files(m, new, end - 1);

    if (error)
        return error;
    copy(m, kpointer(m, new->fd), kpointer(m, old->fd), end * sizeof(kaddr));
    if (new->max_fdset > (s32)(FD_SET_WORDS * WORD_BITS)) {
        copy(m, kpointer(m, new->open_fds), kpointer(m, old->open_fds), end / 8);
        copy(m, kpointer(m, new->close_on_exec), kpointer(m, old->close_on_exec), end / 8);
    }
    return 0;
}

s32 dup_fd(struct machine *m, kaddr old_files, kaddr *new_files)
{
    const struct files_struct *old = files_at(m, old_files);
    u32 end = open_fds_end(m, old);
    kaddr address = kmem_cache_alloc(m, kernel(m)->caches.files);

    if (!address)
        return -ENOMEM;
    init_files_struct(m, address, old);
    if (end > NR_OPEN_DEFAULT) {
        s32 error = dup_large_table(m, old, files_at(m, address), end);

        if (error) {
            free_files_struct(m, address);
            return error;
        }
    }
    count_open_files(m, old, end, 1);
    *new_files = address;
    return 0;
}

// One user fewer; the last one closes everything. After kernel/exit.c, put_files_struct().
void put_files_struct(struct machine *m, kaddr address)
{
    KFN(m, put_files_struct);
    const struct files_struct *files = files_at(m, address);

    set(m, files->count, files->count - 1);
    if (files->count)
        return;
    count_open_files(m, files, open_fds_end(m, files), -1);
    free_files_struct(m, address);
}

// Before exec: the current task shall be the only user of its table. 0 or -ENOMEM. After
// kernel/fork.c, unshare_files().
s32 unshare_files(struct machine *m)
{
    KFN(m, unshare_files);
    const struct task_struct *me = current(m);
    kaddr old = me->files;
    kaddr copied;

    if (files_at(m, old)->count == 1)
        KRETURN(0);
    s32 error = dup_fd(m, old, &copied);
    if (error)
        KRETURN(error);
    set(m, me->files, copied);
    put_files_struct(m, old);
    KRETURN(0);
}

// ---- Descriptors one by one ------------------------------------------------------------------------------

// The first free descriptor from `from`, with room for it in the table; a negative errno with its
// event if there is none.
static s32 find_room(struct machine *m, const struct files_struct *files, u32 from)
{
    u32 fd = find_free_fd(m, files, from);

    if (fd >= nofile_limit(m))
        return refuse_call(m, EMFILE, REFUSED_TOO_MANY_FILES);
    if (expand_files(m, files, fd))
        return refuse_call(m, EMFILE, REFUSED_NO_MEMORY);
    write_bit(m, files->open_fds, fd, true);
    write_bit(m, files->close_on_exec, fd, false);
    return (s32)fd;
}

s32 get_unused_fd(struct machine *m)
{
    KFN(m, get_unused_fd);
    const struct files_struct *files = current_files(m);
    s32 fd = find_room(m, files, (u32)files->next_fd);

    if (fd >= 0)
        set(m, files->next_fd, fd + 1);
    KRETURN(fd);
}

void put_unused_fd(struct machine *m, u32 fd)
{
    const struct files_struct *files = current_files(m);

    write_bit(m, files->open_fds, fd, false);
    if (fd < (u32)files->next_fd)
        set(m, files->next_fd, (s32)fd);
}

// After fs/open.c, fd_install().
void fd_install(struct machine *m, u32 fd, kaddr file)
{
    set(m, *fd_slot(m, current_files(m), fd), file);
}

// One descriptor lets go of its file. After fs/open.c, filp_close().
static void filp_close(struct machine *m, u32 fd, kaddr file, bool by_exec)
{
    KFN(m, filp_close);
    note(m, EVENT_CLOSE, current(m)->pid, (s32)fd, by_exec);
    fput(m, file);
}

// Empties a descriptor that is open. (fs/open.c, sys_close())
static void close_fd(struct machine *m, const struct files_struct *files, u32 fd, bool by_exec)
{
    kaddr file = *fd_slot(m, files, fd);

    set(m, *fd_slot(m, files, fd), 0);
    write_bit(m, files->close_on_exec, fd, false);
    put_unused_fd(m, fd);
    filp_close(m, fd, file, by_exec);
}

s32 sys_close(struct machine *m, u32 fd)
{
    KFN(m, sys_close);
    const struct files_struct *files = current_files(m);

    if (!fcheck(m, files, fd))
        KRETURN(refuse_call(m, EBADF, REFUSED_BAD_FD));
    close_fd(m, files, fd, false);
    KRETURN(0);
}

// ---- dup, dup2, fcntl ----------------------------------------------------------------------------------------

// A second descriptor, from `start` on, for an open file. After fs/fcntl.c, dupfd() and
// locate_fd().
static s32 dupfd(struct machine *m, kaddr file, u32 start)
{
    KFN(m, dupfd);
    const struct files_struct *files = current_files(m);

    if (start >= nofile_limit(m))
        KRETURN(refuse_call(m, EINVAL, REFUSED_FILES_LIMIT));
    u32 from = start > (u32)files->next_fd ? start : (u32)files->next_fd;
    s32 fd = find_room(m, files, from);
    if (fd < 0)
        KRETURN(fd);
    if (from == (u32)files->next_fd)
        set(m, files->next_fd, fd + 1);
    count_file(m, file, 1);
    fd_install(m, (u32)fd, file);
    note(m, EVENT_DUP, current(m)->pid, fd, (s32)file);
    KRETURN(fd);
}

s32 sys_dup(struct machine *m, u32 fd)
{
    KFN(m, sys_dup);
    kaddr file = current_file(m, fd);

    KRETURN(file ? dupfd(m, file, 0) : refuse_call(m, EBADF, REFUSED_BAD_FD));
}

s32 sys_dup2(struct machine *m, u32 old_fd, u32 new_fd)
{
    KFN(m, sys_dup2);
    const struct files_struct *files = current_files(m);
    kaddr file = fcheck(m, files, old_fd);

    if (!file)
        KRETURN(refuse_call(m, EBADF, REFUSED_BAD_FD));
    if (new_fd == old_fd)
        KRETURN((s32)new_fd);
    if (new_fd >= nofile_limit(m))
        KRETURN(refuse_call(m, EBADF, REFUSED_FILES_LIMIT));
    if (expand_files(m, files, new_fd))
        KRETURN(refuse_call(m, EMFILE, REFUSED_NO_MEMORY));
    count_file(m, file, 1);
    kaddr replaced = fcheck(m, files, new_fd);
    fd_install(m, new_fd, file);
    write_bit(m, files->open_fds, new_fd, true);
    write_bit(m, files->close_on_exec, new_fd, false);
    if (replaced)
        filp_close(m, new_fd, replaced, false);
    note(m, EVENT_DUP, current(m)->pid, (s32)new_fd, (s32)file);
    KRETURN((s32)new_fd);
}

// What F_SETFL may change. Unlike Linux: neither FASYNC, O_DIRECT nor O_NOATIME are known here.
#define SETFL_MASK (O_APPEND | O_NONBLOCK)

// After fs/fcntl.c, sys_fcntl() and do_fcntl().
s32 sys_fcntl(struct machine *m, u32 fd, u32 command, u32 value)
{
    KFN(m, sys_fcntl);
    const struct files_struct *files = current_files(m);
    kaddr address = fcheck(m, files, fd);

    if (!address)
        KRETURN(refuse_call(m, EBADF, REFUSED_BAD_FD));
    const struct file *file = file_at(m, address);
    switch (command) {
    case F_DUPFD:
        KRETURN(dupfd(m, address, value));
    case F_GETFD:
        KRETURN((s32)(*bit_word(m, files->close_on_exec, fd) >> fd % WORD_BITS & FD_CLOEXEC));
    case F_SETFD:
        write_bit(m, files->close_on_exec, fd, value & FD_CLOEXEC);
        KRETURN(0);
    case F_GETFL:
        KRETURN((s32)file->f_flags);
    case F_SETFL:
        set(m, file->f_flags, (value & SETFL_MASK) | (file->f_flags & ~SETFL_MASK));
        KRETURN(0);
    default:
        KRETURN(refuse_call(m, EINVAL, REFUSED_BAD_OPTION));
    }
}

// In exec: descriptors marked close-on-exec go. After fs/exec.c, flush_old_files().
void flush_old_files(struct machine *m, kaddr address)
{
    KFN(m, flush_old_files);
    const struct files_struct *files = files_at(m, address);
    u32 words = (u32)files->max_fdset / WORD_BITS;

    for (u32 i = 0; i < words; i++) {
        u32 bits = *bit_word(m, files->close_on_exec, i * WORD_BITS);

        for (; bits; bits &= bits - 1) {
            u32 fd = i * WORD_BITS + (u32)__builtin_ctz(bits);

            if (fcheck(m, files, fd))
                close_fd(m, files, fd, true);
        }
    }
}

// At boot: a console on descriptors 0, 1 and 2 of the boot task. Unlike Linux, where init opens
// the console: this machine's init is a program from the start.
void files_init(struct machine *m)
{
    KFN(m, files_init);
    const struct kernel_data *k = kernel(m);
    struct nameidata console_name;

    rootfs_init(m);
    init_files_struct(m, kaddr_of(m, &k->init_files), NULL);
    BUG_ON(path_lookup(m, "/dev/console", &console_name));
    dget(m, console_name.dentry);
    kaddr file = dentry_open(m, console_name.dentry, dentry_at(m, console_name.dentry)->d_inode,
                             O_RDWR, "/dev/console");
    BUG_ON(!file);
    for (u32 fd = 0; fd < 3; fd++)
        set(m, k->init_files.fd_array[fd], file);
    count_file(m, file, 2);
    set(m, k->init_files.open_fds_init[0], 7u);
    set(m, k->init_files.next_fd, 3);
}
