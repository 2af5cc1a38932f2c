// The scripts: clients that do what clients do, as the seed has it. The same seed gives the same script everywhere.

import { Random } from '@edgeloop/reactor/testing';

import { Role } from './role.js';

export interface Scene {
  readonly name: string;
  readonly title: string;
  roles(random: Random): Role[];
}

/** Where buffers of the kernel and of the servers end: 4 kB is where edgeloop sends from the caller's memory, 64 kB one receive of all. */
const BORDERS = [1, 2, 512, 4096, 16_384, 65_536, 131_072, 1 << 20];

/** Segments and windows that make a send come up short long before they are small enough to be slow. */
const SEGMENT_BYTES = [536, 1200, 4000];
const WINDOW_BYTES = [2304, 8192, 32_768];

/** Of any order of magnitude, each as likely. */
function anySize(random: Random, most: number): number {
  const magnitude = 1 << random.between(0, Math.floor(Math.log2(most)));
  return Math.min(most, magnitude + random.below(magnitude));
}

/** A number that is a border, or one less, or one more. */
function borderSize(random: Random): number {
  return Math.max(1, random.pick(BORDERS) + random.between(-1, 1));
}

/** Sends one message, cut at any places, with pauses after some of the pieces. */
function sendSplit(random: Random, role: Role, bytes: number): void {
  for (let rest = bytes; rest > 0;) {
    const piece = random.chance(0.3) ? rest : anySize(random, rest);
    role.send(piece).pause(random.chance(0.5) ? random.between(1, 3) : 0);
    rest -= piece;
  }
}

function connected(): Role {
  return new Role().connect();
}

function splitWrites(random: Random): Role {
  const role = connected();
  for (let messages = random.between(1, 6); messages > 0; messages--) {
    sendSplit(random, role, anySize(random, 20_000));
    if (random.chance(0.7)) role.awaitEcho();
  }
  return role.finish().end();
}

function anySizes(random: Random): Role {
  const role = connected();
  for (let messages = random.between(1, 5); messages > 0; messages--) {
    role.send(borderSize(random));
    if (random.chance(0.5)) role.awaitEcho();
  }
  return role.finish().end();
}

/** An urgent byte in the middle: recv(2) stops in front of it, however much stands behind (tcp(7)). */
function urgentByte(random: Random): Role {
  const role = connected();
  if (random.chance(0.5)) role.send(anySize(random, 5000)).awaitEcho();
  role.send(anySize(random, 5000)).pause(random.chance(0.2) ? 1 : 0).urgent().pause(random.chance(0.2) ? 1 : 0).send(anySize(random, 5000));
  if (random.chance(0.7)) role.awaitEcho();
  return role.finish().end();
}

/** The FIN before a word, behind bytes that are under way, in the middle of the echo, or after all of it. */
function halfClose(random: Random): Role {
  const role = connected();
  switch (random.below(4)) {
    case 0: return role.pause(random.below(3)).finish().end();
    case 1: return role.send(anySize(random, 300_000)).finish().end();
    case 2: return role.send(anySize(random, 300_000)).awaitEcho(1).finish().pause(random.below(3)).end();
    default: return role.send(anySize(random, 300_000)).awaitEcho().finish().end();
  }
}

/** A RST at any moment, also behind a FIN, or a close that becomes one because bytes have not been read. */
function breakOff(random: Random): Role {
  const role = connected();
  const bytes = random.chance(0.8) ? anySize(random, 1 << 20) : 0;
  if (bytes > 0) role.send(bytes);
  if (bytes > 0 && random.chance(0.4)) role.awaitEcho(random.between(1, bytes));
  if (random.chance(0.2)) role.finish();
  role.pause(random.below(4));
  return random.chance(0.7) ? role.reset() : role.leave();
}

function silent(random: Random): Role {
  const role = connected().pause(random.below(5));
  switch (random.below(4)) {
    case 0: return role.leave();
    case 1: return role.reset();
    case 2: return role.finish().end();
    default: return role.stay();
  }
}

/** Reads a little at a time from a small window, so that the server must keep what it cannot send. */
function slowReader(random: Random): Role {
  const role = new Role().narrow(random.pick(SEGMENT_BYTES), random.pick(WINDOW_BYTES)).connect();
  role.nibble(random.between(2000, 12_000), random.between(1, 2)).send(random.between(100_000, 500_000));
  if (random.chance(0.5)) role.pause(random.between(1, 20));
  if (random.chance(0.5)) sendSplit(random, role, anySize(random, 20_000));
  if (random.chance(0.2)) return role.awaitEcho(random.between(1, 50_000)).reset();
  return random.chance(0.5) ? role.finish().end() : role.awaitEcho().finish().end();
}

/**
 * Begins to read when all is sent, its FIN included: more than a send buffer for small segments takes, and less than all the buffers
 * on the way. So the server has a FIN before it has sent what came before it.
 */
function lateReader(random: Random): Role {
  const role = new Role().narrow(536, WINDOW_BYTES[0]!).connect().nibble(1, 20);
  role.send(random.between(140_000, 170_000)).finish().pause(50);
  return role.nibble(random.between(2000, 12_000), random.between(1, 2)).end();
}

/** One message and its echo after the other, as most protocols have it. */
function conversation(random: Random): Role {
  const role = connected();
  for (let messages = random.between(2, 20); messages > 0; messages--) role.send(anySize(random, 2000)).awaitEcho();
  return random.chance(0.3) ? role.stay() : role.finish().end();
}

/** Connects together with the others of its wave, and ends in one of three ways. */
function inWave(random: Random, wave: number): Role {
  const role = new Role().pause(wave * 10).connect().send(anySize(random, 500)).awaitEcho();
  return random.chance(0.5) ? role.finish().end() : random.chance(0.5) ? role.leave() : role.reset();
}

function inCrowd(random: Random): Role {
  const role = connected();
  if (random.chance(0.5)) role.send(anySize(random, 500)).awaitEcho();
  return role.meet().send(anySize(random, 2000)).finish().end();
}

function several(count: number, make: (index: number) => Role): Role[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const KINDS = [splitWrites, anySizes, halfClose, breakOff, silent, slowReader, lateReader, conversation];

export const SCENES: readonly Scene[] = [
  { name: 'splits', title: 'writes split at any place, and paced', roles: (random) => several(24, () => splitWrites(random)) },
  { name: 'sizes', title: 'messages from 1 B to 1 MB, around the borders of buffers', roles: (random) => several(16, () => anySizes(random)) },
  { name: 'urgent', title: 'an urgent byte in the middle of a message', roles: (random) => several(40, () => urgentByte(random)) },
  { name: 'half-closes', title: 'a FIN before, within and after the echo', roles: (random) => several(40, () => halfClose(random)) },
  { name: 'resets', title: 'a RST or a close at any moment', roles: (random) => several(60, () => breakOff(random)) },
  { name: 'silence', title: 'connections without a word', roles: (random) => several(40, () => silent(random)) },
  {
    name: 'slow-readers',
    title: 'small windows, slow and late readers, beside quick conversations',
    roles: (random) => several(20, (index) => [slowReader, conversation, lateReader, conversation][index % 4]!(random)),
  },
  { name: 'bursts', title: 'five waves of 60 connections', roles: (random) => several(300, (index) => inWave(random, Math.floor(index / 60))) },
  { name: 'crowd', title: '600 connections at once', roles: (random) => several(600, () => inCrowd(random)) },
  { name: 'mixed', title: '100 clients of all kinds', roles: (random) => several(100, () => random.pick(KINDS)(random)) },
];

/** The script of a scene for a seed, in which no scene draws the numbers of another. */
export function scriptOf(scene: Scene, seed: number): Role[] {
  return scene.roles(new Random(seed * 2 ** 32 + SCENES.indexOf(scene)));
}
