/* What the panes read: rows, marks, ghosts, fields, the trace's cursor, states. */
#include "procarium/view.h"

#include "cunit_main.h"
#include "procarium/script.h"

#include <stdlib.h>
#include <string.h>

#define ROWS     64
#define ROWS_ALL 4096

static struct session *session;
static const struct machine *m;
static struct view *view;
static struct view_task rows[ROWS];
static u32 count;

static void look(void)
{
    view_refresh(view, m);
    count = view_tasks(view, 0, ROWS, rows);
}

static void run(const char *commands)
{
    CU_ASSERT_EQUAL_FATAL(session_run(session, "test", commands, strlen(commands)), RUN_OK);
    look();
}

static void start(const char *commands)
{
    session = session_create(&(struct session_options){ 0 });
    view = view_create();
    CU_ASSERT_PTR_NOT_NULL_FATAL(session);
    CU_ASSERT_PTR_NOT_NULL_FATAL(view);
    m = session_machine(session);
    run(commands);
}

static void finish(void)
{
    view_destroy(view);
    session_destroy(session);
}

static const struct view_task *row_of(s32 pid)
{
    static const struct view_task none = { .pid = -1 };

    for (u32 i = 0; i < count; i++) {
        if (rows[i].pid == pid)
            return &rows[i];
    }
    return &none;
}

static void test_rows(void)
{
    start("boot sh; fork; $!: fork; fork");
    CU_ASSERT_EQUAL(count, 6);
    const s32 pids[] = { 0, 1, 2, 3, 4, 5 };
    const u32 depths[] = { 0, 1, 2, 3, 4, 3 };
    for (u32 i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(rows[i].pid, pids[i]);
        CU_ASSERT_EQUAL(rows[i].depth, depths[i]);
        CU_ASSERT_EQUAL(view_task_row(view, pids[i]), (s32)i);
    }
    CU_ASSERT_EQUAL(rows[3].rails & 1, 1); /* ├ 3, for 5 follows */
    CU_ASSERT_EQUAL(rows[4].rails & 3, 2); /* │ └ 4 */
    CU_ASSERT_EQUAL(rows[5].rails & 1, 0); /* └ 5 */
    CU_ASSERT_TRUE(rows[2].is_current && rows[2].is_focus);
    CU_ASSERT_STRING_EQUAL(rows[1].about, "wait4");
    CU_ASSERT_EQUAL(view_task_row(view, 99), -1);
    CU_ASSERT_EQUAL(view_current(view), 2);
    struct view_task window[2];
    CU_ASSERT_EQUAL(view_tasks(view, 4, 2, window), 2);
    CU_ASSERT_EQUAL(window[1].pid, 5);
    CU_ASSERT_EQUAL(view_tasks(view, 6, 2, window), 0);
    finish();
}

static void test_marks_and_ghosts(void)
{
    start("boot sh; fork");
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_SAME); /* the first look knows no before */
    run("fork");
    CU_ASSERT_EQUAL(row_of(4)->mark, VIEW_NEW);
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_SAME);
    run("3: exit 7");
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_CHANGED);
    CU_ASSERT_EQUAL(row_of(4)->mark, VIEW_SAME);
    CU_ASSERT_STRING_EQUAL(row_of(3)->about, "exit 7");
    run("wait");
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_GHOST);
    CU_ASSERT_EQUAL(row_of(3)->state, 'Z');
    CU_ASSERT_EQUAL(rows[3].pid, 3); /* it keeps its place */
    CU_ASSERT_EQUAL(rows[4].pid, 4);
    CU_ASSERT_EQUAL(rows[3].rails & 1, 1);
    CU_ASSERT_FALSE(view_refresh(view, m)); /* nothing has moved: marks stay */
    look();
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_GHOST);
    run("undo 1");
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_NEW);
    run("nice 1");
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_SAME);
    run("goto 0");
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_GHOST);
    CU_ASSERT_EQUAL(row_of(4)->mark, VIEW_GHOST);
    view_clear_marks(view);
    count = view_tasks(view, 0, ROWS, rows);
    CU_ASSERT_EQUAL(count, 3);
    finish();
}

/* Positions in a future that was cut off must not be believed. */
static void test_branches(void)
{
    start("boot sh; fork; fork");
    run("undo 2; fork; $!: exit 3"); /* one line: no look in between */
    CU_ASSERT_EQUAL(row_of(3)->state, 'Z');
    CU_ASSERT_EQUAL(row_of(3)->mark, VIEW_NEW);
    CU_ASSERT_EQUAL(row_of(4)->pid, -1);
    run("boot");
    CU_ASSERT_EQUAL(count, 2);
    CU_ASSERT_EQUAL(rows[1].mark, VIEW_SAME);
    finish();
}

static void test_threads(void)
{
    struct view_task row;

    start("clone CLONE_VM|CLONE_SIGHAND|CLONE_THREAD; clone CLONE_VM|CLONE_SIGHAND|CLONE_THREAD");
    CU_ASSERT_EQUAL(count, 4);
    CU_ASSERT_TRUE(rows[2].is_thread && rows[2].depth == 2);
    view_fold_threads(view, true);
    count = view_tasks(view, 0, ROWS, rows);
    CU_ASSERT_EQUAL(count, 2);
    CU_ASSERT_EQUAL(rows[1].threads, 2);
    CU_ASSERT_EQUAL(view_task_row(view, 3), 1);
    CU_ASSERT_TRUE(view_task_by_pid(view, 3, &row));
    CU_ASSERT_TRUE(row.is_thread);
    finish();
}

static void test_fields(void)
{
    static struct view_field fields[300];
    u32 total;
    bool has_seen = false;

    start("boot sh");
    run("fork");
    u32 n = view_fields(view, 2, VIEW_ESSENTIAL, 0, 300, fields, &total);
    CU_ASSERT_EQUAL(n, total);
    for (u32 i = 0; i < n; i++) {
        if (strcmp(fields[i].name, "children") == 0) {
            CU_ASSERT_TRUE(fields[i].changed);
            CU_ASSERT_STRING_EQUAL(fields[i].was, "empty");
            CU_ASSERT_STRING_EQUAL(fields[i].group, "family");
            has_seen = true;
        }
        if (strcmp(fields[i].name, "pid") == 0) {
            CU_ASSERT_FALSE(fields[i].changed);
            CU_ASSERT_STRING_EQUAL(fields[i].value, "2");
        }
    }
    CU_ASSERT_TRUE(has_seen);
    CU_ASSERT_TRUE(view_fields(view, 2, VIEW_ALL, 0, 300, fields, NULL) > n);
    CU_ASSERT_EQUAL(view_fields(view, 2, VIEW_ALL, 10, 3, fields, NULL), 3);
    CU_ASSERT_EQUAL(view_fields(view, 9, VIEW_ALL, 0, 3, fields, &total), 0);
    CU_ASSERT_EQUAL(total, 0);
    finish();
}

static void test_stack(void)
{
    struct view_stack stack;
    struct view_stack_part parts[16];
    u32 n;

    start("boot sh");
    CU_ASSERT_TRUE(view_stack(view, 1, &stack, parts, 16, &n));
    CU_ASSERT_EQUAL(stack.top - stack.base, 8192);
    CU_ASSERT_EQUAL(n, stack.parts);
    CU_ASSERT_EQUAL(parts[0].high, stack.top);
    CU_ASSERT_EQUAL(parts[n - 1].low, stack.base);
    for (u32 i = 1; i < n; i++)
        CU_ASSERT_EQUAL(parts[i].high, parts[i - 1].low);
    CU_ASSERT_STRING_EQUAL(parts[2].name, "sys_wait4");
    CU_ASSERT_TRUE(view_stack(view, 1, &stack, parts, 4, &n));
    CU_ASSERT_EQUAL(n, 4);
    CU_ASSERT_EQUAL(parts[2].kind, VIEW_STACK_FREE);
    CU_ASSERT_EQUAL(parts[3].kind, VIEW_STACK_INFO);
    CU_ASSERT_FALSE(view_stack(view, 9, &stack, parts, 4, &n));
    finish();
}

static void test_trace(void)
{
    struct view_line line;

    start("fork");
    CU_ASSERT_EQUAL(view_trace_command(view), 1);
    CU_ASSERT_EQUAL(view_trace_cursor(view), -1);
    u32 all = view_trace_count(view);
    view_trace_options(view, VIEW_TRACE_CALLS, 0);
    CU_ASSERT_TRUE(view_trace_count(view) < all);
    u32 steps = 0, wrong = 0;
    run("goto 0; step");
    do { /* the cursor moves down, one step at a time */
        s32 cursor = view_trace_cursor(view);

        CU_ASSERT_TRUE_FATAL(cursor >= 0);
        view_trace(view, (u32)cursor, 1, &line);
        wrong += !line.is_cursor || !line.is_done || !line.step;
        struct strbuf words = STRBUF_INIT;
        view_sentence(view, &words);
        wrong += words.length == 0;
        strbuf_finish(&words);
        steps++;
        run("step");
    } while (machine_is_inside(m) && steps < 1000);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(steps > 60);
    finish();
}

static void test_states(void)
{
    struct view_states *s = malloc(sizeof *s);

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    start("boot sh; fork");
    run("3: pause");
    view_states(view, s);
    CU_ASSERT_EQUAL(s->box[VIEW_BOX_CPU].task[0].pid, 2);
    CU_ASSERT_EQUAL(s->box[VIEW_BOX_SLEEP].count, 2);
    CU_ASSERT_EQUAL(s->box[VIEW_BOX_SLEEP].task[1].pid, 3);
    CU_ASSERT_EQUAL(s->box[VIEW_BOX_SLEEP].task[1].mark, VIEW_CHANGED);
    CU_ASSERT_EQUAL(s->last.arrow, VIEW_ARROW_SLEEPS);
    CU_ASSERT_EQUAL(s->last.pid, 3);
    CU_ASSERT_STRING_EQUAL(s->last.cause, "pause");
    CU_ASSERT_TRUE(s->lit >> VIEW_ARROW_SLEEPS & 1);
    run("kill -KILL 3");
    view_states(view, s);
    CU_ASSERT_EQUAL(s->last.arrow, VIEW_ARROW_EXITS);
    CU_ASSERT_EQUAL(s->last.from, 'R');
    CU_ASSERT_EQUAL(s->last.to, 'Z');
    CU_ASSERT_TRUE(s->lit >> VIEW_ARROW_WOKEN & 1);
    CU_ASSERT_EQUAL(s->box[VIEW_BOX_ZOMBIE].count, 1);
    CU_ASSERT_EQUAL(s->actor, 2);
    CU_ASSERT_TRUE(s->lit >> VIEW_ARROW_PREEMPTED & 1); /* 2 was: 3 took its signal */
    run("settle off");
    run("pause"); /* who falls asleep was not */
    view_states(view, s);
    CU_ASSERT_TRUE(s->lit >> VIEW_ARROW_SLEEPS & 1);
    CU_ASSERT_FALSE(s->lit >> VIEW_ARROW_PREEMPTED & 1);
    free(s);
    finish();
}

/* The stack of a child that has not run yet: its registers, where it begins, and all to scale. */
static void test_new_stack(void)
{
    struct view_stack stack;
    struct view_stack_part parts[16];
    struct view_register regs[24];
    enum view_stack_kind kinds[VIEW_SCALE_MAX];
    u32 filled, eax = 0;

    start("boot sh; fork; undo; until wake_up_new_task");
    CU_ASSERT_TRUE(view_stack(view, 3, &stack, parts, 16, &filled));
    CU_ASSERT_NOT_EQUAL(stack.first, 0);
    CU_ASSERT_FALSE(stack.is_live || stack.is_user);
    CU_ASSERT_EQUAL_FATAL(view_stack_registers(view, 3, regs, 24), 15);
    CU_ASSERT_STRING_EQUAL(regs[0].name, "xss");
    CU_ASSERT_STRING_EQUAL(regs[14].name, "ebx");
    while (strcmp(regs[eax].name, "eax") != 0)
        eax++;
    CU_ASSERT_EQUAL(regs[eax].value, 0);
    for (u32 cells = 16; cells <= VIEW_SCALE_MAX; cells *= 2) {
        CU_ASSERT_TRUE(view_stack_scale(view, 3, cells, kinds));
        CU_ASSERT_EQUAL(kinds[0], VIEW_STACK_INFO);
        CU_ASSERT_EQUAL(kinds[cells / 2], VIEW_STACK_FREE);
        CU_ASSERT_EQUAL(kinds[cells - 1], VIEW_STACK_REGS);
    }
    run("redo");
    CU_ASSERT_TRUE(view_stack(view, 2, &stack, parts, 16, &filled));
    CU_ASSERT_TRUE(stack.is_user && stack.is_live);
    CU_ASSERT_EQUAL(stack.first, 0);
    CU_ASSERT_EQUAL(view_stack_registers(view, 0, regs, 24), 0);
    CU_ASSERT_FALSE(view_stack_scale(view, 77, 32, kinds));
    finish();
}

/* init hears of the shell's stop, wakes, and sleeps again: that is not what has happened. */
static void test_last_is_what_has_changed(void)
{
    struct view_states *s = malloc(sizeof *s);

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    start("boot sh; fork");
    run("3: store heap+0 \"x\"");
    view_states(view, s);
    CU_ASSERT_EQUAL(s->last.arrow, VIEW_ARROW_ELECTED);
    CU_ASSERT_EQUAL(s->actor, 3);
    run("kill -STOP 2");
    view_states(view, s);
    CU_ASSERT_EQUAL(s->last.pid, 2);
    CU_ASSERT_EQUAL(s->last.arrow, VIEW_ARROW_STOPS);
    CU_ASSERT_TRUE(s->lit >> VIEW_ARROW_WOKEN & 1);
    CU_ASSERT_EQUAL(s->box[VIEW_BOX_SLEEP].count, 1);
    run("back");
    view_states(view, s);
    CU_ASSERT_EQUAL(s->last.arrow, VIEW_ARROW_ELECTED); /* inside, the last is the last */
    free(s);
    finish();
}

static void test_tables(void)
{
    static struct view_slab slabs[64];
    static u8 bits[32768];
    static struct view_frame frames[70000];
    struct view_pidmap pids;
    struct view_runqueue rq;
    struct view_memory memory;
    struct view_queued queued[8];
    u32 used = 0, kernel = 0, slab = 0, free_frames = 0;

    start("boot sh");
    run("fork");
    u32 n = view_slabs(view, 0, 64, slabs);
    CU_ASSERT_EQUAL(n, view_slab_count(view));
    for (u32 i = 0; i < n; i++) {
        if (strcmp(slabs[i].name, "task_struct") != 0)
            continue;
        CU_ASSERT_EQUAL(slabs[i].active, 3);
        CU_ASSERT_TRUE(slabs[i].changed);
        CU_ASSERT_EQUAL(slabs[i].active_was, 2);
        CU_ASSERT_EQUAL(slabs[i].slabs_was, slabs[i].slabs);
    }
    view_pidmap(view, &pids);
    CU_ASSERT_EQUAL(pids.last_pid, 3);
    CU_ASSERT_EQUAL(pids.next_pid, 4);
    CU_ASSERT_EQUAL(view_pids(view, 0, 32768, bits), 32768);
    for (u32 i = 0; i < 32768; i++)
        used += bits[i] & VIEW_PID_USED;
    CU_ASSERT_EQUAL(used, pids.used);
    CU_ASSERT_EQUAL(bits[3], VIEW_PID_USED | VIEW_PID_CHANGED);
    view_runqueue(view, &rq);
    CU_ASSERT_EQUAL(rq.running, 2);
    CU_ASSERT_EQUAL(view_queued(view, 0, 8, queued), 2);
    CU_ASSERT_EQUAL(view_queued(view, 1, 8, queued), 1);
    view_memory(view, &memory);
    view_pair(view, (s32[]){ -1, -1 });
    n = view_frame_map(view, 0, sizeof frames / sizeof frames[0], frames);
    CU_ASSERT_EQUAL(n, memory.frames);
    for (u32 i = 0; i < n; i++) {
        kernel += frames[i].kind == 'K' || frames[i].kind == '0';
        slab += frames[i].kind == 's' || frames[i].kind == 't';
        free_frames += frames[i].kind == '.';
    }
    CU_ASSERT_EQUAL(kernel, memory.kernel);
    CU_ASSERT_EQUAL(slab + 3, memory.slab); /* the page directories come from a slab, too */
    CU_ASSERT_EQUAL(free_frames, memory.free);
    finish();
}

/* A view that has seen nothing yet answers all the same. */
static void test_before_the_first_look(void)
{
    struct view_states *s = malloc(sizeof *s);
    struct view_pidmap pids;

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    view = view_create();
    CU_ASSERT_EQUAL(view_task_count(view), 0);
    CU_ASSERT_EQUAL(view_task_row(view, 1), -1);
    CU_ASSERT_EQUAL(view_current(view), 0);
    CU_ASSERT_EQUAL(view_trace_count(view), 0);
    CU_ASSERT_EQUAL(view_trace_cursor(view), -1);
    CU_ASSERT_EQUAL(view_slab_count(view), 0);
    view_states(view, s);
    view_pidmap(view, &pids);
    view_clear_marks(view);
    struct machine *off = machine_create(NULL);
    view_refresh(view, off);
    CU_ASSERT_EQUAL(view_task_count(view), 0);
    view_states(view, s);
    machine_destroy(off);
    view_destroy(view);
    free(s);
}

static void look_at_pair(s32 turn)
{
    static s32 pair[2] = { -1, -1 };
    struct view_pair_row page[64];
    struct view_frame frames[128];
    struct view_pair_bytes bytes;

    view_choose_pair(view, turn % 8, pair);
    view_pair(view, pair);
    u32 filled = view_pair_rows(view, 0, 64, page);
    for (u32 i = 0; i < filled; i++)
        CU_ASSERT_NOT_EQUAL(view_pair_bytes(view, i, &bytes), page[i].is_area);
    view_frame_map(view, 640, 128, frames);
}

/* Half-made tasks, lists being changed, stacks in use: a pane may be drawn at any step. */
static void test_every_step(void)
{
    struct view_states *states = malloc(sizeof *states);
    static struct view_field fields[300];
    struct view_stack_part parts[16];
    struct view_stack stack;
    struct view_line lines[30];
    struct view_slab slabs[40];
    struct view_queued queued[16];
    u32 steps = 0, n;

    CU_ASSERT_PTR_NOT_NULL_FATAL(states);
    start("boot sh; fork; $!: exit 3; wait; vfork; $!: exec /bin/ls; clone "
          "CLONE_VM|CLONE_SIGHAND|CLONE_THREAD; fork; kill -STOP $!; kill -CONT $!; kill -9 $!; "
          "wait; exit_group 1");
    u64 commands = machine_position(m).commands;
    run("goto 0");
    while (machine_position(m).command < commands && steps++ < 20000) {
        run(steps % 50 == 49 ? "back 3" : "step");
        for (s32 pid = 0; pid < 8; pid++) {
            view_fields(view, pid, VIEW_ALL, 0, 300, fields, NULL);
            view_stack(view, pid, &stack, parts, 16, &n);
        }
        s32 cursor = view_trace_cursor(view);
        view_trace(view, cursor < 10 ? 0 : (u32)cursor - 10, 30, lines);
        view_states(view, states);
        view_slabs(view, 0, 40, slabs);
        view_queued(view, 0, 16, queued);
        look_at_pair(cursor);
        CU_ASSERT_TRUE_FATAL(count >= 2 && count <= 10);
        CU_ASSERT_TRUE_FATAL(view_current(view) >= 0);
    }
    CU_ASSERT_TRUE(steps > 500);
    CU_ASSERT_TRUE(steps < 20000);
    free(states);
    finish();
}

/* Rows that are there, without ghosts, are those that a view sees that has no past. */
static bool is_as_seen_anew(void)
{
    static struct view_task here[ROWS_ALL], anew[ROWS_ALL];
    struct view_states *states = calloc(2, sizeof *states);
    struct view *other = view_create();
    u32 n = view_tasks(view, 0, ROWS_ALL, here), there = 0;
    bool is_same = true;

    view_fold_threads(other, view_threads_are_folded(view));
    view_refresh(other, m);
    u32 count_anew = view_tasks(other, 0, ROWS_ALL, anew);
    for (u32 i = 0; i < n && is_same; i++) {
        if (here[i].mark == VIEW_GHOST)
            continue;
        const struct view_task *t = &anew[there++];
        is_same = there <= count_anew && t->pid == here[i].pid && t->depth == here[i].depth &&
                  t->task == here[i].task && t->threads == here[i].threads &&
                  t->state == here[i].state && t->ppid == here[i].ppid &&
                  view_task_row(view, t->pid) == (s32)i;
    }
    view_states(view, &states[0]);
    view_states(other, &states[1]);
    for (int box = 0; box < VIEW_BOX_COUNT && is_same; box++) {
        const struct view_box_content *a = &states[0].box[box], *b = &states[1].box[box];
        is_same = a->count == b->count && a->shown == b->shown;
        for (u32 i = 0; i < a->shown && is_same; i++)
            is_same = a->task[i].pid == b->task[i].pid;
    }
    view_destroy(other);
    free(states);
    return is_same && there == count_anew;
}

/* What a stop takes on from the one before equals what a look from nothing finds. */
static void test_stop_by_stop(void)
{
    static const char *const acts[] = { "fork",
                                        "vfork",
                                        "$!: fork",
                                        "clone VM|FS|FILES|SIGHAND|THREAD",
                                        "$!: clone VM|FS|FILES|SIGHAND|THREAD",
                                        "$!: exit 3",
                                        "$!: exit_group 1",
                                        "$!: exec /bin/ls",
                                        "exec /bin/ls",
                                        "wait",
                                        "kill -9 $!",
                                        "kill -STOP $!",
                                        "kill -CONT $!",
                                        "undo 1",
                                        "undo 3",
                                        "redo 1",
                                        "redo 2",
                                        "step 7",
                                        "step 40",
                                        "back 5",
                                        "next",
                                        "finish",
                                        "fork; fork; $!: fork",
                                        "repeat 20 { fork }",
                                        "focus $!",
                                        "focus 2",
                                        "$!: pause",
                                        "tick 300",
                                        "nice 1",
                                        "exit 0",
                                        "boot sh" };
    u32 seed = 7, failures = 0;

    start("boot sh");
    for (int i = 0; i < 1200 && failures < 3; i++) {
        seed = seed * 1103515245 + 12345;
        const char *act = acts[(seed >> 16) % (sizeof acts / sizeof acts[0])];
        if (strcmp(act, "boot sh") == 0 && i % 8)
            act = "fork";
        if (i % 500 == 0)
            view_fold_threads(view, i / 500 % 2);
        session_run(session, "test", act, strlen(act)); /* may fail, and may kill the machine */
        look();
        if (!is_as_seen_anew()) {
            failures++;
            printf("after act %d, %s\n", i, act);
        }
        if (view_current(view) == 0 && view_focus(view) == 0)
            run("boot sh");
    }
    CU_ASSERT_EQUAL(failures, 0);
    finish();
}

static CU_TestInfo tests[] = {
    { "the tree's rows and rails", test_rows },
    { "marks last until the next stop, ghosts keep their places", test_marks_and_ghosts },
    { "a cut future is not believed", test_branches },
    { "threads can be folded", test_threads },
    { "fields show what they were", test_fields },
    { "the stack of a new task", test_new_stack },
    { "a stack's parts fit together", test_stack },
    { "the trace's cursor follows the steps", test_trace },
    { "the states and their last transition", test_states },
    { "the last transition is one that has changed a state", test_last_is_what_has_changed },
    { "slabs, PIDs, the run queue and frames", test_tables },
    { "a pane can be drawn at every step", test_every_step },
    { "a stop equals a look from nothing", test_stop_by_stop },
    { "nothing is needed to be asked", test_before_the_first_look },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "view", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
