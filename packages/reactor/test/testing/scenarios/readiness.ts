/** What each of the three triggers reports of a stream, and when: epoll(7), "Level-triggered and edge-triggered". */
import type { Scenarios } from '../script/script.js';

export const READINESS: Scenarios = {
  'bytes that come in are EPOLLIN until they are read: again by level, once by edge and one-shot': `
    connection client server
    add server in $trigger
    wait                        | -
    send client hello           | 5
    wait                        | server:in
    wait                        | server:in | - | -
    recv server 10              | "hello"
    wait                        | -
  `,
  'what a short buffer leaves behind is reported again by level, and not by edge': `
    connection client server
    add server in $trigger
    send client hello           | 5
    wait                        | server:in
    recv server 2               | "he"
    wait                        | server:in | - | -
    recv server 10              | "llo"
    recv server 10              | EAGAIN
  `,
  'new bytes are a new edge, also when the old ones have not been read; a one-shot registration is asleep': `
    connection client server
    add server in $trigger
    send client one             | 3
    wait                        | server:in
    send client two             | 3
    wait                        | server:in | server:in | -
    recv server 10              | "onetwo"
  `,
  'what comes in pieces before the wait is one event': `
    connection client server
    add server in $trigger
    send client one             | 3
    send client two             | 3
    wait                        | server:in
    wait                        | server:in | - | -
  `,
  'an edge that was read away before the wait is no event': `
    connection client server
    add server in $trigger
    send client hello           | 5
    recv server 10              | "hello"
    wait                        | -
  `,
  'what was there before the registration is reported': `
    connection client server
    send client hello           | 5
    add server in rdhup $trigger
    wait                        | server:in
  `,
  'a one-shot registration is armed again by EPOLL_CTL_MOD, and what waits is reported at once': `
    connection client server
    add server in oneshot
    send client hello           | 5
    wait                        | server:in
    send client more            | 4
    wait                        | -
    mod server in oneshot
    wait                        | server:in
    recv server 10              | "hellomore"
    mod server in oneshot
    wait                        | -
    send client again           | 5
    wait                        | server:in
  `,
  'a disarmed one-shot registration does not even report an RST': `
    connection client server
    add server in rdhup oneshot
    send client hello           | 5
    wait                        | server:in
    linger client
    close client
    wait                        | -
    mod server in rdhup oneshot
    wait                        | server:in,err,hup,rdhup
  `,
  'EPOLL_CTL_MOD reports what is ready once more, also by edge': `
    connection client server
    add server in $trigger
    send client hello           | 5
    wait                        | server:in
    mod server in $trigger
    wait                        | server:in
    wait                        | server:in | - | -
  `,
  'EPOLL_CTL_MOD to an interest that is not met takes back an event that was not fetched': `
    connection client server
    add server in $trigger
    send client hello           | 5
    mod server out $trigger
    wait                        | server:out
    mod server rdhup $trigger
    wait                        | -
  `,
  'a socket with room in its buffer is EPOLLOUT: by level always, by edge once': `
    connection client server
    add client out $trigger
    wait                        | client:out
    wait                        | client:out | - | -
    send client hello           | 5
    wait                        | client:out | - | -
  `,
  'an edge carries all that is ready and asked for: bytes that come in say EPOLLOUT too': `
    connection client server
    add server in out $trigger
    wait                        | server:out
    send client hello           | 5
    wait                        | server:in,out | server:in,out | -
    wait                        | server:in,out | - | -
  `,
  'a full buffer is not EPOLLOUT, and its drain is an edge': `
    connection client server
    fill client                 | full
    add client out $trigger
    wait                        | -
    drain server                | all
    wait                        | client:out
    wait                        | client:out | - | -
  `,
  'a buffer that is filled and drained again is a second edge': `
    connection client server
    add client out $trigger
    wait                        | client:out
    fill client                 | full
    wait                        | -
    drain server                | all
    wait                        | client:out | client:out | -
  `,
  'interest in nothing still reports an RST, but neither bytes nor a FIN': `
    connection client server
    add server $trigger
    send client hello           | 5
    wait                        | -
    linger client
    close client
    wait                        | server:err,hup
  `,
  'interest in EPOLLRDHUP alone reports no bytes': `
    connection client server
    add server rdhup $trigger
    send client hello           | 5
    wait                        | -
    shutdown client
    wait                        | server:rdhup
  `,
};
