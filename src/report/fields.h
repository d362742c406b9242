// The types of the simulated kernel as tables: each structure's fields, and how to show their values.
#ifndef REPORT_FIELDS_H
#define REPORT_FIELDS_H

#include "kernel/kernel.h"
#include "machine/record.h"
#include "procarium/names.h"

enum ktype {
    TYPE_NONE, // not a structure of the table
    TYPE_TASK_STRUCT,
    TYPE_THREAD_INFO,
    TYPE_PT_REGS,
    TYPE_THREAD_STRUCT,
    TYPE_PID,
    TYPE_SIGPENDING,
    TYPE_SIGQUEUE,
    TYPE_K_SIGACTION,
    TYPE_SIGHAND_STRUCT,
    TYPE_SIGNAL_STRUCT,
    TYPE_RLIMIT,
    TYPE_FILES_STRUCT,
    TYPE_FS_STRUCT,
    TYPE_FILE,
    TYPE_DENTRY,
    TYPE_NAMESPACE,
    TYPE_SEM_UNDO_LIST,
    TYPE_USER_STRUCT,
    TYPE_GROUP_INFO,
    TYPE_MM_STRUCT,
    TYPE_PAGE,
    TYPE_ZONE,
    TYPE_FREE_AREA,
    TYPE_ARRAY_CACHE,
    TYPE_KMEM_CACHE,
    TYPE_SLAB,
    TYPE_RUNQUEUE,
    TYPE_PRIO_ARRAY,
    TYPE_LIST_HEAD,
    TYPE_WAIT_QUEUE_HEAD,
    TYPE_WAIT_QUEUE,
    TYPE_COMPLETION,
    TYPE_PIDMAP,
    TYPE_KERNEL_CACHES,
    TYPE_KERNEL_DATA,
    TYPE_MM_DATA,
    TYPE_CPU,
    TYPE_VM_AREA_STRUCT,
    TYPE_RB_NODE,
    TYPE_ANON_VMA,
    TYPE_AREA_NAME,
    TYPE_ADDRESS_SPACE,
    TYPE_INODE,
    TYPE_PER_CPU_PAGES,
    TYPE_PAGE_DIRECTORY,
    TYPE_PAGE_TABLE,
    TYPE_PIPE_INODE_INFO,
    TYPE_PIPE_BUFFER,
    TYPE_COUNT
};

enum field_kind {
    KIND_SIGNED,
    KIND_UNSIGNED,
    KIND_HEX,
    KIND_OCTAL,
    KIND_ADDRESS, // kernel address; what = enum ktype of what it points to
    KIND_USER,    // user address
    KIND_CODE,    // kernel text
    KIND_LIST,    // struct list_head; what = enum ktype that its neighbours lie in, or 0
    KIND_STRING,  // characters up to a NUL
    KIND_SIGSET,
    KIND_FLAGS, // what = enum name_set
    KIND_NAME,  // one value with a name; what = enum name_set
    KIND_SIGNAL,
    KIND_STATUS,  // a wait status
    KIND_HANDLER, // SIG_DFL, SIG_IGN or a user address
    KIND_STRUCT,  // what = enum ktype
    KIND_ENTRY,   // of a page table or directory
    KIND_BYTES    // nothing to show but their number
};

// Groups for people, in the order in which `task` shows them.
enum field_group {
    GROUP_NONE, // not shown by `task`
    GROUP_IDENTITY,
    GROUP_STATE,
    GROUP_USE, // who refers to it, and what it is doing
    GROUP_SCHEDULING,
    GROUP_FAMILY,
    GROUP_MEMORY,
    GROUP_FILES,
    GROUP_SIGNALS,
    GROUP_TIMES,
    GROUP_STACK,
    GROUP_COUNT
};

struct field {
    const char *name;
    u32 offset;
    u32 size;  // bytes of one element
    u16 count; // elements; 1 = not an array
    u8 kind;   // enum field_kind
    u8 what;   // see enum field_kind
    u8 group;  // enum field_group
    bool essential;
};

struct ktype_info {
    const char *name; // without "struct "
    u32 size;
    const struct field *fields; // by ascending offset
    u32 count;
};

const struct ktype_info *ktype_info(enum ktype type);
// By name, with or without "struct ". TYPE_NONE if there is none.
enum ktype ktype_by_name(const char *name);
const char *field_group_name(enum field_group group);

// The field of a type that an offset lies in, or NULL (padding).
const struct field *field_at(enum ktype type, u32 offset);

// The way to the innermost field at an offset.
struct field_path {
    const struct field *field; // innermost, or NULL
    u32 start;                 // offset of that field (of the array's element)
    enum ktype type;           // the structure that it belongs to
};

// Adds the path's text, "pids[0].nr" or "thread.esp", to out (which may be NULL) and returns the
// way. Nothing is added for an offset that no field covers.
struct field_path field_path(enum ktype type, u32 offset, struct strbuf *out);

// Adds one field's value (one element), given its bytes. m and then (both may be NULL) are for
// names of what it points to; self is the field's own address if known, else 0.
void field_value(const struct machine *m, const struct moment *then, const struct field *f,
                 const void *bytes, kaddr self, struct strbuf *out);

// The parts of the tables. (fields_task.c, fields_kernel.c, fields_memory.c,
// fields_files.c)
extern const struct ktype_info task_types[TYPE_COUNT];
extern const struct ktype_info kernel_types[TYPE_COUNT];
extern const struct ktype_info memory_types[TYPE_COUNT];
extern const struct ktype_info file_types[TYPE_COUNT];

// For the tables.
#define FIELD_SIZE(type, member) sizeof(((const struct type *)0)->member)
#define FIELD(type, member, kind, what, group)                                                     \
    {                                                                                              \
#member, (u32)offsetof(struct type, member), (u32)FIELD_SIZE(type, member), 1, (kind),     \
            (what), (group), false                                                                 \
    }
#define ESSENTIAL(type, member, kind, what, group)                                                 \
    {                                                                                              \
#member, (u32)offsetof(struct type, member), (u32)FIELD_SIZE(type, member), 1, (kind),     \
            (what), (group), true                                                                  \
    }
#define ARRAY(type, member, kind, what, group)                                                     \
    {                                                                                              \
#member, (u32)offsetof(struct type, member), (u32)FIELD_SIZE(type, member[0]),             \
            (u16)(FIELD_SIZE(type, member) / FIELD_SIZE(type, member[0])), (kind), (what),         \
            (group), false                                                                         \
    }
#define KTYPE(name, fields)                                                                        \
    {                                                                                              \
#name, (u32)sizeof(struct name), (fields), (u32)(sizeof(fields) / sizeof((fields)[0]))     \
    }

#endif
