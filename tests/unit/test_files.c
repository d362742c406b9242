// Open files: descriptors, what shares a file, what exec closes, tables that grow.
#include "booted_machine.h"
#include "cunit_main.h"

static s32 open_file(struct booted *b, s32 pid, const char *path, u32 flags)
{
    const char *const strings[] = { path, NULL };

    return make(b, pid, (struct call){ __NR_open, { 0, flags }, strings });
}

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

    CU_ASSERT_EQUAL(open_file(b, 1, "/etc/passwd", 0), 3);
    CU_ASSERT_EQUAL(open_file(b, 1, "/tmp/log", 02001), 4);
    CU_ASSERT_EQUAL(file_of(b, 1, 3)->f_mode, 1);
    CU_ASSERT_EQUAL(file_of(b, 1, 4)->f_mode, 2);
    CU_ASSERT_EQUAL(file_of(b, 1, 4)->f_flags, 02001);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 0), 0);
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_CLOSE, 1, 0));
    CU_ASSERT_EQUAL(CALL(b, 1, dup, 4), 0);
    CU_ASSERT_EQUAL(file_of(b, 1, 0)->f_count, 2);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 4, 20), 20);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 4, 3), 3); // closes what was there
    CU_ASSERT_EQUAL(live_files(b), 2);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 4, 4), 4);
    CU_ASSERT_EQUAL(file_of(b, 1, 4)->f_count, 4);
    CU_ASSERT_EQUAL(open_file(b, 1, "/tmp/next", 2), 5);
    power_off(b);
}

static void test_errors(void)
{
    struct booted *b = power_on_machine();
    char *long_path = malloc(5000);

    memset(long_path, 'x', 4999);
    long_path[4999] = '\0';
    CU_ASSERT_EQUAL(open_file(b, 1, "", 0), -ENOENT);
    CU_ASSERT_EQUAL(open_file(b, 1, long_path, 0), -ENAMETOOLONG);
    long_path[4095] = '\0';
    CU_ASSERT_EQUAL(open_file(b, 1, long_path, 0), 3); // its beginning is remembered
    CU_ASSERT_EQUAL(strlen(file_of(b, 1, 3)->name), FILE_NAME_MAX - 1);
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

    CU_ASSERT_EQUAL(open_file(b, 1, "/etc/passwd", 0), 3);
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_PTR_EQUAL(file_of(b, 1, 3), file_of(b, child, 3));
    CU_ASSERT_PTR_NOT_EQUAL(files_of(b, 1), files_of(b, child));
    CU_ASSERT_EQUAL(file_of(b, 1, 3)->f_count, 2);
    CU_ASSERT_EQUAL(CALL(b, child, close, 3), 0);
    CU_ASSERT_EQUAL(file_of(b, 1, 3)->f_count, 1);
    s32 sharer = CALL(b, child, clone, CLONE_FILES | SIGCHLD);
    CU_ASSERT_PTR_EQUAL(files_of(b, sharer), files_of(b, child));
    CU_ASSERT_EQUAL(open_file(b, sharer, "/tmp/x", 0), 3);
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

    CU_ASSERT_EQUAL(open_file(b, child, "/a", 0), 3);
    CU_ASSERT_EQUAL(open_file(b, child, "/b", O_CLOEXEC), 4);
    CU_ASSERT_EQUAL(open_file(b, child, "/c", 0), 5);
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
    CU_ASSERT_EQUAL(open_file(b, child, "/x", 0), -EMFILE);
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

// What a field must not be: stored, found by the checker, and put back.
static void spoil(struct booted *b, const void *field, u32 wrong)
{
    struct strbuf words = STRBUF_INIT;
    u32 right;

    memcpy(&right, field, sizeof right);
    history_begin(b->m, NULL);
    door_store(b->m, field, &wrong, sizeof wrong);
    CU_ASSERT(check_shared(b->m, &words) > 0);
    door_store(b->m, field, &right, sizeof right);
    CU_ASSERT_EQUAL(check_shared(b->m, &words), 0);
    history_end(b->m);
    strbuf_finish(&words);
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
