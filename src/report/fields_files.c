// The fields of files' structures: descriptor tables, open files, names, inodes, pipes.
#include "kernel/pipe.h"
#include "report/fields.h"

static const struct field files_struct_fields[] = {
#define F(member, kind, what) FIELD(files_struct, member, kind, what, GROUP_FILES)
    ESSENTIAL(files_struct, count, KIND_SIGNED, 0, GROUP_FILES),
    F(max_fds, KIND_SIGNED, 0),
    F(max_fdset, KIND_SIGNED, 0),
    F(next_fd, KIND_SIGNED, 0),
    F(fd, KIND_ADDRESS, TYPE_NONE),
    F(close_on_exec, KIND_ADDRESS, TYPE_NONE),
    F(open_fds, KIND_ADDRESS, TYPE_NONE),
    ARRAY(files_struct, close_on_exec_init, KIND_HEX, 0, GROUP_NONE),
    ARRAY(files_struct, open_fds_init, KIND_HEX, 0, GROUP_NONE),
    ARRAY(files_struct, fd_array, KIND_ADDRESS, TYPE_FILE, GROUP_NONE),
#undef F
};

static const struct field fs_struct_fields[] = {
#define F(member, kind, what) FIELD(fs_struct, member, kind, what, GROUP_FILES)
    ESSENTIAL(fs_struct, count, KIND_SIGNED, 0, GROUP_FILES),
    F(umask, KIND_OCTAL, 0),
    F(root, KIND_ADDRESS, TYPE_DENTRY),
    F(pwd, KIND_ADDRESS, TYPE_DENTRY),
    F(altroot, KIND_ADDRESS, TYPE_DENTRY),
    F(rootmnt, KIND_ADDRESS, TYPE_NONE),
    F(pwdmnt, KIND_ADDRESS, TYPE_NONE),
    F(altrootmnt, KIND_ADDRESS, TYPE_NONE),
#undef F
};

static const struct field file_fields[] = {
#define F(member, kind, what) FIELD(file, member, kind, what, GROUP_NONE)
    F(f_count, KIND_SIGNED, 0),
    F(f_flags, KIND_FLAGS, NAMES_OPEN),
    F(f_mode, KIND_HEX, 0),
    F(f_uid, KIND_UNSIGNED, 0),
    F(f_pos, KIND_UNSIGNED, 0),
    F(f_dentry, KIND_ADDRESS, TYPE_DENTRY),
    F(f_inode, KIND_ADDRESS, TYPE_INODE),
    F(f_op, KIND_NAME, NAMES_FOPS),
    F(name, KIND_STRING, 0),
#undef F
};

static const struct field dentry_fields[] = {
    FIELD(dentry, d_count, KIND_SIGNED, 0, GROUP_NONE),
    FIELD(dentry, d_inode, KIND_ADDRESS, TYPE_INODE, GROUP_NONE),
    FIELD(dentry, d_parent, KIND_ADDRESS, TYPE_DENTRY, GROUP_NONE),
    FIELD(dentry, d_child, KIND_LIST, TYPE_DENTRY, GROUP_NONE),
    FIELD(dentry, d_subdirs, KIND_LIST, TYPE_DENTRY, GROUP_NONE),
    FIELD(dentry, d_name, KIND_STRING, 0, GROUP_NONE),
};

static const struct field address_space_fields[] = {
    FIELD(address_space, host, KIND_ADDRESS, TYPE_INODE, GROUP_NONE),
    FIELD(address_space, page_tree, KIND_ADDRESS, TYPE_NONE, GROUP_NONE),
    FIELD(address_space, height, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(address_space, nrpages, KIND_UNSIGNED, 0, GROUP_NONE),
};

static const struct field inode_fields[] = {
#define F(member, kind, what) FIELD(inode, member, kind, what, GROUP_NONE)
    F(i_list, KIND_LIST, TYPE_INODE),
    F(i_count, KIND_SIGNED, 0),
    F(i_ino, KIND_UNSIGNED, 0),
    F(i_mode, KIND_OCTAL, 0),
    F(i_uid, KIND_UNSIGNED, 0),
    F(i_size, KIND_UNSIGNED, 0),
    F(i_writecount, KIND_SIGNED, 0),
    F(i_program, KIND_SIGNED, 0),
    F(i_text, KIND_ADDRESS, TYPE_NONE),
    F(i_fop, KIND_NAME, NAMES_FOPS),
    F(i_data, KIND_STRUCT, TYPE_ADDRESS_SPACE),
    F(i_pipe, KIND_ADDRESS, TYPE_PIPE_INODE_INFO),
    F(i_name, KIND_STRING, 0),
#undef F
};

static const struct field pipe_buffer_fields[] = {
    FIELD(pipe_buffer, page, KIND_ADDRESS, TYPE_PAGE, GROUP_NONE),
    FIELD(pipe_buffer, offset, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(pipe_buffer, len, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(pipe_buffer, ops, KIND_NAME, NAMES_PIPE_BUF, GROUP_NONE),
};

static const struct field pipe_inode_info_fields[] = {
#define F(member, kind, what) FIELD(pipe_inode_info, member, kind, what, GROUP_NONE)
    F(wait, KIND_STRUCT, TYPE_WAIT_QUEUE_HEAD),
    F(nrbufs, KIND_UNSIGNED, 0),
    F(curbuf, KIND_UNSIGNED, 0),
    ARRAY(pipe_inode_info, bufs, KIND_STRUCT, TYPE_PIPE_BUFFER, GROUP_NONE),
    F(tmp_page, KIND_ADDRESS, TYPE_PAGE),
    F(start, KIND_UNSIGNED, 0),
    F(readers, KIND_UNSIGNED, 0),
    F(writers, KIND_UNSIGNED, 0),
    F(waiting_writers, KIND_UNSIGNED, 0),
    F(r_counter, KIND_UNSIGNED, 0),
    F(w_counter, KIND_UNSIGNED, 0),
    F(fasync_readers, KIND_ADDRESS, TYPE_NONE),
    F(fasync_writers, KIND_ADDRESS, TYPE_NONE),
#undef F
};

const struct ktype_info file_types[TYPE_COUNT] = {
    [TYPE_FILES_STRUCT] = KTYPE(files_struct, files_struct_fields),
    [TYPE_FS_STRUCT] = KTYPE(fs_struct, fs_struct_fields),
    [TYPE_FILE] = KTYPE(file, file_fields),
    [TYPE_DENTRY] = KTYPE(dentry, dentry_fields),
    [TYPE_ADDRESS_SPACE] = KTYPE(address_space, address_space_fields),
    [TYPE_INODE] = KTYPE(inode, inode_fields),
    [TYPE_PIPE_BUFFER] = KTYPE(pipe_buffer, pipe_buffer_fields),
    [TYPE_PIPE_INODE_INFO] = KTYPE(pipe_inode_info, pipe_inode_info_fields),
};
