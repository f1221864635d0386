// Reads OpenAPI documents so that nobody waits for it: small ones at once, large ones in a thread with bounded memory
// and time. Its death is a problem of the source, not of the gateway (security reference, section 7.1).
import { isMap } from 'node:util/types';
import { Worker } from 'node:worker_threads';
import type { Problem, Result } from '../../core/problem.ts';
import type { DocumentLimits } from '../../schema/openapi/document-limits.ts';
import { type DocumentSource, type ReadDocument, readDocument } from '../../schema/openapi/read-document.ts';

/** Up to here a document is read in a few milliseconds. */
const SMALL_LENGTH = 128 * 1024;
const MAX_HEAP_MIB = 1_024;
const MAX_MS = 60_000;

export async function readOpenapi(
  source: DocumentSource,
  limits: DocumentLimits,
): Promise<Result<ReadDocument>> {
  const length = source.files.reduce((sum, { content }) => sum + content.length, 0);
  if (length <= SMALL_LENGTH || length > limits.textLength) return readDocument(source, limits);
  return withoutPrototypes(await readInWorker(source, limits));
}

function readInWorker(source: DocumentSource, limits: DocumentLimits): Promise<Result<ReadDocument>> {
  // The compiled program has another ending than its source.
  const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const worker = new Worker(new URL(`./document-worker${ending}`, import.meta.url), {
    workerData: { source, limits },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
    env: {},
    stdin: false,
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(failure(`could not be read within ${MAX_MS / 1000} seconds`));
      void worker.terminate();
    }, MAX_MS);
    const settle = (result: Result<ReadDocument>): void => {
      clearTimeout(timer);
      resolve(result);
    };
    worker.once('message', settle);
    worker.once('error', (error: Error & { code?: string }) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      settle(failure(isMemory ? `takes more than ${MAX_HEAP_MIB} MiB to read` : 'could not be read'));
    });
    worker.once('exit', () => settle(failure('could not be read')));
  });
}

function failure(what: string): Result<ReadDocument> {
  const problem: Problem = { severity: 'error', rule: 'too-large', message: `the document ${what}` };
  return { ok: false, problems: [problem] };
}

/** What comes out of a thread is a copy with the usual prototypes, and names of a document could be found on them. */
function withoutPrototypes<T>(value: T): T {
  const seen = new Set<object>();
  const queue: unknown[] = [value];
  for (const item of queue) {
    if (typeof item !== 'object' || item === null || seen.has(item)) continue;
    seen.add(item);
    // Of whichever realm: test runners have several.
    if (isMap(item)) {
      for (const child of item.values()) if (typeof child === 'object') queue.push(child);
      continue;
    }
    if (!Array.isArray(item)) Object.setPrototypeOf(item, null);
    for (const child of Object.values(item)) if (typeof child === 'object') queue.push(child);
  }
  return value;
}
