/** node faulty-command.js FAULT: a faulty server as a process, as the benchmarks start their servers. */
import type { AddressInfo } from 'node:net';
import { faultyServer } from './faulty-server.js';

const server = faultyServer(process.argv[2]!);
server.listen(0, '127.0.0.1', () => console.log(`echo on 127.0.0.1:${(server.address() as AddressInfo).port}`));
