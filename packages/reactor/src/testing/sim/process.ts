import { constants } from 'node:os';
import { DescriptorTable } from './descriptor-table.js';
import type { OpenFile } from './open-file.js';
import type { World } from './world.js';

const { EBADF, EINVAL } = constants.errno;

/** RLIMIT_NOFILE, until somebody sets another one. */
const DESCRIPTORS = 20_000;

/** A class, abstract ones too. */
export type Kind<T> = abstract new (...args: never[]) => T;

/** A simulated process: its descriptors, and what all of its system calls have in common. */
export abstract class Process {
  readonly descriptors = new DescriptorTable(DESCRIPTORS);

  constructor(readonly world: World) {}

  /** Each call costs time, in which things happen. */
  protected pass(): void {
    const { timeline, conditions } = this.world;
    timeline.passTo(timeline.nowNs + conditions.callNs);
  }

  protected interrupted(): boolean {
    return this.world.random.chance(this.world.conditions.interruptions);
  }

  /** The file behind a descriptor, or -errno if there is none, or one of another kind. */
  protected file<T extends OpenFile>(fd: number, kind: Kind<T>, otherwise = EINVAL): T | number {
    const file = this.descriptors.at(fd);
    if (file === undefined) return -EBADF;
    return file instanceof kind ? file : -otherwise;
  }
}
