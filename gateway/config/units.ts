// Reads what the schema lets through as address, duration, size or block of addresses.
// Each answers a value or the end of a sentence that began with the setting's name.
import { isIP } from 'node:net';
import type { ListenAddress } from './gateway-config.ts';

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const GIB = 1024 ** 3;
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 * 1024,
  GiB: GIB,
};
/** Far below the 24 days at which timers of Node overflow. */
const MAX_DURATION_MS = 24 * 3_600_000;
const MAX_SIZE = GIB;

/** `8080`, `host:8080` or `[::1]:8080`; `defaultHost` is where a port alone listens. */
export function readAddress(value: number | string, defaultHost: string): Reading<ListenAddress> {
  const parts = /^(?:(?:\[([^\]]*)\]|([^:]+)):)?([0-9]+)$/.exec(String(value));
  if (parts === null) return refuse('must be a port such as 8080 or an address such as "127.0.0.1:8080"');
  const [, bracketed, plain, portText = ''] = parts;
  const port = Number(portText);
  if (port > 65_535) return refuse(`has the port ${portText}; ports are 0 to 65535`);
  if (bracketed !== undefined && isIP(bracketed) !== 6) {
    return refuse(`has [${bracketed}], which is no IPv6 address`);
  }
  if (plain !== undefined && /^[0-9.]+$/.test(plain) && isIP(plain) !== 4) {
    return refuse(`has ${plain}, which is no IPv4 address`);
  }
  return { ok: true, value: { host: bracketed ?? plain ?? defaultHost, port } };
}

/** Milliseconds of `500ms`, `30s`, `5m`, `1h`. */
export function readDuration(text: string): Reading<number> {
  const parts = /^([0-9]+)(ms|s|m|h)$/.exec(text);
  if (parts === null) return refuse('must be a duration such as 500ms, 30s or 5m');
  const milliseconds = Number(parts[1]) * (UNIT_MS[parts[2] ?? ''] ?? 1);
  if (milliseconds > MAX_DURATION_MS) return refuse('is longer than 24h');
  return { ok: true, value: milliseconds };
}

/** Bytes of `4194304`, `4096KiB`, `4MiB`. */
export function readSize(value: number | string, most: number = MAX_SIZE): Reading<number> {
  const parts = /^([0-9]+)(B|KiB|MiB|GiB)?$/.exec(String(value));
  if (parts === null) return refuse('must be a number of bytes or a size such as 4MiB');
  const bytes = Number(parts[1]) * (UNIT_BYTES[parts[2] ?? 'B'] ?? 1);
  if (bytes > most) return refuse(`is larger than ${most / GIB}GiB`);
  return { ok: true, value: bytes };
}

/** `10.0.0.0/8`; an address alone is a block of one. */
export function readCidr(text: string): Reading<string> {
  const [address = '', prefix] = text.split('/');
  const family = isIP(address);
  if (family === 0) return refuse(`has ${address}, which is no IP address`);
  const bits = family === 4 ? 32 : 128;
  if (prefix !== undefined && Number(prefix) > bits) {
    return refuse(`has the prefix /${prefix}; at most /${bits} is possible`);
  }
  return { ok: true, value: `${address}/${prefix === undefined ? bits : Number(prefix)}` };
}

/** True for addresses that other machines cannot reach. */
export function isLoopback(host: string): boolean {
  const folded = host.toLowerCase();
  if (folded === 'localhost') return true;
  if (isIP(folded) === 4) return folded.startsWith('127.');
  // The platform writes every spelling of an IPv6 address in its one canonical form.
  if (isIP(folded) !== 6 || folded.includes('%')) return false;
  const canonical = new URL(`http://[${folded}]/`).hostname;
  return canonical === '[::1]' || canonical.startsWith('[::ffff:7f');
}

function refuse(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
