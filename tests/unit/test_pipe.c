// Pipes and the disk: who sleeps, who is woken, what comes through, and how it ends.
#include "booted_machine.h"
#include "cunit_main.h"

#include "kernel/pipe.h"

static const struct pipe_inode_info *pipe_of(const struct booted *b, s32 pid, s32 fd)
{
    const struct files_struct *files = at(b->m, task(b, pid)->files, struct files_struct);
    kaddr file = *at(b->m, files->fd + (u32)fd * 4, kaddr);

    return pipe_info(b->m, inode_at(b->m, file_at(b->m, file)->f_inode));
}

static bool has_read(struct booted *b, s32 pid, const char *text)
{
    char bytes[64] = "";
    const struct event *e = NULL;

    for (u32 i = 0; i < b->count; i++)
        if (b->heard[i].kind == EVENT_READ && b->heard[i].a == pid)
            e = &b->heard[i];
    if (!e || e->c != (s32)strlen(text))
        return false;
    read_user_bytes(b->m, mm_at(b->m, task(b, pid)->mm), task_pt_regs(b->m, task(b, pid))->ecx,
                    bytes, (u32)e->c);
    return strcmp(bytes, text) == 0;
}

// What a call that slept returned; NO_RETURN if it still does.
static s32 returned(const struct booted *b, s32 pid, s32 nr)
{
    return heard_value(b, EVENT_RETURN, pid, nr);
}

// Init has a pipe (3 reads, 4 writes), and a child that has it too.
static s32 pipe_and_child(struct booted *b)
{
    s32 fds[2];

    CU_ASSERT_EQUAL(open_pipe(b, 1, fds), 0);
    CU_ASSERT_EQUAL(fds[0], 3);
    CU_ASSERT_EQUAL(fds[1], 4);
    return CALL(b, 1, fork, 0);
}

// A large buffer in the child's memory, in pages of one letter each.
static uaddr lettered_buffer(struct booted *b, s32 pid, u32 pages)
{
    uaddr address = (uaddr)CALL(b, pid, mmap, 0, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS);

    for (u32 i = 0; i < pages; i++) {
        char letter = (char)('a' + i);

        store(b, pid, address + i * PAGE_SIZE, &letter, 1);
    }
    return address;
}

// ---- One end and the other -----------------------------------------------------------------------

static void test_making(void)
{
    struct booted *b = power_on_machine();
    struct usage before = usage_of(b->m);
    s32 fds[2];

    CU_ASSERT_EQUAL(open_pipe(b, 1, fds), 0);
    u32 written[2];
    read_user_bytes(b->m, mm_at(b->m, task(b, 1)->mm), task_pt_regs(b->m, task(b, 1))->ebx, written,
                    sizeof written);
    CU_ASSERT_EQUAL(written[0], 3);
    CU_ASSERT_EQUAL(written[1], 4);
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3), pipe_of(b, 1, 4));
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->readers, 1);
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->writers, 1);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "x"), -EBADF);
    CU_ASSERT(refused(b, 1, EBADF, REFUSED_NOT_WRITABLE));
    CU_ASSERT_EQUAL(read_some(b, 1, 4, 1), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 0, 0), -ESPIPE);
    // fork adds users of the open files, not ends.
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(pipe_of(b, child, 3)->writers, 1);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)child), child);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "left in it"), 10);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 3), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 4), 0);
    struct usage after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    // Where the descriptors cannot be written, they stay open.
    CU_ASSERT_EQUAL(CALL(b, 1, pipe, 0x10), -EFAULT);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 3), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 4), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, setrlimit, RLIMIT_NOFILE, 4, 4), 0);
    CU_ASSERT_EQUAL(open_pipe(b, 1, fds), -EMFILE);
    after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    power_off(b);
}

static void test_bytes(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);

    CU_ASSERT_EQUAL(write_text(b, 1, 4, "hello"), 5);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, " world"), 6);
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->nrbufs, 1); // merged into one page
    CU_ASSERT_EQUAL(pipe_bytes(pipe_of(b, 1, 3)), 11);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 4), 4);
    CU_ASSERT(has_read(b, child, "hell"));
    CU_ASSERT_EQUAL(read_some(b, child, 3, 100), 7); // what there is
    CU_ASSERT(has_read(b, child, "o world"));
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->nrbufs, 0);
    CU_ASSERT_TRUE(pipe_of(b, 1, 3)->tmp_page != 0); // kept for the next write
    CU_ASSERT_EQUAL(read_some(b, child, 3, 0), 0);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, ""), 0);
    // A reader whose memory is out of reach leaves the bytes where they are.
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "kept"), 4);
    CU_ASSERT_EQUAL(CALL(b, child, read, 3, 0x10, 4), -EFAULT);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, 0x10, 4), -EFAULT);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 9), 4);
    CU_ASSERT(has_read(b, child, "kept"));
    power_off(b);
}

// ---- Sleeping --------------------------------------------------------------------------------------

static void test_reader_sleeps(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);

    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, child), 'S');
    CU_ASSERT_FALSE(is_able(b, child));
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "wake up"), 7);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(returned(b, child, __NR_read), 7);
    CU_ASSERT(has_read(b, child, "wake up"));
    CU_ASSERT_EQUAL(pipe_bytes(pipe_of(b, 1, 3)), 0);
    // Two sleep; both are woken, one gets it, the other sleeps on.
    s32 other = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    CU_ASSERT_EQUAL(read_some(b, other, 3, 10), NO_RETURN);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "one"), 3);
    CU_ASSERT_EQUAL((state_of(b, child) == 'S') + (state_of(b, other) == 'S'), 1);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "two"), 3);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(state_of(b, other), 'R');
    power_off(b);
}

// With settling off the woken reader has not run yet, but it has left the queue.
static void test_woken_but_not_run(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);

    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    turn_settle(b, false);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "bytes"), 5);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(returned(b, child, __NR_read), NO_RETURN);
    CU_ASSERT(list_empty(b->m, &pipe_of(b, 1, 3)->wait.task_list));
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 2), 2); // somebody else is quicker …
    turn_settle(b, true);
    CU_ASSERT(has_read(b, child, "tes")); // … and it gets what is left
    power_off(b);
}

static void test_end_of_file(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);
    s32 writer = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, child, close, 4), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 4), 0);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    CU_ASSERT_EQUAL(write_text(b, writer, 4, "last words"), 10);
    CU_ASSERT_EQUAL(returned(b, child, __NR_read), 10);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    // The last writer ends: its last close wakes the reader.
    CALL(b, 1, kill, (u32)writer, SIGKILL);
    CU_ASSERT_EQUAL(returned(b, child, __NR_read), 0);
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_END_OF_FILE, child, 3));
    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), 0); // and again
    power_off(b);
}

static void test_broken_pipe(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);

    CU_ASSERT_EQUAL(CALL(b, child, close, 3), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 3), 0);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "x"), -EPIPE); // init is spared
    CU_ASSERT(refused(b, 1, EPIPE, REFUSED_NO_READER));
    CU_ASSERT_EQUAL(CALL(b, child, rt_sigaction, SIGPIPE, SIG_IGN), 0);
    CU_ASSERT_EQUAL(write_text(b, child, 4, "x"), -EPIPE);
    CU_ASSERT_EQUAL(CALL(b, child, rt_sigaction, SIGPIPE, SIG_DFL), 0);
    CU_ASSERT_EQUAL(write_text(b, child, 4, "x"), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(task(b, child)->exit_code, SIGPIPE);
    power_off(b);
}

static void test_writer_sleeps(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);
    uaddr buffer = lettered_buffer(b, child, 20);
    char letter[2] = "";

    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 20 * PAGE_SIZE), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, child), 'S');
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->nrbufs, PIPE_BUFFERS);
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->waiting_writers, 1);
    // A reader that empties a page makes room for the next; while a writer waits, it gets all it
    // asks for.
    CU_ASSERT_EQUAL(read_some(b, 1, 3, PAGE_SIZE), (s32)PAGE_SIZE);
    CU_ASSERT_EQUAL(state_of(b, child), 'S');
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->nrbufs, PIPE_BUFFERS);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, 19 * PAGE_SIZE), (s32)(19 * PAGE_SIZE));
    read_user_bytes(b->m, mm_at(b->m, task(b, 1)->mm),
                    task_pt_regs(b->m, task(b, 1))->ecx + 18 * PAGE_SIZE, letter, 1);
    CU_ASSERT_STRING_EQUAL(letter, "t");
    CU_ASSERT_EQUAL(returned(b, child, __NR_write), 20 * (s32)PAGE_SIZE);
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->waiting_writers, 0);
    // The readers go while it sleeps: what was written counts, and the signal comes.
    CU_ASSERT_EQUAL(CALL(b, child, close, 3), 0);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 20 * PAGE_SIZE), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 3), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(task(b, child)->exit_code, SIGPIPE);
    power_off(b);
}

static void test_not_blocking(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);
    uaddr buffer = lettered_buffer(b, child, 20);

    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 3, F_SETFL, O_NONBLOCK), 0);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), -EAGAIN); // the open file is shared
    CU_ASSERT(refused(b, child, EAGAIN, REFUSED_WOULD_BLOCK));
    CU_ASSERT_EQUAL(CALL(b, 1, fcntl, 4, F_SETFL, O_NONBLOCK), 0);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 20 * PAGE_SIZE), 16 * (s32)PAGE_SIZE);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 1), -EAGAIN);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 100), 100);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 1), -EAGAIN); // no page is free yet
    CU_ASSERT_EQUAL(read_some(b, child, 3, PAGE_SIZE - 100), (s32)PAGE_SIZE - 100);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 1), 1);
    power_off(b);
}

// Writes of up to PIPE_BUF bytes do not mix, however many sleep.
static void test_atomic_writes(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);
    uaddr buffer = lettered_buffer(b, child, 20);
    s32 other = CALL(b, child, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 15 * PAGE_SIZE + 100), 15 * PAGE_SIZE + 100);
    // It does not fit behind the 100 bytes: a page of its own is needed, and there is none.
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, PIPE_BUF), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, other, write, 4, buffer + PAGE_SIZE, PIPE_BUF), NO_RETURN);
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->waiting_writers, 2);
    CU_ASSERT_EQUAL(pipe_bytes(pipe_of(b, 1, 3)), 15 * PAGE_SIZE + 100);
    CU_ASSERT_EQUAL(read_some(b, 1, 3, PAGE_SIZE), (s32)PAGE_SIZE);
    CU_ASSERT_EQUAL(pipe_bytes(pipe_of(b, 1, 3)), 15 * PAGE_SIZE + 100);
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->waiting_writers, 1);
    power_off(b);
}

// ---- Signals -----------------------------------------------------------------------------------------

static void test_interrupted(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);

    CU_ASSERT_EQUAL(CALL(b, child, rt_sigaction, SIGUSR1, 0x08048400, 0), 0);
    CU_ASSERT_EQUAL(CALL(b, child, rt_sigaction, SIGUSR2, 0x08048400, SA_RESTART), 0);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGUSR1), 0);
    CU_ASSERT_EQUAL(returned(b, child, __NR_read), -EINTR);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGUSR2), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'S'); // made again
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "again"), 5);
    CU_ASSERT(has_read(b, child, "again"));
    // Stopped and continued, it reads on.
    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGSTOP), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'T');
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "later"), 5);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGCONT), 0);
    CU_ASSERT(has_read(b, child, "later"));
    // A write that has written something returns that.
    uaddr buffer = lettered_buffer(b, child, 20);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 20 * PAGE_SIZE), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGUSR1), 0);
    CU_ASSERT_EQUAL(returned(b, child, __NR_write), 16 * (s32)PAGE_SIZE);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 1), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGKILL), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(pipe_of(b, 1, 3)->waiting_writers, 0);
    power_off(b);
}

// A thread closes the descriptor on which another sleeps: the open file stays until it has read.
static void test_closed_under_a_sleeper(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);
    s32 thread = new_thread(b, child);

    CU_ASSERT_EQUAL(read_some(b, child, 3, 10), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, 1, close, 3), 0);
    CU_ASSERT_EQUAL(CALL(b, thread, close, 3), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'S');
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "still"), 5);
    CU_ASSERT_EQUAL(returned(b, child, __NR_read), 5);
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "now"), -EPIPE); // that was the last reader
    power_off(b);
}

// Threads on one stack: what the one has to write is still there after the other has written.
static void test_buffers_of_threads(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);
    s32 thread = new_thread(b, child);
    uaddr buffer = lettered_buffer(b, child, 16);

    CU_ASSERT_EQUAL(CALL(b, child, fcntl, 4, F_SETFL, O_NONBLOCK), 0);
    CU_ASSERT_EQUAL(CALL(b, child, write, 4, buffer, 16 * PAGE_SIZE), 16 * (s32)PAGE_SIZE);
    CU_ASSERT_EQUAL(CALL(b, child, fcntl, 4, F_SETFL, 0), 0);
    CU_ASSERT_EQUAL(write_text(b, child, 4, "mine"), NO_RETURN);
    CU_ASSERT_EQUAL(write_text(b, thread, 1, "yours"), 5);
    CU_ASSERT_EQUAL(CALL(b, thread, read, 3, buffer, 16 * PAGE_SIZE), 16 * (s32)PAGE_SIZE);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(read_some(b, thread, 3, 100), 4);
    CU_ASSERT(has_read(b, thread, "mine"));
    power_off(b);
}

// exec kills a thread that sleeps in a read, and closes what is marked.
static void test_exec_ends_it(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);
    s32 thread = new_thread(b, child);

    CU_ASSERT_EQUAL(CALL(b, 1, close, 3), 0);
    CU_ASSERT_EQUAL(CALL(b, child, fcntl, 3, F_SETFD, FD_CLOEXEC), 0);
    CU_ASSERT_EQUAL(read_some(b, thread, 3, 10), NO_RETURN);
    exec(b, child, "/bin/true");
    CU_ASSERT_STRING_EQUAL(task(b, child)->comm, "true");
    CU_ASSERT_PTR_NULL(task(b, thread));
    CU_ASSERT_EQUAL(write_text(b, 1, 4, "x"), -EPIPE);
    power_off(b);
}

// ---- The disk ------------------------------------------------------------------------------------------

static s32 read_disk(struct booted *b, s32 pid)
{
    static const char *const nothing[] = { NULL };

    return make(b, pid,
                (struct call){
                    .nr = __NR_read, .args = { ~0u, 0, 512, 0, READ_DISK }, .strings = nothing });
}

static void test_disk(void)
{
    struct booted *b = power_on_machine();
    struct usage before = usage_of(b->m);
    s32 one = CALL(b, 1, fork, 0), two = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(read_disk(b, one), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, one), 'D');
    CU_ASSERT_EQUAL(rq(b->m)->nr_iowait, 1);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)one, SIGKILL), 0); // does not help
    CU_ASSERT_EQUAL(state_of(b, one), 'D');
    CU_ASSERT_EQUAL(read_disk(b, two), NO_RETURN);
    CU_ASSERT_TRUE(page_waited_for(b->m, task(b, one)) != page_waited_for(b->m, task(b, two)));
    interrupt_from_disk(b, two); // out of turn
    CU_ASSERT_EQUAL(returned(b, two, __NR_read), 512);
    CU_ASSERT_EQUAL(state_of(b, one), 'D');
    interrupt_from_disk(b, 0);
    CU_ASSERT_EQUAL(state_of(b, one), 'Z'); // only now
    CU_ASSERT_EQUAL(task(b, one)->exit_code, SIGKILL);
    CU_ASSERT_EQUAL(rq(b->m)->nr_iowait, 0);
    exit_task(b, two, 0);
    CALL(b, 1, wait4, (u32)one);
    CALL(b, 1, wait4, (u32)two);
    struct usage after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    power_off(b);
}

// Everybody sleeps: the interrupt finds the idle task.
static void test_disk_when_idle(void)
{
    struct booted *b = power_on_machine();

    for (u32 i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(read_disk(b, 1), NO_RETURN);
        CU_ASSERT_EQUAL(current_pid(b), 0);
        interrupt_from_disk(b, 0);
        CU_ASSERT_EQUAL(returned(b, 1, __NR_read), 512);
        CU_ASSERT_EQUAL(current_pid(b), 1);
        turn_settle(b, false);
    }
    power_off(b);
}

// Through the device's file, two may wait for the same page.
static void test_block_device(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(open_path(b, 1, "/dev/hda", O_RDONLY), 3);
    CU_ASSERT_EQUAL(open_path(b, child, "/dev/hda", O_RDONLY), 3);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 100), NO_RETURN);
    s32 other = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(read_some(b, other, 3, 9000), NO_RETURN);
    CU_ASSERT_EQUAL(page_waited_for(b->m, task(b, child)), page_waited_for(b->m, task(b, other)));
    interrupt_from_disk(b, 0);
    CU_ASSERT_EQUAL(returned(b, child, __NR_read), 100);
    CU_ASSERT_EQUAL(returned(b, other, __NR_read), (s32)PAGE_SIZE); // up to the page's end
    CU_ASSERT_EQUAL(CALL(b, child, lseek, 3, 0, 2), (s32)DISK_BYTES);
    CU_ASSERT_EQUAL(read_some(b, child, 3, 100), 0);
    power_off(b);
}

// ---- Back and forth --------------------------------------------------------------------------------------

// Whatever sleeps and wakes can be taken back, and is the same when it is executed again.
static void test_travel(void)
{
    struct booted *b = power_on_machine();
    size_t size = b->m->image_size;
    u8 *images[12];
    s32 child = pipe_and_child(b);
    u64 first = machine_position(b->m).command, n = 0;

    for (u32 step = 0; step < 12; step++) {
        images[n] = malloc(size);
        memcpy(images[n++], b->m->image, size);
        switch (step) {
        case 0:
        case 4:
            read_some(b, child, 3, 10);
            break;
        case 1:
            write_text(b, 1, 4, "text");
            break;
        case 2:
            read_disk(b, child);
            break;
        case 3:
            interrupt_from_disk(b, 0);
            break;
        case 5:
            CALL(b, 1, kill, (u32)child, SIGTERM);
            break;
        default:
            write_text(b, 1, 4, "more");
        }
    }
    for (u64 i = n; i-- > 0;) {
        CU_ASSERT(machine_goto(b->m, first + i));
        CU_ASSERT_EQUAL(memcmp(images[i], b->m->image, size), 0);
        CU_ASSERT(is_machine_sound(b->m));
    }
    struct booted *twin = power_on_machine();
    copy_acts(twin, b, first + n - 1);
    CU_ASSERT_EQUAL(memcmp(images[n - 1], twin->m->image, size), 0);
    while (n > 0)
        free(images[--n]);
    power_off(twin);
    power_off(b);
}

static void spoil(struct booted *b, const void *field, u32 wrong)
{
    expect_found(b, machine_check, field, wrong);
}

static void test_checker(void)
{
    struct booted *b = power_on_machine();
    s32 child = pipe_and_child(b);
    const struct pipe_inode_info *info = pipe_of(b, 1, 3);

    CU_ASSERT_EQUAL(write_text(b, 1, 4, "bytes"), 5);
    spoil(b, &info->readers, 2);
    spoil(b, &info->writers, 0);
    spoil(b, &info->nrbufs, 2);
    spoil(b, &info->nrbufs, 0);
    spoil(b, &info->curbuf, 16);
    spoil(b, &info->waiting_writers, 1);
    spoil(b, &info->bufs[0].len, 5000);
    spoil(b, &info->bufs[0].ops, PIPE_BUF_EMPTY);
    spoil(b, &info->tmp_page, info->bufs[0].page); // a second owner
    CU_ASSERT_EQUAL(read_some(b, child, 3, 5), 5);
    spoil(b, &info->tmp_page, 0); // a page that is nobody's
    CU_ASSERT_EQUAL(read_some(b, child, 3, 5), NO_RETURN);
    u32 asleep = (u32)task(b, child)->state;
    CU_ASSERT_EQUAL(asleep, TASK_INTERRUPTIBLE);
    kaddr entry = info->wait.task_list.next;
    spoil(b, &list_entry(b->m, entry, struct wait_queue, task_list)->task,
          kaddr_of(b->m, task(b, 1)));
    CU_ASSERT_EQUAL(read_disk(b, 1), NO_RETURN);
    spoil(b, &at(b->m, page_waited_for(b->m, task(b, 1)), struct page)->flags, 0);
    spoil(b, &rq(b->m)->nr_iowait, 0);
    power_off(b);
}

static CU_TestInfo tests[] = {
    { "a pipe is made, and gone with its last end", test_making },
    { "bytes come through", test_bytes },
    { "a reader sleeps and is woken", test_reader_sleeps },
    { "woken, but not run yet", test_woken_but_not_run },
    { "the last writer's end is the end of the file", test_end_of_file },
    { "nobody reads any more", test_broken_pipe },
    { "a writer sleeps and is woken", test_writer_sleeps },
    { "O_NONBLOCK", test_not_blocking },
    { "writes up to PIPE_BUF do not mix", test_atomic_writes },
    { "signals interrupt it", test_interrupted },
    { "a thread closes what another reads", test_closed_under_a_sleeper },
    { "threads do not write into each other's buffers", test_buffers_of_threads },
    { "exec ends a thread that reads", test_exec_ends_it },
    { "only the disk ends state D", test_disk },
    { "the disk interrupts the idle task", test_disk_when_idle },
    { "two wait for one page of the disk", test_block_device },
    { "sleeping and waking, back and forth", test_travel },
    { "the checker finds what is wrong", test_checker },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "pipe", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
