// How one http rule fills a request message from path, query and body: compiled once per binding, run per request.
// Source: google/api/http.proto; transcoding reference, sections 3.2, 4 and 5. Whether the rule fits the message
// was settled at registration.
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { GatewayError } from '../../core/error.ts';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import { findRuleField, presentKey } from '../json/fields.ts';
import { nodeToWire } from '../json/library-codec.ts';
import { type JsonNode, type JsonNodeObject, scanJson } from '../json/scan.ts';
import { Violations } from '../json/violations.ts';
import { jsonFormOf } from '../json/well-known.ts';
import { readTogether, withinBody, withoutBody } from './body-violations.ts';
import { singleTag } from './entity-tag.ts';
import { createFastRequest } from './fast-request.ts';
import { isHttpBody, writeHttpBody } from './http-body.ts';
import { createNameTest } from './name-test.ts';
import { withOwnFields } from './own-fields.ts';
import { bindVariable, findConflicts } from './path-fields.ts';
import { assertComplete, mergeParts, protobufAsJson, readProtobuf } from './protobuf-body.ts';
import { parseQuery } from './query.ts';
import { applyQuery, type QueryRules } from './query-fields.ts';
import type { RequestParts } from './request-parts.ts';
import { requiresFields } from './required-fields.ts';
import { createUpdateMask, isMask, maskField } from './update-mask.ts';
import { messageRecord } from './wire-parts.ts';

export interface RequestPlan {
  readonly takesBody: boolean;
  /** The body is a google.api.HttpBody: bytes of any media type, in `raw`. */
  readonly takesRaw: boolean;
  /** The body may be protobuf as well as JSON. */
  readonly takesProtobuf: boolean;
  /** Wire bytes of the request message. @throws GatewayError `invalid_argument` with a violation per wrong field. */
  read(parts: RequestParts): Uint8Array;
  /** Refuses a path and query that no body could make right. @throws as `read` */
  check(bound: Pick<RequestParts, 'variables' | 'query'>): void;
}

type RequestOperation = Pick<Operation, 'input' | 'types' | 'rest' | 'shape' | 'effect'>;

/** `variablePaths`: field paths of the template's variables, by proto name. */
export function createRequestPlan(
  operation: RequestOperation,
  binding: HttpBinding,
  variablePaths: readonly (readonly string[])[],
): RequestPlan {
  const { input } = operation;
  const descriptor = withOwnFields(input.descriptor);
  if (descriptor === input.descriptor) return planFor(operation, binding, variablePaths);
  const byFields = planFor({ ...operation, input: { ...input, descriptor } }, binding, variablePaths);
  if (binding.body !== '*') return byFields;
  // The body is the message as its own JSON, in which nothing else has a place; only fields can say what it is as well.
  const whole = planFor(operation, binding, []);
  const wireOf = (parts: RequestParts): Uint8Array => whole.read({ ...parts, variables: [], query: '' });
  return {
    ...byFields,
    read: (parts) =>
      byFields.read(parts.body === undefined ? parts : { ...parts, body: undefined, wire: wireOf(parts) }),
  };
}

function planFor(
  operation: RequestOperation,
  binding: HttpBinding,
  variablePaths: readonly (readonly string[])[],
): RequestPlan {
  const { rest, types, input } = operation;
  const { descriptor } = input;
  const variables = variablePaths.map((path) => resolvePath(descriptor, path));
  const isWhole = binding.body === '*';
  const bodyPath =
    binding.body === undefined || isWhole ? [] : resolvePath(descriptor, binding.body.split('.'));
  // Of several only where the last is a google.api.HttpBody, whose bytes are no JSON.
  const bodyField = bodyPath.length === 1 ? bodyPath[0] : undefined;
  const isRaw = isHttpBody(isWhole ? descriptor : singleMessage(bodyPath.at(-1)));
  // For a read the header asks about the answer, not about the resource (AIP-154).
  const etag = isWrite(operation, binding)
    ? descriptor.fields.find((field) => field.name === 'etag' && field.scalar === ScalarType.STRING)
    : undefined;
  const isLenient = rest.unknownFields === 'ignore';
  const dropsQuery = isWhole && rest.queryWithWholeBody === 'ignore';
  const isQueryInBody = rest.queryIntoBody && !isRaw;
  const refusesConflicts = rest.bodyConflict === 'reject';
  const rules: QueryRules = {
    message: descriptor,
    bound: variables,
    bodyPath: isQueryInBody ? [] : bodyPath,
    isBodyWhole: isWhole && !isQueryInBody,
    isIgnored: createNameTest(rest.ignoreQuery),
    leaves: rest,
  };
  const updateMask = createUpdateMask(descriptor, binding, bodyField, variables);
  const readMask = descriptor.fields.find((field) => field.name === 'read_mask' && isMask(field));
  const readFast = createFastRequest(operation, binding, variablePaths);
  const bodyMessage = isWhole ? descriptor : singleMessage(bodyField);
  const noBody = isRaw ? undefined : emptyJson(singleMessage(bodyField));
  // What follows a body on the wire wins without looking into it; not so where a rule looks.
  const looksIntoBody =
    updateMask !== undefined ||
    (refusesConflicts && variables.length > 0) ||
    variables.some((path) => path.some(({ oneof }) => oneof !== undefined));
  const hasRequired = requiresFields(descriptor);
  // Where the path leads into what may be in the body as well, or is a message of it.
  const isMerged = variables.some(
    (path) => (isWhole || path[0] === bodyPath[0]) && (path.length > 1 || path[0]?.fieldKind === 'message'),
  );
  return {
    takesBody: binding.body !== undefined,
    takesRaw: isRaw,
    takesProtobuf: rest.protobuf && bodyMessage !== undefined && !isRaw,
    check: (bound) => {
      const parts = { ...bound, body: undefined, ifMatch: undefined };
      withoutBody(() => read(dropsQuery ? withoutQuery(parts) : parts));
    },
    read: (given) => {
      const parts = withSomeBody(dropsQuery && given.query !== '' ? withoutQuery(given) : given);
      if (parts.wire !== undefined && bodyMessage !== undefined) {
        return readProtobufBody(parts, parts.wire, bodyMessage);
      }
      if (parts.raw === undefined) return read(parts);
      const raw = writeHttpBody(parts.raw);
      const body = bodyPath.reduceRight((inner, field) => messageRecord(field, inner), raw);
      // Beside a body that is deeper than a field of the request, a parameter may be in a message that holds it.
      return join(body, read(parts), isMerged || (bodyPath.length > 1 && parts.query !== ''));
    },
  };

  /** No body is the empty message of the field that it fills, and not the absence of that. */
  function withSomeBody(parts: RequestParts): RequestParts {
    const isAbsent = parts.body === undefined && parts.wire === undefined && parts.raw === undefined;
    return isAbsent && noBody !== undefined ? { ...parts, body: noBody } : parts;
  }

  function readProtobufBody(parts: RequestParts, wire: Uint8Array, message: DescMessage): Uint8Array {
    const isAsked =
      (etag !== undefined && parts.ifMatch !== undefined) ||
      (readMask !== undefined && parts.readMask !== undefined) ||
      (isQueryInBody && parts.query !== '') ||
      // Neither is complete without the other.
      (hasRequired && (variables.length > 0 || parts.query !== ''));
    if (looksIntoBody || isAsked) {
      return read({ ...parts, body: protobufAsJson(message, wire, { types, isLenient }) });
    }
    readProtobuf(message, wire);
    const body = bodyField === undefined ? wire : messageRecord(bodyField, wire);
    if (hasRequired) {
      assertComplete(descriptor, body);
      return body;
    }
    return join(body, read(parts), isMerged);
  }

  /** What is behind the body wins. */
  function join(body: Uint8Array, behind: Uint8Array, isOneMessage: boolean): Uint8Array {
    return isOneMessage ? mergeParts(descriptor, [body, behind], variables) : Buffer.concat([body, behind]);
  }

  function read(parts: RequestParts): Uint8Array {
    const isMasked =
      (updateMask !== undefined && parts.body !== undefined) ||
      (readMask !== undefined && parts.readMask !== undefined);
    const wire = isMasked ? undefined : readFast(parts);
    return wire ?? readCarefully(parts, isMasked);
  }

  function readCarefully(parts: RequestParts, isMasked: boolean): Uint8Array {
    const root = bodyNode(parts.body, bodyField);
    const found = new Violations();
    let updated: readonly string[] = [];
    if (root instanceof Map) updated = fill(root, parts, found);
    else if (variables.length > 0 || parts.query !== '') throw notAnObject();
    const careful = readTogether(found, bodyPath, () => nodeToWire(root, descriptor, types, isLenient));
    return isMasked ? Buffer.concat([careful, ...masks(root, updated, parts)]) : careful;
  }

  /** Everything but the body into the body's tree; returns the paths of the update. */
  function fill(root: JsonNodeObject, parts: RequestParts, found: Violations): readonly string[] {
    const bound = variables.map((path, index) => ({ path, text: parts.variables[index] ?? '' }));
    const inPath = new Violations();
    if (refusesConflicts) findConflicts(root, bound, { leaves: rest, types }, inPath);
    if (etag !== undefined && parts.ifMatch !== undefined && !root.has(presentKey(root, etag))) {
      const tag = singleTag(parts.ifMatch);
      if (tag !== undefined) root.set(etag.jsonName, tag);
      else found.add('if-match', 'must be one entity tag, such as "abc": this method compares with one');
    }
    applyQuery(root, parseQuery(parts.query), rules, found);
    const updated = updateMask?.paths(root) ?? [];
    for (const one of bound) bindVariable(root, one, rest, inPath);
    for (const { field, description } of withinBody(inPath.list, bodyPath)) found.add(field, description);
    return updated;
  }

  function masks(
    root: JsonNode,
    updated: readonly string[],
    { readMask: paths }: RequestParts,
  ): Uint8Array[] {
    const made: Uint8Array[] = [];
    const update = updateMask?.write(root, updated);
    if (update !== undefined) made.push(update);
    const isFree = root instanceof Map && readMask !== undefined && !root.has(presentKey(root, readMask));
    if (isFree && paths !== undefined) made.push(maskField(readMask, paths));
    return made;
  }
}

/** What a rule says goes before what its method is found to do. */
function isWrite({ effect }: Pick<Operation, 'effect'>, { isAutomatic, method }: HttpBinding): boolean {
  return isAutomatic ? effect !== 'read' : method !== 'GET' && method !== 'HEAD';
}

function singleMessage(field: DescField | undefined): DescMessage | undefined {
  return field?.fieldKind === 'message' ? field.message : undefined;
}

/** Undefined where nothing is read: of what JSON writes as text or a number, the empty message would say something. */
function emptyJson(message: DescMessage | undefined): string | undefined {
  switch (message && jsonFormOf(message)) {
    case 'message':
    case 'struct':
    case 'any':
      return '{}';
    case 'list':
      return '[]';
    default:
      return undefined;
  }
}

/** What is malformed is refused even where it is not wanted. */
function withoutQuery(parts: RequestParts): RequestParts {
  parseQuery(parts.query);
  return { ...parts, query: '' };
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

function notAnObject(): GatewayError {
  return new GatewayError('invalid_argument', 'the body must be a JSON object', {
    violations: [{ field: '', description: 'expected an object' }],
  });
}
