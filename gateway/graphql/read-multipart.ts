// Files in a request: the multipart form that upload clients of GraphQL send, read whole within its limits. Off unless
// it is switched on. Source: the GraphQL multipart request specification (operations, map, then the files).
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { anyContentType } from '../../translators/rest/media-type.ts';
import { readBody } from '../edge/read-body.ts';
import type { GraphqlLimits } from './limits.ts';
import { isObject, parseJson, requestBytes } from './request-json.ts';

/** A file and where it belongs: `['variables', 'cover', 'image']`. */
export interface Upload {
  readonly path: readonly string[];
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Browsers send multipart forms across sites without asking; none of these headers do they send like that. */
const PREFLIGHTED = [
  'graphql-preflight',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-requested-with',
];

export function isMultipart(request: IncomingMessage): boolean {
  return /^multipart\/form-data[ \t]*;/i.test(anyContentType(request.rawHeaders));
}

export interface MultipartParams {
  readonly params: JsonObject;
  readonly uploads: readonly Upload[];
}

/** @throws GatewayError */
export async function readMultipart(
  request: IncomingMessage,
  limits: GraphqlLimits,
): Promise<MultipartParams> {
  if (!PREFLIGHTED.some((name) => request.headers[name] !== undefined)) {
    throw new GatewayError(
      'invalid_argument',
      'a multipart request needs the header GraphQL-Preflight, which a page of another site cannot send unasked',
      { type: 'unsupported-media-type' },
    );
  }
  const contentType = anyContentType(request.rawHeaders);
  const body = await readBody(request, limits.uploadBytes + requestBytes(limits));
  const form = await parseForm(body, contentType);
  const params = textOf(form, 'operations', limits);
  if (!isObject(params)) throw malformed('"operations" must be one operation as a JSON object');
  const map = textOf(form, 'map', limits);
  if (!isObject(map)) throw malformed('"map" must be a JSON object of lists of paths');
  return { params, uploads: await readFiles(form, map, limits) };
}

async function parseForm(body: Uint8Array, contentType: string): Promise<FormData> {
  try {
    return await new Response(Buffer.from(body), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new GatewayError('invalid_argument', 'the body is not a valid multipart form', { cause });
  }
}

function textOf(form: FormData, name: string, limits: GraphqlLimits): JsonValue {
  const [value, second] = form.getAll(name);
  if (typeof value !== 'string' || second !== undefined)
    throw malformed(`the form must have one text part "${name}", before the files`);
  if (Buffer.byteLength(value) > requestBytes(limits))
    throw new GatewayError('resource_exhausted', `"${name}" is too large`, { type: 'body-too-large' });
  return parseJson(value, `"${name}"`);
}

async function readFiles(form: FormData, map: JsonObject, limits: GraphqlLimits): Promise<Upload[]> {
  const uploads: Upload[] = [];
  let bytes = 0;
  const entries = Object.entries(map);
  if (entries.length > limits.uploadFiles) {
    throw new GatewayError(
      'resource_exhausted',
      `the request has ${entries.length} files; at most ${limits.uploadFiles} are allowed`,
      {
        type: 'body-too-large',
      },
    );
  }
  for (const [name, paths] of entries) {
    const file = form.get(name);
    if (!(file instanceof Blob))
      throw malformed(
        `"map" names the file ${JSON.stringify(name.slice(0, 40))}, which the form does not have`,
      );
    bytes += file.size;
    if (bytes > limits.uploadBytes) {
      throw new GatewayError(
        'resource_exhausted',
        `the files are larger than ${limits.uploadBytes} bytes together`,
        {
          type: 'body-too-large',
        },
      );
    }
    const content = new Uint8Array(await file.arrayBuffer());
    for (const path of pathsOf(paths)) uploads.push({ path, contentType: file.type, bytes: content });
  }
  return uploads;
}

/** Uses of one file are bounded as files are: each is a copy. */
const MAX_PATHS = 10;

function pathsOf(paths: JsonValue): string[][] {
  const texts = Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
  if (texts.length === 0 || texts.length > MAX_PATHS || texts.length !== (paths as JsonValue[]).length)
    throw malformed(`each entry of "map" must be a list of 1 to ${MAX_PATHS} paths such as "variables.file"`);
  return texts.map((text) => text.split('.'));
}

function malformed(message: string): GatewayError {
  return new GatewayError('invalid_argument', message);
}
