/* The type table: offsets against the facts about 2.6.11, paths, values. */
#include "report/fields.h"

/* After the kernel's errnos: CUnit brings the host's macros of the same names. */
#include "cunit_main.h"

#include <string.h>

struct known_offset {
    const char *name;
    u32 offset;
};

static const struct field *find_field(enum ktype type, const char *name)
{
    const struct ktype_info *info = ktype_info(type);

    for (u32 i = 0; i < info->count; i++) {
        if (strcmp(info->fields[i].name, name) == 0)
            return &info->fields[i];
    }
    return NULL;
}

static void check_offsets(enum ktype type, const struct known_offset *known)
{
    for (; known->name; known++) {
        const struct field *f = find_field(type, known->name);

        CU_ASSERT_PTR_NOT_NULL_FATAL(f);
        CU_ASSERT_EQUAL(f->offset, known->offset);
    }
}

/* The column A of the facts' table of task_struct. */
static void test_task_struct(void)
{
    static const struct known_offset known[] = {
        { "state", 0 },
        { "thread_info", 4 },
        { "usage", 8 },
        { "flags", 12 },
        { "ptrace", 16 },
        { "lock_depth", 20 },
        { "prio", 24 },
        { "static_prio", 28 },
        { "run_list", 32 },
        { "array", 40 },
        { "sleep_avg", 44 },
        { "timestamp", 48 },
        { "activated", 64 },
        { "policy", 68 },
        { "cpus_allowed", 72 },
        { "time_slice", 76 },
        { "first_time_slice", 80 },
        { "tasks", 84 },
        { "ptrace_children", 92 },
        { "mm", 108 },
        { "active_mm", 112 },
        { "binfmt", 116 },
        { "exit_state", 120 },
        { "exit_code", 124 },
        { "exit_signal", 128 },
        { "pdeath_signal", 132 },
        { "personality", 136 },
        { "pid", 144 },
        { "tgid", 148 },
        { "real_parent", 152 },
        { "parent", 156 },
        { "children", 160 },
        { "sibling", 168 },
        { "group_leader", 176 },
        { "pids[PIDTYPE_PID]", 180 },
        { "vfork_done", 260 },
        { "set_child_tid", 264 },
        { "clear_child_tid", 268 },
        { "rt_priority", 272 },
        { "utime", 328 },
        { "nvcsw", 336 },
        { "start_time[0]", 344 },
        { "min_flt", 352 },
        { "uid", 360 },
        { "cap_effective", 396 },
        { "user", 412 },
        { "comm", 420 },
        { "undo_list", 444 },
        { "thread", 448 },
        { "fs", 1104 },
        { "files", 1108 },
        { "namespace", 1112 },
        { "signal", 1116 },
        { "sighand", 1120 },
        { "blocked", 1124 },
        { "pending", 1140 },
        { "parent_exec_id", 1184 },
        { "ptrace_message", 1212 },
        { NULL, 0 },
    };

    check_offsets(TYPE_TASK_STRUCT, known);
    CU_ASSERT_EQUAL(ktype_info(TYPE_TASK_STRUCT)->size, 1264);
}

static void test_stack_structures(void)
{
    static const struct known_offset thread_info[] = {
        { "task", 0 },        { "exec_domain", 4 },    { "flags", 8 },
        { "status", 12 },     { "cpu", 16 },           { "preempt_count", 20 },
        { "addr_limit", 24 }, { "restart_block", 28 }, { "previous_esp", 48 },
        { NULL, 0 },
    };
    static const struct known_offset pt_regs[] = {
        { "ebx", 0 },     { "ecx", 4 },       { "edx", 8 },  { "esi", 12 },
        { "edi", 16 },    { "ebp", 20 },      { "eax", 24 }, { "xds", 28 },
        { "xes", 32 },    { "orig_eax", 36 }, { "eip", 40 }, { "xcs", 44 },
        { "eflags", 48 }, { "esp", 52 },      { "xss", 56 }, { NULL, 0 },
    };
    static const struct known_offset thread[] = {
        { "tls_array[0]", 0 },
        { "esp0", 24 },
        { "sysenter_cs", 28 },
        { "eip", 32 },
        { "esp", 36 },
        { "fs", 40 },
        { "gs", 44 },
        { "debugreg", 48 },
        { "cr2", 80 },
        { "trap_no", 84 },
        { "error_code", 88 },
        { "i387", 96 },
        { "vm86_info", 608 },
        { "io_bitmap_ptr", 636 },
        { "io_bitmap_max", 640 },
        { NULL, 0 },
    };

    check_offsets(TYPE_THREAD_INFO, thread_info);
    check_offsets(TYPE_PT_REGS, pt_regs);
    check_offsets(TYPE_THREAD_STRUCT, thread);
    CU_ASSERT_EQUAL(ktype_info(TYPE_THREAD_INFO)->size, 52);
    CU_ASSERT_EQUAL(ktype_info(TYPE_PT_REGS)->size, 60);
    CU_ASSERT_EQUAL(ktype_info(TYPE_THREAD_STRUCT)->size, 656);
}

/* field_at() searches by halves: the tables must ascend and may not overlap. */
static void test_tables_ascend(void)
{
    for (enum ktype type = TYPE_NONE + 1; type < TYPE_COUNT; type++) {
        const struct ktype_info *info = ktype_info(type);
        u32 end = 0;

        CU_ASSERT_TRUE_FATAL(info->count > 0);
        CU_ASSERT_EQUAL(ktype_by_name(info->name), type);
        for (u32 i = 0; i < info->count; i++) {
            const struct field *f = &info->fields[i];

            CU_ASSERT_TRUE(f->offset >= end);
            CU_ASSERT_TRUE(f->size > 0 && f->count > 0);
            CU_ASSERT_PTR_EQUAL(field_at(type, f->offset), f);
            CU_ASSERT_PTR_EQUAL(field_at(type, f->offset + f->size * f->count - 1), f);
            end = f->offset + f->size * f->count;
        }
        CU_ASSERT_TRUE(end <= info->size);
        CU_ASSERT_PTR_NULL(field_at(type, info->size));
    }
    CU_ASSERT_EQUAL(ktype_by_name("struct task_struct"), TYPE_TASK_STRUCT);
    CU_ASSERT_EQUAL(ktype_by_name("task"), TYPE_NONE);
    CU_ASSERT_EQUAL(ktype_by_name(""), TYPE_NONE);
}

static void check_path(enum ktype type, u32 offset, const char *expected)
{
    struct strbuf out = STRBUF_INIT;

    field_path(type, offset, &out);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), expected);
    strbuf_finish(&out);
}

static void test_paths(void)
{
    check_path(TYPE_TASK_STRUCT, 144, "pid");
    check_path(TYPE_TASK_STRUCT, 448 + 36, "thread.esp");
    check_path(TYPE_TASK_STRUCT, 448 + 38, "thread.esp");
    check_path(TYPE_TASK_STRUCT, 200, "pids[PIDTYPE_TGID].nr");
    check_path(TYPE_SIGHAND_STRUCT, 4 + 8 * 20 + 4, "action[8].sa_flags");
    check_path(TYPE_KERNEL_DATA, offsetof(struct kernel_data, runqueue.nr_running),
               "runqueue.nr_running");
    check_path(TYPE_KERNEL_DATA, offsetof(struct kernel_data, runqueue.arrays[1].queue[120]),
               "runqueue.arrays[1].queue[120]");
    check_path(TYPE_TASK_STRUCT, 1264, "");
}

static void check_value(enum ktype type, const char *name, const void *bytes, kaddr self,
                        const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    const struct field *f = find_field(type, name);

    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    field_value(NULL, NULL, f, bytes, self, &out);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), expected);
    strbuf_finish(&out);
}

static void test_values(void)
{
    const struct list_head empty = { 0xC1000020, 0xC1000020 };
    const struct list_head removed = { LIST_POISON1, LIST_POISON2 };
    const struct sigset usr1_kill = { { 1u << 8 | 1u << 9, 0 } }, all = { { ~0u, ~0u } };
    char comm[TASK_COMM_LEN] = "a\033b";
    s32 minus = -1;
    u32 zombie = EXIT_ZOMBIE, status = 3 << 8, flags = PF_EXITING | PF_SIGNALED, zero = 0;
    u32 eip = ksym_address(KSYM_ret_from_fork);

    check_value(TYPE_TASK_STRUCT, "lock_depth", &minus, 0, "-1");
    check_value(TYPE_TASK_STRUCT, "state", &zero, 0, "0 TASK_RUNNING");
    check_value(TYPE_TASK_STRUCT, "exit_state", &zero, 0, "0");
    check_value(TYPE_TASK_STRUCT, "exit_state", &zombie, 0, "16 EXIT_ZOMBIE");
    check_value(TYPE_TASK_STRUCT, "exit_code", &status, 0, "768 (exit 3)");
    check_value(TYPE_TASK_STRUCT, "exit_signal", &minus, 0, "-1");
    check_value(TYPE_TASK_STRUCT, "flags", &flags, 0, "PF_EXITING|PF_SIGNALED");
    check_value(TYPE_TASK_STRUCT, "mm", &zero, 0, "NULL");
    check_value(TYPE_TASK_STRUCT, "children", &empty, 0xC1000020, "empty");
    check_value(TYPE_TASK_STRUCT, "children", &empty, 0xC1000040, "next c1000020 prev c1000020");
    check_value(TYPE_TASK_STRUCT, "tasks", &removed, 0xC1000020, "removed");
    check_value(TYPE_TASK_STRUCT, "blocked", &usr1_kill, 0, "SIGKILL SIGUSR1");
    check_value(TYPE_TASK_STRUCT, "blocked", &all, 0, "all");
    check_value(TYPE_TASK_STRUCT, "comm", comm, 0, "\"a^[b\"");
    check_value(TYPE_THREAD_STRUCT, "eip", &eip, 0, "c0100300 <ret_from_fork>");
}

static CU_TestInfo tests[] = {
    { "task_struct's fields lie where 2.6.11 has them", test_task_struct },
    { "so do those of thread_info, pt_regs and thread_struct", test_stack_structures },
    { "every table ascends and names its type", test_tables_ascend },
    { "a path leads to the innermost field", test_paths },
    { "values are shown by their kind", test_values },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "fields", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
