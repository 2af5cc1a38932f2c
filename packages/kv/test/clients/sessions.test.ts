/** connect-redis below express-session: what a web shop keeps of its visitors. */
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisStore } from 'connect-redis';
import session, { type SessionData } from 'express-session';
import { createClient } from 'redis';
import t, { type Test } from 'tap';
import { startKv } from '../support/kv-server.js';

declare module 'express-session' {
  interface SessionData {
    visits: number;
  }
}

const kv = await startKv(t);

async function connect(t: Test) {
  const client = createClient({ url: kv.url });
  t.teardown(() => client.destroy());
  await client.connect();
  await client.flushAll();
  return client;
}

function visitor(visits: number, maxAge: number | null = null): SessionData {
  return { cookie: Object.assign(new session.Cookie(), { maxAge }), visits };
}

t.test('a session is set, got, touched and destroyed', async (t) => {
  const client = await connect(t);
  const store = new RedisStore({ client, ttl: 600 });
  await store.set('ada', visitor(3));
  t.match(await store.get('ada'), { visits: 3 });
  t.equal(await store.get('nobody'), null);
  t.ok((await client.ttl('sess:ada')) > 590);
  await store.touch('ada', visitor(3, 60_000));
  t.ok((await client.ttl('sess:ada')) <= 60);
  await store.destroy('ada');
  t.equal(await client.exists('sess:ada'), 0);
});

t.test('a cookie that is over takes its session along', async (t) => {
  const store = new RedisStore({ client: await connect(t) });
  await store.set('ada', visitor(3));
  await store.set('ada', visitor(4, -1));
  t.equal(await store.get('ada'), null);
});

t.test('all sessions are counted, listed and cleared, and nothing else', async (t) => {
  const client = await connect(t);
  const store = new RedisStore({ client, prefix: 'shop:', scanCount: 10 });
  const names = Array.from({ length: 120 }, (_, n) => `visitor ${n}`);
  await Promise.all([client.set('other', 'x'), ...names.map((name, n) => store.set(name, visitor(n)))]);
  t.equal(await store.length(), 120);
  t.strictSame(new Set(await store.ids()), new Set(names));
  const all = (await store.all()) as (SessionData & { id: string })[];
  t.strictSame(new Map(all.map(({ id, visits }) => [id, visits])), new Map(names.map((name, n) => [name, n])));
  await store.clear();
  t.strictSame(await client.keys('*'), ['other']);
});

t.test('a visitor is known again by the cookie', async (t) => {
  const client = await connect(t);
  const visit = session({ store: new RedisStore({ client }), secret: 'a secret of this test', resave: false, saveUninitialized: false });
  const server = createServer((request: IncomingMessage & { session?: SessionData }, response: ServerResponse) => {
    visit(request as never, response as never, () => {
      const visits = (request.session?.visits ?? 0) + 1;
      Object.assign(request.session as SessionData, { visits });
      response.end(String(visits));
    });
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const first = await fetch(url);
  t.equal(await first.text(), '1');
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] as string;
  const again = await fetch(url, { headers: { cookie } });
  t.equal(await again.text(), '2');
  t.equal(await (await fetch(url)).text(), '1');
  t.equal(await client.dbSize(), 2);
  server.closeAllConnections();
});
