// GraphQL over HTTP: what a request asks for, from its body or its query. Refuses whatever could be sent across
// sites without the browser asking first (graphql reference, section 9).
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { assertJson } from '../../translators/rest/media-type.ts';
import { readBody } from '../edge/read-body.ts';
import type { GraphqlLimits } from './limits.ts';

export interface GraphqlParams {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: JsonObject | undefined;
}

/** @throws GatewayError with the HTTP status of its type. */
export async function readParams(
  request: IncomingMessage,
  target: string,
  limits: GraphqlLimits,
): Promise<GraphqlParams> {
  switch (request.method) {
    case 'GET':
      return checkParams(readQuery(target), limits);
    case 'POST':
      return checkParams(await readPost(request, limits), limits);
    default:
      throw new GatewayError('unimplemented', `GraphQL is served on GET and POST, not on ${request.method}`, {
        type: 'method-not-allowed',
        allow: ['GET', 'POST'],
      });
  }
}

async function readPost(request: IncomingMessage, limits: GraphqlLimits): Promise<JsonObject> {
  // Types that a browser sends across sites without asking are not JSON.
  assertJson(request.rawHeaders);
  // JSON may spell each character of the document with six.
  const body = await readBody(request, 6 * limits.documentBytes + limits.variablesBytes);
  const value = parseJson(decodeUtf8(body), 'the body');
  if (Array.isArray(value)) {
    throw new GatewayError(
      'invalid_argument',
      'several operations in one request are not served; send one each',
    );
  }
  if (!isObject(value)) throw new GatewayError('invalid_argument', 'the body must be a JSON object');
  return value;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(body: Uint8Array): string {
  try {
    return UTF8.decode(body);
  } catch (cause) {
    throw new GatewayError('invalid_argument', 'the body is not valid UTF-8', {
      type: 'invalid-json',
      cause,
    });
  }
}

function readQuery(target: string): JsonObject {
  const start = target.indexOf('?');
  const search = new URLSearchParams(start === -1 ? '' : target.slice(start + 1));
  const params: JsonObject = {};
  for (const name of ['query', 'operationName', 'variables', 'extensions']) {
    const [value, second] = search.getAll(name);
    if (second !== undefined) {
      throw new GatewayError('invalid_argument', `the query parameter ${name} is given more than once`);
    }
    if (value === undefined || value === '') continue;
    const isJson = name === 'variables' || name === 'extensions';
    params[name] = isJson ? parseJson(value, `the query parameter ${name}`) : value;
  }
  return params;
}

function parseJson(text: string, what: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new GatewayError('invalid_argument', `${what} is not valid JSON`, { type: 'invalid-json', cause });
  }
}

/** @throws GatewayError for parameters of wrong types or sizes. */
export function checkParams(params: JsonObject, limits: GraphqlLimits): GraphqlParams {
  const { query, operationName, variables, extensions } = params;
  if (typeof query !== 'string') {
    throw new GatewayError('invalid_argument', 'the request must have a GraphQL document as text in "query"');
  }
  if (Buffer.byteLength(query) > limits.documentBytes) {
    throw new GatewayError(
      'resource_exhausted',
      `the document is larger than ${limits.documentBytes} bytes`,
      {
        type: 'body-too-large',
      },
    );
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw new GatewayError('invalid_argument', '"operationName" must be text');
  }
  if (extensions !== undefined && extensions !== null && !isObject(extensions)) {
    throw new GatewayError('invalid_argument', '"extensions" must be a JSON object');
  }
  if (variables !== undefined && variables !== null && !isObject(variables)) {
    throw new GatewayError('invalid_argument', '"variables" must be a JSON object');
  }
  if (isDeeper(variables, limits.variablesDepth)) {
    throw new GatewayError(
      'invalid_argument',
      `"variables" nest deeper than ${limits.variablesDepth} levels`,
    );
  }
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}

/** Level by level, without recursion: the depth is a stranger's. */
function isDeeper(value: JsonValue | undefined, levels: number): boolean {
  let level: JsonValue[] = value === undefined ? [] : [value];
  for (let depth = 0; depth <= levels; depth++) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
