// Scripts: files whose first line says which program is to read them. (fs/binfmt_script.c)
#include "kernel/binfmt.h"

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
    if (!parse_script_line(script->host.bytes, script->size, &line) || script->interpreter < 0)
        KRETURN(-ENOEXEC);
    // In front of the other arguments: the program, its one argument, the script.
    remove_arg_zero(m, bprm);
    if ((error = add_argument(m, bprm, (const char *)kpointer(m, bprm->filename))) ||
        (line.argument[0] && (error = add_argument(m, bprm, line.argument))) ||
        (error = add_argument(m, bprm, line.interpreter)))
        KRETURN(error);
    error = open_host_exec(m, (u32)script->interpreter, &file);
    if (error) {
        set(m, bprm->lacks_interpreter, 1u);
        KRETURN(error);
    }
    fput(m, bprm->file);
    set(m, bprm->file, file);
    return search_binary_handler(m, bprm, true);
}
