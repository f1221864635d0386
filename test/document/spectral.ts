// The rules that Spectral recommends for OpenAPI, in a process of their own: Spectral is made for Node as it is, not for
// the one that tests run in. The other side is test/public-apis/spectral-judge.mjs.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { JsonObject } from '../../core/json.ts';

/** `rule: message at path` for everything that is remarked. */
export async function spectralRemarks(document: JsonObject): Promise<string[]> {
  const judge = execFile(process.execPath, [join(import.meta.dirname, '../public-apis/spectral-judge.mjs')]);
  judge.stdin?.end(JSON.stringify(document));
  const [out, err] = await Promise.all([
    judge.stdout === null ? '' : text(judge.stdout),
    judge.stderr === null ? '' : text(judge.stderr),
    once(judge, 'exit'),
  ]);
  if (out === '') throw new Error(err);
  return JSON.parse(out) as string[];
}
