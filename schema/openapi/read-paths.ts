// Path Items: which operations a document declares, under which path and method.
import type { Place } from './place.ts';
import type { Reading } from './reading.ts';
import { quote } from './source-bundle.ts';

export interface DeclaredOperation {
  /** As the document has it, beginning with a slash. */
  readonly path: string;
  readonly method: string;
  readonly pathItem: Place;
  readonly place: Place;
}

/** Members of a Path Item that are operations. */
export const METHODS: readonly string[] = [
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
  'query',
];

/** Requests that the upstream sends, or would: none of them passes the gateway. */
const OUTGOING =
  'describes requests of the service itself, which do not pass the gateway; they are in no door';

export function readPaths(reading: Reading, root: Place): DeclaredOperation[] {
  const webhooks = root.get('webhooks');
  if (webhooks !== undefined) reading.remarks.note(webhooks, 'operation', `webhooks: this ${OUTGOING}`);
  const paths = root.get('paths');
  const operations: DeclaredOperation[] = [];
  for (const [path, entry] of paths?.entries() ?? []) {
    if (path.startsWith('x-')) continue;
    if (!path.startsWith('/')) {
      reading.remarks.warn(
        entry,
        'path',
        `the path ${quote(path)} does not begin with "/"; it is not served`,
      );
      continue;
    }
    if (/[?#]/.test(path)) {
      const message =
        'a path has no query and no fragment: paths that differ in them alone cannot be told apart; not served';
      reading.remarks.warn(entry, 'path', message);
      continue;
    }
    const pathItem = reading.bundle.resolve(entry);
    if (pathItem === undefined) continue;
    operations.push(...operationsOf(reading, path, pathItem));
  }
  return operations;
}

function* operationsOf(reading: Reading, path: string, pathItem: Place): Generator<DeclaredOperation> {
  for (const method of METHODS) {
    const place = pathItem.get(method);
    if (place === undefined || (method === 'query' && reading.version !== '3.2')) continue;
    if (place.object === undefined)
      reading.remarks.warn(place, 'operation', 'an operation is an object; it is not served');
    else yield { path, method: method.toUpperCase(), pathItem, place };
    const callbacks = place.get('callbacks');
    if (callbacks !== undefined) reading.remarks.note(callbacks, 'operation', `callbacks: this ${OUTGOING}`);
  }
  if (pathItem.get('trace') !== undefined) {
    reading.remarks.warn(
      pathItem,
      'operation',
      'TRACE reflects requests; no gateway should serve it, and this one does not',
    );
  }
  for (const [method, place] of pathItem.get('additionalOperations')?.entries() ?? []) {
    if (
      /^[A-Z][A-Z0-9_-]{0,31}$/.test(method) &&
      method !== 'CONNECT' &&
      method !== 'TRACE' &&
      place.object !== undefined
    ) {
      yield { path, method, pathItem, place };
    } else {
      reading.remarks.warn(place, 'operation', `the method ${quote(method)} is not served`);
    }
  }
}

/** Names between braces, in order. */
export function variablesOf(path: string): string[] {
  return [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}
