// The table of commands, in the order in which help shows them.
#include "script/session.h"

#include "procarium/report.h"

#include <string.h>

#define CALL(name_, aliases_, usage_, summary_, help_)                                             \
    .info = { name_, aliases_, FAMILY_CALLS, usage_, summary_, help_, true }, .kind = COMMAND_CALL
#define ACCESSES(name_, usage_, summary_, help_)                                                   \
    .info = { name_, "", FAMILY_CPU, usage_, summary_, help_, true }, .kind = COMMAND_ACCESS
#define CPU_CALL(name_, usage_, summary_, help_)                                                   \
    .info = { name_, "", FAMILY_CPU, usage_, summary_, help_, true }, .kind = COMMAND_CALL
#define ACTS(name_, family_, usage_, summary_, help_)                                              \
    .info = { name_, "", family_, usage_, summary_, help_, true }, .kind = COMMAND_ACT
#define OTHER(name_, family_, kind_, usage_, summary_, help_)                                      \
    .info = { name_, "", family_, usage_, summary_, help_, false }, .kind = kind_
#define LOOKS(name_, usage_, summary_, help_)                                                      \
    OTHER(name_, FAMILY_LOOKING, COMMAND_LOOK, usage_, summary_, help_)
#define TRAVELS(name_, usage_, summary_, help_)                                                    \
    OTHER(name_, FAMILY_TIME, COMMAND_TRAVEL, usage_, summary_, help_)

#define VIEWS(name_, usage_, summary_, help_)                                                      \
    OTHER(name_, FAMILY_VIEW, COMMAND_VIEW, usage_, summary_, help_)

const char key_names[] =
    "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 Space Tab Enter Esc Backspace Up Down Left Right "
    "Home End PageUp PageDown Alt Ctrl Shift mouse";

#define PANES "tasks states trace task stack kernel memory files timeline ring narration"

#define LAYOUTS "teach memory kernel sched io all"

const char pane_names[] = PANES;
const char layout_names[] = LAYOUTS;

const char *views_of_pane(const char *pane)
{
    static const struct {
        const char *pane, *views;
    } all[] = {
        { "tasks", "threads folded" }, { "trace", "words fields calls" },
        { "task", "short all" },       { "kernel", "slabs pids runq blocks" },
        { "files", "fds signals" },
    };

    for (u32 i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].pane, pane) == 0)
            return all[i].views;
    return "";
}

#define PRESS_NAME(id, name) " " name

const char *const press_names = &PRESS_KEYS(PRESS_NAME)[1];

// What completion offers where any word may stand.
#define FILES       "/etc/passwd /etc/motd /tmp/file /dev/null /dev/zero /dev/console /dev/hda"
#define DIRECTORIES "/ /bin /dev /etc /home/ada /root /tmp"
#define STRUCTURES                                                                                 \
    "task_struct thread_info pt_regs mm_struct signal_struct sighand_struct files_struct "         \
    "fs_struct vm_area_struct inode kmem_cache slab page runqueue user_struct file "               \
    "dentry pipe_inode_info"

const struct command_row command_table[] = {
    // ---- Calls
    { CALL("fork", "", "fork [eager=1]", "makes a child: a copy of the acting task",
           "Returns twice: the child's PID in the parent, 0 in the child. Their pages are the same "
           "until one of them writes; with eager=1 all are copied at once, as before "
           "copy-on-write."),
      .max_words = 1, .type = { TYPE_CHOICE }, .choices = "eager=1", .number = __NR_fork,
      .prepare = prepare_fork },
    { CALL("vfork", "", "vfork", "makes a child that borrows the parent's memory",
           "The parent waits in state D until the child calls exec or exit."),
      .number = __NR_vfork, .prepare = prepare_plain },
    { CALL("clone", "", "clone [FLAG|FLAG…] [stack=ADDR] [ptid=ADDR] [ctid=ADDR] [tls=INDEX]",
           "makes a task that shares what the flags say",
           "Flags are those of clone(2); CLONE_ and case may be left out: clone VM|FS|SIGCHLD. The "
           "name of a signal among them is the exit signal; without one the parent gets none. "
           "`clone thread` stands for the flags that the C library passes for a POSIX thread."),
      .max_words = 5, .type = { TYPE_CLONE }, .number = __NR_clone, .prepare = prepare_clone },
    { CALL("exec", "execve", "exec PATH [ARG…]", "runs another program in the acting task",
           "The task keeps its PID, parent and descriptors; memory, name and caught signals "
           "are new. PATH is a program of the catalogue, such as /bin/ls (Tab behind exec / "
           "lists them), or a script that begins with #! and a program's path (open can make "
           "one, with mode=755), or a file of your own computer: host:/bin/ls, host:./a.out. "
           "Of that, an ELF program or a script, the parts lie where they would on i386, with "
           "the file's real bytes, which come in by page faults; nothing of it is carried out. "
           "It is read when the command is given, and never again."),
      .min_words = 1, .max_words = ANY_COUNT, .type = { TYPE_PROGRAM, TYPE_NONE },
      .number = __NR_execve, .prepare = prepare_execve },
    { CALL("exit", "", "exit [CODE]", "ends the acting task",
           "It stays as a zombie until its parent waits for it. To leave procarium, use quit."),
      .max_words = 1, .type = { TYPE_NUMBER }, .number = __NR_exit, .prepare = prepare_numbers },
    { CALL("exit_group", "", "exit_group [CODE]", "ends all threads of the acting task's process",
           "This is what a C program's exit() calls."),
      .max_words = 1, .type = { TYPE_NUMBER }, .number = __NR_exit_group,
      .prepare = prepare_numbers },
    { CALL(
          "wait4", "wait waitpid", "wait4 [PID] [OPTION|OPTION…]",
          "waits for a child to end, and releases it",
          "PID -1 (also without one): any child; 0: any in the own process group; below -1: any in "
          "that group. Options: WNOHANG, WUNTRACED, WCONTINUED, __WALL, __WCLONE, __WNOTHREAD."),
      .max_words = 2, .type = { TYPE_PID, TYPE_WAIT }, .number = __NR_wait4,
      .prepare = prepare_wait4 },
    { CALL("kill", "", "kill [-SIGNAL] PID", "sends a signal to a process, a group, or everyone",
           "As in kill(1): kill -9 3, kill -TERM 3, and without a signal SIGTERM. PID 0 is the own "
           "process group, -1 everyone, below -1 that group: kill -HUP -5. Signal 0 only asks "
           "whether it could be sent."),
      .min_words = 1, .max_words = 2, .type = { TYPE_DASH_SIGNAL, TYPE_PID }, .number = __NR_kill,
      .prepare = prepare_kill },
    { CALL("tgkill", "", "tgkill TGID TID SIGNAL", "sends a signal to one thread", ""),
      .min_words = 3, .max_words = 3, .type = { TYPE_PID, TYPE_PID, TYPE_SIGNAL },
      .number = __NR_tgkill, .prepare = prepare_tgkill },
    { CALL("signal", "sigaction",
           "signal SIGNAL default|ignore|handler [restart] [nodefer] [resethand] [nocldstop] "
           "[nocldwait]",
           "says what a signal does to the acting task's process",
           "This is rt_sigaction(2). No flag is set unless it is written: a call that a handler "
           "interrupts returns EINTR unless `restart` is."),
      .min_words = 2, .max_words = 7, .type = { TYPE_SIGNAL, TYPE_CHOICE },
      .choices = "default ignore handler restart nodefer resethand nocldstop nocldwait",
      .number = __NR_rt_sigaction, .prepare = prepare_signal },
    { CALL("sigprocmask", "", "sigprocmask block|unblock|set [SIGNAL…]",
           "blocks signals, or lets them through", ""),
      .min_words = 1, .max_words = ANY_COUNT, .type = { TYPE_CHOICE, TYPE_SIGNAL },
      .choices = "block unblock set", .number = __NR_rt_sigprocmask,
      .prepare = prepare_sigprocmask },
    { CALL("pause", "", "pause", "sleeps until a signal is caught", ""), .number = __NR_pause,
      .prepare = prepare_plain },
    { CALL("setpgid", "", "setpgid PID PGID", "moves a process to a process group",
           "0 stands for the acting task, and for a group of its own."),
      .min_words = 2, .max_words = 2, .type = { TYPE_PID }, .number = __NR_setpgid,
      .prepare = prepare_numbers },
    { CALL("setsid", "", "setsid", "begins a session, with a process group of its own", ""),
      .number = __NR_setsid, .prepare = prepare_plain },
    { CALL("nice", "", "nice N", "makes the acting task give way (N > 0) or push forward (N < 0)",
           ""),
      .min_words = 1, .max_words = 1, .type = { TYPE_NUMBER }, .number = __NR_nice,
      .prepare = prepare_numbers },
    { CALL("sched_yield", "", "sched_yield", "lets the other runnable tasks run first", ""),
      .number = __NR_sched_yield, .prepare = prepare_plain },
    { CALL("setrlimit", "", "setrlimit RESOURCE SOFT [HARD]", "limits what a process may use",
           "setrlimit NPROC 5 lets the user have five tasks; `unlimited` takes the limit away. The "
           "hard limit is the soft one unless it is given. AS, CORE, DATA, FSIZE, NOFILE, NPROC, "
           "SIGPENDING and STACK hold here; the others are only kept."),
      .min_words = 2, .max_words = 3, .type = { TYPE_RLIMIT, TYPE_NUMBER },
      .number = __NR_setrlimit, .prepare = prepare_setrlimit },
    { CALL("setuid", "", "setuid UID", "makes the acting task another user's",
           "Limits hold for ordinary users only; UID 0 is root."),
      .min_words = 1, .max_words = 1, .type = { TYPE_NUMBER }, .number = __NR_setuid,
      .prepare = prepare_numbers },
    { CALL("ioperm", "", "ioperm PORT COUNT 0|1",
           "lets the acting task use I/O ports, or no longer",
           "The first call gives the task an I/O permission bitmap, 8192 bytes; its children get a "
           "copy."),
      .min_words = 3, .max_words = 3, .type = { TYPE_NUMBER }, .number = __NR_ioperm,
      .prepare = prepare_numbers },
    { CALL("prctl", "", "prctl PR_SET_PDEATHSIG SIGNAL", "asks for a signal when the parent dies",
           ""),
      .min_words = 2, .max_words = 2, .type = { TYPE_CHOICE, TYPE_SIGNAL },
      .choices = "PR_SET_PDEATHSIG", .number = __NR_prctl, .prepare = prepare_prctl },
    { CALL("mmap", "", "mmap PAGES private|shared [NAME] [prot=rwx|none] [fd=N] [at=ADDR]",
           "maps memory: returns its address",
           "NAME can stand for the address in load, store, munmap and mprotect: load NAME+1p. "
           "Without prot it can be read and written; prot takes letters of rwx. fd maps an "
           "open file from its beginning. at says where, whatever is mapped there already "
           "(MAP_FIXED)."),
      .min_words = 2, .max_words = 6, .type = { TYPE_NUMBER, TYPE_CHOICE, TYPE_NONE },
      .choices = "private shared", .number = __NR_mmap, .prepare = prepare_mmap },
    { CALL("munmap", "", "munmap NAME|ADDR [PAGES]", "takes a mapping away, or a part of it",
           "ADDR may be NAME+1p; stack is all of the stack's area. Without PAGES: up to the end of "
           "what is mapped there."),
      .min_words = 1, .max_words = 2, .type = { TYPE_REGION, TYPE_NUMBER }, .number = __NR_munmap,
      .prepare = prepare_munmap },
    { CALL("mprotect", "", "mprotect NAME|ADDR [PAGES] none|r|rw|rx|rwx",
           "changes what may be done with memory", "As munmap, ADDR may be NAME+1p."),
      .min_words = 2, .max_words = 3, .type = { TYPE_REGION, TYPE_CHOICE },
      .choices = "none r rw rx rwx", .number = __NR_mprotect, .prepare = prepare_mprotect },
    { CALL("brk", "", "brk [ADDR | +BYTES | +PAGESp | -PAGESp]", "moves the end of the heap",
           "Returns the end, moved or not."),
      .max_words = 1, .type = { TYPE_REGION }, .number = __NR_brk, .prepare = prepare_brk },
    { CALL("open", "", "open PATH [FLAG|FLAG…] [mode=OCTAL]", "opens a file: returns a descriptor",
           "Flags are those of open(2), O_ may be left out: open /tmp/log RDWR|CREAT. Without "
           "flags it is read-only. There are some files to open, such as /etc/passwd; CREAT makes "
           "others, with the mode 0666 less the umask."),
      .min_words = 1, .max_words = 3, .type = { TYPE_CHOICE, TYPE_OPEN }, .choices = FILES,
      .number = __NR_open, .prepare = prepare_open },
    { CALL("close", "", "close FD", "closes a descriptor", ""), .min_words = 1, .max_words = 1,
      .type = { TYPE_NUMBER }, .number = __NR_close, .prepare = prepare_numbers },
    { CALL(
          "read", "", "read FD BYTES [ADDR]", "reads from an open file, and shows what it got",
          "The bytes go to the program's stack, or to ADDR, as load knows it. A read from an empty "
          "pipe sleeps until somebody writes; it returns 0, the end of the file, when nobody can "
          "write any more."),
      .min_words = 2, .max_words = 3, .type = { TYPE_NUMBER, TYPE_NUMBER, TYPE_REGION },
      .number = __NR_read, .prepare = prepare_read },
    { CALL("write", "", "write FD TEXT | write FD ADDR BYTES", "writes to an open file",
           "The program has the text on its stack: write 1 \"hello\\n\". Or the bytes come from "
           "ADDR, as load knows it: write 4 heap 65536. A write to a full pipe (16 pages) sleeps; "
           "to one that nobody reads any more it fails with EPIPE, and SIGPIPE comes."),
      .min_words = 2, .max_words = 3, .type = { TYPE_NUMBER, TYPE_TEXT, TYPE_NUMBER },
      .number = __NR_write, .prepare = prepare_write },
    { CALL("lseek", "", "lseek FD OFFSET [SEEK_SET|SEEK_CUR|SEEK_END]",
           "moves the position of an open file", ""),
      .min_words = 2, .max_words = 3, .type = { TYPE_NUMBER, TYPE_NUMBER, TYPE_CHOICE },
      .choices = "SEEK_SET SEEK_CUR SEEK_END", .number = __NR_lseek, .prepare = prepare_lseek },
    { CALL("pipe", "", "pipe [ADDR]", "makes a pipe: a descriptor to read, another to write",
           "They are the two lowest free ones. The call writes them to the program's stack, or to "
           "ADDR, and returns 0."),
      .max_words = 1, .type = { TYPE_REGION }, .number = __NR_pipe, .prepare = prepare_pipe },
    { CALL("dup", "", "dup FD", "makes another descriptor for the same open file", ""),
      .min_words = 1, .max_words = 1, .type = { TYPE_NUMBER }, .number = __NR_dup,
      .prepare = prepare_numbers },
    { CALL("dup2", "", "dup2 OLD NEW", "makes another descriptor, at a number that is given", ""),
      .min_words = 2, .max_words = 2, .type = { TYPE_NUMBER }, .number = __NR_dup2,
      .prepare = prepare_numbers },
    { CALL(
          "fcntl", "", "fcntl FD F_GETFD|F_SETFD|F_GETFL|F_SETFL|F_DUPFD [VALUE]",
          "asks for, or changes, what goes with a descriptor",
          "F_SETFD FD_CLOEXEC lets exec close it, F_SETFD 0 does not; F_SETFL takes the flags of "
          "open that can be changed, APPEND and NONBLOCK, and they hold for all who share the open "
          "file; F_DUPFD is dup, but not below VALUE."),
      .min_words = 2, .max_words = 3, .type = { TYPE_NUMBER, TYPE_CHOICE },
      .choices = "F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD FD_CLOEXEC NONBLOCK APPEND 0",
      .number = __NR_fcntl, .prepare = prepare_fcntl },
    { CALL("unlink", "rm", "unlink PATH", "takes a file's name away",
           "The file itself goes when nobody has it open any more."),
      .min_words = 1, .max_words = 1, .type = { TYPE_CHOICE }, .choices = "/tmp/file",
      .number = __NR_unlink, .prepare = prepare_path },
    { CALL("chdir", "cd", "chdir PATH", "changes the working directory", ""), .min_words = 1,
      .max_words = 1, .type = { TYPE_CHOICE }, .choices = DIRECTORIES, .number = __NR_chdir,
      .prepare = prepare_path },
    { CALL("chroot", "", "chroot PATH", "changes the root directory", ""), .min_words = 1,
      .max_words = 1, .type = { TYPE_CHOICE }, .choices = DIRECTORIES, .number = __NR_chroot,
      .prepare = prepare_path },
    { CALL("getcwd", "pwd", "getcwd", "shows the working directory", ""), .number = __NR_getcwd,
      .prepare = prepare_getcwd },
    { CALL("umask", "", "umask OCTAL", "says which permissions new files do not get",
           "Returns the old mask, as a decimal number."),
      .min_words = 1, .max_words = 1, .type = { TYPE_NUMBER }, .number = __NR_umask,
      .prepare = prepare_umask },

    // ---- The CPU
    { ACCESSES(
          "load", "load ADDR [BYTES] [pages=N]", "the acting task reads its memory",
          "ADDR is a number, or a part of its memory with an offset in bytes or pages: heap, "
          "data+16, stack-2p, NAME+1p. The parts are text, data, bss, heap, stack and those that "
          "mmap was given names for. Without BYTES: 4. $? becomes the first 4 of them. "
          "pages=3 does the same in the next two pages."),
      .min_words = 1, .max_words = 3, .type = { TYPE_REGION, TYPE_NUMBER },
      .prepare = prepare_load },
    { ACCESSES(
          "store", "store ADDR NUMBER|TEXT [pages=N]", "the acting task writes its memory",
          "A number is stored in 4 bytes, a text as it is: store heap+16 \"hello\". ADDR is as "
          "for load; stack-2p lets the stack pointer go down there first."),
      .min_words = 2, .max_words = 3, .type = { TYPE_REGION, TYPE_TEXT },
      .prepare = prepare_store },

    { CALL(
          "io", "", "io", "reads from the disk, which takes until `irq disk`",
          "The acting task sleeps in state D: no signal wakes it, not even SIGKILL, only the disk. "
          "It is a read of /dev/hda without a descriptor."),
      .number = __NR_read, .prepare = prepare_io },

    // ---- The machine
    { ACTS("irq", FAMILY_MACHINE, "irq disk [PID]", "lets the disk deliver, and interrupt the CPU",
           "What was asked for first comes first; with a PID, what that task waits for."),
      .min_words = 1, .max_words = 2, .type = { TYPE_CHOICE, TYPE_PID }, .choices = "disk",
      .prepare = prepare_irq, .act = act_irq },
    { OTHER(
          "boot", FAMILY_MACHINE, COMMAND_SESSION,
          "boot [bare|sh] [mem=64M] [thread_size=8K|4K] [cache_line=32|64|128]",
          "starts over with a machine that has just been switched on",
          "bare: swapper (0) and init (1), init with the focus. sh: init waits for orphans, and a "
          "shell (2) has the focus. What was there is kept as a branch."),
      .max_words = 4, .traits = TRAIT_SETS_STAGE, .type = { TYPE_CHOICE },
      .choices = "bare sh mem= thread_size= cache_line=", .run = run_boot },
    { ACTS("sysctl", FAMILY_MACHINE, "sysctl [NAME [VALUE]]", "shows or sets the kernel's knobs",
           ""),
      .max_words = 2, .type = { TYPE_SYSCTL, TYPE_NUMBER }, .prepare = prepare_sysctl,
      .act = act_sysctl, .run = run_sysctl },
    { ACTS("settle", FAMILY_MACHINE, "settle on|off",
           "says whether the other tasks run after each command",
           "On: after a command every task that has something left to do in the kernel runs, then "
           "the focus. Off: nobody runs but the acting task, and who it gives way to."),
      .min_words = 1, .max_words = 1, .type = { TYPE_CHOICE }, .choices = "on off",
      .prepare = prepare_settle, .act = act_settle },
    { ACTS("focus", FAMILY_MACHINE, "focus PID",
           "chooses the task that makes the calls written without a PID",
           "One call by another task: write its PID in front, as in 5: fork."),
      .min_words = 1, .max_words = 1, .traits = TRAIT_SETS_STAGE, .type = { TYPE_PID },
      .prepare = prepare_focus, .act = act_focus },

    // ---- Looking
    { LOOKS("ps", "ps", "lists the tasks",
            "> has the CPU, * the focus. ST is the state as /proc has it: R runs or is ready, "
            "S sleeps, D sleeps and no signal wakes it, T is stopped, Z is a zombie. TASK is "
            "where the task_struct lies. At the end: the call that it sleeps in, the signal "
            "that stopped it, or how it ended."),
      .run = run_look, .report = report_ps },
    { LOOKS(
          "pstree", "pstree", "shows the tasks as a tree",
          "Below each task its children; {2 threads} are those of its process beside itself. ▶ has "
          "the CPU, * the focus."),
      .run = run_look, .report = report_pstree },
    { LOOKS(
          "task", "task [PID [OTHER]] [GROUP…] [all]", "shows a task's task_struct",
          "The fields that matter most; all: every field. With OTHER, a second PID, those in which "
          "the two differ. A GROUP leaves out the others: "
          "identity, state, use, scheduling, family, memory, files, signals, times, stack. "
          "`struct` shows the fields in the order in which they lie in memory."),
      .max_words = ANY_COUNT, .type = { TYPE_PID, TYPE_CHOICE }, .choices = report_task_groups,
      .run = run_task },
    { LOOKS("bt", "bt [PID]", "shows the functions on a task's kernel stack",
            "The innermost first, as crash(8) does, then the registers with which it entered the "
            "kernel."),
      .max_words = 1, .type = { TYPE_PID }, .run = run_look_at_task, .report_task = report_bt },
    { LOOKS("stack", "stack [PID]", "draws a task's kernel stack, and how current follows from it",
            ""),
      .max_words = 1, .type = { TYPE_PID }, .run = run_look_at_task, .report_task = report_stack },
    { LOOKS("files", "files [PID]", "shows a task's open files",
            "FILE is where the open file (struct file) lies: equal ones share their position. REFS "
            "counts who uses it; EXEC says what exec does with the descriptor."),
      .max_words = 1, .type = { TYPE_PID }, .run = run_look_at_task, .report_task = report_files },
    { LOOKS("sig", "sig [PID]", "shows a task's signals", ""), .max_words = 1, .type = { TYPE_PID },
      .run = run_look_at_task, .report_task = report_sig },
    { LOOKS(
          "runq", "runq", "shows the run queue",
          "The tasks of each priority in the order in which they get the CPU, with what they have "
          "left of their time slices; > has the CPU now."),
      .run = run_look, .report = report_runq },
    { LOOKS("pidmap", "pidmap", "shows the bitmap of PIDs", ""), .run = run_look,
      .report = report_pidmap },
    { LOOKS("kmem", "kmem [-s [CACHE]]", "shows the page frames; -s: the slab caches",
            "With a cache's name: its slabs, their colours, and which object is handed out next."),
      .max_words = 2, .type = { TYPE_CHOICE },
      .choices = "-s task_struct size-8192 mm_struct files_cache fs_cache sighand_cache "
                 "signal_cache",
      .run = run_kmem },
    { LOOKS("vm", "vm [PID]", "shows a task's memory areas",
            "MAY: what may be done there, and s for shared, p for private. PAGES: how many "
            "fit, THERE: how many are there, for pages come in by faults."),
      .max_words = 1, .type = { TYPE_PID }, .run = run_look_at_task, .report_task = report_vm },
    { LOOKS("vtop", "vtop [PID] ADDR", "walks a task's page tables to an address",
            "ADDR is a number, or a part of the task's memory: vtop 3 heap+1p. Bits: P present, "
            "RW may be written, U by programs too, A accessed, D dirty; N: there is a page, but "
            "PROT_NONE."),
      .min_words = 1, .max_words = 2, .type = { TYPE_PID, TYPE_REGION }, .run = run_vtop },
    { LOOKS("pte", "pte [PID]", "shows every page of a task that is there, with its bits",
            "The bits are those of vtop."),
      .max_words = 1, .type = { TYPE_PID }, .run = run_look_at_task, .report_task = report_ptes },
    { LOOKS("shared", "shared [PID] PID",
            "shows which pages two tasks share, and which have parted",
            "Each one's page frame and what the CPU lets it do there; === is one frame for both."),
      .min_words = 1, .max_words = 2, .type = { TYPE_PID }, .run = run_shared },
    { LOOKS("pages", "pages", "draws all page frames, one character each", ""), .run = run_look,
      .report = report_pages },
    { LOOKS("rd", "rd ADDRESS [WORDS]", "reads memory: the kernel's, or the focus's",
            "Below 0xc0000000, or with a name such as heap+16, it is the focus's memory."),
      .min_words = 1, .max_words = 2, .type = { TYPE_ADDRESS, TYPE_NUMBER }, .run = run_rd },
    { LOOKS("struct", "struct TYPE ADDRESS", "shows a structure's fields",
            "For a task_struct, a PID will do: struct task_struct 3."),
      .min_words = 2, .max_words = 2, .type = { TYPE_CHOICE, TYPE_ADDRESS }, .choices = STRUCTURES,
      .run = run_struct },
    { LOOKS("list", "list [ADDRESS]", "walks a list_head's circle",
            "Without an address: the list of all processes."),
      .max_words = 1, .type = { TYPE_ADDRESS }, .run = run_list },
    { LOOKS("trace", "trace [N] [FUNCTION] [calls] [depth=D]",
            "shows the kernel functions of the last command",
            "As a function graph, with the fields that each function changed. N: that command. "
            "FUNCTION: only what that function does. calls: the functions alone, without what they "
            "changed. depth: leaves out what is nested deeper."),
      .max_words = 4, .type = { TYPE_CHOICE }, .choices = "calls depth=", .run = run_trace },
    { LOOKS("diff", "diff [N | FROM TO]", "shows what the last command changed",
            "N: that command. FROM TO: between two positions of the history."),
      .max_words = 2, .type = { TYPE_NUMBER }, .run = run_diff },
    { LOOKS(
          "explain", "explain [N]", "tells at length what the last command did",
          "The call in C, the kernel functions with their purpose, all events, and what /proc and "
          "crash(8) would show. N: that command."),
      .max_words = 1, .type = { TYPE_NUMBER }, .run = run_explain },
    { LOOKS("history", "history [N]", "lists the last commands (50, or N; 0 = all)", ""),
      .max_words = 1, .type = { TYPE_NUMBER }, .run = run_history },
    { LOOKS("check", "check", "checks all invariants of the machine", ""), .run = run_check },
    { LOOKS("snapshot", "snapshot", "writes every task as one line of JSON", ""),
      .run = run_snapshot },
    { LOOKS("help", "help [NAME]", "explains a command, or lists all", ""), .max_words = 1,
      .type = { TYPE_TOPIC }, .run = run_help },

    // ---- Time
    { TRAVELS("undo", "undo [N]", "takes back the last command, or N", ""), .max_words = 1,
      .traits = TRAIT_COUNTED, .type = { TYPE_NUMBER }, .run = run_undo },
    { TRAVELS("redo", "redo [N]", "does again what undo took back", ""), .max_words = 1,
      .traits = TRAIT_COUNTED, .type = { TYPE_NUMBER }, .run = run_redo },
    { TRAVELS("goto", "goto N", "goes to where N commands have run", ""), .min_words = 1,
      .max_words = 1, .type = { TYPE_NUMBER }, .run = run_goto },
    { TRAVELS("step", "step [N]", "goes to the next kernel function or event inside a command",
              "First undo the command, then step into it."),
      .max_words = 1, .traits = TRAIT_COUNTED | TRAIT_STEPS_ON, .type = { TYPE_NUMBER },
      .number = STEP_INTO, .run = run_step },
    { TRAVELS("next", "next [N]", "goes to the next step, but not into deeper functions", ""),
      .max_words = 1, .traits = TRAIT_COUNTED | TRAIT_STEPS_ON, .type = { TYPE_NUMBER },
      .number = STEP_OVER, .run = run_step },
    { TRAVELS("finish", "finish [N]", "goes on until the current kernel function has returned", ""),
      .max_words = 1, .traits = TRAIT_COUNTED | TRAIT_STEPS_ON, .type = { TYPE_NUMBER },
      .number = STEP_OUT, .run = run_step },
    { TRAVELS("back", "back [N]", "goes one step back", ""), .max_words = 1,
      .traits = TRAIT_COUNTED, .type = { TYPE_NUMBER }, .number = STEP_BACK, .run = run_step },
    { TRAVELS("until", "until [back] FUNCTION | until [back] EVENT [PID [STATE]]",
              "goes on, or back, until a kernel function or an event",
              "until copy_mm stops where copy_mm has just been entered; until state 3 Z where task "
              "3 becomes a zombie; until switch 3 where it gets the CPU; until signal, until "
              "fault. From the end of the history: until back copy_mm. The events: fork state "
              "switch exec send signal exit zombie wait release reparent refused panic fault copy "
              "slab page close."),
      .min_words = 1, .max_words = 4, .type = { TYPE_MOMENT, TYPE_PID, TYPE_STATE },
      .choices = "back", .run = run_until },
    { TRAVELS("branches", "branches [N]", "lists the lines of time that were left, or goes to one",
              "A line is left by boot, and by acting in the past."),
      .max_words = 1, .type = { TYPE_NUMBER }, .run = run_branches },

    // ---- The screen
    { VIEWS("layout", "layout [teach|memory|kernel|sched|io|all]",
            "arranges the panes for a subject, or lists the layouts",
            "Panes that a layout leaves out, or has no room for, come into sight with `pane NAME`. "
            "One that was called so while a lesson is played stays when the lesson arranges them. "
            "Without a terminal this command and the others about the screen do nothing."),
      .max_words = 1, .traits = TRAIT_SETS_STAGE, .type = { TYPE_CHOICE }, .choices = LAYOUTS,
      .run = run_view },
    { VIEWS("pane", "pane [NAME [TAB] | next | previous | console]",
            "says which pane the arrow keys are for, or lists the panes",
            "The panes: " PANES ". TAB is one of the views that some have: pane kernel runq, pane "
            "trace fields. A pane that has no place in the layout gets one."),
      .max_words = 2, .traits = TRAIT_SETS_STAGE, .type = { TYPE_PANE, TYPE_VIEW },
      .choices = "next previous console", .run = run_view },
    { VIEWS(
          "zoom", "zoom [PANE|console|off]", "gives a pane the whole screen, and takes it back",
          "Without a word: the pane that the arrow keys are for or were for last, at first the one "
          "that the layout is about; or back, to what was before."),
      .max_words = 1, .traits = TRAIT_SETS_STAGE, .type = { TYPE_PANE }, .choices = "console off",
      .run = run_view },
    { VIEWS("size", "size PANE|console ROWSxCOLUMNS|taller|shorter|wider|narrower | size reset",
            "changes a pane's size in this layout",
            "With the mouse, drag a border. The others give or take the room; none gets less than "
            "it needs. size reset: as they were."),
      .min_words = 1, .max_words = 2, .traits = TRAIT_SETS_STAGE,
      .type = { TYPE_PANE, TYPE_CHOICE }, .choices = "console taller shorter wider narrower reset",
      .run = run_size },
    { VIEWS("choose", "choose PID|off|back", "says which task the panes about one task show",
            "off: the one that the last thing happened to, else the focus; back: the one before."),
      .min_words = 1, .max_words = 1, .traits = TRAIT_SETS_STAGE, .type = { TYPE_PID },
      .run = run_choose },
    { VIEWS("beside", "beside PID|off",
            "puts another task's memory beside that of the task that is shown",
            "off: the pane chooses, as at first: a child or the parent with common memory."),
      .min_words = 1, .max_words = 1, .traits = TRAIT_SETS_STAGE, .type = { TYPE_PID },
      .run = run_choose },
    { VIEWS("press", "press PANE|console|help|output KEY [TIMES]",
            "presses a key in a pane: scrolls it",
            "KEY is Up, Down, PageUp, PageDown, Home, End, Enter or Esc; WheelUp and WheelDown "
            "are the mouse's wheel, MapUp and MapDown the same over the memory pane's map. help "
            "and output, which is more than the console has room for, lie over the panes: Esc "
            "closes them."),
      .min_words = 2, .max_words = 3, .traits = TRAIT_COUNTED | TRAIT_KEEPS_OUTPUT,
      .type = { TYPE_PANE, TYPE_KEY, TYPE_NUMBER }, .choices = "console help output",
      .run = run_view },
    { VIEWS("redraw", "redraw", "draws the screen anew, when something has garbled it", ""),
      .traits = TRAIT_KEEPS_OUTPUT, .run = run_view },
    { VIEWS("play", "play [off|faster|slower|STEPS]",
            "steps by itself through the demo, or the last command",
            "STEPS a second: 1/4, 1/2, 1, 2, 4, 8, 16 or 32. At the end of the history the last "
            "command is played from its start."),
      .max_words = 1, .type = { TYPE_CHOICE }, .choices = "off faster slower 1/4 1/2 1 2 4 8 16 32",
      .run = run_view },
    { VIEWS("theme", "theme [dark|light|high-contrast|mono] [ascii|utf8]",
            "chooses colours and signs, or lists the themes",
            "high-contrast is for bad projectors. NO_COLOR in the environment begins with mono."),
      .max_words = 2, .traits = TRAIT_SETS_STAGE, .type = { TYPE_CHOICE, TYPE_CHOICE },
      .choices = "dark light high-contrast mono ascii utf8", .run = run_view },
    { VIEWS("mouse", "mouse on|off", "off leaves the mouse to the terminal, for selecting text",
            ""),
      .min_words = 1, .max_words = 1, .type = { TYPE_CHOICE }, .choices = "on off",
      .run = run_view },
    { VIEWS("keys", "keys [KEY]", "shows what the keys do, or hides it",
            "KEY is F1 to F12, Space, Tab, PageDown …, Alt, Ctrl or mouse: what that one does. "
            "help KEY says the same."),
      .max_words = 1, .type = { TYPE_CHOICE }, .choices = key_names, .run = run_view },
    { VIEWS(
          "settings", "settings", "shows what is wrong in the file of settings",
          "That is ~/.config/procarium/config, or in $XDG_CONFIG_HOME. It may hold commands about "
          "the screen, and boot."),
      .run = run_view },

    // ---- Demos and tests
    { OTHER("chapter", FAMILY_DEMO, COMMAND_NARRATE, "chapter \"TITLE\"", "begins a part of a demo",
            ""),
      .min_words = 1, .max_words = 1, .type = { TYPE_TEXT }, .run = run_chapter },
    { OTHER("say", FAMILY_DEMO, COMMAND_NARRATE, "say \"TEXT\"", "tells the reader something",
            "$!, $?, $$ and $NAME in the text are replaced by their values."),
      .min_words = 1, .max_words = 1, .type = { TYPE_TEXT }, .run = run_say },
    { OTHER("ask", FAMILY_DEMO, COMMAND_NARRATE,
            "ask \"QUESTION\" [choices \"A|B|…\"] WHAT… [after \"COMMANDS\"]",
            "asks the reader something that the machine answers",
            "WHAT is something that expect knows: a quantity (children 2), a state (state 3), an "
            "errno, or anything that holds or not (shared mm 2 3: yes or no). With `after`, the "
            "commands are tried in a copy of the machine, and the answer is what is so then: "
            "ask \"Which PID does the child get?\" value after \"fork\". A choice may be "
            "VALUE: WORDS; one of them must be the machine's answer."),
      .min_words = 2, .max_words = ANY_COUNT, .type = { TYPE_TEXT, TYPE_EXPECT }, .run = run_ask },
    { OTHER("cue", FAMILY_DEMO, COMMAND_NARRATE, "cue \"TEXT\"", "tells the speaker something",
            "It is shown in another terminal only, by procarium --notes, which follows the lesson "
            "that is played in this one. A cue belongs to what stands before it."),
      .min_words = 1, .max_words = 1, .traits = TRAIT_UNSEEN, .type = { TYPE_TEXT },
      .run = run_cue },
    { OTHER("expect", FAMILY_DEMO, COMMAND_EXPECT, "expect …", "says what must be so",
            "A failed expect is a mistake: the script stops there."),
      .min_words = 1, .max_words = ANY_COUNT, .traits = TRAIT_UNSEEN, .type = { TYPE_EXPECT },
      .run = run_expect },
    { ACTS("let", FAMILY_DEMO, "let NAME VALUE|QUANTITY", "sets a variable",
           "It is read as $NAME. QUANTITY is one of those that expect knows: let before "
           "free_pages."),
      .min_words = 2, .max_words = 4, .traits = TRAIT_UNSEEN,
      .type = { TYPE_VARIABLE, TYPE_NUMBER }, .prepare = prepare_let, .act = act_let },
    { OTHER("repeat", FAMILY_DEMO, COMMAND_REPEAT, "repeat COUNT { COMMAND; … }",
            "runs a block several times",
            "Each command in it is a command of the history. Blocks may contain blocks."),
      .min_words = 1, .max_words = 1, .type = { TYPE_NUMBER } },
    { OTHER("source", FAMILY_DEMO, COMMAND_SESSION, "source FILE", "runs the commands of a file",
            ""),
      .min_words = 1, .max_words = 1, .is_not_in_block = true, .type = { TYPE_FILE },
      .run = run_source_file },
    { OTHER("demo", FAMILY_DEMO, COMMAND_SESSION, "demo [NAME|next|back|off]",
            "plays a lesson step by step, or lists all",
            "In the terminal's panes. NAME is a lesson's number or name, or a file. Space and the "
            "arrow keys go on and back, as next and back do; off puts the lesson away."),
      .max_words = 1, .is_not_in_block = true, .type = { TYPE_FILE }, .choices = "next back off",
      .run = run_demo },

    // ---- Files
    { OTHER("save", FAMILY_FILES, COMMAND_SESSION, "save FILE [replace]",
            "writes the session as a script that leads to the same machine",
            "What is on this line of time: the boot, its commands, and what was looked at and told "
            "between them. It is a lesson, too: procarium FILE plays it. A file that is there "
            "already is replaced only with the word replace, or if this session has written it."),
      .min_words = 1, .max_words = 2, .is_not_in_block = true, .type = { TYPE_FILE, TYPE_REPLACE },
      .run = run_save },
    { OTHER("export", FAMILY_FILES, COMMAND_SESSION, "export dot|trace FILE [replace]",
            "writes the task tree, or the trace, for other programs",
            "dot: the tree of tasks for graphviz (dot -Tsvg FILE). trace: what the kernel did as "
            "Trace Event JSON, with the tasks as rows, for ui.perfetto.dev or chrome://tracing. "
            "Nothing here takes time, so its clock is the position in the journal: one record is "
            "shown as one microsecond."),
      .min_words = 2, .max_words = 3, .is_not_in_block = true,
      .type = { TYPE_CHOICE, TYPE_FILE, TYPE_REPLACE }, .choices = "dot trace", .run = run_export },
    { OTHER("snapshot-screen", FAMILY_FILES, COMMAND_SESSION, "snapshot-screen FILE [replace]",
            "writes what is on the screen as a picture for hand-outs",
            "The name's end says the form: .svg, .html, or .txt. The command itself is not in the "
            "picture."),
      .min_words = 1, .max_words = 2, .is_not_in_block = true, .traits = TRAIT_KEEPS_OUTPUT,
      .type = { TYPE_FILE, TYPE_REPLACE }, .run = run_snapshot_screen },
    { OTHER("chapters", FAMILY_DEMO, COMMAND_SESSION, "chapters [N]",
            "lists the chapters of the lesson, or goes to one",
            "Alt-Page Down and Alt-Page Up go to the next and the one before."),
      .max_words = 1, .is_not_in_block = true, .type = { TYPE_NUMBER }, .run = run_chapters },
    { OTHER("quit", FAMILY_DEMO, COMMAND_SESSION, "quit", "leaves procarium",
            "The call that ends a task is exit."),
      .run = run_quit },
};
const u32 command_count = sizeof command_table / sizeof *command_table;

static bool has_alias(const struct command_row *c, const char *name)
{
    size_t length = strlen(name);

    for (const char *a = c->info.aliases; *a;) {
        size_t n = strcspn(a, " ");

        if (n == length && memcmp(a, name, n) == 0)
            return true;
        a += n;
        a += *a == ' ';
    }
    return false;
}

const struct command_row *find_command(const char *name)
{
    for (u32 i = 0; i < command_count; i++)
        if (strcmp(command_table[i].info.name, name) == 0)
            return &command_table[i];
    for (u32 i = 0; *name && i < command_count; i++)
        if (has_alias(&command_table[i], name))
            return &command_table[i];
    return NULL;
}

const struct command_info *script_command(u32 i)
{
    return i < command_count ? &command_table[i].info : NULL;
}

const char *script_family_name(enum command_family family)
{
    static const char *const names[FAMILY_COUNT] = { "System calls, by the acting task",
                                                     "The CPU, for the acting task",
                                                     "The machine",
                                                     "Looking",
                                                     "Time",
                                                     "The screen",
                                                     "Demos and tests",
                                                     "Files" };

    return names[family];
}
