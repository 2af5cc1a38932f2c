import { categoriesOf } from '../catalogue/acl-categories.js';
import type { RegisteredCommand } from '../catalogue/registry.js';

type AnyCommand = RegisteredCommand<never>;

/** A step of the way to what is allowed: `+@read`, `-client|kill`. */
interface Rule {
  readonly allows: boolean;
  /** A category with its `@`, or the name of a command or of a subcommand. */
  readonly target: string;
  readonly commands: ReadonlySet<AnyCommand>;
}

/**
 * Which commands somebody may run: all or none, but for exceptions, of which the last one counts that a command is part of.
 * Exceptions that others have covered, or that change nothing, are not kept.
 */
export class CommandRules {
  #allowsRest = false;
  #rules: Rule[] = [];

  /** Whether there is nothing that is not allowed. */
  get allowsAll(): boolean {
    return this.#allowsRest && this.#rules.every(({ allows }) => allows);
  }

  allows(command: AnyCommand): boolean {
    return this.#rules.findLast(({ commands }) => commands.has(command))?.allows ?? this.#allowsRest;
  }

  setAll(allows: boolean): void {
    this.#allowsRest = allows;
    this.#rules = [];
  }

  /** Returns false if the target names nothing. */
  set(allows: boolean, target: string, all: readonly AnyCommand[]): boolean {
    const commands = new Set(all.filter((command) => isPartOf(command, target)));
    if (commands.size === 0) return false;
    this.#rules = this.#rules.filter((rule) => ![...rule.commands].every((command) => commands.has(command)));
    if ([...commands].some((command) => this.allows(command) !== allows)) this.#rules.push({ allows, target, commands });
    return true;
  }

  copy(): CommandRules {
    const rules = new CommandRules();
    rules.#allowsRest = this.#allowsRest;
    rules.#rules = [...this.#rules];
    return rules;
  }

  /** As ACL SETUSER takes it. */
  toString(): string {
    return [`${sign(this.#allowsRest)}@all`, ...this.#rules.map(({ allows, target }) => sign(allows) + target)].join(' ');
  }
}

function isPartOf(command: AnyCommand, target: string): boolean {
  if (target.startsWith('@')) return categoriesOf(command).some((category) => `@${category}` === target);
  return command.fullName === target || command.fullName.startsWith(`${target}|`);
}

function sign(allows: boolean): string {
  return allows ? '+' : '-';
}
