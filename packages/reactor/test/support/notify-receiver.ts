import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { AF_UNIX, SOCK_DGRAM } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { encodeUnixAddress } from '../../src/net/address.js';
import { until } from './setting.js';

const kernel = nativeKernel();
const MESSAGE_BYTES = 4096;

export type Notification = Readonly<Record<string, string>>;

/** A path where nothing is yet. That of tap's testdir would be longer than a Unix socket's may be. */
export function notifyPath(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgeloop-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return join(folder, 'notify');
}

/** What systemd is to a service: a datagram socket that is read when the test says, and never by itself. */
export class NotifyReceiver {
  #fd = kernel.socket(AF_UNIX, SOCK_DGRAM);
  readonly #room = Buffer.alloc(MESSAGE_BYTES);

  constructor(
    t: Test,
    readonly path = notifyPath(t),
  ) {
    t.teardown(() => this.close());
    const { bytes } = encodeUnixAddress(path);
    if (kernel.bind(this.#fd, bytes, bytes.length) < 0) throw new Error(`${path} cannot be bound`);
  }

  /** The oldest notification that has arrived, without waiting. */
  take(): Notification | undefined {
    const length = kernel.recv(this.#fd, this.#room, 0, MESSAGE_BYTES);
    if (length < 0) return undefined;
    return Object.fromEntries(this.#room.toString('utf8', 0, length).split('\n').map((line) => line.split(/=(.*)/s, 2)));
  }

  takeAll(): Notification[] {
    const taken: Notification[] = [];
    for (let one = this.take(); one !== undefined; one = this.take()) taken.push(one);
    return taken;
  }

  async next(): Promise<Notification> {
    let taken: Notification | undefined;
    await until(() => (taken = this.take()) !== undefined, 'a notification');
    return taken as Notification;
  }

  close(): void {
    kernel.close(this.#fd);
    this.#fd = -1;
  }
}
