/**
 * Asks an echo server for megabytes and reads none of them until it is told to, by a line on its standard input; then prints
 * whether all came back: `late-reader.js HOST PORT BYTES`. A program of its own, so that it can be stopped.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

const [host = '', port = '', bytes = ''] = process.argv.slice(2);
const asked = Buffer.alloc(Number(bytes), 'the quick brown fox ');
const socket = connect({ host, port: Number(port), allowHalfOpen: true });
socket.pause();
socket.end(asked);
await once(process.stdin, 'data');
const chunks = (await socket.toArray()) as Buffer[];
process.stdout.write(Buffer.concat(chunks).equals(asked) ? 'whole\n' : 'broken\n');
process.exit();
