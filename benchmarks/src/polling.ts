// Asks a server's endpoint for its numbers, as Prometheus and a live page do.

import { setTimeout } from 'node:timers/promises';

const PATHS = ['metrics', 'stats'];

async function ask(url: string): Promise<void> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok || text === '') throw new Error(`${url} answered ${answer.status} with ${text.length} characters`);
}

async function poll(endpoint: string, periodMs: number, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    for (const path of PATHS) await ask(endpoint + path);
    // The signal ends the pause early, and with it the loop.
    await setTimeout(periodMs, undefined, { signal: ended }).catch(() => {});
  }
}

/** Polls while the body runs. An answer that fails, fails the body: a measurement without it would be of something else. */
export async function whilePolling<T>(endpoint: string, periodMs: number, body: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const [result] = await Promise.all([body().finally(() => ended.abort()), poll(endpoint, periodMs, ended.signal)]);
  return result;
}
