// Time: after random commands all invariants hold, and going back equals executing again.
#include "generate.h"

#include "cunit_main.h"
#include "setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS 300

static struct session *new_session(u64 journal_bytes)
{
    struct session_options options = { .journal_bytes = journal_bytes };
    struct session *s = session_create(&options);

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    return s;
}

// FUZZ_SHOW in the environment: says each command, so that a failure can be typed again.
static enum run_result run(struct session *s, const char *text)
{
    if (getenv("FUZZ_SHOW"))
        fprintf(stderr, "%p %s\n", (void *)s, text);
    return session_run(s, "test", text, strlen(text));
}

static bool is_same_image(const struct session *a, const struct session *b)
{
    return a->m->image_size == b->m->image_size &&
           memcmp(a->m->image, b->m->image, a->m->image_size) == 0;
}

static void must(bool is_right, const char *what, u32 seed, u64 position, const char *text)
{
    if (!is_right)
        printf("\nseed %u, position %llu: %s\n%s\n", seed, (unsigned long long)position, what,
               text);
    CU_ASSERT(is_right);
}

// Runs random commands until COMMANDS of them have acted, checking after each.
static void run_random(struct session *s, struct generator *g, u32 seed)
{
    struct strbuf text = STRBUF_INIT, wrong = STRBUF_INIT;
    u64 acted = 0;

    while (acted < COMMANDS) {
        strbuf_clear(&text);
        generate_acting(g, s, &text);
        run(s, strbuf_text(&text));
        strbuf_clear(&wrong);
        int count = machine_check(s->m, &wrong);
        if (count)
            printf("\nafter: %s", strbuf_text(&text));
        must(count == 0, "check() complains", seed, acted, strbuf_text(&wrong));
        acted = machine_position(s->m).command;
        if (count)
            break;
        if (cpu(s->m)->panicked)
            run(s, "undo");
    }
    strbuf_finish(&text);
    strbuf_finish(&wrong);
}

// A second session that executes the first n commands of another's history.
static void execute_first(struct session *twin, struct session *s, u64 n, const char *boot)
{
    run(twin, boot);
    for (u64 i = 0; i < n; i++)
        CU_ASSERT_EQUAL_FATAL(run(twin, session_history(s, i).text), RUN_OK);
}

static void test_undo_equals_execution(void)
{
    for (u32 i = 0, seed = setting("FUZZ_SEED", 1); i < setting("FUZZ_RUNS", 4); i++, seed++) {
        struct generator g = { seed * 2654435761u | 1 };
        struct session *s = new_session(0), *twin = new_session(0);
        const char *boot = seed % 2 ? "boot mem=8M" : "boot sh mem=8M thread_size=4K";

        run(s, boot);
        run_random(s, &g, seed);
        for (u64 n = machine_position(s->m).commands + 1; n-- > 0;) {
            CU_ASSERT_TRUE(machine_goto(s->m, n));
            execute_first(twin, s, n, boot);
            bool same = is_same_image(s, twin);
            must(same, "undo and execution differ", seed, n,
                 n ? session_history(s, n - 1).text : "");
            if (!same)
                break;
        }
        session_destroy(s);
        session_destroy(twin);
    }
}

// The images of all positions, kept for comparison.
static u8 **keep_images(struct session *s, u64 count)
{
    u8 **images = calloc(count + 1, sizeof *images);

    for (u64 n = 0; n <= count; n++) {
        CU_ASSERT_TRUE_FATAL(machine_goto(s->m, n));
        images[n] = malloc(s->m->image_size);
        memcpy(images[n], s->m->image, s->m->image_size);
    }
    return images;
}

static void free_images(u8 **images, u64 count)
{
    for (u64 n = 0; n <= count; n++)
        free(images[n]);
    free(images);
}

// Far past the journal's size: from checkpoints, and from boot.
static void test_small_journal(void)
{
    u32 seed = setting("FUZZ_SEED", 77);
    struct generator g = { seed * 2654435761u | 1 };
    struct session *s = new_session(1 << 20), *twin = new_session(0);

    run(s, "boot mem=8M; let x 5; repeat 40 { fork; $!: exit 0; wait; let y $!; let x $y }");
    run(twin, "boot mem=8M; let x 5; repeat 40 { fork; $!: exit 0; wait; let y $!; let x $y }");
    u64 count = machine_position(s->m).commands;
    u8 **images = keep_images(twin, count);
    for (u32 i = 0; i < 200; i++) {
        u64 n = random_below(&g, (u32)count + 1);

        CU_ASSERT_TRUE(machine_goto(s->m, n));
        must(memcmp(images[n], s->m->image, s->m->image_size) == 0, "goto differs", seed, n, "");
    }
    free_images(images, count);
    session_destroy(s);
    session_destroy(twin);
}

// Steps forward through each command meet its end; steps back meet its beginning.
static void test_steps(void)
{
    struct session *s = new_session(0);
    static const enum step_kind kinds[] = { STEP_INTO, STEP_OVER, STEP_OUT };

    run(s, "boot mem=8M; fork; vfork; $!: exec /bin/ls; 2: exit 3; wait; signal CHLD ignore; fork; "
           "$!: exit; clone thread; kill -9 -1; exit_group 1");
    u64 count = machine_position(s->m).commands;
    u8 **images = keep_images(s, count);
    for (u32 k = 0; k < 3; k++) {
        machine_goto(s->m, 0);
        for (u64 n = 0; machine_step(s->m, kinds[k]);) {
            if (machine_is_inside(s->m))
                continue;
            n++;
            CU_ASSERT_EQUAL(machine_position(s->m).command, n);
            CU_ASSERT_EQUAL(memcmp(images[n], s->m->image, s->m->image_size), 0);
        }
        CU_ASSERT_EQUAL(machine_position(s->m).command, count);
    }
    while (machine_step(s->m, STEP_BACK)) {
        u64 n = machine_position(s->m).command;

        if (!machine_is_inside(s->m))
            CU_ASSERT_EQUAL(memcmp(images[n], s->m->image, s->m->image_size), 0);
    }
    CU_ASSERT_EQUAL(machine_position(s->m).command, 0);
    free_images(images, count);
    session_destroy(s);
}

// Acting and travelling at random: what the history says is what executing it gives.
static void test_random_travel(void)
{
    for (u32 i = 0, seed = setting("FUZZ_SEED", 5); i < setting("FUZZ_RUNS", 4); i++, seed++) {
        struct generator g = { seed * 2654435761u | 1 };
        struct session *s = new_session(i % 2 ? 1 << 20 : 0), *twin = new_session(0);
        struct strbuf text = STRBUF_INIT, boot = STRBUF_INIT;

        run(s, "boot mem=8M");
        for (u32 k = 0; k < 600; k++) {
            strbuf_clear(&text);
            if (random_below(&g, 4) == 0)
                generate_travel(&g, s, &text);
            else
                generate_acting(&g, s, &text);
            run(s, strbuf_text(&text));
            if (k % 20 || machine_is_inside(s->m))
                continue;
            strbuf_clear(&boot);
            show_boot(&s->line.boot, &boot);
            execute_first(twin, s, machine_position(s->m).command, strbuf_text(&boot));
            must(is_same_image(s, twin), "travel and execution differ", seed, k,
                 strbuf_text(&text));
        }
        strbuf_finish(&text);
        strbuf_finish(&boot);
        session_destroy(s);
        session_destroy(twin);
    }
}

// A saved session leads to the same machine, wherever in its history it stood.
static void test_saved_sessions(void)
{
    for (u32 i = 0, seed = setting("FUZZ_SEED", 90); i < setting("FUZZ_RUNS", 4); i++, seed++) {
        struct generator g = { seed * 2654435761u | 1 };
        struct session *s = new_session(0);
        struct strbuf text = STRBUF_INIT;

        run(s, i % 2 ? "boot sh mem=8M" : "boot mem=8M; repeat 20 { fork; $!: exit; wait }");
        for (u32 k = 0; k < 200; k++) {
            strbuf_clear(&text);
            if (random_below(&g, 4) == 0)
                generate_travel(&g, s, &text);
            else
                generate_acting(&g, s, &text);
            run(s, strbuf_text(&text));
            run(s, "ps");
            if (k % 20)
                continue;
            struct session *twin = new_session(0);

            strbuf_clear(&text);
            session_save(s, &text);
            CU_ASSERT_EQUAL(run(twin, strbuf_text(&text)), RUN_OK);
            must(is_same_image(s, twin), "a saved session differs", seed, k, strbuf_text(&text));
            CU_ASSERT_EQUAL(machine_position(twin->m).commands, machine_position(s->m).commands);
            session_destroy(twin);
        }
        strbuf_finish(&text);
        session_destroy(s);
    }
}

// What a machine has in use, in its own terms.
struct usage {
    s64 pids, tasks;
    u32 objects[64];
    u32 count;
};

// Does a cache hold the descriptors of other caches' slabs? Those outlive the objects.
static bool holds_slabs(const struct session *s, kaddr cache)
{
    list_for_each(s->m, link,
                  &mm_data(s->m)->cache_chain) if (list_entry(s->m, link, struct kmem_cache, next)
                                                       ->slabp_cache == cache) return true;
    return false;
}

static void measure(const struct session *s, struct usage *u)
{
    *u = (struct usage){ .pids = kernel(s->m)->pidmap[0].nr_free,
                         .tasks = kernel(s->m)->nr_threads };
    list_for_each(s->m, link, &mm_data(s->m)->cache_chain)
    {
        const struct kmem_cache *c = list_entry(s->m, link, struct kmem_cache, next);

        u->objects[u->count++] = holds_slabs(s, kaddr_of(s->m, c)) ? 0 : cache_objects_in_use(c);
    }
}

static const char *cache_name(const struct session *s, u32 index)
{
    kaddr link = mm_data(s->m)->cache_chain.next;

    while (index-- > 0)
        link = list_at(s->m, link)->next;
    return list_entry(s->m, link, struct kmem_cache, next)->name;
}

// What is read stays in the page cache, and what is written.
static void empty_files(struct session *s)
{
    run(s, "1: open /etc/passwd TRUNC; close $?; 1: open /etc/motd TRUNC; close $?");
}

// Whatever happened: when all but init have been reaped, everything is as it was.
static void test_leaks(void)
{
    for (u32 i = 0, seed = setting("FUZZ_SEED", 30); i < setting("FUZZ_RUNS", 4); i++, seed++) {
        struct generator g = { seed * 2654435761u | 1 };
        struct session *s = new_session(0);
        struct strbuf text = STRBUF_INIT;
        struct usage before, after;

        run(s, "boot mem=8M");
        run(s, "1: exec /sbin/init");
        empty_files(s);
        measure(s, &before);
        for (u32 k = 0; k < 200; k++) {
            strbuf_clear(&text);
            do { // init itself keeps out of it
                strbuf_clear(&text);
                generate_acting(&g, s, &text);
            } while (strncmp(strbuf_text(&text), "1: ", 3) == 0 &&
                     strcmp(strbuf_text(&text), "1: fork") != 0);
            if (strstr(strbuf_text(&text), "settle") || strstr(strbuf_text(&text), "sysctl"))
                continue;
            run(s, strbuf_text(&text));
            if (cpu(s->m)->panicked)
                run(s, "undo");
        }
        run(s, "focus 1");
        run(s, "1: kill -KILL -1");
        run(s, "1: kill -CONT -1"); // in 2.6.11, what CLONE_STOPPED stopped needs this to die
        while (!list_empty(s->m, &kernel(s->m)->disk_queue))
            run(s, "irq disk");
        run(s, "1: unlink /tmp/file");
        empty_files(s);
        for (u32 k = 0; k < 500 && kernel(s->m)->nr_threads > 1; k++)
            run(s, "1: wait4 -1 WNOHANG|__WALL");
        run(s, "1: exec /sbin/init"); // who shared its memory may have left something in it
        measure(s, &after);
        struct strbuf list = STRBUF_INIT;
        for (u32 c = 0; c < before.count; c++)
            if (before.objects[c] != after.objects[c])
                strbuf_printf(&list, "%s: %u, then %u; ", cache_name(s, c), before.objects[c],
                              after.objects[c]);
        strbuf_printf(&list, "tasks %lld, pids %lld", (long long)after.tasks,
                      (long long)(after.pids - before.pids));
        must(memcmp(&before, &after, sizeof before) == 0, "something is left", seed, 0,
             strbuf_text(&list));
        strbuf_finish(&list);
        strbuf_finish(&text);
        session_destroy(s);
    }
}

static CU_TestInfo tests[] = {
    { "undoing to n equals executing n commands", test_undo_equals_execution },
    { "the same past the journal's end", test_small_journal },
    { "steps meet the commands' ends", test_steps },
    { "acting and travelling at random", test_random_travel },
    { "saved sessions lead to the same machine", test_saved_sessions },
    { "nothing is left when all have been reaped", test_leaks },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "time", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
