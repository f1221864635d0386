// How long a client is willing to wait. Three spellings are understood; the smallest of those given counts.
// Sources: gRPC over HTTP/2 "Timeout"; Connect protocol "Connect-Timeout-Ms"; Google system parameters.
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError, type Violation } from '../../core/error.ts';
import { parseGrpcTimeout } from '../grpc/timeout.ts';

interface Spelling {
  readonly header: string;
  readonly parse: (value: string) => number | undefined;
  readonly form: string;
}

const SPELLINGS: readonly Spelling[] = [
  {
    header: 'grpc-timeout',
    parse: parseGrpcTimeout,
    form: 'one to eight digits and a unit of H, M, S, m, u or n, such as 500m',
  },
  {
    header: 'connect-timeout-ms',
    parse: (value) => (/^[0-9]{1,10}$/.test(value) ? Number(value) : undefined),
    form: 'one to ten digits, such as 500',
  },
  {
    header: 'x-server-timeout',
    parse: (value) => (/^[0-9]{1,9}(\.[0-9]{1,9})?$/.test(value) ? Number(value) * 1000 : undefined),
    form: 'seconds, such as 1.5',
  },
];

/** Nearly nobody names one. */
function isNamed(headers: IncomingHttpHeaders): boolean {
  for (const { header } of SPELLINGS) if (headers[header] !== undefined) return true;
  return false;
}

/** Milliseconds; undefined if the client named none. @throws GatewayError `invalid_argument` for a malformed one. */
export function readTimeout(headers: IncomingHttpHeaders): number | undefined {
  if (!isNamed(headers)) return undefined;
  let timeout: number | undefined;
  const violations: Violation[] = [];
  for (const { header, parse, form } of SPELLINGS) {
    const value = headers[header];
    if (value === undefined) continue;
    const parsed = typeof value === 'string' ? parse(value) : undefined;
    if (parsed === undefined) violations.push({ field: header, description: `must be ${form}` });
    else timeout = Math.min(timeout ?? parsed, parsed);
  }
  const [first] = violations;
  if (first !== undefined) {
    throw new GatewayError('invalid_argument', `${first.field} ${first.description}`, {
      type: 'bad-headers',
      violations,
    });
  }
  return timeout;
}
