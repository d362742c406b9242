/* See ignored_keys.h. */
#include "tui/ignored_keys.h"

#include <string.h>
#include <wchar.h>

enum {
    LAST_NUMBER = 34,   /* F20, as a VT220 numbers it */
    LAST_MODIFIER = 16, /* Shift 1, Alt 2, Ctrl 4, Meta 8, and 1 */
    SEQUENCE_MAX = 16,
};

static void ignore(EditLine *el, const wchar_t *format, int first, int second)
{
    wchar_t sequence[SEQUENCE_MAX];

    swprintf(sequence, SEQUENCE_MAX, format, first, second);
    el_wset(el, EL_BIND, sequence, L"ed-ignore", NULL);
}

/* "\033[5~", with modifiers "\033[5;2~", and the signs that rxvt has for some of those. */
static void ignore_numbered(EditLine *el)
{
    for (int number = 1; number <= LAST_NUMBER; number++) {
        ignore(el, L"\033[%d~", number, 0);
        ignore(el, L"\033[%d$", number, 0);
        ignore(el, L"\033[%d@", number, 0);
        ignore(el, L"\033[%d\\^", number, 0);
        for (int modifier = 2; modifier <= LAST_MODIFIER; modifier++)
            ignore(el, L"\033[%d;%d~", number, modifier);
    }
}

/* "\033[1;2A", and those that no line editor knows without a modifier either. */
static void ignore_lettered(EditLine *el)
{
    for (const char *letter = "ABCDEFHPQRS"; *letter; letter++)
        for (int modifier = 2; modifier <= LAST_MODIFIER; modifier++)
            ignore(el, L"\033[1;%d%lc", modifier, *letter);
    for (const char *letter = "EPQRSZabcd"; *letter; letter++) {
        ignore(el, L"\033[%lc", *letter, 0);
        ignore(el, L"\033O%lc", *letter, 0);
    }
    for (int letter = 'A'; letter <= 'E'; letter++) /* F1 to F5 of the Linux console */
        ignore(el, L"\033[[%lc", letter, 0);
}

void ignored_keys_bind(EditLine *el)
{
    ignore_numbered(el);
    ignore_lettered(el);
}
