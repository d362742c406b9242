// The fields of address spaces' structures: areas, page tables, what maps files.
#include "mm/vm.h"
#include "report/fields.h"

static const struct field vm_area_struct_fields[] = {
#define F(member, kind, what) FIELD(vm_area_struct, member, kind, what, GROUP_NONE)
    F(vm_mm, KIND_ADDRESS, TYPE_MM_STRUCT),
    F(vm_start, KIND_USER, 0),
    F(vm_end, KIND_USER, 0),
    F(vm_next, KIND_ADDRESS, TYPE_VM_AREA_STRUCT),
    F(vm_page_prot, KIND_ENTRY, 0),
    F(vm_flags, KIND_FLAGS, NAMES_VM),
    F(vm_rb, KIND_STRUCT, TYPE_RB_NODE),
    ARRAY(vm_area_struct, shared, KIND_HEX, 0, GROUP_NONE),
    F(anon_vma_node, KIND_LIST, TYPE_VM_AREA_STRUCT),
    F(anon_vma, KIND_ADDRESS, TYPE_ANON_VMA),
    F(vm_ops, KIND_NAME, NAMES_VM_OPS),
    F(vm_pgoff, KIND_UNSIGNED, 0),
    F(vm_file, KIND_ADDRESS, TYPE_FILE),
    F(vm_private_data, KIND_ADDRESS, TYPE_AREA_NAME),
    F(vm_truncate_count, KIND_UNSIGNED, 0),
#undef F
};

static const struct field rb_node_fields[] = {
#define F(member, kind, what) FIELD(rb_node, member, kind, what, GROUP_NONE)
    F(rb_parent, KIND_ADDRESS, TYPE_RB_NODE),
    F(rb_color, KIND_NAME, NAMES_RB),
    F(rb_right, KIND_ADDRESS, TYPE_RB_NODE),
    F(rb_left, KIND_ADDRESS, TYPE_RB_NODE),
#undef F
};

static const struct field anon_vma_fields[] = {
    FIELD(anon_vma, head, KIND_LIST, TYPE_VM_AREA_STRUCT, GROUP_NONE),
};

static const struct field area_name_fields[] = {
    FIELD(area_name, count, KIND_SIGNED, 0, GROUP_NONE),
    FIELD(area_name, name, KIND_STRING, 0, GROUP_NONE),
};

static const struct field per_cpu_pages_fields[] = {
    FIELD(per_cpu_pages, count, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(per_cpu_pages, low, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(per_cpu_pages, high, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(per_cpu_pages, batch, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(per_cpu_pages, list, KIND_LIST, TYPE_PAGE, GROUP_NONE),
};

static const struct field page_directory_fields[] = {
    ARRAY(page_directory, pgd, KIND_ENTRY, 0, GROUP_NONE),
};

static const struct field page_table_fields[] = {
    ARRAY(page_table, pte, KIND_ENTRY, 0, GROUP_NONE),
};

const struct ktype_info memory_types[TYPE_COUNT] = {
    [TYPE_VM_AREA_STRUCT] = KTYPE(vm_area_struct, vm_area_struct_fields),
    [TYPE_RB_NODE] = KTYPE(rb_node, rb_node_fields),
    [TYPE_ANON_VMA] = KTYPE(anon_vma, anon_vma_fields),
    [TYPE_AREA_NAME] = KTYPE(area_name, area_name_fields),
    [TYPE_PER_CPU_PAGES] = KTYPE(per_cpu_pages, per_cpu_pages_fields),
    [TYPE_PAGE_DIRECTORY] = KTYPE(page_directory, page_directory_fields),
    [TYPE_PAGE_TABLE] = KTYPE(page_table, page_table_fields),
};
