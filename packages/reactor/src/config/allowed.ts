/** What a leaf allows, in words for complaints and for the reference. */

/** The part of JSON Schema that zod makes of the leaves of a configuration. */
export interface LeafSchema {
  readonly type: 'boolean' | 'integer' | 'number' | 'string' | 'object';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  /** The only word that may stand in the place of a number: `auto`. */
  readonly word?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly additionalProperties?: LeafSchema;
}

export function allowedText(schema: LeafSchema): string {
  const text = textOf(schema);
  return schema.word === undefined ? text : `${text}, or ${schema.word}`;
}

function textOf(schema: LeafSchema): string {
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${rangeText(schema)}`;
    case 'number':
      return `a number${rangeText(schema)}`;
    case 'string':
      return wordingOfText(schema);
    case 'object':
      return `names with values, each value ${schema.additionalProperties === undefined ? 'anything' : allowedText(schema.additionalProperties)}`;
  }
}

/** zod bounds whole numbers by those that a double holds exactly; that goes without saying. */
function rangeText({ minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity }: LeafSchema): string {
  const least = minimum <= Number.MIN_SAFE_INTEGER ? '' : `${minimum}`;
  const most = maximum >= Number.MAX_SAFE_INTEGER ? '' : `${maximum}`;
  if (least !== '') return most === '' ? ` of at least ${least}` : ` from ${least} to ${most}`;
  const above = exclusiveMinimum === -Infinity ? '' : ` above ${exclusiveMinimum}`;
  return most === '' ? above : `${above}${above === '' ? '' : ' and'} up to ${most}`;
}

function wordingOfText({ enum: choices, pattern, minLength = 0 }: LeafSchema): string {
  if (choices !== undefined) return alternatives(choices);
  if (pattern !== undefined) return `text${minLength > 1 ? ` of ${minLength} or more characters` : ''} that matches ${pattern}`;
  return minLength > 0 ? 'text, not empty' : 'text';
}

/** `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
