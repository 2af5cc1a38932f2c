/** `epoll SET`, `add LABEL EVENT... [@SET]`, `mod`, `del`, and `wait [CAPACITY] [xTIMES] [long] [@SET]`. */
import { EPOLLERR, EPOLLET, EPOLLHUP, EPOLLIN, EPOLLONESHOT, EPOLLOUT, EPOLLRDHUP } from '../../../src/kernel/abi.js';
import { type Stage, type Verb, resultText } from './stage.js';

const EVENTS: Readonly<Record<string, number>> = {
  in: EPOLLIN, out: EPOLLOUT, err: EPOLLERR, hup: EPOLLHUP, rdhup: EPOLLRDHUP, oneshot: EPOLLONESHOT, et: EPOLLET, exclusive: 0x1000_0000,
};

const CAPACITY = 16;
/** For what is sure to come: nobody waits so long. */
const LONG_MS = 20_000;

export const EPOLL_VERBS: Readonly<Record<string, Verb>> = {
  epoll: (stage, label = '') => stage.opened(label, stage.kernel.epollCreate()),
  add: (stage, label = '', ...words) => control(stage, 'epollAdd', label, words),
  mod: (stage, label = '', ...words) => control(stage, 'epollModify', label, words),
  del: (stage, label = '', ...words) => resultText(stage.kernel.epollRemove(stage.fd(setOf(words)), stage.fd(label))),
  wait: (stage, ...words) => wait(stage, words),
};

/** The set that is named by `@SET`, or the one that every stage has. */
function setOf(words: readonly string[]): string {
  return words.find((word) => word.startsWith('@'))?.slice(1) ?? 'epoll';
}

function control(stage: Stage, operation: 'epollAdd' | 'epollModify', label: string, words: readonly string[]): string {
  const set = setOf(words);
  const events = words.filter((word) => !word.startsWith('@')).reduce((bits, word) => bits | (EVENTS[word] as number), 0);
  const next = stage.nextRegistration(label);
  const result = stage.kernel[operation](stage.fd(set), stage.fd(label), events >>> 0, next.slot, next.generation);
  if (result === 0) stage.register(set, label, next);
  return resultText(result);
}

/**
 * What is ready, in the order of the labels: epoll_wait(2) promises none. Of several calls the events are put together,
 * so that a round over a set that is larger than the capacity shows each of its members.
 */
function wait(stage: Stage, words: readonly string[]): string {
  const set = setOf(words);
  const capacity = Number(words.find((word) => /^\d+$/.test(word)) ?? CAPACITY);
  const times = Number(words.find((word) => /^x\d+$/.test(word))?.slice(1) ?? 1);
  const seen: string[] = [];
  for (let i = 0; i < times; i++) {
    const triples = new Uint32Array(capacity * 3);
    const count = stage.kernel.epollWait(stage.fd(set), triples, capacity, words.includes('long') ? LONG_MS : 0);
    if (count < 0) return resultText(count);
    for (let at = 0; at < count * 3; at += 3) seen.push(eventText(stage, set, triples.subarray(at, at + 3)));
  }
  return seen.length === 0 ? '-' : seen.sort().join(' ');
}

function eventText(stage: Stage, set: string, [events = 0, slot = 0, generation = 0]: Uint32Array): string {
  const names = Object.keys(EVENTS).filter((name) => (events & (EVENTS[name] as number)) !== 0);
  return `${stage.registered(set, slot, generation)}:${names.join(',')}`;
}
