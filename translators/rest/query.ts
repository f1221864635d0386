// Splits a raw query string into decoded names and values. Form rules: `+` is a space, `%2B` a plus.
import { GatewayError } from '../../core/error.ts';

export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** @throws GatewayError `invalid_argument` for a malformed percent-encoding or bytes that are not UTF-8. */
export function parseQuery(query: string): QueryParameter[] {
  if (query === '') return [];
  const parameters: QueryParameter[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    parameters.push({ name, value: equals === -1 ? '' : decode(part.slice(equals + 1)) });
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    const fault = /%(?![0-9A-Fa-f]{2})/.test(text)
      ? 'holds a "%" without two hex digits; a percent sign is %25'
      : 'is not UTF-8 once decoded';
    throw new GatewayError('invalid_argument', `the query ${fault}`, { type: 'bad-request-target' });
  }
}
