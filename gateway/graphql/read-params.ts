// GraphQL over HTTP: what a request asks for, from its body or its query. Refuses whatever could be sent across
// sites without the browser asking first (graphql reference, section 9).
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { assertJson } from '../../translators/rest/media-type.ts';
import { readBody } from '../edge/read-body.ts';
import type { PersistedDocuments } from './documents/persisted-documents.ts';
import type { GraphqlLimits } from './limits.ts';
import { isMultipart, readMultipart, type Upload } from './read-multipart.ts';
import { decodeUtf8, isObject, parseJson, requestBytes } from './request-json.ts';

export interface GraphqlParams {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: JsonObject | undefined;
}

/** What a request asks for before anybody has looked at it closely: one operation, or a batch of them. */
export type AskedParams =
  | { readonly kind: 'one'; readonly params: JsonObject; readonly uploads: readonly Upload[] }
  | { readonly kind: 'batch'; readonly list: readonly JsonValue[] };

/** @throws GatewayError with the HTTP status of its type. */
export async function readAsked(
  request: IncomingMessage,
  target: string,
  limits: GraphqlLimits,
): Promise<AskedParams> {
  switch (request.method) {
    case 'GET':
      return { kind: 'one', params: readQuery(target), uploads: [] };
    case 'POST':
      return readPost(request, limits);
    default:
      throw new GatewayError('unimplemented', `GraphQL is served on GET and POST, not on ${request.method}`, {
        type: 'method-not-allowed',
        allow: ['GET', 'POST'],
      });
  }
}

async function readPost(request: IncomingMessage, limits: GraphqlLimits): Promise<AskedParams> {
  if (limits.uploadFiles > 0 && isMultipart(request))
    return { kind: 'one', ...(await readMultipart(request, limits)) };
  // Types that a browser sends across sites without asking are not JSON.
  assertJson(request.rawHeaders);
  const body = await readBody(request, requestBytes(limits));
  const value = parseJson(decodeUtf8(body), 'the body');
  if (Array.isArray(value)) return { kind: 'batch', list: checkBatch(value, limits) };
  if (!isObject(value)) throw new GatewayError('invalid_argument', 'the body must be a JSON object');
  return { kind: 'one', params: value, uploads: [] };
}

function checkBatch(list: readonly JsonValue[], { batch }: GraphqlLimits): readonly JsonValue[] {
  if (batch < 2) {
    throw new GatewayError(
      'invalid_argument',
      'several operations in one request are not served; send one each',
    );
  }
  if (list.length === 0) throw new GatewayError('invalid_argument', 'the batch is empty');
  if (list.length <= batch) return list;
  throw new GatewayError(
    'invalid_argument',
    `the batch has ${list.length} operations; at most ${batch} are allowed`,
  );
}

function readQuery(target: string): JsonObject {
  const start = target.indexOf('?');
  const search = new URLSearchParams(start === -1 ? '' : target.slice(start + 1));
  const params: JsonObject = {};
  for (const name of ['query', 'documentId', 'id', 'operationName', 'variables', 'extensions']) {
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

/** Parameters as strangers give them into parameters that can be run. @throws GatewayError */
export type ParamsReader = (given: JsonValue) => GraphqlParams;

export function createParamsReader(limits: GraphqlLimits, persisted: PersistedDocuments): ParamsReader {
  return (given) => {
    if (!isObject(given)) throw new GatewayError('invalid_argument', 'an operation must be a JSON object');
    return checkParams(persisted.resolve(given), limits);
  };
}

function checkParams(params: JsonObject, limits: GraphqlLimits): GraphqlParams {
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
  // The text that they came in is that of the document, too.
  if (isObject(variables) && Buffer.byteLength(JSON.stringify(variables)) > limits.variablesBytes) {
    throw new GatewayError(
      'resource_exhausted',
      `the variables are larger than ${limits.variablesBytes} bytes`,
      { type: 'body-too-large' },
    );
  }
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}

/** Level by level, without recursion: the depth is a stranger's. */
function isDeeper(value: JsonValue | undefined, levels: number): boolean {
  let level: readonly JsonValue[] = value === undefined ? [] : [value];
  for (let depth = 0; depth <= levels; depth++) {
    const below: JsonValue[] = [];
    for (const item of level)
      if (typeof item === 'object' && item !== null) for (const part of Object.values(item)) below.push(part);
    if (below.length === 0) return false;
    level = below;
  }
  return true;
}
