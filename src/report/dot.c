// The tree of tasks as a graph for graphviz.
#include "procarium/report.h"

#include "report/text.h"
#include "report/tree.h"

// A text inside the quotes of a label.
static void add_quoted(struct strbuf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            strbuf_putc(out, '\\');
        strbuf_putc(out, *text);
    }
}

// A state has a look of its own beside its letter: a shape, a line, a colour that every eye can
// tell from the others (after Okabe and Ito).
static const char *state_look(char letter)
{
    switch (letter) {
    case 'R':
        return "style=filled, fillcolor=\"#cfe8df\"";
    case 'S':
        return "style=\"rounded,filled\", fillcolor=\"#d6e6f5\"";
    case 'D':
        return "style=\"rounded,filled,bold\", fillcolor=\"#f7d9c8\"";
    case 'T':
    case 't':
        return "style=\"filled\", shape=octagon, fillcolor=\"#f8ecc2\"";
    default: // Z, X
        return "style=\"dashed,filled\", fillcolor=\"#eadbe6\"";
    }
}

static void add_task(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    struct strbuf label = STRBUF_INIT;
    char letter = task_state_letter(p);
    size_t before;

    add_task_name(p, &label);
    strbuf_printf(out, "  t%d [label=\"", p->pid);
    add_quoted(out, strbuf_text(&label));
    strbuf_printf(out, "\\n%c", letter);
    before = label.length;
    add_about(m, p, &label);
    if (label.length > before) {
        strbuf_putc(out, ' ');
        add_quoted(out, strbuf_text(&label) + before);
    }
    strbuf_printf(out, "\", %s", state_look(letter));
    if (p == current_or_null(m))
        strbuf_puts(out, ", penwidth=3, xlabel=\"current\"");
    strbuf_puts(out, "];\n");
    strbuf_finish(&label);
}

u32 report_dot(const struct machine *m, struct strbuf *out)
{
    struct tree tree = { .count = 0 };

    strbuf_puts(out, "// The tasks of procarium: dot -Tsvg FILE > tasks.svg\n"
                     "digraph tasks {\n"
                     "  node [shape=box, fontname=\"monospace\"];\n");
    tree_build(&tree, m, false);
    u32 count = tree.count;
    for (u32 i = 0; i < count; i++) {
        const struct task_struct *p = task_at(m, tree.rows[i].task);
        const struct task_struct *tracer = task_or_null(m, p->parent);

        add_task(m, p, out);
        if (tree.rows[i].parent >= 0)
            strbuf_printf(out, "  t%d -> t%d%s;\n", tree.rows[tree.rows[i].parent].pid, p->pid,
                          p->pid != p->tgid ? " [style=dotted, label=\"thread\"]" : "");
        if (tracer && p->parent != p->real_parent)
            strbuf_printf(out, "  t%d -> t%d [style=dashed, label=\"traces\", constraint=false];\n",
                          tracer->pid, p->pid);
    }
    tree_finish(&tree);
    strbuf_puts(out, "}\n");
    return count;
}
