/* The history of typed lines: doubles, the limit, searching, and a file that survives. */
#include "cunit_main.h"
#include "tui/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/procarium-history-XXXXXX";
static char path[64];
static char why[256];

static int make_folder(void)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/history", folder);
    return 0;
}

static int remove_folder(void)
{
    unlink(path);
    return rmdir(folder);
}

static void put_file(const char *data, size_t size)
{
    FILE *file = fopen(path, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(data, 1, size, file);
    fclose(file);
}

static size_t file_size(void)
{
    struct stat status;

    return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

static bool is_at(struct history_list *list, size_t age, const wchar_t *text)
{
    const wchar_t *line = history_list_get(list, age);

    return line && wcscmp(line, text) == 0;
}

static void test_doubles_and_limit(void)
{
    struct history_list *list = history_list_create(3);

    history_list_add(list, L"");
    CU_ASSERT_EQUAL(history_list_count(list), 0);
    history_list_add(list, L"a");
    history_list_add(list, L"b");
    history_list_add(list, L"a");
    CU_ASSERT_EQUAL(history_list_count(list), 2);
    CU_ASSERT_TRUE(is_at(list, 0, L"a") && is_at(list, 1, L"b"));
    history_list_add(list, L"c");
    history_list_add(list, L"d");
    CU_ASSERT_EQUAL(history_list_count(list), 3);
    CU_ASSERT_TRUE(is_at(list, 0, L"d") && is_at(list, 2, L"a"));
    CU_ASSERT_PTR_NULL(history_list_get(list, 3));
    history_list_destroy(list);
    history_list_destroy(NULL);
}

static void test_find(void)
{
    struct history_list *list = history_list_create(10);
    size_t found = 99;

    CU_ASSERT_FALSE(history_list_find(list, L"x", 0, false, &found));
    history_list_add(list, L"fork 1");
    history_list_add(list, L"exit");
    history_list_add(list, L"fork 2");
    CU_ASSERT_TRUE(history_list_find(list, L"fork", 0, false, &found));
    CU_ASSERT_EQUAL(found, 0);
    CU_ASSERT_TRUE(history_list_find(list, L"fork", 1, false, &found));
    CU_ASSERT_EQUAL(found, 2);
    CU_ASSERT_TRUE(history_list_find(list, L"fork", 1, true, &found));
    CU_ASSERT_EQUAL(found, 0);
    CU_ASSERT_FALSE(history_list_find(list, L"exit", 0, true, &found));
    CU_ASSERT_FALSE(history_list_find(list, L"wait", 0, false, &found));
    history_list_destroy(list);
}

static void test_file(void)
{
    struct history_list *list = history_list_create(100);
    struct stat status;

    unlink(path);
    CU_ASSERT_TRUE(history_list_open(list, path, why, sizeof why));
    history_list_add(list, L"eins");
    history_list_add(list, L"三体 é");
    history_list_add(list, L"三体 é"); /* not twice in a row */
    CU_ASSERT_EQUAL(stat(path, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
    CU_ASSERT_EQUAL(status.st_size, 5 + 10);
    /* A second one reads it while the first is still there: it is on disk at once. */
    struct history_list *other = history_list_create(100);
    CU_ASSERT_TRUE(history_list_open(other, path, why, sizeof why));
    CU_ASSERT_EQUAL(history_list_count(other), 2);
    CU_ASSERT_TRUE(is_at(other, 0, L"三体 é"));
    history_list_destroy(other);
    history_list_destroy(list);
}

static void test_torn_and_strange_files(void)
{
    struct history_list *list = history_list_create(100);

    put_file("one\n\ntwo\0x\nthree", 16); /* an empty line, a NUL, no newline at the end */
    chmod(path, 0644);
    CU_ASSERT_TRUE(history_list_open(list, path, why, sizeof why));
    CU_ASSERT_EQUAL(history_list_count(list), 2);
    CU_ASSERT_TRUE(is_at(list, 0, L"three") && is_at(list, 1, L"one"));
    history_list_add(list, L"four");
    history_list_destroy(list);

    list = history_list_create(100);
    CU_ASSERT_TRUE(history_list_open(list, path, why, sizeof why));
    CU_ASSERT_TRUE(is_at(list, 0, L"four") && is_at(list, 1, L"three"));
    history_list_destroy(list);

    list = history_list_create(100);
    CU_ASSERT_FALSE(history_list_open(list, folder, why, sizeof why));
    CU_ASSERT_TRUE(strlen(why) > 0);
    CU_ASSERT_FALSE(history_list_open(list, "/dev/null/x", why, sizeof why));
    history_list_add(list, L"still works");
    CU_ASSERT_EQUAL(history_list_count(list), 1);
    history_list_destroy(list);
}

static void test_file_does_not_grow_for_ever(void)
{
    char data[4000] = "";

    for (int i = 0; i < 200; i++)
        snprintf(data + strlen(data), sizeof data - strlen(data), "line %d\n", i);
    put_file(data, strlen(data));
    struct history_list *list = history_list_create(50);
    CU_ASSERT_TRUE(history_list_open(list, path, why, sizeof why));
    CU_ASSERT_EQUAL(history_list_count(list), 50);
    CU_ASSERT_EQUAL(file_size(), 50 * 9);
    history_list_add(list, L"next");
    CU_ASSERT_EQUAL(file_size(), 50 * 9 + 5);
    history_list_destroy(list);
}

static CU_TestInfo tests[] = {
    { "doubles and the limit", test_doubles_and_limit },
    { "find", test_find },
    { "file", test_file },
    { "torn and strange files", test_torn_and_strange_files },
    { "the file does not grow for ever", test_file_does_not_grow_for_ever },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "history", make_folder, remove_folder, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
