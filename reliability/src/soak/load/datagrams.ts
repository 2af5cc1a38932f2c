import { type Socket, createSocket } from 'node:dgram';
import { setTimeout } from 'node:timers/promises';
import type { Random } from '@edgeloop/reactor/testing';
import { noiseOf } from './scripts.js';

const MOST = 30;
const LONGEST_BYTES = 20_000;
/** So long after the last that has come, what is missing counts as lost: UDP may lose datagrams. */
const LOST_AFTER_MS = 300;

/** Sends datagrams to the echo and holds what comes back against them: each at most once, whole and unchanged. Resolves with what went wrong. */
export async function exchangeDatagrams(port: number, random: Random): Promise<string | undefined> {
  const socket = createSocket('udp4');
  const missing = new Set<string>();
  let problem: string | undefined;
  let received = 0;
  socket.on('message', (message) => {
    received++;
    if (!missing.delete(message.toString('latin1'))) problem ??= `a datagram of ${message.length} bytes came that was not sent, or came twice`;
  });
  for (let number = random.between(1, MOST); number > 0; number--) {
    // The number makes each of them different.
    const payload = Buffer.concat([Buffer.from(`${number} `), noiseOf(random, random.chance(0.1) ? LONGEST_BYTES : random.between(0, 500))]);
    missing.add(payload.toString('latin1'));
    await sent(socket, payload, port);
  }
  for (let before = -1; missing.size > 0 && before < received; await setTimeout(LOST_AFTER_MS)) before = received;
  await new Promise<void>((resolve) => socket.close(resolve));
  return problem;
}

function sent(socket: Socket, payload: Buffer, port: number): Promise<void> {
  return new Promise((resolve, reject) => socket.send(payload, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error))));
}
