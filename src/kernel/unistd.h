// The system calls of i386 Linux that this kernel carries out, with their numbers.
#ifndef KERNEL_UNISTD_H
#define KERNEL_UNISTD_H

#define SYSCALL_LIST(X)                                                                            \
    X(exit, 1)                                                                                     \
    X(fork, 2)                                                                                     \
    X(read, 3)                                                                                     \
    X(write, 4)                                                                                    \
    X(open, 5)                                                                                     \
    X(close, 6)                                                                                    \
    X(waitpid, 7)                                                                                  \
    X(unlink, 10)                                                                                  \
    X(execve, 11)                                                                                  \
    X(chdir, 12)                                                                                   \
    X(lseek, 19)                                                                                   \
    X(setuid, 23)                                                                                  \
    X(pause, 29)                                                                                   \
    X(nice, 34)                                                                                    \
    X(kill, 37)                                                                                    \
    X(dup, 41)                                                                                     \
    X(pipe, 42)                                                                                    \
    X(brk, 45)                                                                                     \
    X(fcntl, 55)                                                                                   \
    X(setpgid, 57)                                                                                 \
    X(umask, 60)                                                                                   \
    X(chroot, 61)                                                                                  \
    X(dup2, 63)                                                                                    \
    X(setsid, 66)                                                                                  \
    X(setrlimit, 75)                                                                               \
    X(mmap, 90)                                                                                    \
    X(munmap, 91)                                                                                  \
    X(ioperm, 101)                                                                                 \
    X(wait4, 114)                                                                                  \
    X(clone, 120)                                                                                  \
    X(mprotect, 125)                                                                               \
    X(sched_yield, 158)                                                                            \
    X(prctl, 172)                                                                                  \
    X(rt_sigaction, 174)                                                                           \
    X(rt_sigprocmask, 175)                                                                         \
    X(getcwd, 183)                                                                                 \
    X(vfork, 190)                                                                                  \
    X(exit_group, 252)                                                                             \
    X(tgkill, 270)

enum syscall_number {
#define X(name, number) __NR_##name = number,
    SYSCALL_LIST(X)
#undef X
};
#define NR_SYSCALLS 289

// Unlike Linux: fork with this in ebx copies every page at once, as it did before copy-on-write.
#define FORK_EAGER 1u

#endif
