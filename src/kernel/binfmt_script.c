// Scripts: files whose first line says which program is to read them. (fs/binfmt_script.c)
#include "kernel/binfmt.h"
#include "kernel/files.h"

// The first of the arguments goes: another will take its place. After fs/exec.c.
static void remove_arg_zero(struct machine *m, const struct linux_binprm *bprm)
{
    if (!bprm->argc)
        return;
    u32 p = bprm->p;
    char c;

    do { // behind the NUL, through the pages
        c = ((const char *)kpointer(m, bprm->page[p / PAGE_SIZE]))[p % PAGE_SIZE];
        p++;
    } while (c);
    set(m, bprm->p, p);
    set(m, bprm->argc, bprm->argc - 1);
}

static s32 add_argument(struct machine *m, const struct linux_binprm *bprm, const char *string)
{
    s32 error = copy_string(m, bprm, string);

    if (!error)
        set(m, bprm->argc, bprm->argc + 1);
    return error;
}

// The first line of a file that somebody has created. False without memory; the line is empty if
// it is no script.
static bool read_first_line(struct machine *m, kaddr file, struct script_line *line)
{
    const struct inode *inode = inode_at(m, file_at(m, file)->f_inode);
    u32 size = inode->i_size < SCRIPT_LINE_MAX ? inode->i_size : SCRIPT_LINE_MAX;
    bool is_major;

    *line = (struct script_line){ .argument = "" };
    if (!size)
        return true;
    pfn frame = find_or_read_page(m, inode, 0, &is_major);
    if (!frame)
        return false;
    const u8 *bytes = kpointer(m, pfn_to_kaddr(frame));
    if (size > 2 && bytes[0] == '#' && bytes[1] == '!')
        parse_script_line(bytes, size, line);
    free_pages(m, pfn_to_kaddr(frame), 0);
    return true;
}

// What a script names is opened as the script itself was: on the host, or here.
static s32 open_interpreter(struct machine *m, const struct program *script,
                            const struct script_line *line, kaddr *file)
{
    return script ? open_host_exec(m, (u32)script->interpreter, file)
                  : open_exec(m, line->interpreter, file);
}

s32 load_script(struct machine *m, const struct linux_binprm *bprm)
{
    KFN(m, load_script);
    if (is_resuming(m))
        return search_binary_handler(m, bprm, true);
    const struct program *script = program_of_file(m, bprm->file);
    struct script_line line;
    kaddr file;
    s32 error;

    set(m, bprm->sh_bang, 1u);
    if (!script && !read_first_line(m, bprm->file, &line))
        KRETURN(-ENOMEM);
    if (script)
        parse_script_line(script->host.bytes, script->size, &line);
    if (!line.interpreter[0] || (script && script->interpreter < 0))
        KRETURN(-ENOEXEC);
    // In front of the other arguments: the program, its one argument, the script.
    remove_arg_zero(m, bprm);
    if ((error = add_argument(m, bprm, (const char *)kpointer(m, bprm->filename))) ||
        (line.argument[0] && (error = add_argument(m, bprm, line.argument))) ||
        (error = add_argument(m, bprm, line.interpreter)))
        KRETURN(error);
    error = open_interpreter(m, script, &line, &file);
    if (error) {
        set(m, bprm->lacks_interpreter, 1u);
        KRETURN(error);
    }
    fput(m, bprm->file);
    set(m, bprm->file, file);
    return search_binary_handler(m, bprm, true);
}
