// Completion: what may stand where the cursor is, and the usage line beside it.
#include "script/session.h"

#include "machine/program.h"
#include "procarium/names.h"
#include "report/objects.h"
#include "report/regions.h"
#include "script/candidates.h"
#include "script/expect.h"
#include "script/messages.h"
#include "script/parse.h"
#include "script/quantity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Where the cursor is: which command, which of its words.
struct spot {
    const struct command_row *command; // NULL: its name is being typed, or it is unknown
    bool at_name;
    u32 word;          // index behind the name
    struct word first; // the first word behind the name, if word > 0
    size_t start;      // of the word being typed
};

static bool ends_word(char c)
{
    return strchr(" \t\n;{}", c) != NULL;
}

static size_t start_of_word(const char *line, size_t cursor)
{
    while (cursor > 0 && !ends_word(line[cursor - 1]))
        cursor--;
    return cursor;
}

static void take_token(struct spot *spot, const struct token *t)
{
    if (t->kind == TOKEN_SEPARATOR || t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE) {
        *spot = (struct spot){ .at_name = true, .start = spot->start };
    } else if (t->kind == TOKEN_WORD && spot->at_name) {
        spot->command = find_command(t->word.text);
        spot->at_name = false;
    } else if (t->kind == TOKEN_WORD) {
        if (spot->word == 0)
            spot->first = t->word;
        spot->word++;
    }
}

// Reads the line up to the word being typed. False inside a quoted word and behind mistakes.
static bool find_spot(const char *line, size_t cursor, struct arena *arena, struct spot *spot)
{
    struct diagnosis ignored = { 0 };
    struct lexer lexer;
    struct token token;

    *spot = (struct spot){ .at_name = true, .start = start_of_word(line, cursor) };
    struct source source = { "", line, (u32)spot->start, 1 };
    lexer_init(&lexer, &source, arena, &ignored);
    bool well = lexer_next(&lexer, &token);
    for (; well && token.kind != TOKEN_END; well = lexer_next(&lexer, &token))
        take_token(spot, &token);
    diagnosis_finish(&ignored);
    // An actor stands directly before the name: "5:for".
    const char *colon =
        spot->at_name ? memchr(line + spot->start, ':', cursor - spot->start) : NULL;
    if (colon)
        spot->start = (size_t)(colon + 1 - line);
    return well;
}

// ---- Candidates by type ----------------------------------------------------------------------

static void add_commands(struct candidates *c)
{
    for (u32 i = 0; i < command_count; i++)
        candidates_add(c, command_table[i].info.name, command_table[i].info.summary);
}

static void add_variables(const struct session *s, struct candidates *c, const char *dollar)
{
    const struct console *con = console(s->m);
    char word[VARIABLE_NAME_MAX + 1];

    for (u32 i = 0; i < con->variables; i++) {
        struct strbuf note = STRBUF_INIT;

        strbuf_printf(&note, "%lld", (long long)con->variable[i].value);
        word[0] = '$';
        memcpy(word + 1, con->variable[i].name, VARIABLE_NAME_MAX);
        candidates_add(c, *dollar ? word : word + 1, strbuf_text(&note));
        strbuf_finish(&note);
    }
    if (*dollar) {
        candidates_add(c, "$!", TEXT_NOTE_CHILD);
        candidates_add(c, "$?", TEXT_NOTE_VALUE);
        candidates_add(c, "$$", TEXT_NOTE_FOCUS);
    }
}

#define PIDS_OFFERED 500u

static void add_pids(const struct session *s, struct candidates *c)
{
    u32 count;
    const struct task_struct **tasks = collect_tasks(s->m, &count);

    u32 before = c->count;
    for (u32 i = 0; i < count && c->count - before < PIDS_OFFERED; i++) {
        struct strbuf note = STRBUF_INIT;
        char word[16];

        snprintf(word, sizeof word, "%d", tasks[i]->pid);
        if (strncmp(word, c->typed, c->length) != 0)
            continue;
        add_comm(tasks[i], &note);
        strbuf_printf(&note, ", %c", task_state_letter(tasks[i]));
        candidates_add(c, word, strbuf_text(&note));
        strbuf_finish(&note);
    }
    free(tasks);
}

// The names of a set, in the style of what is being typed: with the set's prefix or without.
static void add_names(struct candidates *c, enum name_set set, const char *prefix,
                      const char *before)
{
    size_t length = strlen(prefix);
    size_t skip = strlen(before);
    bool is_full = candidates_typed_begins(c, skip, prefix, length);

    for (u32 i = 0; name_at(set, i); i++) {
        const char *name = name_at(set, i);
        const char *meaning = NULL;
        struct strbuf word = STRBUF_INIT;
        u32 value;

        if (name_parse(set, name, strlen(name), &value))
            meaning = name_meaning(set, value);
        if (!is_full && strncmp(name, prefix, length) == 0)
            name += length;
        strbuf_printf(&word, "%s%s", before, name);
        candidates_add(c, strbuf_text(&word), meaning ? meaning : "");
        strbuf_finish(&word);
    }
}

static void add_choices(struct candidates *c, const char *choices)
{
    while (*choices) {
        size_t length = strcspn(choices, " ");
        struct strbuf word = STRBUF_INIT;

        strbuf_add(&word, choices, length);
        candidates_add(c, strbuf_text(&word), "");
        strbuf_finish(&word);
        choices += length;
        choices += *choices == ' ';
    }
}

static void add_functions(struct candidates *c)
{
    for (u32 i = 0; i < KSYM_COUNT; i++)
        candidates_add(c, ksym_info((enum ksym)i)->name, ksym_info((enum ksym)i)->purpose);
}

// The parts of the focus's memory.
static void add_regions(const struct session *s, struct candidates *c)
{
    const struct task_struct *p = find_task_by_pid(s->m, console(s->m)->focus);
    struct strbuf names = STRBUF_INIT;

    if (!p || !p->mm)
        return;
    region_names(s->m, at(s->m, p->mm, struct mm_struct), &names);
    add_choices(c, strbuf_text(&names));
    strbuf_finish(&names);
}

static void add_expectations(const struct session *s, struct candidates *c, const struct spot *spot)
{
    if (spot->word > 0) {
        add_pids(s, c);
        return;
    }
    for (u32 i = 0; i < expectation_count; i++)
        candidates_add(c, expectations[i].name, expectations[i].usage);
    for (u32 i = 0; i < quantity_count; i++)
        candidates_add(c, quantities[i].name, quantities[i].help);
}

static enum word_type type_at(const struct command_row *command, u32 word)
{
    u32 last = COMMAND_TYPES - 1;

    while (last > 0 && command->type[last] == TYPE_NONE)
        last--;
    return (enum word_type)command->type[word < last ? word : last];
}

// `until back …` takes the same words one place later.
static u32 word_that_counts(const struct spot *spot)
{
    bool is_later = spot->command->type[0] == TYPE_MOMENT && spot->word > 0 &&
                    strcmp(spot->first.text, spot->command->choices) == 0;

    return spot->word - is_later;
}

// The types whose words are names of a set, with its prefix, and with what stands before them.
static void add_sets(struct candidates *c, enum word_type type)
{
    static const struct {
        enum word_type type;
        enum name_set set;
        const char *prefix, *before;
    } sets[] = {
        { TYPE_SIGNAL, NAMES_SIGNAL, "SIG", "" },
        { TYPE_DASH_SIGNAL, NAMES_SIGNAL, "SIG", "-" },
        { TYPE_CLONE, NAMES_CLONE, "CLONE_", "" },
        { TYPE_CLONE, NAMES_SIGNAL, "", "" },
        { TYPE_WAIT, NAMES_WAIT, "", "" },
        { TYPE_OPEN, NAMES_OPEN, "O_", "" },
        { TYPE_RLIMIT, NAMES_RLIMIT, "RLIMIT_", "" },
    };

    for (u32 i = 0; i < sizeof sets / sizeof *sets; i++)
        if (sets[i].type == type)
            add_names(c, sets[i].set, sets[i].prefix, sets[i].before);
}

static void add_programs(const struct session *s, struct candidates *c)
{
    for (u32 i = 0; i < s->m->programs.count; i++)
        if (!s->m->programs.list[i].open_error)
            candidates_add(c, s->m->programs.list[i].path, "");
    candidates_add_host_files(c, s->home);
}

static void add_by_type(const struct session *s, const struct spot *spot, struct candidates *c)
{
    enum word_type type = type_at(spot->command, word_that_counts(spot));

    add_sets(c, type);
    switch (type) {
    case TYPE_PID:
    case TYPE_DASH_SIGNAL:
        add_pids(s, c);
        break;
    case TYPE_CLONE:
        candidates_add(c, "thread", TEXT_NOTE_THREAD);
        break;
    case TYPE_PROGRAM:
        add_programs(s, c);
        break;
    case TYPE_FILE:
        candidates_add_files(c, s->home);
        add_choices(c, spot->command->choices ? spot->command->choices : "");
        break;
    case TYPE_REPLACE:
        candidates_add(c, "replace", TEXT_NOTE_REPLACE);
        break;
    case TYPE_VARIABLE:
        add_variables(s, c, "");
        break;
    case TYPE_REGION:
        add_regions(s, c);
        break;
    case TYPE_SYSCTL:
        for (u32 i = 0; sysctl_name(i); i++)
            candidates_add(c, sysctl_name(i), "");
        break;
    case TYPE_TOPIC:
        add_commands(c);
        candidates_add(c, "language", TEXT_NOTE_LANGUAGE);
        break;
    case TYPE_CHOICE:
        add_choices(c, spot->command->choices);
        break;
    case TYPE_EXPECT:
        add_expectations(s, c, spot);
        break;
    case TYPE_PANE:
        add_choices(c, pane_names);
        add_choices(c, spot->command->choices);
        break;
    case TYPE_VIEW:
        add_choices(c, views_of_pane(spot->first.text));
        break;
    case TYPE_KEY:
        add_choices(c, press_names);
        break;
    case TYPE_MOMENT:
        add_choices(c, spot->command->choices);
        add_choices(c, until_events);
        add_functions(c);
        break;
    case TYPE_STATE:
        add_choices(c, "R S D T t Z X");
        break;
    default:
        break;
    }
}

// Flags are completed one by one: the word begins behind the last |.
static size_t start_of_flag(const struct spot *spot, const char *line, size_t cursor)
{
    enum word_type type = type_at(spot->command, spot->word);
    size_t start = cursor;

    if (type != TYPE_CLONE && type != TYPE_WAIT && type != TYPE_OPEN)
        return spot->start;
    while (start > spot->start && line[start - 1] != '|')
        start--;
    return start;
}

void session_complete(const struct session *s, const char *line, size_t cursor,
                      struct completions *out)
{
    struct arena arena = { 0 };
    struct candidates c = { 0 };
    struct spot spot;

    *out = (struct completions){ .start = cursor };
    if (find_spot(line, cursor, &arena, &spot)) {
        out->start = spot.start;
        if (spot.command && spot.word < spot.command->max_words)
            out->start = start_of_flag(&spot, line, cursor);
        c.typed = line + out->start;
        c.length = cursor - out->start;
        if (c.length > 0 && c.typed[0] == '$')
            add_variables(s, &c, "$");
        else if (spot.at_name)
            add_commands(&c);
        else if (spot.command && spot.word < spot.command->max_words)
            add_by_type(s, &spot, &c);
    }
    candidates_into(&c, out);
    arena_finish(&arena);
}

const char *session_usage(const struct session *s, const char *line, size_t cursor)
{
    struct arena arena = { 0 };
    const char *usage = "";
    struct spot spot;

    (void)s;
    if (find_spot(line, cursor, &arena, &spot) && spot.command)
        usage = spot.command->info.usage;
    arena_finish(&arena);
    return usage;
}
