/*
 * fuzz.c - libFuzzer's entry: the input is a program of calls, made on descriptors that are new for each run. At the end
 * of the process it says how often each call was made and how often without an error, because a call that always fails
 * tries nothing.
 */
#include "calls.h"
#include "check.h"

#include <signal.h>

#define MOST_CALLS 48

static struct {
    const char *name;
    call *call;
    uint64_t made;
    uint64_t succeeded;
} calls[] = {
#define CALL(name) {#name, fuzz_##name, 0, 0}
    CALL(recv),
    CALL(send),
    CALL(recv_many),
    CALL(send_many),
    CALL(recv_datagrams),
    CALL(send_datagrams),
    CALL(bind),
    CALL(connect),
    CALL(accept),
    CALL(getsockname),
    CALL(getpeername),
    CALL(getsockopt_bytes),
    CALL(epoll_control),
    CALL(epoll_wait),
    CALL(eventfd),
    CALL(timerfd),
    CALL(signal_claim),
    CALL(signalfd),
    CALL(signalfd_read),
    CALL(send_descriptors),
    CALL(recv_descriptors),
    CALL(affinity),
    CALL(thread_name),
    CALL(advise_huge_pages),
    CALL(abi_describe),
#undef CALL
};

enum { CALLS = sizeof calls / sizeof calls[0] };

static void report(void)
{
    for (size_t i = 0; i < CALLS; i++)
        printf("%s: %llu calls, %llu without an error\n", calls[i].name, (unsigned long long)calls[i].made,
               (unsigned long long)calls[i].succeeded);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A counter's eight bytes go to any descriptor, also to a stream whose peer has gone, without MSG_NOSIGNAL. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    sigset_t queueing;
    sigemptyset(&queueing);
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; signal++)
        sigaddset(&queueing, signal);
    CHECK(sigprocmask(SIG_BLOCK, &queueing, NULL) == 0);
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    return atexit(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct world world;
    world_open(&world);
    for (int i = 0; i < MOST_CALLS && input.left > 0; i++) {
        const uint32_t which = take(&input, 1) % CALLS;
        calls[which].made++;
        if (calls[which].call(&world, &input) >= 0)
            calls[which].succeeded++;
    }
    world_close(&world);
    return 0;
}
