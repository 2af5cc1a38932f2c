/**
 * Everything of the program's that the loop calls: the hooks of plugins, a plugin's `state`, and the callbacks of datagrams, inboxes
 * (`onMessage`), signals, timers and posted tasks.
 */
export const HOOKS = [
  'state', 'onOpen', 'onData', 'onHalfClose', 'onDrain', 'onClose', 'onShutdown', 'beforeOutput', 'onDatagram', 'onMessage',
  'onSignal', 'timer', 'task',
] as const;

export type Hook = (typeof HOOKS)[number];
