/*
 * harness.c - runs every registered test and prints a line for each.
 */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum outcome { RUNNING, FAILED, SKIPPED };

/* A test that hangs is a failure too; SIGALRM's default action ends the process. */
#define SECONDS_PER_TEST 20

static struct test *first;
static struct test **last = &first;
static jmp_buf leave;
static char remark[512];

void test_register(struct test *test)
{
    *last = test;
    last = &test->next;
}

void test_compare(const char *file, int line, const char *expression, long long actual, long long expected)
{
    if (actual == expected)
        return;
    snprintf(remark, sizeof remark, "%s:%d %s (%lld, not %lld)", file, line, expression, actual, expected);
    longjmp(leave, FAILED);
}

void test_fail(const char *file, int line, const char *expression)
{
    snprintf(remark, sizeof remark, "%s:%d %s", file, line, expression);
    longjmp(leave, FAILED);
}

void test_skip(const char *reason)
{
    snprintf(remark, sizeof remark, "%s", reason);
    longjmp(leave, SKIPPED);
}

static enum outcome run(const struct test *test)
{
    alarm(SECONDS_PER_TEST);
    switch (setjmp(leave)) {
    case RUNNING:
        test->body();
        printf("ok - %s\n", test->name);
        return RUNNING;
    case SKIPPED:
        printf("ok - %s # skipped: %s\n", test->name, remark);
        return SKIPPED;
    default:
        printf("not ok - %s: %s\n", test->name, remark);
        return FAILED;
    }
}

int main(void)
{
    int passed = 0;
    int failed = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (const struct test *test = first; test != NULL; test = test->next) {
        if (run(test) == FAILED)
            failed++;
        else
            passed++;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
