import { type Slots, slotsOf } from '../structures/slots.js';

/** How things stand. Published by the loop at the end of each turn, or where they change. */
export const GAUGES = [
  /** Connections whose queue is being sent before our FIN, those that wait for the peer's, and those above their high-water mark. */
  'connectionsDraining', 'connectionsClosing', 'connectionsCongested',
  /** Channels in the epoll set, each in a slot of its own: listeners, connections, dials, the clock and all else. */
  'channels',
  /** Channels that wait for their next turn, timers on the wheel, posted tasks, and bytes that wait for sockets. */
  'readyQueue', 'timersPending', 'tasksPending', 'bytesQueued',
  /** Offloaded tasks that a thread runs, and those that wait for one. */
  'offloadsRunning', 'offloadsQueued',
  /** When the last turn began and ended, in ms on the system's monotonic clock, which all threads share. */
  'turnBeganMs', 'turnEndedMs',
  /** The plugin whose handler runs now: its number among the plugins, from 1 on; 0 if none does. */
  'runningPlugin',
] as const;

export type GaugeName = (typeof GAUGES)[number];

/** How a reactor stands: numbers that go up and down, and that every thread may read. */
export type Gauges = Slots<GaugeName>;

export const openGauges = slotsOf(GAUGES);
