/* How keys reach libedit, and what they are bound to there. */
#include "tui/lineed_internal.h"

#include "tui/glyph.h"
#include "tui/ignored_keys.h"
#include "tui/mem.h"

#include <ncurses.h>

/* More pasted text than this is cut: no screen shows it and no command takes it. */
enum { TYPED_MAX = 4 << 20 };

static const struct {
    wchar_t key;
    const wchar_t *function;
    const wchar_t *vi_command; /* where vi's command mode differs */
    int code;                  /* curses' code of the key */
    const wchar_t *sequence;   /* what emacs mode gets, so that .editrc may bind it */
} special_keys[] = {
    { PRIVATE_UP, L"ed-prev-history", NULL, KEY_UP, L"\033[A" },
    { PRIVATE_DOWN, L"ed-next-history", NULL, KEY_DOWN, L"\033[B" },
    { PRIVATE_RIGHT, L"ed-next-char", NULL, KEY_RIGHT, L"\033[C" },
    { PRIVATE_LEFT, L"ed-prev-char", NULL, KEY_LEFT, L"\033[D" },
    { PRIVATE_HOME, L"ed-move-to-beg", NULL, KEY_HOME, L"\033[H" },
    { PRIVATE_END, L"ed-move-to-end", NULL, KEY_END, L"\033[F" },
    { PRIVATE_DELETE, L"ed-delete-next-char", NULL, KEY_DC, L"\033[3~" },
    { PRIVATE_WORD_LEFT, L"ed-prev-word", NULL, 0, L"\033[1;5D" },
    { PRIVATE_WORD_RIGHT, L"em-next-word", L"vi-next-word", 0, L"\033[1;5C" },
    { PRIVATE_PASTE, L"app-paste", NULL, 0, NULL },
};

enum { SPECIAL_KEYS = sizeof special_keys / sizeof special_keys[0] };

/* ---- Bindings ---- */

static void bind_key(struct lineed *le, bool vi_command, const wchar_t *key,
                     const wchar_t *function)
{
    if (vi_command)
        el_wset(le->el, EL_BIND, L"-a", key, function, NULL);
    else
        el_wset(le->el, EL_BIND, key, function, NULL);
}

void lineed_bind_cures(struct lineed *le)
{
    if (lineed_get_mode(le) == LINEED_EMACS) {
        /* M-x dies on an open quote; libedit's own search reads out of bounds. */
        el_wset(le->el, EL_BIND, L"-r", L"\033x", NULL);
        el_wset(le->el, EL_BIND, L"-r", L"\033X", NULL);
    } else {
        /* `:` is M-x; `v` starts vi on the terminal; `.` and `~` lose the cursor. */
        static const wchar_t *const bad[] = { L":", L"v", L".", L"~" };
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
            el_wset(le->el, EL_BIND, L"-a", L"-r", bad[i], NULL);
        bind_key(le, true, L"b", L"ed-prev-word");
        bind_key(le, true, L"B", L"ed-prev-word");
    }
    bind_key(le, false, L"^R", L"app-search-older");
    bind_key(le, false, L"^S", L"app-search-newer");
}

void lineed_bind_all(struct lineed *le)
{
    bool is_vi = lineed_get_mode(le) == LINEED_VI;

    if (!is_vi)
        ignored_keys_bind(le->el);
    for (int i = 0; i < SPECIAL_KEYS; i++) {
        const wchar_t key[2] = { special_keys[i].key, 0 };
        const wchar_t *function = special_keys[i].function;
        bind_key(le, false, key, function);
        if (is_vi)
            bind_key(le, true, key,
                     special_keys[i].vi_command ? special_keys[i].vi_command : function);
        else if (special_keys[i].sequence)
            bind_key(le, false, special_keys[i].sequence, function);
    }
    bind_key(le, false, L"^I", L"app-complete");
    if (is_vi) {
        bind_key(le, true, L"^I", L"app-complete");
        bind_key(le, true, L"^R", L"app-search-older");
        bind_key(le, true, L"^S", L"app-search-newer");
    }
    lineed_bind_cures(le);
    el_set(le->el, EL_EDITMODE, 1);
}

/* ---- Keys ---- */

static void push(struct lineed *le, wchar_t ch)
{
    if (le->pending_count < PENDING_MAX)
        le->pending[le->pending_count++] = ch;
}

/* A key that curses knows by a code. */
static void translate_code(struct lineed *le, int code)
{
    /*
     * One character per key in vi, where ESC must not wait, and in a search, which any other key
     * ends.
     */
    bool one_character = le->search.is_open || lineed_get_mode(le) == LINEED_VI;

    if (code == KEY_BACKSPACE || code == KEY_ENTER) {
        push(le, code == KEY_ENTER ? L'\n' : 127);
        return;
    }
    if (lineed_is_prompting(le))
        return; /* what moves in a line has no meaning there */
    char *bytes = NULL;
    for (int i = 0; i < SPECIAL_KEYS; i++) {
        bool is_it = special_keys[i].code != 0 && special_keys[i].code == code;
        if (!is_it && special_keys[i].code == 0 && special_keys[i].sequence) {
            /* Ctrl and an arrow have no fixed code: go by what the terminal sends. */
            bytes = bytes ? bytes : keybound(code, 0);
            wchar_t *wide = bytes ? glyph_to_wide(bytes, strlen(bytes), NULL) : NULL;
            is_it = wide && wcscmp(wide, special_keys[i].sequence) == 0;
            free(wide);
        }
        if (!is_it)
            continue;
        if (one_character)
            push(le, special_keys[i].key);
        else
            for (const wchar_t *ch = special_keys[i].sequence; *ch; ch++)
                push(le, *ch);
        free(bytes);
        return;
    }
    bytes = bytes ? bytes : keybound(code, 0);
    if (!one_character) /* the sequence itself, for what .editrc may have bound to it */
        for (const char *byte = bytes; byte && *byte; byte++)
            push(le, (unsigned char)*byte);
    free(bytes);
}

void lineed_translate(struct lineed *le, const struct key *key)
{
    switch (key->kind) {
    case KEY_KIND_CHAR:
        if (key->ch == 0 || (key->ch >= PRIVATE_FIRST && key->ch <= PRIVATE_LAST))
            return; /* not from a keyboard */
        if (key->alt)
            push(le, L'\033');
        push(le, key->ch == L'\r' ? L'\n' : key->ch);
        return;
    case KEY_KIND_CODE:
        translate_code(le, key->code);
        return;
    case KEY_KIND_PASTE:
        lineed_queue_text(le, key->text);
        return;
    case KEY_KIND_MOUSE:
        return;
    }
}

void lineed_queue_text(struct lineed *le, const char *text)
{
    size_t size = strlen(text), left = le->typed_count - le->typed_used, kept = left, count;

    if (size > TYPED_MAX)
        size = TYPED_MAX;
    wchar_t *wide = glyph_to_wide(text, size, &count);
    wchar_t *all = mem_alloc((left + count + 1) * sizeof *all);
    if (left > 0)
        wmemcpy(all, le->typed + le->typed_used, left);
    for (size_t i = 0; i < count; i++) {
        wchar_t ch = wide[i];
        if (ch == L'\r') {
            if (i + 1 < count && wide[i + 1] == L'\n')
                continue;
            ch = L'\n'; /* terminals send a pasted newline as a return */
        }
        if (ch == L'\t')
            ch = L' ';
        if ((ch < 0x20 && ch != L'\n') || (ch >= 0x7F && ch <= PRIVATE_LAST))
            continue; /* nobody pastes these knowingly */
        all[kept++] = ch;
    }
    free(wide);
    lineed_drop_typed(le);
    le->typed = all;
    le->typed_count = kept;
}
