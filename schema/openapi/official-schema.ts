// Documents held against the JSON Schema that the OpenAPI Initiative publishes for their version. What it finds are
// remarks: other tools serve such documents, and so do we, as far as our own reading goes.
import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvDraft04 from 'ajv-draft-04';
import type { JsonValue } from '../../core/json.ts';
import type { SpecVersion } from './read-schema.ts';

export interface SchemaFinding {
  readonly path: readonly string[];
  readonly message: string;
}

const MAX_FINDINGS = 20;
// The class is the default export of a module of CommonJS, whose exports are the default.
const Ajv04 = ajvDraft04.default;
const require = createRequire(import.meta.url);
/** Compiling one takes tens of milliseconds. */
const validators = new Map<SpecVersion, ValidateFunction>();

export function checkOfficialSchema(version: SpecVersion, document: JsonValue): readonly SchemaFinding[] {
  let validate = validators.get(version);
  if (validate === undefined) {
    validate = compile(version);
    validators.set(version, validate);
  }
  if (validate(document)) return [];
  const findings = new Map<string, SchemaFinding>();
  for (const error of mostTelling((validate.errors ?? []).filter((error) => !isComponentName(error)))) {
    const finding = { path: pathOf(error.instancePath), message: messageOf(error) };
    findings.set(JSON.stringify(finding), finding);
    if (findings.size >= MAX_FINDINGS) break;
  }
  return [...findings.values()];
}

function compile(version: SpecVersion): ValidateFunction {
  const published = require(`@seriousme/openapi-schema-validator/schemas/v${version}/schema.json`);
  const options = { strict: false, validateFormats: false, allErrors: false, logger: false } as const;
  const schema = JSON.parse(JSON.stringify(published), (key, value) => {
    // Comparing items calls methods of theirs, which members of a stranger's document may be named after.
    return key === 'uniqueItems' && value === true ? undefined : value;
  });
  return version === '3.1' || version === '3.2'
    ? new Ajv2020(options).compile(schema)
    : new Ajv04(options).compile(schema);
}

/** Names of components are told with all their names elsewhere. */
function isComponentName({ keyword, instancePath, propertyName }: ErrorObject): boolean {
  return (
    /^\/components\/[^/]+$/.test(instancePath) &&
    (propertyName !== undefined || keyword === 'propertyNames' || keyword === 'additionalProperties')
  );
}

/** Of alternatives the deepest complaint is the nearest to what the author meant. */
function mostTelling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const wordy = new Set(['oneOf', 'anyOf', 'if', 'not', '$ref']);
  const plain = errors.filter(({ keyword }) => !wordy.has(keyword));
  const list = plain.length > 0 ? plain : errors;
  const deepest = Math.max(...list.map(({ instancePath }) => instancePath.split('/').length));
  return list.filter(({ instancePath }) => instancePath.split('/').length === deepest);
}

function messageOf({ keyword, params, message }: ErrorObject): string {
  const member: unknown = params.additionalProperty ?? params.unevaluatedProperty;
  if (typeof member === 'string') {
    return `there is no member ${JSON.stringify(member.slice(0, 80))} in this version of OpenAPI`;
  }
  if (keyword === 'enum') return `must be one of ${[params.allowedValues].flat().join(', ')}`;
  return message ?? 'is not as this version of OpenAPI has it';
}

function pathOf(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
