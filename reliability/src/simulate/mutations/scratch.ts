import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './mutation-list.js';

const WORKSPACE = fileURLToPath(new URL('../../../../..', import.meta.url));

/** A copy of the compiled reactor and simulation, in which files can be changed without harm. */
export class Scratch {
  readonly #folder = mkdtempSync(join(tmpdir(), 'edgeloop-mutations-'));

  constructor() {
    for (const workspace of ['packages/reactor', 'reliability']) {
      for (const part of ['dist/src', 'package.json']) this.#copy(join(workspace, part));
    }
    for (const part of ['packages/reactor/node_modules', 'packages/reactor/lib', 'reliability/node_modules/zod']) this.#link(part);
    mkdirSync(join(this.#folder, 'reliability/node_modules/@edgeloop'), { recursive: true });
    symlinkSync(join(this.#folder, 'packages/reactor'), join(this.#folder, 'reliability/node_modules/@edgeloop/reactor'));
  }

  /** The command of the copy. */
  get command(): string {
    return join(this.#folder, 'reliability/dist/src/simulate/main.js');
  }

  apply({ file, from, to }: Mutation): void {
    const path = join(this.#folder, 'packages/reactor/dist/src', `${file}.js`);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" any more: say what stands there now`);
    writeFileSync(path, text.replace(from, () => to));
  }

  undo({ file }: Mutation): void {
    this.#copy(`packages/reactor/dist/src/${file}.js`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #copy(part: string): void {
    cpSync(join(WORKSPACE, part), join(this.#folder, part), { recursive: true });
  }

  #link(part: string): void {
    mkdirSync(join(this.#folder, part, '..'), { recursive: true });
    symlinkSync(join(WORKSPACE, part), join(this.#folder, part));
  }
}
