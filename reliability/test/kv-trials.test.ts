/** The trials of the key-value server, in brief: `npm run trials -- kv` measures. They have a file of their own as they take long. */
import t from 'tap';
import { GROUPS } from '../src/trials/catalogue.js';
import type { Trial } from '../src/trials/trial.js';
import { tryBriefly } from './support/brief-trials.js';

// Most of the time is spent waiting: for deadlines, for processes to start.
t.jobs = 3;

const trials = GROUPS['kv'] as readonly Trial[];
/** All of them as `npm run test:long` asks for, else every fourth one. */
tryBriefly(t, process.env['LONG_TESTS'] === 'true' ? trials : trials.filter((_, index) => index % 4 === 0));
