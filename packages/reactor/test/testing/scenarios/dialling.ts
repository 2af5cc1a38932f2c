/** Listeners and dials: bind(2), listen(2), accept(2), connect(2), tcp(7), ipv6(7). */
import type { Scenarios } from '../script/script.js';

export const DIALLING: Scenarios = {
  'a connection that waits in the backlog makes its listener readable: again by level, once by edge and one-shot': `
    listener server
    add server in $trigger
    wait                        | -
    socket client
    connect client to server    | EINPROGRESS
    wait                        | server:in
    wait                        | server:in | - | -
    accept server accepted      | from client
    accept server nobody        | EAGAIN
    wait                        | -
  `,
  'two that wait in the backlog are accepted in the order in which they came': `
    listener server
    add server in $trigger
    socket one
    socket two
    connect one to server       | EINPROGRESS
    connect two to server       | EINPROGRESS
    wait                        | server:in
    accept server first         | from one
    wait                        | server:in | - | -
    accept server second        | from two
    accept server nobody        | EAGAIN
  `,
  'a dial that comes while one waits is a new edge': `
    listener server
    add server in et
    socket one
    connect one to server       | EINPROGRESS
    wait                        | server:in
    wait                        | -
    socket two
    connect two to server       | EINPROGRESS
    wait                        | server:in
  `,
  'a dial that succeeds is EPOLLOUT and SO_ERROR 0 (connect(2))': `
    listener server
    socket client
    add client in out rdhup $trigger
    connect client to server    | EINPROGRESS
    wait                        | client:out
    get client error            | ok
    peername client             | server
  `,
  'a dial works before it is accepted: what is sent waits with it': `
    listener server
    socket client
    connect client to server    | EINPROGRESS
    send client early           | 5
    accept server accepted      | from client
    recv accepted 10            | "early"
    send accepted reply         | 5
    recv client 10              | "reply"
  `,
  'a dial to a port where nobody listens is refused: all that ends a connection at once, and ECONNREFUSED once': `
    socket nobody
    bind nobody
    socket client
    add client in out rdhup $trigger
    connect client to nobody    | EINPROGRESS
    wait                        | client:in,out,err,hup,rdhup
    get client error            | ECONNREFUSED
    get client error            | ok
    send client x               | EPIPE
    recv client 10              | end
    peername client             | ENOTCONN
  `,
  'a listener that has been closed refuses': `
    listener server
    close server
    socket client
    connect client to server    | EINPROGRESS
    get client error            | ECONNREFUSED
  `,
  'a listener that closes resets who waits in its backlog': `
    listener server
    socket client
    connect client to server    | EINPROGRESS
    add client in out rdhup $trigger
    wait                        | client:out
    close server
    wait                        | client:in,out,err,hup,rdhup | client:in,out,err,hup,rdhup | -
    get client error            | ECONNRESET
  `,
  'one that has hung up in the backlog is accepted all the same, and says then that it has gone': `
    listener server
    socket client
    connect client to server    | EINPROGRESS
    linger client
    close client
    accept server accepted      | from client
    recv accepted 10            | ECONNRESET
  `,
  'a socket that has not been connected is EPOLLOUT and EPOLLHUP, as some find who add it too early': `
    socket client
    add client in out rdhup $trigger
    wait                        | client:out,hup
    send client x               | EPIPE
    recv client 10              | ENOTCONN
    shutdown client             | ENOTCONN
    peername client             | ENOTCONN
  `,
  'a port that is taken is EADDRINUSE; 0 is one that is free': `
    listener server
    sockname server             | server
    socket other
    bind other like server      | EADDRINUSE
    bind other                  | ok
    sockname other              | other
    bind other                  | EINVAL
  `,
  'two listeners with SO_REUSEPORT share a port (socket(7))': `
    socket one
    socket two
    set one reuseport 1
    set two reuseport 1
    bind one
    bind two like one           | ok
    listen one                  | ok
    listen two                  | ok
  `,
  'SO_REUSEADDR lets a listener come back to a port that still has connections': `
    socket server
    set server reuseaddr 1
    bind server
    listen server
    socket client
    connect client to server    | EINPROGRESS
    accept server accepted      | from client
    close server
    close accepted
    close client
    socket again
    set again reuseaddr 1
    bind again like server      | ok
    listen again                | ok
  `,
  'a listener is no connection, and a connection no listener': `
    listener server
    send server x               | EPIPE
    recv server 10              | ENOTCONN
    peername server             | ENOTCONN
    connection client accepted
    accept client nobody        | EINVAL
  `,
  'who listens on all addresses is reached by loopback, and the connection has its real names': `
    socket server
    bind server any
    listen server
    socket client
    connect client to server    | EINPROGRESS
    accept server accepted      | from client
    learn accepted
    peername client             | accepted
    socket other
    bind other like accepted    | EADDRINUSE
    bind other like server      | EADDRINUSE
  `,
  'who listens on all addresses of IPv6 is reached over IPv4, too (ipv6(7))': `
    socket server tcp6
    bind server any
    listen server
    socket client
    connect client to server    | EINPROGRESS
    accept server accepted      | from client
    send accepted hello         | 5
    recv client 10              | "hello"
    socket client6 tcp6
    connect client6 to server   | EINPROGRESS
    accept server accepted6     | from client6
    socket beside
    bind beside beside server   | EADDRINUSE
  `,
  'with IPV6_V6ONLY it leaves the port to a listener on IPv4, and each is reached by its own (ipv6(7))': `
    socket four
    bind four any
    listen four
    socket six tcp6
    bind six beside four        | EADDRINUSE
    set six v6only 1
    bind six beside four        | ok
    listen six                  | ok
    socket client6 tcp6
    connect client6 to six      | EINPROGRESS
    accept six accepted6        | from client6
    close four
    socket client
    connect client to six       | EINPROGRESS
    get client error            | ECONNREFUSED
    accept six nobody           | EAGAIN
  `,
  'both ends know both names': `
    listener server
    socket client
    connect client to server    | EINPROGRESS
    accept server accepted      | from client
    sockname client             | client
    peername client             | server
    sockname accepted           | server
    peername accepted           | client
  `,
  'over IPv6 as over IPv4': `
    listener server tcp6
    add server in $trigger
    socket client tcp6
    connect client to server    | EINPROGRESS
    wait                        | server:in
    accept server accepted      | from client
    peername client             | server
    send client hello           | 5
    recv accepted 10            | "hello"
    close accepted
    recv client 10              | end
  `,
};
