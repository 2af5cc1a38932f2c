import { readFileSync } from 'node:fs';
import t from 'tap';
import { ERROR_CODES, SystemError, check } from '../src/errors.js';

t.test('every code has its entry in the reference, and the reference knows no others', async (t) => {
  const page = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^## (EL_\w+)$/gm)].map(([, code]) => code);
  t.same(documented, [...ERROR_CODES]);
});

t.test('a system error carries the call, the code, the address and advice', async (t) => {
  const error = new SystemError(-98, 'bind', '127.0.0.1:80');
  t.match(error, { name: 'SystemError', code: 'EADDRINUSE', errno: -98, syscall: 'bind', address: '127.0.0.1:80' });
  t.equal(error.message, 'bind 127.0.0.1:80: EADDRINUSE (address already in use); another socket is bound there; stop it or choose another port (0 lets the kernel choose) or path');
  t.equal(new SystemError(-2, 'bind', '/nowhere/kv.sock').message, 'bind /nowhere/kv.sock: ENOENT (no such file or directory); the path, or a folder in it, does not exist; check how it is spelt');
  t.equal(new SystemError(-104, 'recv').message, 'recv: ECONNRESET (connection reset by peer)');
});

t.test('check passes results on and throws what is an errno', async (t) => {
  t.equal(check(3, 'socket'), 3);
  t.throws(() => check(-24, 'socket'), { code: 'EMFILE', syscall: 'socket' });
});
