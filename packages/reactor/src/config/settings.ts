/** The settings of a configuration: each leaf of its schema with all that is said of it. Keys, variables, flags and pages are made of these. */
import { z } from 'zod';
import { invariant } from '../invariant.js';
import { type LeafSchema, allowedText } from './allowed.js';

/** What the `.meta()` of a leaf may say besides its description. */
export interface Marks {
  /** A shorter name for its flag, `host` beside `listen-host`, or the same: --help tells those that have one. */
  readonly flag?: string;
  /** Its value is shown nowhere. */
  readonly secret?: true;
  /** A new value takes effect without a restart. */
  readonly reload?: true;
  /** The key of a setting that excludes this one. */
  readonly notWith?: string;
  /** The key of a setting without which this one means nothing; or with the value it must have, `workers.accept=handoff`. */
  readonly onlyWith?: string;
  /** A setting, as of `onlyWith`, beside which this one has another default. */
  readonly defaultWith?: readonly [condition: string, value: unknown];
  /** What its number counts: a flag or a variable may then say `64mb`. */
  readonly unit?: 'bytes';
}

export const MARKS: readonly (keyof Marks)[] = ['flag', 'secret', 'reload', 'notWith', 'onlyWith', 'defaultWith', 'unit'];

declare module 'zod' {
  interface GlobalMeta extends Marks {}
}

export interface Setting extends Marks {
  readonly path: readonly string[];
  /** The path as it is written: `listen.maxConnections`. */
  readonly key: string;
  /** `EDGELOOP_LISTEN_MAX_CONNECTIONS`. */
  readonly variable: string;
  /** Without their dashes, the short one last: `['listen-host', 'host']`. */
  readonly flags: readonly string[];
  readonly kind: LeafSchema['type'];
  /** For people: `a whole number from 0 to 65535`. */
  readonly allowed: string;
  /** The same for each value of a setting that has names with values. */
  readonly allowedEach: string | undefined;
  /** The only word that may stand in the place of a number. */
  readonly word: string | undefined;
  /** The values of an enumeration. */
  readonly choices: readonly string[] | undefined;
  readonly default: unknown;
  readonly description: string;
}

export const VARIABLE_PREFIX = 'EDGELOOP_';

/** All settings of a schema whose sections are objects in `.prefault({})`, in the schema's order. */
export function settingsOf(schema: z.ZodObject): Setting[] {
  const settings = leavesOf(schema, []);
  const flags = settings.flatMap((setting) => setting.flags);
  invariant(new Set(flags).size === flags.length, 'two settings have the same flag');
  return settings;
}

/** The object behind a section; undefined for a leaf. */
export function sectionOf(field: unknown): z.ZodObject | undefined {
  const inner = field instanceof z.ZodPrefault ? field.unwrap() : field;
  return inner instanceof z.ZodObject ? inner : undefined;
}

function leavesOf({ shape }: z.ZodObject, above: readonly string[]): Setting[] {
  return Object.entries(shape).flatMap(([name, field]) => {
    const path = [...above, name];
    const section = sectionOf(field);
    return section === undefined ? [settingOf(path, field as z.ZodType)] : leavesOf(section, path);
  });
}

/** A leaf that is a number or a word is a number to all who ask for its kind, for text that is none stays text. */
function leafSchema(leaf: z.ZodType): LeafSchema & Marks {
  const { anyOf, ...schema } = z.toJSONSchema(leaf, { io: 'input' });
  if (anyOf === undefined) return schema as LeafSchema & Marks;
  const [number, word] = anyOf;
  return { ...schema, ...number, word: word?.const } as LeafSchema & Marks;
}

function settingOf(path: readonly string[], leaf: z.ZodType): Setting {
  const schema = leafSchema(leaf);
  invariant(schema.description !== undefined, 'a setting without a description');
  const marks = Object.fromEntries(MARKS.filter((mark) => mark in schema).map((mark) => [mark, schema[mark]])) as Marks;
  const words = path.map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).join('-');
  return {
    ...marks,
    path,
    key: path.join('.'),
    variable: VARIABLE_PREFIX + words.replaceAll('-', '_').toUpperCase(),
    flags: [...new Set([words, marks.flag ?? words])],
    kind: schema.type,
    allowed: allowedText(schema),
    allowedEach: schema.additionalProperties && allowedText(schema.additionalProperties),
    word: schema.word,
    choices: schema.enum,
    default: schema.default,
    description: schema.description,
  };
}
