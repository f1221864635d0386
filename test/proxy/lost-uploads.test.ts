// An upstream of HTTP/2 that is lost amid an upload and a header block does not take the gateway with it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

test('uploads to an upstream that is gone amid its header block fail, and the process goes on', async () => {
  const program = join(import.meta.dirname, 'lost-uploads.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program]);
  expect(stdout).toBe('250 of 250 lost');
});
