// A GatewayError as RFC 9457 problem details: the default error body of every door that speaks HTTP.
import type { GatewayError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { isDetail } from './details.ts';
import { localizedMessage } from './localized-message.ts';
import { errorTitle, httpStatus, outwardCode, problemTypeUri } from './table.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export interface FailedRequest {
  readonly id: string;
  /** Path of the request, without its query: a query may hold secrets. */
  readonly instance: string;
  readonly acceptLanguage?: string | undefined;
}

export function problemBody(error: GatewayError, request: FailedRequest): object {
  return {
    type: problemTypeUri(error.type),
    title: errorTitle(error),
    status: httpStatus(error),
    detail: localizedMessage(error.details, request.acceptLanguage) ?? error.message,
    instance: request.instance,
    code: outwardCode(error.code),
    requestId: request.id,
    source: error.source,
    ...errorInfo(error.details),
    violations: error.violations,
    details: error.details,
    ...(error.problems.length > 0 && { problems: error.problems }),
    ...(error.quota !== undefined && { 'violated-policies': error.quota.violated }),
  };
}

/** `reason` and `domain` of google.rpc.ErrorInfo: what programs compare when the code is too coarse. */
function errorInfo(details: readonly JsonObject[]): { reason?: string; domain?: string } {
  const info = details.find((detail) => isDetail(detail, 'google.rpc.ErrorInfo'));
  if (info === undefined) return {};
  const { reason, domain } = info;
  return {
    ...(typeof reason === 'string' && { reason }),
    ...(typeof domain === 'string' && { domain }),
  };
}
