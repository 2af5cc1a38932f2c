/** What else wakes a loop: timerfd_create(2), eventfd(2), signalfd(2). */
import type { Scenarios } from '../script/script.js';

export const WAKEUPS: Scenarios = {
  'a timer that expires is readable until it is read: again by level, once by edge and one-shot': `
    timer timer
    add timer in $trigger
    arm timer 1
    wait long                   | timer:in
    wait                        | timer:in | - | -
    expirations timer           | 1
    expirations timer           | EAGAIN
    wait                        | -
  `,
  'a timer that was armed again expires once, at its later time': `
    timer timer
    add timer in $trigger
    arm timer 1
    arm timer
    expirations timer           | EAGAIN
    timer clock
    add clock in $trigger
    arm clock 5
    wait long                   | clock:in
    expirations timer           | EAGAIN
  `,
  'a timer that was disarmed does not expire': `
    timer timer
    add timer in $trigger
    arm timer 1
    disarm timer
    timer clock
    add clock in $trigger
    arm clock 5
    wait long                   | clock:in
    expirations timer           | EAGAIN
  `,
  'a timer that has expired is taken back by arming it again': `
    timer timer
    arm timer 1
    timer clock
    add clock in
    arm clock 5
    wait long                   | clock:in
    arm timer
    expirations timer           | EAGAIN
    add timer in $trigger
    del clock
    wait                        | -
  `,
  'a timer that has expired is taken back by disarming it, too': `
    timer timer
    add timer in $trigger
    arm timer 1
    wait long                   | timer:in
    disarm timer
    expirations timer           | EAGAIN
    wait                        | -
  `,
  'a second expiry is a second edge, also when the first was not read': `
    timer timer
    add timer in $trigger
    arm timer 1
    wait long                   | timer:in
    mod timer in $trigger
    arm timer 1
    wait long                   | timer:in
    expirations timer           | 1
  `,
  'timers expire in the order of their times': `
    timer late
    timer early
    add late in oneshot
    add early in oneshot
    arm late 40
    arm early 1
    wait long                   | early:in
    wait long                   | late:in
  `,
  'a time before now is no time': `
    timer timer
    arm timer -1                | EINVAL
  `,
  'an eventfd counts its signals, and is readable until it is read': `
    event event
    add event in $trigger
    wait                        | -
    take event                  | EAGAIN
    signal event
    signal event
    wait                        | event:in
    wait                        | event:in | - | -
    take event                  | 2
    take event                  | EAGAIN
    wait                        | -
  `,
  'each signal of an eventfd is an edge, also when the one before was not read': `
    event event
    add event in $trigger
    signal event
    wait                        | event:in
    signal event
    wait                        | event:in | event:in | -
    take event                  | 2
  `,
  'an eventfd can always be signalled, so it is EPOLLOUT too': `
    event event
    add event in out $trigger
    wait                        | event:out
    signal event
    wait                        | event:in,out | event:in,out | -
  `,
  'an eventfd with two descriptors has one counter': `
    event event
    dup event copy
    signal copy
    signal event
    take copy                   | 2
    take event                  | EAGAIN
  `,
  'a claimed signal is read from its signalfd, once however often it was sent (signal(7))': `
    claim 12
    signals signals 12
    add signals in $trigger
    wait                        | -
    raise 12
    raise 12
    wait                        | signals:in
    wait                        | signals:in | - | -
    read-signals signals 4      | 12
    read-signals signals 4      | EAGAIN
    wait                        | -
  `,
  'a signalfd tells only of the signals of its set, which may be changed': `
    claim 10
    claim 12
    signals signals 10
    add signals in
    raise 12
    wait                        | -
    signals signals 12
    wait                        | signals:in
    read-signals signals 4      | 12
    raise 10
    read-signals signals 4      | EAGAIN
    signals signals 10
    read-signals signals 4      | 10
  `,
  'several signals are read by their numbers, as many as there is room for': `
    claim 10
    claim 12
    claim 1
    signals one 1
    signals signals 10,12
    raise 12
    raise 10
    raise 1
    read-signals signals 1      | 10
    read-signals signals 4      | 12
    read-signals signals 4      | EAGAIN
    read-signals one 4          | 1
    read-signals one 0          | EINVAL
  `,
  'a signal is claimed once in a process': `
    claim 12                    | ok
    claim 12                    | EBUSY
    claim 10                    | ok
    release 12                  | ok
    claim 12                    | ok
  `,
};
