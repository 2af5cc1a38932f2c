/*
 * edgeloop.h - the system calls of the edgeloop reactor, flattened for a foreign-function interface.
 *
 * Each function makes one system call, or the same one many times. It fills memory that the caller owns, keeps no state
 * between calls (with one exception, the claims of el_signal_claim), calls nothing back, and returns a value >= 0 or
 * -errno (it never touches the C library's errno). Base, offset and length are taken apart so that the caller needs no
 * new view object for each read and write.
 *
 * The caller owes memory as large as it says: nothing here can know better, and the kernel writes to all of it. Offsets
 * and lengths are unsigned, also where they come in an int32_t of a list, and their sum may exceed 32 bits; where all
 * lengths are 0, a pointer may be NULL. A count that is negative is none, and one that is too large is cut as each
 * function says; a capacity of nothing where something must fit is -EINVAL.
 */
#ifndef EDGELOOP_H
#define EDGELOOP_H

#include <stdint.h>

#define EL_PUBLIC __attribute__((visibility("default")))

/* Grows by one whenever functions are added below or one changes its meaning; kernel/abi.ts expects this number. */
#define EL_ABI_VERSION 7

/* The most events that one el_epoll_wait fetches; more stay in the kernel for the next call. */
#define EL_EPOLL_BATCH 1024

/* The most datagrams that one el_recv_datagrams or el_send_datagrams moves. */
#define EL_DATAGRAM_BATCH 32

/* The most signals that one el_signalfd_read fetches. */
#define EL_SIGNAL_BATCH 16

/* The most descriptors that one el_send_descriptors or el_recv_descriptors passes: SCM_MAX_FD of unix(7). */
#define EL_DESCRIPTOR_BATCH 253

EL_PUBLIC int32_t el_abi_version(void);

/* Writes the constants and struct sizes that the caller relies on, in the order of kernel/abi.ts, as far as
 * `capacity` goes. Returns how many there are. */
EL_PUBLIC int32_t el_abi_describe(uint32_t *values, int32_t capacity);

/* epoll_create1(EPOLL_CLOEXEC): epoll_create1(2). */
EL_PUBLIC int32_t el_epoll_create(void);

/* epoll_ctl(2). Slot and generation travel in the event's 64-bit data and come back from el_epoll_wait. */
EL_PUBLIC int32_t el_epoll_add(int32_t epoll, int32_t fd, uint32_t events, uint32_t slot, uint32_t generation);
EL_PUBLIC int32_t el_epoll_modify(int32_t epoll, int32_t fd, uint32_t events, uint32_t slot, uint32_t generation);
EL_PUBLIC int32_t el_epoll_remove(int32_t epoll, int32_t fd);

/* epoll_wait(2) into triples [events, slot, generation] of uint32_t, because struct epoll_event is packed to 12 bytes
 * on x86-64 and takes 16 elsewhere. `capacity` counts triples and is cut to EL_EPOLL_BATCH; timeout_ms < 0 waits
 * without end. Returns the number of triples. */
EL_PUBLIC int32_t el_epoll_wait(int32_t epoll, uint32_t *triples, int32_t capacity, int32_t timeout_ms);

/* socket(2), with SOCK_NONBLOCK | SOCK_CLOEXEC added to the type. */
EL_PUBLIC int32_t el_socket(int32_t family, int32_t type);
EL_PUBLIC int32_t el_bind(int32_t fd, const uint8_t *address, uint32_t length);
EL_PUBLIC int32_t el_listen(int32_t fd, int32_t backlog);
EL_PUBLIC int32_t el_connect(int32_t fd, const uint8_t *address, uint32_t length);

/* accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC. The peer's sockaddr is written to `address`, whose family field is
 * zero where the kernel wrote none. Returns the descriptor. */
EL_PUBLIC int32_t el_accept(int32_t fd, uint8_t *address, uint32_t capacity);

/* getsockname(2) and getpeername(2). They return the whole length of the sockaddr, also where `capacity` cut it. */
EL_PUBLIC int32_t el_getsockname(int32_t fd, uint8_t *address, uint32_t capacity);
EL_PUBLIC int32_t el_getpeername(int32_t fd, uint8_t *address, uint32_t capacity);

/* setsockopt(2) and getsockopt(2) for options whose value is an int; the latter returns it, so that one whose value may be
 * negative cannot be told from an error (TCP_LINGER2 is one). */
EL_PUBLIC int32_t el_setsockopt(int32_t fd, int32_t level, int32_t name, int32_t value);
EL_PUBLIC int32_t el_getsockopt(int32_t fd, int32_t level, int32_t name);

/* getsockopt(2) for options whose value is a struct, such as TCP_INFO. Returns how many bytes of `value` the kernel wrote:
 * an older kernel may know fewer fields than its caller, and `capacity` cuts what a newer one knows more. Not for options
 * whose length counts something else than bytes (SO_GET_FILTER) or whose struct points elsewhere (TCP_ZEROCOPY_RECEIVE). */
EL_PUBLIC int32_t el_getsockopt_bytes(int32_t fd, int32_t level, int32_t name, uint8_t *value, uint32_t capacity);

/* SO_LINGER of socket(7): with it on, close(2) waits up to `seconds` for unsent data, although the descriptor is
 * non-blocking; with 0 seconds it drops them and answers the peer with a reset. */
EL_PUBLIC int32_t el_setsockopt_linger(int32_t fd, int32_t on, int32_t seconds);

/* recv(2) into base[offset, offset + length); 0 is the end of the stream. */
EL_PUBLIC int32_t el_recv(int32_t fd, uint8_t *base, uint32_t offset, uint32_t length);

/* send(2) of base[offset, offset + length) with MSG_NOSIGNAL. */
EL_PUBLIC int32_t el_send(int32_t fd, const uint8_t *base, uint32_t offset, uint32_t length);

/* el_recv and el_send for each of `count` triples [fd, offset, length] of int32_t, all of the same base, so that the way
 * from the caller's language into C is paid once for many calls. Each result takes the place of its fd. el_recv_many
 * stops when `enough` bytes have come, so that the caller works on them while they are in the cache. Both return the
 * number of triples that are done. */
EL_PUBLIC int32_t el_recv_many(uint8_t *base, int32_t *triples, int32_t count, int32_t enough);
EL_PUBLIC int32_t el_send_many(const uint8_t *base, int32_t *triples, int32_t count);

/* recvmmsg(2). Datagram i goes to base[i * segment, (i + 1) * segment), its sender's sockaddr to addresses + i * 128,
 * which is sizeof(struct sockaddr_storage), and triple i of the results becomes [length, flags, sockaddr length]. What
 * exceeds a segment is lost, and MSG_TRUNC among the flags says so. `count` is cut to EL_DATAGRAM_BATCH. Returns how
 * many came; an error after the first datagram is the result of the next call. */
EL_PUBLIC int32_t el_recv_datagrams(int32_t fd, uint8_t *base, uint32_t segment, uint8_t *addresses, int32_t *results,
                                    int32_t count);

/* sendmmsg(2) with MSG_NOSIGNAL, of quads [offset in base, length, offset in addresses, sockaddr length]. The last is 0
 * on a connected socket; if it always is, `addresses` may be NULL. `count` is cut to EL_DATAGRAM_BATCH. Returns how
 * many were sent, or the error of the first; that of a later one shows when it is the first of the next call. */
EL_PUBLIC int32_t el_send_datagrams(int32_t fd, const uint8_t *base, const uint8_t *addresses, const int32_t *quads,
                                    int32_t count);

/* sendmsg(2) of base[offset, offset + length) with MSG_NOSIGNAL, and with `count` descriptors as SCM_RIGHTS of unix(7): the
 * receiver gets duplicates with numbers of its own. They travel with the first byte, so there has to be one; if fewer bytes
 * were sent than asked for, the rest follows without them. More than EL_DESCRIPTOR_BATCH are -EINVAL. A socket that is no
 * Unix socket sends the bytes alone. */
EL_PUBLIC int32_t el_send_descriptors(int32_t fd, const uint8_t *base, uint32_t offset, uint32_t length,
                                      const int32_t *descriptors, int32_t count);

/* recvmsg(2) into base[offset, offset + length); 0 is the end of the stream. descriptors[0] becomes how many descriptors came
 * with the bytes, close-on-exec, and they follow it, so the list has room for `capacity` and one more; `capacity` is cut to
 * EL_DESCRIPTOR_BATCH. What exceeds it, or the process's limit of descriptors, is closed by the kernel: fewer come then than
 * were sent, which their sender's bytes have to tell. */
EL_PUBLIC int32_t el_recv_descriptors(int32_t fd, uint8_t *base, uint32_t offset, uint32_t length, int32_t *descriptors,
                                      int32_t capacity);

EL_PUBLIC int32_t el_shutdown(int32_t fd, int32_t how);

/* close(2). On Linux the descriptor is gone whatever is returned, so a failure must not be retried. */
EL_PUBLIC int32_t el_close(int32_t fd);

/* fcntl(2) with F_DUPFD_CLOEXEC: a second descriptor for the same open file, O_NONBLOCK and offset included. */
EL_PUBLIC int32_t el_duplicate(int32_t fd);

/* dup3(2) with O_CLOEXEC: `fd` becomes a duplicate of `by`, in one step, whatever it was before, also for a thread that uses the
 * number meanwhile. What it was is closed, and so leaves the epoll sets in which it was. Returns `fd`; -EINVAL for the same two. */
EL_PUBLIC int32_t el_replace(int32_t fd, int32_t by);

/* flock(2) with LOCK_EX and LOCK_NB: the file is locked until the last descriptor of this opening is closed. -EAGAIN: by another
 * opening it is, be it of this process or of another one. */
EL_PUBLIC int32_t el_flock(int32_t fd);

/* open(2) of /dev/null with O_CLOEXEC: a descriptor held in reserve against EMFILE. */
EL_PUBLIC int32_t el_open_null(void);

/* timerfd_create(2) on CLOCK_MONOTONIC, non-blocking and close-on-exec. */
EL_PUBLIC int32_t el_timerfd_create(void);

/* timerfd_settime(2): one expiry `after_ns` nanoseconds from now; 0 disarms. */
EL_PUBLIC int32_t el_timerfd_arm(int32_t fd, int64_t after_ns);

/* Reads the timerfd's counter so that it stops being readable. Returns the expirations, cut to INT32_MAX. */
EL_PUBLIC int32_t el_timerfd_read(int32_t fd);

/* eventfd(2) with EFD_NONBLOCK | EFD_CLOEXEC and a counter of zero. */
EL_PUBLIC int32_t el_eventfd_create(void);

/* Adds one to the eventfd's counter, so that it becomes readable, and returns 0. -EAGAIN says that the counter is full:
 * it is readable already, so there is nothing to be done. */
EL_PUBLIC int32_t el_eventfd_signal(int32_t fd);

/* Takes the eventfd's counter so that it stops being readable. Returns the count, cut to INT32_MAX. */
EL_PUBLIC int32_t el_eventfd_read(int32_t fd);

/* Signals to read from a signalfd. A set of them is two halves of 64 bits, bit n - 1 for signal n, because a foreign
 * function takes two uint32_t faster than one uint64_t. A signal is certain to reach the signalfd only while every
 * thread of the process blocks it: el_signal_mask does it for the calling thread, el_signal_visit for any other. */

/* Claims signals for one reader in this process, or none of them if one is taken (-EBUSY), and gives them back. The
 * claims are an atomic mask, the only state of the library; it outlives the thread that claimed. Both return 0. */
EL_PUBLIC int32_t el_signal_claim(uint32_t low, uint32_t high);
EL_PUBLIC int32_t el_signal_release(uint32_t low, uint32_t high);

/* rt_sigprocmask(2) with SIG_BLOCK, or with SIG_UNBLOCK if `block` is 0, for the calling thread. */
EL_PUBLIC int32_t el_signal_mask(int32_t block, uint32_t low, uint32_t high);

/* Installs the handler of el_signal_visit for a real-time signal, for good: a visit that arrived after its removal
 * would end the process. -EBUSY says that the signal serves something else, so that another one has to be tried. */
EL_PUBLIC int32_t el_signal_visitor(int32_t signal);

/* rt_tgsigqueueinfo(2) of the visitor's signal to a thread of this process, whose mask changes as if it had called
 * el_signal_mask. -ESRCH says that the thread has gone. The visit is not waited for, and stays pending in a thread that
 * blocks the visitor's signal too: SigBlk in /proc/self/task/<thread>/status tells, where everything is blocked while
 * the handler runs. System calls are restarted as far as signal(7) allows; epoll_wait(2), for one, fails with EINTR. */
EL_PUBLIC int32_t el_signal_visit(int32_t thread, int32_t signal, int32_t block, uint32_t low, uint32_t high);

/* gettid(2): what el_signal_visit calls this thread, and /proc/self/task too. */
EL_PUBLIC int32_t el_gettid(void);

/* signalfd(2) with SFD_NONBLOCK | SFD_CLOEXEC. An fd other than -1 is a signalfd whose set becomes the given one. */
EL_PUBLIC int32_t el_signalfd(int32_t fd, uint32_t low, uint32_t high);

/* Takes pending signals of the process and of the calling thread into quads [signal, code, pid, uid]; the last two are
 * the sender's. `capacity` counts quads and is cut to EL_SIGNAL_BATCH. Returns the number of quads. */
EL_PUBLIC int32_t el_signalfd_read(int32_t fd, int32_t *quads, int32_t capacity);

/* sched_setaffinity(2) and sched_getaffinity(2) of the calling thread. Bit n % 8 of byte n / 8 is CPU n; CPUs beyond the mask
 * are not in it. The latter wants a multiple of 8 bytes, and room for all CPUs that the kernel was built to know, or it is
 * -EINVAL; it returns how many bytes it wrote. */
EL_PUBLIC int32_t el_setaffinity(const uint8_t *mask, uint32_t length);
EL_PUBLIC int32_t el_getaffinity(uint8_t *mask, uint32_t capacity);

/* prctl(2) with PR_SET_NAME: the calling thread's name in top(1) and /proc. It is cut to 15 bytes, and at a NUL. */
EL_PUBLIC int32_t el_thread_name(const uint8_t *name, uint32_t length);

/* madvise(2) with MADV_HUGEPAGE for what of `base[0, length)` could be huge pages: whole and aligned ones of 2 MiB. 0 if there are
 * none. -EINVAL: this kernel has no huge pages. */
EL_PUBLIC int32_t el_advise_huge_pages(uint8_t *base, uint32_t length);

#endif
