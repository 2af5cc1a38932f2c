/** The examples of what can be seen of a reactor from outside. */
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { Example, dial, endsAtCtrlC } from './example.js';

// Most of the time goes into starting processes.
t.jobs = 2;

t.test('own-metrics exports its own metric beside the reactor\'s, and has the live page', async (t) => {
  const example = new Example(t, 'own-metrics', ['0', '0']);
  const socket = await dial(t, await example.port());
  socket.write('to be or n');
  socket.end('ot to be\n');
  t.equal((await buffer(socket)).toString(), '6 words\n');
  const [, url] = await example.printed(/live page at (\S+)/);
  const metrics = await (await fetch(`${url}metrics`)).text();
  t.match(metrics, '\nwords_counted_total 6\n');
  t.match(metrics, '\nedgeloop_connections_accepted_total 1\n');
  t.match(metrics, '\nprocess_open_fds ');
  t.match(await (await fetch(url as string)).text(), /^<!doctype html>/i);
  await endsAtCtrlC(t, example);
});

t.test('blocked-loop can be scraped while its loop is blocked', async (t) => {
  const example = new Example(t, 'blocked-loop', ['0', '0']);
  const socket = await dial(t, await example.port());
  const [, url] = await example.printed(/metrics at (\S+)/);
  const scrape = async () => (await fetch(url as string)).text();
  t.match(await scrape(), '# in a handler of: nobody\n');
  // Longer than the test; its end is that of the process.
  socket.write('3600\n');
  let metrics = '';
  do metrics = await scrape();
  while (!metrics.includes('# in a handler of: blocking\n'));
  t.match(metrics, /^edgeloop_loop_turn_age_seconds (?!0\n)\S+$/m);
});

t.test('blocked-loop answers when its loop is free, and ends with its other thread', async (t) => {
  const example = new Example(t, 'blocked-loop', ['0', '0']);
  const socket = await dial(t, await example.port());
  socket.end('0\n');
  t.equal((await buffer(socket)).toString(), 'done\n');
  await endsAtCtrlC(t, example);
});
