/*
 * syscall.h - raw system calls, private to this library.
 *
 * They are raw for two reasons. The library then needs no symbol of any C library, so that one file loads under glibc
 * and under musl. And the kernel's -errno arrives as the return value, which is what edgeloop.h promises, instead of
 * going through a thread-local errno that a foreign-function interface would have to fetch with a second call.
 */
#ifndef EDGELOOP_SYSCALL_H
#define EDGELOOP_SYSCALL_H

#include <stdint.h>
#include <sys/syscall.h>

/*
 * EL_SYSCALL(SYS_close, fd) and the like, with none to six arguments. Those left out are passed as zero, which costs an
 * instruction each and saves five near-copies of the assembly. Integers and pointers alike become machine words here,
 * so that no caller needs a cast. No call in this library returns more than 2^31 - 1: the kernel cuts every read and
 * write to 0x7ffff000 bytes.
 */
#define EL_SYSCALL(...) EL_SYSCALL_PADDED(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define EL_SYSCALL_PADDED(number, a, b, c, d, e, f, ...)                                                               \
    ((int32_t)el_syscall((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)))

#if defined(__x86_64__) && defined(__LP64__)

/* The kernel takes its fourth argument in r10, because the syscall instruction overwrites rcx (and r11). */
static inline long el_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__) && defined(__LP64__)

static inline long el_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

#else
#error "edgeloop knows the system calls of 64-bit x86-64 and aarch64 Linux only; add yours to native/src/syscall.h."
#endif

#endif
