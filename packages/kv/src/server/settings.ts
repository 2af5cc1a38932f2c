import { z } from 'zod';

/** What can be set of a server, by the names of Redis's configuration in camel case. */
export const kvOptions = z.strictObject({
  databases: z.number().int().min(1).max(1024).default(16).describe('How many databases SELECT can choose from.'),
  requirepass: z
    .string()
    .default('')
    .describe('The password that clients must give with AUTH; empty for none.')
    .meta({ flag: 'requirepass', secret: true }),
  protoMaxBulkLen: z.number().int().min(1024 * 1024).max(2 ** 30).default(512 * 1024 * 1024).describe('Bytes that one argument may have.'),
  maxMultibulkLength: z.number().int().min(1).default(1024 * 1024).describe('Arguments that one request may have.'),
});

export type KvSettings = z.output<typeof kvOptions>;

/** The same before defaults are filled in. */
export type KvOptions = z.input<typeof kvOptions>;
