// Parts in, one OpenAPI 3.1 document out: one object per path, unique names everywhere, the same order for the
// same parts. The order of the parts matters: in a clash of names the later one yields.
import type { JsonObject, JsonValue } from '../../core/json.ts';
import {
  componentRef,
  DOCUMENT_METHODS,
  type DocumentMethod,
  type DocumentPart,
  type PartOperation,
} from './document-part.ts';
import { MergedComponents } from './merge-components.ts';
import { referencesOf, withReferences } from './references.ts';
import { serversOf, sharedHosts } from './servers.ts';
import { finish, type Steps } from './steps.ts';
import { paragraphs } from './texts.ts';
import { sharedWishes, WishedNames } from './wished-names.ts';

export interface DocumentHead {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** Base addresses. Default: where the document was fetched from, or the hosts that all parts have in common. */
  readonly servers?: readonly string[];
}

export const OPENAPI_VERSION = '3.1.1';

interface PathEntry {
  readonly path: string;
  readonly parameters: readonly string[];
  readonly methods: Map<DocumentMethod, { readonly value: JsonObject; readonly part: DocumentPart }>;
}

export function assembleDocument(parts: readonly DocumentPart[], head: DocumentHead): JsonObject {
  return finish(documentSteps(parts, head));
}

/** As `assembleDocument`, with a chance to pause between operations and components. */
export function* documentSteps(parts: readonly DocumentPart[], head: DocumentHead): Steps<JsonObject> {
  const components = new MergedComponents();
  const operationIds = new WishedNames();
  const tagNames = new WishedNames();
  const tags: JsonObject[] = [];
  const paths = new Map<string, PathEntry>();
  const remarks: string[] = [];
  const common = sharedHosts(parts);
  for (const whole of parts) {
    remarks.push(...(whole.remarks ?? []));
    const listed = whole.operations.filter((operation) => {
      const { methods } = entryOf(paths, operation.path);
      const taken = methods.get(operation.method);
      if (taken === undefined) methods.set(operation.method, { value: {}, part: whole });
      // Claimed twice within one service: the first is served. By two services: each on hosts of its own.
      else if (taken.part !== whole) remarks.push(elsewhere(operation, whole));
      return taken === undefined;
    });
    const part = listed.length === whole.operations.length ? whole : partOfPart(whole, listed);
    const references = yield* components.add(part);
    const ownTags = nameTags(part, tagNames, tags);
    const ids = nameOperations(listed, part, operationIds);
    for (const operation of listed) {
      yield;
      const entry = entryOf(paths, operation.path);
      entry.methods.set(operation.method, {
        part: whole,
        value: {
          ...(operation.tags.length > 0 && { tags: operation.tags.map((tag) => ownTags.get(tag) ?? tag) }),
          operationId: ids.get(operation.operationId.fullName) ?? operation.operationId.name,
          ...withLinks(withReferences(renamed(operation, entry), references), ids),
          ...securityOf(operation, references),
          ...(common === undefined && (part.hosts ?? []).length > 0 && { servers: serversOf(part.hosts) }),
        },
      });
    }
  }
  const description = paragraphs(head.description ?? '', remarkText(remarks));
  return {
    openapi: OPENAPI_VERSION,
    info: {
      title: head.title,
      version: head.version,
      ...(description !== '' && { description }),
    },
    servers: head.servers?.map((url) => ({ url })) ?? serversOf(common),
    tags,
    // What an operation does not ask for, nothing asks for: the gateway demands no credentials of its own.
    security: [],
    paths: pathsObject(paths),
    components: components.toObject(),
  };
}

const MAX_REMARKS = 20;

function remarkText(remarks: readonly string[]): string {
  if (remarks.length === 0) return '';
  const more = remarks.length - MAX_REMARKS;
  const shown = remarks.slice(0, MAX_REMARKS).map((remark) => `- ${remark}`);
  if (more > 0) shown.push(`- … and ${more} more.`);
  return `Also served, beyond what this document can list:\n\n${shown.join('\n')}`;
}

/** Without the tags and components that only operations lead to which are not listed. */
function partOfPart(part: DocumentPart, operations: readonly PartOperation[]): DocumentPart {
  const byRef = new Map(part.components.map((one) => [componentRef(one.kind, one.fullName), one]));
  const reached = new Set<string>();
  for (const { value, security = [] } of operations) {
    for (const ref of referencesOf(value)) reached.add(ref);
    for (const requirement of security)
      for (const name of requirement.keys()) reached.add(componentRef('securitySchemes', name));
  }
  // A set is walked in the order of insertion, what is added meanwhile included.
  for (const ref of reached) for (const next of referencesOf(byRef.get(ref)?.value ?? {})) reached.add(next);
  const tags = new Set(operations.flatMap((operation) => operation.tags));
  return {
    ...part,
    operations,
    tags: part.tags.filter(({ fullName }) => tags.has(fullName)),
    components: part.components.filter(({ kind, fullName }) => reached.has(componentRef(kind, fullName))),
  };
}

function elsewhere({ method, path }: PartOperation, { service, hosts = [] }: DocumentPart): string {
  const where = hosts.length === 0 ? 'on other hosts' : `on ${hosts.join(', ')}`;
  return `\`${method.toUpperCase()} ${path}\` of the service \`${service}\` ${where}: see the document of that service.`;
}

/** Operation ids by what the part calls them. */
function nameOperations(
  operations: readonly PartOperation[],
  { service }: DocumentPart,
  names: WishedNames,
): ReadonlyMap<string, string> {
  const shared = sharedWishes(operations.map(({ operationId }) => operationId));
  return new Map(
    operations.map(({ operationId }) => [
      operationId.fullName,
      names.give(operationId, service, shared.has(operationId.name)),
    ]),
  );
}

function nameTags(part: DocumentPart, names: WishedNames, tags: JsonObject[]): ReadonlyMap<string, string> {
  const shared = sharedWishes(part.tags);
  return new Map(
    part.tags.map((tag) => {
      const name = names.give(tag, part.service, shared.has(tag.name));
      tags.push({ name, ...(tag.description !== '' && { description: tag.description }) });
      return [tag.fullName, name];
    }),
  );
}

const PARAMETER = /\{([^{}]*)\}/g;

/** OpenAPI holds paths that differ in the names of parameters alone to be one path. */
function entryOf(paths: Map<string, PathEntry>, path: string): PathEntry {
  const shape = path.replace(PARAMETER, '{}');
  let entry = paths.get(shape);
  if (entry === undefined) {
    entry = { path, parameters: parametersIn(path), methods: new Map() };
    paths.set(shape, entry);
  }
  return entry;
}

function parametersIn(path: string): readonly string[] {
  return [...path.matchAll(PARAMETER)].map(([, name = '']) => name);
}

/** The operation with the names that its path has for the parameters. */
function renamed({ path, value }: PartOperation, entry: PathEntry): JsonObject {
  if (path === entry.path || !Array.isArray(value.parameters)) return value;
  const names = new Map(parametersIn(path).map((name, index) => [name, entry.parameters[index] ?? name]));
  return { ...value, parameters: value.parameters.map((parameter) => renamedParameter(parameter, names)) };
}

function renamedParameter(parameter: JsonValue, names: ReadonlyMap<string, string>): JsonValue {
  if (!isObject(parameter)) return parameter;
  if (parameter.in !== 'path' || typeof parameter.name !== 'string') return parameter;
  return { ...parameter, name: names.get(parameter.name) ?? parameter.name };
}

/** The links of the responses lead to operations by the names that these have here; others lead nowhere and go. */
function withLinks(value: JsonObject, ids: ReadonlyMap<string, string>): JsonObject {
  const { responses } = value;
  if (!isObject(responses)) return value;
  const linked = Object.entries(responses).map(([status, response]) => {
    if (!isObject(response) || !isObject(response.links)) return [status, response] as const;
    const { links, ...rest } = response;
    const kept = Object.entries(links).flatMap(([name, link]) => {
      const id =
        isObject(link) && typeof link.operationId === 'string' ? ids.get(link.operationId) : undefined;
      return isObject(link) && id !== undefined ? [[name, { ...link, operationId: id }] as const] : [];
    });
    return [status, { ...rest, ...(kept.length > 0 && { links: Object.fromEntries(kept) }) }] as const;
  });
  return { ...value, responses: Object.fromEntries(linked) };
}

function securityOf({ security = [] }: PartOperation, references: ReadonlyMap<string, string>): JsonObject {
  if (security.length === 0) return {};
  const prefix = componentRef('securitySchemes', '');
  const named = security.map((requirement): JsonObject => {
    const entries = [...requirement].map(([name, scopes]): [string, string[]] => {
      const reference = references.get(componentRef('securitySchemes', name));
      return [reference === undefined ? name : reference.slice(prefix.length), [...scopes]];
    });
    return Object.fromEntries(entries);
  });
  return { security: named };
}

function pathsObject(paths: ReadonlyMap<string, PathEntry>): JsonObject {
  const sorted = [...paths.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return Object.fromEntries(
    sorted.map(({ path, methods }) => [
      path,
      Object.fromEntries(
        DOCUMENT_METHODS.flatMap((method) => {
          const operation = methods.get(method);
          return operation === undefined ? [] : [[method, operation.value] as const];
        }),
      ),
    ]),
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
