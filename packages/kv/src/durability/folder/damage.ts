import { EdgeloopError } from '@edgeloop/reactor';

/** What a data folder has that no crash leaves behind. */
export interface Damage {
  readonly file: string;
  /** Where in the file; undefined if it is about the file as a whole. */
  readonly position?: number;
  /** As the end of a sentence that begins with the file. */
  readonly reason: string;
}

/** As a line: file, offset, reason. */
export function describeDamage({ file, position, reason }: Damage): string {
  return position === undefined ? `${file}: ${reason}` : `${file}, offset ${position}: ${reason}`;
}

/** EL_STORE_CORRUPT: a folder that no server may start with. */
export class CorruptStoreError extends EdgeloopError {
  constructor(
    folder: string,
    readonly damage: Damage,
  ) {
    const advice = `"edgeloop-kv check ${folder}" shows all of it, and with --repair keeps what can be kept`;
    super('EL_STORE_CORRUPT', `${folder}/${describeDamage(damage)}; ${advice}`);
  }
}

/** The error for it. */
export function corruptStore(folder: string, damage: Damage): CorruptStoreError {
  return new CorruptStoreError(folder, damage);
}
