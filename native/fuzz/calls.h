/*
 * calls.h - the calls that a run is made of. Each takes what it passes from the input, within the memory that it really
 * lends, and checks the result and what was written. It returns the result, for the statistics.
 */
#ifndef EDGELOOP_FUZZ_CALLS_H
#define EDGELOOP_FUZZ_CALLS_H

#include "input.h"
#include "world.h"

typedef int32_t call(const struct world *world, struct input *input);

/* stream.c */
call fuzz_recv, fuzz_send, fuzz_recv_many, fuzz_send_many;

/* datagram.c */
call fuzz_recv_datagrams, fuzz_send_datagrams;

/* address.c */
call fuzz_bind, fuzz_connect, fuzz_accept, fuzz_getsockname, fuzz_getpeername, fuzz_getsockopt_bytes;

/* event.c */
call fuzz_epoll_control, fuzz_epoll_wait, fuzz_eventfd, fuzz_timerfd, fuzz_signal_claim, fuzz_signalfd,
    fuzz_signalfd_read;

/* rights.c */
call fuzz_send_descriptors, fuzz_recv_descriptors;

/* thread.c */
call fuzz_affinity, fuzz_thread_name;

/* memory.c */
call fuzz_advise_huge_pages, fuzz_abi_describe;

#endif
