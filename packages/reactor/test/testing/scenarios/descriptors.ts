/** What holds for descriptors of all kinds, and the calls that belong to none. */
import type { Scenarios } from '../script/script.js';

export const DESCRIPTORS: Scenarios = {
  'the lowest free number is taken again (open(2))': `
    null a
    null b
    close a
    null c
    same a c                    | yes
    same b c                    | no
  `,
  'a closed descriptor is EBADF in every call': `
    epoll set
    connection client server
    close server
    close set
    add server in               | EBADF
    mod server in               | EBADF
    del server                  | EBADF
    add client in @set          | EBADF
    wait @set                   | EBADF
    bind server like server-listener | EBADF
    listen server               | EBADF
    connect server to client    | EBADF
    accept server nobody        | EBADF
    sockname server             | EBADF
    peername server             | EBADF
    set server nodelay 1        | EBADF
    get server nodelay          | EBADF
    tcp-info server             | EBADF
    linger server               | EBADF
    recv server 10              | EBADF
    send server x               | EBADF
    recv-many 10 server 10      | 1: EBADF
    send-many server x          | 1: EBADF
    recv-datagrams server 16 1  | EBADF
    send-datagrams server x     | EBADF
    shutdown server             | EBADF
    close server                | EBADF
    dup server copy             | EBADF
    lock server                 | EBADF
    arm server 1                | EBADF
    expirations server          | EBADF
    signal server               | EBADF
    take server                 | EBADF
    signals server 12           | EBADF
    read-signals server 4       | EBADF
  `,
  'what is no socket is ENOTSOCK, what is no timer EINVAL': `
    event event
    listener server
    bind event like server      | ENOTSOCK
    listen event                | ENOTSOCK
    accept event nobody         | ENOTSOCK
    sockname event              | ENOTSOCK
    get event error             | ENOTSOCK
    recv event 10               | ENOTSOCK
    send event x                | ENOTSOCK
    shutdown event              | ENOTSOCK
    arm event 1                 | EINVAL
    signals event 12            | EINVAL
  `,
  'two descriptors of one connection are one connection: it ends with the second': `
    connection client server
    dup server copy
    close server
    send client hello           | 5
    recv copy 10                | "hello"
    recv client 10              | EAGAIN
    close copy
    recv client 10              | end
  `,
  'a number that is given to another file is closed first, and gone from its epoll set': `
    epoll set
    event one
    event other
    add one in
    signal one
    wait set                    | one:in
    replace one other           | ok
    signal one
    wait set                    | -
    take other                  | 1
    replace one one             | failed
  `,
  'a lock that is held may be asked for again, also through the other descriptor': `
    connection client server
    dup server copy
    lock server                 | ok
    lock server                 | ok
    lock copy                   | ok
  `,
  'shutdown does not wait for the other descriptors': `
    connection client server
    dup server copy
    shutdown server
    recv client 10              | end
    send copy x                 | EPIPE
  `,
  'the kernel does not know the family 999': `
    socket nothing unheard-of   | EAFNOSUPPORT
  `,
  'TCP_INFO is a struct that has the fields we read': `
    connection client server
    tcp-info client             | 104
  `,
  'many receives are one call, each with a result of its own': `
    connection a b
    connection c d
    connection e f
    send-many a hello c you     | 2: 5 3
    close e
    recv-many 100 b 10 d 10 f 10 | 3: "hello" "you" end
    recv-many 100 b 10 d 10     | 2: EAGAIN EAGAIN
  `,
  'many receives stop when enough bytes have come, and what is not done is not read': `
    connection a b
    connection c d
    send-many a hello c you     | 2: 5 3
    recv-many 3 b 10 d 10       | 1: "hello"
    recv-many 3 b 10 d 2        | 2: EAGAIN "yo"
    recv-many 0 d 10            | 0:
    recv d 10                   | "u"
  `,
  'descriptors that TCP is to pass are left out, and the bytes go (unix(7) has the other case)': `
    connection client server
    obtain server 10 copy       | EAGAIN
    pass client hello client    | 5
    obtain server 10 copy       | "hello"
    close client
    obtain server 10 copy       | end
  `,
  'a thread may run where it may run already, and has to run somewhere (sched_setaffinity(2))': `
    affinity 1024               | ok
    use-no-cpu                  | EINVAL
    thread-name                 | ok
  `,
  'advice that concerns no whole huge page is taken without a word': `
    advise-huge-pages           | ok
  `,
  'the clock goes forward': `
    clock                       | forward
  `,
};
