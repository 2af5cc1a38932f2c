/** Makes sequences of commands from a seed. */
import { Draw } from './draw.js';
import type { Family, Recipe, Scene } from './family.js';
import type { Step, Unit } from './sequence.js';

const MISTAKES = 0.12;
/** A mistake could turn what these commands do into chance. */
const UNSPOILED: ReadonlySet<string> = new Set(['SPOP', 'HSCAN', 'SSCAN', 'ZSCAN', 'SCAN']);
const OTHER_CONNECTION = 0.04;

const MOST_FAMILIES = 5;

/**
 * A sequence of at least `length` steps. The same seed and families make the same one.
 * Only a few of the families take part in each, so that what they build has time to become large and intricate.
 */
export function sequence(seed: number, length: number, all: readonly Family[]): Unit[] {
  const draw = new Draw(seed);
  const families = draw.some(1, MOST_FAMILIES, () => weighted(draw, all));
  const units: Unit[] = [];
  let connection = 0;
  for (let steps = 0; steps < length; ) {
    if (draw.chance(OTHER_CONNECTION)) connection = 1 - connection;
    const unit = drawUnit(draw, families, connection);
    units.push(unit);
    steps += unit.length;
  }
  return units;
}

function drawUnit(draw: Draw, families: readonly Family[], connection: number): Unit {
  const family = draw.pick(families);
  const drawn = recipeOf(draw, family)(draw);
  if (isScene(drawn)) return drawn.map((step) => ({ connection, ...step }));
  const args = draw.chance(0.05) ? [(drawn[0] as string).toLowerCase(), ...drawn.slice(1)] : drawn;
  const isSpoiled = family.isSpoiled && !UNSPOILED.has(drawn[0] as string) && draw.chance(MISTAKES);
  return [{ connection, args: isSpoiled ? spoil(draw, args) : args }];
}

/** A plain command for a transaction or a script, without those that need more than one step. */
export function drawCommand(draw: Draw, families: readonly Family[]): Step['args'] {
  for (;;) {
    const drawn = recipeOf(draw, weighted(draw, families))(draw);
    if (!isScene(drawn)) return drawn;
  }
}

/** A command, or several. */
export function drawScene(draw: Draw, families: readonly Family[]): Scene {
  const drawn = recipeOf(draw, weighted(draw, families))(draw);
  return isScene(drawn) ? drawn : [{ args: drawn }];
}

function isScene(drawn: readonly string[] | Scene): drawn is Scene {
  return typeof drawn[0] !== 'string';
}

function weighted(draw: Draw, families: readonly Family[]): Family {
  let place = draw.next() * families.reduce((sum, { weight }) => sum + weight, 0);
  for (const family of families) {
    place -= family.weight;
    if (place < 0) return family;
  }
  return families[0] as Family;
}

function recipeOf(draw: Draw, family: Family): Recipe {
  const names = family.builders.length > 0 && draw.chance(0.35) ? family.builders : Object.keys(family.recipes);
  const name = draw.pick(names);
  const recipe = family.recipes[name];
  if (recipe === undefined) throw new Error(`the family ${family.name} has no recipe ${name}`);
  return recipe;
}

function spoil(draw: Draw, args: readonly string[]): string[] {
  const spoiled = [...args];
  const place = draw.between(1, Math.max(1, args.length - 1));
  switch (draw.between(0, 5)) {
    case 0: spoiled.pop(); break;
    case 1: spoiled.push(draw.wrong()); break;
    case 2: spoiled.splice(place, 1); break;
    case 3: spoiled.length = draw.between(1, args.length); break;
    case 4: spoiled[0] += draw.pick(['X', '', '\r\n', '-']); break;
    default: spoiled[place] = isLexScore(args, place) ? 'nan' : draw.wrong();
  }
  return spoiled.length === 0 ? [...args] : spoiled;
}

/** With another number in its place the order that ZRANGEBYLEX goes by would be nobody's. */
function isLexScore(args: readonly string[], place: number): boolean {
  return args[0] === 'ZADD' && args[1]?.startsWith('lex') === true && args[place] === '0';
}
