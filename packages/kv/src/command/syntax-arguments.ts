/** An argument as COMMAND DOCS describes it. */
export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly token?: string | undefined;
  readonly flags: readonly ('optional' | 'multiple' | 'multiple_token')[];
  /** Of a block what it consists of, of a choice what there is to choose from. */
  readonly arguments?: readonly Argument[] | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  ...named('key', 'key source destination newkey'),
  ...named('pattern', 'pattern'),
  ...named('unix-time', 'unix-time-seconds unix-time-milliseconds'),
  ...named('double', 'score longitude latitude weight radius width height'),
  ...named('integer', `count cursor numkeys seconds milliseconds increment decrement index index1 index2 start stop end offset bit timeout limit rank db
    destination-db len version protover client-id port ttl num-matches maxlen entries-added entries-read min-idle-time samples numreplicas`),
};

function named(type: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, type]));
}

/**
 * The arguments that a definition's `syntax` stands for: words in capitals are tokens, others are values, `[…]` may be left
 * out, `<… | …>` is a choice, and what `...` follows may come again.
 */
export function parseSyntax(syntax: string): Argument[] {
  const words = syntax.match(/\.\.\.|[[\]<>|]|[^\s[\]<>|]+/g) ?? [];
  return new SyntaxParser(words).sequence();
}

class SyntaxParser {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** Arguments one behind the other, to the end of the text or of what encloses them. */
  sequence(): Argument[] {
    const found: Argument[] = [];
    for (let word = this.#words[this.#at]; word !== undefined && !/^[\]>|]$/.test(word); word = this.#words[this.#at]) {
      this.#at++;
      if (word === '[') this.#addOptional(found, this.#choice());
      else if (word === '<') found.push(oneOf(this.#choice()));
      else if (word === '...') found.push({ ...(found.pop() as Argument), flags: ['multiple'] });
      else found.push(isToken(word) ? pureToken(word) : value(word));
    }
    return found;
  }

  /** What is between brackets: ways to go on, of which there is mostly one. */
  #choice(): Argument[][] {
    const ways = [this.sequence()];
    while (this.#words[this.#at] === '|') {
      this.#at++;
      ways.push(this.sequence());
    }
    this.#at++;
    return ways;
  }

  /** `key [key ...]` is one argument that may come again; anything else between brackets is one that may be left out. */
  #addOptional(found: Argument[], ways: readonly Argument[][]): void {
    const [only = []] = ways;
    const repeated = found.slice(-only.length);
    const isRepetition = ways.length === 1 && only.at(-1)?.flags.includes('multiple') === true;
    if (isRepetition && only.length > 0 && repeated.map(({ name }) => name).join() === only.map(({ name }) => name).join()) {
      found.length -= repeated.length;
      const again = block(repeated);
      found.push({ ...again, flags: again.token === undefined ? ['multiple'] : ['multiple', 'multiple_token'] });
    } else {
      const whole = ways.length === 1 ? block(only) : oneOf(ways);
      found.push({ ...whole, flags: ['optional', ...whole.flags.filter((flag) => flag !== 'optional')] });
    }
  }
}

/** Arguments as a single one: a token goes with what is behind it. */
function block(parts: readonly Argument[]): Argument {
  const [first, ...rest] = parts;
  if (first === undefined) return { name: 'nothing', type: 'string', flags: [] };
  if (rest.length === 0) return first;
  if (first.type !== 'pure-token') return { name: parts.map(({ name }) => name).join('_'), type: 'block', flags: [], arguments: parts };
  const [second = first] = rest;
  if (rest.length === 1 && second.token === undefined) return { ...second, token: first.token };
  return { name: rest.map(({ name }) => name).join('_'), type: 'block', token: first.token, flags: [], arguments: rest };
}

function oneOf(ways: readonly (readonly Argument[])[]): Argument {
  if (ways.length === 1) return block(ways[0] as Argument[]);
  const choices = ways.map(block);
  return { name: choices.map(({ name }) => name).join('_'), type: 'oneof', flags: [], arguments: choices };
}

function value(name: string): Argument {
  return { name, type: TYPES[name] ?? 'string', flags: [] };
}

function pureToken(token: string): Argument {
  return { name: token.toLowerCase(), type: 'pure-token', token, flags: [] };
}

function isToken(word: string): boolean {
  return /^[A-Z=~*$][A-Z0-9-]*$/.test(word);
}
