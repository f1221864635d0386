// Parts in, one OpenAPI 3.1 document out: one object per path, unique names everywhere, the same order for the
// same parts. The order of the parts matters: in a clash of names the later one yields.
import type { JsonObject, JsonValue } from '../../core/json.ts';
import {
  DOCUMENT_METHODS,
  type DocumentMethod,
  type DocumentPart,
  type PartOperation,
} from './document-part.ts';
import { MergedComponents } from './merge-components.ts';
import { withReferences } from './references.ts';
import { sharedWishes, WishedNames } from './wished-names.ts';

export interface DocumentHead {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** Base addresses. Default: where the document was fetched from. */
  readonly servers?: readonly string[];
}

export const OPENAPI_VERSION = '3.1.1';

interface PathEntry {
  readonly path: string;
  readonly parameters: readonly string[];
  readonly methods: Map<DocumentMethod, JsonObject>;
}

export function assembleDocument(parts: readonly DocumentPart[], head: DocumentHead): JsonObject {
  const components = new MergedComponents();
  const operationIds = new WishedNames();
  const tagNames = new WishedNames();
  const tags: JsonObject[] = [];
  const paths = new Map<string, PathEntry>();
  for (const part of parts) {
    const references = components.add(part);
    const ownTags = nameTags(part, tagNames, tags);
    const shared = sharedWishes(part.operations.map(({ operationId }) => operationId));
    for (const operation of part.operations) {
      const entry = entryOf(paths, operation.path);
      // Claimed twice within one service: the first is served.
      if (entry.methods.has(operation.method)) continue;
      const { operationId } = operation;
      entry.methods.set(operation.method, {
        ...(operation.tags.length > 0 && { tags: operation.tags.map((tag) => ownTags.get(tag) ?? tag) }),
        operationId: operationIds.give(operationId, part.service, shared.has(operationId.name)),
        ...withReferences(renamed(operation, entry), references),
      });
    }
  }
  return {
    openapi: OPENAPI_VERSION,
    info: {
      title: head.title,
      version: head.version,
      ...(head.description !== undefined && { description: head.description }),
    },
    servers: (head.servers ?? ['/']).map((url) => ({ url })),
    tags,
    paths: pathsObject(paths),
    components: components.toObject(),
  };
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
  if (typeof parameter !== 'object' || parameter === null || Array.isArray(parameter)) return parameter;
  if (parameter.in !== 'path' || typeof parameter.name !== 'string') return parameter;
  return { ...parameter, name: names.get(parameter.name) ?? parameter.name };
}

function pathsObject(paths: ReadonlyMap<string, PathEntry>): JsonObject {
  const sorted = [...paths.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return Object.fromEntries(
    sorted.map(({ path, methods }) => [
      path,
      Object.fromEntries(
        DOCUMENT_METHODS.flatMap((method) => {
          const operation = methods.get(method);
          return operation === undefined ? [] : [[method, operation] as const];
        }),
      ),
    ]),
  );
}
