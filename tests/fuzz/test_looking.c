// Looking at any moment: between two steps of a command nothing that looks may crash, hang or change
// anything.
#include "generate.h"

#include "procarium/report.h"
#include "procarium/view.h"

#include "cunit_main.h"
#include "setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS 40u
#define MOMENTS  400u

static void type(struct session *s, const char *text)
{
    if (getenv("FUZZ_SHOW"))
        fprintf(stderr, "%llu %s\n", (unsigned long long)machine_position(s->m).step, text);
    session_run(s, "test", text, strlen(text));
}

static void ignore(void *context, const char *bytes, size_t n)
{
    (void)context;
    (void)bytes;
    (void)n;
}

enum { ROWS = 40 }; // of a pane

// What the panes show about one task.
static void look_at_panes_of(const struct view *v, s32 pid)
{
    enum view_stack_kind kinds[VIEW_SCALE_MAX];
    struct view_ring_node nodes[ROWS];
    struct view_field fields[ROWS];
    struct view_stack_part parts[ROWS];
    struct view_register registers[ROWS];
    struct view_stack stack;
    bool leaves_out;
    u32 total;

    view_ring(v, pid, ROWS, nodes, &leaves_out);
    view_ring_step(v, pid, true);
    view_fields(v, pid, VIEW_ALL, 0, ROWS, fields, &total);
    view_fields(v, pid, VIEW_ALL, total > ROWS ? total - ROWS : 0, ROWS, fields, NULL);
    view_stack(v, pid, &stack, parts, ROWS, &total);
    view_stack_scale(v, pid, VIEW_SCALE_MAX, kinds);
    view_stack_registers(v, pid, registers, ROWS);
}

// The memory of a task, and of the one that belongs beside it.
static void look_at_memory_of(struct view *v, struct generator *g, s32 pid)
{
    struct view_pair_summary summary;
    struct view_pair_row rows[ROWS];
    struct view_frame frames[ROWS];
    struct view_pair_bytes bytes;
    static s32 pair[2] = { -1, -1 }; // as a pane keeps it

    view_choose_pair(v, pid, pair);
    view_pair(v, pair);
    view_pair_summary(v, &summary);
    view_pair_rows(v, 0, ROWS, rows);
    view_pair_rows(v, summary.rows > ROWS ? summary.rows - ROWS : 0, ROWS, rows);
    view_pair_bytes(v, summary.rows ? random_below(g, summary.rows) : 0, &bytes);
    view_frame_map(v, summary.frames ? random_below(g, summary.frames) : 0, ROWS, frames);
}

static void look_at_panes(struct view *v, struct generator *g)
{
    struct strbuf sentence = STRBUF_INIT;
    struct view_task tasks[ROWS];
    struct view_line lines[ROWS];
    struct view_queued queued[ROWS];
    struct view_slab slabs[ROWS];
    struct view_states states;
    struct view_runqueue queue;
    struct view_memory memory;
    struct view_pidmap map;
    u8 bits[ROWS];
    u32 count = view_task_count(v);

    u32 got = view_tasks(v, count > ROWS ? random_below(g, count) : 0, ROWS, tasks);
    view_trace_options(v, random_below(g, 4), random_below(g, 4));
    count = view_trace_count(v);
    view_trace(v, count > ROWS ? random_below(g, count) : 0, ROWS, lines);
    view_trace_cursor(v);
    view_states(v, &states);
    view_sentence(v, &sentence);
    view_slabs(v, 0, ROWS, slabs);
    view_pidmap(v, &map);
    view_pids(v, 0, ROWS, bits);
    view_runqueue(v, &queue);
    view_queued(v, 0, ROWS, queued);
    view_memory(v, &memory);
    for (u32 i = 0; i < got; i++)
        look_at_panes_of(v, tasks[i].pid);
    look_at_memory_of(v, g, got ? tasks[random_below(g, got)].pid : 1);
    look_at_panes_of(v, 0);
    strbuf_finish(&sentence);
}

// Everything that a person, a screen or a program may look at.
static void look_at_all(struct session *s, struct generator *g, struct view *view)
{
    static const char *const lines[] = { "task ", "1: kill -", "load ", "expect ", "exec /" };
    const char *line = lines[random_below(g, sizeof lines / sizeof *lines)];
    struct json_writer *w = json_create(ignore, NULL);
    struct strbuf text = STRBUF_INIT;
    struct completions found;

    for (u32 i = 0; i < 4; i++) {
        strbuf_clear(&text);
        generate_looking(g, s, &text);
        type(s, strbuf_text(&text));
    }
    strbuf_clear(&text);
    strbuf_puts(&text, "expect ");
    for (u32 i = 0; generate_expectation(g, s, i, &text); i++) {
        type(s, strbuf_text(&text));
        strbuf_truncate(&text, strlen("expect "));
    }
    session_complete(s, line, strlen(line), &found);
    completions_finish(&found);
    session_prompt(s, &text);
    json_snapshot(w, s->m, 0);
    view_refresh(view, s->m);
    look_at_panes(view, g);
    json_destroy(w);
    strbuf_finish(&text);
}

// A random moment of the commands, and often one right behind it.
static void go_somewhere(struct session *s, struct generator *g)
{
    struct strbuf text = STRBUF_INIT;

    if (random_below(g, 3) == 0)
        strbuf_printf(&text, "goto %u", random_below(g, (u32)machine_position(s->m).commands + 1));
    else
        strbuf_puts(&text, random_below(g, 4) ? "step" : "back");
    if (random_below(g, 4) == 0)
        strbuf_printf(&text, "; step %u", random_below(g, 150));
    type(s, strbuf_text(&text));
    strbuf_finish(&text);
}

static void test_any_moment(void)
{
    for (u32 i = 0, seed = setting("FUZZ_SEED", 70); i < setting("FUZZ_RUNS", 4); i++, seed++) {
        struct generator g = { seed * 2654435761u | 1 };
        struct session *s = session_create(&(struct session_options){ .keep_going = true });
        struct view *view = view_create();
        struct strbuf text = STRBUF_INIT;

        type(s, i % 2 ? "boot sh mem=8M" : "boot mem=8M; 1: pipe; fork");
        while (machine_position(s->m).commands < COMMANDS) {
            strbuf_clear(&text);
            generate_acting(&g, s, &text);
            type(s, strbuf_text(&text));
        }
        u64 size = s->m->image_size;
        u8 *image = malloc(size);
        for (u32 k = 0; k < MOMENTS; k++) {
            bool is_compared = k % 16 == 0; // which takes longer than looking

            go_somewhere(s, &g);
            if (is_compared)
                memcpy(image, s->m->image, size);
            look_at_all(s, &g, view);
            CU_ASSERT(!is_compared || memcmp(image, s->m->image, size) == 0);
        }
        free(image);
        strbuf_finish(&text);
        view_destroy(view);
        session_destroy(s);
    }
}

static CU_TestInfo tests[] = {
    { "any moment", test_any_moment },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "looking", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
