/** Something is not as it must be: a bug, in what is simulated or in the model that it is held against. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** What a workload throws on purpose, to see where it ends up. */
export class Deliberate extends Error {
  override readonly name = 'Deliberate';
}

export function demand(condition: boolean, complaint: () => string): asserts condition {
  if (!condition) throw new Finding(complaint());
}
