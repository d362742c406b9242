// See booted_machine.h.
#include "booted_machine.h"

#include "machine/record.h"

#include <string.h>

// ---- Acts ------------------------------------------------------------------------------------

enum act_kind { ACT_CALL, ACT_ACCESS, ACT_SETTLE, ACT_FOCUS, ACT_SYSCTL, ACT_DISK };

struct act {
    enum act_kind kind;
    s32 pid;
    s64 value;
    char *name;
    struct call call;
    char **strings;
    struct access access;
    u8 *bytes; // of the access
};

static void perform(struct machine *m, const struct act *act)
{
    struct strbuf why = STRBUF_INIT;

    switch (act->kind) {
    case ACT_CALL:
        make_call(m, find_task_by_pid(m, act->pid), &act->call);
        break;
    case ACT_ACCESS:
        make_access(m, find_task_by_pid(m, act->pid), &act->access);
        break;
    case ACT_SETTLE:
        set(m, console(m)->settle, (u32)act->value);
        if (act->value)
            settle_all(m);
        break;
    case ACT_FOCUS:
        set_focus(m, act->pid);
        settle(m);
        break;
    case ACT_DISK:
        disk_interrupt(m, act->pid ? find_task_by_pid(m, act->pid) : NULL);
        break;
    case ACT_SYSCTL:
        CU_ASSERT(sysctl_set(m, act->name, act->value, &why));
        break;
    }
    strbuf_finish(&why);
}

static void execute(void *context, const void *cookie)
{
    struct booted *b = context;

    if (cookie)
        perform(b->m, cookie);
    else
        boot(b->m, &b->options);
}

static char **copy_strings(const char *const *strings)
{
    u32 count = 0;

    while (strings[count])
        count++;
    char **copies = calloc(count + 1, sizeof *copies);
    for (u32 i = 0; i < count; i++)
        copies[i] = strdup(strings[i]);
    return copies;
}

static const struct act *keep(struct booted *b, const struct act *act)
{
    struct act *kept = malloc(sizeof *kept);

    *kept = *act;
    if (act->name)
        kept->name = strdup(act->name);
    if (act->call.strings) {
        kept->strings = copy_strings(act->call.strings);
        kept->call.strings = (const char *const *)kept->strings;
    }
    if (act->access.bytes) {
        kept->bytes = malloc(act->access.size);
        memcpy(kept->bytes, act->access.bytes, act->access.size);
        kept->access.bytes = kept->bytes;
    }
    b->acts = realloc(b->acts, (b->act_count + 1) * sizeof *b->acts);
    b->acts[b->act_count++] = kept;
    return kept;
}

static void free_act(struct act *act)
{
    for (u32 i = 0; act->strings && act->strings[i]; i++)
        free(act->strings[i]);
    free(act->strings);
    free(act->name);
    free(act->bytes);
    free(act);
}

static void run_act(struct booted *b, const struct act *act)
{
    const struct act *kept = keep(b, act);

    b->count = 0;
    history_begin(b->m, kept);
    perform(b->m, kept);
    history_end(b->m);
    if (!b->unchecked && !is_machine_sound(b->m)) {
        b->unsound++;
        CU_FAIL("the machine is not sound");
    }
}

// ---- Power -----------------------------------------------------------------------------------

static void hear(void *context, const struct machine *m, const struct event *event)
{
    struct booted *b = context;

    (void)m;
    if (b->count < HEARD_MAX)
        b->heard[b->count++] = *event;
}

struct booted *power_on_with(const struct boot_options *options, u64 journal_bytes)
{
    struct booted *b = calloc(1, sizeof *b);
    struct machine_options machine = { .journal_bytes = journal_bytes };

    b->m = machine_create(&machine);
    b->options = *options;
    boot(b->m, options);
    history_clear(b->m);
    history_set_executor(b->m, execute, b);
    machine_listen(b->m, hear, b);
    return b;
}

struct booted *power_on_machine(void)
{
    return power_on_with(&boot_defaults, 0);
}

struct booted *power_on_shell(void)
{
    struct boot_options options = boot_defaults;

    options.shell = true;
    return power_on_with(&options, 0);
}

void power_off(struct booted *b)
{
    machine_destroy(b->m);
    while (b->act_count > 0)
        free_act(b->acts[--b->act_count]);
    free(b->acts);
    free(b);
}

bool is_machine_sound(const struct machine *m)
{
    struct strbuf words = STRBUF_INIT;
    int count = machine_check(m, &words);

    if (count)
        fprintf(stderr, "%s", strbuf_text(&words));
    strbuf_finish(&words);
    return count == 0;
}

// ---- Acting ----------------------------------------------------------------------------------

bool is_able(const struct booted *b, s32 pid)
{
    const struct task_struct *p = task(b, pid);
    struct strbuf why = STRBUF_INIT;
    bool able = p && can_act(b->m, p, &why);

    strbuf_finish(&why);
    return able;
}

s32 make(struct booted *b, s32 pid, struct call call)
{
    struct act act = { .kind = ACT_CALL, .pid = pid, .call = call };

    if (!is_able(b, pid))
        fprintf(stderr, "task %d (%c) can't act\n", pid, state_of(b, pid));
    CU_ASSERT_FATAL(is_able(b, pid));
    run_act(b, &act);
    return b->m->actor_returned ? (s32)console(b->m)->last_value : NO_RETURN;
}

static bool access_as(struct booted *b, s32 pid, struct access access, enum event_kind done)
{
    struct act act = { .kind = ACT_ACCESS, .pid = pid, .access = access };

    CU_ASSERT_FATAL(is_able(b, pid));
    run_act(b, &act);
    return heard(b, done, pid, (s32)access.address) != NULL;
}

bool store(struct booted *b, s32 pid, uaddr address, const void *bytes, u32 size)
{
    return access_as(b, pid, (struct access){ .address = address, .size = size, .bytes = bytes },
                     EVENT_STORE);
}

bool load(struct booted *b, s32 pid, uaddr address, u32 size)
{
    return access_as(b, pid, (struct access){ .address = address, .size = size }, EVENT_LOAD);
}

s32 exec(struct booted *b, s32 pid, const char *path)
{
    const char *const strings[] = { path, NULL };

    return make(b, pid, (struct call){ .nr = __NR_execve, .strings = strings });
}

s32 open_path(struct booted *b, s32 pid, const char *path, u32 flags)
{
    const char *const strings[] = { path, NULL };
    struct call call = { .nr = __NR_open,
                         .args = { 0, flags & ~O_CLOEXEC, 0666 },
                         .strings = strings };
    s32 fd = make(b, pid, call);

    if (fd >= 0 && flags & O_CLOEXEC)
        CU_ASSERT_EQUAL(CALL(b, pid, fcntl, (u32)fd, F_SETFD, FD_CLOEXEC), 0);
    return fd;
}

static const char *const no_strings[] = { NULL };

s32 open_pipe(struct booted *b, s32 pid, s32 *fds)
{
    s32 value = make(b, pid, (struct call){ .nr = __NR_pipe, .strings = no_strings });
    const struct event *e = heard_first(b, EVENT_PIPE);

    fds[0] = e ? e->b : -1;
    fds[1] = e ? e->c : -1;
    return value;
}

s32 write_text(struct booted *b, s32 pid, s32 fd, const char *text)
{
    const char *const strings[] = { text, NULL };

    return make(b, pid,
                (struct call){ .nr = __NR_write,
                               .args = { (u32)fd, 0, (u32)strlen(text) },
                               .strings = strings });
}

s32 read_some(struct booted *b, s32 pid, s32 fd, u32 size)
{
    return make(
        b, pid,
        (struct call){ .nr = __NR_read, .args = { (u32)fd, 0, size }, .strings = no_strings });
}

s32 clone_with(struct booted *b, s32 pid, u32 flags)
{
    return CALL(b, pid, clone, flags, 0, TID_WORD, 6, TID_WORD);
}

s32 new_thread(struct booted *b, s32 pid)
{
    return clone_with(b, pid, THREAD_FLAGS);
}

void exit_task(struct booted *b, s32 pid, s32 code)
{
    CU_ASSERT_EQUAL(CALL(b, pid, exit, (u32)code), NO_RETURN);
}

void turn_settle(struct booted *b, bool on)
{
    run_act(b, &(struct act){ .kind = ACT_SETTLE, .value = on });
}

void interrupt_from_disk(struct booted *b, s32 pid)
{
    run_act(b, &(struct act){ .kind = ACT_DISK, .pid = pid });
}

void focus_on(struct booted *b, s32 pid)
{
    run_act(b, &(struct act){ .kind = ACT_FOCUS, .pid = pid });
}

void tune(struct booted *b, const char *sysctl, s64 value)
{
    struct act act = { .kind = ACT_SYSCTL, .value = value, .name = strdup(sysctl) };

    run_act(b, &act);
    free(act.name);
}

void copy_acts(struct booted *to, const struct booted *from, u64 count)
{
    for (u64 i = machine_position(to->m).commands; i < count; i++)
        run_act(to, history_cookie(from->m, i));
}

// ---- Looking ---------------------------------------------------------------------------------

char state_of(const struct booted *b, s32 pid)
{
    const struct task_struct *p = task(b, pid);

    return p ? task_state_letter(p) : '-';
}

s32 parent_of(const struct booted *b, s32 pid)
{
    return task_at(b->m, task(b, pid)->real_parent)->pid;
}

s32 current_pid(const struct booted *b)
{
    return current(b->m)->pid;
}

const struct event *heard(const struct booted *b, enum event_kind kind, s32 first, s32 second)
{
    for (u32 i = b->count; i-- > 0;) {
        const struct event *e = &b->heard[i];

        if (e->kind == kind && e->a == first && e->b == second)
            return e;
    }
    return NULL;
}

s32 heard_value(const struct booted *b, enum event_kind kind, s32 first, s32 second)
{
    const struct event *e = heard(b, kind, first, second);

    return e ? e->c : NO_RETURN;
}

const struct event *heard_first(const struct booted *b, enum event_kind kind)
{
    for (u32 i = 0; i < b->count; i++)
        if (b->heard[i].kind == kind)
            return &b->heard[i];
    return NULL;
}

u32 heard_count(const struct booted *b, enum event_kind kind)
{
    u32 n = 0;

    for (u32 i = 0; i < b->count; i++)
        n += b->heard[i].kind == kind;
    return n;
}

bool took(const struct booted *b, s32 pid, s32 sig, enum signal_action action)
{
    const struct event *e = heard(b, EVENT_SIGNAL, pid, sig);

    return e && e->c == (s32)action;
}

bool refused(const struct booted *b, s32 pid, s32 error, enum refusal why)
{
    const struct event *e = heard(b, EVENT_REFUSED, pid, error);

    return e && e->c == (s32)why;
}

s32 waited_status(const struct booted *b, s32 pid, s32 child)
{
    const struct event *e = heard(b, EVENT_WAIT_STATUS, pid, child);

    return e ? e->c : -1;
}

const struct event *state_change(const struct booted *b, s32 pid, char from, char to)
{
    return heard(b, EVENT_STATE, pid, from << 8 | to);
}

// ---- The trace -------------------------------------------------------------------------------

// The next function entered at or after *position in the last command; NULL at its end.
static const char *next_entry(const struct machine *m, const struct record_range *range,
                              u64 *position)
{
    while (*position < range->end) {
        const struct record *r = record_get(m, (*position)++);

        if (r->kind == RECORD_ENTER)
            return ksym_info((enum ksym)r->id)->name;
    }
    return NULL;
}

static struct record_range last_command(const struct machine *m)
{
    struct record_range range = { 0, 0 };

    CU_ASSERT_FATAL(command_records(m, machine_position(m).command - 1, &range));
    return range;
}

bool ran_in_order(const struct booted *b, const char *const *names)
{
    struct record_range range = last_command(b->m);
    u64 position = range.begin;
    const char *entry;

    for (; *names; names++) {
        while ((entry = next_entry(b->m, &range, &position)) && strcmp(entry, *names) != 0)
            ;
        if (!entry) {
            fprintf(stderr, "%s was not entered after what comes before it\n", *names);
            return false;
        }
    }
    return true;
}

u32 times_entered(const struct booted *b, const char *name)
{
    struct record_range range = last_command(b->m);
    u64 position = range.begin;
    const char *entry;
    u32 times = 0;

    while ((entry = next_entry(b->m, &range, &position)))
        times += strcmp(entry, name) == 0;
    return times;
}

// ---- What is in use --------------------------------------------------------------------------

static const struct kmem_cache *cache_at(const struct machine *m, kaddr address)
{
    return at(m, address, struct kmem_cache);
}

// Descriptors of other caches' slabs that lie in this cache.
static u32 slab_descriptors(const struct machine *m, kaddr cache)
{
    u32 count = 0;

    list_for_each(m, link, &mm_data(m)->cache_chain)
    {
        const struct kmem_cache *c = list_entry(m, link, struct kmem_cache, next);

        if (c->slabp_cache == cache)
            count += cache_slabs(c);
    }
    return count;
}

struct usage usage_of(const struct machine *m)
{
    struct usage u = { .pids = 0x8000 - kernel(m)->pidmap[0].nr_free,
                       .threads = kernel(m)->nr_threads };

    u.frames = mm_data(m)->zone.present_pages - nr_free_pages(m);
    list_for_each(m, link, &mm_data(m)->cache_chain)
    {
        const struct kmem_cache *c = list_entry(m, link, struct kmem_cache, next);
        kaddr address = kaddr_of(m, c);

        CU_ASSERT_FATAL(u.caches < USAGE_CACHES);
        memcpy(u.name[u.caches], c->name, KMEM_NAME_MAX);
        u.objects[u.caches++] =
            cache_objects_in_use(cache_at(m, address)) - slab_descriptors(m, address);
        u.frames -= cache_slabs(c) << c->gfporder;
    }
    return u;
}

static bool is_same(const char *what, u32 a, u32 b)
{
    if (a != b)
        fprintf(stderr, "%s in use: %u, now %u\n", what, a, b);
    return a == b;
}

bool is_same_usage(const struct usage *a, const struct usage *b)
{
    bool same = is_same("frames", a->frames, b->frames);

    same &= is_same("pids", a->pids, b->pids);
    same &= is_same("threads", (u32)a->threads, (u32)b->threads);
    for (u32 i = 0; i < a->caches; i++)
        same &= is_same(a->name[i], a->objects[i], b->objects[i]);
    return same;
}

void expect_found(struct booted *b, int (*check)(const struct machine *m, struct strbuf *words),
                  const void *field, u32 wrong)
{
    struct strbuf words = STRBUF_INIT;
    u32 right;

    memcpy(&right, field, sizeof right);
    history_begin(b->m, NULL);
    door_put_number(b->m, field, &wrong, sizeof wrong);
    CU_ASSERT(check(b->m, &words) > 0);
    door_put_number(b->m, field, &right, sizeof right);
    CU_ASSERT_EQUAL(check(b->m, &words), 0);
    history_end(b->m);
    strbuf_finish(&words);
}
