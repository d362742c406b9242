// Playing a demo: its commands one at a time, forwards and backwards.
#include "script/session.h"

#include "script/parse.h"

#include <stdlib.h>

struct item {
    const struct node *node;
    char *text;
    // Where the machine stood when it last ran.
    u32 boots;
    struct boot_options boot;
    u64 position;
};

struct player {
    struct session *session;
    struct item *items;
    u32 count, capacity;
    u32 position;
};

static void add_item(struct player *p, const struct node *n)
{
    if (p->count == p->capacity) {
        p->capacity = p->capacity ? p->capacity * 2 : 64;
        p->items = realloc(p->items, p->capacity * sizeof *p->items);
        BUG_ON(!p->items);
    }
    show_node(p->session, n);
    p->items[p->count++] = (struct item){
        .node = n,
        .text = arena_copy(&p->session->arena, strbuf_text(&p->session->shown),
                           p->session->shown.length),
    };
}

static bool read_items(struct player *p, const struct source *source)
{
    struct session *s = p->session;
    enum parse_result result;
    struct parser parser;
    struct node *n;

    parser_init(&parser, source, &s->arena, &s->diagnosis);
    while ((result = parser_next(&parser, &n)) == PARSE_NODE) {
        prepare_constant(s, n);
        add_item(p, n);
    }
    if (result == PARSE_MISTAKE)
        tell_mistake(s, source);
    return result == PARSE_END;
}

struct player *player_open(struct session *s, const char *path)
{
    struct strbuf why = STRBUF_INIT;
    struct player *p = calloc(1, sizeof *p);
    const struct source *source = read_source(s, path, &why);

    BUG_ON(!p);
    p->session = s;
    if (!source) {
        struct source nothing = { path, "", 0, 1 };

        fail_to_read(s, path, &why);
        tell_mistake(s, &nothing);
    }
    strbuf_finish(&why);
    if (source && read_items(p, source))
        return p;
    player_close(p);
    return NULL;
}

void player_close(struct player *p)
{
    if (!p)
        return;
    free(p->items);
    free(p);
}

u32 player_count(const struct player *p)
{
    return p->count;
}

u32 player_position(const struct player *p)
{
    return p->position;
}

static enum player_item_kind kind_of(const struct node *n)
{
    if (n->command->run == run_chapter)
        return ITEM_CHAPTER;
    if (n->command->run == run_say)
        return ITEM_SAY;
    if (n->command->run == run_ask)
        return ITEM_ASK;
    if (n->command->run == run_cue)
        return ITEM_CUE;
    return n->command->kind == COMMAND_EXPECT ? ITEM_EXPECT : ITEM_COMMAND;
}

struct player_item player_item(const struct player *p, u32 i)
{
    const struct item *item = &p->items[i];
    const struct node *n = item->node;

    BUG_ON(i >= p->count);
    bool has_title = n->command->kind == COMMAND_NARRATE;
    return (struct player_item){
        .kind = kind_of(n),
        .text = item->text,
        .title = has_title ? word_interpolated(p->session, &n->word[0]) : "",
        .traits = n->command->traits,
        .line = n->line,
    };
}

enum run_result player_next(struct player *p)
{
    struct session *s = p->session;

    if (p->position == p->count)
        return RUN_OK;
    struct item *item = &p->items[p->position++];
    item->boots = s->line.boots;
    item->boot = s->line.boot;
    item->position = machine_position(s->m).command;
    return run_node(s, item->node);
}

bool player_back(struct player *p)
{
    struct session *s = p->session;

    if (p->position == 0)
        return false;
    const struct item *item = &p->items[--p->position];
    if (item->boots != s->line.boots && !go_to_branch(s, branch_of_boot(s, item->boots)))
        start_line(s, &item->boot); // an empty line is not kept
    if (item->position <= machine_position(s->m).commands)
        machine_goto(s->m, item->position);
    if (s->face.moved)
        s->face.moved(s->face.context);
    return true;
}
