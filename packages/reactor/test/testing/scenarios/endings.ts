/** How a connection ends: FIN, RST, and what each of them leaves to be read, written and reported. */
import type { Scenarios } from '../script/script.js';

export const ENDINGS: Scenarios = {
  'a FIN is EPOLLIN and EPOLLRDHUP, and recv returns 0 again and again (epoll_ctl(2), recv(2))': `
    connection client server
    add server in rdhup $trigger
    shutdown client
    wait                        | server:in,rdhup
    recv server 10              | end
    recv server 10              | end
    wait                        | server:in,rdhup | - | -
  `,
  'a FIN is EPOLLIN alone for who did not ask for EPOLLRDHUP': `
    connection client server
    add server in $trigger
    shutdown client
    wait                        | server:in
    recv server 10              | end
  `,
  'bytes come before the FIN that follows them': `
    connection client server
    add server in rdhup $trigger
    send client hello           | 5
    shutdown client
    wait                        | server:in,rdhup
    recv server 3               | "hel"
    recv server 3               | "lo"
    recv server 3               | end
  `,
  'a half-closed connection still carries bytes the other way': `
    connection client server
    shutdown client
    recv server 10              | end
    send server late            | 4
    recv client 10              | "late"
    recv client 10              | EAGAIN
    send client more            | EPIPE
  `,
  'when both ends have sent a FIN both report EPOLLHUP, though nobody asked for it (epoll_ctl(2))': `
    connection client server
    add client in rdhup $trigger
    add server in rdhup $trigger
    shutdown client
    shutdown server
    wait                        | client:in,hup,rdhup server:in,hup,rdhup
    recv client 10              | end
    recv server 10              | end
    get client error            | ok
    wait                        | client:in,hup,rdhup server:in,hup,rdhup | - | -
  `,
  'a FIN of ours wakes our own registration: the socket has become one that can be written without waiting, for EPIPE': `
    connection client server
    add client in out $trigger
    wait                        | client:out
    shutdown client
    wait                        | client:out | client:out | -
    send client x               | EPIPE
  `,
  'our FIN first, then the other one: EPOLLHUP': `
    connection client server
    shutdown client
    add client in rdhup $trigger
    wait                        | -
    close server
    wait                        | client:in,hup,rdhup
    recv client 10              | end
    send client x               | EPIPE
    shutdown client             | ENOTCONN
  `,
  'a second shutdown of a connection that is half closed is no error': `
    connection client server
    shutdown client             | ok
    shutdown client             | ok
  `,
  'shutdown for reading ends what is read here, and is not told to the peer (shutdown(2))': `
    connection client server
    add server in rdhup $trigger
    add client in rdhup $trigger
    shutdown server rd
    wait                        | server:in,rdhup
    recv server 10              | end
    send client x               | 1
    recv server 10              | "x"
    recv server 10              | end
  `,
  'shutdown in both directions is EPOLLHUP here and a FIN there': `
    connection client server
    add server in rdhup $trigger
    add client in rdhup $trigger
    shutdown server rdwr
    wait                        | client:in,rdhup server:in,hup,rdhup
  `,
  'close sends a FIN where everything was read': `
    connection client server
    send client x               | 1
    recv server 10              | "x"
    add client in rdhup $trigger
    close server
    wait                        | client:in,rdhup
    recv client 10              | end
  `,
  'close with bytes unread sends an RST (RFC 2525, section 2.17)': `
    connection client server
    send client unread          | 6
    add client in rdhup $trigger
    close server
    wait                        | client:in,err,hup,rdhup
    get client error            | ECONNRESET
  `,
  'close with SO_LINGER of 0 seconds sends an RST (socket(7))': `
    connection client server
    add server in rdhup $trigger
    linger client
    close client
    wait                        | server:in,err,hup,rdhup
    get server error            | ECONNRESET
    get server error            | ok
    wait                        | server:in,hup,rdhup | - | -
    recv server 10              | end
    send server x               | EPIPE
  `,
  'the error of an RST is told once: recv takes it, and after it the stream is at its end': `
    connection client server
    linger client
    close client
    recv server 10              | ECONNRESET
    recv server 10              | end
    get server error            | ok
    send server x               | EPIPE
  `,
  'the error of an RST is told once: send takes it, and after it the pipe is broken': `
    connection client server
    linger client
    close client
    send server x               | ECONNRESET
    send server x               | EPIPE
    recv server 10              | end
  `,
  'bytes that came before an RST are read before its error': `
    connection client server
    send client hello           | 5
    linger client
    close client
    add server in rdhup $trigger
    wait                        | server:in,err,hup,rdhup
    recv server 3               | "hel"
    recv server 3               | "lo"
    recv server 3               | ECONNRESET
    recv server 3               | end
  `,
  'SO_ERROR takes the error of an RST, and leaves the bytes before it': `
    connection client server
    send client hello           | 5
    linger client
    close client
    get server error            | ECONNRESET
    recv server 10              | "hello"
    recv server 10              | end
  `,
  'an RST after a FIN is EPIPE: the peer had ended what it says, so only our sending is broken off': `
    connection client server
    send server unread          | 6
    shutdown client
    add server in rdhup $trigger
    wait                        | server:in,rdhup
    close client
    wait                        | server:in,err,hup,rdhup | server:in,err,hup,rdhup | -
    get server error            | EPIPE
    recv server 10              | end
  `,
  'bytes for a peer that has closed are taken once, answered by an RST, and then refused': `
    connection client server
    close client
    send server first           | 5
    add server in rdhup $trigger
    wait                        | server:in,err,hup,rdhup
    send server second          | EPIPE
    get server error            | ok
  `,
  'an RST reaches also who has sent a FIN and waits for the other': `
    connection client server
    shutdown server
    add server in rdhup $trigger
    wait                        | -
    linger client
    close client
    wait                        | server:in,err,hup,rdhup
    recv server 10              | ECONNRESET
  `,
  'SO_LINGER resets also a connection whose FIN has been sent': `
    connection client server
    shutdown client
    recv server 10              | end
    linger client
    close client
    get server error            | EPIPE
  `,
  'when both ends have sent a FIN nothing is left to be reset: unread bytes are dropped with the close': `
    connection client server
    send client unread          | 6
    shutdown client
    shutdown server
    add client $trigger
    wait                        | client:hup
    close server
    wait                        | client:hup | - | -
    get client error            | ok
  `,
  'a reset connection has no peer any more, and keeps its own name': `
    connection client server
    peername server             | client
    linger client
    close client
    peername server             | ENOTCONN
    sockname server             | server-listener
    shutdown server             | ENOTCONN
  `,
};
