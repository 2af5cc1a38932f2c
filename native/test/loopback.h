/*
 * loopback.h - real sockets on 127.0.0.1 for the tests, made with the library itself.
 */
#ifndef EDGELOOP_TEST_LOOPBACK_H
#define EDGELOOP_TEST_LOOPBACK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* The two ends of one TCP connection. The test that opened it closes it. */
struct pair {
    int32_t client;
    int32_t server;
};

/* 127.0.0.1 with a port in host order; 0 lets the kernel choose. */
struct sockaddr_in loopback_address(uint16_t port);

/* A socket bound to a free port, which nobody listens on yet. */
int32_t loopback_bound(void);
int32_t loopback_listener(void);
struct sockaddr_in loopback_name(int32_t fd);

/* Starts to connect to wherever the listener is, which succeeds or is in progress. */
int32_t loopback_client(int32_t listener);

struct pair loopback_pair(void);
void loopback_close(struct pair pair);

/* Waits for poll(2) events, so that no test has to guess with a sleep; fails after a few seconds. */
void wait_for(int32_t fd, short events);

/* Whether fcntl(2) reports what every descriptor of the library promises. */
bool is_nonblocking(int32_t fd);
bool is_close_on_exec(int32_t fd);

#endif
