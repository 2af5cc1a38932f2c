/** Socket addresses: between text and the kernel's sockaddr (ip(7), ipv6(7)). Pure; names are resolved elsewhere. */
import { isIPv4, isIPv6 } from 'node:net';
import { EdgeloopError } from '../errors.js';
import {
  AF_INET, AF_INET6,
  SIN6_ADDR_OFFSET, SIN6_PORT_OFFSET, SIN6_SCOPE_ID_OFFSET, SIN_ADDR_OFFSET, SIN_PORT_OFFSET,
  SOCKADDR_IN6_BYTES, SOCKADDR_IN_BYTES,
} from '../kernel/abi.js';

export interface SocketAddress {
  readonly family: 'IPv4' | 'IPv6';
  /** Canonical text: RFC 5952 for IPv6. An IPv4 peer of a dual-stack socket is shown as IPv4. */
  readonly address: string;
  readonly port: number;
}

/** A sockaddr as the kernel takes it, with the family to make the socket of. */
export interface KernelAddress {
  readonly family: number;
  readonly bytes: Uint8Array;
}

/** Writes an IP literal and a port as a sockaddr. Error: EL_ADDRESS_INVALID. */
export function encodeAddress(address: string, port: number): KernelAddress {
  if (isIPv4(address)) return encodeIPv4(address, port);
  if (isIPv6(address)) return encodeIPv6(address, port);
  throw new EdgeloopError('EL_ADDRESS_INVALID', `"${address}" is not an IPv4 or IPv6 address`);
}

/** Reads the sockaddr at the start of `bytes`; undefined for families that are not IP. */
export function decodeAddress(bytes: Uint8Array): SocketAddress | undefined {
  const family = (bytes[0] as number) | ((bytes[1] as number) << 8);
  if (family === AF_INET) {
    return { family: 'IPv4', address: ipv4Text(bytes, SIN_ADDR_OFFSET), port: bigEndian(bytes, SIN_PORT_OFFSET) };
  }
  if (family !== AF_INET6) return undefined;
  const port = bigEndian(bytes, SIN6_PORT_OFFSET);
  if (isMapped(bytes)) return { family: 'IPv4', address: ipv4Text(bytes, SIN6_ADDR_OFFSET + 12), port };
  return { family: 'IPv6', address: ipv6Text(bytes), port };
}

/** `127.0.0.1:7000`, `[::1]:7000`. */
export function addressText({ family, address, port }: SocketAddress): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

function encodeIPv4(address: string, port: number): KernelAddress {
  const bytes = new Uint8Array(SOCKADDR_IN_BYTES);
  new DataView(bytes.buffer).setUint16(0, AF_INET, true);
  new DataView(bytes.buffer).setUint16(SIN_PORT_OFFSET, port);
  bytes.set(address.split('.').map(Number), SIN_ADDR_OFFSET);
  return { family: AF_INET, bytes };
}

function encodeIPv6(text: string, port: number): KernelAddress {
  const [address = '', zone = '0'] = text.split('%');
  const scope = Number(zone);
  if (!Number.isInteger(scope)) {
    throw new EdgeloopError('EL_ADDRESS_INVALID', `"${text}" names its zone; write the interface's index instead, as in "fe80::1%2"`);
  }
  const bytes = new Uint8Array(SOCKADDR_IN6_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(SIN6_PORT_OFFSET, port);
  for (const [index, group] of ipv6Groups(address).entries()) view.setUint16(SIN6_ADDR_OFFSET + index * 2, group);
  view.setUint32(SIN6_SCOPE_ID_OFFSET, scope, true);
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

function ipv4Text(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
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
