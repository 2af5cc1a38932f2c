/*
 * rights.c - descriptors that travel with the bytes of a Unix socket (SCM_RIGHTS of unix(7)), and the only place that knows
 * how a control message is laid out.
 */
#include "edgeloop.h"
#include "lent.h"
#include "syscall.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

/* Room for one control message. Not initialized, as a kilobyte of zeros would be a call of memset. */
union control {
    struct cmsghdr header;
    uint8_t bytes[CMSG_SPACE(EL_DESCRIPTOR_BATCH * sizeof(int32_t))];
};

int32_t el_send_descriptors(int32_t fd, const uint8_t *base, uint32_t offset, uint32_t length, const int32_t *descriptors,
                            int32_t count)
{
    if (count > EL_DESCRIPTOR_BATCH)
        return -EINVAL;
    union control control;
    struct iovec part = {.iov_base = lent_to_read(base, offset, length), .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = &control;
        message.msg_controllen = control.header.cmsg_len = CMSG_LEN((size_t)count * sizeof(int32_t));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
    }
    int32_t *const travelling = (int32_t *)CMSG_DATA(&control.header);
    for (int32_t i = 0; i < count; i++)
        travelling[i] = descriptors[i];
    return EL_SYSCALL(SYS_sendmsg, fd, &message, MSG_NOSIGNAL);
}

/* Of the control messages there may be, a socket without options such as SO_PASSCRED gets no other than descriptors. */
static int32_t unpack(const struct msghdr *message, const union control *control, int32_t *descriptors)
{
    if (message->msg_controllen < CMSG_LEN(sizeof(int32_t)) || control->header.cmsg_type != SCM_RIGHTS)
        return 0;
    const int32_t count = (int32_t)((control->header.cmsg_len - CMSG_LEN(0)) / sizeof(int32_t));
    const int32_t *const arrived = (const int32_t *)CMSG_DATA(&control->header);
    for (int32_t i = 0; i < count; i++)
        descriptors[i] = arrived[i];
    return count;
}

/* The room is CMSG_LEN and not CMSG_SPACE: in the padding of the latter one more descriptor would arrive, and nobody close it. */
int32_t el_recv_descriptors(int32_t fd, uint8_t *base, uint32_t offset, uint32_t length, int32_t *descriptors,
                            int32_t capacity)
{
    const int32_t most = capacity < 0 ? 0 : capacity < EL_DESCRIPTOR_BATCH ? capacity : EL_DESCRIPTOR_BATCH;
    union control control;
    struct iovec part = {.iov_base = lent_to_write(base, offset, length), .iov_len = length};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = CMSG_LEN((size_t)most * sizeof(int32_t)),
    };
    const int32_t received = EL_SYSCALL(SYS_recvmsg, fd, &message, MSG_CMSG_CLOEXEC);
    descriptors[0] = received < 0 ? 0 : unpack(&message, &control, descriptors + 1);
    return received;
}
