/** Handles and the events that outlive them; what the kernel is asked, and in which order. */
import { spawn } from 'node:child_process';
import t from 'tap';
import type { Connection } from '../../src/index.js';
import { EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { Child, start } from '../support/child.js';
import { skipWithout } from '../support/required-tool.js';
import { LOOPS, TRIGGERS, descriptors, dial, quiet, serve, until } from '../support/setting.js';

const native = nativeKernel();

function descriptorOf(connection: Connection): number {
  return (connection as unknown as { fd: number }).fd;
}

t.test('behaviour 2: a registration keeps the trigger that was chosen, through its whole life', async (t) => {
  const kindOf = (events: number) => ((events & EPOLLONESHOT) !== 0 ? 'oneshot' : (events & EPOLLET) !== 0 ? 'edge' : 'level');
  for (const trigger of TRIGGERS) {
    const kinds = new Map<number, Set<string>>();
    const note = (fd: number, events: number) => void kinds.set(fd, (kinds.get(fd) ?? new Set()).add(kindOf(events)));
    const kernel = {
      epollAdd(...args: Parameters<typeof native.epollAdd>) {
        note(args[1], args[2]);
        return native.epollAdd(...args);
      },
      epollModify(...args: Parameters<typeof native.epollModify>) {
        if (trigger === 'edge') t.fail('an edge-triggered registration is never modified');
        note(args[1], args[2]);
        return native.epollModify(...args);
      },
    };
    const { port } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) }, { kernel, listen: { trigger } });
    kinds.forEach((_, fd) => native.getsockopt(fd, 1, 4) < 0 && kinds.delete(fd));
    const client = await dial(t, port);
    client.socket.pause();
    client.socket.end(Buffer.alloc(8_000_000));
    await quiet(5);
    client.socket.resume();
    await until(() => client.closed, 'the close');
    t.equal(client.receivedBytes, 8_000_000);
    t.equal(kinds.size, 2, 'the listener and the connection');
    for (const kind of kinds.values()) t.same([...kind], [trigger]);
  }
});

for (const loop of LOOPS) {
  t.test(`behaviour 4: a one-shot connection is re-armed only when its handler is done and its queue is low (${loop})`, async (t) => {
    const armed: { fd: number; events: number; running: boolean; queued: number }[] = [];
    let running = false;
    let connection: Connection | undefined;
    let finish: () => void = () => {};
    const kernel = {
      epollModify(...args: Parameters<typeof native.epollModify>) {
        if (connection !== undefined && args[1] === descriptorOf(connection)) {
          armed.push({ fd: args[1], events: args[2], running, queued: connection.bytesQueued });
        }
        return native.epollModify(...args);
      },
    };
    const { port } = await serve(t, {
      onOpen: (opened: Connection) => void (connection = opened),
      async onData(current: Connection) {
        running = true;
        await new Promise<void>((resolve) => (finish = resolve));
        current.write(Buffer.alloc(8_000_000));
        running = false;
      },
    }, { loop, kernel, listen: { trigger: 'oneshot' } });
    const client = await dial(t, port);
    client.socket.pause();
    client.socket.write('go');
    await until(() => running, 'the handler');
    client.socket.write('more');
    await quiet(5);
    t.same(armed, [], 'disarmed while the handler is at work');
    finish();
    await until(() => (connection?.bytesQueued ?? 0) > 65_536, 'the queue');
    await quiet(5);
    t.ok(armed.length > 0 && armed.every(({ events }) => (events & EPOLLIN) === 0), 'no reading above the high-water mark');
    t.ok(armed.some(({ events }) => (events & EPOLLOUT) !== 0), 'but the queue is heard of');
    client.socket.resume();
    await until(() => running, 'the second handler');
    finish();
    // In the dedicated host, whose thread the client shares, this is a second of work, and several on a busy machine.
    await until(() => client.receivedBytes === 16_000_000, 'both answers', 60_000);
    await until(() => ((armed.at(-1)?.events ?? 0) & EPOLLIN) !== 0, 'the last re-arming');
    for (const { events, running: atWork, queued } of armed) {
      if ((events & EPOLLIN) !== 0) t.ok(!atWork && queued <= 16_384);
    }
  });

  t.test(`behaviour 8: a handle of a freed or reused slot is dropped and counted, never delivered (${loop})`, async (t) => {
    const handles: [slot: number, generation: number][] = [];
    let replay: [slot: number, generation: number] | undefined;
    const heard: string[] = [];
    const kernel = {
      epollAdd(...args: Parameters<typeof native.epollAdd>) {
        handles.push([args[3], args[4]]);
        return native.epollAdd(...args);
      },
      epollWait(epoll: number, triples: Uint32Array, capacity: number, timeoutMs: number) {
        const count = native.epollWait(epoll, triples, capacity - 1, replay === undefined ? timeoutMs : 0);
        if (count < 0 || replay === undefined) return count;
        triples.set([0x1 | 0x8 | 0x10, ...replay], count * 3);
        replay = undefined;
        return count + 1;
      },
    };
    const { port, reactor } = await serve(t, {
      onData: (_connection, chunk) => void heard.push(`${chunk}`),
      onClose: (_connection, reason) => void heard.push(`close ${reason}`),
    }, { loop, kernel });
    const first = await dial(t, port);
    await until(() => reactor.connectionCount === 1, 'the first');
    const old = handles.at(-1);
    first.socket.end();
    await until(() => reactor.connectionCount === 0, 'its close');
    const second = await dial(t, port);
    await until(() => reactor.connectionCount === 1, 'the second');
    t.equal(handles.at(-1)?.[0], old?.[0], 'the slot is reused');
    replay = old;
    second.socket.write('alive');
    await until(() => heard.includes('alive') && replay === undefined, 'the batch');
    t.equal(reactor.counters.staleEvents, 1);
    t.equal(reactor.connectionCount, 1);
    t.same(heard, ['close undefined', 'alive']);
  });
}

for (const trigger of TRIGGERS) {
  for (const first of ['newcomer', 'victim'] as const) {
    t.test(`behaviour 8: within one batch, a connection is destroyed and its slot reused: its event is dropped (${trigger}, ${first} first)`, async (t) => {
      const heard: string[] = [];
      const slots: number[] = [];
      let victim: Connection | undefined;
      let withheld = false;
      const kernel = {
        epollWait: (...args: Parameters<typeof native.epollWait>) => (withheld ? 0 : native.epollWait(...args)),
        epollAdd(...args: Parameters<typeof native.epollAdd>) {
          slots.push(args[3]);
          return native.epollAdd(...args);
        },
      };
      const { port, reactor } = await serve(t, {
        onOpen(connection) {
          if (victim === undefined) victim = connection;
          else victim.destroy();
        },
        onData: (connection, chunk) => void heard.push(`${connection === victim ? 'victim' : 'other'} ${chunk}`),
      }, { kernel, listen: { trigger } });
      const client = await dial(t, port);
      await until(() => victim !== undefined, 'the victim');
      const slot = slots.at(-1);
      await quiet(3);
      // One batch: two newcomers, of whom the first destroys the victim and the second gets its slot, and bytes of the victim.
      withheld = true;
      if (first === 'victim') client.socket.write('for the victim');
      await dial(t, port);
      await dial(t, port);
      if (first === 'newcomer') client.socket.write('for the victim');
      withheld = false;
      await until(() => reactor.counters.accepted === 3, 'the newcomers');
      await quiet(3);
      t.equal(victim?.phase, 'closed');
      t.equal(slots.at(-1), slot, 'the slot is reused');
      t.same(heard, []);
      t.equal(reactor.connectionCount, 2);
      if (first === 'newcomer') t.equal(reactor.counters.staleEvents, 1, 'and counted');
    });
  }

  t.test(`a connection that is read in a batch is served although a handler destroys the rest of the batch (${trigger})`, async (t) => {
    const heard: string[] = [];
    const opened: Connection[] = [];
    let withheld = false;
    const kernel = {
      epollWait: (...args: Parameters<typeof native.epollWait>) => (withheld ? 0 : native.epollWait(...args)),
    };
    const { port, reactor } = await serve(t, {
      onOpen: (connection) => void opened.push(connection),
      onData: (_connection, chunk) => void heard.push(`${chunk}`),
      onDrain: () => opened[2]?.destroy(),
    }, { kernel, listen: { trigger, highWaterBytes: 100_000, lowWaterBytes: 50_000 } });
    const clients = [await dial(t, port)];
    for (let i = 1; i < 3; i++) {
      await until(() => opened.length === i, 'the connections');
      clients.push(await dial(t, port));
    }
    await until(() => opened.length === 3, 'the connections');
    const [first, slow, last] = clients;
    slow?.socket.pause();
    while (opened[1]?.write(Buffer.alloc(10_000)) === true);
    await quiet(3);
    // One batch: bytes of the first, room for the second, whose onDrain destroys the third, and bytes of the third.
    withheld = true;
    first?.socket.write('must arrive');
    slow?.socket.resume();
    await until(() => slow?.receivedBytes === opened[1]?.bytesWritten, 'the reader to make room');
    last?.socket.write('never');
    const { turns } = reactor.counters;
    withheld = false;
    await until(() => opened[2]?.phase === 'closed', 'its destruction');
    await quiet();
    t.ok(reactor.counters.turns > turns);
    t.same(heard, ['must arrive']);
  });

  t.test(`behaviour 7: a descriptor that a child has inherited keeps no registration alive (${trigger})`, { skip: skipWithout('sleep') }, async (t) => {
    let connection: Connection | undefined;
    const { port, reactor } = await serve(t, { onOpen: (opened) => void (connection = opened) }, { listen: { trigger } });
    const client = await dial(t, port);
    await until(() => connection !== undefined, 'the connection');
    if (connection === undefined) return;
    const heir = spawn('sleep', ['60'], { stdio: [descriptorOf(connection), 'ignore', 'ignore'] });
    t.teardown(() => heir.kill('SIGKILL'));
    await new Promise((resolve) => heir.once('spawn', resolve));
    connection.destroy();
    await until(() => reactor.connectionCount === 0, 'the close');
    await quiet(3);
    const { events } = reactor.counters;
    client.socket.write('to the heir');
    await quiet();
    t.equal(client.closed, false, 'the heir keeps the connection');
    t.equal(reactor.counters.events, events, 'but the reactor hears no more of it');
  });
}

t.test('behaviour 8: ten thousand connections leave neither descriptors nor handles behind', async (t) => {
  const { port, reactor } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) });
  const { port: idle } = await serve(t, { onData: (connection: Connection, chunk: Buffer) => connection.write(chunk) });
  await (await dial(t, idle)).echo('settled');
  const before = descriptors();
  const child = new Child(process.execPath, ['-e', `
    const { connect } = require('node:net');
    let answered = 0, closed = 0;
    const sockets = [];
    process.stdin.on('end', () => sockets.forEach((socket, i) => i % 3 === 0 ? socket.resetAndDestroy() : socket.end())).resume();
    const open = () => {
      const socket = connect(${port}, '127.0.0.1', () => socket.write('x'));
      socket.once('data', () => {
        if (++answered === 10000) process.stdout.write('all');
        else if (sockets.length < 10000) open();
      });
      socket.on('error', (error) => { process.stderr.write(error.message + '\\n'); });
      sockets.push(socket);
    };
    for (let i = 0; i < 200; i++) open();
  `]);
  t.teardown(() => child.process.kill('SIGKILL'));
  await until(() => child.stdout === 'all', 'all to be answered', 30_000);
  t.equal(reactor.connectionCount, 10_000);
  t.equal([...reactor.connections()].length, 10_000);
  t.ok(descriptors() >= before + 10_000);
  child.process.stdin?.end();
  t.same(await child.finished, { code: 0, signal: null });
  await until(() => reactor.connectionCount === 0, 'all to close');
  t.equal(child.stderr, '');
  t.equal([...reactor.connections()].length, 0);
  t.equal(descriptors(), before);
  t.match(reactor.counters, { accepted: 10_000, closed: 10_000, shed: 0 });
});

t.test('behaviours 1, 7 and 16: strace shows sockets non-blocking and close-on-exec from birth, and ADD, MOD, DEL before close', { skip: skipWithout('strace') }, async (t) => {
  for (const trigger of TRIGGERS) {
    for (const loop of LOOPS) {
      const child = start(t, `
        const reactor = createReactor({ loop: '${loop}' });
        const { address } = await reactor.use(plugin({ onData: (connection, chunk) => connection.write(chunk) })).listen({ port: 0, trigger: '${trigger}' });
        process.stdin.on('end', () => reactor.close()).resume();
        process.stdout.write(address.port + '\\n');
      `, ['strace', '-qq', '-s0', '-e', 'trace=epoll_create1,epoll_ctl,socket,accept4,close,timerfd_create', '-e', 'signal=none']);
      await until(() => child.stdout.endsWith('\n'), 'the port');
      const clients = await Promise.all(Array.from({ length: 10 }, () => dial(t, Number(child.stdout))));
      for (const client of clients) t.equal(await client.echo('hello'), 'hello');
      for (const client of clients) client.socket.end();
      await until(() => clients.every(({ closed }) => closed), 'all to be closed');
      child.process.stdin?.end();
      t.same(await child.finished, { code: 0, signal: null });

      const calls = child.stderr.split('\n');
      const accepts = calls.filter((line) => /^accept4\(.*= \d+$/.test(line));
      t.equal(accepts.length, 10);
      t.ok(accepts.every((line) => line.includes('SOCK_CLOEXEC|SOCK_NONBLOCK')), 'accepted sockets');
      t.ok(calls.some((line) => /^socket\(AF_INET, SOCK_STREAM\|SOCK_CLOEXEC\|SOCK_NONBLOCK, \w+\) += \d+$/.test(line)), 'the listening socket');
      t.ok(calls.filter((line) => line.startsWith('epoll_create1')).every((line) => line.startsWith('epoll_create1(EPOLL_CLOEXEC)')));

      const lives = new Map<string, string>();
      const ends: string[] = [];
      const step = (fd: string, name: string) => lives.set(fd, `${lives.get(fd) ?? ''}${name} `);
      for (const line of calls) {
        const accepted = /^accept4\(.*= (\d+)$/.exec(line)?.[1];
        const control = /^epoll_ctl\(\d+, EPOLL_CTL_(\w+), (\d+),.*= (-?\d+)/.exec(line);
        const closed = /^close\((\d+)\)/.exec(line)?.[1];
        if (accepted !== undefined) lives.set(accepted, 'accept ');
        else if (control !== null && lives.has(control[2] ?? '')) {
          t.equal(control[3], '0', line);
          step(control[2] ?? '', control[1] ?? '');
        } else if (closed !== undefined && lives.has(closed)) {
          ends.push(`${lives.get(closed)}close`);
          lives.delete(closed);
        }
      }
      t.equal(ends.length, 10, 'every accepted descriptor is closed');
      const legal = trigger === 'edge' ? /^accept ADD DEL close$/ : trigger === 'oneshot' ? /^accept ADD (MOD )+DEL close$/ : /^accept ADD (MOD )*DEL close$/;
      for (const end of ends) t.match(end, legal);
    }
  }
});

t.test('behaviour 16: ten clients with nc are all answered', { skip: skipWithout('nc') }, async (t) => {
  const { port, reactor } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) });
  const clients = Array.from({ length: 10 }, () => new Child('nc', ['-N', '127.0.0.1', String(port)]));
  for (const [i, { process: nc }] of clients.entries()) {
    t.teardown(() => nc.kill('SIGKILL'));
    nc.stdin?.end(`client ${i}`);
  }
  for (const [i, client] of clients.entries()) {
    t.same(await client.finished, { code: 0, signal: null });
    t.equal(client.stdout, `client ${i}`);
  }
  await until(() => reactor.connectionCount === 0, 'all to close');
});
