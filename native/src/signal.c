/*
 * signal.c - signals as something to read: blocked, so that they stay pending, and taken from a signalfd. Sets are the
 * kernel's, of 64 signals, and not those of the C library, which are sixteen times as large.
 */
#include "edgeloop.h"
#include "syscall.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/signalfd.h>

/* The library's only state: which signals some reactor of this process reads. Two that read the same one would each
 * miss what the other takes, and they may live in different threads, which have no other place in common. */
static _Atomic uint64_t claimed;

static uint64_t set_of(uint32_t low, uint32_t high)
{
    return (uint64_t)high << 32 | low;
}

int32_t el_signal_claim(uint32_t low, uint32_t high)
{
    const uint64_t signals = set_of(low, high);
    uint64_t before = atomic_load(&claimed);
    do {
        if ((before & signals) != 0)
            return -EBUSY;
    } while (!atomic_compare_exchange_weak(&claimed, &before, before | signals));
    return 0;
}

int32_t el_signal_release(uint32_t low, uint32_t high)
{
    atomic_fetch_and(&claimed, ~set_of(low, high));
    return 0;
}

int32_t el_signal_mask(int32_t block, uint32_t low, uint32_t high)
{
    const uint64_t signals = set_of(low, high);
    return EL_SYSCALL(SYS_rt_sigprocmask, block ? SIG_BLOCK : SIG_UNBLOCK, &signals, NULL, sizeof signals);
}

int32_t el_signalfd(int32_t fd, uint32_t low, uint32_t high)
{
    const uint64_t signals = set_of(low, high);
    return EL_SYSCALL(SYS_signalfd4, fd, &signals, sizeof signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void flatten(const struct signalfd_siginfo *signals, int32_t count, int32_t *quads)
{
    for (int32_t i = 0; i < count; i++) {
        *quads++ = (int32_t)signals[i].ssi_signo;
        *quads++ = signals[i].ssi_code;
        *quads++ = (int32_t)signals[i].ssi_pid;
        *quads++ = (int32_t)signals[i].ssi_uid;
    }
}

/* The kernel hands out whole signals only, and answers room for none with -EINVAL. */
int32_t el_signalfd_read(int32_t fd, int32_t *quads, int32_t capacity)
{
    struct signalfd_siginfo signals[EL_SIGNAL_BATCH];
    const int32_t most = capacity < EL_SIGNAL_BATCH ? capacity : EL_SIGNAL_BATCH;
    const int32_t room = most > 0 ? most * (int32_t)sizeof signals[0] : 0;
    const int32_t bytes = EL_SYSCALL(SYS_read, fd, signals, room);
    if (bytes < 0)
        return bytes;
    const int32_t count = bytes / (int32_t)sizeof signals[0];
    flatten(signals, count, quads);
    return count;
}
