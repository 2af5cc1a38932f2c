/** The epoll set itself: who is in it, what its events carry, and how a large one is gone round. epoll_ctl(2), epoll_wait(2). */
import type { Scenarios } from '../script/script.js';

export const EPOLL_SETS: Scenarios = {
  'a descriptor is added once, and changed or removed only while it is in the set (epoll_ctl(2))': `
    connection client server
    mod server in               | ENOENT
    del server                  | ENOENT
    add server in               | ok
    add server in               | EEXIST
    mod server out              | ok
    del server                  | ok
    del server                  | ENOENT
    add server in               | ok
  `,
  'a set takes neither itself nor what is no epoll set': `
    connection client server
    add epoll in                | EINVAL
    mod epoll in                | EINVAL
    del epoll                   | EINVAL
    add server in @client       | EINVAL
  `,
  'what cannot be waited for is refused with EPERM': `
    null device
    add device in               | EPERM
  `,
  'a descriptor that has left the set reports nothing, also what had been ready before': `
    connection client server
    add server in $trigger
    send client hello           | 5
    del server
    wait                        | -
    add server in $trigger
    wait                        | server:in
  `,
  'close takes a descriptor out of the set, with what it had to report': `
    connection client server
    add server in $trigger
    send client hello           | 5
    close server
    wait                        | -
    del server                  | EBADF
  `,
  'nothing that happens to a connection after its close is reported to who closed it': `
    connection client server
    add server in rdhup $trigger
    close server
    shutdown client
    wait                        | -
  `,
  'close does not where the open file has another descriptor: events go on to come (epoll(7), question 6)': `
    connection client server
    dup server copy
    add server in $trigger
    close server
    wait                        | -
    send client hello           | 5
    wait                        | server:in
    del server                  | EBADF
    recv copy 10                | "hello"
    close copy
    wait                        | -
  `,
  'both descriptors of an open file may be in the set, each with data of its own': `
    connection client server
    dup server copy
    add server in $trigger
    add copy in $trigger
    send client hello           | 5
    wait                        | copy:in server:in
    recv server 10              | "hello"
    wait                        | -
  `,
  'events carry the numbers of the latest EPOLL_CTL_ADD or MOD, all 32 bits of both': `
    connection client server
    add server in $trigger
    send client hello           | 5
    mod server in $trigger
    wait                        | server:in
    del server
    add server in $trigger
    wait                        | server:in
  `,
  'a new descriptor with the number of a closed one has nothing of its registration': `
    null spare
    event one
    add one in
    signal one
    close one
    event two
    same one two                | yes
    wait                        | -
    mod two in                  | ENOENT
    add two in
    signal two
    wait                        | two:in
  `,
  'what does not fit comes with the next wait, once by edge': `
    event a
    event b
    event c
    add a in $trigger
    add b in $trigger
    add c in $trigger
    signal a
    signal b
    signal c
    wait 1 x3                   | a:in b:in c:in
    wait                        | a:in b:in c:in | - | -
  `,
  'a small batch goes round all that is ready by level: nobody starves (epoll_wait(2), notes)': `
    event a
    event b
    event c
    event d
    add a in
    add b in
    add c in
    add d in
    signal a
    signal b
    signal c
    signal d
    wait 2 x2                   | a:in b:in c:in d:in
    wait 1 x4                   | a:in b:in c:in d:in
    wait 3 x4                   | a:in a:in a:in b:in b:in b:in c:in c:in c:in d:in d:in d:in
  `,
  'a socket may be in two sets; each has its own edges': `
    connection client server
    epoll other
    add server in $trigger
    add server in $trigger @other
    send client hello           | 5
    wait                        | server:in
    wait @other                 | server:in
    wait @other                 | server:in | - | -
    recv server 10              | "hello"
    wait                        | -
  `,
  'a set is ready itself while something in it is, as the embedded host needs it': `
    event a
    epoll inner
    add a in @inner
    add inner in $trigger
    wait                        | -
    signal a
    wait                        | inner:in
    wait @inner                 | a:in
    take a                      | 1
    wait                        | -
    wait @inner                 | -
  `,
  'a wait with no room is EINVAL': `
    wait 0                      | EINVAL
  `,
  'EPOLLEXCLUSIVE: both sets that nobody sleeps on report a dial, and only EPOLL_CTL_ADD takes it (epoll_ctl(2))': `
    listener server
    epoll other
    add server in exclusive
    add server in exclusive @other
    socket client
    connect client to server    | EINPROGRESS
    wait                        | server:in
    wait @other                 | server:in
    accept server accepted      | from client
    wait                        | -
    wait @other                 | -
    mod server in               | EINVAL
    mod client in exclusive @other | EINVAL
    add client in exclusive oneshot | EINVAL
  `,
};
