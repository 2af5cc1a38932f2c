/*
 * descriptor.c - what can be done with a descriptor of any kind.
 */
#include "edgeloop.h"
#include "syscall.h"

#include <fcntl.h>
#include <sys/file.h>

int32_t el_close(int32_t fd)
{
    return EL_SYSCALL(SYS_close, fd);
}

/* From descriptor 0 upwards, as dup(2) does it; dup itself could not add close-on-exec in the same step. */
int32_t el_duplicate(int32_t fd)
{
    return EL_SYSCALL(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
}

/* dup3 and not dup2, for close-on-exec. */
int32_t el_replace(int32_t fd, int32_t by)
{
    return EL_SYSCALL(SYS_dup3, by, fd, O_CLOEXEC);
}

int32_t el_flock(int32_t fd)
{
    return EL_SYSCALL(SYS_flock, fd, LOCK_EX | LOCK_NB);
}

/* openat, because aarch64 has no open; the path is absolute, so the directory is not looked at. */
int32_t el_open_null(void)
{
    return EL_SYSCALL(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC);
}
