// The error numbers of i386 Linux that the simulated kernel returns.
#ifndef KERNEL_ERRNO_H
#define KERNEL_ERRNO_H

#define ERRNO_LIST(X)                                                                              \
    X(EPERM, 1, "Operation not permitted")                                                         \
    X(ENOENT, 2, "No such file or directory")                                                      \
    X(ESRCH, 3, "No such process")                                                                 \
    X(EINTR, 4, "Interrupted system call")                                                         \
    X(EIO, 5, "Input/output error")                                                                \
    X(E2BIG, 7, "Argument list too long")                                                          \
    X(ENOEXEC, 8, "Exec format error")                                                             \
    X(EBADF, 9, "Bad file descriptor")                                                             \
    X(ECHILD, 10, "No child processes")                                                            \
    X(EAGAIN, 11, "Resource temporarily unavailable")                                              \
    X(ENOMEM, 12, "Cannot allocate memory")                                                        \
    X(EACCES, 13, "Permission denied")                                                             \
    X(EFAULT, 14, "Bad address")                                                                   \
    X(EBUSY, 16, "Device or resource busy")                                                        \
    X(EEXIST, 17, "File exists")                                                                   \
    X(ENODEV, 19, "No such device")                                                                \
    X(ENOTDIR, 20, "Not a directory")                                                              \
    X(EISDIR, 21, "Is a directory")                                                                \
    X(EINVAL, 22, "Invalid argument")                                                              \
    X(ENFILE, 23, "Too many open files in system")                                                 \
    X(EMFILE, 24, "Too many open files")                                                           \
    X(ETXTBSY, 26, "Text file busy")                                                               \
    X(EFBIG, 27, "File too large")                                                                 \
    X(ENOSPC, 28, "No space left on device")                                                       \
    X(ESPIPE, 29, "Illegal seek")                                                                  \
    X(EROFS, 30, "Read-only file system")                                                          \
    X(EPIPE, 32, "Broken pipe")                                                                    \
    X(ERANGE, 34, "Numerical result out of range")                                                 \
    X(ENAMETOOLONG, 36, "File name too long")                                                      \
    X(ENOSYS, 38, "Function not implemented")                                                      \
    X(ELOOP, 40, "Too many symbolic links")                                                        \
    X(EOVERFLOW, 75, "Value too large for defined data type")                                      \
    X(ELIBBAD, 80, "Accessing a corrupted shared library")

// As an enum, so that it can live beside the host's macros in one translation unit only if that
// unit does not include <errno.h>; the engine does not.
enum kernel_errno {
#define X(name, number, text) name = number,
    ERRNO_LIST(X)
#undef X
};

#endif
