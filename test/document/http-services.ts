// OpenAPI documents as registered services, and what the gateway's own document has of them.
import type { JsonObject } from '../../core/json.ts';
import { DEFAULT_LIMITS, type Operation } from '../../core/operation.ts';
import { type RestSettings, restOptions } from '../../core/rest-options.ts';
import { assembleDocument } from '../../schema/document/assemble.ts';
import type { DocumentPart } from '../../schema/document/document-part.ts';
import { httpPartSteps } from '../../schema/document/http/http-part.ts';
import { finish } from '../../schema/document/steps.ts';
import { readOperations, readProxyOperation } from '../../schema/openapi/read-operations.ts';
import { document, readOk } from '../openapi/read.ts';
import { at } from './documents.ts';
import { faultsOf } from './validators.ts';

export interface HttpSettings {
  readonly name?: string;
  readonly prefix?: string;
  readonly hosts?: readonly string[];
  readonly forwardsAuthorization?: boolean;
  readonly rest?: RestSettings;
}

function inputOf({ name = 'shop', prefix = '', hosts = [], rest, ...settings }: HttpSettings) {
  return {
    service: name,
    placement: { prefix, hosts, prefixUpstream: '' },
    validate: { request: false, response: false },
    upstream: { targets: [] },
    limits: DEFAULT_LIMITS,
    forwardHeaders: [],
    forwardsAuthorization: settings.forwardsAuthorization ?? true,
    rest: restOptions(rest),
  };
}

/** Of a document, as a JSON object or as text. */
export function httpOperations(source: object | string, settings: HttpSettings = {}): readonly Operation[] {
  const read = readOk({ [typeof source === 'string' ? 'api.yaml' : 'api.json']: source });
  return readOperations(read, inputOf(settings)).operations;
}

export function partOfHttp(source: object | string, settings: HttpSettings = {}): DocumentPart {
  const operations = httpOperations(source, settings);
  return finish(httpPartSteps({ name: settings.name ?? 'shop', operations }));
}

export function partOfProxy(settings: HttpSettings): DocumentPart {
  const operations = [readProxyOperation(inputOf(settings))];
  return finish(httpPartSteps({ name: settings.name ?? 'shop', operations }));
}

/** As it is sent: text, read again. */
export function sent(parts: readonly DocumentPart[]): JsonObject {
  return JSON.parse(JSON.stringify(assembleDocument(parts, { title: 'Test', version: '1' }))) as JsonObject;
}

export function documentOfHttp(source: object | string, settings?: HttpSettings): JsonObject {
  return sent([partOfHttp(source, settings)]);
}

export type Version = '2.0' | '3.0' | '3.1' | '3.2';

/** Of a document with `get /it`. @throws Error if the published schema has anything against what is made of it */
export function made(
  version: Version,
  operation: object,
  more: object = {},
  settings?: HttpSettings,
): JsonObject {
  const source = document(version, { '/it': { get: { operationId: 'it', ...operation } } }, more);
  const result = documentOfHttp(source, settings);
  const faults = faultsOf(result);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return result;
}

/** `responses` of one answer, as a document of the version describes its content. */
export function answering(version: Version, schema: object): object {
  const description = 'ok';
  return version === '2.0'
    ? { 200: { description, schema } }
    : { 200: { description, content: { 'application/json': { schema } } } };
}

/** Where an answer's schema is in an operation. */
export function answerIn(operation: JsonObject): JsonObject {
  return at(operation, 'responses', '200', 'content', 'application/json', 'schema') as JsonObject;
}
