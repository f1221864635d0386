// `dragoman export openapi`: from a running gateway and from a configuration, as JSON and as YAML.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { JsonObject } from '../../core/json.ts';
import { runCommand } from '../cli/fake-admin.ts';
import { send } from '../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { at } from './documents.ts';

const PROTOS = join(import.meta.dirname, '../../protos');
const NOWHERE = 'grpc://127.0.0.1:9';
let gateway: TestGateway;
let folder: string;

beforeAll(async () => {
  gateway = await startTestGateway([demoService('users', NOWHERE), demoService('orders', NOWHERE)]);
  folder = mkdtempSync(join(tmpdir(), 'dragoman-export-'));
  const service = (name: string): string =>
    `  - name: ${name}\n    proto: { files: [${PROTOS}/${name}/v1/${name}.proto], include: [${PROTOS}] }\n    upstream: ${NOWHERE}\n`;
  writeFileSync(
    join(folder, 'dragoman.yaml'),
    `registry: "memory:"\nopenapi: { automaticRoutes: all }\nservices:\n${service('users')}${service('orders')}`,
  );
});
afterAll(async () => {
  await gateway?.close();
  rmSync(folder, { recursive: true });
});

function run(...args: string[]) {
  return runCommand(['export', 'openapi', ...args], { cwd: folder });
}

test('prints what a running gateway serves', async () => {
  const { code, out, err } = await run('--admin', gateway.adminUrl);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toEqual((await send(gateway.publicUrl, { path: '/openapi.json' })).json());
});

test('prints one service, as YAML', async () => {
  const { code, out } = await run('--admin', gateway.adminUrl, '--service', 'users', '-o', 'yaml');
  expect(code).toBe(0);
  expect(parse(out)).toEqual((await send(gateway.publicUrl, { path: '/openapi.json?service=users' })).json());
});

test('prints what a configuration would serve, in its own way', async () => {
  const { code, out, err } = await run('-c', join(folder, 'dragoman.yaml'), '--service', 'users');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const paths = Object.keys(at(JSON.parse(out) as JsonObject, 'paths') as object);
  expect(paths).toEqual(expect.arrayContaining(['/v1/users/{user}', '/users.v1.UserService/GetUser']));
  expect(paths.filter((path) => path.includes('orders'))).toEqual([]);
});

test.each([
  ['a running gateway', () => ['--admin', gateway.adminUrl], 'no service is registered as nobody'],
  [
    'a configuration',
    () => ['-c', join(folder, 'dragoman.yaml')],
    'no service is called nobody; known are users, orders',
  ],
])('says that %s has no such service', async (_where, from, message) => {
  const { code, out, err } = await run(...from(), '--service', 'nobody');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(message);
});
