/*
 * libedit as the line editor of a pane: its private terminal, its source of keys, one line at a
 * time.
 */
#include "tui/lineed_internal.h"

#include "text.h"
#include "tui/glyph.h"
#include "tui/history.h"
#include "tui/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

/*
 * libedit wants to own a terminal. It gets a pseudo-terminal that nobody looks at, sized once and
 * for all (at a few columns it overruns its screen image), its output goes into a string, and the
 * only thing it ever waits for is our key function: that function is where the program's event loop
 * runs.
 */

/* Output of `bind` and the like is kept; more than this is cut. */
enum { OUTPUT_MAX = 1 << 18 };

/* ---- Making and unmaking ---- */

static ssize_t keep_output(void *cookie, const char *data, size_t size)
{
    struct lineed *le = cookie;

    if (le->output_size + size <= OUTPUT_MAX) {
        le->output = mem_resize(le->output, le->output_size + size + 1);
        memcpy(le->output + le->output_size, data, size);
        le->output_size += size;
        le->output[le->output_size] = 0;
    }
    return (ssize_t)size;
}

static bool open_private_terminal(struct lineed *le)
{
    struct winsize size = { .ws_row = 24, .ws_col = 500 };

    if (openpty(&le->pty_master, &le->pty_slave, NULL, NULL, &size) < 0)
        return false;
    fcntl(le->pty_master, F_SETFD, FD_CLOEXEC);
    fcntl(le->pty_slave, F_SETFD, FD_CLOEXEC);
    int copy = fcntl(le->pty_slave, F_DUPFD_CLOEXEC, 3);
    le->in = copy >= 0 ? fdopen(copy, "r") : NULL;
    if (!le->in && copy >= 0)
        close(copy);
    le->out = fopencookie(le, "w", (cookie_io_functions_t){ .write = keep_output });
    return le->in && le->out;
}

static wchar_t *empty_prompt(EditLine *el)
{
    static wchar_t empty[1];

    (void)el;
    return empty;
}

static int get_key(EditLine *el, wchar_t *ch);

struct lineed *lineed_create(const char *program, const struct lineed_ops *ops, void *app,
                             struct history_list *history, char *why, size_t size)
{
    struct lineed *le = mem_alloc(sizeof *le);

    le->ops = ops;
    le->app = app;
    le->history = history;
    le->pty_master = le->pty_slave = -1;
    if (open_private_terminal(le))
        le->el = el_init_fd(program, le->in, le->out, le->out, le->pty_slave, le->pty_slave,
                            le->pty_slave);
    if (!le->el) {
        snprintf(why, size, _("no line editor: %s"), strerror(errno));
        lineed_destroy(le);
        return NULL;
    }
    el_set(le->el, EL_TERMINAL, "dumb");
    el_wset(le->el, EL_CLIENTDATA, le);
    el_wset(le->el, EL_PROMPT, empty_prompt);
    el_wset(le->el, EL_HIST, history_list_libedit, history);
    lineed_add_functions(le);
    lineed_set_mode(le, LINEED_EMACS);
    el_wset(le->el, EL_GETCFN, get_key);
    return le;
}

void lineed_destroy(struct lineed *le)
{
    if (!le)
        return;
    if (le->el)
        el_end(le->el);
    if (le->in)
        fclose(le->in);
    if (le->out)
        fclose(le->out);
    if (le->pty_master >= 0)
        close(le->pty_master);
    if (le->pty_slave >= 0)
        close(le->pty_slave);
    completion_clear(&le->found);
    free(le->found_line);
    free(le->typed);
    free(le->output);
    free(le->line);
    free(le->text);
    free(le);
}

enum lineed_mode lineed_get_mode(const struct lineed *le)
{
    const wchar_t *editor = L"";

    return el_wget(le->el, EL_EDITOR, &editor) == 0 && wcscmp(editor, L"vi") == 0 ? LINEED_VI
                                                                                  : LINEED_EMACS;
}

void lineed_set_mode(struct lineed *le, enum lineed_mode mode)
{
    el_wset(le->el, EL_EDITOR, mode == LINEED_VI ? L"vi" : L"emacs");
    lineed_bind_all(le);
}

/* ---- Keys on their way in ---- */

/*
 * Some vi commands leave the cursor, or the end, outside the buffer. False when the line can't be
 * saved.
 */
static bool mend_cursor(EditLine *el)
{
    const LineInfoW *line = el_wline(el);

    if (line->lastchar < line->buffer)
        return false;
    if (line->cursor < line->buffer)
        el_cursor(el, 1); /* clamps; a move by 0 would not */
    else if (line->cursor > line->lastchar)
        el_cursor(el, -1);
    return true;
}

/*
 * A private key typed where libedit takes any character (vi's r, ^V) lands in the text: take it out
 * again.
 */
static void drop_private_keys(EditLine *el)
{
    const LineInfoW *line = el_wline(el);
    size_t length = (size_t)(line->lastchar - line->buffer), kept = 0, cursor = 0;
    size_t at = (size_t)(line->cursor - line->buffer);
    bool is_clean = true;

    for (size_t i = 0; i < length && is_clean; i++)
        is_clean = line->buffer[i] < PRIVATE_FIRST || line->buffer[i] > PRIVATE_LAST;
    if (is_clean)
        return;
    wchar_t *copy = mem_alloc((length + 1) * sizeof *copy);
    for (size_t i = 0; i < length; i++) {
        if (line->buffer[i] >= PRIVATE_FIRST && line->buffer[i] <= PRIVATE_LAST)
            continue;
        cursor += i < at;
        copy[kept++] = line->buffer[i];
    }
    el_wreplacestr(el, copy);
    free(copy);
    line = el_wline(el);
    el_cursor(el, (int)(cursor - (size_t)(line->cursor - line->buffer)));
}

bool lineed_is_prompting(const struct lineed *le)
{
    const LineInfoW *line = el_wline(le->el);

    /* Its prompts stand behind a newline, and nothing else puts one into the line. */
    return wmemchr(line->buffer, L'\n', (size_t)(line->lastchar - line->buffer)) != NULL;
}

/*
 * The next character of pasted text. A stretch goes in by one private key, and a newline is Enter;
 * where libedit takes any character literally, and so does not carry that key out, the text goes in
 * character by character.
 */
static wchar_t next_typed(struct lineed *le)
{
    bool is_literal = le->typed_offered == le->typed_used + 1 || lineed_is_prompting(le);

    if (is_literal || le->typed[le->typed_used] == L'\n')
        return le->typed[le->typed_used++];
    le->typed_offered = le->typed_used + 1;
    return PRIVATE_PASTE;
}

static int give_up(void)
{
    errno = EINTR;
    return -1;
}

/* libedit's source of characters: 1 and a character, or -1 to give the line up. */
static int get_key(EditLine *el, wchar_t *ch)
{
    struct lineed *le = NULL;

    el_wget(el, EL_CLIENTDATA, &le);
    if (le->cancelled || le->lost)
        return give_up();
    if (!mend_cursor(el)) {
        le->lost = true;
        return give_up();
    }
    if (!lineed_is_prompting(le))
        drop_private_keys(el);
    while (le->pending_count == 0) {
        struct key key;
        if (le->typed_used < le->typed_count) {
            *ch = next_typed(le);
            return 1;
        }
        if (!le->ops->next_key(le->app, &key) || le->cancelled) {
            le->cancelled = true;
            return give_up();
        }
        lineed_translate(le, &key);
    }
    *ch = le->pending[0];
    le->pending_count--;
    memmove(le->pending, le->pending + 1, le->pending_count * sizeof *ch);
    return 1;
}

/* ---- Reading a line ---- */

enum lineed_result lineed_read(struct lineed *le, const char **line)
{
    const wchar_t *text;
    int count;

    if (le->typed_used < le->typed_count && le->ops->interrupted && le->ops->interrupted(le->app)) {
        lineed_drop_typed(le);
        return LINEED_CANCEL;
    }
    le->cancelled = false;
    do {
        le->lost = false;
        history_search_close(&le->search);
        le->reading = true;
        count = 0;
        text = el_wgets(le->el, &count);
        le->reading = false;
    } while (!text && le->lost && !le->cancelled);
    completion_clear(&le->found);
    le->output_size = 0;
    if (le->cancelled) {
        le->pending_count = 0;
        lineed_drop_typed(le);
        return LINEED_CANCEL;
    }
    if (!text || count <= 0)
        return LINEED_EOF;
    size_t length = (size_t)count;
    while (length > 0 && (text[length - 1] == L'\n' || text[length - 1] == L'\r'))
        length--;
    free(le->line);
    le->line = glyph_to_utf8(text, length);
    wchar_t *copy = mem_alloc((length + 1) * sizeof *copy);
    wmemcpy(copy, text, length);
    history_list_add(le->history, copy);
    free(copy);
    *line = le->line;
    return LINEED_LINE;
}

void lineed_cancel(struct lineed *le)
{
    le->cancelled = true;
}

/* ---- Looking at the line ---- */

void lineed_get_view(const struct lineed *le, struct lineed_view *view)
{
    *view = (struct lineed_view){ .text = L"" };
    if (!le->reading)
        return;
    const LineInfoW *line = el_wline(le->el);
    if (line->lastchar < line->buffer)
        return;
    view->text = line->buffer;
    view->length = (size_t)(line->lastchar - line->buffer);
    if (line->cursor > line->buffer)
        view->cursor = (size_t)(line->cursor - line->buffer);
    if (view->cursor > view->length)
        view->cursor = view->length;
    view->search = le->search.is_open ? le->search.pattern : NULL;
    view->search_failed = le->search.has_failed;
}

const char *lineed_text(struct lineed *le, size_t *cursor)
{
    struct lineed_view view;

    lineed_get_view(le, &view);
    free(le->text);
    le->text = glyph_to_utf8(view.text, view.length);
    if (cursor) {
        char ignored[4];
        *cursor = 0;
        for (size_t i = 0; i < view.cursor; i++)
            *cursor += glyph_encode(view.text[i], ignored);
    }
    return le->text;
}

bool lineed_is_empty(const struct lineed *le)
{
    struct lineed_view view;

    lineed_get_view(le, &view);
    return view.length == 0 && !view.search && le->pending_count == 0 &&
           le->typed_used == le->typed_count;
}

const struct completion *lineed_candidates(struct lineed *le, unsigned *page)
{
    if (!le->reading || !le->found_line || le->search.is_open || le->found.count == 0)
        return NULL;
    if (strcmp(lineed_text(le, NULL), le->found_line) != 0)
        return NULL;
    *page = le->found_page;
    return &le->found;
}

/* ---- Text that is not typed key by key ---- */

void lineed_type(struct lineed *le, const char *text)
{
    lineed_queue_text(le, text);
}

void lineed_drop_typed(struct lineed *le)
{
    free(le->typed);
    le->typed = NULL;
    le->typed_count = le->typed_used = le->typed_offered = 0;
}
