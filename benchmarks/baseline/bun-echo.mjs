// The Bun baseline. Usage: bun bun-echo.mjs PORT
//
// socket.write returns how many bytes the kernel took, or -1 when the connection is broken. The rest is kept in
// socket.data, and reading stops until the drain event has sent it.

// Half-closed peers that are still owed queued bytes: they are ended by the drain event.
const ended = new Set();

function data(socket, chunk) {
  if (socket.data !== null) {
    socket.data = Buffer.concat([socket.data, chunk]);
    return;
  }
  const taken = socket.write(chunk);
  if (taken === chunk.length) return;
  if (taken < 0) {
    socket.terminate();
    return;
  }
  // A copy, because the buffer of the event is not promised to stay as it is after the handler.
  socket.data = Buffer.from(chunk.subarray(taken));
  socket.pause();
}

function drain(socket) {
  if (socket.data === null) return;
  const taken = socket.write(socket.data);
  if (taken < 0) {
    socket.terminate();
  } else if (taken < socket.data.length) {
    socket.data = socket.data.subarray(taken);
  } else {
    socket.data = null;
    socket.resume();
    if (ended.delete(socket)) socket.end();
  }
}

function end(socket) {
  if (socket.data === null) socket.end();
  else ended.add(socket);
}

const server = Bun.listen({
  hostname: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  allowHalfOpen: true,
  socket: {
    open(socket) {
      socket.data = null;
      socket.setNoDelay(true);
    },
    data,
    drain,
    end,
    close(socket) {
      ended.delete(socket);
    },
    error(socket) {
      socket.terminate();
    },
  },
});
console.log(`listening on 127.0.0.1:${server.port}`);
