import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import t from 'tap';
import { REFUSALS } from '../../src/admin/answer.js';
import { openAdmin } from '../../src/admin/index.js';
import { ADMIN_BODY_BYTES, ADMIN_CONNECTIONS, ADMIN_HEAD_BYTES } from '../../src/limits.js';
import { administer, raw, rawGet } from '../support/admin.js';
import { memoryLog, openReactor } from '../support/setting.js';

const TOKEN = 'correct-horse-battery-staple';

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}

t.test('the reference lists every refusal with its status, and no others', async (t) => {
  const page = readFileSync(new URL('../../../../../docs/reference/admin.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)]);
  t.same(documented, Object.entries(REFUSALS));
});

t.test('an endpoint that others can reach takes a token, by whatever name it is told to listen', async (t) => {
  const reactor = openReactor(t);
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    await t.rejects(openAdmin(reactor, { host }), { code: 'EL_ADMIN_TOKEN_REQUIRED', message: new RegExp(`"${host}"`) });
  }
  for (const host of ['127.0.0.1', 'localhost', '127.8.8.8']) await (await openAdmin(reactor, { host })).close();
  await (await openAdmin(reactor, { host: '0.0.0.0', token: TOKEN })).close();
});

t.test('a token that could be guessed or cannot be sent is refused, and not shown', async (t) => {
  const reactor = openReactor(t);
  for (const token of ['', 'short', 'white space in here', 'sixteen\ncharacters', 1e20 as unknown as string]) {
    const error = await openAdmin(reactor, { token }).then(() => undefined, (error: Error) => error);
    t.match(error, { code: 'EL_OPTION_INVALID', message: /"token"/ });
    if (token !== '') t.notOk(error?.message.includes(`${token}`));
  }
});

t.test('options that do not exist or cannot be are refused', async (t) => {
  const reactor = openReactor(t);
  await t.rejects(openAdmin(reactor, { prot: 1 } as object), { code: 'EL_OPTION_INVALID', message: /there is no option "prot"/ });
  await t.rejects(openAdmin(reactor, { port: 70_000 }), { code: 'EL_OPTION_INVALID', message: /openAdmin: "port"/ });
  const { port } = await administer(t, reactor);
  await t.rejects(openAdmin(reactor, { port }), { code: 'EADDRINUSE', message: new RegExp(`127.0.0.1:${port}`) });
});

t.test('without the token only health and the page answer, and nobody learns more than that it is wrong', async (t) => {
  const { ask, post } = await administer(t, openReactor(t), { token: TOKEN, config: () => ({}) });
  for (const path of ['/metrics', '/connections', '/config', '/loglevel', '/stats']) {
    for (const authorization of [undefined, 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, TOKEN]) {
      const answer = await ask(path, { headers: authorization === undefined ? {} : { authorization } });
      t.match(answer, { status: 401, json: { error: { code: 'UNAUTHORIZED' } } }, `${path} ${authorization}`);
      t.equal(answer.headers.get('www-authenticate'), 'Bearer');
    }
  }
  t.match(await post('/connections/1/close'), { status: 401 });
  t.equal((await ask('/healthz')).status, 200);
  t.equal((await ask('/readyz')).status, 503);
  t.not((await ask('/')).status, 401);
  t.equal((await ask('/config', { headers: { authorization: `Bearer ${TOKEN}` } })).status, 200);
});

t.test('a name that somebody else may own is not answered: DNS rebinding', async (t) => {
  const { port } = await administer(t, openReactor(t), { allowedHosts: ['Edge.example'] });
  const hosts: [string, number][] = [
    ['127.0.0.1', 200], [`127.0.0.1:${port}`, 200], ['[::1]', 200], [`[::1]:${port}`, 200], ['localhost', 200], ['LOCALHOST:1', 200], ['10.0.0.1', 200],
    ['edge.example:80', 200], ['evil.example', 403], ['edge.example.evil.example', 403], ['127.0.0.1.evil.example', 403], ['', 403],
    ['localhost@evil.example', 403], ['[127.0.0.1]', 403], ['::1', 403], ['127.0.0.1:port', 403], ['a:b:c', 403],
  ];
  for (const [host, status] of hosts) t.equal(statusOf(await rawGet(t, port, '/healthz', `Host: ${host}`)), status, host);
  t.equal(statusOf(await rawGet(t, port, '/healthz', 'Host: localhost', 'Host: evil.example')), 403, 'two of them');
  t.equal(statusOf(await rawGet(t, port, '/healthz')), 400, 'none');
  t.equal(statusOf(await raw(t, port, 'GET /healthz HTTP/1.0\r\n\r\n')), 403, 'none, in HTTP/1.0');
});

t.test('a page of another origin cannot post', async (t) => {
  const { post, ask, port } = await administer(t, openReactor(t));
  const close = '/connections/1/close';
  for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`, `http://localhost:${port}`, '<script>']) {
    t.match(await post(close, {}, { origin }), { status: 403, json: { error: { code: 'FORBIDDEN_ORIGIN' } } }, origin);
  }
  t.match(await post(close, {}, { origin: `http://127.0.0.1:${port}` }), { status: 404, json: { error: { code: 'UNKNOWN_CONNECTION' } } });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain; application/json']) {
    t.match(await ask(close, { method: 'POST', body: '{}', headers: { 'content-type': type } }), { status: 415 }, type);
  }
  t.match(await ask(close, { method: 'POST', headers: { 'content-type': 'Application/JSON; charset=utf-8' } }), { status: 404 }, 'no body is fine');
});

t.test('every answer forbids what a browser might do with it', async (t) => {
  const { ask } = await administer(t, openReactor(t));
  for (const path of ['/healthz', '/connections', '/nothing']) {
    const { headers } = await ask(path);
    t.match(headers.get('content-security-policy'), /^default-src 'none'; .*frame-ancestors 'none'$/, path);
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('referrer-policy'), 'no-referrer');
    t.equal(headers.get('cache-control'), 'no-store');
    t.equal(headers.get('access-control-allow-origin'), null);
  }
});

t.test('what is not there is 404, what is not done 405 with what is', async (t) => {
  const { ask } = await administer(t, openReactor(t));
  for (const path of ['/nothing', '/metrics/', '/connections/x/close', '/connections/-1/close', '/page.html', '/x%2f..%2fpage.js', '/page.js%00', '//healthz']) {
    t.match(await ask(path), { status: 404, json: { error: { code: 'NOT_FOUND' } } }, path);
  }
  const refused = await ask('/healthz', { method: 'DELETE' });
  t.match(refused, { status: 405, json: { error: { code: 'METHOD_NOT_ALLOWED' } } });
  t.equal(refused.headers.get('allow'), 'GET, HEAD');
  t.equal((await ask('/connections/1/close')).headers.get('allow'), 'POST');
  t.equal((await ask('/loglevel', { method: 'PUT' })).headers.get('allow'), 'GET, HEAD, POST');
  t.match(await ask('/config'), { status: 404, json: { error: { code: 'NOT_PROVIDED', message: /"config"/ } } });
});

t.test('HEAD answers as GET does, without the body', async (t) => {
  const { ask } = await administer(t, openReactor(t));
  const head = await ask('/connections', { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(head.text, '');
  t.equal(head.headers.get('content-length'), String((await ask('/connections')).text.length));
});

t.test('nothing that a client sends ends the process, fills its memory or comes back unescaped', async (t) => {
  const log = memoryLog();
  const { port, ask } = await administer(t, openReactor(t), { log });
  const head = 'Host: localhost\r\nConnection: close\r\n';
  const post = `POST /connections/1/close HTTP/1.1\r\n${head}Content-Type: application/json\r\n`;
  const hostile: [string, number][] = [
    ['\0\x01\x02\r\n\r\n', 400],
    [`GET http://evil.example/healthz HTTP/1.1\r\n${head}\r\n`, 400],
    [`OPTIONS * HTTP/1.1\r\n${head}\r\n`, 400],
    [`GET /%zz HTTP/1.1\r\n${head}\r\n`, 400],
    [`GET /%ff%fe HTTP/1.1\r\n${head}\r\n`, 400],
    [`GET /connections?__proto__=1&limit=1 HTTP/1.1\r\n${head}\r\n`, 400],
    [`GET /connections?limit=1e9 HTTP/1.1\r\n${head}\r\n`, 400],
    [`GET /connections?%ff=%zz HTTP/1.1\r\n${head}\r\n`, 400],
    [`GET /${'x'.repeat(ADMIN_HEAD_BYTES)} HTTP/1.1\r\n${head}\r\n`, 431],
    [`GET /healthz HTTP/1.1\r\n${head}Expect: a-miracle\r\n\r\n`, 417],
    [`GET /healthz HTTP/1.1\r\n${head}Upgrade: websocket\r\n\r\n`, 200],
    [`BREW /healthz HTTP/1.1\r\n${head}\r\n`, 400],
    [`${post}Content-Length: ${ADMIN_BODY_BYTES + 1}\r\n\r\n${'x'.repeat(ADMIN_BODY_BYTES + 1)}`, 413],
    [`${post}Transfer-Encoding: chunked\r\n\r\n2000\r\n${'x'.repeat(0x2000)}`, 413],
    [`${post}Content-Length: 1\r\n\r\n{`, 400],
    [`${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ];
  for (const [bytes, status] of hostile) {
    const answer = await raw(t, port, bytes);
    t.equal(statusOf(answer), status, JSON.stringify(bytes.slice(0, 60)));
  }
  const marked = '<script>alert(1)</script>';
  for (const path of [`/${marked}`, `/connections?${encodeURIComponent(marked)}=1`, `/connections?sort=${encodeURIComponent(marked)}`]) {
    const answer = await ask(path);
    t.match(answer.headers.get('content-type'), /^application\/json/);
    t.ok(answer.status === 400 || answer.status === 404);
  }
  t.equal((await ask('/healthz')).status, 200);
  t.same(log.lines.filter(({ level }) => level === 'error'), [], 'and none of it is an error of ours');
});

t.test('a client that leaves in the middle of its body is no error', async (t) => {
  const log = memoryLog();
  const { port, ask } = await administer(t, openReactor(t), { log });
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write('POST /loglevel HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
  await ask('/healthz');
  socket.resetAndDestroy();
  await ask('/healthz');
  await ask('/healthz');
  t.same(log.lines.filter(({ level }) => level === 'error'), []);
});

t.test('a client that does not finish its head is given up, and more clients than there is room for are turned away', async (t) => {
  const { port, ask } = await administer(t, openReactor(t));
  const slow = Array.from({ length: ADMIN_CONNECTIONS }, () => raw(t, port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n'));
  t.equal(await raw(t, port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), '', 'one too many');
  const answers = await Promise.all(slow);
  t.same([...new Set(answers.map(statusOf))], [408]);
  t.equal((await ask('/healthz')).status, 200, 'and then there is room again');
});
