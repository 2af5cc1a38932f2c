// Takes EPOLLEXCLUSIVE out of a group of loops that share a listening socket: node --import ./woken-together.mjs SERVER
//
// It cannot be left out by an option, so this is how what it saves is had to compare with: all loops are woken for each connection.

import { WorkerListeners } from '../../packages/reactor/dist/src/group/worker-listeners.js';

const { value: serve } = Object.getOwnPropertyDescriptor(WorkerListeners.prototype, 'serve');

WorkerListeners.prototype.serve = function (fd) {
  serve.call(this, fd, false);
};
