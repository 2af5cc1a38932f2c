/**
 * What the loop's time is spent on:
 * - `wait`: outside turns and in epoll_wait; with the embedded host, whatever else the thread does
 * - `dispatch`: finding out whose events these are, accepting, registering, closing
 * - `read`, `write`: the batched system calls, and the bookkeeping of output; what ends a turn belongs to its last stage
 * - `handler`: hooks of plugins, and callbacks of datagrams, inboxes and signals, up to their first `await`
 * - `timers`, `tasks`: calls of timers and of posted tasks
 */
export const STAGES = ['wait', 'dispatch', 'read', 'handler', 'write', 'timers', 'tasks'] as const;
export type Stage = (typeof STAGES)[number];

export const [WAIT, DISPATCH, READ, HANDLER, WRITE, TIMERS, TASKS] = [0, 1, 2, 3, 4, 5, 6] as const;
