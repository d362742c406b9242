/* The console: a ring of styled lines, and the line being typed under it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/console.h"

#include "text.h"
#include "tui/glyph.h"
#include "tui/mem.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

enum {
    LINE_MAX_BYTES = 16384, /* of one line; the rest is cut */
    CANDIDATE_ROWS = 4,
};

/* A stretch of a line in one style. */
struct span {
    size_t end; /* byte after it */
    enum style style;
};

struct line {
    char *text;
    size_t size;
    struct span *spans;
    int count;
    bool is_cut;
    int rows; /* when wrapped to `cols`, worked out when needed */
    int cols;
};

struct console {
    struct line *lines; /* a ring */
    int room;
    int first;
    int count;
    bool is_open; /* the last line has not been ended */
    int below;    /* rows between the bottom of the view and the end */
    int page;     /* rows of output that were drawn last */
};

struct console *console_create(int max_lines)
{
    struct console *console = mem_alloc(sizeof *console);

    console->room = max_lines;
    console->lines = mem_alloc((size_t)max_lines * sizeof *console->lines);
    return console;
}

static struct line *line_at(const struct console *console, int index)
{
    return &console->lines[(console->first + index) % console->room];
}

static void free_line(struct line *line)
{
    free(line->text);
    free(line->spans);
    *line = (struct line){ 0 };
}

void console_clear(struct console *console)
{
    for (int i = 0; i < console->count; i++)
        free_line(line_at(console, i));
    console->first = console->count = console->below = 0;
    console->is_open = false;
}

void console_drop_last(struct console *console)
{
    if (console->count == 0)
        return;
    free_line(line_at(console, --console->count));
    console->is_open = false;
}

void console_destroy(struct console *console)
{
    if (!console)
        return;
    console_clear(console);
    free(console->lines);
    free(console);
}

void console_hide_last(struct console *console)
{
    if (console->count > 0)
        console->count--;
}

void console_unhide_last(struct console *console)
{
    console->count++;
}

int console_count(const struct console *console)
{
    return console->count;
}

/* ---- Adding ---- */

static struct line *open_line(struct console *console)
{
    if (console->is_open)
        return line_at(console, console->count - 1);
    if (console->count == console->room) {
        free_line(line_at(console, 0));
        console->first = (console->first + 1) % console->room;
        console->count--;
    }
    console->is_open = true;
    return line_at(console, console->count++);
}

static void append(struct line *line, enum style style, const char *text, size_t size)
{
    if (line->is_cut)
        return;
    if (line->size + size > LINE_MAX_BYTES) {
        size = LINE_MAX_BYTES - line->size;
        line->is_cut = true;
    }
    line->text = mem_resize(line->text, line->size + size + 1);
    memcpy(line->text + line->size, text, size);
    line->size += size;
    line->text[line->size] = 0;
    line->cols = 0;
    if (line->count > 0 && line->spans[line->count - 1].style == style) {
        line->spans[line->count - 1].end = line->size;
        return;
    }
    line->spans = mem_resize(line->spans, (size_t)(line->count + 1) * sizeof *line->spans);
    line->spans[line->count++] = (struct span){ line->size, style };
}

void console_write(struct console *console, enum style style, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        append(open_line(console), style, text, size);
        text += size;
        if (*text == '\n') {
            console->is_open = false;
            text++;
        }
    }
}

void console_writef(struct console *console, enum style style, const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    int size = vasprintf(&text, format, args);
    va_end(args);
    if (size < 0)
        return;
    console_write(console, style, text);
    free(text);
}

/* ---- Scrolling ---- */

void console_scroll_rows(struct console *console, int rows)
{
    long below = (long)console->below - rows; /* console_draw() keeps it from the oldest line */

    console->below = below < 0 ? 0 : below > INT_MAX / 2 ? INT_MAX / 2 : (int)below;
}

void console_scroll_pages(struct console *console, int pages)
{
    int page = console->page > 1 ? console->page - 1 : 1; /* one row stays in sight */

    console_scroll_rows(console, pages * page);
}

void console_to_end(struct console *console)
{
    console->below = 0;
}

int console_rows_below(const struct console *console)
{
    return console->below;
}

/* ---- Drawing a line of output ---- */

/*
 * The byte behind what stands in one row from `at`: up to the last blank where there is one, else
 * as much as fits. *next is where the next row begins.
 */
static size_t row_end(const struct line *line, size_t at, int cols, size_t *next)
{
    size_t blank = 0, begin = at;
    int x = 0;

    while (at < line->size) {
        wchar_t ch;
        struct glyph glyph;
        size_t used = glyph_decode(line->text + at, line->size - at, &ch);
        glyph_of(ch, &glyph);
        if (ch == L' ' && x > 0)
            blank = at;
        if (x + glyph.width > cols && x > 0)
            break;
        x += glyph.width;
        at += used;
    }
    if (at < line->size && blank > begin)
        at = blank;
    *next = at;
    while (at < line->size && *next < line->size && line->text[*next] == ' ')
        ++*next;
    return at;
}

/* The part of a line that stands in one row, from column x, in its styles. */
static int draw_row_text(const struct line *line, const struct canvas *canvas, int y, int x,
                         size_t at, size_t end)
{
    int span = 0;

    while (at < end) {
        wchar_t ch;
        size_t used = glyph_decode(line->text + at, end - at, &ch);
        while (at >= line->spans[span].end)
            span++;
        x = draw_wide(canvas, y, x, draw_style(canvas, line->spans[span].style), &ch, 1);
        at += used;
    }
    return x;
}

/*
 * Walks a line wrapped to the canvas' width; draws it with its first row at y, or only counts the
 * rows.
 */
static int walk_line(const struct line *line, const struct canvas *canvas, int y, bool draws)
{
    int cols = canvas->area.cols, row = 0, x = 0;
    int indent = glyph_hanging_indent(line->text, line->size, cols);
    size_t at = 0;

    do {
        int left = row > 0 ? indent : 0;
        size_t next, end = row_end(line, at, cols - left, &next);
        if (draws && y + row >= canvas->area.rows)
            break;
        if (draws && y + row >= 0)
            x = draw_row_text(line, canvas, y + row, left, at, end);
        at = next;
        row++;
    } while (at < line->size);
    if (draws && line->is_cut)
        draw_text(canvas, y + row - 1, x < cols ? x : cols - 1, draw_style(canvas, STYLE_DIM),
                  theme_symbol(canvas->theme, SYMBOL_ELLIPSIS));
    return row;
}

static int line_rows(struct line *line, const struct canvas *canvas)
{
    if (line->cols != canvas->area.cols) {
        line->cols = canvas->area.cols;
        line->rows = walk_line(line, canvas, 0, false);
    }
    return line->rows;
}

/* Draws the output into the canvas, `below` rows of it past the lower edge. */
static void draw_output(struct console *console, const struct canvas *canvas)
{
    int index = console->count, left = canvas->area.rows + console->below, rows = 0;

    console->page = canvas->area.rows;
    if (canvas->area.rows <= 0 || canvas->area.cols <= 0)
        return;
    while (index > 0 && rows < left)
        rows += line_rows(line_at(console, --index), canvas);
    if (rows < left) { /* all of it is shorter than that: the oldest line stays at the top */
        console->below = rows > canvas->area.rows ? rows - canvas->area.rows : 0;
        left = canvas->area.rows + console->below;
    }
    /* less than a screen stands on the lower edge, next to the prompt */
    for (int y = left - rows; index < console->count && y < canvas->area.rows; index++) {
        const struct line *line = line_at(console, index);
        walk_line(line, canvas, y, true);
        y += line->rows;
    }
    if (console->below > 0) {
        char note[64];
        snprintf(note, sizeof note, _(" %d more below "), console->below);
        draw_text(canvas, canvas->area.rows - 1, canvas->area.cols - glyph_width(note),
                  draw_style(canvas, STYLE_KEY), note);
    }
}

/* ---- Drawing the line being typed ---- */

struct edit {
    const struct canvas *canvas; /* NULL: only measure */
    int top;                     /* the row of the edit line that is drawn first */
    int cols;
    int row;
    int x;
    int cursor_row;
    int cursor_x;
};

static void edit_put(struct edit *edit, attr_t attrs, wchar_t ch)
{
    struct glyph glyph;

    glyph_of(ch, &glyph);
    if (edit->x + glyph.width > edit->cols && edit->x > 0) {
        edit->row++;
        edit->x = 0;
    }
    if (edit->canvas)
        draw_wide(edit->canvas, edit->row - edit->top, edit->x, attrs, &ch, 1);
    edit->x += glyph.width;
}

static void edit_put_text(struct edit *edit, attr_t attrs, const char *text)
{
    for (size_t n = strlen(text); n > 0;) {
        wchar_t ch;
        size_t used = glyph_decode(text, n, &ch);
        edit_put(edit, attrs, ch);
        text += used;
        n -= used;
    }
}

/* Lays out prompt and text, and draws them when there is a canvas. */
static void edit_run(struct edit *edit, const struct canvas *styles,
                     const struct console_line *line)
{
    const struct lineed_view *text = &line->text;
    attr_t prompt = draw_style(styles, STYLE_PROMPT), normal = draw_style(styles, STYLE_NORMAL);

    if (text->search) {
        edit_put_text(edit, draw_style(styles, text->search_failed ? STYLE_ERROR : STYLE_HINT),
                      text->search_failed ? _("(not found: ") : _("(history: "));
        for (const wchar_t *ch = text->search; *ch; ch++)
            edit_put(edit, normal, *ch);
        edit_put_text(edit, draw_style(styles, text->search_failed ? STYLE_ERROR : STYLE_HINT),
                      ") ");
    } else {
        edit_put_text(edit, prompt, line->prompt);
    }
    for (size_t i = 0; i <= text->length; i++) {
        if (i == text->cursor) {
            /* a cursor past the edge stands where the next character would go */
            bool wraps = edit->x >= edit->cols;
            edit->cursor_row = wraps ? edit->row + 1 : edit->row;
            edit->cursor_x = wraps ? 0 : edit->x;
        }
        if (i == text->length)
            break;
        if (text->text[i] == L'\n') { /* the editor's own prompts stand on a row of their own */
            edit->row++;
            edit->x = 0;
        } else {
            edit_put(edit, normal, text->text[i]);
        }
    }
}

/* ---- Candidates ---- */

/* Draws a page of candidates in columns and returns the rows it took. */
static int draw_candidates(const struct canvas *canvas, int bottom, const struct console_line *line)
{
    const struct completion *found = line->candidates;
    int width = 1, cols = canvas->area.cols;

    for (size_t i = 0; i < found->count; i++) {
        int own = glyph_width(found->candidates[i]);
        width = own > width ? own : width;
    }
    width = width + 2 < cols ? width + 2 : cols;
    size_t across = (size_t)(cols / width);
    size_t rows = (found->count + across - 1) / across;
    size_t most = (size_t)(bottom < CANDIDATE_ROWS ? bottom : CANDIDATE_ROWS);
    if (most == 0)
        return 0;
    size_t pages = (rows + most - 1) / most;
    size_t first = line->page % pages * most;
    int shown = (int)(rows - first < most ? rows - first : most);
    struct canvas part = draw_part(canvas, bottom - shown, 0, shown, cols);
    draw_clear(&part);
    for (size_t i = 0; i < (size_t)shown * across && first * across + i < found->count; i++)
        draw_field(&part, (int)(i / across), (int)(i % across) * width, width - 1, ALIGN_LEFT,
                   draw_style(canvas, STYLE_HINT), found->candidates[first * across + i]);
    if (pages > 1) {
        char note[64];
        snprintf(note, sizeof note, _(" %zu of %zu, Tab "), line->page % pages + 1, pages);
        draw_text(&part, shown - 1, cols - glyph_width(note), draw_style(canvas, STYLE_KEY), note);
    }
    return shown;
}

/* ---- All of it ---- */

void console_draw(struct console *console, const struct canvas *canvas,
                  const struct console_line *line, int *y, int *x)
{
    struct edit measure = { .cols = canvas->area.cols };
    int rows = canvas->area.rows;

    *y = canvas->area.y;
    *x = canvas->area.x;
    if (rows <= 0 || canvas->area.cols <= 0)
        return;
    edit_run(&measure, canvas, line);
    int last = measure.row > measure.cursor_row ? measure.row : measure.cursor_row;
    int shown = last + 1 < rows ? last + 1 : rows;
    int top = last + 1 - shown;
    top = measure.cursor_row < top ? measure.cursor_row : top;

    struct canvas output = draw_part(canvas, 0, 0, rows - shown, canvas->area.cols);
    draw_output(console, &output);
    if (line->candidates && line->candidates->count > 0)
        draw_candidates(canvas, rows - shown, line);

    struct canvas edit_canvas = draw_part(canvas, rows - shown, 0, shown, canvas->area.cols);
    struct edit edit = { .canvas = &edit_canvas, .top = top, .cols = canvas->area.cols };
    edit_run(&edit, canvas, line);
    if (line->hint && last == 0) {
        int width = glyph_width(line->hint), at = canvas->area.cols - width;
        if (at > edit.x + 2)
            draw_text(&edit_canvas, 0, at, draw_style(canvas, STYLE_HINT), line->hint);
    }
    *y = edit_canvas.area.y + measure.cursor_row - top;
    *x = edit_canvas.area.x + measure.cursor_x;
}
