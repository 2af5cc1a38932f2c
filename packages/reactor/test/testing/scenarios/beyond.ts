/**
 * What SimKernel leaves out, because no reactor asks for it on a simulated kernel: Unix sockets, connected datagram sockets, using
 * a socket for a second dial, reading options back. Only the real kernel plays these.
 */
import type { Scenarios } from '../script/script.js';

export const BEYOND: Scenarios = {
  'a dial to a Unix socket is done when connect returns': `
    listener server unix
    add server in $trigger
    socket client unix
    connect client to server    | ok
    wait                        | server:in
    accept server accepted      | from client
    peername client             | server
    send client hello           | 5
    recv accepted 10            | "hello"
  `,
  'a Unix socket where nobody listens refuses at once, and nothing of it stays': `
    listener server unix
    close server
    socket client unix
    connect client to server    | ECONNREFUSED
    get client error            | ok
  `,
  'a Unix socket whose backlog is full answers EAGAIN': `
    socket server unix
    bind server
    listen server 0
    socket one unix
    connect one to server       | ok
    socket two unix
    connect two to server       | EAGAIN
  `,
  'a descriptor that is passed over a Unix socket is the same open file at the other end': `
    connection client server unix
    connection left right
    pass client hello left      | 5
    close left
    obtain server 10 copy       | "hello" and a descriptor
    send right x                | 1
    recv copy 10                | "x"
    close copy
    recv right 10               | end
  `,
  'a second connect asks for the outcome of the first (connect(2)), and a third is EISCONN': `
    listener server
    socket client
    connect client to server    | EINPROGRESS
    connect client to server    | ok
    connect client to server    | EISCONN
  `,
  'a refused dial may be tried again, and succeed': `
    socket server
    bind server
    socket client
    connect client to server    | EINPROGRESS
    get client error            | ECONNREFUSED
    listen server
    connect client to server    | ECONNABORTED
    connect client to server    | EINPROGRESS
    accept server accepted      | from client
  `,
  'two with SO_REUSEADDR may share a port until one of them listens (socket(7))': `
    socket one
    socket two
    set one reuseaddr 1
    set two reuseaddr 1
    bind one
    bind two like one           | ok
    listen one                  | ok
    listen two                  | EADDRINUSE
  `,
  'a socket that listens without an address is given one': `
    socket server
    listen server               | ok
    learn server
    socket client
    connect client to server    | EINPROGRESS
    accept server accepted      | from client
  `,
  'a datagram socket without an address is given one that fits its peer': `
    socket a udp
    sockname a                  | 0.0.0.0:0
    socket b udp
    bind b
    connect a to b              | ok
    send-datagrams a hello      | 1
    learn a
    recv-datagrams b 16 1       | "hello" from a
  `,
  'for a connected datagram socket, one for nobody is ECONNREFUSED, told once': `
    socket nobody udp
    bind nobody
    socket friend udp
    bind friend
    connect nobody to friend    | ok
    socket a udp
    bind a
    connect a to nobody         | ok
    add a in $trigger
    send-datagrams a x          | 1
    wait                        | a:err
    get a error                 | ECONNREFUSED
    get a error                 | ok
    send-datagrams a x          | 1
    recv-datagrams a 16 1       | ECONNREFUSED
    recv-datagrams a 16 1       | EAGAIN
    send-datagrams a x          | 1
    send-datagrams a x          | ECONNREFUSED
    send-datagrams a x          | 1
  `,
  'a connected datagram socket hears nobody else': `
    socket a udp
    bind a
    socket b udp
    bind b
    socket c udp
    bind c
    connect a to b              | ok
    send-datagrams c to a x     | 1
    recv-datagrams a 16 1       | EAGAIN
    send-datagrams b to a y     | 1
    recv-datagrams a 16 1       | "y" from b
    peername a                  | b
  `,
  'options are read as they were set (socket(7), tcp(7), ipv6(7), udp(7))': `
    socket a tcp6
    get a v6only                | ok
    set a v6only 1
    get a v6only                | 1
    set a reuseaddr 1
    get a reuseaddr             | 1
    set a reuseport 1
    get a reuseport             | 1
    get a nodelay               | ok
    set a nodelay 1
    get a nodelay               | 1
    set a keepalive 1
    get a keepalive             | 1
    set a keepidle 60
    get a keepidle              | 60
    set a keepintvl 10
    get a keepintvl             | 10
    set a keepcnt 3
    get a keepcnt               | 3
    set a user-timeout 5000
    get a user-timeout          | 5000
    get a error                 | ok
    socket b udp
    set b broadcast 1
    get b broadcast             | 1
    set b nodelay 1             | ENOPROTOOPT
  `,
  'an accepted socket has the options of its listener': `
    listener server
    set server nodelay 1
    set server keepalive 1
    set server keepidle 60
    socket client
    connect client to server    | EINPROGRESS
    accept server accepted      | from client
    get accepted nodelay        | 1
    get accepted keepalive      | 1
    get accepted keepidle       | 60
  `,
};
