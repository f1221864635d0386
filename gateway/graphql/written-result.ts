// A result on its way out, whoever executed it: data as JSON text, errors in the outward form. What a transport puts
// around the text is the transport's.
import type { GraphQLFormattedError } from 'graphql';
import type { GatewayError } from '../../core/error.ts';
import { type OnFault, plainError, requestError, writeResult } from './write-errors.ts';

/** What an operation came to. Errors still hold what is behind them. */
export interface Executed {
  /** JSON text; undefined if nothing ran. */
  readonly data: string | undefined;
  readonly errors: readonly unknown[];
  /** Nothing ran because a limit of the caller's is spent: the errors say the same. */
  readonly exceeded?: GatewayError;
}

export interface WrittenResult {
  readonly data: string | undefined;
  readonly errors: readonly GraphQLFormattedError[];
}

export function writtenResult(
  { data, errors }: Executed,
  requestId: string,
  onFault: OnFault,
): WrittenResult {
  if (errors.length === 0) return { data, errors: [] };
  const hasRun = data !== undefined;
  const { errors: written } = writeResult({ ...(hasRun && { data }), errors }, requestId, onFault);
  return { data, errors: written.map(plainError) };
}

/** Nothing ran, and this is why. */
export function refusedResult(thrown: unknown, requestId: string, onFault: OnFault): WrittenResult {
  const errors = [requestError(thrown, requestId, onFault)];
  return writtenResult({ data: undefined, errors }, requestId, onFault);
}

/** Errors first, so that whoever reads along sees them. */
export function resultText({ data, errors }: WrittenResult): string {
  if (data === undefined) return `{"errors":${JSON.stringify(errors)}}`;
  return errors.length === 0 ? `{"data":${data}}` : `{"errors":${JSON.stringify(errors)},"data":${data}}`;
}
