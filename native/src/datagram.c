/*
 * datagram.c - many datagrams in one system call, and the only place that knows how struct mmsghdr is laid out. The
 * headers are on the stack (2.5 KiB); bytes and addresses go from and to the caller's memory directly.
 */
#include "edgeloop.h"
#include "lent.h"
#include "syscall.h"

#include <stddef.h>
#include <sys/socket.h>

/* The kernel takes the number of messages as unsigned: a negative one must not become a very large one. */
static int32_t batch(int32_t count)
{
    if (count < 0)
        return 0;
    return count < EL_DATAGRAM_BATCH ? count : EL_DATAGRAM_BATCH;
}

static void flatten(const struct mmsghdr *messages, int32_t count, int32_t *results)
{
    for (int32_t i = 0; i < count; i++) {
        *results++ = (int32_t)messages[i].msg_len;
        *results++ = messages[i].msg_hdr.msg_flags;
        *results++ = (int32_t)messages[i].msg_hdr.msg_namelen;
    }
}

/* No timeout: the one of recvmmsg(2) is looked at only after each datagram, and the socket does not block anyway. */
int32_t el_recv_datagrams(int32_t fd, uint8_t *base, uint32_t segment, uint8_t *addresses, int32_t *results,
                          int32_t count)
{
    struct mmsghdr messages[EL_DATAGRAM_BATCH];
    struct iovec parts[EL_DATAGRAM_BATCH];
    const int32_t most = batch(count);
    for (int32_t i = 0; i < most; i++) {
        const size_t room = sizeof(struct sockaddr_storage);
        parts[i] = (struct iovec){.iov_base = lent_to_write(base, (size_t)i * segment, segment), .iov_len = segment};
        messages[i] = (struct mmsghdr){.msg_hdr = {
            .msg_name = lent_to_write(addresses, (size_t)i * room, room),
            .msg_namelen = room,
            .msg_iov = &parts[i],
            .msg_iovlen = 1,
        }};
    }
    const int32_t received = EL_SYSCALL(SYS_recvmmsg, fd, messages, most, 0, NULL);
    flatten(messages, received, results);
    return received;
}

/* msghdr has no const, as it serves both directions; sendmmsg(2) writes to neither bytes nor address. */
int32_t el_send_datagrams(int32_t fd, const uint8_t *base, const uint8_t *addresses, const int32_t *quads,
                          int32_t count)
{
    struct mmsghdr messages[EL_DATAGRAM_BATCH];
    struct iovec parts[EL_DATAGRAM_BATCH];
    const int32_t most = batch(count);
    for (int32_t i = 0; i < most; i++, quads += 4) {
        const uint32_t length = (uint32_t)quads[1];
        const uint32_t address_length = (uint32_t)quads[3];
        parts[i] = (struct iovec){.iov_base = lent_to_read(base, (uint32_t)quads[0], length), .iov_len = length};
        messages[i] = (struct mmsghdr){.msg_hdr = {
            .msg_name = address_length == 0 ? NULL : lent_to_read(addresses, (uint32_t)quads[2], address_length),
            .msg_namelen = address_length,
            .msg_iov = &parts[i],
            .msg_iovlen = 1,
        }};
    }
    return EL_SYSCALL(SYS_sendmmsg, fd, messages, most, MSG_NOSIGNAL);
}
