// exec host:PATH in a session: a file is read once, what the face finds on a real disk, the words and
// the completion.
#include "booted_machine.h"
#include "cunit_main.h"
#include "elf_image.h"
#include "host_file.h"

#include "procarium/report.h"
#include "script/session.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- Read once -------------------------------------------------------------------------------------

static const struct elf_image *served; // what the host has at /prog
static u32 readings;

static bool serve(const char *path, struct host_file *file, struct strbuf *why)
{
    *file = (struct host_file){ .bytes = NULL };
    readings++;
    if (strcmp(path, "/huge") == 0) {
        strbuf_puts(why, "it is too large");
        return false;
    }
    if (strcmp(path, "/script") == 0) {
        file->bytes = (u8 *)strdup("#!/none\n");
        file->size = 8;
        parse_host_file(file);
    } else if (strcmp(path, "/prog") == 0 || strcmp(path, "/ld.so") == 0) {
        file->bytes = make_image(path[1] == 'p' ? served : &linker_image, &file->size);
        parse_host_file(file);
    } else {
        file->open_error = PROGRAM_MISSING;
    }
    return true;
}

static struct session *new_session(u64 journal_bytes)
{
    struct session_options options = { .journal_bytes = journal_bytes, .read_host_file = serve };

    return session_create(&options);
}

static enum run_result type(struct session *s, const char *text)
{
    return session_run(s, "test", text, strlen(text));
}

static bool is_same_image(const struct session *a, const struct session *b)
{
    return a->m->image_size == b->m->image_size &&
           memcmp(a->m->image, b->m->image, a->m->image_size) == 0;
}

static void test_read_once(void)
{
    struct session *s = new_session(0), *twin = new_session(0), *third = new_session(0);

    readings = 0;
    served = &plain_32_image;
    CU_ASSERT_EQUAL(type(s, "fork; 2: exec host:/prog; 2: load data"), RUN_OK);
    CU_ASSERT_EQUAL(type(twin, "fork; 2: exec host:/prog; 2: load data"), RUN_OK);
    CU_ASSERT_EQUAL(readings, 2);
    served = &plain_64_image; // the host's file has changed: what was run has not
    CU_ASSERT_EQUAL(type(s, "undo 3; redo 2; undo 1; redo; 2: load data"), RUN_OK);
    CU_ASSERT_EQUAL(readings, 2);
    CU_ASSERT(is_same_image(s, twin));
    CU_ASSERT_EQUAL(type(s, "2: exec host:/prog; 2: exec host:/prog"), RUN_OK); // the new one
    CU_ASSERT_EQUAL(readings, 4);
    CU_ASSERT_EQUAL(s->m->programs.host_count, 2);
    type(s, "undo 2");
    CU_ASSERT_EQUAL(type(s, "repeat 4 { 2: exec host:/prog }; undo 4"), RUN_OK);
    CU_ASSERT_EQUAL(readings, 5); // what is in a block is read once
    CU_ASSERT(is_same_image(s, twin));
    // What else had been read before does not show in the image: this one differs in a few bytes.
    struct elf_image other = plain_32_image;
    other.entry += 8;
    served = &other;
    CU_ASSERT_EQUAL(type(twin, "undo 3; 1: exec host:/prog; undo; fork"), RUN_OK);
    served = &plain_32_image;
    CU_ASSERT_EQUAL(type(twin, "2: exec host:/prog; 2: load data"), RUN_OK);
    CU_ASSERT(is_same_image(s, twin));
    served = &other;
    CU_ASSERT_EQUAL(type(third, "1: exec host:/prog; undo"), RUN_OK);
    served = &plain_32_image;
    CU_ASSERT_EQUAL(type(third, "fork; 2: exec host:/prog; 2: load data"), RUN_OK);
    CU_ASSERT(is_same_image(s, third));
    session_destroy(third);
    session_destroy(s);
    session_destroy(twin);
}

// Far behind what the journal holds, commands are executed again: without the host.
static void test_executed_again(void)
{
    const char *script = "fork; 2: exec host:/prog; repeat 3000 { 1: fork; $!: exit; 1: wait; "
                         "2: load data+4096; 2: brk +4096 }";
    struct session *s = new_session(1 << 20), *twin = new_session(256 << 20);

    readings = 0;
    served = &relocatable_image;
    CU_ASSERT_EQUAL(type(s, script), RUN_OK);
    CU_ASSERT_EQUAL(type(twin, script), RUN_OK);
    CU_ASSERT_EQUAL(readings, 4); // and its linker's
    served = &plain_32_image;
    for (u64 n = 0; n < 3000; n += 577) {
        CU_ASSERT(machine_goto(s->m, n) && machine_goto(twin->m, n));
        CU_ASSERT(is_same_image(s, twin));
    }
    CU_ASSERT_EQUAL(readings, 4);
    session_destroy(s);
    session_destroy(twin);
}

static void test_mistakes(void)
{
    struct session *s = new_session(0), *without = session_create(&(struct session_options){ 0 });

    CU_ASSERT_EQUAL(type(s, "exec host:/huge"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(type(without, "exec host:/prog"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(machine_position(s->m).commands, 0);
    CU_ASSERT_EQUAL(
        type(s, "exec host:/none; expect errno ENOENT; exec host:; exec /; "
                "expect errno EACCES; exec /bin; expect errno EACCES; exec /bin/ls/x; "
                "expect errno ENOTDIR; exec /etc/passwd; expect errno EACCES; "
                "exec /usr/bin/broken; expect errno ENOEXEC; exec bin; "
                "expect errno EACCES; exec ls; expect errno ENOENT; exec //; expect errno EACCES"),
        RUN_OK);
    session_destroy(s);
    session_destroy(without);
}

// ---- The host's file system ------------------------------------------------------------------------

static enum program_error opening(const char *folder, const char *name)
{
    struct strbuf path = STRBUF_INIT, why = STRBUF_INIT;
    struct host_file file;

    strbuf_printf(&path, "%s/%s", folder, name);
    CU_ASSERT(read_host_file(strbuf_text(&path), &file, &why));
    enum program_error error = file.open_error ? file.open_error : file.exec_error;
    host_file_finish(&file);
    strbuf_finish(&path);
    return error;
}

static void put_file(const char *path, const void *bytes, size_t size, mode_t mode)
{
    FILE *file = fopen(path, "wb");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(bytes, 1, size, file);
    fclose(file);
    chmod(path, mode);
}

static void test_host_files(void)
{
    char folder[] = "/tmp/procarium-test-XXXXXX";
    char name[300];
    struct strbuf why = STRBUF_INIT;
    struct host_file file;
    u32 size;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    CU_ASSERT_EQUAL_FATAL(chdir(folder), 0);
    u8 *bytes = make_image(&plain_32_image, &size);
    put_file("program", bytes, size, 0755);
    put_file("data", bytes, size, 0644);
    put_file("empty", "", 0, 0755);
    put_file("text", "hello\n", 6, 0755);
    put_file("script", "#!/bin/sh\n", 10, 0755);
    put_file("large", "", 0, 0755);
    CU_ASSERT_EQUAL(truncate("large", (off_t)HOST_FILE_MAX + 1), 0);
    CU_ASSERT_EQUAL(mkfifo("fifo", 0777), 0);
    CU_ASSERT_EQUAL(symlink("loop", "loop"), 0);
    CU_ASSERT_EQUAL(symlink("program", "link"), 0);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';

    CU_ASSERT_EQUAL(opening(folder, "program"), PROGRAM_WELL);
    CU_ASSERT_EQUAL(opening(".", "link"), PROGRAM_WELL);
    CU_ASSERT_EQUAL(opening(folder, "script"), PROGRAM_WELL);
    CU_ASSERT_EQUAL(opening(folder, "none"), PROGRAM_MISSING);
    CU_ASSERT_EQUAL(opening(folder, ""), PROGRAM_NO_ACCESS); // a folder
    CU_ASSERT_EQUAL(opening(folder, "data"), PROGRAM_NO_ACCESS);
    CU_ASSERT_EQUAL(opening(folder, "fifo"), PROGRAM_NO_ACCESS); // and does not wait for a writer
    CU_ASSERT_EQUAL(opening("/dev", "null"), PROGRAM_NO_ACCESS);
    CU_ASSERT_EQUAL(opening("program", "x"), PROGRAM_NO_FOLDER);
    CU_ASSERT_EQUAL(opening(folder, "loop"), PROGRAM_LOOP);
    CU_ASSERT_EQUAL(opening(folder, name), PROGRAM_NAME_LONG);
    CU_ASSERT_EQUAL(opening(folder, "empty"), PROGRAM_FORMAT);
    CU_ASSERT_EQUAL(opening(folder, "text"), PROGRAM_FORMAT);
    CU_ASSERT_FALSE(read_host_file("large", &file, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&why), "256 MB"));
    host_file_finish(&file);
    CU_ASSERT(read_host_file("program", &file, &why));
    CU_ASSERT(file.size == size && memcmp(file.bytes, bytes, size) == 0);
    host_file_finish(&file);
    strbuf_finish(&why);
    free(bytes);
    const char *const files[] = { "program", "data", "empty", "text", "script",
                                  "large",   "fifo", "loop",  "link" };
    for (u32 i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(files[i]);
    CU_ASSERT_EQUAL(chdir("/"), 0);
    rmdir(folder);
}

// This program itself, as the host's linker made it: its bytes lie where its headers say.
static void test_real_program(void)
{
    struct session_options options = { .read_host_file = read_host_file };
    struct session *s = session_create(&options);

    CU_ASSERT_EQUAL(type(s, "fork; 2: exec host:/proc/self/exe; 2: load text 4; "
                            "expect value 0x464c457f; check; 2: fork; 3: exit; 2: wait; "
                            "2: exec host:/bin/sh; 2: exec /bin/ls; 2: exit; wait"),
                    RUN_OK);
    CU_ASSERT(is_machine_sound(s->m));
    session_destroy(s);
}

static bool says(struct session *s, const char *command, const char *words)
{
    struct strbuf out = STRBUF_INIT;

    type(s, command);
    report_sentence(s->m, 0, &out);
    bool is_there = strstr(strbuf_text(&out), words) != NULL;
    if (!is_there)
        printf("%s\n", strbuf_text(&out));
    strbuf_finish(&out);
    return is_there;
}

static void test_words(void)
{
    struct session *s = new_session(0);
    struct strbuf out = STRBUF_INIT;
    struct elf_image bad = plain_32_image;

    served = &relocatable_image; // nothing of how the kernel cleared its pages
    CU_ASSERT(says(s, "boot sh; exec host:/prog",
                   "2 prog runs a new program; the host's file, made for 64 bits, lies from "
                   "0x80000000 on; 2 prog needs a page of a file at 0xb8000010"));
    served = &plain_32_image;
    CU_ASSERT(says(s, "exec host:/prog", "; the host's file lies from 0x08048000 on"));
    bad.part[1].address = 0xC0000000;
    served = &bad;
    CU_ASSERT(says(s, "fork; $!: exec host:/prog", "and the old one is gone already"));
    CU_ASSERT(says(s, "exec host:/none", "ENOENT: there is no such file"));
    CU_ASSERT(says(s, "exec host:/script", "ENOENT: the file is there, but what it names"));
    struct elf_image lost = plain_32_image;
    lost.interpreter = "/none";
    served = &lost;
    CU_ASSERT(says(s, "exec host:/prog", "ENOENT: the file is there, but what it names"));
    CU_ASSERT(says(s, "exec /bin", "EACCES: the file cannot be executed"));
    CU_ASSERT(says(s, "exec /bin/ls/x", "ENOTDIR: a part of the path is no folder"));
    CU_ASSERT(says(s, "exec /usr/bin/broken", "ENOEXEC: it is neither a program of this machine"));
    CU_ASSERT(says(s, "mmap 1 private fd=0", "ENODEV: a file of that kind has no pages to map"));
    CU_ASSERT(says(s, "setrlimit DATA 4096; brk +10p", "2 prog is refused: RLIMIT_DATA forbids"));
    CU_ASSERT(report_vm(s->m, 2, &out));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), "text  host:/prog"));
    strbuf_finish(&out);
    session_destroy(s);
}

// ---- Completion ------------------------------------------------------------------------------------

static bool completes(const struct session *s, const char *line, const char *word)
{
    struct completions c;
    bool found = false;

    session_complete(s, line, strlen(line), &c);
    for (u32 i = 0; i < c.count; i++)
        found |= strcmp(c.words[i], word) == 0;
    completions_finish(&c);
    return found;
}

static void test_completion(void)
{
    struct session *s = new_session(0);

    CU_ASSERT(completes(s, "exec /bin/l", "/bin/ls"));
    CU_ASSERT(completes(s, "exec ", "/usr/sbin/server"));
    CU_ASSERT_FALSE(completes(s, "exec /etc/", "/etc/passwd"));
    CU_ASSERT(completes(s, "exec ho", "host:"));
    CU_ASSERT(completes(s, "1: exec host:/bi", "host:/bin/"));
    CU_ASSERT(completes(s, "exec host:/bin/s", "host:/bin/sh"));
    CU_ASSERT_FALSE(completes(s, "exec host:/etc/passw", "host:/etc/passwd"));
    CU_ASSERT_FALSE(completes(s, "exec host:/bin/sh /bi", "/bin/"));
    session_destroy(s);
}

static CU_TestInfo tests[] = {
    { "a file is read once", test_read_once },
    { "executed again, without the host", test_executed_again },
    { "mistakes, and what the catalogue refuses", test_mistakes },
    { "files of the host that cannot be opened", test_host_files },
    { "a real program", test_real_program },
    { "what is said about it", test_words },
    { "completion", test_completion },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "host_session", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
