/* Asciicasts: characters that come in pieces, and bytes that are none. */
#include "cast.h"
#include "cunit_main.h"

#include <string.h>

static struct strbuf out;
static struct cast cast;

static void shows(const char *bytes, size_t size, const char *expected)
{
    strbuf_clear(&out);
    cast_output(&cast, &out, 1.5, bytes, size);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), expected);
}

static void test_pieces(void)
{
    cast = (struct cast){ .rest_size = 0 };
    shows("ab\033[1m\"\\\r\n\x7f", 11,
          "[1.500000, \"o\", \"ab\\u001b[1m\\\"\\\\\\u000d\\u000a\\u007f\"]\n");
    shows("x\xe2", 2, "[1.500000, \"o\", \"x\"]\n");
    shows("\x94", 1, "");
    shows("\x8c!", 2, "[1.500000, \"o\", \"┌!\"]\n");
    shows("\xf0\x9f", 2, "");
    shows("\x98\x80", 2, "[1.500000, \"o\", \"😀\"]\n");
    strbuf_finish(&out);
}

static void test_rubbish(void)
{
    cast = (struct cast){ .rest_size = 0 };
    shows("\xff", 1, "[1.500000, \"o\", \"\xEF\xBF\xBD\"]\n");
    shows("\xc3(", 2, "[1.500000, \"o\", \"\xEF\xBF\xBD(\"]\n");
    shows("\xed\xa0\x80", 3, "[1.500000, \"o\", \"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]\n");
    shows("\xe2", 1, "");
    shows("\xe2\x94\x80", 3, "[1.500000, \"o\", \"\xEF\xBF\xBD─\"]\n");
    strbuf_clear(&out);
    cast_begin(&out, 80, 24, 7, "a\"b");
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), "\"TERM\": \"a\\\"b\"}}\n"));
    strbuf_finish(&out);
}

static CU_TestInfo tests[] = {
    { "characters in pieces", test_pieces },
    { "bytes that are no characters", test_rubbish },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "cast", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
