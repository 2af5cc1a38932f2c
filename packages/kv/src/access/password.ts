import { createHash } from 'node:crypto';

/** How passwords are kept and compared: SHA-256 in hex, as ACL LIST shows it. */
export function hashPassword(password: Buffer | string): string {
  return createHash('sha256').update(password).digest('hex');
}
