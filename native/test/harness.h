/*
 * harness.h - a test is a function that returns. EXPECT and EXPECT_EQUAL leave it at the first failure, from a helper
 * too; SKIP leaves it where the machine cannot run it. Descriptors of a test that failed stay open: the process ends
 * soon, and cleaning up would hide the state that a debugger could look at.
 */
#ifndef EDGELOOP_TEST_HARNESS_H
#define EDGELOOP_TEST_HARNESS_H

/* Tests register themselves before main, so that none can be written and forgotten. */
#define TEST(name)                                                                                                     \
    static void name(void);                                                                                            \
    __attribute__((constructor)) static void register_##name(void)                                                     \
    {                                                                                                                  \
        static struct test test = {#name, name, 0};                                                                    \
        test_register(&test);                                                                                          \
    }                                                                                                                  \
    static void name(void)

#define EXPECT(expression) ((expression) ? (void)0 : test_fail(__FILE__, __LINE__, #expression))

#define EXPECT_EQUAL(actual, expected)                                                                                 \
    test_compare(__FILE__, __LINE__, #actual " == " #expected, (long long)(actual), (long long)(expected))

#define SKIP(reason) test_skip(reason)

struct test {
    const char *name;
    void (*body)(void);
    struct test *next;
};

void test_register(struct test *test);
void test_compare(const char *file, int line, const char *expression, long long actual, long long expected);
_Noreturn void test_fail(const char *file, int line, const char *expression);
_Noreturn void test_skip(const char *reason);

#endif
