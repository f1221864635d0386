// Reads what the schema lets through as address, duration, size or block of addresses.
// Each answers a value or the end of a sentence that began with the setting's name.
import { isIP } from 'node:net';
import type { ListenAddress } from './gateway-config.ts';

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 * 1024,
  GiB: 1024 * 1024 * 1024,
};
/** Far below the 24 days at which timers of Node overflow. */
const MAX_DURATION_MS = 24 * 3_600_000;
const MAX_SIZE = 1024 * 1024 * 1024;

/** `8080`, `host:8080` or `[::1]:8080`; `defaultHost` is where a port alone listens. */
export function readAddress(value: number | string, defaultHost: string): Reading<ListenAddress> {
  const [, bracketed, plain, portText = ''] =
    /^(?:(?:\[([^\]]*)\]|([^:]*)):)?([0-9]+)$/.exec(String(value)) ?? [];
  const port = Number(portText);
  if (portText === '' || port > 65_535) return refuse(`has the port ${portText}; ports are 0 to 65535`);
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
  const [, amount = '', unit = ''] = /^([0-9]+)(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(milliseconds <= MAX_DURATION_MS)) return refuse('is longer than 24h');
  return { ok: true, value: milliseconds };
}

/** Bytes of `4194304`, `4096KiB`, `4MiB`. */
export function readSize(value: number | string): Reading<number> {
  const [, amount = '', unit = 'B'] = /^([0-9]+)(B|KiB|MiB|GiB)?$/.exec(String(value)) ?? [];
  const bytes = Number(amount) * (UNIT_BYTES[unit] ?? Number.NaN);
  if (!(bytes <= MAX_SIZE)) return refuse('is larger than 1GiB');
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
