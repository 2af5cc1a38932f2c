import type { Draw } from './draw.js';
import type { Step } from './sequence.js';

/** The steps of a scenario, before somebody says which connections take part. */
export type Scene = readonly (Pick<Step, 'args' | 'mode'> & { readonly connection?: number })[];

/** Draws one command, or a scene of several. */
export type Recipe = (draw: Draw) => readonly string[] | Scene;

/** A family of commands and how each is drawn. */
export interface Family {
  readonly name: string;
  /** How often the family is drawn beside others. */
  readonly weight: number;
  /** By the name of the command; a name with a `+` behind it is a further recipe for the same command. */
  readonly recipes: Readonly<Record<string, Recipe>>;
  /** Recipes drawn more often than others, because they make what others read. */
  readonly builders: readonly string[];
  /** Whether a drawn command may be spoiled by a random mistake. Not where that could block for ever, or close other connections. */
  readonly isSpoiled: boolean;
}
