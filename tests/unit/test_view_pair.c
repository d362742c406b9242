/* Two tasks' memory beside each other: what is shared, what parts, what is marked, and who is chosen. */
#include "cunit_main.h"
#include "procarium/report.h"
#include "procarium/script.h"
#include "procarium/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 512 };

static struct session *session;
static const struct machine *m;
static struct view *view;
static s32 pair[2];
static struct view_pair_row rows[ROWS];
static struct view_pair_summary summary;

static void look(s32 pid)
{
    view_refresh(view, m);
    view_choose_pair(view, pid, pair);
    view_pair(view, pair);
    view_pair_summary(view, &summary);
    CU_ASSERT_EQUAL(view_pair_rows(view, 0, ROWS, rows), summary.rows);
}

static void run(const char *commands, s32 pid)
{
    CU_ASSERT_EQUAL_FATAL(session_run(session, "test", commands, strlen(commands)), RUN_OK);
    look(pid);
}

static void start(const char *commands, s32 pid)
{
    session = session_create(&(struct session_options){ 0 });
    view = view_create();
    CU_ASSERT_PTR_NOT_NULL_FATAL(session);
    CU_ASSERT_PTR_NOT_NULL_FATAL(view);
    m = session_machine(session);
    pair[0] = pair[1] = -1;
    run(commands, pid);
}

static void finish(void)
{
    view_destroy(view);
    session_destroy(session);
}

static bool is_pair(s32 left, s32 right)
{
    return pair[0] == left && pair[1] == right;
}

/* The row of this name; pages and areas have no name in common. */
static const struct view_pair_row *row_of(const char *name)
{
    static const struct view_pair_row none;

    for (u32 i = 0; i < summary.rows && i < ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return &none;
}

static void test_choosing(void)
{
    start("boot sh", 2);
    CU_ASSERT_TRUE(is_pair(2, -1)); /* nothing in common with init since exec */
    run("fork", 3);
    CU_ASSERT_TRUE(is_pair(2, 3)); /* the parent stands left, whoever matters */
    look(2);
    CU_ASSERT_TRUE(is_pair(2, 3));
    run("fork", 4);
    CU_ASSERT_TRUE(is_pair(2, 4));
    look(3);
    CU_ASSERT_TRUE(is_pair(2, 3));
    run("nice 1", 2);
    CU_ASSERT_TRUE(is_pair(2, 3)); /* a pair stays */
    run("vfork", 2);
    CU_ASSERT_TRUE(is_pair(2, 5)); /* but for a new child */
    CU_ASSERT_TRUE(summary.is_one);
    run("5: exec /bin/ls", 5);
    CU_ASSERT_TRUE(is_pair(2, 5)); /* exec parts them, and shows it */
    CU_ASSERT_FALSE(summary.is_one);
    CU_ASSERT_EQUAL(summary.cow, 0);
    run("5: exit", 2);
    CU_ASSERT_TRUE(is_pair(2, 5));
    CU_ASSERT_FALSE(summary.has_memory[1]);
    run("wait4 5", 2);
    CU_ASSERT_TRUE(is_pair(2, 4));
    look(0);
    CU_ASSERT_TRUE(is_pair(0, -1));
    CU_ASSERT_FALSE(summary.has_memory[0]);
    look(77);
    CU_ASSERT_TRUE(is_pair(-1, -1));
    CU_ASSERT_EQUAL(summary.rows, 0);
    finish();
}

static void test_parting(void)
{
    start("boot sh; store heap \"hello\"", 2);
    u32 frame = row_of("heap+0")->side[0].frame;
    run("fork", 3);
    const struct view_pair_row *heap = row_of("heap+0");
    CU_ASSERT_EQUAL(heap->link, VIEW_LINK_COW);
    CU_ASSERT_EQUAL(heap->side[0].frame, frame);
    CU_ASSERT_EQUAL(heap->side[1].frame, frame);
    CU_ASSERT_EQUAL(heap->side[0].users, 2);
    CU_ASSERT_EQUAL(heap->side[0].bits_was ^ heap->side[0].bits, VIEW_PTE_RW);
    CU_ASSERT_EQUAL(heap->side[1].bits_was, heap->side[1].bits); /* it is new: no news */
    CU_ASSERT_FALSE(summary.is_new[0]);
    CU_ASSERT_TRUE(summary.is_new[1]);
    CU_ASSERT_EQUAL(heap->side[0].users_was, 1);
    CU_ASSERT_EQUAL(row_of("text+0")->link, VIEW_LINK_SAME);
    CU_ASSERT_EQUAL(row_of("stack-1")->link, VIEW_LINK_COW);
    CU_ASSERT_EQUAL(summary.changed, 2);
    CU_ASSERT_EQUAL(summary.parts_now, 0);

    run("3: store heap \"jelly\"", 3);
    heap = row_of("heap+0");
    CU_ASSERT_EQUAL(heap->link, VIEW_LINK_PARTED);
    CU_ASSERT_TRUE(heap->parts_now);
    CU_ASSERT_EQUAL(heap->side[0].frame, frame);
    CU_ASSERT_NOT_EQUAL(heap->side[1].frame, frame);
    CU_ASSERT_EQUAL(heap->side[1].frame_was, frame);
    CU_ASSERT_EQUAL(summary.parts_now, 1);
    CU_ASSERT_PTR_EQUAL(&rows[summary.first_changed], heap);
    CU_ASSERT_EQUAL(summary.frame, heap->side[1].frame);
    CU_ASSERT_EQUAL(heap->side[0].users, 1);
    CU_ASSERT_EQUAL(heap->side[0].users_was, 2);
    CU_ASSERT_EQUAL(heap->side[1].users_was, 0);
    run("undo 1", 3);
    CU_ASSERT_EQUAL(row_of("heap+0")->link, VIEW_LINK_COW);
    run("redo 1; nice 1", 3);
    CU_ASSERT_EQUAL(row_of("heap+0")->link, VIEW_LINK_PARTED);
    CU_ASSERT_TRUE(row_of("heap+0")->parts_now); /* since the last look */
    run("nice 1", 3);
    CU_ASSERT_FALSE(row_of("heap+0")->parts_now);
    CU_ASSERT_EQUAL(summary.changed, 0);
    finish();
    /* Of what has changed, that which parts comes into sight, wherever it lies. */
    start("boot sh; store heap+1p \"hello\"; fork", 3);
    run("3: store heap \"x\" pages=2", 3);
    CU_ASSERT_EQUAL(summary.changed, 2);
    CU_ASSERT_PTR_EQUAL(&rows[summary.first_changed], row_of("heap+1"));
    finish();
}

static struct view_pair_bytes bytes_of(const char *name)
{
    struct view_pair_bytes bytes;

    CU_ASSERT_TRUE(view_pair_bytes(view, (u32)(row_of(name) - rows), &bytes));
    return bytes;
}

/* The bytes that are worth a look: what has changed, else where the two differ, else the first. */
static void test_bytes(void)
{
    start("boot sh; store heap+64 \"hello\"; fork", 3);
    run("nice 1", 3);
    struct view_pair_bytes bytes = bytes_of("heap+0");
    CU_ASSERT_EQUAL(bytes.offset, 64);
    CU_ASSERT_TRUE(bytes.side[0].is_there && bytes.side[1].is_there);
    CU_ASSERT_EQUAL(memcmp(bytes.side[1].byte, "hello", 6), 0);
    CU_ASSERT_FALSE(bytes.side[0].changed[0]);
    run("3: store heap+64 \"jelly\"", 3);
    bytes = bytes_of("heap+0");
    CU_ASSERT_EQUAL(bytes.offset, 64);
    CU_ASSERT_EQUAL(memcmp(bytes.side[0].byte, "hello", 6), 0);
    CU_ASSERT_EQUAL(memcmp(bytes.side[1].byte, "jelly", 6), 0);
    CU_ASSERT_TRUE(bytes.side[1].changed[0] && bytes.side[1].changed[4]);
    CU_ASSERT_FALSE(bytes.side[1].changed[1] || bytes.side[1].changed[2]);
    CU_ASSERT_FALSE(bytes.side[0].changed[0]);
    run("2: store heap+4094 \"z\"", 3); /* at the end of the page */
    bytes = bytes_of("heap+0");
    CU_ASSERT_EQUAL(bytes.offset, 4096 - VIEW_PAIR_BYTES);
    CU_ASSERT_EQUAL(bytes.side[0].byte[14], 'z');
    CU_ASSERT_TRUE(bytes.side[0].changed[14]);
    run("nice 1", 3);
    CU_ASSERT_EQUAL(bytes_of("heap+0").offset, 64);
    run("3: exit", 3);
    CU_ASSERT_FALSE(bytes_of("heap+0").side[1].is_there);
    CU_ASSERT_FALSE(view_pair_bytes(view, 0, &bytes)); /* an area */
    CU_ASSERT_FALSE(view_pair_bytes(view, summary.rows, &bytes));
    finish();
}

/* What was given back keeps a row until the next stop, whoever had it. */
static void test_pages_that_are_gone(void)
{
    start("boot sh; fork; 3: store heap \"x\"; 3: brk 0x08059000; 3: store heap \"y\" pages=8", 3);
    u32 frame = row_of("heap+0")->side[1].frame;
    CU_ASSERT_EQUAL(row_of("heap+0")->pages, 8);
    run("3: exit", 3);
    CU_ASSERT_TRUE(is_pair(2, 3));
    CU_ASSERT_FALSE(row_of("heap+0")->side[1].is_there);
    CU_ASSERT_TRUE(row_of("heap+0")->side[1].was_there);
    CU_ASSERT_EQUAL(row_of("heap+0")->side[1].frame_was, frame);
    CU_ASSERT_EQUAL(row_of("heap+0")->pages + row_of("0x08056000")->pages, 8);
    CU_ASSERT_TRUE(row_of("stack-1")->side[0].is_there);
    CU_ASSERT_TRUE(row_of("stack-1")->side[1].was_there);
    CU_ASSERT_EQUAL(summary.changed, 10);
    run("nice 1", 3);
    CU_ASSERT_FALSE(row_of("stack-1")->side[1].was_there);
    CU_ASSERT_EQUAL(row_of("heap+0")->pages, 0);
    CU_ASSERT_EQUAL(summary.changed, 0);
    run("store heap+0 \"x\"", 3);
    run("exec /bin/ls", 2);
    CU_ASSERT_TRUE(summary.changed >= 2);
    run("mmap 4 private own; store own \"x\" pages=4", 2);
    run("nice 1", 2);
    uaddr own = row_of("own+0")->address;
    CU_ASSERT_EQUAL(row_of("own+0")->pages, 4);
    run("munmap own", 2);
    CU_ASSERT_EQUAL(summary.changed, 4);
    CU_ASSERT_EQUAL(rows[summary.first_changed].address, own);
    CU_ASSERT_EQUAL(rows[summary.first_changed].pages, 4);
    CU_ASSERT_TRUE(rows[summary.first_changed].side[0].was_there);
    finish();
}

static void test_kinds_of_sharing(void)
{
    start("boot sh; mmap 2 shared both; mmap 2 private own; store both \"x\"; load own; fork", 2);
    CU_ASSERT_EQUAL(row_of("both+0")->link, VIEW_LINK_SAME);
    CU_ASSERT_EQUAL(row_of("own+0")->link, VIEW_LINK_COW);
    CU_ASSERT_EQUAL(row_of("own+0")->side[0].kind, '0');
    CU_ASSERT_STRING_EQUAL(row_of("both")->side[0].may, "rw-s");
    CU_ASSERT_EQUAL(row_of("both")->side[1].present, 1);
    CU_ASSERT_EQUAL(row_of("both")->side[1].size, 2);
    CU_ASSERT_TRUE(row_of("bss heap")->is_area);
    run("store both+1p \"y\"; store own \"z\"; 3: store own \"z\"", 3);
    CU_ASSERT_EQUAL(row_of("both+1")->link, VIEW_LINK_NONE); /* the child has not touched it yet */
    CU_ASSERT_TRUE(row_of("both+1")->side[0].is_there);
    CU_ASSERT_FALSE(row_of("both+1")->side[1].is_there);
    run("3: load both+1p", 3);
    CU_ASSERT_EQUAL(row_of("both+1")->link, VIEW_LINK_SAME);
    run("3: munmap own", 3);
    CU_ASSERT_TRUE(row_of("own")->side[0].is_there);
    CU_ASSERT_FALSE(row_of("own")->side[1].is_there);
    finish();
}

/* Thousands of pages that are alike are one row; the one that differs has its own. */
static void test_runs(void)
{
    start("boot sh; mmap 3000 private big; store big 0; "
          "let i 0; repeat 3 { mmap 2 private p; munmap p }",
          2);
    CU_ASSERT_EQUAL(row_of("big+0")->pages, 1);
    char text[64];
    for (int i = 0; i < 40; i++) {
        snprintf(text, sizeof text, "store big+%dp 0", i);
        run(text, 2);
    }
    run("nice 1", 2);
    CU_ASSERT_EQUAL(row_of("big+0")->pages, 40);
    CU_ASSERT_EQUAL(row_of("big")->side[0].present, 40);
    run("fork; nice 1", 2);
    run("nice 1", 2);
    CU_ASSERT_EQUAL(row_of("big+0")->pages, 40);
    CU_ASSERT_EQUAL(row_of("big+0")->link, VIEW_LINK_COW);
    run("3: store big+20p 1", 3);
    CU_ASSERT_EQUAL(row_of("big+0")->pages, 20);
    CU_ASSERT_EQUAL(row_of("big+20")->pages, 1);
    CU_ASSERT_EQUAL(row_of("big+20")->link, VIEW_LINK_PARTED);
    CU_ASSERT_EQUAL(row_of("big+21")->pages, 19);
    CU_ASSERT_EQUAL(view_pair_find(view, row_of("big+21")->address + 5 * 4096),
                    row_of("big+21") - rows);
    finish();
}

/* The pane and the command `shared` count alike. */
static void test_agrees_with_shared(void)
{
    struct strbuf out = STRBUF_INIT;
    char text[128];
    u32 one = 0, parted = 0, only[2] = { 0, 0 };

    start("boot sh; mmap 90 private big; store big 1 pages=60; store heap \"a\"; store data \"b\"; "
          "store stack \"c\"; fork; 3: store data "
          "\"d\"; "
          "3: store heap+2p \"e\"; 2: store heap+3p \"f\"; 3: store big+20p 1 pages=15; "
          "store big+60p 2 pages=30",
          3);
    for (u32 i = 0; i < summary.rows; i++) {
        if (rows[i].is_area)
            continue;
        bool is_one = rows[i].link == VIEW_LINK_SAME || rows[i].link == VIEW_LINK_COW;
        one += is_one ? rows[i].pages : 0;
        parted += rows[i].link == VIEW_LINK_PARTED ? rows[i].pages : 0;
        only[0] += !rows[i].side[1].is_there ? rows[i].pages : 0;
        only[1] += !rows[i].side[0].is_there ? rows[i].pages : 0;
    }
    CU_ASSERT_TRUE(one > 45 && parted == 16 && only[0] == 31 && only[1] == 1);
    CU_ASSERT_EQUAL(summary.same + summary.cow, one);
    CU_ASSERT_EQUAL(summary.parted, parted);
    snprintf(text, sizeof text, "  %u in one frame, %u parted, %u only in 2, %u only in 3\n", one,
             parted, only[0], only[1]);
    CU_ASSERT_TRUE(report_shared(m, 2, 3, &out));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), text));
    strbuf_finish(&out);
    finish();
}

static void test_frame_map(void)
{
    static struct view_frame frames[1 << 17];

    start("boot sh; store heap \"hello\"", 2);
    run("fork", 3);
    u32 n = view_frame_map(view, 0, 1 << 17, frames);
    u32 tables[2] = { 0, 0 }, stacks[2] = { 0, 0 }, pages[2] = { 0, 0 };
    CU_ASSERT_EQUAL(n, summary.frames);
    for (u32 i = 0; i < n; i++) {
        for (int side = 0; side < 2; side++) {
            pages[side] += frames[i].is_page && frames[i].is_of[side];
            tables[side] += frames[i].kind == 'p' && frames[i].is_of[side];
            stacks[side] += frames[i].kind == 't' && frames[i].is_of[side];
        }
        if (frames[i].kind == 'K')
            CU_ASSERT_FALSE(frames[i].changed);
    }
    for (int side = 0; side < 2; side++) {
        CU_ASSERT_EQUAL(pages[side], summary.pages[side]);
        CU_ASSERT_EQUAL(tables[side], 3); /* a directory and two tables */
        CU_ASSERT_EQUAL(stacks[side], 2);
    }
    u32 shared = row_of("heap+0")->side[0].frame;
    CU_ASSERT_EQUAL(frames[shared].kind, 'A');
    CU_ASSERT_TRUE(frames[shared].changed && frames[shared].is_of[0] && frames[shared].is_of[1]);
    run("3: store heap \"jelly\"", 3);
    view_frame_map(view, 0, 1 << 17, frames);
    CU_ASSERT_EQUAL(frames[shared].kind, 'a');
    CU_ASSERT_TRUE(frames[shared].changed && frames[shared].is_of[0] && !frames[shared].is_of[1]);
    u32 copy = row_of("heap+0")->side[1].frame;
    CU_ASSERT_TRUE(frames[copy].changed && frames[copy].is_of[1]);
    CU_ASSERT_EQUAL(frames[copy].owner, 3);
    CU_ASSERT_EQUAL(frames[shared].owner, 2);
    finish();
}

/* Those who are not looked at have their frames, too. */
static void test_others_frames(void)
{
    static struct view_frame frames[1 << 17];
    u32 stacks = 0, pages = 0, tables = 0;

    start("boot sh; fork; 2: fork; 4: store heap \"x\"", 2);
    CU_ASSERT_TRUE(is_pair(2, 4));
    pair[1] = 3;
    view_pair(view, pair);
    u32 count = view_frame_map(view, 0, 1 << 17, frames);
    for (u32 i = 0; i < count; i++) {
        bool is_own = frames[i].is_of[0] || frames[i].is_of[1];
        if (frames[i].owner != 4)
            continue;
        CU_ASSERT_FALSE(is_own);
        stacks += frames[i].kind == 't';
        pages += frames[i].kind == 'a';
        tables += frames[i].kind == 'p';
    }
    CU_ASSERT_EQUAL(stacks, 2);
    CU_ASSERT_EQUAL(pages, 1);
    CU_ASSERT_EQUAL(tables, 3);
    finish();
}

/* Who has each frame, by a look at everybody's pages: a pid, 0 for nobody, -1 for several. */
static void look_at_everybody(s32 *whose, u32 frames)
{
    static struct view_frame all[1 << 14];
    struct view *other = view_create();

    memset(whose, 0, frames * sizeof *whose);
    view_refresh(other, m);
    for (s32 pid = 1; pid < 200; pid++) {
        const s32 alone[2] = { pid, -1 };
        struct view_task task;
        if (!view_task_by_pid(other, pid, &task))
            continue;
        view_pair(other, alone);
        view_frame_map(other, 0, frames, all);
        for (u32 i = 0; i < frames; i++)
            if (all[i].is_of[0] && !(task.is_thread && whose[i] == task.tgid))
                whose[i] = whose[i] ? -1 : pid;
    }
    view_destroy(other);
}

/* Frames whose owner is not known, or (a mistake) not right. */
static u32 count_unknown(s32 pid)
{
    static struct view_frame frames[1 << 14];
    static s32 whose[1 << 14];
    u32 unknown = 0, mistakes = 0;

    look(pid);
    u32 count = view_frame_map(view, 0, 1 << 14, frames);
    look_at_everybody(whose, count);
    for (u32 i = 0; i < count; i++) {
        struct view_task task; /* a child that is being made has pages, but no place yet */
        bool is_there = view_task_by_pid(view, frames[i].owner, &task);
        bool is_stack = frames[i].kind == 't'; /* threads have one, too */
        mistakes += is_there && whose[i] >= 0 && !is_stack && frames[i].owner != whose[i];
        unknown += whose[i] > 0 && frames[i].owner < 0;
    }
    CU_ASSERT_EQUAL(mistakes, 0);
    return unknown;
}

/* The owners of all frames are known, however many tasks there are, and at any step. */
static void test_owners_among_many(void)
{
    start("boot sh; repeat 100 { fork; $!: store heap \"x\"; $!: mmap 2 shared m; $!: store m 1 }",
          2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("90: exec /bin/ls; 95: fork; $!: store stack 1; 97: clone VM|FS|FILES|SIGHAND|THREAD", 2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("99: exit 1; 98: munmap m; 97: exit", 2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("80: store heap \"y\"; 85: exec /bin/ls; 85: fork; 80: fork; 70: fork; $!: fork", 2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("85: exit", 2); /* its child has the text alone now */
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("80: exit; 70: exit", 2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("60: fork; let first $!; 60: fork; let second $!; 60: fork; $!: pause; 60: store heap 1",
        2);
    run("$second: exit; nice 1", 2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("$first: exit", 2); /* now its sister alone has what the parent had */
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("96: brk 0x0805a000; 96: store heap 7 pages=8; fork; wait4 99", 2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    run("undo 3", 2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    for (int i = 0; i < 40; i++) {
        run(i % 4 == 3 ? "back" : "step 4", 2);
        CU_ASSERT_TRUE(count_unknown(2) <= 1); /* a page that is being brought in */
    }
    run("undo 20; redo 15; 60: fork; goto 350", 2);
    CU_ASSERT_EQUAL(count_unknown(2), 0);
    finish();
}

static CU_TestInfo tests[] = {
    { "who stands beside whom", test_choosing },
    { "the moment of parting", test_parting },
    { "what is in a page", test_bytes },
    { "pages that are gone", test_pages_that_are_gone },
    { "kinds of sharing", test_kinds_of_sharing },
    { "many pages that are alike", test_runs },
    { "the command shared says the same", test_agrees_with_shared },
    { "the frame map", test_frame_map },
    { "the frames of others", test_others_frames },
    { "owners among many", test_owners_among_many },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "view pair", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
