import fc from 'fast-check';
import { inspect } from 'node:util';
import t from 'tap';
import { addressText, decodeAddress, encodeAddress, encodeUnixAddress } from '../../src/net/address.js';

function roundTrip(address: string, port = 7000) {
  return decodeAddress(encodeAddress(address, port).bytes);
}

t.test('addresses survive the way through a sockaddr', async (t) => {
  t.same(roundTrip('127.0.0.1'), { family: 'IPv4', address: '127.0.0.1', port: 7000 });
  t.same(roundTrip('255.254.253.252', 65_535), { family: 'IPv4', address: '255.254.253.252', port: 65_535 });
  t.same(roundTrip('::', 0), { family: 'IPv6', address: '::', port: 0 });
  t.same(roundTrip('::1'), { family: 'IPv6', address: '::1', port: 7000 });
  t.same(roundTrip('2001:DB8:0:0:1::1')?.address, '2001:db8::1:0:0:1', 'in the canonical form of RFC 5952');
  t.same(roundTrip('fe80::1%2')?.address, 'fe80::1%2');
});

t.test('an IPv4 peer of a dual-stack socket is shown as IPv4', async (t) => {
  t.same(roundTrip('::ffff:10.1.2.3'), { family: 'IPv4', address: '10.1.2.3', port: 7000 });
});

t.test('what is not an IP literal is refused with its text', async (t) => {
  for (const text of ['localhost', '1.2.3', '', '::g', '1.2.3.4.5']) {
    t.throws(() => encodeAddress(text, 1), { code: 'EL_ADDRESS_INVALID', message: new RegExp(`"${text.replaceAll('.', '\\.')}"`) });
  }
  t.throws(() => encodeAddress('fe80::1%eth0', 1), { code: 'EL_ADDRESS_INVALID', message: /index/ });
});

t.test('a zone is a decimal index that fits its 32 bits, or it is refused: none is bent into another', async (t) => {
  t.equal(roundTrip('fe80::1%4294967295')?.address, 'fe80::1%4294967295');
  for (const zone of ['4294967296', '-1', '1e3', '0x10', '1.0', '9'.repeat(20)]) {
    t.throws(() => encodeAddress(`fe80::1%${zone}`, 1), { code: 'EL_ADDRESS_INVALID', message: new RegExp(`"fe80::1%${zone}"`) });
  }
});

const unixRoundTrip = (path: string) => {
  const { bytes } = encodeUnixAddress(path);
  return decodeAddress(bytes, bytes.length);
};

t.test('the path of a Unix socket, and an abstract name, survive the way through a sockaddr', async (t) => {
  for (const path of ['/run/echo.sock', 'relative', './@file', '@name', '@ö/ü', '/', 'x'.repeat(107), `@${'y'.repeat(107)}`]) {
    t.same(unixRoundTrip(path), { family: 'unix', address: path, port: 0 });
  }
  t.same([...encodeUnixAddress('/a').bytes], [1, 0, 0x2f, 0x61, 0], 'a path ends with a NUL');
  t.same([...encodeUnixAddress('@a').bytes], [1, 0, 0, 0x61], 'an abstract name begins with one, and every further byte would count');
});

t.test('a Unix path that does not fit, is empty or has a NUL is refused with its text', async (t) => {
  for (const [path, bytes] of [['x'.repeat(108), 108], ['ö'.repeat(54), 108], [`@${'y'.repeat(108)}`, 109]] as const) {
    const message = new RegExp(`"${path}" has ${bytes} bytes.*at most ${bytes - 1} `);
    t.throws(() => encodeUnixAddress(path), { code: 'EL_ADDRESS_INVALID', message });
  }
  for (const path of ['', '@', '/a\0b', '\0name', '@a\0']) {
    t.throws(() => encodeUnixAddress(path), { code: 'EL_ADDRESS_INVALID', message: JSON.stringify(path) });
  }
});

t.test('a Unix socket without a name has the empty address, whatever lies behind its sockaddr', async (t) => {
  const bytes = new Uint8Array(128).fill(0x78);
  bytes.set([1, 0]);
  t.same(decodeAddress(bytes, 2), { family: 'unix', address: '', port: 0 });
  t.same(decodeAddress(bytes, 4)?.address, 'xx', 'a path that fills its sockaddr has no NUL');
});

t.test('a sockaddr of another family has no address', async (t) => {
  t.equal(decodeAddress(new Uint8Array(128)), undefined);
});

t.test('text for people has brackets around IPv6', async (t) => {
  t.equal(addressText({ family: 'IPv4', address: '127.0.0.1', port: 80 }), '127.0.0.1:80');
  t.equal(addressText({ family: 'IPv6', address: '::1', port: 80 }), '[::1]:80');
  t.equal(addressText({ family: 'unix', address: '/run/echo.sock', port: 0 }), '/run/echo.sock');
  t.equal(addressText({ family: 'unix', address: '', port: 0 }), 'a Unix socket');
});

t.test('property: every address and port comes back as it went in', async () => {
  fc.assert(fc.property(fc.ipV4(), fc.nat(65_535), (address, port) => {
    const back = roundTrip(address, port);
    return back?.address === address && back.port === port;
  }));
  fc.assert(fc.property(fc.ipV6(), fc.nat(65_535), (address, port) => {
    const sent = encodeAddress(address, port).bytes;
    const back = decodeAddress(sent);
    if (back === undefined || back.port !== port) return false;
    const text = back.family === 'IPv4' ? `::ffff:${back.address}` : back.address;
    return Buffer.from(encodeAddress(text, port).bytes).equals(sent);
  }));
});

t.test('property: every Unix path that is accepted comes back as it went in', async () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 107 }), (path) => {
    fc.pre(Buffer.byteLength(path) < 108 && path !== '@' && !path.includes('\0'));
    return unixRoundTrip(path)?.address === path;
  }));
});

t.test('an address that the kernel gave shows itself whole, in JSON and to console.log', async (t) => {
  const { bytes } = encodeAddress('127.0.0.1', 7000);
  const address = decodeAddress(bytes, bytes.length);
  t.same(JSON.parse(JSON.stringify(address)), { family: 'IPv4', address: '127.0.0.1', port: 7000 });
  t.equal(inspect(address), "{ family: 'IPv4', address: '127.0.0.1', port: 7000 }");
});
