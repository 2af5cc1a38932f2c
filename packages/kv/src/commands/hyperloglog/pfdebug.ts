import { HyperLogLog } from '../../algorithms/hyper-log-log.js';
import { REGISTERS } from '../../algorithms/sparse-registers.js';
import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { checked, readHyperLogLog, storeHyperLogLog } from './hyper-log-log-key.js';

const NO_KEY = new ReplyError('ERR The specified key does not exist');
const NOT_SPARSE = new ReplyError('ERR HLL encoding is not sparse');

const TESTED_ELEMENTS = 4096;
/** Six times the standard error of so many registers. */
const MAX_TESTED_ERROR = 0.05;

export const pfdebug: Command = {
  name: 'pfdebug',
  arity: 3,
  flags: ['write', 'denyoom', 'admin'],
  keys: { first: 2, last: 2, step: 1 },
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Shows the registers of a HyperLogLog, for the tests of Redis.',
  syntax: '<DECODE | ENCODING | GETREG | TODENSE> key',
  execute(call) {
    const log = readHyperLogLog(call, 2);
    if (log === undefined) throw NO_KEY;
    if (call.is(1, 'ENCODING')) call.reply.status(log.isDense ? 'dense' : 'sparse');
    else if (call.is(1, 'DECODE')) replyRuns(call, log);
    else if (call.is(1, 'GETREG')) replyRegisters(call, log);
    else if (call.is(1, 'TODENSE')) call.reply.integer(makeDense(call, log) ? 1 : 0);
    else throw new ReplyError(`ERR Unknown PFDEBUG subcommand '${call.latin1(1)}'`);
  },
};

export const pfselftest: Command = {
  name: 'pfselftest',
  arity: 1,
  flags: ['admin'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Counts known elements in a sparse and a dense HyperLogLog, and answers whether it went well.',
  complexity: 'O(1)',
  syntax: '',
  execute(call) {
    const [sparse, dense] = [new HyperLogLog(), new HyperLogLog()];
    dense.makeDense();
    const element = Buffer.alloc(4);
    for (let i = 0; i < TESTED_ELEMENTS; i++) {
      element.writeUInt32LE(i);
      sparse.add(element, 0, element.length, Number.POSITIVE_INFINITY);
      dense.add(element, 0, element.length, 0);
    }
    if (sparse.count() !== dense.count()) throw new ReplyError('ERR TESTFAILED Sparse and dense registers differ');
    if (Math.abs(dense.count() / TESTED_ELEMENTS - 1) > MAX_TESTED_ERROR) throw new ReplyError('ERR TESTFAILED Too great an error of the estimate');
    call.reply.ok();
  },
};

function replyRuns(call: Call, log: HyperLogLog): void {
  if (log.isDense) throw NOT_SPARSE;
  call.reply.text(log.runs);
}

/** All of them, of a HyperLogLog that becomes dense by this. */
function replyRegisters(call: Call, log: HyperLogLog): void {
  const registers = new Uint8Array(REGISTERS);
  checked(() => log.mergeInto(registers));
  makeDense(call, log);
  call.reply.array(REGISTERS);
  for (const value of registers) call.reply.integer(value);
}

/** Returns whether it was sparse. */
function makeDense(call: Call, log: HyperLogLog): boolean {
  if (log.isDense) return false;
  checked(() => log.makeDense());
  storeHyperLogLog(call, 2, log);
  call.server.keyspace.dirty++;
  return true;
}
