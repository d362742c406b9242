// Going through time: every step forwards and backwards, past the journal's end, over commands
// that outgrow it, and onto branches, byte for byte.
#include "booted_machine.h"
#include "cunit_main.h"
#include "machine/record.h"
#include "random_acts.h"

#include <string.h>

#define SMALL_JOURNAL (1u << 20)

// Stands for the image's bytes. Pages that were never stored to are zeros.
static u64 image_hash(const struct machine *m)
{
    u64 hash = m->image_size;

    for (size_t page = 0; page < m->image_size >> PAGE_SHIFT; page++) {
        const u64 *words = (const u64 *)(const void *)(m->image + (page << PAGE_SHIFT));

        if (!m->touched[page])
            continue;
        for (size_t i = 0; i < PAGE_SIZE / 8; i++) {
            u64 part = words[i] * 0x9E3779B97F4A7C15ull;

            if (words[i])
                hash += (part ^ part >> 32 ^ (page * 512 + i)) * 0xD6E8FEB86659FD93ull;
        }
    }
    return hash;
}

struct hashes {
    u64 *at;
    u64 count;
};

static void add_hash(struct hashes *h, const struct machine *m)
{
    h->at = realloc(h->at, (h->count + 1) * sizeof *h->at);
    h->at[h->count++] = image_hash(m);
}

static struct booted *small_machine(u64 journal_bytes, bool shell)
{
    struct boot_options options = boot_defaults;

    options.ram_bytes = RAM_MIN;
    options.shell = shell;
    return power_on_with(&options, journal_bytes);
}

// `acts` random commands, and the hash of every position in *hashes.
static struct booted *random_history(u64 seed, u32 acts, u64 journal_bytes, struct hashes *hashes)
{
    struct booted *b = small_machine(journal_bytes, false);
    struct randomness r = { seed * 0x9E3779B97F4A7C15ull, 30, true, true };

    add_hash(hashes, b->m);
    while (machine_position(b->m).commands < acts) {
        u64 before = machine_position(b->m).commands;

        act_at_random(b, &r);
        if (machine_position(b->m).commands > before)
            add_hash(hashes, b->m);
    }
    return b;
}

static void expect_position(struct booted *b, const struct hashes *hashes, u64 n)
{
    bool same;

    CU_ASSERT_TRUE_FATAL(machine_goto(b->m, n));
    CU_ASSERT_EQUAL(machine_position(b->m).command, n);
    CU_ASSERT_FALSE(machine_is_inside(b->m));
    same = image_hash(b->m) == hashes->at[n];
    if (!same)
        fprintf(stderr, "position %llu differs\n", (unsigned long long)n);
    CU_ASSERT(same);
}

// ---- Steps -----------------------------------------------------------------------------------

static void test_every_step(void)
{
    struct hashes ends = { 0 }, steps = { 0 };
    struct booted *b = random_history(3, 25, 0, &ends);
    struct machine *m = b->m;

    CU_ASSERT_TRUE(machine_goto(m, 0));
    add_hash(&steps, m);
    while (machine_step(m, STEP_INTO)) {
        add_hash(&steps, m);
        if (!machine_is_inside(m))
            CU_ASSERT_EQUAL(steps.at[steps.count - 1], ends.at[machine_position(m).command]);
    }
    CU_ASSERT_EQUAL(machine_position(m).command, ends.count - 1);
    CU_ASSERT_TRUE(steps.count > 1000);
    u64 i = steps.count - 1;
    while (machine_step(m, STEP_BACK) && i > 0)
        CU_ASSERT_EQUAL(image_hash(m), steps.at[--i]);
    CU_ASSERT_EQUAL(i, 0);
    CU_ASSERT_FALSE(machine_step(m, STEP_BACK));
    // Back and forth from the middle of commands.
    struct randomness r = { 77, 0, false, false };
    for (u32 k = 0; k < 800; k++) {
        if (random_below(&r, 5) < 3)
            i += machine_step(m, STEP_INTO);
        else
            i -= machine_step(m, STEP_BACK);
        CU_ASSERT_EQUAL(image_hash(m), steps.at[i]);
    }
    expect_position(b, &ends, ends.count - 1);
    free(ends.at);
    free(steps.at);
    power_off(b);
}

// The record that the cursor has just passed.
static const struct record *passed(const struct machine *m)
{
    return record_get(m, record_cursor(m) - 1);
}

static bool has_entered(const struct machine *m, enum ksym symbol)
{
    return passed(m)->kind == RECORD_ENTER && passed(m)->id == symbol;
}

static void step_to(struct machine *m, enum ksym symbol)
{
    do {
        CU_ASSERT_TRUE_FATAL(machine_step(m, STEP_INTO));
    } while (!has_entered(m, symbol));
}

// How deep the record just passed lies in command 0.
static u32 depth_here(const struct machine *m)
{
    struct record_range range;
    u32 nesting = 0, depth = 0;

    CU_ASSERT_TRUE_FATAL(command_records(m, 0, &range));
    for (u64 i = range.begin; i < record_cursor(m); i++)
        depth = record_depth(record_get(m, i), &nesting);
    return depth;
}

static void test_over_and_out(void)
{
    struct booted *b = power_on_machine();
    struct machine *m = b->m;

    CALL(b, 1, fork, 0);
    machine_goto(m, 0);
    step_to(m, KSYM_alloc_pidmap);
    CU_ASSERT_TRUE(machine_step(m, STEP_OVER)); // not into its note
    CU_ASSERT_TRUE(has_entered(m, KSYM_copy_process));
    u32 depth = depth_here(m);
    CU_ASSERT_EQUAL(depth, 3); // in do_fork(), sys_fork() and system_call()
    CU_ASSERT_TRUE(machine_step(m, STEP_OVER));
    CU_ASSERT_EQUAL(depth_here(m), depth);
    CU_ASSERT_EQUAL(passed(m)->kind, RECORD_NOTE);
    CU_ASSERT_EQUAL(passed(m)->id, EVENT_FORK);
    CU_ASSERT_TRUE(machine_step(m, STEP_OVER)); // from an event: to what comes next beside it
    CU_ASSERT_TRUE(has_entered(m, KSYM_wake_up_new_task));
    machine_goto(m, 0);
    step_to(m, KSYM_alloc_task_struct);
    CU_ASSERT_TRUE(machine_step(m, STEP_OVER));
    CU_ASSERT_TRUE(has_entered(m, KSYM_alloc_thread_info));
    CU_ASSERT_TRUE(machine_step(m, STEP_INTO));
    CU_ASSERT_TRUE(has_entered(m, KSYM___kmalloc));
    CU_ASSERT_TRUE(machine_step(m, STEP_OUT)); // nothing more in the two functions around it
    CU_ASSERT_TRUE(has_entered(m, KSYM_copy_flags));
    step_to(m, KSYM_copy_files);
    do {
        CU_ASSERT_TRUE_FATAL(machine_step(m, STEP_INTO));
    } while (passed(m)->kind != RECORD_NOTE || passed(m)->id != EVENT_COPY);
    CU_ASSERT_TRUE(machine_step(m, STEP_OUT)); // from an event: out of its function
    CU_ASSERT_TRUE(has_entered(m, KSYM_copy_fs));
    power_off(b);
}

// ---- Past the journal's end ----------------------------------------------------------------------

static void test_small_journal(void)
{
    struct hashes hashes = { 0 };
    struct booted *b = random_history(11, 600, SMALL_JOURNAL, &hashes);
    struct randomness r = { 5, 0, false, false };

    CU_ASSERT_TRUE(b->m->history.held > 100);
    for (u64 n = 600; n > 560; n--)
        expect_position(b, &hashes, n);
    for (u32 i = 0; i < 60; i++)
        expect_position(b, &hashes, random_below(&r, 601));
    for (u64 n = 0; n <= 600; n += 7)
        expect_position(b, &hashes, n);
    free(hashes.at);
    power_off(b);
}

// The same with so many checkpoints that they must be thinned out.
static void test_checkpoints(void)
{
    struct hashes hashes = { 0 };
    struct booted *b = small_machine(SMALL_JOURNAL, false);
    struct randomness r = { 21, 25, true, true };

    b->unchecked = true;
    b->m->history.checkpoint_step = 3000;
    add_hash(&hashes, b->m);
    while (hashes.count <= 2500) {
        u64 before = machine_position(b->m).commands;

        act_at_random(b, &r);
        if (machine_position(b->m).commands > before)
            add_hash(&hashes, b->m);
    }
    CU_ASSERT_TRUE(b->m->history.checkpoint_step > 3000);
    CU_ASSERT_TRUE(b->m->history.checkpoint_count > CHECKPOINTS_MAX / 2 - 1);
    for (u32 i = 0; i < 60; i++)
        expect_position(b, &hashes, random_below(&r, 2501));
    free(hashes.at);
    power_off(b);
}

// SIGKILL to hundreds of children: one command that the journal cannot hold.
static void test_large_command(void)
{
    struct hashes hashes = { 0 };
    struct booted *b = small_machine(SMALL_JOURNAL, false);
    u64 mask = b->m->journal.mask;

    b->unchecked = true;
    tune(b, "kernel.threads-max", 1000);
    for (u32 i = 0; i < 400; i++)
        CALL(b, 1, fork, 0);
    u64 before = machine_position(b->m).commands;
    u64 old_hash = image_hash(b->m), old_head = journal_head(&b->m->journal);
    CALL(b, 1, kill, (u32)-1, SIGKILL);
    CU_ASSERT_TRUE_FATAL(journal_head(&b->m->journal) - old_head > mask + 1);
    u64 new_hash = image_hash(b->m);
    CU_ASSERT_FALSE(machine_step(b->m, STEP_BACK)); // there are no steps to see
    CU_ASSERT_EQUAL(image_hash(b->m), new_hash);
    CU_ASSERT_TRUE(machine_goto(b->m, before));
    CU_ASSERT_EQUAL(image_hash(b->m), old_hash);
    CU_ASSERT_FALSE(machine_step(b->m, STEP_INTO));
    CU_ASSERT_EQUAL(image_hash(b->m), old_hash);
    CU_ASSERT_TRUE(machine_goto(b->m, before + 1));
    CU_ASSERT_EQUAL(image_hash(b->m), new_hash);
    b->unchecked = false;
    CALL(b, 1, wait4, (u32)-1, 0, 0);
    CU_ASSERT_TRUE(machine_step(b->m, STEP_BACK));
    CU_ASSERT_TRUE(machine_goto(b->m, before + 1));
    CU_ASSERT_EQUAL(image_hash(b->m), new_hash);
    CU_ASSERT_TRUE(machine_goto(b->m, 7));
    CU_ASSERT_TRUE(machine_goto(b->m, before + 2));
    free(hashes.at);
    power_off(b);
}

// Blocks of bytes as large as they come fill the smallest ring for blobs again and again.
static void test_large_blocks(void)
{
    struct hashes hashes = { 0 };
    struct booted *b = small_machine(SMALL_JOURNAL, false);

    add_hash(&hashes, b->m);
    for (u32 i = 0; i < 40; i++) {
        s32 child = CALL(b, 1, fork, 0);

        add_hash(&hashes, b->m);
        CALL(b, child, setrlimit, RLIMIT_NOFILE, 40000, 40000);
        add_hash(&hashes, b->m);
        CU_ASSERT_EQUAL(CALL(b, child, dup2, 0, i % 2 ? 32767 : 20000), i % 2 ? 32767 : 20000);
        add_hash(&hashes, b->m);
        exit_task(b, child, 0);
        add_hash(&hashes, b->m);
        CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)-1, 0, 0), child);
        add_hash(&hashes, b->m);
        for (u32 back = 0; back < 6; back++)
            expect_position(b, &hashes, hashes.count - 1 - back % hashes.count);
        expect_position(b, &hashes, hashes.count - 1);
    }
    free(hashes.at);
    power_off(b);
}

// ---- Branches -----------------------------------------------------------------------------------

// Acting in the past forgets what lay ahead; a twin that never went there is the same.
static void branch(u64 journal_bytes, u64 seed)
{
    struct hashes hashes = { 0 };
    struct booted *b = random_history(seed, 120, journal_bytes, &hashes);
    struct booted *twin = small_machine(0, false);
    struct randomness r = { seed, 30, true, true };

    for (u32 i = 0; i < 12; i++) {
        u64 count = machine_position(b->m).commands;

        CU_ASSERT_TRUE(machine_goto(b->m, count - random_below(&r, (u32)count / 2)));
        for (u32 k = 0; k < 15; k++)
            act_at_random(b, &r);
    }
    copy_acts(twin, b, machine_position(b->m).commands);
    CU_ASSERT_EQUAL(image_hash(twin->m), image_hash(b->m));
    u64 n = machine_position(b->m).commands / 3;
    CU_ASSERT_TRUE(machine_goto(b->m, n));
    CU_ASSERT_TRUE(machine_goto(twin->m, n));
    CU_ASSERT_EQUAL(image_hash(twin->m), image_hash(b->m));
    free(hashes.at);
    power_off(b);
    power_off(twin);
}

static void test_branches(void)
{
    for (u64 seed = 1; seed < 5; seed++) {
        branch(0, seed);
        branch(SMALL_JOURNAL, seed + 100);
    }
}

// What the host remembers of the command before must not show in the next one: settling, where no
// task makes the call, and booting.
static void test_no_host_state(void)
{
    struct booted *b = small_machine(SMALL_JOURNAL, true);
    struct hashes hashes = { 0 };

    turn_settle(b, false);
    CU_ASSERT_EQUAL(CALL(b, 2, fork, 0), NO_RETURN); // the child is on the CPU
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(CALL(b, child, fork, 0), NO_RETURN);
    s32 second = console(b->m)->last_child;
    turn_settle(b, true);
    for (u64 n = 0; n <= machine_position(b->m).commands; n++) {
        struct booted *twin = small_machine(0, true);

        copy_acts(twin, b, n);
        add_hash(&hashes, twin->m);
        power_off(twin);
    }
    u64 count = machine_position(b->m).commands;
    for (u32 i = 0; i < 2; i++) { // settling anew, after others' calls
        CALL(b, second, kill, 2, 0);
        CU_ASSERT_TRUE(machine_goto(b->m, count - 1));
        turn_settle(b, true);
        CU_ASSERT_EQUAL(image_hash(b->m), hashes.at[count]);
    }
    b->unchecked = true;
    while (b->m->history.held <= count)
        CALL(b, second, kill, 2, 0);
    for (u64 n = count + 1; n-- > 0;)
        expect_position(b, &hashes, n);
    free(hashes.at);
    power_off(b);
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "every step, forwards and backwards", test_every_step },
        { "over and out", test_over_and_out },
        { "past the journal's end", test_small_journal },
        { "checkpoints, thinned out", test_checkpoints },
        { "a command larger than the journal", test_large_command },
        { "blocks as large as they come", test_large_blocks },
        { "branches", test_branches },
        { "nothing is left of the last command", test_no_host_state },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "travel", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
