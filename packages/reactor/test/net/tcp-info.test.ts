import t from 'tap';
import { TCPI_RTT_OFFSET, TCPI_TOTAL_RETRANS_OFFSET } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { readTcpInfo } from '../../src/net/tcp-info.js';
import type { SocketConnection } from '../../src/net/socket-connection.js';
import { dial, serve, until } from '../support/setting.js';

t.test('a connection over TCP knows its round-trip time, and a closed one nothing', async (t) => {
  const { reactor, port } = await serve(t, { onData: (connection, chunk) => void connection.write(chunk) });
  const client = await dial(t, port);
  await client.echo('hello');
  const [connection] = [...reactor.connections()] as SocketConnection<unknown>[];
  const info = connection?.tcpInfo;
  t.ok(info !== undefined && info.rttSeconds > 0 && info.rttSeconds < 10, `${info?.rttSeconds} s`);
  t.equal(info?.retransmits, 0);
  t.equal(connection?.local?.port, port);
  connection?.destroy();
  t.equal(connection?.tcpInfo, undefined);
  t.equal(connection?.local, undefined);
  await until(() => client.closed || client.ended || client.error !== undefined, 'the end');
});

t.test('the fields are read where the kernel writes them, and not at all if it writes less', async (t) => {
  const answering = (length: number) => ({
    ...nativeKernel(),
    getsockoptBytes(_fd: number, _level: number, _name: number, value: Uint8Array) {
      const view = new DataView(value.buffer);
      view.setUint32(TCPI_RTT_OFFSET, 1500, true);
      view.setUint32(TCPI_TOTAL_RETRANS_OFFSET, 7, true);
      return length;
    },
  });
  t.same(readTcpInfo(answering(TCPI_TOTAL_RETRANS_OFFSET + 4), 0), { rttSeconds: 0.0015, retransmits: 7 });
  t.equal(readTcpInfo(answering(TCPI_TOTAL_RETRANS_OFFSET), 0), undefined);
  t.equal(readTcpInfo(answering(-95), 0), undefined, 'no TCP: EOPNOTSUPP');
});
