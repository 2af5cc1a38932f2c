import type { Draw } from '../draw.js';
import type { Family } from '../family.js';
import { PAYLOAD } from '../sequence.js';

const LIBRARIES = [
  '#!lua name=mylib\nredis.register_function("first", function(keys, args) return {keys[1] or "none", args[1] or "none"} end)',
  '#!lua name=mylib\nredis.register_function{function_name="reads", callback=function(keys) return redis.call("GET", keys[1]) end, flags={"no-writes"}}',
  '#!lua name=other\nredis.register_function("writes", function(keys, args) return redis.call("SET", keys[1], args[1]) end)',
  '#!lua name=other\nredis.register_function("first", function() return 1 end)',
  '#!lua name=described\nredis.register_function{function_name="described", description="says what it does", callback=function() return 7 end}',
  '#!lua name=empty\n', '#!lua\nreturn 1', 'return 1', '#!lua name=bad name\nreturn 1', '#!nosuch name=x\nreturn 1', '#!lua name=broken\nreturn (',
  '#!lua name=raises\nerror("mine")', '#!lua name=calls\nredis.call("PING")',
  '#!lua name=twice\nredis.register_function("a", function() end)\nredis.register_function("a", function() end)',
  '#!lua name=wrong\nredis.register_function("a-b", function() end)', '#!lua name=wrong\nredis.register_function("a")',
];

export const functions: Family = {
  name: 'functions',
  weight: 1,
  isSpoiled: true,
  builders: ['FUNCTION'],
  recipes: {
    FUNCTION: (d) => ['FUNCTION', 'LOAD', ...d.maybe(0.5, 'REPLACE'), d.pick(d.chance(0.7) ? LIBRARIES.slice(0, 5) : LIBRARIES)],
    'FUNCTION+': (d) => ['FUNCTION', 'DELETE', library(d)],
    'FUNCTION DUMP': (d) => [
      { args: ['FUNCTION', 'DUMP'], mode: 'dump' }, ...d.some(0, 1, () => ({ args: ['FUNCTION', 'DELETE', library(d)] })),
      { args: ['FUNCTION', 'RESTORE', PAYLOAD, ...d.maybe(0.7, d.option('APPEND', 'REPLACE', 'FLUSH', 'NOSUCH'))] }, { args: ['FUNCTION', 'LIST'] },
    ],
    'FUNCTION RESTORE': (d) => ['FUNCTION', 'RESTORE', d.value(), ...d.maybe(0.3, 'FLUSH')],
    'FUNCTION++': (d) => ['FUNCTION', d.pick(['STATS', 'KILL', 'NOSUCH', ...d.maybe(0.2, 'FLUSH')])],
    'FUNCTION+++': (d) => ['FUNCTION', 'LIST', 'LIBRARYNAME', library(d), ...d.maybe(0.5, 'WITHCODE')],
    FCALL: (d) => ['FCALL', called(d), '1', d.key('string'), d.value()],
    FCALL_RO: (d) => ['FCALL_RO', called(d), ...d.counted([d.key('string')])],
  },
};

function library(d: Draw): string {
  return d.pick(['mylib', 'other', 'described', 'nosuch']);
}

function called(d: Draw): string {
  return d.pick(['first', 'reads', 'reads', 'writes', 'described', 'nosuch']);
}
