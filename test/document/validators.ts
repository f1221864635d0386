// Independent judges of documents: the published JSON Schema of OpenAPI 3.1, the meta-schema of JSON Schema 2020-12,
// and the recommended rules of Redocly.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { at } from './documents.ts';

const require = createRequire(import.meta.url);

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  // What the document says of numbers is said by its patterns and types as well.
  for (const name of ['int32', 'uint32', 'int64', 'uint64', 'float', 'double']) ajv.addFormat(name, true);
  for (const name of ['uri', 'uri-reference', 'regex', 'media-range', 'email']) ajv.addFormat(name, true);
  return ajv;
}

const package3 = dirname(require.resolve('@seriousme/openapi-schema-validator'));
const isOpenapi: ValidateFunction = createAjv().compile(
  JSON.parse(readFileSync(join(package3, 'schemas/v3.1/schema.json'), 'utf8')),
);

/** What the published schema has against the document, and the meta-schema against the schemas in it. */
export function faultsOf(document: JsonObject): string[] {
  const faults = isOpenapi(document)
    ? []
    : (isOpenapi.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  return [...faults, ...danglingReferences(document), ...schemaFaults(document)];
}

function schemaFaults(document: JsonObject): string[] {
  const ajv = createAjv();
  const schemas = Object.entries((at(document, 'components') as JsonObject).schemas ?? {});
  return schemas.flatMap(([name, schema]) =>
    ajv.validateSchema(schema as JsonObject) === true ? [] : [`${name}: ${ajv.errorsText()}`],
  );
}

function danglingReferences(document: JsonObject): string[] {
  const found: string[] = [];
  const visit = (value: JsonValue): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key !== '$ref' || typeof inner !== 'string') visit(inner);
      else if (!isThere(document, inner)) found.push(`nothing at ${inner}`);
    }
  };
  visit(document);
  return found;
}

function isThere(document: JsonObject, ref: string): boolean {
  try {
    at(document, ...ref.split('/').slice(1));
    return true;
  } catch {
    return false;
  }
}

/** Off: licences of the services are their own, and the gateway that shows them all has none to tell. */
const NOT_OURS = { 'info-license': 'off' } as const;

/** `rule: message at pointer` for everything that the recommended rules remark. */
export async function lintRemarks(document: JsonObject): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'], rules: NOT_OURS });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer ?? ''}`,
  );
}

/** Judges values by the schemas of one document. */
export function createJudge(document: JsonObject): (value: unknown, ...schema: readonly string[]) => string {
  const ajv = createAjv();
  ajv.addSchema({ ...document, $id: 'document' });
  return (value, ...path) => {
    const pointer = path
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const judge = ajv.getSchema(`document#/${pointer}`);
    if (judge === undefined) throw new Error(`no schema at ${pointer}`);
    return judge(value) === true ? '' : ajv.errorsText(judge.errors);
  };
}
