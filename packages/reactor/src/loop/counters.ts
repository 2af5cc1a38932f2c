/** What a reactor has done since it was made. Plain numbers, so that counting costs an increment. */
export class Counters {
  /** Turns of the loop. */
  turns = 0;
  /** Events that epoll reported. */
  events = 0;
  /** Calls of timers. */
  timersExpired = 0;
  /** Events dropped because their connection had been closed meanwhile, its slot perhaps given out again. */
  staleEvents = 0;
  /** Connections accepted, and those dialled that came about. */
  accepted = 0;
  connected = 0;
  /** Connections that ended, whatever the reason. */
  closed = 0;
  /** Of them, those that ended with an error: theirs, the network's or a handler's. */
  failed = 0;
  /** Connections closed as soon as they were accepted, because no descriptor or slot was left for them. */
  shed = 0;
  /** Connections refused as soon as they were accepted, by the limit: of connections in all, of one address, of a second. */
  refusedByTotal = 0;
  refusedByAddress = 0;
  refusedByRate = 0;
  /** Connections closed because a deadline had passed, by the deadline. */
  handshakeTimeouts = 0;
  messageTimeouts = 0;
  writeTimeouts = 0;
  idleTimeouts = 0;
  lifetimeTimeouts = 0;
  /** Connections closed because their own queue, or all queues together, had become too long. */
  slowConsumers = 0;
  outputLimited = 0;
  /** Times that a listener stopped accepting for a while because descriptors or memory were short. */
  acceptPauses = 0;
  /** Handlers that threw or rejected. */
  handlerFailures = 0;
  /** Datagrams that came and went; those that were not sent, because the queue was full or the kernel refused them; those that did not fit the receive buffer; and errors that a network has reported for earlier ones. */
  datagramsReceived = 0;
  datagramsSent = 0;
  datagramsDropped = 0;
  datagramsTruncated = 0;
  datagramErrors = 0;
  bytesRead = 0;
  bytesWritten = 0;
  /** Bytes that were queued on a connection when it was closed before they could be sent. */
  bytesDiscarded = 0;
}
