// A GatewayError as google.rpc.Status, and as the error object of AIP-193, which Google's client libraries expect.
// The message stays the developer's (google.rpc.Status: "should be in English"); other languages are in the details.
import { codeNumber } from '../../core/code.ts';
import type { GatewayError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { httpStatus, outwardCode } from './table.ts';

/** What stands in ErrorInfo for refusals that are the gateway's own. */
const DOMAIN = 'dragoman';

/** `{code: 5, message, details}` */
export function statusObject(error: GatewayError): object {
  return { code: codeNumber(error.code), message: error.message, details: detailsOf(error) };
}

/** `{code: 404, message, status: "NOT_FOUND", details}`, without the `error` around it. */
export function aip193Object(error: GatewayError): object {
  return {
    code: httpStatus(error),
    message: error.message,
    status: outwardCode(error.code),
    details: detailsOf(error),
  };
}

/**
 * The upstream's own; or what a problem says in members that these forms do not have, as the details made for it,
 * before those that a refusal of ours has already.
 */
function detailsOf(error: GatewayError): readonly JsonObject[] {
  const isUpstreams = error.source === 'upstream' && error.type === error.code.replaceAll('_', '-');
  if (isUpstreams || (error.details.length > 0 && error.source === 'upstream')) return error.details;
  const details: JsonObject[] = [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: error.type.replaceAll('-', '_').toUpperCase(),
      domain: DOMAIN,
    },
  ];
  if (error.violations.length > 0) {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: error.violations.map(({ field, description }) => ({ field, description })),
    });
  }
  return [...details, ...error.details];
}
