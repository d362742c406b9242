/* The editor functions that libedit calls by a key: pasted text, completion, history search. */
#include "tui/lineed_internal.h"

#include "tui/glyph.h"
#include "tui/history.h"
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

struct search {
    wchar_t *before; /* the line to go back to */
    size_t age;      /* of the line that is shown */
    size_t length;   /* of the pattern */
    bool newer;
};

/*
 * Shows the match from that age on, in the direction of the search; what is shown stays when there
 * is none.
 */
static void search_show(struct lineed *le, struct search *search, size_t from)
{
    size_t found;

    le->search_failed = false;
    if (search->length == 0)
        return;
    if (!history_list_find(le->history, le->pattern, from, search->newer, &found)) {
        le->search_failed = true;
        return;
    }
    search->age = found;
    const wchar_t *text = history_list_get(le->history, found);
    el_wreplacestr(le->el, text);
    const LineInfoW *line = el_wline(le->el);
    ptrdiff_t match = wcsstr(text, le->pattern) - text;
    el_cursor(le->el, (int)(match - (line->cursor - line->buffer)));
}

/* One key of a search. False when the key ended it. */
static bool search_key(struct lineed *le, struct search *search, wchar_t ch)
{
    const wchar_t pushed[2] = { ch, 0 };

    if (ch == KEY_CTRL('r') || ch == KEY_CTRL('s')) {
        search->newer = ch == KEY_CTRL('s');
        if (search->newer && search->age == 0)
            le->search_failed = true;
        else
            search_show(le, search, search->newer ? search->age - 1 : search->age + 1);
    } else if (ch == KEY_CTRL('g')) {
        el_wreplacestr(le->el, search->before);
        return false;
    } else if (ch == 127 || ch == KEY_CTRL('h')) {
        if (search->length > 0)
            le->pattern[--search->length] = 0;
        search_show(le, search, 0);
    } else if (ch == L'\033') {
        if (le->pending_count > 0) /* Alt and a key: both go on to the line */
            el_wpush(le->el, pushed);
        return false;
    } else if (ch < 0x20 || (ch >= PRIVATE_FIRST && ch <= PRIVATE_LAST)) {
        el_wpush(le->el, pushed); /* Enter, an arrow, a paste: the line takes it from here */
        return false;
    } else if (search->length < SEARCH_MAX) {
        le->pattern[search->length++] = ch;
        le->pattern[search->length] = 0;
        search_show(le, search, search->age);
    }
    return true;
}

static unsigned char run_search(EditLine *el, bool newer)
{
    struct lineed *le = editor_of(el);
    const LineInfoW *line = el_wline(el);
    size_t length = (size_t)(line->lastchar - line->buffer);
    struct search search = { .before = mem_alloc((length + 1) * sizeof(wchar_t)), .newer = newer };
    unsigned char result = CC_REFRESH;
    wchar_t ch;

    wmemcpy(search.before, line->buffer, length);
    le->pattern[0] = 0;
    le->search_failed = false;
    le->searching = true;
    do {
        if (el_wgetc(el, &ch) != 1) {
            result = CC_EOF; /* the line is being given up */
            break;
        }
    } while (search_key(le, &search, ch));
    le->searching = false;
    free(search.before);
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
