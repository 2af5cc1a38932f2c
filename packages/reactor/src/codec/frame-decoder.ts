import { Backlog, NOTHING } from './backlog.js';
import { type OptionRule, type OptionRules, checkOptions } from './codec-options.js';
import { EdgeloopError } from '../errors.js';
import { MAX_FRAME_BYTES } from '../limits.js';

export interface FrameDecoderOptions {
  /** The longest frame to accept, in bytes, without its delimiter or header. 64 kB unless given. */
  readonly maxBytes?: number;
}

const MAX_BYTES_RULE: OptionRule = {
  allowed: 'a whole number above 0',
  holds: (value) => value === undefined || (Number.isSafeInteger(value) && (value as number) > 0),
};

/**
 * Cuts the stream of bytes of one connection into frames; make one for each connection, in the plugin's `state`.
 * Subclasses know how a frame ends. This class keeps the bytes in between, and owns them.
 */
export abstract class FrameDecoder {
  readonly maxBytes: number;
  readonly #backlog = new Backlog();
  /** Whether the backlog holds no whole frame. It may after a consumer broke out of its loop. */
  #searched = true;
  #failure: EdgeloopError | undefined;

  /** Error: EL_OPTION_INVALID. */
  constructor(options: FrameDecoderOptions, rules: OptionRules = {}) {
    checkOptions(new.target.name, options, { ...rules, maxBytes: MAX_BYTES_RULE });
    this.maxBytes = options.maxBytes ?? MAX_FRAME_BYTES;
  }

  /** Bytes that are kept for the next `decode`: of a frame that is not complete, and of those that a `break` has left. */
  get pendingBytes(): number {
    return this.#backlog.length;
  }

  /**
   * The frames that `chunk` completes, for one loop over them; a chunk whose frames are not asked for is not taken. After
   * a `break` the rest is kept, a copy of it, and comes first next time; without a chunk, `decode` brings just that.
   * What a break leaves is not bounded: `pause` the connection, too.
   *
   * A frame that lies whole in the chunk is a view of it, valid as long as the chunk: in a handler until it returns or
   * first awaits. So a handler that awaits takes all frames out before, as `[...decoder.decode(chunk)].map(String)`.
   *
   * Error: EL_FRAME_TOO_LONG, as soon as a frame is certain to be longer than `maxBytes`, after the frames before it.
   * Where the next would begin is not known then, so all that follows is the same error.
   */
  decode(chunk: Buffer = NOTHING): Iterable<Buffer> {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#frames(chunk);
  }

  /**
   * Where in `bytes` a frame ends, its delimiter included, or -1 if it goes on behind them. It begins with `head`, which
   * does not hold its end, and continues at `from`. Calls `refuse` if it is too long.
   */
  protected abstract endOf(head: Buffer, bytes: Buffer, from: number): number;

  /** What the user gets of a frame that lies in `bytes[start, end)`: a view without delimiter or header. */
  protected abstract payloadOf(bytes: Buffer, start: number, end: number): Buffer;

  /** Gives the stream up. */
  protected refuse(what: string): never {
    this.#backlog.clear();
    this.#failure = new EdgeloopError('EL_FRAME_TOO_LONG', `${what}, but maxBytes is ${this.maxBytes}; close the connection, or allow more`);
    throw this.#failure;
  }

  *#frames(chunk: Buffer): Generator<Buffer, void, undefined> {
    let at = 0;
    try {
      if (!this.#searched) yield* this.#keptFrames();
      this.#searched = false;
      for (let end = this.#nextEnd(chunk, at); end >= 0; end = this.#nextEnd(chunk, at)) {
        const start = at;
        at = end;
        yield this.#frame(chunk, start, end);
      }
      this.#searched = true;
    } finally {
      // A break comes by here as well.
      if (this.#failure === undefined) this.#backlog.append(chunk, at, chunk.length);
    }
  }

  *#keptFrames(): Generator<Buffer, void, undefined> {
    for (let end = this.#nextKeptEnd(); end >= 0; end = this.#nextKeptEnd()) yield this.payloadOf(this.#backlog.take(end), 0, end);
  }

  #nextKeptEnd(): number {
    return this.endOf(NOTHING, this.#backlog.view(), 0);
  }

  #nextEnd(chunk: Buffer, at: number): number {
    return this.endOf(this.#backlog.view(), chunk, at);
  }

  /** The frame that ends at `end`: a view, or joined in the backlog with what is there already. */
  #frame(chunk: Buffer, start: number, end: number): Buffer {
    const { length } = this.#backlog;
    if (length === 0) return this.payloadOf(chunk, start, end);
    this.#backlog.append(chunk, start, end);
    const total = length + end - start;
    return this.payloadOf(this.#backlog.take(total), 0, total);
  }
}
