// The files that are there when the machine is switched on.
//
// Unlike Linux: they lie in the kernel's data, as an initramfs would in its image; what is written
// to them, and what is created beside them, lives in the page cache until the machine is switched
// off. The programs of the catalogue are not among them, only the directories that they lie in.
#include "kernel/files.h"
#include "machine/program.h"

#include <string.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                             "daemon:x:1:1:daemon:/usr/sbin:/bin/sh\n"
                             "ada:x:500:500:Ada:/home/ada:/bin/sh\n";
static const char motd[] = "Welcome to procarium. Every process is a fish here.\n";

#define DIRECTORY(path, parent, mode)                                                              \
    {                                                                                              \
        path, parent, S_IFDIR | (mode), FOPS_DIRECTORY, NULL                                       \
    }
#define DEVICE(path, mode, fop)                                                                    \
    {                                                                                              \
        path, 1, mode, fop, NULL                                                                   \
    }
#define TEXT(path, text)                                                                           \
    {                                                                                              \
        path, 2, S_IFREG | 0644, FOPS_FILE, text                                                   \
    }

// The root directory is number 0; a parent stands before its children.
static const struct {
    const char *path;
    u32 parent;
    u32 mode, fop;
    const char *text;
} files[ROOTFS_FILES] = {
    DIRECTORY("/", 0, 0755),
    DIRECTORY("/dev", 0, 0755),
    DIRECTORY("/etc", 0, 0755),
    DIRECTORY("/home", 0, 0755),
    DIRECTORY("/home/ada", 3, 0755),
    DIRECTORY("/root", 0, 0700),
    DIRECTORY("/tmp", 0, S_ISVTX | 0777),
    DIRECTORY("/bin", 0, 0755),
    DIRECTORY("/usr", 0, 0755),
    DEVICE("/dev/console", S_IFCHR | 0600, FOPS_CONSOLE),
    DEVICE("/dev/null", S_IFCHR | 0666, FOPS_NULL),
    DEVICE("/dev/zero", S_IFCHR | 0666, FOPS_ZERO),
    DEVICE("/dev/hda", S_IFBLK | 0600, FOPS_DISK),
    TEXT("/etc/passwd", passwd),
    TEXT("/etc/motd", motd),
    TEXT("/etc/issue", "procarium 2.6.11\n"),
};

#define ADA  4
#define DISK 12

static const struct dentry *entry(const struct machine *m, u32 number)
{
    return number ? &kernel(m)->rootfs_dentry[number] : &kernel(m)->root_dentry;
}

// Lays the file's text behind the others'; where it is, or 0.
static kaddr place_text(struct machine *m, u32 number, u32 *used)
{
    const struct kernel_data *k = kernel(m);
    const char *place = k->rootfs_text + *used;
    u32 size = files[number].text ? (u32)strlen(files[number].text) + 1 : 0;

    if (!size)
        return 0;
    BUG_ON(*used + size > sizeof k->rootfs_text);
    copy(m, place, files[number].text, size);
    *used += size;
    return kaddr_of(m, place);
}

static void make_inode(struct machine *m, u32 number, u32 *used)
{
    const struct inode *inode = &kernel(m)->rootfs_inode[number];
    struct inode fresh = {
        .i_count = 1,
        .i_ino = number + 1,
        .i_mode = files[number].mode,
        .i_uid = number == ADA ? 500 : 0,
        .i_size = files[number].text ? (u32)strlen(files[number].text)
                  : number == DISK   ? DISK_BYTES
                                     : 0,
        .i_program = -1,
        .i_text = place_text(m, number, used),
        .i_fop = files[number].fop,
    };

    strncpy(fresh.i_name, files[number].path, INODE_NAME_MAX - 1);
    fresh.i_data.host = kaddr_of(m, inode);
    copy(m, inode, &fresh, sizeof fresh);
    list_add_tail(m, &inode->i_list, &kernel(m)->inodes);
}

static void make_entry(struct machine *m, u32 number)
{
    const struct dentry *dentry = entry(m, number), *parent = entry(m, files[number].parent);
    struct dentry fresh = { .d_count = number ? 1 : 0 };

    strncpy(fresh.d_name, number ? strrchr(files[number].path, '/') + 1 : "/", DENTRY_NAME_MAX - 1);
    fresh.d_inode = kaddr_of(m, &kernel(m)->rootfs_inode[number]);
    fresh.d_parent = kaddr_of(m, parent);
    copy(m, dentry, &fresh, sizeof fresh);
    list_init(m, &dentry->d_child);
    list_init(m, &dentry->d_subdirs);
    if (number) {
        dget(m, fresh.d_parent);
        list_add_tail(m, &dentry->d_child, &parent->d_subdirs);
    }
}

// The directory of that name in another one, made if there is none. 0 if something else has the name.
static kaddr find_or_make_directory(struct machine *m, kaddr parent, const char *name,
                                    const char *path)
{
    kaddr dentry = d_lookup(m, parent, name);

    if (!dentry) {
        kaddr inode = new_inode(m, path, S_IFDIR | 0755, FOPS_DIRECTORY);
        BUG_ON(!inode);
        dentry = d_alloc(m, parent, name, inode);
        BUG_ON(!dentry);
    }
    return is_kind(inode_at(m, dentry_at(m, dentry)->d_inode), S_IFDIR) ? dentry : 0;
}

// All directories on the way to a program.
static void make_way(struct machine *m, const char *program)
{
    kaddr here = kaddr_of(m, &kernel(m)->root_dentry);
    char path[PROGRAM_PATH_MAX], name[DENTRY_NAME_MAX];

    for (const char *at = program, *slash; here && (slash = strchr(at + 1, '/')); at = slash) {
        size_t length = (size_t)(slash - at - 1), whole = (size_t)(slash - program);

        if (length == 0 || length >= sizeof name) // nothing below it can be found
            return;
        memcpy(name, at + 1, length);
        name[length] = '\0';
        memcpy(path, program, whole);
        path[whole] = '\0';
        here = find_or_make_directory(m, here, name, path);
    }
}

// The catalogue names its programs by their paths only.
static void make_program_directories(struct machine *m)
{
    for (u32 i = 0; i < m->programs.count; i++)
        make_way(m, m->programs.list[i].path);
}

static void open_disk(struct machine *m)
{
    const struct kernel_data *k = kernel(m);
    struct file disk = {
        .f_count = 1,
        .f_mode = FMODE_READ | FMODE_LSEEK,
        .f_inode = kaddr_of(m, &k->rootfs_inode[DISK]),
        .f_op = FOPS_DISK,
        .name = "/dev/hda",
    };

    copy(m, &k->disk_file, &disk, sizeof disk);
}

// The tree, and the boot task's place in it: root and working directory.
void rootfs_init(struct machine *m)
{
    const struct kernel_data *k = kernel(m);
    kaddr root = kaddr_of(m, &k->root_dentry);
    struct fs_struct fs = { .count = 1, .umask = 0022, .root = root, .pwd = root };

    for (u32 i = 0, used = 0; i < ROOTFS_FILES; i++) {
        make_inode(m, i, &used);
        make_entry(m, i);
    }
    set(m, k->last_ino, ROOTFS_FILES);
    make_program_directories(m);
    // It is mounted; and it is the boot task's root and working directory.
    set(m, k->root_dentry.d_count, k->root_dentry.d_count + 3);
    copy(m, &k->init_fs, &fs, sizeof fs);
    open_disk(m);
    init_waitqueue_head(m, &k->console_wait);
    init_waitqueue_head(m, &k->page_wait);
    list_init(m, &k->disk_queue);
}
