// Reads documents for tests, and shows what came of them in few words.

import type { Problem } from '../../core/problem.ts';
import { DEFAULT_DOCUMENT_LIMITS, type DocumentLimits } from '../../schema/openapi/document-limits.ts';
import {
  type DocumentOperation,
  type ReadDocument,
  readDocument,
} from '../../schema/openapi/read-document.ts';

export type Files = Readonly<Record<string, string | object>>;

/** The first file is the document. Objects are written as JSON. */
export function read(files: Files, limits: Partial<DocumentLimits> = {}) {
  const [entry = ''] = Object.keys(files);
  return readDocument(
    {
      files: Object.entries(files).map(([path, content]) => ({
        path,
        content: typeof content === 'string' ? content : JSON.stringify(content),
      })),
      entry,
    },
    { ...DEFAULT_DOCUMENT_LIMITS, ...limits },
  );
}

/** @throws Error with every problem if the document is refused. */
export function readOk(files: Files): ReadDocument & { readonly problems: readonly Problem[] } {
  const result = read(files);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return { ...result.value, problems: result.problems };
}

export function only({ operations }: ReadDocument): DocumentOperation {
  const [operation] = operations;
  if (operation === undefined || operations.length !== 1)
    throw new Error(`${operations.length} operations, not one`);
  return operation;
}

/** `file:line:column severity rule: message` */
export function show({ path = '', line, column, severity, rule, message }: Problem): string {
  return `${path}:${line}:${column} ${severity} ${rule}: ${message}`;
}

export function document(version: string, paths: object, more: object = {}): object {
  const head = version === '2.0' ? { swagger: '2.0' } : { openapi: `${version}.0` };
  return { ...head, info: { title: 'T', version: '1' }, paths, ...more };
}

export const OK = { responses: { 200: { description: 'ok' } } };

/** Plain objects in place of those without prototypes, for comparison. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
