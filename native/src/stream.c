/*
 * stream.c - bytes in and out of a connected socket. recv and send are spelled recvfrom and sendto without an address,
 * because neither architecture has the shorter calls.
 */
#include "edgeloop.h"
#include "lent.h"
#include "syscall.h"

#include <stddef.h>
#include <sys/socket.h>

int32_t el_recv(int32_t fd, uint8_t *base, uint32_t offset, uint32_t length)
{
    return EL_SYSCALL(SYS_recvfrom, fd, lent_to_write(base, offset, length), length, 0, NULL, NULL);
}

/* MSG_NOSIGNAL because a peer that went away is a result (-EPIPE), not a signal that ends the process. */
int32_t el_send(int32_t fd, const uint8_t *base, uint32_t offset, uint32_t length)
{
    return EL_SYSCALL(SYS_sendto, fd, lent_to_read(base, offset, length), length, MSG_NOSIGNAL, NULL, 0);
}

/* Counts `enough` down, because the sum of what came could exceed 2^31 - 1. */
int32_t el_recv_many(uint8_t *base, int32_t *triples, int32_t count, int32_t enough)
{
    int32_t done = 0;
    for (; done < count && enough > 0; done++, triples += 3) {
        triples[0] = el_recv(triples[0], base, (uint32_t)triples[1], (uint32_t)triples[2]);
        if (triples[0] > 0)
            enough -= triples[0];
    }
    return done;
}

int32_t el_send_many(const uint8_t *base, int32_t *triples, int32_t count)
{
    int32_t done = 0;
    for (; done < count; done++, triples += 3)
        triples[0] = el_send(triples[0], base, (uint32_t)triples[1], (uint32_t)triples[2]);
    return done;
}

int32_t el_shutdown(int32_t fd, int32_t how)
{
    return EL_SYSCALL(SYS_shutdown, fd, how);
}
