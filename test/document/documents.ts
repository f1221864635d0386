// Proto text to documents, and ways to look into them.

import type { JsonObject, JsonValue } from '../../core/json.ts';
import { DEFAULT_LIMITS } from '../../core/operation.ts';
import { type RestSettings, restOptions } from '../../core/rest-options.ts';
import { assembleDocument } from '../../schema/document/assemble.ts';
import { type ProtoPartOptions, protoPart } from '../../schema/document/proto-part.ts';
import { readOperations } from '../../schema/proto/read-operations.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { compile, proto3 } from '../graphql/sources.ts';

export interface Given extends ProtoPartOptions {
  readonly rest?: RestSettings;
}

/** The part of one proto3 file of package `test.v1`. */
export function partOf(
  body: string,
  { rest, ...options }: Given = {},
  name = 'test',
  packageName = 'test.v1',
) {
  const files = compile({
    'test.proto': proto3(`import "google/api/httpbody.proto";\n${body}`, packageName),
  });
  const { operations } = readOperations({
    service: name,
    files,
    entry: ['test.proto'],
    upstream: { targets: [] },
    limits: DEFAULT_LIMITS,
    forwardHeaders: [],
    rest: restOptions(rest),
    codecs: createCodec,
  });
  return protoPart({ name, operations }, options);
}

export function documentOf(body: string, given?: Given): JsonObject {
  return assembleDocument([partOf(body, given)], { title: 'Test', version: '1' });
}

/** What lies at the path; throws if there is nothing. */
export function at(document: JsonValue | undefined, ...path: readonly (string | number)[]): JsonValue {
  let value: JsonValue | undefined = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) throw new Error(`nothing at ${path.join(' → ')}`);
    value = (value as JsonObject)[String(key)];
    if (value === undefined) throw new Error(`no ${key} of ${path.join(' → ')}`);
  }
  return value ?? null;
}

/** `[method, path]` of everything, in the order of the document. */
export function routesOf(document: JsonObject): string[] {
  return Object.entries(at(document, 'paths') as JsonObject).flatMap(([path, item]) =>
    Object.keys(item as JsonObject).map((method) => `${method} ${path}`),
  );
}

/** The only operation of the document. */
export function operationOf(document: JsonObject): JsonObject {
  const operations = Object.values(at(document, 'paths') as JsonObject).flatMap((item) =>
    Object.values(item as JsonObject),
  );
  if (operations.length !== 1) throw new Error(`${operations.length} operations`);
  return operations[0] as JsonObject;
}

export function schemaOf(document: JsonObject, name: string): JsonObject {
  return at(document, 'components', 'schemas', name) as JsonObject;
}
