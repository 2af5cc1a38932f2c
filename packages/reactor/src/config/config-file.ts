/** The configuration file: JSON, read so that every key knows its line. */
import { readFileSync, statSync } from 'node:fs';
import { type Node, type ParseError, type ParseErrorCode, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import { CONFIG_FILE_BYTES } from '../limits.js';
import type { Given, Layer } from './layer.js';
import type { Setting } from './settings.js';
import { didYouMean } from './spelling.js';

/** For editors: names the JSON Schema that the file follows. */
export const SCHEMA_KEY = '$schema';

/** `origin` is who named the file. Never throws: what is wrong is in `complaints`. */
export function readConfigFile(settings: readonly Setting[], path: string, origin: string): Layer {
  try {
    const unfit = unfitness(path);
    // It drops the byte order mark that some editors write, and throws at what is not UTF-8, where toString would mend it.
    if (unfit === undefined) return parseConfigFile(settings, new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)), path);
    return { given: [], complaints: [`cannot read the config file "${path}" (${origin}): ${unfit}`] };
  } catch (error) {
    return { given: [], complaints: [`cannot read the config file "${path}" (${origin}): ${(error as Error).message}`] };
  }
}

/** Why a file is not even opened. A server reads it in its loop: it must neither wait for a writer, nor read for seconds. */
function unfitness(path: string): string | undefined {
  const status = statSync(path);
  if (!status.isFile()) return 'it is no regular file, and must be one, as it is read again at SIGHUP';
  return status.size > CONFIG_FILE_BYTES ? `it has ${status.size} bytes, and may have ${CONFIG_FILE_BYTES}` : undefined;
}

export function parseConfigFile(settings: readonly Setting[], text: string, path: string): Layer {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  // The text itself is not quoted: there may be a secret in it.
  if (error !== undefined) return { given: [], complaints: [`${path}:${placeOf(text, error.offset)}: not JSON: ${wordsOf(error.error)}`] };
  if (root?.type !== 'object') return { given: [], complaints: [`${path}: must be an object with settings`] };
  return new TreeReader(settings, text, path).read(root);
}

/** Walks the tree of one file. */
class TreeReader {
  readonly #given: Given[] = [];
  readonly #complaints: string[] = [];
  readonly #byKey: ReadonlyMap<string, Setting>;

  constructor(
    settings: readonly Setting[],
    private readonly text: string,
    private readonly path: string,
  ) {
    this.#byKey = new Map(settings.map((setting) => [setting.key, setting]));
  }

  read(root: Node): Layer {
    this.#section(root, []);
    return { given: this.#given, complaints: this.#complaints };
  }

  #section({ children = [] }: Node, above: readonly string[]): void {
    const seen = new Set<string>();
    for (const { children: [name, value] = [], offset } of children) {
      const word = (name as Node).value as string;
      const origin = `${this.path}:${lineOf(this.text, offset)}`;
      // JSON.parse would quietly take the last.
      if (seen.has(word)) this.#complaints.push(`${[...above, word].join('.')}: is given twice (${origin})`);
      else if (above.length > 0 || word !== SCHEMA_KEY) this.#entry([...above, word], value as Node, origin);
      seen.add(word);
    }
  }

  #entry(path: readonly string[], node: Node, origin: string): void {
    const key = path.join('.');
    // A dot within a name would be taken for that between two names.
    const exact = !path.some((name) => name.includes('.'));
    const setting = exact ? this.#byKey.get(key) : undefined;
    const isSection = exact && this.#names(path.length, key).length > 0;
    if (setting !== undefined) this.#given.push({ setting, value: getNodeValue(node) as unknown, origin });
    else if (isSection && node.type === 'object') this.#section(node, path);
    else if (isSection) this.#complaints.push(`${key}: must be an object with settings, but is of type ${node.type} (${origin})`);
    else this.#complaints.push(`unknown key "${key}" (${origin})${this.#nearest(path)}`);
  }

  /** What may stand in the section with this key, which is so many names deep. */
  #names(depth: number, key: string): string[] {
    const inside = [...this.#byKey.values()].filter((setting) => depth === 0 || setting.key.startsWith(`${key}.`));
    return [...new Set(inside.map(({ path }) => path.slice(0, depth + 1).join('.')))];
  }

  /** A slip within the section is likelier than a key that belongs elsewhere. */
  #nearest(path: readonly string[]): string {
    const [above, word] = [path.slice(0, -1), path.at(-1) as string];
    const names = this.#names(above.length, above.join('.')).map((key) => key.split('.').at(-1) as string);
    const within = didYouMean(word, names, (name) => `"${[...above, name].join('.')}"`);
    return within === '' ? didYouMean(word, [...this.#byKey.keys()], (key) => `"${key}"`) : within;
  }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** `line:column`, both from 1. */
function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `${lines.length}:${(lines.at(-1) as string).length + 1}`;
}

/** `CommaExpected` as `comma expected`. */
function wordsOf(code: ParseErrorCode): string {
  return printParseErrorCode(code).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}
