import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { bundledProtos } from '../../registry/compile/bundled-protos.ts';
import { packageRoot } from '../../registry/package-root.ts';

test('the package root is the folder of our manifest', () => {
  expect(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).name).toBe('dragoman');
  expect(existsSync(join(packageRoot(), 'protos/google/api/http.proto'))).toBe(true);
});

test('the bundled protos are read once, by the paths that imports use', () => {
  expect(bundledProtos()).toBe(bundledProtos());
  expect(bundledProtos().get('google/api/http.proto')).toContain('message HttpRule {');
  expect(bundledProtos().size).toBe(57);
});
