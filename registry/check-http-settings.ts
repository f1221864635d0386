// Bounds of how an HTTP upstream is spoken to, and to whom that means nothing.
import type { Problem } from '../core/problem.ts';
import type { HttpSettings } from '../core/upstream.ts';

/** Enough for any upstream, and not for every socket of the machine. */
const MAX_CONCURRENCY = 10_000;
const MAX_CONNECT_MS = 60_000;

/** `isHttp`: the upstream speaks HTTP. */
export function checkHttpSettings(settings: HttpSettings | undefined, isHttp: boolean): Problem[] {
  if (settings === undefined) return [];
  const problems: Problem[] = [];
  const refuse = (message: string): void => {
    problems.push({ severity: 'error', rule: 'upstream', message });
  };
  if (!isHttp) {
    refuse('http2, connectTimeout and concurrency are for services whose upstream speaks HTTP');
    return problems;
  }
  const { connectMs = 1, concurrency = 1 } = settings;
  if (!Number.isInteger(connectMs) || connectMs < 1 || connectMs > MAX_CONNECT_MS)
    refuse(`connectTimeout must be from 1ms to ${MAX_CONNECT_MS / 1000}s`);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY)
    refuse(`concurrency must be a whole number from 1 to ${MAX_CONCURRENCY}`);
  return problems;
}
