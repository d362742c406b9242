/* Mouse reports, byte by byte: both forms, moves, wheels, what is no report, and junk. */
#include "cunit_main.h"
#include "tui/mouse_input.h"

#include <string.h>

/* Feeds the bytes behind the report's beginning; true when they made a key, with the last one. */
static bool read_report(bool is_sgr, const char *bytes, struct key *key)
{
    struct mouse_input input = { 0 };
    bool is_whole = false;

    mouse_input_begin(&input, is_sgr);
    for (; *bytes && mouse_input_is_open(&input); bytes++)
        is_whole = mouse_input_add(&input, (unsigned char)*bytes, key);
    return is_whole && !*bytes;
}

static void expect_key(bool is_sgr, const char *bytes, enum mouse_action action, int y, int x)
{
    struct key key;

    CU_ASSERT_TRUE_FATAL(read_report(is_sgr, bytes, &key));
    CU_ASSERT_EQUAL(key.kind, KEY_KIND_MOUSE);
    CU_ASSERT_EQUAL(key.mouse, action);
    CU_ASSERT_EQUAL(key.y, y);
    CU_ASSERT_EQUAL(key.x, x);
}

static void test_sgr(void)
{
    expect_key(true, "0;1;1M", MOUSE_PRESS, 0, 0);
    expect_key(true, "0;251;60m", MOUSE_RELEASE, 59, 250);
    expect_key(true, "32;12;3M", MOUSE_DRAG, 2, 11);
    expect_key(true, "64;5;6M", MOUSE_WHEEL_UP, 5, 4);
    expect_key(true, "65;5;6M", MOUSE_WHEEL_DOWN, 5, 4);
    expect_key(true, "4;5;6M", MOUSE_PRESS, 5, 4); /* with Shift */
}

static void test_x10(void)
{
    expect_key(false, "\x20\x21\x21", MOUSE_PRESS, 0, 0);
    expect_key(false, "\x23\x22\x24", MOUSE_RELEASE, 3, 1);
    expect_key(false, "\x40\x22\x24", MOUSE_DRAG, 3, 1);
    expect_key(false, "\x60\x22\xff", MOUSE_WHEEL_UP, 222, 1);
    expect_key(false, "\x61\x22\x24", MOUSE_WHEEL_DOWN, 3, 1);
}

static void test_what_means_nothing(void)
{
    static const char *const others[] = { "1;5;5M",   "2;5;5M", "0;0;5M",  "0;5M",
                                          "0;5;5;5M", "x",      "0;5;5x",  ";;M",
                                          "66;5;5M",  "\033[A", "35;5;5M", "128;5;5M" };
    struct key key;

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        CU_ASSERT_FALSE(read_report(true, others[i], &key));
    CU_ASSERT_FALSE(read_report(false, "\x21\x21\x21", &key)); /* the middle button */
    CU_ASSERT_FALSE(read_report(false, "\x20\x01\x01", &key));
    CU_ASSERT_FALSE(read_report(false, "\x20\x21", &key)); /* not whole */
}

static void test_junk(void)
{
    struct mouse_input input = { 0 };
    unsigned seed = 7;
    struct key key;

    for (int i = 0; i < 200000; i++) {
        seed = seed * 1103515245 + 12345;
        unsigned value = seed >> 16;
        if (!mouse_input_is_open(&input))
            mouse_input_begin(&input, value % 2);
        if (mouse_input_add(&input, (int)(value % 5 ? '0' + value % 12 : value % 256), &key))
            CU_ASSERT_TRUE(key.x >= 0 && key.y >= 0);
    }
}

static CU_TestInfo tests[] = {
    { "numbers", test_sgr },
    { "three bytes", test_x10 },
    { "what means nothing", test_what_means_nothing },
    { "junk", test_junk },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "mouse input", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
