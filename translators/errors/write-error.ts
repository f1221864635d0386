// Writes a GatewayError in the form that a service has chosen: status, headers and body.
import type { GatewayError } from '../../core/error.ts';
import type { RestOptions } from '../../core/rest-options.ts';
import { errorHeaders } from './error-headers.ts';
import { aip193Object, statusObject } from './google-json.ts';
import { type FailedRequest, PROBLEM_MEDIA_TYPE, problemBody } from './problem-json.ts';
import { httpStatus } from './table.ts';

export type ErrorStyle = RestOptions['errors'];

export interface WrittenError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function writeError(
  error: GatewayError,
  request: FailedRequest,
  style: ErrorStyle = 'problem',
): WrittenError {
  const status = httpStatus(error);
  const object = errorObject(error, request, style);
  const mediaType = style === 'problem' ? PROBLEM_MEDIA_TYPE : 'application/json';
  return {
    status,
    headers: errorHeaders(error, status, mediaType),
    body: style === 'google' ? `{"error":${object}}` : object,
  };
}

/** JSON text of the error itself, as the last line of a stream holds it: without the `error` that AIP-193 puts around. */
export function errorObject(error: GatewayError, request: FailedRequest, style: ErrorStyle): string {
  switch (style) {
    case 'problem':
      return JSON.stringify(problemBody(error, request));
    case 'google':
      return JSON.stringify(aip193Object(error));
    case 'status':
      return JSON.stringify(statusObject(error));
  }
}
