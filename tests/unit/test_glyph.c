/* Text and cells: decoding of good and bad UTF-8, widths, and that nothing stays invisible. */
#include "cunit_main.h"
#include "tui/glyph.h"

#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static wchar_t decoded(const char *s, size_t *used)
{
    wchar_t ch;

    *used = glyph_decode(s, strlen(s), &ch);
    return ch;
}

static void test_decode(void)
{
    size_t used;

    CU_ASSERT_EQUAL(decoded("a", &used), L'a');
    CU_ASSERT_EQUAL(decoded("\xe4\xb8\x89", &used), L'三');
    CU_ASSERT_EQUAL(used, 3);
    CU_ASSERT_EQUAL(decoded("\xf0\x9f\x90\x9f", &used), 0x1F41F);
    CU_ASSERT_EQUAL(used, 4);
}

static void test_bad_bytes(void)
{
    static const char *const bad[] = {
        "\xff", "\x80",         "\xc0\xaf",         "\xe0\x80\xaf", /* overlong */
        "\xe4", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe4\xb8",     /* cut, surrogate, too large */
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size_t used;
        char back[4];
        wchar_t ch = decoded(bad[i], &used);
        CU_ASSERT_EQUAL(ch, GLYPH_BAD_BYTE + (unsigned char)bad[i][0]);
        CU_ASSERT_EQUAL(used, 1);
        CU_ASSERT_EQUAL(glyph_encode(ch, back), 1);
        CU_ASSERT_EQUAL(back[0], bad[i][0]);
    }
}

static void test_round_trip(void)
{
    for (wchar_t ch = 1; ch <= 0x10FFFF; ch += ch < 0x3000 ? 1 : 61) {
        char bytes[4];
        wchar_t back;
        if (ch >= 0xD800 && ch <= 0xDFFF)
            continue;
        size_t size = glyph_encode(ch, bytes);
        CU_ASSERT_EQUAL_FATAL(glyph_decode(bytes, size, &back), size);
        CU_ASSERT_EQUAL_FATAL(back, ch);
    }
    size_t count;
    wchar_t *wide = glyph_to_wide("a\xff三", 5, &count);
    CU_ASSERT_EQUAL(count, 3);
    char *text = glyph_to_utf8(wide, count);
    CU_ASSERT_STRING_EQUAL(text, "a\xff三");
    free(text);
    free(wide);
}

static bool shows(wchar_t ch, const wchar_t *text)
{
    struct glyph glyph;

    glyph_of(ch, &glyph);
    return wcscmp(glyph.text, text) == 0 && glyph.width == (int)wcslen(text);
}

static void test_visible_forms(void)
{
    CU_ASSERT_TRUE(shows(0x1B, L"^["));
    CU_ASSERT_TRUE(shows(0, L"^@"));
    CU_ASSERT_TRUE(shows(0x7F, L"^?"));
    CU_ASSERT_TRUE(shows(0x9B, L"\\x9b"));
    CU_ASSERT_TRUE(shows(GLYPH_BAD_BYTE + 0xFF, L"\\xff"));
    CU_ASSERT_TRUE(shows(0x202E, L"\\u202e"));
    CU_ASSERT_TRUE(shows(0xE0001, L"\\ue0001"));
    CU_ASSERT_TRUE(shows(0xFEFF, L"\\ufeff"));
    for (wchar_t ch = 0; ch < 0x3000; ch++) { /* no control character comes out */
        struct glyph glyph;
        glyph_of(ch, &glyph);
        for (const wchar_t *p = glyph.text; *p; p++)
            CU_ASSERT_TRUE_FATAL(*p >= 0x20 && (*p < 0x7F || *p > 0x9F));
    }
}

static void test_widths(void)
{
    CU_ASSERT_EQUAL(glyph_width(""), 0);
    CU_ASSERT_EQUAL(glyph_width("abc"), 3);
    CU_ASSERT_EQUAL(glyph_width("三体"), 4);
    CU_ASSERT_EQUAL(glyph_width("e\xcc\x81"), 1); /* a combining accent */
    CU_ASSERT_EQUAL(glyph_width("\x1b[m"), 4);
    CU_ASSERT_EQUAL(glyph_wide_width(L"三x", 2), 3);
}

static void test_hanging_indent(void)
{
    CU_ASSERT_EQUAL(glyph_hanging_indent("", 0, 80), 0);
    CU_ASSERT_EQUAL(glyph_hanging_indent("words", 5, 80), 0);
    CU_ASSERT_EQUAL(glyph_hanging_indent("  · words", 10, 80), 4);
    CU_ASSERT_EQUAL(glyph_hanging_indent("                    ^", 21, 30), 15);
    CU_ASSERT_EQUAL(glyph_hanging_indent("   words", 8, 1), 0);
    CU_ASSERT_EQUAL(glyph_hanging_indent("   ", 3, 80), 5);
}

static void test_plain_signs(void)
{
    CU_ASSERT_EQUAL(glyph_plain(L'a'), L'a');
    CU_ASSERT_EQUAL(glyph_plain(0), 0);
    CU_ASSERT_EQUAL(glyph_plain(L'→'), L'>');
    CU_ASSERT_EQUAL(glyph_plain(L'”'), L'"');
    CU_ASSERT_EQUAL(glyph_plain(L'▒'), L':');
    CU_ASSERT_EQUAL(glyph_plain(L'○'), L'.');
    CU_ASSERT_EQUAL(glyph_plain(L'é'), L'é');
}

static CU_TestInfo tests[] = {
    { "hanging indents", test_hanging_indent },
    { "decoding", test_decode },
    { "bad bytes", test_bad_bytes },
    { "there and back", test_round_trip },
    { "visible forms", test_visible_forms },
    { "widths", test_widths },
    { "plain signs", test_plain_signs },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "glyph", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };

    setlocale(LC_CTYPE, "C.UTF-8");
    return cunit_main(argc, argv, suites);
}
