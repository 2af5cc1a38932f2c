import type { Attack } from '../target.js';
import { announcers } from './announcers.js';
import { browsers } from './browsers.js';
import { callers } from './callers.js';
import { collisions } from './collisions.js';
import { fillers } from './fillers.js';
import { guessers } from './guessers.js';
import { muteSubscribers } from './mute-subscribers.js';
import { patterns } from './patterns.js';
import { pipelineFlood } from './pipeline-flood.js';
import { shortLives } from './short-lives.js';
import { slowReaders } from './slow-readers.js';
import { slowSenders } from './slow-senders.js';

/** What an attacker can be told to do. */
export const ATTACKS = {
  announcers, browsers, callers, collisions, fillers, guessers, muteSubscribers, patterns, pipelineFlood, shortLives, slowReaders, slowSenders,
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof ATTACKS;
