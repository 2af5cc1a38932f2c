/** Socket addresses: between text and the kernel's sockaddr (ip(7), ipv6(7), unix(7)). Pure; names are resolved elsewhere. */
import { isIPv4, isIPv6 } from 'node:net';
import { inspect } from 'node:util';
import { EdgeloopError } from '../errors.js';
import {
  AF_INET, AF_INET6, AF_UNIX,
  SIN6_ADDR_OFFSET, SIN6_PORT_OFFSET, SIN6_SCOPE_ID_OFFSET, SIN_ADDR_OFFSET, SIN_PORT_OFFSET,
  SOCKADDR_IN6_BYTES, SOCKADDR_IN_BYTES, SOCKADDR_UN_BYTES, SUN_PATH_OFFSET,
} from '../kernel/abi.js';

const MAX_PORT = 65_535;
const MAX_SCOPE_ID = 2 ** 32 - 1;

export interface SocketAddress {
  readonly family: 'IPv4' | 'IPv6' | 'unix';
  /**
   * Canonical text: RFC 5952 for IPv6. An IPv4 peer of a dual-stack socket is shown as IPv4. Of a Unix socket the path, or
   * `@` and the abstract name; empty where it has none, as clients mostly have.
   */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
}

/** No address to show: of a socket that is not IP, or whose peer has gone already. */
export const UNKNOWN_ADDRESS: SocketAddress = { family: 'IPv4', address: '0.0.0.0', port: 0 };

/** An IPv4 address that makes its text only when it is asked for: most connections come and go without. */
class IPv4Address implements SocketAddress {
  readonly #bits: number;

  constructor(
    bits: number,
    readonly port: number,
  ) {
    this.#bits = bits;
  }

  get family(): 'IPv4' {
    return 'IPv4';
  }

  get address(): string {
    const bits = this.#bits;
    return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
  }

  /** As it would be with fields: for logs and JSON, which do not look at getters. */
  toJSON(): SocketAddress {
    const { family, address, port } = this;
    return { family, address, port };
  }

  [inspect.custom](): SocketAddress {
    return this.toJSON();
  }

  /** What encodeAddress makes of the text, without the text. */
  sockaddr(family: number): KernelAddress {
    return encodeIPv4(this.#bits, this.port, family);
  }
}

/** A sockaddr as the kernel takes it, with the family to make the socket of. */
export interface KernelAddress {
  readonly family: number;
  readonly bytes: Uint8Array;
}

/**
 * Writes an IP literal and a port as a sockaddr, for a socket of the given family or of the address's own: to an IPv6
 * socket an IPv4 address is the IPv6 address that stands for it (RFC 4291, section 2.5.5.2). Error: EL_ADDRESS_INVALID.
 */
export function encodeAddress(address: string, port: number, family = 0): KernelAddress {
  // Its two bytes would be those of another port.
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new EdgeloopError('EL_ADDRESS_INVALID', `a port is a whole number from 0 to ${MAX_PORT}, not ${inspect(port)}`);
  }
  if (isIPv4(address)) return encodeIPv4(ipv4BitsOf(address), port, family);
  if (isIPv6(address)) return encodeIPv6(address, port);
  throw new EdgeloopError('EL_ADDRESS_INVALID', `"${address}" is not an IPv4 or IPv6 address`);
}

/** encodeAddress for what may be an address that the kernel gave us, which is cheaper. */
export function encodePeer(peer: Pick<SocketAddress, 'address' | 'port'>, family: number): KernelAddress {
  return peer instanceof IPv4Address ? peer.sockaddr(family) : encodeAddress(peer.address, peer.port, family);
}

/**
 * Writes the path of a Unix socket as a sockaddr; one that begins with `@` is an abstract name, which has no file. A file
 * whose own name begins so is `./@name`. Error: EL_ADDRESS_INVALID.
 */
export function encodeUnixAddress(path: string): KernelAddress {
  const text = Buffer.from(path);
  const room = SOCKADDR_UN_BYTES - SUN_PATH_OFFSET;
  if (text.length === 0 || path === '@' || path.includes('\0')) {
    throw new EdgeloopError('EL_ADDRESS_INVALID', `${JSON.stringify(path)} is not a path for a Unix socket: it must not be empty or contain NUL`);
  }
  // A path ends with a NUL, which is counted. An abstract name begins with one, in the place of the "@".
  const abstract = path.startsWith('@');
  const most = abstract ? room : room - 1;
  if (text.length > most) {
    throw new EdgeloopError('EL_ADDRESS_INVALID', `the path "${path}" has ${text.length} bytes; that of a Unix socket has at most ${most} (unix(7))`);
  }
  const bytes = new Uint8Array(SUN_PATH_OFFSET + text.length + (abstract ? 0 : 1));
  writeFamily(bytes, AF_UNIX);
  bytes.set(text, SUN_PATH_OFFSET);
  if (abstract) bytes[SUN_PATH_OFFSET] = 0;
  return { family: AF_UNIX, bytes };
}

/** Reads the sockaddr at the start of `bytes`; undefined for other families. The name of a Unix socket is known by `length` only. */
export function decodeAddress(bytes: Uint8Array, length: number = SUN_PATH_OFFSET): SocketAddress | undefined {
  const family = (bytes[0] as number) | ((bytes[1] as number) << 8);
  if (family === AF_INET) {
    return new IPv4Address(ipv4Bits(bytes, SIN_ADDR_OFFSET), bigEndian(bytes, SIN_PORT_OFFSET));
  }
  if (family === AF_UNIX) return { family: 'unix', address: unixText(bytes.subarray(SUN_PATH_OFFSET, length)), port: 0 };
  if (family !== AF_INET6) return undefined;
  const port = bigEndian(bytes, SIN6_PORT_OFFSET);
  if (isMapped(bytes)) return new IPv4Address(ipv4Bits(bytes, SIN6_ADDR_OFFSET + 12), port);
  return { family: 'IPv6', address: ipv6Text(bytes), port };
}

/** `127.0.0.1:7000`, `[::1]:7000`, `/run/echo.sock`. */
export function addressText({ family, address, port }: SocketAddress): string {
  if (family === 'unix') return address === '' ? 'a Unix socket' : address;
  return hostText(address, port);
}

/** The same of an address or a name. */
export function hostText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether no other machine can reach an IP address of this one. */
export function isLoopback(ip: string): boolean {
  return ip === '::1' || (isIPv4(ip) && ip.startsWith('127.'));
}

function encodeIPv4(bits: number, port: number, family: number): KernelAddress {
  if (family === AF_INET6) return encodeMapped(bits, port);
  const bytes = new Uint8Array(SOCKADDR_IN_BYTES);
  writeFamily(bytes, AF_INET);
  writeBigEndian(bytes, SIN_PORT_OFFSET, port);
  writeIPv4(bytes, SIN_ADDR_OFFSET, bits);
  return { family: AF_INET, bytes };
}

function encodeMapped(bits: number, port: number): KernelAddress {
  const bytes = new Uint8Array(SOCKADDR_IN6_BYTES);
  writeFamily(bytes, AF_INET6);
  writeBigEndian(bytes, SIN6_PORT_OFFSET, port);
  writeBigEndian(bytes, SIN6_ADDR_OFFSET + 10, 0xffff);
  writeIPv4(bytes, SIN6_ADDR_OFFSET + 12, bits);
  return { family: AF_INET6, bytes };
}

function encodeIPv6(text: string, port: number): KernelAddress {
  const [address = '', zone = '0'] = text.split('%');
  const scope = Number(zone);
  if (!/^\d+$/.test(zone) || scope > MAX_SCOPE_ID) {
    throw new EdgeloopError('EL_ADDRESS_INVALID', `"${text}": a zone is given by the interface's index, as in "fe80::1%2"`);
  }
  const bytes = new Uint8Array(SOCKADDR_IN6_BYTES);
  writeFamily(bytes, AF_INET6);
  writeBigEndian(bytes, SIN6_PORT_OFFSET, port);
  for (const [index, group] of ipv6Groups(address).entries()) writeBigEndian(bytes, SIN6_ADDR_OFFSET + index * 2, group);
  new DataView(bytes.buffer).setUint32(SIN6_SCOPE_ID_OFFSET, scope, true);
  return { family: AF_INET6, bytes };
}

/** The eight groups of an address that isIPv6 has accepted. The URL parser brings it to hexadecimal groups and one "::". */
function ipv6Groups(address: string): number[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = '', right] = canonical.split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const head = numbers(left);
  const tail = numbers(right ?? '');
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function ipv4BitsOf(text: string): number {
  return text.split('.').reduce((bits, octet) => (bits << 8) | Number(octet), 0);
}

function ipv4Bits(bytes: Uint8Array, offset: number): number {
  return (bigEndian(bytes, offset) << 16) | bigEndian(bytes, offset + 2);
}

function unixText(name: Uint8Array): string {
  if (name.length === 0) return '';
  if (name[0] === 0) return `@${Buffer.from(name.subarray(1)).toString()}`;
  const end = name.indexOf(0);
  return Buffer.from(end < 0 ? name : name.subarray(0, end)).toString();
}

function ipv6Text(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let i = 0; i < 8; i++) groups.push(bigEndian(bytes, SIN6_ADDR_OFFSET + i * 2).toString(16));
  const scope = new DataView(bytes.buffer, bytes.byteOffset).getUint32(SIN6_SCOPE_ID_OFFSET, true);
  const canonical = new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  return scope === 0 ? canonical : `${canonical}%${scope}`;
}

/** Whether the IPv6 address is ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2). */
function isMapped(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[SIN6_ADDR_OFFSET + i] !== 0) return false;
  return bytes[SIN6_ADDR_OFFSET + 10] === 0xff && bytes[SIN6_ADDR_OFFSET + 11] === 0xff;
}

function bigEndian(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}

function writeBigEndian(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

function writeIPv4(bytes: Uint8Array, offset: number, bits: number): void {
  writeBigEndian(bytes, offset, bits >>> 16);
  writeBigEndian(bytes, offset + 2, bits);
}

/** The family is in the byte order of the machine, which is little-endian on all that the library is built for. */
function writeFamily(bytes: Uint8Array, family: number): void {
  bytes[0] = family;
}
