// Hostile executables: random and mutated ELF files and scripts, which exec must survive.
#include "generate.h"

#include "cunit_main.h"
#include "elf_image.h"
#include "host_file.h"
#include "setting.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct generator randomness;

static u32 below(u32 limit)
{
    return random_below(&randomness, limit);
}

// ---- Files -----------------------------------------------------------------------------------------

// Where things go wrong: around pages, the text, the stack, the kernel, and the ends of 32 and 64
// bits.
static u64 random_value(void)
{
    static const u64 values[] = { 0,          1,           0xFFF,
                                  0x1000,     0x1001,      0x2000,
                                  0x400000,   0x08048000,  0x0804B000,
                                  0x7FFFFFFF, 0x80000000,  0xB7FFF000,
                                  0xBFFE0000, 0xBFFFF000,  0xBFFFFFFF,
                                  0xC0000000, 0xC0100000,  0xFFFFF000,
                                  0xFFFFFFFF, 0x100000000, 0x100001000,
                                  1ull << 40, ~0ull,       ~0xFFFull,
                                  5,          0x123,       0x8000000000000000 };
    u64 value = values[below(sizeof values / sizeof values[0])];

    return below(3) ? value : value + below(0x3000) - 0x1000;
}

static struct elf_image random_image(void)
{
    static const u32 types[] = { PT_LOAD, PT_LOAD, PT_LOAD,   PT_LOAD,
                                 PT_LOAD, PT_LOAD, PT_INTERP, PT_NOTE };
    struct elf_image image = { .is_64bit = below(2), .type = below(3) ? ET_EXEC : ET_DYN };

    image.entry = below(2) ? 0x08048100 : random_value();
    image.interpreter = below(3) ? NULL : "/ld.so";
    image.part_count = 1 + below(4);
    for (u32 i = 0; i < image.part_count; i++) {
        struct image_part *p = &image.part[i];
        u64 page = (u64)i * 0x2000;

        // Mostly as a linker would have it, so that exec comes far.
        *p = (struct image_part){ .type = types[below(8)],
                                  .flags = below(4) ? PF_R | PF_W | PF_X : below(8),
                                  .offset = below(10) ? page : random_value() % 0x20000,
                                  .address = below(8) ? 0x08048000 + page : random_value(),
                                  .file_size = below(8) ? below(0x1800) : random_value(),
                                  .memory_size =
                                      below(3) ? 0x1800 + below(0x1800) : random_value() };
    }
    image.size = 0x200 + below(0x10000);
    if (below(20) == 0)
        image.header_size = (u16)below(0x10000);
    if (below(20) == 0)
        image.header_count = (u16)below(0x10000);
    return image;
}

static void mutate(u8 *bytes, u32 size, u32 count)
{
    while (size && count-- > 0) {
        u32 at = below(below(2) ? (size < 0x200 ? size : 0x200) : size);

        bytes[at] = (u8)(below(2) ? below(256) : bytes[at] ^ 1u << below(8));
    }
}

static void make_script(struct host_file *file)
{
    static const char *const lines[] = { "#!/prog\n",  "#!/ld.so a b c\n", "#!\n",     "#!",
                                         "#! /none x", "#!/script",        "#!/ld.so", "#\n" };
    const char *line = lines[below(sizeof lines / sizeof lines[0])];

    file->size = (u32)strlen(line);
    file->bytes = (u8 *)strdup(line);
    mutate(file->bytes, file->size, below(3) ? 0 : 2);
}

static bool serve(const char *path, struct host_file *file, struct strbuf *why)
{
    (void)why;
    *file = (struct host_file){ .bytes = NULL };
    if (strcmp(path, "/none") == 0) {
        file->open_error = (enum program_error)(1 + below(PROGRAM_FORMAT));
        return true;
    }
    if (strcmp(path, "/script") == 0) {
        make_script(file);
    } else {
        struct elf_image image = random_image();

        if (strcmp(path, "/ld.so") == 0 && below(4))
            image.type = ET_DYN;
        file->bytes = make_image(&image, &file->size);
        mutate(file->bytes, file->size, below(3) ? 0 : 1 + below(6));
    }
    parse_host_file(file);
    return true;
}

// A real program with wrong bytes in it: this one.
static bool serve_real(const char *path, struct host_file *file, struct strbuf *why)
{
    if (!read_host_file(strcmp(path, "/prog") == 0 ? "/proc/self/exe" : path, file, why))
        return false;
    if (!file->bytes)
        return true;
    struct host_file again = { .bytes = file->bytes, .size = file->size };
    file->bytes = NULL;
    host_file_finish(file);
    mutate(again.bytes, again.size < 0x400 ? again.size : 0x400, 1 + below(30));
    if (below(8) == 0)
        again.size = below(again.size);
    parse_host_file(&again);
    *file = again;
    return true;
}

// ---- Runs ------------------------------------------------------------------------------------------

static void must(bool is_right, const char *what, u32 seed, const char *text)
{
    if (!is_right)
        printf("\nseed %u: %s\n%s\n", seed, what, text);
    CU_ASSERT(is_right);
}

static void run(struct session *s, const char *text)
{
    session_run(s, "test", text, strlen(text));
}

// What became of the files, so that the test tells when it tests no longer.
static struct {
    u32 run, refused, killed;
} outcomes;

static void hear(void *context, const struct machine *m, const struct event *event)
{
    (void)context;
    (void)m;
    outcomes.run += event->kind == EVENT_EXEC;
    outcomes.refused += event->kind == EVENT_REFUSED;
    outcomes.killed += event->kind == EVENT_SIGNAL && event->b != SIGCHLD;
}

static void check(struct session *s, u32 seed, const char *after)
{
    struct strbuf wrong = STRBUF_INIT;
    bool is_well = machine_check(s->m, &wrong) == 0;

    if (!is_well)
        printf("\nafter: %s", after);
    must(is_well, "check() complains", seed, strbuf_text(&wrong));
    strbuf_finish(&wrong);
}

static const char *random_command(void)
{
    static const char *const commands[] = { "2: load text 64",
                                            "2: load data 4096",
                                            "2: store data \"abc\"",
                                            "2: store bss \"abc\"",
                                            "2: load stack 64",
                                            "2: store heap \"abc\"",
                                            "2: brk +8192",
                                            "2: fork",
                                            "3: store data \"x\"",
                                            "2: mmap 3 private buf",
                                            "2: munmap text 1",
                                            "2: load 0x80000000 64",
                                            "2: exec host:/prog x",
                                            "3: exec host:/prog",
                                            "2: exec host:/script y",
                                            "2: mprotect text rwx",
                                            "2: load 0xb7fff000 64",
                                            "2: store stack-3p \"deep\"",
                                            "2: vfork",
                                            "2: clone thread",
                                            "3: exec host:/script" };

    return commands[below(sizeof commands / sizeof commands[0])];
}

static void finish(struct session *s)
{
    run(s, "focus 1");
    run(s, "1: kill -KILL -1");
    for (u32 i = 0; i < 20; i++)
        run(s, "1: wait4 -1 WNOHANG|__WALL");
}

static u8 *keep_image(const struct session *s)
{
    u8 *kept = malloc(s->m->image_size);

    memcpy(kept, s->m->image, s->m->image_size);
    return kept;
}

// The file is as it was when it was read, however often its commands run.
static void there_and_back(struct session *s, u32 seed)
{
    u8 *end = keep_image(s);
    u64 count = machine_position(s->m).commands;

    machine_goto(s->m, 0);
    machine_goto(s->m, count);
    must(memcmp(end, s->m->image, s->m->image_size) == 0, "there and back differs", seed, "");
    free(end);
}

static void run_files(host_file_reader *reader, u32 first_seed, u32 runs)
{
    for (u32 seed = first_seed; seed < first_seed + runs; seed++) {
        struct session_options options = { .journal_bytes = seed % 4 ? 0 : 1 << 20,
                                           .keep_going = true,
                                           .read_host_file = reader };
        struct session *s = session_create(&options);

        session_listen(s, hear, NULL);
        randomness.state = seed * 2654435761u | 1;
        run(s, "boot mem=8M; fork; 2: exec host:/prog a b");
        check(s, seed, "exec");
        for (u32 i = 0; i < 12; i++) {
            const char *command = random_command();

            run(s, command);
            check(s, seed, command);
        }
        there_and_back(s, seed);
        finish(s);
        check(s, seed, "the end");
        must(kernel(s->m)->nr_threads == 1, "a task is left", seed, "");
        session_destroy(s);
    }
}

static void test_random_files(void)
{
    u32 runs = setting("FUZZ_RUNS", 600);

    run_files(serve, setting("FUZZ_SEED", 1), runs);
    CU_ASSERT(outcomes.run > runs / 10 && outcomes.refused > runs && outcomes.killed > runs);
}

static void test_real_files(void)
{
    run_files(serve_real, setting("FUZZ_SEED", 1), setting("FUZZ_RUNS", 60));
}

static CU_TestInfo tests[] = {
    { "random files", test_random_files },
    { "a real file with wrong bytes", test_real_files },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "elf", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
