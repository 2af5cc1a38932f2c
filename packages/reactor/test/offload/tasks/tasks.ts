/** Tasks for the tests of offloading: what threads of the pool are given to do. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type MessagePort, threadId } from 'node:worker_threads';

export default (input: unknown): unknown => input;

export const thread = (): number => threadId;

/** Says that it has begun, and goes on when it is told to. */
export async function hold(answer: unknown, [port]: readonly [MessagePort]): Promise<unknown> {
  const told = once(port, 'message');
  port.postMessage('begun');
  await told;
  port.close();
  return answer;
}

/** How much memory has come for the bytes that it was given. */
export const extent = ({ bytes }: { bytes: Uint8Array }): number[] => [bytes.length, bytes.buffer.byteLength];

export const firstByte = (_: undefined, [memory]: readonly [ArrayBuffer]): number => new Uint8Array(memory)[0] as number;

export const never = (): Promise<never> => new Promise(() => {});

export function spin(): never {
  for (;;) Math.sqrt(2);
}

export const readText = (path: string): string => readFileSync(path, 'utf8');

export function throwWords(): never {
  // oxlint-disable-next-line no-throw-literal
  throw 'words';
}

/** What throws when it is looked at. */
export function throwRevoked(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  throw proxy;
}

export function throwFunction(): never {
  // oxlint-disable-next-line no-throw-literal
  throw () => {};
}

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status = 418;
  readonly helper = () => {};
}

export function refuse(): never {
  throw new Refusal('no coffee', { cause: new Error('a teapot') });
}

export function exit(): void {
  process.exit(3);
}

export async function crash(): Promise<never> {
  setImmediate(() => {
    throw new RangeError('nobody awaits this');
  });
  return new Promise(() => {});
}

/** Leaves something behind that ends its thread when it is told to, and has no task. */
export function crashLater(_: undefined, [port]: readonly [MessagePort]): void {
  port.once('message', () => {
    throw new RangeError('nobody awaits this');
  });
}

export const makeFunction = () => () => {};
export const notAFunction = 1;
