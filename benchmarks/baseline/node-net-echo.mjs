// The node:net baseline. Usage: node node-net-echo.mjs PORT

import { createServer } from 'node:net';

// A write that returns false is buffered by the stream: reading stops until the buffer has drained.
function echo(socket) {
  socket.on('data', (chunk) => {
    if (!socket.write(chunk)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
}

const server = createServer({ noDelay: true, allowHalfOpen: true }, echo);
server.listen({ port: Number(process.argv[2] ?? 0), host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
