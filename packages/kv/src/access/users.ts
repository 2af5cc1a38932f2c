import { timingSafeEqual } from 'node:crypto';
import { hashPassword } from './password.js';
import { User } from './user.js';

export const DEFAULT_USER = 'default';

/**
 * Who may log in, and with what.
 *
 * A password is compared by its hash, and the hash in constant time: how long a wrong one takes tells nothing of the right one.
 */
export class Users {
  readonly all = new Map<string, User>();
  readonly default = unrestricted();
  /** The program that the server is embedded in: nobody can name this user, and so take rights from it. */
  readonly program = unrestricted();

  constructor() {
    this.all.set(DEFAULT_USER, this.default);
  }

  /** What the setting `requirepass` does: it is the only password of the default user, who needs none if it is empty. */
  setDefaultPassword(password: string): void {
    this.default.passwords.clear();
    this.default.withoutPassword = password === '';
    if (password !== '') this.default.passwords.add(hashPassword(password));
  }

  /** The user, if the password is theirs. */
  authenticate(name: string, password: Buffer | string): User | undefined {
    const user = this.all.get(name);
    const given = Buffer.from(hashPassword(password));
    let matches = false;
    for (const hash of user?.passwords ?? []) matches = timingSafeEqual(given, Buffer.from(hash)) || matches;
    return user?.enabled === true && (user.withoutPassword || matches) ? user : undefined;
  }
}

/** What the default user is until somebody says otherwise. */
function unrestricted(): User {
  const user = new User(DEFAULT_USER);
  for (const rule of ['on', 'nopass', 'allkeys', 'allchannels', 'allcommands']) user.apply(rule, []);
  return user;
}
