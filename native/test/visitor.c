#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"
#include "signal-set.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define VISITOR (SIGRTMIN + 4)

/* A thread that waits in the kernel until it is let go, and tells then what it blocks by its own account. */
struct sleeper {
    pthread_t thread;
    int32_t id;
    sem_t started;
    sem_t leave;
    sigset_t mask;
};

static void *sleep_on(void *argument)
{
    struct sleeper *const sleeper = argument;
    sleeper->id = el_gettid();
    sem_post(&sleeper->started);
    while (sem_wait(&sleeper->leave) != 0)
        continue;
    pthread_sigmask(SIG_SETMASK, NULL, &sleeper->mask);
    return NULL;
}

static void start(struct sleeper *sleeper)
{
    EXPECT_EQUAL(sem_init(&sleeper->started, 0, 0), 0);
    EXPECT_EQUAL(sem_init(&sleeper->leave, 0, 0), 0);
    EXPECT_EQUAL(pthread_create(&sleeper->thread, NULL, sleep_on, sleeper), 0);
    EXPECT_EQUAL(sem_wait(&sleeper->started), 0);
}

static void stop(struct sleeper *sleeper)
{
    EXPECT_EQUAL(sem_post(&sleeper->leave), 0);
    EXPECT_EQUAL(pthread_join(sleeper->thread, NULL), 0);
    EXPECT_EQUAL(sem_destroy(&sleeper->started), 0);
    EXPECT_EQUAL(sem_destroy(&sleeper->leave), 0);
}

/* What the kernel says that a thread blocks; proc(5) has it in hexadecimal. */
static uint64_t blocked_by(int32_t thread)
{
    char path[64];
    char line[256];
    uint64_t mask = 0;
    int found = 0;
    snprintf(path, sizeof path, "/proc/self/task/%" PRId32 "/status", thread);
    FILE *const status = fopen(path, "re");
    EXPECT(status != NULL);
    while (found == 0 && fgets(line, sizeof line, status) != NULL)
        found = sscanf(line, "SigBlk: %" SCNx64, &mask);
    EXPECT_EQUAL(fclose(status), 0);
    EXPECT_EQUAL(found, 1);
    return mask;
}

/* Nothing tells when a handler has returned but the mask itself; if it never does, the harness's alarm rings. */
static void await_blocked(int32_t thread, uint64_t mask)
{
    while (blocked_by(thread) != mask)
        sched_yield();
}

static void block_sigusr1(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    sigaddset(&((ucontext_t *)context)->uc_sigmask, SIGUSR1);
}

/* What plays the kernel, as valgrind and qemu do, may keep masks of its own; this finds out with the C library. */
static void skip_without_the_kernels_masks(void)
{
    const uint64_t before = blocked_by(el_gettid());
    const struct sigaction blocking = {.sa_sigaction = block_sigusr1, .sa_flags = SA_SIGINFO};
    EXPECT_EQUAL(sigaction(SIGUSR2, &blocking, NULL), 0);
    EXPECT_EQUAL(raise(SIGUSR2), 0);
    const uint64_t after = blocked_by(el_gettid());
    EXPECT(signal(SIGUSR2, SIG_DFL) != SIG_ERR);
    EXPECT_EQUAL(el_signal_mask(0, SIGNAL_SET(SIGNAL_BIT(SIGUSR1))), 0);
    if (after != (before | SIGNAL_BIT(SIGUSR1)))
        SKIP("signals are emulated here");
}

TEST(a_visit_blocks_signals_of_a_thread_that_sleeps_in_the_kernel_and_unblocks_them)
{
    struct sleeper sleeper;
    const uint64_t signals = SIGNAL_BIT(SIGUSR1) | SIGNAL_BIT(SIGRTMIN + 2);
    skip_without_the_kernels_masks();
    EXPECT_EQUAL(el_signal_visitor(VISITOR), 0);
    start(&sleeper);
    const uint64_t before = blocked_by(sleeper.id);
    EXPECT_EQUAL(before & signals, 0);
    EXPECT_EQUAL(el_signal_visit(sleeper.id, VISITOR, 1, SIGNAL_SET(signals)), 0);
    await_blocked(sleeper.id, before | signals);
    EXPECT_EQUAL(el_signal_visit(sleeper.id, VISITOR, 0, SIGNAL_SET(SIGNAL_BIT(SIGUSR1))), 0);
    await_blocked(sleeper.id, before | SIGNAL_BIT(SIGRTMIN + 2));
    stop(&sleeper);
    EXPECT(!sigismember(&sleeper.mask, SIGUSR1));
    EXPECT(sigismember(&sleeper.mask, SIGRTMIN + 2));
}

/* The default action of SIGUSR1 ends the process, so that this test survives only if nobody is left to take it. */
TEST(a_signal_that_every_thread_blocks_is_left_to_the_signalfd)
{
    struct sleeper sleepers[3];
    int32_t quad[4];
    const uint64_t signals = SIGNAL_BIT(SIGUSR1);
    skip_without_the_kernels_masks();
    EXPECT_EQUAL(el_signal_visitor(VISITOR), 0);
    for (int i = 0; i < 3; i++) {
        start(&sleepers[i]);
        const uint64_t before = blocked_by(sleepers[i].id);
        EXPECT_EQUAL(el_signal_visit(sleepers[i].id, VISITOR, 1, SIGNAL_SET(signals)), 0);
        await_blocked(sleepers[i].id, before | signals);
    }
    EXPECT_EQUAL(el_signal_mask(1, SIGNAL_SET(signals)), 0);
    const int32_t fd = el_signalfd(-1, SIGNAL_SET(signals));
    EXPECT_EQUAL(kill(getpid(), SIGUSR1), 0);
    wait_for(fd, POLLIN);
    EXPECT_EQUAL(el_signalfd_read(fd, quad, 1), 1);
    EXPECT_EQUAL(quad[0], SIGUSR1);
    EXPECT_EQUAL(quad[2], getpid());
    for (int i = 0; i < 3; i++)
        stop(&sleepers[i]);
    EXPECT_EQUAL(el_signal_mask(0, SIGNAL_SET(signals)), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

/* The calling thread has been visited when the call returns, because signals are delivered on the way out. */
TEST(a_thread_can_visit_itself)
{
    const uint64_t signals = SIGNAL_BIT(SIGUSR1);
    skip_without_the_kernels_masks();
    EXPECT_EQUAL(el_signal_visitor(VISITOR), 0);
    const uint64_t before = blocked_by(el_gettid());
    EXPECT_EQUAL(el_signal_visit(el_gettid(), VISITOR, 1, SIGNAL_SET(signals)), 0);
    EXPECT_EQUAL(blocked_by(el_gettid()), before | signals);
    EXPECT_EQUAL(el_signal_visit(el_gettid(), VISITOR, 0, SIGNAL_SET(signals)), 0);
    EXPECT_EQUAL(blocked_by(el_gettid()), before);
}

TEST(only_a_visit_is_obeyed_not_just_any_delivery_of_its_signal)
{
    const union sigval everything = {.sival_ptr = (void *)UINT64_MAX};
    skip_without_the_kernels_masks();
    EXPECT_EQUAL(el_signal_visitor(VISITOR), 0);
    EXPECT_EQUAL(el_signal_mask(1, SIGNAL_SET(SIGNAL_BIT(SIGUSR1))), 0);
    const uint64_t before = blocked_by(el_gettid());
    EXPECT_EQUAL(raise(VISITOR), 0);
    const pid_t child = fork();
    if (child == 0)
        _exit(sigqueue(getppid(), VISITOR, everything));
    EXPECT(child > 0);
    int status;
    while (waitpid(child, &status, 0) < 0)
        continue;
    EXPECT_EQUAL(status, 0);
    EXPECT_EQUAL(blocked_by(el_gettid()), before);
    EXPECT_EQUAL(el_signal_mask(0, SIGNAL_SET(SIGNAL_BIT(SIGUSR1))), 0);
}

static void somebody_elses(int signal)
{
    (void)signal;
}

TEST(a_visitor_does_not_take_a_signal_that_is_in_use)
{
    const int signal_in_use = SIGRTMIN + 5;
    EXPECT(signal(signal_in_use, somebody_elses) != SIG_ERR);
    EXPECT_EQUAL(el_signal_visitor(signal_in_use), -EBUSY);
    EXPECT(signal(signal_in_use, SIG_IGN) == somebody_elses);
    EXPECT_EQUAL(el_signal_visitor(signal_in_use), -EBUSY);
    EXPECT(signal(signal_in_use, SIG_DFL) == SIG_IGN);
    EXPECT_EQUAL(el_signal_visitor(signal_in_use), 0);
    EXPECT_EQUAL(el_signal_visitor(signal_in_use), 0);
}

/* A thread that has been joined may be on its way out still, and is then as good as visited. */
TEST(a_thread_that_has_gone_cannot_be_visited)
{
    struct sleeper sleeper;
    int32_t result;
    start(&sleeper);
    stop(&sleeper);
    do {
        result = el_signal_visit(sleeper.id, VISITOR, 1, 0, 0);
    } while (result == 0);
    EXPECT_EQUAL(result, -ESRCH);
}

TEST(visitor_errors)
{
    EXPECT_EQUAL(el_signal_visitor(0), -EINVAL);
    EXPECT_EQUAL(el_signal_visitor(65), -EINVAL);
    EXPECT_EQUAL(el_signal_visitor(SIGKILL), -EINVAL);
    EXPECT_EQUAL(el_signal_visit(el_gettid(), 65, 1, 0, 0), -EINVAL);
    EXPECT_EQUAL(el_signal_visit(0, VISITOR, 1, 0, 0), -EINVAL);
}

TEST(gettid_tells_threads_apart)
{
    struct sleeper sleeper;
    start(&sleeper);
    EXPECT_EQUAL(el_gettid(), getpid());
    EXPECT(sleeper.id > 0);
    EXPECT(sleeper.id != el_gettid());
    stop(&sleeper);
}
