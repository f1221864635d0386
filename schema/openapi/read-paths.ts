// Path Items: which operations a document declares, under which path and method.
import type { Place } from './place.ts';
import type { Reading } from './reading.ts';
import { remarkNames } from './repeated-faults.ts';
import { quote } from './source-bundle.ts';
import { readWrittenPath } from './written-path.ts';

export interface DeclaredOperation {
  /** As the document has it, beginning with a slash. */
  readonly key: string;
  /** Without what is none of a path. */
  readonly path: string;
  /** The key had a query or a fragment. */
  readonly sharesPath: boolean;
  /** Part of every query. */
  readonly fixedQuery: string;
  /** Names in the query by variables of the key. */
  readonly queryVariables: ReadonlyMap<string, string>;
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

/** Those whose key is a path come first: what others share with them is theirs. */
export function readPaths(reading: Reading, root: Place): DeclaredOperation[] {
  const webhooks = root.get('webhooks');
  if (webhooks !== undefined) reading.remarks.note(webhooks, 'operation', `webhooks: this ${OUTGOING}`);
  const operations: DeclaredOperation[] = [];
  const others: DeclaredOperation[] = [];
  const more: [string, Place][] = [];
  for (const [key, entry] of root.get('paths')?.entries() ?? []) {
    if (key.startsWith('x-')) continue;
    if (!key.startsWith('/')) {
      reading.remarks.warn(entry, 'path', `the path ${quote(key)} does not begin with "/"; it is not served`);
      continue;
    }
    const written = readWrittenPath(key);
    if (written === undefined || /[?#]/.test(written.path)) {
      const message = `the path ${quote(key)} has a query or a fragment that begins within a variable; it is not served`;
      reading.remarks.warn(entry, 'path', message);
      continue;
    }
    const sharesPath = /[?#]/.test(key);
    if (sharesPath) more.push([key, entry]);
    const pathItem = reading.bundle.resolve(entry);
    if (pathItem === undefined) continue;
    for (const one of operationsOf(reading, pathItem)) {
      const { path, fixedQuery, variables: queryVariables } = written;
      (sharesPath ? others : operations).push({ ...one, key, path, sharesPath, fixedQuery, queryVariables });
    }
  }
  remarkNames(
    reading.remarks,
    'path',
    more,
    'has a query or a fragment, which is no part of a path: of operations that differ in it alone, REST has the first',
  );
  return [...operations, ...others];
}

type PathOperation = Pick<DeclaredOperation, 'method' | 'pathItem' | 'place'>;

function* operationsOf(reading: Reading, pathItem: Place): Generator<PathOperation> {
  for (const method of METHODS) {
    const place = pathItem.get(method);
    if (place === undefined || (method === 'query' && reading.version !== '3.2')) continue;
    if (place.object === undefined)
      reading.remarks.warn(place, 'operation', 'an operation is an object; it is not served');
    else yield { method: method.toUpperCase(), pathItem, place };
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
      yield { method, pathItem, place };
    } else {
      reading.remarks.warn(place, 'operation', `the method ${quote(method)} is not served`);
    }
  }
}

/** Names between braces, in order. */
export function variablesOf(path: string): string[] {
  return [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}
