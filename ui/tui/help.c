/* The help over the panes: the keys, and every command by topic, from the two tables. */
#include "text.h"
#include "tui/app.h"
#include "tui/glyph.h"

#include <stdio.h>

enum { KEY_COLS = 22, USAGE_COLS = 34, MARGIN = 2 };

struct page {
    const struct canvas *canvas; /* NULL: only count the lines */
    int top;                     /* the first line that is shown */
    int line;
};

/* Where the next line goes; false when it is not in sight. */
static bool next_line(struct page *page, int *y)
{
    *y = page->line++ - page->top;
    return page->canvas && *y >= 0 && *y < page->canvas->area.rows;
}

static void put_heading(struct page *page, const char *text)
{
    int y;

    if (page->line > 0)
        page->line++;
    if (next_line(page, &y))
        draw_text(page->canvas, y, 0, draw_style(page->canvas, STYLE_TITLE_FOCUS), text);
}

static void put_row(struct page *page, int cols, const char *left, const char *right)
{
    int y;

    if (!next_line(page, &y))
        return;
    attr_t attrs = draw_style(page->canvas, STYLE_PROMPT);
    int width = page->canvas->area.cols, x = MARGIN;
    if (glyph_width(left) > cols)
        x = draw_text(page->canvas, y, x, attrs, left) + 1;
    else
        x = draw_field(page->canvas, y, x, cols, ALIGN_LEFT, attrs, left) + 1;
    if (x < width)
        draw_field(page->canvas, y, x, width - x, ALIGN_LEFT,
                   draw_style(page->canvas, STYLE_NORMAL), right);
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
        { "focus", "the task that makes the calls you type; Enter in the tree chooses another" },
        { "R S D T t Z X", "running or ready, asleep, asleep for the disk, stopped, traced, "
                           "zombie, dead" },
    };

    put_heading(page, _("What is drawn"));
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        put_row(page, KEY_COLS, marks[i][0], marks[i][1]);
}

void help_draw(const struct canvas *canvas, struct scroll *scroll)
{
    struct page count = { .line = 0 };

    draw_clear(canvas);
    draw_box(canvas, BOX_WHOLE, true, _("help"),
             _("arrows and page keys scroll, F1 or Esc closes"));
    struct canvas inside = draw_inside(canvas, BOX_WHOLE);
    struct canvas text = draw_part(&inside, 0, 1, inside.area.rows, inside.area.cols - 3);
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
