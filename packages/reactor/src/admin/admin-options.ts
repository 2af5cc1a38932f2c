/** What may be set and asked for at the admin endpoint, as zod schemas. */
import { z } from 'zod';
import { LISTED_CONNECTIONS, MAX_LISTED_CONNECTIONS } from '../limits.js';
import { LEVEL_NAMES } from '../log.js';

/** What a bearer token is made of (RFC 6750, section 2.1); other characters would not arrive. */
export const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

export const adminOptions = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('The address or name that the endpoint is bound to. Other than loopback, it takes a token.'),
  /** 0 lets the kernel choose; the handle's `address` tells. */
  port: z.int().min(0).max(65_535).default(0),
  /** Names that a request may ask for in `Host`, besides IP addresses and localhost; a name that anybody else controls must not be. */
  allowedHosts: z.array(z.string().min(1)).default([]),
  /** What is served, for people. */
  name: z.string().min(1).default('edgeloop'),
  version: z.string().default(''),
});

/** The query of the admin endpoint's list of connections: what must match, the order, and how many. */
export const connectionQuery = z.strictObject({
  plugin: z.string().optional(),
  state: z.enum(['open', 'draining', 'closing']).optional(),
  peer: z.string().optional(),
  q: z.string().optional(),
  sort: z
    .enum([
      'id', 'plugin', 'direction', 'peer', 'local', 'state', 'ageSeconds', 'idleSeconds', 'bytesRead', 'bytesWritten', 'bytesQueued', 'paused',
      'rttSeconds', 'retransmits',
    ])
    .default('id'),
  order: z.enum(['asc', 'desc']).default('asc'),
  limit: z.coerce.number().int().min(1).max(MAX_LISTED_CONNECTIONS).default(LISTED_CONNECTIONS),
});

/** What the admin endpoint is told to change of the log. */
export const levelChange = z.strictObject({
  component: z.string(),
  level: z.enum(LEVEL_NAMES),
});

export type ConnectionQuery = z.output<typeof connectionQuery>;
