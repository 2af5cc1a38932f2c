import type { Workload } from './workload.js';
import { echo } from './workloads/echo.js';
import { messages } from './workloads/messages.js';
import { proxy } from './workloads/proxy.js';
import { requests } from './workloads/requests.js';
import { shutdown } from './workloads/shutdown.js';
import { timers } from './workloads/timers.js';

export const WORKLOADS: readonly Workload[] = [echo, requests, proxy, shutdown, timers, messages];

/** The workload of this name, which must be one. */
export function workloadOf(name: string): Workload {
  return WORKLOADS.find((workload) => workload.name === name) as Workload;
}
