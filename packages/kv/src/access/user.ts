import type { RegisteredCommand } from '../catalogue/registry.js';
import { hashPassword } from './password.js';
import { RuleError, Selector } from './selector.js';

const HASH = /^[0-9a-f]{64}$/;

/** Somebody who may log in, and what they may do then. */
export class User {
  readonly name: string;
  enabled = false;
  /** Any password will do. */
  withoutPassword = false;
  /** Whether what RESTORE is given is looked through: noted for clients that ask, it always is. */
  sanitizing: 'sanitize-payload' | 'skip-sanitize-payload' | undefined;
  /** SHA-256 of each password that is accepted, in hex: as ACL LIST shows them. */
  readonly passwords = new Set<string>();
  /** The user's own rules, and other ones, each of which may allow something by itself. */
  readonly selectors = [new Selector()];
  /** Whether there is nothing that is not allowed: then nothing is looked at for each request. */
  isUnrestricted = false;

  constructor(name: string) {
    this.name = name;
  }

  /** Whether connections are this user without having said so. */
  get isOpen(): boolean {
    return this.enabled && this.withoutPassword;
  }

  /** Becomes what another one is. */
  adopt(other: User): void {
    this.enabled = other.enabled;
    this.withoutPassword = other.withoutPassword;
    this.sanitizing = other.sanitizing;
    this.passwords.clear();
    for (const hash of other.passwords) this.passwords.add(hash);
    this.selectors.splice(0, Infinity, ...other.selectors.map((selector) => selector.copy()));
    this.#refresh();
  }

  /** Applies a rule of ACL SETUSER. Error: RuleError. */
  apply(rule: string, commands: readonly RegisteredCommand<never>[]): void {
    if (/^[><#!]/.test(rule)) this.#applyPassword(rule);
    else if (rule.startsWith('(')) this.selectors.push(selectorOf(rule, commands));
    else if (!this.#applyWord(rule.toLowerCase(), commands)) (this.selectors[0] as Selector).apply(rule, commands);
    this.#refresh();
  }

  #refresh(): void {
    this.isUnrestricted = this.selectors.some(({ allowsAll }) => allowsAll);
  }

  /** Returns false if it is none of these. */
  #applyWord(word: string, commands: readonly RegisteredCommand<never>[]): boolean {
    switch (word) {
      case 'on': case 'off': this.enabled = word === 'on'; break;
      case 'nopass': case 'resetpass': this.withoutPassword = word === 'nopass'; this.passwords.clear(); break;
      case 'sanitize-payload': case 'skip-sanitize-payload': this.sanitizing = word; break;
      case 'clearselectors': this.selectors.length = 1; break;
      case 'reset':
        for (const rule of ['resetpass', 'off', 'sanitize-payload', 'clearselectors', 'resetkeys', 'resetchannels', '-@all']) this.apply(rule, commands);
        break;
      default: return false;
    }
    return true;
  }

  #applyPassword(rule: string): void {
    const isHash = /^[#!]/.test(rule);
    const hash = isHash ? rule.slice(1) : hashPassword(Buffer.from(rule.slice(1), 'latin1'));
    if (!HASH.test(hash)) throw new RuleError('The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters');
    if (/^[>#]/.test(rule)) {
      this.passwords.add(hash);
      this.withoutPassword = false;
    } else if (!this.passwords.delete(hash)) {
      throw new RuleError('The password you are trying to remove from the user does not exist');
    }
  }
}

/** `(+get ~a*)` */
function selectorOf(rule: string, commands: readonly RegisteredCommand<never>[]): Selector {
  const selector = new Selector();
  for (const part of rule.slice(1, -1).split(' ').filter((text) => text !== '')) selector.apply(part, commands);
  return selector;
}
