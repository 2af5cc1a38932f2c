/** The sections of the configuration that all server commands share. Each may be left out. */
import { z } from 'zod';
import { TOKEN, adminOptions } from '../admin/admin-options.js';
import { MIN_TOKEN_CHARACTERS } from '../limits.js';
import { isLoopback } from '../net/address.js';
import { listenOptions, marksInOrder, reactorOptions, tcpOptions, unixListenOptions } from '../options.js';
import { CHANGEABLE, type OptionsInput } from '../options-check.js';
import { logOptions } from '../telemetry/log-options.js';

const { path, mode, uid, gid, trigger, backlog, maxConnections, maxAcceptsPerSecond, ...connectionOptions } = unixListenOptions.shape;
const { host, port, ipv6Only, reusePort, maxConnectionsPerAddress } = listenOptions.shape;

const notUnix = { notWith: 'listen.path' };
const unixOnly = { onlyWith: 'listen.path' };

const listen = z
  .strictObject({
    host: host.meta({ ...notUnix, flag: 'host' }),
    port: port.meta({ ...notUnix, flag: 'port' }).optional(),
    path: path.min(1).meta({ flag: 'unix' }).optional(),
    ...marked({ ipv6Only, reusePort }, notUnix),
    // JSON has no octal numbers, and nobody thinks of permissions in others.
    mode: z.string().regex(/^0?[0-7]{3}$/).default('600').describe(`${mode.description} In octal, as chmod(1) takes it.`).meta(unixOnly),
    ...marked({ uid, gid }, unixOnly),
    trigger: trigger.meta({ flag: 'trigger' }),
    backlog,
    ...changeable({ maxConnections, maxAcceptsPerSecond, ...marked({ maxConnectionsPerAddress }, notUnix), ...connectionOptions }, CHANGEABLE.listener),
    ...marked(tcpOptions, notUnix),
  })
  .check(marksInOrder)
  .check(({ value, issues }) => {
    if (value.port !== undefined || value.path !== undefined) return;
    issues.push({ code: 'custom', path: ['port'], message: 'must be given, unless listen.path is', input: undefined });
  })
  .describe('Where the server listens, and what holds for each connection.');

const { loop, ...otherReactorOptions } = reactorOptions.shape;

const reactor = z
  .strictObject({ loop: loop.meta({ flag: 'loop' }), ...changeable(otherReactorOptions, CHANGEABLE.reactor) })
  .describe('The loop, and limits for all connections together.');

const { level, levels, format } = logOptions.shape;

/** A server tells what an operator should know; within an app the default is to keep still. */
const log = z
  .strictObject({ ...marked({ level: level.default('info').meta({ flag: 'log-level' }), levels }, { reload: true }), format })
  .describe('What is logged on standard error, and how.');

const admin = z
  .strictObject({
    port: port
      .describe('Port of the HTTP endpoint for operators: live page, metrics, health; 0 lets the kernel choose. Left out: there is none.')
      .meta({ flag: 'admin-port' })
      .optional(),
    host: adminOptions.shape.host,
    allowedHosts: z
      .string()
      .default('')
      .describe('Names, separated by commas, by which the endpoint may be asked for (the Host header), besides IP addresses and localhost.'),
    token: z
      .string()
      .min(MIN_TOKEN_CHARACTERS)
      .regex(TOKEN)
      .describe(
        'What callers must send as `Authorization: Bearer TOKEN`; required unless admin.host is a loopback address. Every user of the ' +
          'machine can read a command line: prefer the variable or the file.',
      )
      .meta({ secret: true })
      .optional(),
  })
  .check(({ value, issues }) => {
    // Any other name may resolve to anything.
    if (value.port === undefined || value.token !== undefined || value.host === 'localhost' || isLoopback(value.host)) return;
    const message = `must be given, because admin.host (${value.host}) is no loopback address`;
    issues.push({ code: 'custom', path: ['token'], message, input: undefined });
  })
  .describe('The HTTP endpoint for operators.');

const shutdown = z
  .strictObject({
    graceSeconds: z.number().positive().default(10).describe('Seconds that replies may take to finish after the first signal.').meta({ flag: 'grace' }),
  })
  .describe('The orderly end.');

const takeover = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe(
        'Hot restart: a Unix socket through which a new process with the same setting takes over the listening sockets of the one that serves, ' +
          'and that one drains; with `@` in front, an abstract name. Left out: there is none.',
      )
      .meta({ flag: 'takeover' })
      .optional(),
    timeoutSeconds: z.number().positive().default(30).describe(
      'Seconds that the other process may take for each of its steps; the longest is to start. After that the old one goes on serving.',
    ),
  })
  .describe('How a new process takes over without a connection being refused or lost.');

/** For servers that may do so: two processes must not be in each other's way while both are up, as two are with the same data folder. */
export const takeoverSection = { takeover: takeover.prefault({}) };

/** For `z.strictObject({ ...serverSections, ... })`. */
export const serverSections = {
  listen: listen.prefault({}),
  reactor: reactor.prefault({}),
  log: log.prefault({}),
  admin: admin.prefault({}),
  shutdown: shutdown.prefault({}),
};

/** The same for a server that listens on a port of its own unless it is told otherwise. */
export function serverSectionsOn(defaultPort: number) {
  const { description } = port;
  const own = port.default(defaultPort).describe(description ?? '').meta({ ...notUnix, flag: 'port' });
  return { ...serverSections, listen: listen.safeExtend({ port: own }).prefault({}) };
}

/** What every server command can read of its configuration. */
export type ServerSettings = z.output<z.ZodObject<typeof serverSections>> & { readonly takeover?: z.output<typeof takeover> };

type AdminEndpoint = OptionsInput<typeof adminOptions> & { token?: string | undefined };

/** What `listen` of a plugin takes, of the section of this name: the settings that its kind of socket has. */
export function listenOptionsOf(section: z.output<typeof listen>): OptionsInput<typeof listenOptions> | OptionsInput<typeof unixListenOptions> {
  const has = (shape: object) => Object.fromEntries(Object.entries(section).filter(([name]) => name in shape));
  if (section.path === undefined) return has(listenOptions.shape) as OptionsInput<typeof listenOptions>;
  return { ...has(unixListenOptions.shape), path: section.path, mode: Number.parseInt(section.mode, 8) };
}

/** What `openAdmin` takes, of the section of this name; undefined if no port is given. */
export function adminOptionsOf({ port, allowedHosts, ...others }: z.output<typeof admin>): AdminEndpoint | undefined {
  if (port === undefined) return undefined;
  return { ...others, port, allowedHosts: allowedHosts.split(',').map((name) => name.trim()).filter((name) => name !== '') };
}

/** The same leaves, with these marks besides their own. */
function marked<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape, marks: z.GlobalMeta): Shape {
  const leaves: Record<string, z.ZodType> = Object.fromEntries(Object.entries(shape).map(([name, leaf]) => [name, leaf.meta(marks)]));
  return leaves as Shape;
}

/** The same leaves, of which those named here are marked as changeable in a running server. */
function changeable<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape, names: readonly string[]): Shape {
  const leaves = Object.entries(shape).map(([name, leaf]) => [name, names.includes(name) ? leaf.meta({ reload: true }) : leaf]);
  return Object.fromEntries(leaves) as Shape;
}
