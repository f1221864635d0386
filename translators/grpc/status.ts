// Turns a gRPC status into a GatewayError: what may be shown is shown, the rest goes to the cause.
// Source: transcoding reference, section 9.4.
import { fromBinary, type Registry } from '@bufbuild/protobuf';
import { type Code, codeOfNumber } from '../../core/code.ts';
import { type ErrorType, GatewayError, type Violation } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { isDetail } from '../errors/details.ts';
import { detailJson, type StatusDetail } from './detail-json.ts';

/** A status other than OK, as a transport received or made it. */
export interface GrpcStatus {
  /** 1…16 */
  readonly number: number;
  /** Percent-decoded `grpc-message`; may hold addresses of peers. */
  readonly message: string;
  /** Bytes of `grpc-status-details-bin`, if there were any. */
  readonly details?: Uint8Array;
  /** A type the transport knows better than the code says. The words are its own then, and only for the log. */
  readonly type?: ErrorType;
}

/**
 * These codes speak of the upstream's insides: clients get a fixed sentence, the original stays in the log.
 * All other codes speak to the caller and their message passes.
 */
const FIXED_MESSAGES: ReadonlyMap<Code, string> = new Map([
  ['cancelled', 'the upstream cancelled the call'],
  ['unknown', 'the upstream failed for an unknown reason'],
  ['internal', 'the upstream failed'],
  ['data_loss', 'the upstream lost data'],
  ['unavailable', 'the upstream is not available'],
  ['deadline_exceeded', 'the deadline passed before the upstream answered'],
]);

/** The only way to a code that speaks to callers without a word of the upstream. */
const PLAIN_HTTP = 'the upstream answered in plain HTTP';

/** More details than any error needs; the rest is dropped. */
const MAX_DETAILS = 50;

/**
 * `types` resolves the messages inside the details: the source's own, then google.rpc. `showsAll`: what the upstream
 * says of its insides is shown as well; what the transport says never is, since it names addresses.
 */
export function errorOfStatus(status: GrpcStatus, types: Registry, showsAll = false): GatewayError {
  const code = codeOfNumber(status.number);
  const isUpstreams = status.type === undefined;
  const decoded =
    status.details === undefined ? undefined : decodeDetails(status.details, status.number, types, showsAll);
  const details = decoded?.details ?? [];
  const retryAfterMs = retryDelay(details);
  const own = isUpstreams ? (decoded?.message ?? status.message) : PLAIN_HTTP;
  const message = (showsAll && isUpstreams && own !== '' ? undefined : FIXED_MESSAGES.get(code)) ?? own;
  return new GatewayError(code, message === '' ? code.replaceAll('_', ' ') : message, {
    source: 'upstream',
    details,
    violations: fieldViolations(details),
    // A text, not an Error: an upstream's NOT_FOUND is everyday traffic and needs no stack.
    cause: `grpc-status ${status.number}: ${status.message}`,
    ...(status.type !== undefined && { type: status.type }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

interface DecodedStatus {
  readonly message: string;
  readonly details: readonly JsonObject[];
}

/** The details count only if they are of this status; broken ones are as good as none. */
function decodeDetails(
  bytes: Uint8Array,
  number: number,
  types: Registry,
  showsAll: boolean,
): DecodedStatus | undefined {
  const schema = types.getMessage('google.rpc.Status');
  if (schema === undefined) return undefined;
  try {
    const status = fromBinary(schema, bytes) as unknown as {
      readonly code: number;
      readonly message: string;
      readonly details: readonly StatusDetail[];
    };
    if (status.code !== number) return undefined;
    const details = status.details
      .slice(0, MAX_DETAILS)
      .map((detail) => detailJson(detail, types, showsAll))
      .filter((detail) => detail !== undefined);
    return { message: status.message, details };
  } catch {
    return undefined;
  }
}

function retryDelay(details: readonly JsonObject[]): number | undefined {
  const delay = details.find((detail) => isDetail(detail, 'google.rpc.RetryInfo'))?.retryDelay;
  const seconds = typeof delay === 'string' ? Number(delay.replace(/s$/, '')) : Number.NaN;
  return seconds >= 0 ? seconds * 1000 : undefined;
}

function fieldViolations(details: readonly JsonObject[]): Violation[] {
  return details
    .filter((detail) => isDetail(detail, 'google.rpc.BadRequest'))
    .flatMap((detail) => (Array.isArray(detail.fieldViolations) ? detail.fieldViolations : []))
    .map((violation) => {
      const { field, description } = violation as { field?: string; description?: string };
      return { field: jsonPath(field ?? ''), description: description ?? '' };
    });
}

/** Proto field paths in JSON spelling, as protoc makes it: `book.published_at` → `book.publishedAt`. Keys of maps are data. */
function jsonPath(path: string): string {
  return path.replace(
    /\[[^\]]*(?:\]|$)|_+([a-z0-9]?)/gi,
    (part, letter: string | undefined) => letter?.toUpperCase() ?? part,
  );
}
