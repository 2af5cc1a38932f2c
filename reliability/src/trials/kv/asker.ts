import { type Socket, connect } from 'node:net';
import type { Served } from '../field/served.js';
import { holds } from '../../waiting.js';
import { type Argument, replyEnd, request } from './resp.js';

/** A client of a store that asks and is answered; an attacker takes its `socket` for what no client does. */
export class Asker {
  readonly socket: Socket;
  /** Whether the server has ended the connection, or has not let it come about. */
  ended = false;
  #heard = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => (this.ended = true));
    socket.on('end', () => (this.ended = true));
    socket.on('close', () => (this.ended = true));
  }

  /** A connection that is there, or has ended already. */
  static async dial({ host, port }: Pick<Served, 'host' | 'port'>, password?: string): Promise<Asker> {
    const asker = new Asker(connect({ host, port, noDelay: true }));
    await new Promise<void>((resolve) => asker.socket.once('connect', resolve).once('close', () => resolve()));
    if (password !== undefined) await asker.asks('AUTH', password);
    return asker;
  }

  /** Sends a request and waits for its reply, as it came; what came instead, if it ends first. */
  async asks(...args: readonly Argument[]): Promise<string> {
    const [reply = ''] = await this.pipelines(request(...args), 1);
    return reply;
  }

  /** Sends bytes and waits for so many replies, or for the end. */
  async pipelines(bytes: Buffer, replies: number): Promise<string[]> {
    const heard: string[] = [];
    const { socket } = this;
    await new Promise<void>((resolve) => {
      const hear = (chunk: Buffer): void => {
        this.#heard = Buffer.concat([this.#heard, chunk]);
        heard.push(...this.#takeReplies());
        if (heard.length >= replies) leave();
      };
      const leave = (): void => {
        socket.off('data', hear).off('close', leave);
        resolve();
      };
      socket.on('data', hear).on('close', leave);
      if (this.ended) leave();
      else socket.write(bytes);
    });
    return heard;
  }

  #takeReplies(): string[] {
    const replies: string[] = [];
    let from = 0;
    for (let end = replyEnd(this.#heard, 0); end >= 0; end = replyEnd(this.#heard, from)) {
      replies.push(this.#heard.toString('latin1', from, end));
      from = end;
    }
    this.#heard = this.#heard.subarray(from);
    return replies;
  }

  /** Whether the server ends the connection, waited for. What comes before that is not listened to. */
  async isEnded(): Promise<boolean> {
    this.socket.resume();
    return holds(() => this.ended);
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}
