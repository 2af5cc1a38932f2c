/*
 * visitor.c - a signal that visits another thread to change which signals that thread blocks.
 *
 * A signal for the process goes to any thread that does not block it, so a signalfd gets it for certain only if all of
 * them do; and no system call changes the mask of another thread. A handler can, though: the mask to which its thread
 * returns lies in the handler's context. What it is to block or unblock travels with the signal, so that nothing is
 * kept here and visits to many threads may be under way at once.
 */
#include "edgeloop.h"
#include "syscall.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>

/* struct sigaction as the kernel has it on both architectures. */
struct disposition {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

#if defined(__x86_64__)

/* On x86-64 a handler returns to code that its process brings along, for which the C library would have its own. These
 * two instructions, rt_sigreturn(2) in just this encoding, are how debuggers recognise the frame of a signal. */
__attribute__((naked)) static void restore(void)
{
    __asm__("movq $15, %rax\n\tsyscall");
}

#define RESTORER restore
#define RESTORER_FLAG 0x04000000ul /* SA_RESTORER of the kernel's <asm/signal.h>, which glibc's <signal.h> hides. */

#else

#define RESTORER NULL
#define RESTORER_FLAG 0ul

#endif

/* Obeyed is only what this process sent to itself, and not a stranger's sigqueue(3). The C library's type is larger
 * than the kernel's mask of 64 bits, behind which something else lies on x86-64: no more than these may be touched. */
static void visit(int signal, siginfo_t *visitor, void *context)
{
    (void)signal;
    if (visitor->si_code != SI_QUEUE || visitor->si_pid != EL_SYSCALL(SYS_getpid))
        return;
    uint64_t *const mask = (uint64_t *)&((ucontext_t *)context)->uc_sigmask;
    const uint64_t signals = (uint64_t)visitor->si_value.sival_ptr;
    *mask = visitor->si_errno != 0 ? *mask | signals : *mask & ~signals;
}

/* The handler blocks everything while it runs, so that no second one is nested in it and works on the first one's mask
 * instead of the thread's. */
int32_t el_signal_visitor(int32_t signal)
{
    const struct disposition ours = {visit, SA_SIGINFO | SA_RESTART | RESTORER_FLAG, RESTORER, UINT64_MAX};
    struct disposition present;
    const int32_t result = EL_SYSCALL(SYS_rt_sigaction, signal, NULL, &present, sizeof present.mask);
    if (result < 0)
        return result;
    if (present.handler != NULL && present.handler != visit)
        return -EBUSY;
    return EL_SYSCALL(SYS_rt_sigaction, signal, &ours, NULL, sizeof ours.mask);
}

int32_t el_signal_visit(int32_t thread, int32_t signal, int32_t block, uint32_t low, uint32_t high)
{
    siginfo_t visitor = {0};
    visitor.si_code = SI_QUEUE;
    visitor.si_errno = block;
    visitor.si_pid = EL_SYSCALL(SYS_getpid);
    visitor.si_value.sival_ptr = (void *)((uint64_t)high << 32 | low);
    return EL_SYSCALL(SYS_rt_tgsigqueueinfo, visitor.si_pid, thread, signal, &visitor);
}

int32_t el_gettid(void)
{
    return EL_SYSCALL(SYS_gettid);
}
