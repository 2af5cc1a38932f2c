import type { Random } from '@edgeloop/reactor/testing';
import type { Service } from '../server/services.js';
import { weighed } from '../random.js';
import { MANNERS, reversed } from '../request-protocol.js';
import { kvScript } from './kv-script.js';
import type { Script } from './script.js';

export type ScriptedService = Exclude<Service, 'strict' | 'datagrams'>;

const NOISE_BYTES = 4 * 1024 * 1024;
const BURST_BYTES = 1024 * 1024;
const LONGEST_REQUEST_BYTES = 60_000;

/** Any piece of it is as good as new noise, and costs nothing to make. */
const noise = Buffer.alloc(NOISE_BYTES);
for (let i = 0, value = 1; i < NOISE_BYTES; i += 4) noise.writeUInt32LE((value = Math.imul(value, 0x915f77f5) + 12345) >>> 0, i);

export function noiseOf(random: Random, length: number): Buffer {
  const at = random.between(0, NOISE_BYTES - length);
  return noise.subarray(at, at + length);
}

/** `name` is no other client's, in any cycle. */
export function scriptFor(service: ScriptedService, random: Random, name: string): Script {
  if (service === 'kv') return kvScript(random, name);
  return service === 'requests' || service === 'gateway' ? requestScript(random) : echoScript(random);
}

function echoScript(random: Random): Script {
  const length = random.chance(0.08) ? random.between(BURST_BYTES / 4, BURST_BYTES) : random.between(1, 20_000);
  const input = noiseOf(random, length);
  return { input, output: input, offends: false, waits: false };
}

function requestScript(random: Random): Script {
  const requests = Array.from({ length: random.between(1, 25) }, () => request(random));
  const replies = requests.map((frame) => framed(reversed(frame)));
  const offends = random.chance(0.15);
  const end = offends ? [random.pick(OFFENCES)] : [];
  return { input: Buffer.concat([...requests.map((frame) => framed(frame)), ...end]), output: Buffer.concat(replies), offends, waits: false };
}

function request(random: Random): Buffer {
  const manner = MANNERS[weighed(random, { now: 6, later: 1, posted: 1, elsewhere: 1 })];
  const length = random.chance(0.05) ? random.between(1000, LONGEST_REQUEST_BYTES) : random.between(0, 300);
  return Buffer.concat([Buffer.of(manner), noiseOf(random, length)]);
}

/** A frame that is too long, and one whose handler throws. */
const OFFENCES = [Buffer.of(0xff, 0xff, 0xff, 0xff, 0, 1, 2), framed(Buffer.of(MANNERS.fail))] as const;

/** Written out here, and not by the reactor's encoder: what is wrong there must show. */
function framed(payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}
