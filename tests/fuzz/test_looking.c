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
