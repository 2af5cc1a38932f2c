import { globMatches } from '../bytes/glob.js';
import type { RegisteredCommand } from '../catalogue/registry.js';
import { CommandRules } from './command-rules.js';

/** A rule that makes no sense; ACL SETUSER answers the text behind the rule. */
export class RuleError extends Error {}

/** What is done to a key. */
export interface KeyUse {
  readonly key: Buffer;
  readonly reads: boolean;
  readonly writes: boolean;
}

interface KeyPattern {
  readonly text: string;
  readonly bytes: Buffer;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** Commands, keys and channels: what all three allow may be done. A user has one of these, and maybe others besides. */
export class Selector {
  #commands = new CommandRules();
  #keys: KeyPattern[] = [];
  #channels: string[] = [];

  /** Whether there is nothing that is not allowed. */
  get allowsAll(): boolean {
    return this.#commands.allowsAll && this.keys === '~*' && this.channels === '&*';
  }

  get commands(): string {
    return this.#commands.toString();
  }

  get keys(): string {
    return this.#keys.map(({ text }) => text).join(' ');
  }

  get channels(): string {
    return this.#channels.map((pattern) => `&${pattern}`).join(' ');
  }

  allowsCommand(command: RegisteredCommand<never>): boolean {
    return this.#commands.allows(command);
  }

  allowsKey({ key, reads, writes }: KeyUse): boolean {
    return this.#keys.some((pattern) => (
      // A glob of a star does not match the empty key.
      (pattern.reads || !reads) && (pattern.writes || !writes) && (pattern.text === '~*' || globMatches(pattern.bytes, 0, pattern.bytes.length, key, 0, key.length))
    ));
  }

  /** A pattern to subscribe to has to be one of these itself. */
  allowsChannel(channel: Buffer, isPattern: boolean): boolean {
    return this.#channels.some((text) => {
      const pattern = Buffer.from(text, 'latin1');
      return text === '*' || (isPattern ? pattern.equals(channel) : globMatches(pattern, 0, pattern.length, channel, 0, channel.length));
    });
  }

  copy(): Selector {
    const selector = new Selector();
    selector.#commands = this.#commands.copy();
    selector.#keys = [...this.#keys];
    selector.#channels = [...this.#channels];
    return selector;
  }

  /** Applies a rule of ACL SETUSER; each character is a byte. Error: RuleError. */
  apply(rule: string, commands: readonly RegisteredCommand<never>[]): void {
    switch (rule.toLowerCase()) {
      case 'allkeys': case '~*': return void (this.#keys = [keyPattern('~', '*')]);
      case 'resetkeys': return void (this.#keys = []);
      case 'allchannels': case '&*': return void (this.#channels = ['*']);
      case 'resetchannels': return void (this.#channels = []);
      case 'allcommands': case '+@all': return this.#commands.setAll(true);
      case 'nocommands': case '-@all': return this.#commands.setAll(false);
      default: return this.#applyPattern(rule, commands);
    }
  }

  #applyPattern(rule: string, commands: readonly RegisteredCommand<never>[]): void {
    const [, key, pattern = ''] = /^(~|%(?:R|W|RW|WR)~)(.*)$/is.exec(rule) ?? [];
    if (key !== undefined) return this.#addKey(keyPattern(key, pattern));
    if (rule.startsWith('&')) return this.#addChannel(rule.slice(1));
    if (!/^[+-]/.test(rule)) throw new RuleError('Syntax error');
    const target = rule.slice(1).toLowerCase();
    if (target.split('|').length > 2) throw new RuleError('Allowing first-arg of a subcommand is not supported');
    if (!this.#commands.set(rule.startsWith('+'), target, commands)) throw new RuleError('Unknown command or category name in ACL');
  }

  #addKey(pattern: KeyPattern): void {
    if (this.keys === '~*') {
      throw new RuleError(
        "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. "
        + "Try 'resetkeys' to start with an empty list of patterns",
      );
    }
    if (!this.#keys.some(({ text }) => text === pattern.text)) this.#keys.push(pattern);
  }

  #addChannel(pattern: string): void {
    if (this.channels === '&*') {
      throw new RuleError(
        "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. "
        + "Try 'resetchannels' to start with an empty list of channels",
      );
    }
    if (!this.#channels.includes(pattern)) this.#channels.push(pattern);
  }
}

function keyPattern(prefix: string, pattern: string): KeyPattern {
  const letters = prefix.toUpperCase();
  const reads = letters === '~' || letters.includes('R');
  const writes = letters === '~' || letters.includes('W');
  const sign = reads && writes ? '~' : `%${reads ? 'R' : 'W'}~`;
  return { text: sign + pattern, bytes: Buffer.from(pattern, 'latin1'), reads, writes };
}
