/** Datagrams: udp(7), recvmmsg(2), sendmmsg(2). */
import type { Scenarios } from '../script/script.js';

export const DATAGRAMS: Scenarios = {
  'datagrams come one by one, each with its sender and its bounds': `
    socket a udp
    bind a
    socket b udp
    bind b
    add b in $trigger
    wait                        | -
    send-datagrams a to b one three | 2
    wait                        | b:in
    recv-datagrams b 16 1       | "one" from a
    wait                        | b:in | - | -
    recv-datagrams b 16 8       | "three" from a
    recv-datagrams b 16 8       | EAGAIN
    wait                        | -
  `,
  'each datagram is an edge': `
    socket a udp
    bind a
    socket b udp
    bind b
    add b in $trigger
    send-datagrams a to b one   | 1
    wait                        | b:in
    send-datagrams a to b two   | 1
    wait                        | b:in | b:in | -
    recv-datagrams b 16 8       | "one" from a, "two" from a
  `,
  'a datagram with more bytes than room is cut, and MSG_TRUNC says so; the next one is whole (recvmsg(2))': `
    socket a udp
    bind a
    socket b udp
    bind b
    send-datagrams a to b lengthy abc | 2
    recv-datagrams b 3 8        | "len"... from a, "abc" from a
  `,
  'no more than a batch is sent or received in one call': `
    socket a udp
    bind a
    socket b udp
    bind b
    send-datagrams a to b 0 1 2 3 4 5 6 7 8 9 a b c d e f g h i j k l m n o p q r s t u v w x y z | 32
    recv-datagrams b 16 2       | "0" from a, "1" from a
    recv-datagrams b 16 0       | nothing
  `,
  'an empty datagram is one': `
    socket a udp
    bind a
    socket b udp
    bind b
    send-datagrams a to b "" x  | 2
    recv-datagrams b 16 8       | "" from a, "x" from a
  `,
  'a datagram that has left makes room, which is an edge of EPOLLOUT (socket(7), SO_SNDBUF)': `
    socket a udp
    bind a
    add a in out $trigger
    wait                        | a:out
    wait                        | a:out | - | -
    send-datagrams a to a x     | 1
    wait                        | a:in,out | a:in,out | -
    recv-datagrams a 16 1       | "x" from a
    socket b udp
    bind b
    send-datagrams a to b x     | 1
    wait                        | a:out | a:out | -
  `,
  'a datagram for nobody is lost without a word for a socket that is not connected (udp(7))': `
    socket nobody udp
    bind nobody
    close nobody
    socket a udp
    bind a
    add a in $trigger
    send-datagrams a to nobody x | 1
    wait                        | -
    get a error                 | ok
    send-datagrams a to nobody x | 1
  `,
  'a socket without a peer needs an address to send to': `
    socket a udp
    bind a
    send-datagrams a x          | EDESTADDRREQ
    peername a                  | ENOTCONN
  `,
  'a port that is taken is EADDRINUSE for datagrams too': `
    socket a udp
    bind a
    socket b udp
    bind b like a               | EADDRINUSE
  `,
  'over IPv6 as over IPv4': `
    socket a udp6
    bind a
    socket b udp6
    bind b
    send-datagrams a to b hello | 1
    recv-datagrams b 16 8       | "hello" from a
  `,
};
