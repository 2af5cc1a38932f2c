/** Somebody who may log in. */
export class User {
  readonly name: string;
  enabled = false;
  /** Any password will do. */
  withoutPassword = false;
  /** SHA-256 of each password that is accepted, in hex: as ACL LIST shows them. */
  readonly passwords = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  /** Whether connections are this user without having said so. */
  get isOpen(): boolean {
    return this.enabled && this.withoutPassword;
  }
}
