/** A task, which threads of the pool import. It has nothing of the server in it, and the server could call it as well. */
import { randomBytes, scryptSync } from 'node:crypto';

/** Some 50 ms of a core's time, so that who steals the hashes needs them for each guess, too. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${scryptSync(password, salt, 32).toString('base64url')}`;
}
