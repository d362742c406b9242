// Open files: descriptors, what shares a file, what exec closes, tables that grow; names; bytes.
#include "booted_machine.h"
#include "cunit_main.h"

static const struct files_struct *files_of(const struct booted *b, s32 pid)
{
    return at(b->m, task(b, pid)->files, struct files_struct);
}

static const struct file *file_of(const struct booted *b, s32 pid, u32 fd)
{
    kaddr file = *at(b->m, files_of(b, pid)->fd + fd * (u32)sizeof(kaddr), kaddr);

    return file ? at(b->m, file, struct file) : NULL;
}

// Besides the file of the one program that runs.
static u32 live_files(const struct booted *b)
{
    return cache_objects_in_use(at(b->m, kernel(b->m)->caches.filp, struct kmem_cache)) - 1;
}

static void test_console(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_FATAL(file_of(b, 1, 0) != NULL);
    CU_ASSERT_STRING_EQUAL(file_of(b, 1, 0)->name, "/dev/console");
    CU_ASSERT_PTR_EQUAL(file_of(b, 1, 0), file_of(b, 1, 2));
    CU_ASSERT_PTR_NULL(file_of(b, 1, 3));
    CU_ASSERT_EQUAL(live_files(b), 1);
    power_off(b);
}

static void test_lowest_descriptor(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/passwd", 0), 3);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/log", O_WRONLY | O_APPEND | O_CREAT), 4);
    CU_ASSERT_EQUAL(file_of(b, 1, 3)->f_mode, FMODE_READ | FMODE_LSEEK);
    CU_ASSERT_EQUAL(file_of(b, 1, 4)->f_mode, FMODE_WRITE | FMODE_LSEEK);
    CU_ASSERT_EQUAL(file_of(b, 1, 4)->f_flags, O_WRONLY | O_APPEND);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 0), 0);
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_CLOSE, 1, 0));
    CU_ASSERT_EQUAL(CALL(b, 1, dup, 4), 0);
    CU_ASSERT_EQUAL(file_of(b, 1, 0)->f_count, 2);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 4, 20), 20);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 4, 3), 3); // closes what was there
    CU_ASSERT_EQUAL(live_files(b), 2);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 4, 4), 4);
    CU_ASSERT_EQUAL(file_of(b, 1, 4)->f_count, 4);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/next", O_RDWR | O_CREAT), 5);
    power_off(b);
}

static void test_errors(void)
{
    struct booted *b = power_on_machine();
    char *long_path = malloc(5000);

    memset(long_path, 'x', 4999);
    long_path[4999] = '\0';
    CU_ASSERT_EQUAL(open_path(b, 1, "", 0), -ENOENT);
    CU_ASSERT_EQUAL(open_path(b, 1, long_path, 0), -ENAMETOOLONG);
    long_path[DENTRY_NAME_MAX] = '\0';
    CU_ASSERT_EQUAL(open_path(b, 1, long_path, O_CREAT), -ENAMETOOLONG);
    long_path[DENTRY_NAME_MAX - 1] = '\0';
    CU_ASSERT_EQUAL(open_path(b, 1, long_path, O_CREAT), 3);
    CU_ASSERT_EQUAL(strlen(file_of(b, 1, 3)->name), DENTRY_NAME_MAX); // with the root's /
    CU_ASSERT_EQUAL(CALL(b, 1, close, 9), -EBADF);
    CU_ASSERT(refused(b, 1, EBADF, REFUSED_BAD_FD));
    CU_ASSERT_EQUAL(CALL(b, 1, close, ~0u), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, dup, 9), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 9, 9), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 0, 1024), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 0, ~0u), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 9, F_SETFD, 1), -EBADF);
    free(long_path);
    power_off(b);
}

static void test_fork_shares_files(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/passwd", 0), 3);
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_PTR_EQUAL(file_of(b, 1, 3), file_of(b, child, 3));
    CU_ASSERT_PTR_NOT_EQUAL(files_of(b, 1), files_of(b, child));
    CU_ASSERT_EQUAL(file_of(b, 1, 3)->f_count, 2);
    CU_ASSERT_EQUAL(CALL(b, child, close, 3), 0);
    CU_ASSERT_EQUAL(file_of(b, 1, 3)->f_count, 1);
    s32 sharer = CALL(b, child, clone, CLONE_FILES | SIGCHLD);
    CU_ASSERT_PTR_EQUAL(files_of(b, sharer), files_of(b, child));
    CU_ASSERT_EQUAL(open_path(b, sharer, "/tmp/x", O_CREAT), 3);
    CU_ASSERT_PTR_NOT_NULL(file_of(b, child, 3));
    CALL(b, sharer, exit, 0);
    CU_ASSERT_EQUAL(files_of(b, child)->count, 1);
    CU_ASSERT_EQUAL(live_files(b), 3);
    CALL(b, child, exit, 0);
    CU_ASSERT_EQUAL(live_files(b), 2);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 3), 0);
    CU_ASSERT_EQUAL(live_files(b), 1);
    power_off(b);
}

static void test_close_on_exec(void)
{
    static const char *const program[] = { "/bin/cat", NULL };
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(open_path(b, child, "/etc/motd", 0), 3);
    CU_ASSERT_EQUAL(open_path(b, child, "/etc/issue", O_CLOEXEC), 4);
    CU_ASSERT_EQUAL(open_path(b, child, "/etc/passwd", 0), 5);
    CU_ASSERT_EQUAL(CALL(b, child, fcntl, 5, F_SETFD, 1), 0);
    CU_ASSERT_EQUAL(CALL(b, child, fcntl, 4, F_SETFD, 0), 0);
    CU_ASSERT_EQUAL(CALL(b, child, dup, 5), 6); // the copy does not have the flag
    s32 sharer = CALL(b, child, clone, CLONE_FILES | SIGCHLD);
    make(b, child, (struct call){ __NR_execve, { 0 }, program });
    CU_ASSERT_PTR_NOT_NULL(file_of(b, child, 3));
    CU_ASSERT_PTR_NOT_NULL(file_of(b, child, 4));
    CU_ASSERT_PTR_NULL(file_of(b, child, 5));
    CU_ASSERT_PTR_NOT_NULL(file_of(b, child, 6));
    const struct event *e = heard(b, EVENT_CLOSE, child, 5);
    CU_ASSERT_FATAL(e != NULL);
    CU_ASSERT_EQUAL(e->c, 1);
    CU_ASSERT_PTR_NOT_NULL(file_of(b, sharer, 5)); // exec has a table of its own first
    power_off(b);
}

static void test_growing(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    for (s32 fd = 3; fd < 1024; fd++)
        CU_ASSERT_EQUAL(CALL(b, child, dup, 0), fd);
    CU_ASSERT_EQUAL(CALL(b, child, dup, 0), -EMFILE);
    CU_ASSERT(refused(b, child, EMFILE, REFUSED_TOO_MANY_FILES));
    CU_ASSERT_EQUAL(open_path(b, child, "/etc/motd", 0), -EMFILE);
    CU_ASSERT_EQUAL(files_of(b, child)->max_fds, 1024);
    CU_ASSERT_EQUAL(CALL(b, child, fcntl, 700, F_SETFD, 1), 0);
    s32 copied = CALL(b, child, fork, 0);
    CU_ASSERT_PTR_EQUAL(file_of(b, copied, 1023), file_of(b, 1, 0));
    CU_ASSERT_EQUAL(CALL(b, copied, close, 700), 0);
    CU_ASSERT_EQUAL(CALL(b, copied, dup, 0), 700);
    CALL(b, copied, exit, 0);
    CALL(b, child, exit, 0);
    CU_ASSERT_EQUAL(file_of(b, 1, 0)->f_count, 6); // three descriptors of init, three of swapper
    power_off(b);
}

static void test_growing_past_the_bit_sets(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_NOFILE, 100000, 100000), 0);
    CU_ASSERT_EQUAL(CALL(b, child, dup2, 0, 5000), 5000);
    CU_ASSERT_EQUAL(files_of(b, child)->max_fds, 8192);
    CU_ASSERT_EQUAL(files_of(b, child)->max_fdset, 32768);
    CU_ASSERT_EQUAL(CALL(b, child, dup2, 0, 40000), -EMFILE);
    CU_ASSERT_EQUAL(CALL(b, child, fcntl, 5000, F_SETFD, 1), 0);
    s32 copied = CALL(b, child, fork, 0);
    CU_ASSERT_PTR_EQUAL(file_of(b, copied, 5000), file_of(b, 1, 0));
    CU_ASSERT_EQUAL(CALL(b, copied, close, 5000), 0);
    CALL(b, copied, exit, 0);
    CALL(b, child, exit, 0);
    power_off(b);
}

// ---- Names -------------------------------------------------------------------------------------------

static s32 path_call(struct booted *b, s32 pid, s32 nr, const char *path)
{
    const char *const strings[] = { path, NULL };

    return make(b, pid, (struct call){ .nr = nr, .strings = strings });
}

static bool is_in(struct booted *b, s32 pid, const char *path)
{
    char found[PATH_MAX];

    d_path(b->m, at(b->m, task(b, pid)->fs, struct fs_struct)->pwd, found, sizeof found);
    return strcmp(found, path) == 0;
}

static void test_opening(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/shadow", O_RDONLY), -ENOENT);
    CU_ASSERT(refused(b, 1, ENOENT, REFUSED_NO_FILE));
    CU_ASSERT_EQUAL(open_path(b, 1, "/none/file", O_CREAT), -ENOENT);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/dir/", O_CREAT), -EISDIR);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd/x", O_CREAT), -ENOTDIR);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd/", O_RDONLY), -ENOTDIR);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd", O_CREAT | O_EXCL), -EEXIST);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd", O_DIRECTORY), -ENOTDIR);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc", O_WRONLY), -EISDIR);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc", O_CREAT), -EISDIR);
    CU_ASSERT_EQUAL(open_path(b, 1, "/bin/sh", O_RDWR), -EROFS);
    CU_ASSERT_EQUAL(open_path(b, 1, "/dev/hda", O_WRONLY), -EROFS);
    CU_ASSERT_EQUAL(live_files(b), 1);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc", O_DIRECTORY), 3);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 10), -EISDIR);
    CU_ASSERT_EQUAL(open_path(b, 1, "/bin/sh", O_RDONLY), 4);
    CU_ASSERT_EQUAL(read_some(b, 1, 4, 4), 4);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/../etc/./motd", O_RDONLY), 5);
    CU_ASSERT_STRING_EQUAL(file_of(b, 1, 5)->name, "/etc/motd");
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/one", O_RDWR | O_CREAT | O_EXCL), 6);
    CU_ASSERT_EQUAL(inode_at(b->m, file_of(b, 1, 6)->f_inode)->i_mode, S_IFREG | 0644);
    CU_ASSERT_EQUAL(CALL(b, 1, umask, 077), 022);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/two", O_RDWR | O_CREAT), 7);
    CU_ASSERT_EQUAL(inode_at(b->m, file_of(b, 1, 7)->f_inode)->i_mode, S_IFREG | 0600);
    power_off(b);
}

static void test_permissions(void)
{
    struct booted *b = power_on_machine();
    s32 user = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, user, setuid, 500), 0);
    CU_ASSERT_EQUAL(open_path(b, user, "/etc/passwd", O_RDONLY), 3);
    CU_ASSERT_EQUAL(open_path(b, user, "/etc/passwd", O_RDWR), -EACCES);
    CU_ASSERT_EQUAL(open_path(b, user, "/etc/passwd", O_TRUNC), -EACCES);
    CU_ASSERT_EQUAL(open_path(b, user, "/etc/mine", O_CREAT), -EACCES);
    CU_ASSERT_EQUAL(open_path(b, user, "/root/x", O_CREAT), -EACCES);
    CU_ASSERT_EQUAL(path_call(b, user, __NR_chdir, "/root"), -EACCES);
    CU_ASSERT_EQUAL(path_call(b, user, __NR_chroot, "/tmp"), -EPERM);
    CU_ASSERT_EQUAL(open_path(b, user, "/home/ada/notes", O_RDWR | O_CREAT), 4);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/root's", O_RDWR | O_CREAT), 3);
    CU_ASSERT_EQUAL(path_call(b, user, __NR_unlink, "/tmp/root's"), -EPERM); // sticky
    CU_ASSERT_EQUAL(path_call(b, user, __NR_unlink, "/home/ada/notes"), 0);
    power_off(b);
}

static void test_directories(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(path_call(b, child, __NR_chdir, "/home/ada"), 0);
    CU_ASSERT(is_in(b, child, "/home/ada"));
    CU_ASSERT(is_in(b, 1, "/")); // its own, without CLONE_FS
    CU_ASSERT_EQUAL(path_call(b, child, __NR_chdir, ".."), 0);
    CU_ASSERT(is_in(b, child, "/home"));
    CU_ASSERT_EQUAL(path_call(b, child, __NR_chdir, "../../.."), 0);
    CU_ASSERT(is_in(b, child, "/"));
    CU_ASSERT_EQUAL(path_call(b, child, __NR_chdir, "etc/motd"), -ENOTDIR);
    CU_ASSERT_EQUAL(path_call(b, child, __NR_chdir, "nowhere"), -ENOENT);
    CU_ASSERT_EQUAL(path_call(b, child, __NR_chdir, ""), -ENOENT);
    s32 sharer = clone_with(b, child, CLONE_FS | SIGCHLD);
    CU_ASSERT_EQUAL(path_call(b, sharer, __NR_chdir, "tmp"), 0);
    CU_ASSERT(is_in(b, child, "/tmp"));
    CU_ASSERT_EQUAL(open_path(b, child, "here", O_CREAT), 3);
    CU_ASSERT_STRING_EQUAL(file_of(b, child, 3)->name, "/tmp/here");
    // Another root: what lies above it has no name any more.
    CU_ASSERT_EQUAL(path_call(b, sharer, __NR_chroot, "/home"), 0);
    CU_ASSERT_EQUAL(path_call(b, sharer, __NR_chdir, "/"), 0);
    CU_ASSERT(is_in(b, child, "/home"));
    CU_ASSERT_EQUAL(path_call(b, child, __NR_chdir, "/.."), 0);
    CU_ASSERT(is_in(b, child, "/home"));
    CU_ASSERT_EQUAL(open_path(b, child, "/etc/motd", 0), -ENOENT);
    exit_task(b, sharer, 0);
    exit_task(b, child, 0);
    power_off(b);
}

static void test_getcwd(void)
{
    static const char *const nothing[] = { NULL };
    struct booted *b = power_on_machine();
    struct call getcwd = { .nr = __NR_getcwd, .args = { 0, 100 }, .strings = nothing };

    CU_ASSERT_EQUAL(make(b, 1, getcwd), 2);
    CU_ASSERT_EQUAL(path_call(b, 1, __NR_chdir, "/home/ada"), 0);
    CU_ASSERT_EQUAL(make(b, 1, getcwd), 10);
    getcwd.args[1] = 9;
    CU_ASSERT_EQUAL(make(b, 1, getcwd), -ERANGE);
    CU_ASSERT_EQUAL(CALL(b, 1, getcwd, 0x10, 100), -EFAULT);
    CU_ASSERT_EQUAL(path_call(b, 1, __NR_chroot, "/home"), 0);
    getcwd.args[1] = 100;
    CU_ASSERT_EQUAL(make(b, 1, getcwd), 5); // "/ada"
    power_off(b);
}

static void test_unlink(void)
{
    struct booted *b = power_on_machine();
    struct usage before = usage_of(b->m);

    CU_ASSERT_EQUAL(path_call(b, 1, __NR_unlink, "/tmp/file"), -ENOENT);
    CU_ASSERT_EQUAL(path_call(b, 1, __NR_unlink, "/tmp"), -EISDIR);
    CU_ASSERT_EQUAL(path_call(b, 1, __NR_unlink, "/etc/motd"), -EROFS);
    CU_ASSERT_EQUAL(path_call(b, 1, __NR_unlink, "/bin/sh"), -EROFS);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/file", O_RDWR | O_CREAT), 3);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "kept"), 4);
    CU_ASSERT_EQUAL(path_call(b, 1, __NR_unlink, "/tmp/file"), 0);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/file", O_RDWR), -ENOENT);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 0, 0), 0);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 10), 4); // while it is open, it is there
    CU_ASSERT_EQUAL(CALL(b, 1, close, 3), 0);
    struct usage after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    power_off(b);
}

// ---- Bytes -------------------------------------------------------------------------------------------

// What the newest read got: where its call says.
static bool has_read(struct booted *b, s32 pid, const char *text)
{
    char bytes[64] = "";

    read_user_bytes(b->m, mm_at(b->m, task(b, pid)->mm), task_pt_regs(b->m, task(b, pid))->ecx,
                    bytes, (u32)strlen(text));
    return strcmp(bytes, text) == 0;
}

static void test_positions(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd", 0), 3);
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 7), 7);
    CU_ASSERT(has_read(b, 1, "Welcome"));
    CU_ASSERT_EQUAL(read_some(b, child, 3, 3), 3); // one position for both
    CU_ASSERT(has_read(b, child, " to"));
    CU_ASSERT_EQUAL(CALL(b, child, dup, 3), 4);
    CU_ASSERT_EQUAL(CALL(b, child, lseek, 4, 0, 0), 0);
    CU_ASSERT_EQUAL(file_of(b, 1, 3)->f_pos, 0);
    CU_ASSERT_EQUAL(open_path(b, child, "/etc/motd", 0), 5); // its own
    CU_ASSERT_EQUAL(read_some(b, child, 5, 1000), 52);
    CU_ASSERT_EQUAL(read_some(b, child, 5, 1000), 0);
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_END_OF_FILE, child, 5));
    CU_ASSERT_EQUAL(file_of(b, 1, 3)->f_pos, 0);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, (u32)-2, 2), 50);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, (u32)-10, 1), 40);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, (u32)-1, 0), -EINVAL);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 0, 3), -EINVAL);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 9, 0, 0), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 0, 0, 0), -ESPIPE);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 0x7FFFFFFF, 0), 0x7FFFFFFF);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 1, 1), -EOVERFLOW);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 10), 0);
    power_off(b);
}

static void test_writing(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/log", O_RDWR | O_CREAT), 3);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "hello world"), 11);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 6, 0), 6);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "there"), 5);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/log", O_WRONLY | O_APPEND), 4);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "!"), 1);
    CU_ASSERT_EQUAL(file_of(b, 1, 4)->f_pos, 12);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 0, 0), 0);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 50), 12);
    CU_ASSERT(has_read(b, 1, "hello there!"));
    CU_ASSERT_EQUAL(read_some(b, 1, 4, 5), -EBADF);
    CU_ASSERT(refused(b, 1, EBADF, REFUSED_NOT_READABLE));
    // A hole, and what lies beyond the first page.
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 3 * PAGE_SIZE - 2, 0), 3 * PAGE_SIZE - 2);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "far"), 3);
    CU_ASSERT_EQUAL(inode_at(b->m, file_of(b, 1, 3)->f_inode)->i_size, 3 * PAGE_SIZE + 1);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, PAGE_SIZE, 0), PAGE_SIZE);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 3), 3);
    CU_ASSERT(has_read(b, 1, ""));
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/log", O_WRONLY | O_TRUNC), 5);
    CU_ASSERT_EQUAL(inode_at(b->m, file_of(b, 1, 3)->f_inode)->i_size, 0);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 3), 0);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd", O_RDWR | O_TRUNC), 6);
    CU_ASSERT_EQUAL(write_text(b, 1, 6, "new"), 3);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 6, 0, 0), 0);
    CU_ASSERT_EQUAL(read_some(b, 1, 6, 9), 3); // the old text does not come back
    CU_ASSERT(has_read(b, 1, "new"));
    power_off(b);
}

static void test_write_limits(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(open_path(b, child, "/tmp/log", O_RDWR | O_CREAT), 3);
    CU_ASSERT_EQUAL(CALL(b, child, lseek, 3, 0x7FFFFFFF, 0), 0x7FFFFFFF);
    CU_ASSERT_EQUAL(CALL(b, child, rt_sigaction, SIGXFSZ, SIG_IGN, 0), 0);
    CU_ASSERT_EQUAL(write_text(b, child, 3, "x"), -EFBIG); // no file of 2 GB, without a limit too
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_SIGNAL_DROPPED, child, SIGXFSZ));
    CU_ASSERT_EQUAL(CALL(b, child, rt_sigaction, SIGXFSZ, SIG_DFL, 0), 0);
    CU_ASSERT_EQUAL(CALL(b, child, lseek, 3, 0, 0), 0);
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_FSIZE, 4, 4), 0);
    CU_ASSERT_EQUAL(write_text(b, child, 3, "abcdef"), 4);
    CU_ASSERT_EQUAL(write_text(b, child, 3, "gh"), NO_RETURN); // SIGXFSZ
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(CALL(b, 1, write, 1, 0x10, 5), 5); // a terminal does not look at it here
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/log", O_RDWR), 3);
    CU_ASSERT_EQUAL(CALL(b, 1, write, 3, 0x10, 5), -EFAULT);
    CU_ASSERT_EQUAL(CALL(b, 1, write, 3, 0xC0000000, 5), -EFAULT);
    CU_ASSERT_EQUAL(CALL(b, 1, read, 3, 0x10, 5), -EFAULT);
    CU_ASSERT_EQUAL(CALL(b, 1, read, 3, 0xFFFFFFF0, 0x20), -EFAULT);
    CU_ASSERT_EQUAL(CALL(b, 1, read, 3, 0x08048000, 2), -EFAULT); // text is read-only
    CU_ASSERT_EQUAL(CALL(b, 1, read, 3, 0x10, 0), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, read, 77, 0x10, 1), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, write, ~0u, 0x10, 1), -EBADF);
    power_off(b);
}

// What lies before the end of the caller's memory is read and written, and no error is told of.
static void test_transfer_up_to_the_end_of_memory(void)
{
    struct booted *b = power_on_machine();
    u32 here =
        (u32)CALL(b, 1, mmap, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    uaddr last = here + PAGE_SIZE - 2; // two bytes before the end

    CU_ASSERT_EQUAL(CALL(b, 1, munmap, here + PAGE_SIZE, PAGE_SIZE), 0);
    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/log", O_RDWR | O_CREAT), 3);
    const struct file *file = file_of(b, 1, 3);
    const struct inode *inode = inode_at(b->m, file->f_inode);
    CU_ASSERT(store(b, 1, last, "ab", 2));
    CU_ASSERT_EQUAL(CALL(b, 1, write, 3, last, 5), 2);
    CU_ASSERT_EQUAL(heard_count(b, EVENT_REFUSED), 0);
    CU_ASSERT_EQUAL(inode->i_size, 2);
    CU_ASSERT_EQUAL(file->f_pos, 2);
    CU_ASSERT_EQUAL(CALL(b, 1, write, 3, here + PAGE_SIZE, 5), -EFAULT);
    CU_ASSERT(refused(b, 1, EFAULT, REFUSED_BAD_ADDRESS));
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "cde"), 3);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 1, 0), 1);
    CU_ASSERT_EQUAL(CALL(b, 1, read, 3, last, 4), 2);
    CU_ASSERT_EQUAL(file->f_pos, 3);
    CU_ASSERT_EQUAL(CALL(b, 1, read, 3, here + PAGE_SIZE, 1), -EFAULT);
    CU_ASSERT_EQUAL(open_path(b, 1, "/dev/hda", O_RDONLY), 4);
    CU_ASSERT_EQUAL(CALL(b, 1, read, 4, last, 9), NO_RETURN);
    interrupt_from_disk(b, 1);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, 1, __NR_read), 2);
    power_off(b);
}

static void test_devices(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(open_path(b, 1, "/dev/null", O_RDWR), 3);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "gone"), 4);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 4), 0);
    CU_ASSERT_EQUAL(open_path(b, 1, "/dev/zero", O_RDWR), 4);
    CU_ASSERT_EQUAL(read_some(b, 1, 4, 5000), 5000);
    CU_ASSERT_EQUAL(write_text(b, 1, 1, "hello\n"), 6);
    CU_ASSERT_EQUAL(read_some(b, child, 0, 10), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, child), 'S');
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGTERM), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 0, F_SETFL, O_NONBLOCK), 0);
    CU_ASSERT_EQUAL(read_some(b, 1, 0, 10), -EAGAIN);
    power_off(b);
}

static void test_fcntl(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/log", O_RDWR | O_CREAT), 3);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_GETFD), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_SETFD, FD_CLOEXEC), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_GETFD), FD_CLOEXEC);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_GETFL), O_RDWR);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_SETFL, O_APPEND | O_WRONLY | O_TRUNC), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_GETFL), O_RDWR | O_APPEND);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_DUPFD, 10), 10);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 10, F_GETFD), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_DUPFD, 10), 11);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_DUPFD, 1024), -EINVAL);
    CU_ASSERT_EQUAL(CALL(b, 1, dup, 3), 4); // the lowest, still
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, 99), -EINVAL);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 99, F_GETFL), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 0, F_SETFL, O_NONBLOCK), 0);
    CU_ASSERT_EQUAL(CALL(b, child, fcntl, 2, F_GETFL), O_RDWR | O_NONBLOCK); // one file for all
    power_off(b);
}

static void test_mapped_files(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd", O_RDWR), 3);
    s32 address = CALL(b, 1, mmap, 0, PAGE_SIZE, PROT_READ, MAP_SHARED, 3);
    CU_ASSERT(load(b, 1, (uaddr)address, 7));
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 0, 0), 0);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "Farewell"), 8);
    char bytes[9] = "";
    read_user_bytes(b->m, mm_at(b->m, task(b, 1)->mm), (uaddr)address, bytes, 8);
    CU_ASSERT_STRING_EQUAL(bytes, "Farewell"); // one page for the file and the mapping
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd", O_TRUNC), -ETXTBSY);
    CU_ASSERT_EQUAL(CALL(b, 1, munmap, (uaddr)address, PAGE_SIZE), 0);
    CU_ASSERT_EQUAL(open_path(b, 1, "/etc/motd", O_TRUNC), 4);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, 0, PAGE_SIZE, PROT_READ, MAP_SHARED, 0), -ENODEV);
    power_off(b);
}

static int check_files_and_signals(const struct machine *m, struct strbuf *words)
{
    return check_files(m, words) + check_signal_queues(m, words);
}

static void spoil(struct booted *b, const void *field, u32 wrong)
{
    expect_found(b, check_files_and_signals, field, wrong);
}

static void test_checker(void)
{
    struct booted *b = power_on_machine();
    const struct files_struct *files = files_of(b, 1);
    const struct user_struct *root = &kernel(b->m)->root_user;
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, child, rt_sigprocmask, SIG_BLOCK, 1u << (SIGUSR1 - 1), 0), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGUSR1), 0);
    const struct sigpending *shared = &signal_of(b->m, task(b, child))->shared_pending;
    spoil(b, &file_of(b, 1, 0)->f_count, 8);
    spoil(b, at(b->m, files->open_fds, u32), 3);      // 2 has a file but is closed
    spoil(b, at(b->m, files->close_on_exec, u32), 8); // 3 is closed
    spoil(b, &files->next_fd, 5);                     // 3 is free
    spoil(b, &kernel(b->m)->root_dentry.d_count, 1);
    spoil(b, &kernel(b->m)->rootfs_dentry[3].d_count, 9);
    spoil(b, (const void *)&kernel(b->m)->rootfs_inode[3].i_count, 9);
    spoil(b, &kernel(b->m)->rootfs_inode[13].i_writecount, 1);
    spoil(b, &file_of(b, 1, 0)->f_inode, kaddr_of(b->m, &kernel(b->m)->rootfs_inode[3]));
    spoil(b, &rq(b->m)->nr_iowait, 1);
    spoil(b, &root->sigpending, 0);
    spoil(b, &root->count, 99);
    spoil(b, &shared->signal.sig[0], 0);
    power_off(b);
}

static CU_TestInfo tests[] = {
    { "the console", test_console },
    { "the lowest free descriptor", test_lowest_descriptor },
    { "errors", test_errors },
    { "fork shares open files", test_fork_shares_files },
    { "close-on-exec", test_close_on_exec },
    { "a table grows to the limit", test_growing },
    { "a table grows past its inline bit sets", test_growing_past_the_bit_sets },
    { "what open's flags ask for", test_opening },
    { "permissions", test_permissions },
    { "working and root directories", test_directories },
    { "getcwd", test_getcwd },
    { "unlink", test_unlink },
    { "one position for all who share a file", test_positions },
    { "writing", test_writing },
    { "bad addresses and limits", test_write_limits },
    { "a transfer ends where the caller's memory does", test_transfer_up_to_the_end_of_memory },
    { "devices", test_devices },
    { "fcntl", test_fcntl },
    { "files that are mapped", test_mapped_files },
    { "the checker finds wrong counts and bits", test_checker },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "files", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
