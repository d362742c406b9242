/* The help over the panes: the keys, and every command by topic, from the two tables. */
#include "text.h"
#include "tui/app.h"
#include "tui/glyph.h"

#include <stdio.h>
#include <string.h>

enum { KEY_COLS = 22, USAGE_COLS = 34, MARGIN = 2 };

struct page {
    const struct canvas *canvas;
    bool is_counting; /* nothing is drawn */
    int top;          /* the first line that is shown */
    int line;
};

/* Where the next line goes; false when it is not in sight. */
static bool next_line(struct page *page, int *y)
{
    *y = page->line++ - page->top;
    return !page->is_counting && *y >= 0 && *y < page->canvas->area.rows;
}

static void put_heading(struct page *page, const char *text)
{
    int y;

    if (page->line > 0)
        page->line++;
    if (next_line(page, &y))
        draw_text(page->canvas, y, 0, draw_style(page->canvas, STYLE_TITLE_FOCUS), text);
}

/* The bytes of the text that fit into so many columns, up to a blank if there is one. */
static int piece_that_fits(const char *text, int cols)
{
    int length = 0, blank = 0, width = 0;

    while (text[length]) {
        wchar_t ch;
        struct glyph glyph;
        int used = (int)glyph_decode(text + length, strlen(text + length), &ch);
        glyph_of(ch, &glyph);
        if (width + glyph.width > cols)
            return blank > 0 ? blank : length > 0 ? length : used;
        width += glyph.width;
        if (ch == L' ')
            blank = length;
        length += used;
    }
    return length;
}

/* A name and what it means, wrapped in its own column; below the name when that is long. */
static void put_row(struct page *page, int cols, const char *left, const char *right)
{
    attr_t attrs = draw_style(page->canvas, STYLE_PROMPT);
    int x = MARGIN + cols + 1, rest = page->canvas->area.cols - x, y;
    bool is_seen = next_line(page, &y);

    if (is_seen)
        draw_text(page->canvas, y, MARGIN, attrs, left);
    if (glyph_width(left) > cols)
        is_seen = next_line(page, &y);
    while (rest > 0 && *right) {
        int length = piece_that_fits(right, rest);
        if (is_seen)
            draw_textf(page->canvas, y, x, draw_style(page->canvas, STYLE_NORMAL), "%.*s", length,
                       right);
        right += length;
        right += *right == ' ';
        if (*right)
            is_seen = next_line(page, &y);
    }
}

static void put_keys(struct page *page)
{
    const struct key_help *row;

    for (int i = 0; (row = app_key_help(i)) != NULL; i++) {
        if (row->text)
            put_row(page, KEY_COLS, row->key, row->text);
        else
            put_heading(page, row->key);
    }
}

static void put_commands(struct page *page)
{
    for (enum command_family family = 0; family < FAMILY_COUNT; family++) {
        const struct command_info *info;
        put_heading(page, script_family_name(family));
        for (u32 i = 0; (info = script_command(i)) != NULL; i++)
            if (info->family == family)
                put_row(page, USAGE_COLS, info->usage, info->summary);
    }
}

static void put_marks(struct page *page)
{
    static const char *const marks[][2] = {
        { "▶", "the task that the CPU runs; in the trace, where the machine stands" },
        { "▪ + -", "changed, new, gone since the last stop; values show was → is" },
        { "focus, *", "the task that makes the calls you type; Enter in the tree chooses another" },
        { "R S D T t Z X", "running or ready, asleep, asleep for the disk, stopped, traced, "
                           "zombie, dead" },
        { "2 3 … in the map", "a task's own page frame: its PID's last digit, in its colour" },
        { "= =2 =c2",
          "a page frame that tasks share: so many; =c: until one of them writes, then 2→1" },
        { "──▶ ══▶", "from a page table entry to its page frame; double: it has moved, or is new" },
        { "K s t p", "page frames of the kernel: its own, slabs, kernel stacks, page tables" },
        { "a f c", "anonymous pages and files' pages of other tasks, the page cache" },
        { "·", "free" },
        { "PWUAD", "a page table entry's bits: present, writable, user, accessed, dirty" },
        { "r-xp rw-s", "what an area allows: read, write, execute; private or shared" },
    };

    put_heading(page, _("What is drawn"));
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        put_row(page, KEY_COLS, marks[i][0], marks[i][1]);
}

void help_draw(const struct canvas *canvas, struct scroll *scroll)
{
    draw_clear(canvas);
    draw_box(canvas, BOX_WHOLE, true, _("help"),
             _("arrows and page keys scroll, F1 or Esc closes"));
    struct canvas inside = draw_inside(canvas, BOX_WHOLE);
    struct canvas text = draw_part(&inside, 0, 1, inside.area.rows, inside.area.cols - 3);
    struct page count = { .canvas = &text, .is_counting = true };
    put_keys(&count);
    put_marks(&count);
    put_commands(&count);
    scroll_fit(scroll, count.line, inside.area.rows);
    struct page page = { .canvas = &text, .top = scroll->top };
    put_keys(&page);
    put_marks(&page);
    put_commands(&page);
    draw_scrollbar(&inside, scroll);
}
