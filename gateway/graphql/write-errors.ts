// The last look at every error before it leaves: all carry the code, request id and source of the one error table,
// and nothing that is not ours to show gets out.
import {
  GraphQLError,
  type GraphQLErrorExtensions,
  type GraphQLErrorOptions,
  type GraphQLFormattedError,
} from 'graphql';
import { GatewayError } from '../../core/error.ts';
import { limitHeaders } from '../../translators/errors/error-headers.ts';
import { httpStatus } from '../../translators/errors/table.ts';
import { writeExtensions } from '../../translators/graphql/errors.ts';
import type { CheckedDocument } from './documents.ts';

/** What graphql-yoga reads to set the HTTP status, and removes. `spec`: only for application/graphql-response+json. */
interface HttpExtension {
  readonly status: number;
  readonly spec: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Hears of errors that nobody foresaw. */
export type OnFault = (error: GatewayError) => void;

/** A request that was refused before anything of it ran: the status holds for every client. */
export function requestError(thrown: unknown, requestId: string, onFault: OnFault): GraphQLError {
  const error = GatewayError.from(thrown);
  if (error !== thrown) onFault(error);
  const headers: Record<string, string> = {};
  Object.assign(headers, limitHeaders(error));
  if (error.allow.length > 0) headers.allow = error.allow.join(', ');
  if (error.retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000));
  // Like a document that is not valid, it is well formed.
  const spec = error.type === 'operation-too-costly';
  const http: HttpExtension = { status: httpStatus(error), spec, headers };
  return new GraphQLError(error.message, { extensions: { ...writeExtensions(error, requestId), http } });
}

/** Of what was refused for every client alike; undefined for a document that only cannot run. */
export function refusalOf(error: unknown): Pick<HttpExtension, 'status' | 'headers'> | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const { http } = error.extensions as { readonly http?: HttpExtension };
  return http === undefined || http.spec ? undefined : http;
}

/** A document that cannot run: 400, but 200 for clients that only know application/json. */
export function documentErrors(refused: CheckedDocument & { ok: false }, requestId: string): GraphQLError[] {
  return refused.errors.map((error) => rewritten(error, gatewayExtensions(refused.code, requestId, 400)));
}

export interface ExecutedResult {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

/** Errors of an execution, each in the outward form. Without data nothing ran, and the status says so. */
export function writeResult<R extends ExecutedResult>(result: R, requestId: string, onFault: OnFault): R {
  if (result.errors === undefined) return result;
  const hasRun = 'data' in result;
  return {
    ...result,
    errors: result.errors.map((error) => executionError(error, { hasRun, requestId, onFault })),
  };
}

interface Execution {
  readonly hasRun: boolean;
  readonly requestId: string;
  readonly onFault: OnFault;
}

function executionError(error: unknown, { hasRun, requestId, onFault }: Execution): GraphQLError {
  if (!(error instanceof GraphQLError)) return requestError(error, requestId, onFault);
  const { originalError } = error;
  // Written when it was thrown, by a resolver or by the request's own checks.
  if (isWritten(error.extensions)) {
    const behind = gatewayErrorBehind(error);
    // Of a failure that is nobody's fault but ours or the upstream's, the client hears little: the log has the rest.
    if (behind !== undefined && httpStatus(behind) >= 500 && behind.code !== 'unimplemented') onFault(behind);
    const cause = hasRun ? undefined : behind;
    const http = cause && { http: { status: httpStatus(cause), spec: true, headers: {} } };
    return rewritten(error, { ...error.extensions, ...http });
  }
  const behind = gatewayErrorBehind(error);
  // A value that is not of the type its service promised.
  if (hasRun && behind !== undefined && originalError instanceof GraphQLError) {
    return rewritten(error, { ...writeExtensions(behind, requestId) }, behind.message);
  }
  if (originalError === undefined || originalError instanceof GraphQLError) {
    // graphql-js's own: variables that do not fit before the execution, results that do not fit during it.
    return hasRun
      ? rewritten(error, gatewayExtensions('INTERNAL', requestId))
      : rewritten(error, gatewayExtensions('INVALID_ARGUMENT', requestId, 400));
  }
  // Thrown while the request was read.
  if (!hasRun) return requestError(originalError, requestId, onFault);
  const known = GatewayError.from(originalError);
  if (known !== originalError) onFault(known);
  return rewritten(error, { ...writeExtensions(known, requestId) }, known.message);
}

/** graphql-js wraps what a resolver throws to say where it was thrown. */
function gatewayErrorBehind(error: GraphQLError): GatewayError | undefined {
  let behind: unknown = error;
  while (behind instanceof GraphQLError) behind = behind.originalError;
  return behind instanceof GatewayError ? behind : undefined;
}

function isWritten(extensions: GraphQLErrorExtensions): boolean {
  return typeof extensions.requestId === 'string' && typeof extensions.code === 'string';
}

function gatewayExtensions(code: string, requestId: string, status?: number): GraphQLErrorExtensions {
  const http =
    status === undefined ? {} : { http: { status, spec: true, headers: {} } satisfies HttpExtension };
  return { code, requestId, source: 'gateway', ...http };
}

/** graphql-js repeats what it was sent. */
const MAX_MESSAGE = 500;

/** The same place and path, without the original error: yoga would make a 500 of it. */
function rewritten(
  error: GraphQLError,
  extensions: GraphQLErrorExtensions,
  message: string = error.message,
): GraphQLError {
  const options: GraphQLErrorOptions = {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions,
  };
  return new GraphQLError(
    message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message,
    options,
  );
}

/** An error as JSON for forms of answer that have no HTTP status: text, WebSockets, events, batches. */
export function plainError(error: unknown): GraphQLFormattedError {
  const written = error instanceof GraphQLError ? error.toJSON() : { message: 'internal error' };
  const { http: _http, ...extensions } = written.extensions ?? {};
  return { ...written, extensions };
}
