/** The comparison of the servers, in brief, and whether it can fail. `npm run bench -- equivalence` compares all of them, in all scenes. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { Peer } from '../src/benchmark.js';
import { compilePrograms } from '../src/compile.js';
import { PROGRAMS, equivalence } from '../src/equivalence/equivalence.js';
import { SCENES, scriptOf } from '../src/equivalence/scenes.js';
import { SERVERS } from '../src/equivalence/servers.js';
import { type Verdict, compareInScene, compareServers } from '../src/equivalence/trial.js';
import { FAULTS, faultyServer } from './support/faulty-server.js';

const FAULTY_COMMAND = fileURLToPath(new URL('support/faulty-command.js', import.meta.url));

/** For those servers alone that never answer: they have no more to say when so long nothing has moved anywhere. */
const SHORT_PATIENCE_SECONDS = 1;

/** Where each fault must be found, and as what. */
const FINDINGS: Readonly<Record<string, readonly [scene: string, seen: RegExp]>> = {
  'drops the last byte before a half-close': ['half-closes', /^early-eof/],
  'sends a RST instead of a FIN': ['half-closes', /^reset/],
  'drops what does not fit into the send buffer': ['slow-readers', /^early-eof|^stalled|^wrong-bytes/],
  'does not answer a FIN': ['silence', /^stalled/],
  'throws away at a FIN what is not sent yet': ['slow-readers', /^early-eof/],
  'says a word of its own before it ends': ['splits', /^too-many-bytes/],
  'mixes up two bytes': ['sizes', /^wrong-bytes/],
  'leaves out every fiftieth connection': ['bursts', /^early-eof|^reset/],
  'hangs up on who ends without a word': ['silence', /^reset/],
};

// Most of the time is spent waiting for slow readers.
t.jobs = 4;
t.before(() => compilePrograms(PROGRAMS));

const sceneNamed = (name: string) => SCENES.find((scene) => scene.name === name)!;

for (const name of ['c-poll', 'c-epoll', 'edge-embedded', 'oneshot-dedicated']) {
  t.test(`the clients of ${name} see an echo server`, async (t) => {
    const plan = {
      servers: SERVERS.filter((server) => server.name === name),
      scenes: ['splits', 'urgent', 'half-closes', 'resets', 'silence', 'slow-readers'].map(sceneNamed),
      seeds: [1],
      patienceSeconds: 30,
    };
    const verdicts = await compareServers(plan, () => {});
    t.equal(verdicts.length, plan.scenes.length);
    for (const { scene, seed, differences } of verdicts) t.same([seed, differences], [undefined, []], scene);
  });
}

async function verdictOn(t: Test, fault: string, sceneName: string, patienceSeconds: number): Promise<Verdict> {
  const server = faultyServer(fault).listen(0, '127.0.0.1');
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  t.teardown(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  await once(server, 'listening');
  return compareInScene(fault, (server.address() as AddressInfo).port, sceneNamed(sceneName), { seeds: [1], patienceSeconds });
}

t.test('a right server that lives in this process is found right, and of each other one is known where it must be found', async (t) => {
  const scenes = new Set(Object.values(FINDINGS).map(([scene]) => scene));
  for (const scene of scenes) t.same((await verdictOn(t, 'does nothing wrong', scene, 30)).differences, [], scene);
  t.same(Object.keys(FINDINGS), Object.keys(FAULTS).filter((fault) => fault !== 'does nothing wrong'));
});

for (const [fault, [scene, seen]] of Object.entries(FINDINGS)) {
  t.test(`a server that ${fault} is found in ${scene}`, async (t) => {
    const { seed, differences } = await verdictOn(t, fault, scene, SHORT_PATIENCE_SECONDS);
    t.equal(seed, 1);
    t.match(differences[0]?.seen, seen);
  });
}

t.test('the command shows the first difference and how to see it again, and ends with 1', async (t) => {
  const server = (name: string, fault: string): Peer => ({ name, title: name, usual: true, command: () => [process.execPath, FAULTY_COMMAND, fault] });
  const servers = [server('right', 'does nothing wrong'), server('wrong', 'sends a RST instead of a FIN')];
  const printed = t.capture(console, 'log');
  t.equal(await equivalence.run(['--scenes', 'half-closes', '--seeds', '4,5'], servers), 1);
  const text = printed().flatMap(({ args }) => args).join('\n');
  t.match(text, /^ {2}right +same$/m);
  t.match(text, /^ {2}wrong +seed 4$/m);
  t.match(text, /^wrong, half-closes, seed 4: client \d+ in step \d+ \(end\), and \d+ others$/m);
  t.match(text, /^ {2}expected eof after \d+ of \d+ bytes in step \d+\n {2}seen {5}reset after/m);
  t.match(text, /^ {2}repeat {3}npm run bench -- equivalence --servers wrong --scenes half-closes --seeds 4$/m);
  t.match(text, /^1 of 2 cells are not the same$/m);
});

t.test('what cannot be compared is refused or named', async (t) => {
  const unknown: Peer = { name: 'unknown', title: 'unknown', usual: true, command: () => undefined };
  const printed = t.capture(console, 'log');
  t.equal(await equivalence.run([], [unknown]), 1, 'that nothing was compared is no success');
  t.match(printed()[0]?.args[0], /^NOT COMPARED.*: unknown/);
  await t.rejects(equivalence.run(['--servers', 'nobody'], [unknown]), { message: '--servers: nobody is not one of unknown' });
  await t.rejects(equivalence.run(['--seeds', 'one'], [unknown]), { message: /--seeds takes whole numbers/ });
  await t.rejects(equivalence.run(['--patience', '0'], [unknown]), { message: /--patience takes seconds/ });
});

t.test('a seed gives the same script each time, and another seed another one', async (t) => {
  for (const scene of SCENES) {
    t.equal(scriptOf(scene, 7).join('\n'), scriptOf(scene, 7).join('\n'), scene.name);
    t.not(scriptOf(scene, 7).join('\n'), scriptOf(scene, 8).join('\n'), scene.name);
  }
});
