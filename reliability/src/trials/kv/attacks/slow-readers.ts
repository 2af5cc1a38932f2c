import { setTimeout as sleep } from 'node:timers/promises';
import type { Asker } from '../asker.js';
import { request } from '../resp.js';
import type { Target } from '../target.js';

const REPLY_BYTES = 1024 * 1024;
const ASKED = 32;
const SIP_BYTES = 16 * 1024;
const SIP_EVERY_MS = 20;

/** One after the other, as it was stored. */
const REPLY = Buffer.from(`$${REPLY_BYTES}\r\n${'y'.repeat(REPLY_BYTES)}\r\n`);

/** Reads a little now and then. Resolves with how many bytes came, or -1 if one of them was wrong. */
async function sip({ socket }: Asker, over: AbortSignal): Promise<number> {
  socket.pause();
  socket.write(Buffer.concat(Array.from({ length: ASKED }, () => request('GET', 'large'))));
  let bytes = 0;
  while (!over.aborted) {
    const part = (socket.read(SIP_BYTES) ?? socket.read()) as Buffer | null;
    if (part !== null && !isRight(part, bytes)) return -1;
    bytes += part?.length ?? 0;
    await sleep(SIP_EVERY_MS);
  }
  return bytes;
}

function isRight(part: Buffer, from: number): boolean {
  const at = from % REPLY.length;
  const first = REPLY.subarray(at, at + part.length);
  return part.subarray(0, first.length).equals(first) && part.subarray(first.length).equals(REPLY.subarray(0, part.length - first.length));
}

/** Clients that ask for many megabytes and take some kilobytes at a time. */
export async function slowReaders({ count, over, dial, underWay }: Target) {
  const askers = await Promise.all(Array.from({ length: count }, dial));
  await askers[0]?.asks('SET', 'large', 'y'.repeat(REPLY_BYTES));
  const sips = askers.map((asker) => sip(asker, over));
  underWay();
  const bytes = await Promise.all(sips);
  askers.forEach((asker) => asker.reset());
  return { wrong: bytes.filter((read) => read < 0).length, ended: askers.filter(({ ended }) => ended).length, bytes: bytes.reduce((sum, read) => sum + read, 0) };
}
