/* A terminal for tests: what stands on its screen, and how it stands there. */
#define _GNU_SOURCE
#include "vt_internal.h"

#include <stdlib.h>
#include <string.h>

int vt_rows(const struct vt *vt)
{
    int rows, cols;
    vterm_get_size(vt->term, &rows, &cols);
    return rows;
}

int vt_cols(const struct vt *vt)
{
    int rows, cols;
    vterm_get_size(vt->term, &rows, &cols);
    return cols;
}

VTermScreenCell vt_cell(const struct vt *vt, int row, int col)
{
    VTermScreenCell cell = { 0 };
    vterm_screen_get_cell(vt->screen, (VTermPos){ .row = row, .col = col }, &cell);
    return cell;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | (c >> 18 & 7));
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (c & 0x3f));
    return to;
}

enum { CELL_BYTES = 4 * VTERM_MAX_CHARS_PER_CELL };

/* Writes a cell's text, at most CELL_BYTES; returns its end. */
static char *put_cell(char *to, const VTermScreenCell *cell)
{
    if (cell->chars[0] == UINT32_MAX) /* the second half of a wide character */
        return to;
    if (cell->chars[0] == 0) {
        *to++ = ' ';
        return to;
    }
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
        to = put_utf8(to, cell->chars[i]);
    return to;
}

/* A buffer for text that the caller need not free. */
static char *new_text(const struct vt *vt, size_t size)
{
    char **slot = &vt->texts->text[vt->texts->next++ % TEXT_BUFFERS];
    free(*slot);
    *slot = vt_must(malloc(size));
    return *slot;
}

/* Writes a row's text to buffer and, for each byte of it, the column it stands in. */
static void read_row(const struct vt *vt, int row, char *buffer, int *col_of)
{
    char *end = buffer;
    char *last = buffer;
    for (int col = 0; col < vt_cols(vt); col++) {
        VTermScreenCell cell = vt_cell(vt, row, col);
        char *start = end;
        end = put_cell(end, &cell);
        if (end - start > 1 || (end > start && *start != ' '))
            last = end;
        for (char *p = start; col_of && p < end; p++)
            col_of[p - buffer] = col;
    }
    *last = '\0';
}

static size_t row_bytes(const struct vt *vt)
{
    return (size_t)vt_cols(vt) * CELL_BYTES + 1;
}

const char *vt_row(const struct vt *vt, int row)
{
    char *text = new_text(vt, row_bytes(vt));
    read_row(vt, row, text, NULL);
    return text;
}

const char *vt_cell_text(const struct vt *vt, int row, int col)
{
    VTermScreenCell cell = vt_cell(vt, row, col);
    char *text = new_text(vt, CELL_BYTES + 1);
    *put_cell(text, &cell) = '\0';
    return text;
}

bool vt_find_from(const struct vt *vt, int first_row, const char *text, int *row, int *col)
{
    char *buffer = vt_must(malloc(row_bytes(vt)));
    int *col_of = vt_must(malloc(row_bytes(vt) * sizeof *col_of));
    bool found = false;

    for (int r = first_row; r < vt_rows(vt) && !found; r++) {
        read_row(vt, r, buffer, col_of);
        const char *at = strstr(buffer, text);
        if (!at)
            continue;
        found = true;
        if (row)
            *row = r;
        if (col)
            *col = *at ? col_of[at - buffer] : 0;
    }
    free(buffer);
    free(col_of);
    return found;
}

bool vt_find(const struct vt *vt, const char *text, int *row, int *col)
{
    return vt_find_from(vt, 0, text, row, col);
}

int vt_count_rows_with(const struct vt *vt, const char *text)
{
    int count = 0;
    for (int row = -1; vt_find_from(vt, row + 1, text, &row, NULL);)
        count++;
    return count;
}

static int color_number(const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return VT_DEFAULT_COLOR;
    if (VTERM_COLOR_IS_INDEXED(color))
        return color->indexed.idx;
    return VT_RGB + (color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue);
}

int vt_fg(const struct vt *vt, int row, int col)
{
    VTermScreenCell cell = vt_cell(vt, row, col);
    return color_number(&cell.fg);
}

int vt_bg(const struct vt *vt, int row, int col)
{
    VTermScreenCell cell = vt_cell(vt, row, col);
    return color_number(&cell.bg);
}

void vt_cursor(const struct vt *vt, int *row, int *col)
{
    VTermPos pos;
    vterm_state_get_cursorpos(vterm_obtain_state(vt->term), &pos);
    *row = pos.row;
    *col = pos.col;
}

bool vt_cursor_is_visible(const struct vt *vt)
{
    return vt->is_cursor_visible;
}

bool vt_is_altscreen(const struct vt *vt)
{
    return vt->is_altscreen;
}

bool vt_is_termios_restored(const struct vt *vt)
{
    struct termios now;
    const struct termios *before = &vt->termios_before;
    return tcgetattr(vt->fd, &now) == 0 && now.c_iflag == before->c_iflag &&
           now.c_oflag == before->c_oflag && now.c_cflag == before->c_cflag &&
           now.c_lflag == before->c_lflag && memcmp(now.c_cc, before->c_cc, sizeof now.c_cc) == 0;
}

size_t vt_bytes_received(const struct vt *vt)
{
    return vt->received;
}

char *vt_received(const struct vt *vt, size_t *size)
{
    *size = vt->received < KEPT_SIZE ? vt->received : KEPT_SIZE;
    char *copy = vt_must(calloc(1, *size + 1));

    for (size_t i = 0; i < *size; i++)
        copy[i] = vt->kept[(vt->received - *size + i) % KEPT_SIZE];
    return copy;
}

bool vt_has_received(const struct vt *vt, const void *bytes, size_t size)
{
    const char *wanted = bytes;
    size_t kept = vt->received < KEPT_SIZE ? vt->received : KEPT_SIZE;
    for (size_t from = vt->received - kept; from + size <= vt->received; from++) {
        size_t i = 0;
        while (i < size && vt->kept[(from + i) % KEPT_SIZE] == wanted[i])
            i++;
        if (i == size)
            return true;
    }
    return false;
}

void vt_dump(const struct vt *vt, FILE *out)
{
    int cursor_row, cursor_col;
    vt_cursor(vt, &cursor_row, &cursor_col);
    fprintf(out, "\nscreen %dx%d, cursor %s at row %d column %d%s%s%s\n", vt_cols(vt), vt_rows(vt),
            vt->is_cursor_visible ? "shown" : "hidden", cursor_row, cursor_col,
            vt->is_altscreen ? ", alternate screen" : "", vt->in_frame ? ", inside a frame" : "",
            vt->is_eof ? ", program gone" : "");
    for (int row = 0; row < vt_rows(vt); row++)
        fprintf(out, "%3d|%s\n", row, vt_row(vt, row));
    fputs("   '\n", out);
    fflush(out);
}
