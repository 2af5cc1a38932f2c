/** Echo servers that do one thing wrong, as servers have. Without a fault it is right, and must be found right. */
import { setTimeout } from 'node:timers/promises';
import { type Server, type Socket, createServer } from 'node:net';

type Fault = (socket: Socket) => void;

function echoing(socket: Socket, change: (chunk: Buffer) => Buffer = (chunk) => chunk): void {
  socket.on('data', (chunk) => {
    if (!socket.write(change(chunk))) socket.pause();
  });
  socket.on('drain', () => socket.resume());
}

function ending(socket: Socket): void {
  socket.on('end', () => socket.end());
}

/** Replies so late that a FIN may have come by then, and takes the last byte away if it has. */
function cuttingShort(socket: Socket): void {
  let ended = false;
  let waiting = 0;
  let late = Promise.resolve();
  socket.on('data', (chunk) => {
    waiting++;
    late = late.then(() => setTimeout(5)).then(() => void socket.write(--waiting === 0 && ended ? chunk.subarray(0, -1) : chunk));
  });
  socket.on('end', () => {
    ended = true;
    void late.then(() => socket.end());
  });
}

/** What `write` does not take at once is lost. */
function impatient(socket: Socket): void {
  socket.on('data', (chunk) => {
    if (socket.writableLength === 0) socket.write(chunk);
  });
  ending(socket);
}

let connections = 0;

export const FAULTS: Readonly<Record<string, Fault>> = {
  'does nothing wrong': (socket) => [echoing, ending].forEach((part) => part(socket)),
  'drops the last byte before a half-close': cuttingShort,
  'sends a RST instead of a FIN': (socket) => {
    echoing(socket);
    socket.on('end', () => socket.resetAndDestroy());
  },
  'drops what does not fit into the send buffer': impatient,
  'does not answer a FIN': (socket) => echoing(socket),
  'throws away at a FIN what is not sent yet': (socket) => {
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('end', () => socket.destroy());
  },
  'says a word of its own before it ends': (socket) => {
    echoing(socket);
    socket.on('end', () => socket.end('!'));
  },
  'mixes up two bytes': (socket) => {
    echoing(socket, (chunk) => (chunk.length < 2 ? chunk : Buffer.concat([chunk.subarray(1, 2), chunk.subarray(0, 1), chunk.subarray(2)])));
    ending(socket);
  },
  'leaves out every fiftieth connection': (socket) => {
    if (++connections % 50 === 0) socket.destroy();
    echoing(socket);
    ending(socket);
  },
  'hangs up on who ends without a word': (socket) => {
    echoing(socket);
    socket.on('end', () => (socket.bytesRead === 0 ? socket.resetAndDestroy() : socket.end()));
  },
};

/** Errors of a connection are its clients' resets. */
export function faultyServer(fault: string): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    FAULTS[fault]!(socket);
  });
}
