/* The editor functions that libedit calls by a key: pasted text, completion, history search. */
#include "tui/lineed_internal.h"

#include "tui/glyph.h"
#include "tui/mem.h"

static struct lineed *editor_of(EditLine *el)
{
    struct lineed *le = NULL;

    el_wget(el, EL_CLIENTDATA, &le);
    return le;
}

/* ---- Pasted text ---- */

static unsigned char insert_typed(EditLine *el, int ch)
{
    struct lineed *le = editor_of(el);
    size_t count = 0;

    (void)ch;
    while (le->typed_used + count < le->typed_count && le->typed[le->typed_used + count] != L'\n')
        count++;
    if (count == 0)
        return CC_NORM;
    wchar_t *piece = mem_alloc((count + 1) * sizeof *piece);
    wmemcpy(piece, le->typed + le->typed_used, count);
    le->typed_used += count;
    int failed = el_winsertstr(el, piece); /* in one go: key by key is quadratic */
    free(piece);
    return failed ? CC_ERROR : CC_REFRESH;
}

/* ---- Completion ---- */

void completion_add(struct completion *completion, const char *text)
{
    /* grows when the count reaches a power of two */
    if ((completion->count & (completion->count - 1)) == 0) {
        size_t room = completion->count ? completion->count * 2 : 1;
        completion->candidates = mem_resize(completion->candidates, room * sizeof(char *));
    }
    completion->candidates[completion->count++] = mem_text(text);
}

void completion_clear(struct completion *completion)
{
    for (size_t i = 0; i < completion->count; i++)
        free(completion->candidates[i]);
    free(completion->candidates);
    free(completion->insert);
    free(completion->hint);
    *completion = (struct completion){ 0 };
}

/* Characters in the `bytes` bytes that end at the cursor. */
static int characters_before(const char *line, size_t cursor, size_t bytes)
{
    int count = 0;

    for (size_t i = cursor - (bytes < cursor ? bytes : cursor); i < cursor; count++) {
        wchar_t ch;
        i += glyph_decode(line + i, cursor - i, &ch);
    }
    return count;
}

static unsigned char complete(EditLine *el, int ch)
{
    struct lineed *le = editor_of(el);
    unsigned page;
    size_t cursor;

    (void)ch;
    if (lineed_candidates(le, &page)) { /* Tab again: more of the same */
        le->found_page++;
        return CC_REFRESH;
    }
    const char *line = lineed_text(le, &cursor);
    completion_clear(&le->found);
    le->ops->complete(le->app, line, cursor, &le->found);
    le->found_page = 0;
    if (le->found.insert && (*le->found.insert || le->found.replace > 0)) {
        int old = characters_before(line, cursor, le->found.replace);
        wchar_t *insert = glyph_to_wide(le->found.insert, strlen(le->found.insert), NULL);
        if (old > 0)
            el_deletestr(el, old);
        if (*insert)
            el_winsertstr(el, insert);
        free(insert);
    }
    if (le->found.count <= 1)
        completion_clear(&le->found);
    free(le->found_line);
    le->found_line = mem_text(lineed_text(le, NULL));
    return CC_REFRESH;
}

/* ---- History search ---- */

/* One key of a search. False when the key ended it. */
static bool search_key(struct lineed *le, wchar_t ch)
{
    const wchar_t pushed[2] = { ch, 0 };
    bool is_private = ch >= PRIVATE_FIRST && ch <= PRIVATE_LAST;

    if (!is_private && history_search_key(&le->search, ch))
        return le->search.is_open;
    /* Enter, an arrow, a paste: the line takes it from here. So it does with Alt and a key. */
    if (ch != L'\033' || le->pending_count > 0)
        el_wpush(le->el, pushed);
    return false;
}

static unsigned char run_search(EditLine *el, bool newer)
{
    struct lineed *le = editor_of(el);
    unsigned char result = CC_REFRESH;
    wchar_t ch;

    history_search_open(&le->search, el, le->history, newer);
    do {
        if (el_wgetc(el, &ch) != 1) {
            result = CC_EOF; /* the line is being given up */
            break;
        }
    } while (search_key(le, ch));
    history_search_close(&le->search);
    return result;
}

static unsigned char search_older(EditLine *el, int ch)
{
    (void)ch;
    return run_search(el, false);
}

static unsigned char search_newer(EditLine *el, int ch)
{
    (void)ch;
    return run_search(el, true);
}

void lineed_add_functions(struct lineed *le)
{
    el_wset(le->el, EL_ADDFN, L"app-paste", L"Insert pasted text", insert_typed);
    el_wset(le->el, EL_ADDFN, L"app-complete", L"Complete the word", complete);
    el_wset(le->el, EL_ADDFN, L"app-search-older", L"Search the history backwards", search_older);
    el_wset(le->el, EL_ADDFN, L"app-search-newer", L"Search the history forwards", search_newer);
}
