/** A bug that somebody could make: a piece of a compiled file of the reactor, and what stands in its place. */
export interface Mutation {
  readonly what: string;
  /** Below packages/reactor/dist/src, without its extension. */
  readonly file: string;
  /** Must occur; the first one is replaced. */
  readonly from: string;
  readonly to: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    what: 'a one-shot connection is not armed again',
    file: 'net/socket-connection',
    from: 'this.disarmed && this.#atWork() && !this.hungUp',
    to: 'this.disarmed && !this.hungUp',
  },
  {
    what: 'what closes stays in the ready queue',
    file: 'net/socket-connection',
    from: 'this.#loop.forget(this);',
    to: '',
  },
  {
    what: 'a short read counts as drained, though the end stands behind it',
    file: 'net/inbound-socket',
    from: ' && (this.#readiness & MORE_BEHIND) === 0',
    to: '',
  },
  {
    what: 'the FIN is sent before the queue is empty',
    file: 'net/socket-connection',
    from: "this.#phase === 'draining' && this.outbound.length === 0",
    to: "this.#phase === 'draining'",
  },
  {
    what: 'EPOLLOUT is ignored',
    file: 'net/inbound-socket',
    from: 'this.sendable(true);',
    to: ';',
  },
  {
    what: 'the descriptor is closed before it leaves the epoll set',
    file: 'net/registered-socket',
    from: 'leave() {',
    to: 'leave() { this.#kernel.close(this.fd);',
  },
  {
    what: 'a descriptor is not closed',
    file: 'net/registered-socket',
    from: 'this.#kernel.close(this.fd);\n        this.fd = -1;',
    to: 'this.fd = -1;',
  },
  {
    what: 'the owner is told twice',
    file: 'net/socket-connection',
    from: 'this.#loop.tellLater(this);',
    to: 'this.#loop.tellLater(this); this.#loop.tellLater(this);',
  },
  {
    what: 'bytes that came while reading was held are dropped',
    file: 'net/inbound-socket',
    from: 'this.#stash = Buffer.from(chunk);',
    to: ';',
  },
  {
    what: 'bytes that are put aside are not copied',
    file: 'net/inbound-socket',
    from: 'this.#stash = Buffer.from(chunk);',
    to: 'this.#stash = chunk;',
  },
  {
    what: 'timers are rounded down',
    file: 'structures/timer-wheel',
    from: 'Math.ceil(dueMs)',
    to: 'Math.floor(dueMs)',
  },
  {
    what: 'backpressure is never released',
    file: 'net/socket-connection',
    from: 'this.#release(HELD_BY_BACKPRESSURE);',
    to: '',
  },
  {
    what: 'the end is told before the bytes that came before it',
    file: 'net/inbound-socket',
    from: 'if ((events & READABLE) !== 0)',
    to: 'if ((events & 0x2000) !== 0 && this.#holds === 0 && !this.#ended) this.#end(); else if ((events & READABLE) !== 0)',
  },
  {
    what: 'bytes are read while a handler is at work',
    file: 'net/socket-connection',
    from: 'this.hold(HELD_BY_HANDLER);',
    to: '',
  },
  {
    what: 'reading never goes on after a handler',
    file: 'net/socket-connection',
    from: 'this.#release(HELD_BY_HANDLER);',
    to: '',
  },
  {
    what: 'a reset is not asked for where bytes were discarded',
    file: 'net/socket-connection',
    from: 'this.#loop.kernel.setLinger(this.fd, 1, 0);',
    to: ';',
  },
  {
    what: 'a receive that was interrupted breaks the connection',
    file: 'net/inbound-socket',
    from: 'answer < 0 && answer !== -EINTR',
    to: 'answer < 0',
  },
  {
    what: 'a receive that was interrupted counts as drained',
    file: 'net/inbound-socket',
    from: 'if (answer === -EAGAIN)',
    to: 'if (answer === -EAGAIN || answer === -EINTR)',
  },
  {
    what: 'what was received for a connection that is closed is delivered',
    file: 'net/inbound-socket',
    from: 'if (this.fd < 0)\n            return;',
    to: '',
  },
  {
    what: 'a short send does not count as a full socket',
    file: 'net/outbound',
    from: 'this.writable = false;',
    to: ';',
  },
  {
    what: 'what a short send has taken is sent again',
    file: 'net/outbound',
    from: 'this.append(bytes, sent);',
    to: 'this.append(bytes);',
  },
  {
    what: 'a connection whose output is sent does not take its next step',
    file: 'net/duplex-socket',
    from: 'this.settle();',
    to: '',
  },
  {
    what: 'a failed send of a batch is forgotten',
    file: 'net/duplex-socket',
    from: 'if (this.#sendError < 0)',
    to: 'if (false)',
  },
  {
    what: 'the queue may grow without bound',
    file: 'net/duplex-socket',
    from: 'if (queued > this.options.maxQueuedBytes) {',
    to: 'if (false) {',
  },
  {
    what: 'a pause is no pause',
    file: 'net/inbound-socket',
    from: 'this.hold(HELD_BY_USER);',
    to: ';',
  },
  {
    what: 'a listener accepts one, and waits for the next event',
    file: 'net/listener',
    from: 'this.#handOver(result);',
    to: '{ this.#handOver(result); return false; }',
  },
  {
    what: 'a listener stops at its budget',
    file: 'net/listener',
    from: 'return !this.#closed;',
    to: 'return false;',
  },
  {
    what: 'a one-shot listener is not armed again',
    file: 'net/listener',
    from: 'else if ((this.#interest & EPOLLONESHOT) !== 0)',
    to: 'else if (false)',
  },
  {
    what: 'a listener does not go on after its rest',
    file: 'net/listener',
    from: 'else if (!this.#watched)\n            this.#arm();',
    to: 'else if (!this.#watched);',
  },
  {
    what: 'a listener does not rest when descriptors are short',
    file: 'net/listener',
    from: "this.#takeRest(new SystemError(result, 'accept4'));",
    to: ';',
  },
  {
    what: 'who is shed is not closed',
    file: 'net/reserve',
    from: 'this.#kernel.close(accepted);',
    to: ';',
  },
  {
    what: 'a dial that is given up leaves its descriptor open',
    file: 'net/dial',
    from: 'this.#leave();\n        this.#loop.kernel.close(this.fd);',
    to: 'this.#leave();',
  },
  {
    what: 'a closed connection is not counted out',
    file: 'net/socket-connection',
    from: 'this.admission?.release(this.peer);',
    to: '',
  },
  {
    what: 'an inbox takes itself for woken once it has looked',
    file: 'loop/inbox',
    from: 'return left === 0 && !this.closed;',
    to: 'Atomics.store(this.#cells, INBOX_WOKEN, Atomics.load(this.#cells, INBOX_LOOK)); return left === 0 && !this.closed;',
  },
  {
    what: 'an interval drifts',
    file: 'loop/clock',
    from: 'return dueTick + (missed + 1) * periodMs;',
    to: 'return this.#turnMs + periodMs;',
  },
  {
    what: 'the timerfd is not armed for an earlier timer',
    file: 'loop/clock',
    from: 'nextMs >= this.#armedMs',
    to: 'this.#armedMs !== NOT_ARMED',
  },
  {
    what: 'a delay counts from the begin of the turn',
    file: 'loop/clock',
    from: 'const nowMs = this.#kernel.now();\n        while',
    to: 'const nowMs = this.#turnMs;\n        while',
  },
  {
    what: 'a refreshed timer keeps its time',
    file: 'structures/timer-wheel',
    from: 'entry.dueTick = Math.max(Math.ceil(dueMs), entry.dueTick);',
    to: '',
  },
  {
    what: 'what a service leaves undone is forgotten',
    file: 'loop/loop',
    from: 'if (channel.service())',
    to: 'if (channel.service() && false)',
  },
  {
    what: 'a shutdown does not wait for handlers',
    file: 'net/socket-connection',
    from: 'return this.#working || this.outbound.length > 0 || this.paused;',
    to: 'return false;',
  },
  {
    what: 'a shutdown closes without accepting what waits',
    file: 'net/listener',
    from: 'turns > 0 && !this.#held && this.service()',
    to: 'false',
  },
  {
    what: 'a half-close ends our side before its handler is done',
    file: 'net/socket-connection',
    from: 'this.#await(pending.then(() => this.#startDraining()));',
    to: '{ this.#await(pending); this.#startDraining(); }',
  },
  {
    what: 'a broken stream is told before its bytes are delivered',
    file: 'net/inbound-socket',
    from: 'this.#error !== 0 && this.fd >= 0 && !this.mayRead()',
    to: 'this.#error !== 0 && this.fd >= 0',
  },
  {
    what: 'EPOLLHUP does not silence a level-triggered connection',
    file: 'net/socket-connection',
    from: 'this.hungUp ? this.silence() :',
    to: 'false ? this.silence() :',
  },
  {
    what: 'a datagram that was sent stays in the queue',
    file: 'net/datagram-socket',
    from: 'this.#queue.consume(count);',
    to: ';',
  },
];
