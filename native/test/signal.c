#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"
#include "signal-set.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define UNTOUCHED (-77)
#define RACERS 8

/* Two signals in either half of a set. */
static uint64_t both_halves(void)
{
    return SIGNAL_BIT(SIGUSR1) | SIGNAL_BIT(SIGRTMIN + 2);
}

static int is_blocked(int signal)
{
    sigset_t mask;
    EXPECT_EQUAL(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    return sigismember(&mask, signal);
}

TEST(signal_mask_blocks_and_unblocks_nothing_but_the_set)
{
    EXPECT_EQUAL(el_signal_mask(1, SIGNAL_SET(SIGNAL_BIT(SIGUSR2))), 0);
    EXPECT_EQUAL(el_signal_mask(1, SIGNAL_SET(both_halves())), 0);
    EXPECT(is_blocked(SIGUSR1));
    EXPECT(is_blocked(SIGRTMIN + 2));
    EXPECT(is_blocked(SIGUSR2));
    EXPECT(!is_blocked(SIGRTMIN + 1));
    EXPECT(!is_blocked(SIGRTMIN + 3));
    EXPECT_EQUAL(el_signal_mask(0, SIGNAL_SET(both_halves())), 0);
    EXPECT(!is_blocked(SIGUSR1));
    EXPECT(!is_blocked(SIGRTMIN + 2));
    EXPECT(is_blocked(SIGUSR2));
    EXPECT_EQUAL(el_signal_mask(0, SIGNAL_SET(SIGNAL_BIT(SIGUSR2))), 0);
}

TEST(signalfd_is_nonblocking_and_close_on_exec)
{
    const int32_t fd = el_signalfd(-1, SIGNAL_SET(both_halves()));
    EXPECT(fd >= 0);
    EXPECT(is_nonblocking(fd));
    EXPECT(is_close_on_exec(fd));
    EXPECT_EQUAL(el_close(fd), 0);
}

static void expect_quad(const int32_t *quad, int signal, int code)
{
    EXPECT_EQUAL(quad[0], signal);
    EXPECT_EQUAL(quad[1], code);
    EXPECT_EQUAL(quad[2], getpid());
    EXPECT_EQUAL(quad[3], getuid());
}

TEST(a_blocked_signal_is_read_with_its_sender_and_is_gone_then)
{
    int32_t quads[] = {0, 0, 0, 0, UNTOUCHED};
    const uint64_t signals = SIGNAL_BIT(SIGUSR1);
    const int32_t fd = el_signalfd(-1, SIGNAL_SET(signals));
    EXPECT_EQUAL(el_signal_mask(1, SIGNAL_SET(signals)), 0);
    EXPECT_EQUAL(el_signalfd_read(fd, quads, 1), -EAGAIN);
    EXPECT_EQUAL(kill(getpid(), SIGUSR1), 0);
    wait_for(fd, POLLIN);
    EXPECT_EQUAL(el_signalfd_read(fd, quads, 1), 1);
    expect_quad(quads, SIGUSR1, SI_USER);
    EXPECT_EQUAL(quads[4], UNTOUCHED);
    EXPECT_EQUAL(el_signalfd_read(fd, quads, 1), -EAGAIN);
    EXPECT_EQUAL(el_signal_mask(0, SIGNAL_SET(signals)), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

/* Ordinary signals merge while they are pending, see signal(7). */
TEST(real_time_signals_queue_and_ordinary_ones_merge)
{
    int32_t quads[4 * 4];
    const union sigval nothing = {0};
    const int queued = SIGRTMIN + 2;
    const int32_t fd = el_signalfd(-1, SIGNAL_SET(both_halves()));
    EXPECT_EQUAL(el_signal_mask(1, SIGNAL_SET(both_halves())), 0);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQUAL(kill(getpid(), SIGUSR1), 0);
        EXPECT_EQUAL(sigqueue(getpid(), queued, nothing), 0);
    }
    EXPECT_EQUAL(el_signalfd_read(fd, quads, 2), 2);
    expect_quad(quads, SIGUSR1, SI_USER);
    expect_quad(quads + 4, queued, SI_QUEUE);
    EXPECT_EQUAL(el_signalfd_read(fd, quads, 4), 2);
    expect_quad(quads, queued, SI_QUEUE);
    expect_quad(quads + 4, queued, SI_QUEUE);
    EXPECT_EQUAL(el_signal_mask(0, SIGNAL_SET(both_halves())), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(signalfd_read_fetches_no_more_than_its_batch)
{
    int32_t quads[(EL_SIGNAL_BATCH + 2) * 4];
    const union sigval nothing = {0};
    const uint64_t signals = SIGNAL_BIT(SIGRTMIN + 2);
    const int32_t fd = el_signalfd(-1, SIGNAL_SET(signals));
    EXPECT_EQUAL(el_signal_mask(1, SIGNAL_SET(signals)), 0);
    for (int i = 0; i < EL_SIGNAL_BATCH + 1; i++)
        EXPECT_EQUAL(sigqueue(getpid(), SIGRTMIN + 2, nothing), 0);
    quads[EL_SIGNAL_BATCH * 4] = UNTOUCHED;
    EXPECT_EQUAL(el_signalfd_read(fd, quads, EL_SIGNAL_BATCH + 2), EL_SIGNAL_BATCH);
    expect_quad(quads + (EL_SIGNAL_BATCH - 1) * 4, SIGRTMIN + 2, SI_QUEUE);
    EXPECT_EQUAL(quads[EL_SIGNAL_BATCH * 4], UNTOUCHED);
    EXPECT_EQUAL(el_signalfd_read(fd, quads, EL_SIGNAL_BATCH + 2), 1);
    EXPECT_EQUAL(el_signal_mask(0, SIGNAL_SET(signals)), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(signalfd_errors)
{
    int32_t quads[4] = {UNTOUCHED};
    const int32_t fd = el_signalfd(-1, SIGNAL_SET(both_halves()));
    EXPECT_EQUAL(el_signalfd_read(-1, quads, 1), -EBADF);
    EXPECT_EQUAL(el_signalfd_read(fd, quads, 0), -EINVAL);
    EXPECT_EQUAL(el_signalfd_read(fd, quads, -1), -EINVAL);
    EXPECT_EQUAL(el_signalfd_read(fd, quads, INT32_MIN), -EINVAL);
    EXPECT_EQUAL(quads[0], UNTOUCHED);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(a_claim_takes_all_of_its_signals_or_none)
{
    const uint64_t more = both_halves() | SIGNAL_BIT(SIGUSR2);
    EXPECT_EQUAL(el_signal_claim(SIGNAL_SET(both_halves())), 0);
    EXPECT_EQUAL(el_signal_claim(SIGNAL_SET(SIGNAL_BIT(SIGUSR1))), -EBUSY);
    EXPECT_EQUAL(el_signal_claim(SIGNAL_SET(more)), -EBUSY);
    EXPECT_EQUAL(el_signal_claim(SIGNAL_SET(SIGNAL_BIT(SIGUSR2))), 0);
    EXPECT_EQUAL(el_signal_release(SIGNAL_SET(SIGNAL_BIT(SIGUSR1))), 0);
    EXPECT_EQUAL(el_signal_claim(SIGNAL_SET(SIGNAL_BIT(SIGRTMIN + 2))), -EBUSY);
    EXPECT_EQUAL(el_signal_claim(SIGNAL_SET(SIGNAL_BIT(SIGUSR1))), 0);
    EXPECT_EQUAL(el_signal_release(SIGNAL_SET(more)), 0);
    EXPECT_EQUAL(el_signal_claim(SIGNAL_SET(more)), 0);
    EXPECT_EQUAL(el_signal_release(SIGNAL_SET(more)), 0);
}

/* Each has a signal of its own, whose claim must not be lost in the race, and all of them want SIGUSR1. */
struct racer {
    pthread_t thread;
    pthread_barrier_t *start;
    uint64_t own;
    int32_t own_result;
    int32_t shared_result;
};

static void *race(void *argument)
{
    struct racer *const racer = argument;
    pthread_barrier_wait(racer->start);
    racer->own_result = el_signal_claim(SIGNAL_SET(racer->own));
    racer->shared_result = el_signal_claim(SIGNAL_SET(SIGNAL_BIT(SIGUSR1)));
    return NULL;
}

TEST(of_threads_that_claim_the_same_signal_one_succeeds)
{
    pthread_barrier_t start;
    struct racer racers[RACERS];
    uint64_t all = SIGNAL_BIT(SIGUSR1);
    int32_t winners = 0;
    EXPECT_EQUAL(pthread_barrier_init(&start, NULL, RACERS), 0);
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.start = &start, .own = SIGNAL_BIT(SIGRTMIN + i)};
        all |= racers[i].own;
        EXPECT_EQUAL(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++) {
        EXPECT_EQUAL(pthread_join(racers[i].thread, NULL), 0);
        EXPECT_EQUAL(racers[i].own_result, 0);
        EXPECT_EQUAL(el_signal_claim(SIGNAL_SET(racers[i].own)), -EBUSY);
        winners += racers[i].shared_result == 0;
    }
    EXPECT_EQUAL(winners, 1);
    EXPECT_EQUAL(el_signal_release(SIGNAL_SET(all)), 0);
    EXPECT_EQUAL(pthread_barrier_destroy(&start), 0);
}
