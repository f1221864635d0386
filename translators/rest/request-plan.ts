// How one http rule fills a request message from path, query and body: compiled once per binding, run per request.
// Source: google/api/http.proto; transcoding reference, sections 3.2, 4 and 5. Whether the rule fits the message
// was settled at registration.
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { GatewayError, type Violation } from '../../core/error.ts';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import { findField, findRuleField } from '../json/fields.ts';
import { invalidMessage, nodeToWire } from '../json/library-codec.ts';
import { type JsonNode, type JsonNodeObject, scanJson } from '../json/scan.ts';
import { Violations } from '../json/violations.ts';
import { createFastRequest } from './fast-request.ts';
import { isHttpBody, writeHttpBody } from './http-body.ts';
import { enumRefusal, leafNode } from './leaf.ts';
import { createNameTest } from './name-test.ts';
import { parseQuery } from './query.ts';
import { applyQuery, type QueryRules } from './query-fields.ts';
import type { RequestParts } from './request-parts.ts';
import { createUpdateMask, isMask, maskField } from './update-mask.ts';
import { lengthDelimited } from './wire-parts.ts';

export interface RequestPlan {
  readonly takesBody: boolean;
  /** The body is a google.api.HttpBody: bytes of any media type, in `raw`. */
  readonly takesRaw: boolean;
  /** Wire bytes of the request message. @throws GatewayError `invalid_argument` with a violation per wrong field. */
  read(parts: RequestParts): Uint8Array;
}

/** `variablePaths`: field paths of the template's variables, by proto name. */
export function createRequestPlan(
  operation: Pick<Operation, 'input' | 'types' | 'rest' | 'shape'>,
  binding: HttpBinding,
  variablePaths: readonly (readonly string[])[],
): RequestPlan {
  const { descriptor } = operation.input;
  const variables = variablePaths.map((path) => resolvePath(descriptor, path));
  const bodyField =
    binding.body === undefined || binding.body === '*' ? undefined : findRuleField(descriptor, binding.body);
  const etag = descriptor.fields.find((field) => field.name === 'etag' && field.scalar === ScalarType.STRING);
  const rules: QueryRules = {
    message: descriptor,
    bound: variables,
    bodyField,
    isBodyWhole: binding.body === '*',
    isIgnored: createNameTest(operation.rest.ignoreQuery),
  };
  const isLenient = operation.rest.unknownFields === 'ignore';
  const isRaw = isHttpBody(binding.body === '*' ? descriptor : singleMessage(bodyField));
  const updateMask = createUpdateMask(descriptor, binding, bodyField, variables);
  const readMask = descriptor.fields.find((field) => field.name === 'read_mask' && isMask(field));
  const readFast = createFastRequest(operation, binding, variablePaths);
  return {
    takesBody: binding.body !== undefined,
    takesRaw: isRaw,
    read: (parts) => {
      if (parts.raw !== undefined) {
        const raw = writeHttpBody(parts.raw);
        const body = bodyField === undefined ? raw : lengthDelimited(bodyField.number, raw);
        // The path comes last: it wins.
        return Buffer.concat([body, read(parts)]);
      }
      return read(parts);
    },
  };

  function read(parts: RequestParts): Uint8Array {
    const isMasked =
      (updateMask !== undefined && parts.body !== undefined) ||
      (readMask !== undefined && parts.readMask !== undefined);
    const wire = isMasked ? undefined : readFast(parts);
    if (wire !== undefined) return wire;
    const root = bodyNode(parts.body, bodyField);
    const updated = updateMask?.paths(root) ?? [];
    if (
      etag !== undefined &&
      parts.ifMatch !== undefined &&
      root instanceof Map &&
      !root.has(etag.jsonName)
    ) {
      root.set(etag.jsonName, parts.ifMatch);
    }
    if (variables.length > 0 || parts.query !== '') {
      if (!(root instanceof Map)) throw notAnObject();
      const violations = new Violations();
      applyQuery(root, parseQuery(parts.query), rules, violations);
      if (violations.list.length > 0) throw invalidMessage(violations.list);
      variables.forEach((path, index) => {
        bindVariable(root, path, parts.variables[index] ?? '', violations);
      });
      if (!violations.isEmpty) throw invalidMessage(withoutBodyField(violations.list, bodyField));
    }
    const careful = readMessage(() => nodeToWire(root, descriptor, operation.types, isLenient), bodyField);
    return isMasked ? Buffer.concat([careful, ...masks(root, updated, parts)]) : careful;
  }

  function masks(
    root: JsonNode,
    updated: readonly string[],
    { readMask: paths }: RequestParts,
  ): Uint8Array[] {
    const made: Uint8Array[] = [];
    const update = updateMask?.write(root, updated);
    if (update !== undefined) made.push(update);
    const isFree = root instanceof Map && readMask !== undefined && !hasField(root, readMask);
    if (isFree && paths !== undefined) made.push(maskField(readMask, paths));
    return made;
  }
}

function singleMessage(field: DescField | undefined): DescMessage | undefined {
  return field?.fieldKind === 'message' ? field.message : undefined;
}

function hasField(root: JsonNodeObject, { name, jsonName }: DescField): boolean {
  return root.has(jsonName) || root.has(name);
}

function resolvePath(message: DescMessage, path: readonly string[]): readonly DescField[] {
  let at: DescMessage | undefined = message;
  return path.map((name) => {
    const field: DescField | undefined = at === undefined ? undefined : findRuleField(at, name);
    if (field === undefined) throw new Error(`no field ${path.join('.')} in ${message.typeName}`);
    at = field.message;
    return field;
  });
}

function bodyNode(body: string | undefined, bodyField: DescField | undefined): JsonNode {
  if (body === undefined) return new Map();
  const node = scanJson(body);
  return bodyField === undefined ? node : new Map([[bodyField.jsonName, node]]);
}

/** The path wins over the body: authorisation is decided on the path. What it goes through must be objects. */
function bindVariable(
  root: JsonNodeObject,
  path: readonly DescField[],
  text: string,
  violations: Violations,
): void {
  let object = root;
  path.forEach((field, index) => {
    if (index === path.length - 1) {
      const refusal = enumRefusal(text, field);
      if (refusal !== undefined) violations.add(path.map((one) => one.jsonName).join('.'), refusal);
      deleteOtherName(object, field);
      object.set(field.jsonName, leafNode(text, field));
      return;
    }
    const present = object.get(field.jsonName) ?? (isOtherName(field) ? object.get(field.name) : undefined);
    if (present !== undefined && present !== null && !(present instanceof Map)) {
      const at = path.slice(0, index + 1).map((one) => one.jsonName);
      violations.add(at.join('.'), 'expected an object');
    }
    const child = present instanceof Map ? present : new Map<string, JsonNode>();
    deleteOtherName(object, field);
    object.set(field.jsonName, child);
    object = child;
  });
}

function deleteOtherName(object: JsonNodeObject, field: DescField): void {
  if (isOtherName(field)) object.delete(field.name);
}

/** False where the proto name is the JSON name of another field. */
function isOtherName(field: DescField): boolean {
  return findField(field.parent, field.name) === field;
}

/** Paths count from the body's root, as its sender sees it: `title`, not `book.title`. */
function readMessage(read: () => Uint8Array, bodyField: DescField | undefined): Uint8Array {
  if (bodyField === undefined) return read();
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.violations.length === 0) throw error;
    throw invalidMessage(withoutBodyField(error.violations, bodyField), error.cause);
  }
}

function withoutBodyField(
  violations: readonly Violation[],
  bodyField: DescField | undefined,
): readonly Violation[] {
  if (bodyField === undefined) return violations;
  return violations.map(({ field, description }) => ({ field: withinBody(field, bodyField), description }));
}

function withinBody(path: string, bodyField: DescField): string {
  const { jsonName } = bodyField;
  if (path === jsonName) return '';
  if (path.startsWith(`${jsonName}.`)) return path.slice(jsonName.length + 1);
  return path.startsWith(`${jsonName}[`) ? path.slice(jsonName.length) : path;
}

function notAnObject(): GatewayError {
  return new GatewayError('invalid_argument', 'the body must be a JSON object', {
    violations: [{ field: '', description: 'expected an object' }],
  });
}
