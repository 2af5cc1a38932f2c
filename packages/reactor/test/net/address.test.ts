import fc from 'fast-check';
import t from 'tap';
import { addressText, decodeAddress, encodeAddress } from '../../src/net/address.js';

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

t.test('a sockaddr of another family has no address', async (t) => {
  t.equal(decodeAddress(new Uint8Array(128)), undefined);
});

t.test('text for people has brackets around IPv6', async (t) => {
  t.equal(addressText({ family: 'IPv4', address: '127.0.0.1', port: 80 }), '127.0.0.1:80');
  t.equal(addressText({ family: 'IPv6', address: '::1', port: 80 }), '[::1]:80');
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
