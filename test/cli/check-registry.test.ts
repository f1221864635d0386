// `dragoman check` beside a registry: it puts together what a start would, and changes nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Registry } from '../../registry/registry.ts';
import { openSqliteStore } from '../../registry/store/sqlite-store.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { inlineService } from '../harness/start-gateway.ts';
import { runCommand } from './fake-admin.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dragoman-check-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const proto = (name: string) => `syntax = "proto3"; package ${name}.v1;
service Items { rpc GetItem(GetItemRequest) returns (Item) { option idempotency_level = NO_SIDE_EFFECTS; } }
message GetItemRequest { string id = 1; } message Item { string id = 1; string ${name} = 2; }`;

/** A registry in which `stock` is registered. */
async function makeRegistry(): Promise<void> {
  const { registry } = await Registry.open({
    store: openSqliteStore(join(folder, 'registry.db')),
    compile: { codecs: createCodec },
    link: () => ({ invoke: () => Promise.reject(new Error('nobody calls')), close: () => {} }),
    prepare: () => [],
    reservedPaths: [],
    now: () => new Date('2026-01-01T00:00:00Z'),
  });
  await registry.put(inlineService('stock', proto('stock'), 'grpc://127.0.0.1:1'));
  await registry.close();
}

async function check(registry: string, ...argv: string[]) {
  writeFileSync(join(folder, 'shop.proto'), proto('shop'));
  const path = join(folder, 'dragoman.yaml');
  const services =
    'services:\n  - name: shop\n    proto: { files: [shop.proto] }\n    upstream: grpc://127.0.0.1:1\n';
  writeFileSync(path, `registry: "${registry}"\n${services}`);
  return runCommand(['check', '-c', path, ...argv], { cwd: folder });
}

test('names that are on record stay with whom they were given to, and the answer says where it is from', async () => {
  await makeRegistry();
  const before = readFileSync(join(folder, 'registry.db'));
  const { code, out, err } = await check('sqlite:./registry.db');
  expect(code).toBe(0);
  expect(err).toContain('the GraphQL query field item belongs to stock.v1.Items/GetItem of service "stock"');
  expect(out).toContain(
    'names and joins as on record in registry.db, which also has stock; it was only read\n',
  );
  expect(out).toContain('2 services\n');
  expect(readFileSync(join(folder, 'registry.db'))).toEqual(before);
});

test('the same as JSON', async () => {
  await makeRegistry();
  const { out } = await check('sqlite:./registry.db', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({
    registry: { path: join(folder, 'registry.db'), services: ['stock'] },
    services: [{ name: 'shop' }, { name: 'stock' }],
  });
});

test('a registry that is not there is none, and is not made', async () => {
  const { code, out } = await check('sqlite:./registry.db');
  expect(code).toBe(0);
  expect(out).not.toContain('on record');
  expect(readdirSync(folder).sort()).toEqual(['dragoman.yaml', 'shop.proto']);
});

test('a registry that is none is a problem', async () => {
  writeFileSync(join(folder, 'registry.db'), 'this is no database, however long one reads it'.repeat(50));
  const { code, err } = await check('sqlite:./registry.db');
  expect(code).toBe(1);
  expect(err).toMatch(/the registry .*registry\.db cannot be read: .* \(registry\)\n/);
});
