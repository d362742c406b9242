/* See squeeze.h. */
#include "tui/squeeze.h"

#include "tui/glyph.h"

#include <stdbool.h>
#include <string.h>

enum { COLUMNS_MAX = 12, INDENT = 4 };

/* What is left out first. */
static const char *const spare[] = { "CPU", "VSZ", "RSS", "TASK", "ST" };

struct column {
    int width;
    bool is_number; /* at the right of its column */
    bool is_left_out;
};

struct table {
    const char *end; /* behind its last row */
    int columns;
    struct column column[COLUMNS_MAX];
};

struct word {
    const char *text;
    size_t length;
};

/* ---- Words of a line ---- */

/* Its words, the last one with all that follows; how many there are, `most` at most. */
static int split(const char *line, size_t length, int most, struct word *words)
{
    const char *end = line + length;
    int count = 0;

    while (count < most) {
        while (line < end && *line == ' ')
            line++;
        if (line == end)
            break;
        const char *begin = line;
        while (line < end && (*line != ' ' || count == most - 1))
            line++;
        words[count++] = (struct word){ begin, (size_t)(line - begin) };
    }
    return count;
}

static bool consists_of(const struct word *word, const char *characters)
{
    return strspn(word->text, characters) >= word->length;
}

static int word_width(const struct word *word)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_add(&text, word->text, word->length);
    int width = glyph_width(strbuf_text(&text));
    strbuf_finish(&text);
    return width;
}

/* ---- Tables ---- */

static void measure(struct table *table, const struct word *words)
{
    for (int i = 0; i < table->columns; i++) {
        struct column *c = &table->column[i];
        int width = word_width(&words[i]);
        c->width = c->width > width ? c->width : width;
        c->is_number = c->is_number && consists_of(&words[i], "0123456789");
    }
}

/* Does a table begin with this line? */
static bool read_table(const char *text, struct table *table)
{
    struct word words[COLUMNS_MAX];
    size_t length = strcspn(text, "\n");

    *table = (struct table){ .columns = split(text, length, COLUMNS_MAX, words) };
    if (*text != ' ' || table->columns < 3)
        return false;
    for (int i = 0; i < table->columns; i++)
        if (!consists_of(&words[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            return false;
    measure(table, words);
    for (int i = 0; i < table->columns; i++)
        table->column[i].is_number = true;
    for (;;) {
        text += length + (text[length] == '\n');
        length = strcspn(text, "\n");
        if (split(text, length, table->columns, words) < table->columns ||
            !consists_of(&words[0], "0123456789"))
            break;
        measure(table, words);
        table->end = text + length;
    }
    return table->end != NULL;
}

static int table_width(const struct table *table)
{
    int width = INDENT - 1;

    for (int i = 0; i < table->columns; i++) {
        bool has_mark = i == 0 || !table->column[i - 1].is_left_out;
        if (!table->column[i].is_left_out)
            width += 1 + table->column[i].width;
        else if (has_mark)
            width += 2;
    }
    return width;
}

/* Leaves columns out until it fits, or nothing can be spared any more. */
static void make_room(struct table *table, const struct word *heading, int cols)
{
    for (size_t s = 0; s < sizeof spare / sizeof spare[0] && table_width(table) > cols; s++)
        for (int i = 0; i < table->columns; i++)
            if (strlen(spare[s]) == heading[i].length &&
                strncmp(spare[s], heading[i].text, heading[i].length) == 0)
                table->column[i].is_left_out = true;
}

static void add_row(const struct table *table, const struct word *words, struct strbuf *out)
{
    strbuf_repeat(out, ' ', INDENT - 1);
    for (int i = 0; i < table->columns; i++) {
        const struct column *c = &table->column[i];
        int pad = c->width - word_width(&words[i]);
        if (c->is_left_out) {
            if (i == 0 || !table->column[i - 1].is_left_out)
                strbuf_puts(out, " …");
            continue;
        }
        strbuf_repeat(out, ' ', 1 + (c->is_number ? pad : 0));
        strbuf_add(out, words[i].text, words[i].length);
        if (i + 1 < table->columns)
            strbuf_repeat(out, ' ', c->is_number ? 0 : pad);
    }
}

/* Adds the table that begins here; returns what comes behind it. */
static const char *add_table(const char *text, struct table *table, int cols, struct strbuf *out)
{
    struct word words[COLUMNS_MAX];

    split(text, strcspn(text, "\n"), table->columns, words);
    make_room(table, words, cols);
    while (text < table->end) {
        size_t length = strcspn(text, "\n");
        split(text, length, table->columns, words);
        add_row(table, words, out);
        text += length;
        if (text < table->end) {
            strbuf_putc(out, '\n');
            text++;
        }
    }
    return text;
}

/* ---- Other lines ---- */

static void add_line(const char *text, size_t length, struct strbuf *out)
{
    size_t blanks = 0;
    char before = '\0';

    for (size_t i = 0; i < length; i++) {
        if (text[i] != ' ')
            before = text[i];
        blanks = text[i] == ' ' ? blanks + 1 : 0;
        if (before != ')' || blanks <= 2)
            strbuf_putc(out, text[i]);
    }
}

void squeeze_text(const char *text, int cols, struct strbuf *out)
{
    struct table table;

    while (*text) {
        size_t length = strcspn(text, "\n");
        if (read_table(text, &table)) {
            text = add_table(text, &table, cols, out);
        } else {
            add_line(text, length, out);
            text += length;
        }
        if (*text == '\n') {
            strbuf_putc(out, '\n');
            text++;
        }
    }
}
