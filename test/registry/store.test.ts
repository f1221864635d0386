// One contract for every store, and what SQLite adds: files, restarts, versions, permissions.
import { chmodSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import type { ServiceStore, StoredService } from '../../registry/store/service-store.ts';
import { openSqliteStore } from '../../registry/store/sqlite-store.ts';

let folder: string;
let store: ServiceStore;
const file = () => join(folder, 'deep', 'registry.db');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dragoman-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function service(name: string, revision = '1111111111111111'): StoredService {
  return {
    definition: {
      name,
      source: {
        kind: 'proto',
        files: [{ path: 'a.proto', content: `// ${name} é \u0000 '";--` }],
        entry: ['a.proto'],
      },
      upstream: { targets: [{ url: 'grpc://127.0.0.1:1', weight: 2 }], timeoutMs: 5, tls: { ca: 'pem' } },
      forwardHeaders: ['x-*'],
    },
    revision,
    descriptorSet: Uint8Array.of(0, 1, 2, 255),
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-02T00:00:00.000Z',
  };
}

const asPlain = (one: StoredService) => ({ ...one, descriptorSet: [...one.descriptorSet] });
const names = () => store.load().map(({ definition }) => definition.name);

describe.each([
  ['memory', () => createMemoryStore()],
  ['sqlite', () => openSqliteStore(file())],
])('the %s store', (_kind, openStore) => {
  beforeEach(() => {
    store = openStore();
  });
  afterEach(() => {
    store.close();
  });

  test('is empty at first', () => {
    expect(store.load()).toEqual([]);
  });

  test('gives back what it was given', () => {
    store.save(service('a'));
    expect(store.load().map(asPlain)).toEqual([asPlain(service('a'))]);
  });

  test('gives back a descriptor set byte by byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const kept: StoredService = {
      ...service('a'),
      definition: { name: 'a', source: { kind: 'descriptorSet', bytes }, upstream: { targets: [] } },
    };
    store.save(kept);
    const [loaded] = store.load();
    expect(loaded?.definition.source).toEqual({ kind: 'descriptorSet', bytes: expect.anything() });
    const source = loaded?.definition.source;
    expect(source?.kind === 'descriptorSet' ? [...source.bytes] : []).toEqual([...bytes]);
  });

  test('keeps the order of first registration', () => {
    for (const name of ['c', 'a', 'b']) store.save(service(name));
    expect(names()).toEqual(['c', 'a', 'b']);
    store.save(service('c', '2222222222222222'));
    expect(names()).toEqual(['c', 'a', 'b']);
    expect(store.load()[0]?.revision).toBe('2222222222222222');
    store.delete('c');
    store.save(service('c'));
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  test('takes an earlier revision again', () => {
    store.save(service('a', '1111111111111111'));
    store.save(service('a', '2222222222222222'));
    store.save(service('a', '1111111111111111'));
    expect(store.load().map(({ revision }) => revision)).toEqual(['1111111111111111']);
  });

  test('forgets what is deleted, and nothing else', () => {
    store.save(service('a'));
    store.save(service('b'));
    store.delete('a');
    store.delete('nobody');
    expect(names()).toEqual(['b']);
  });

  test('keeps a megabyte of source', () => {
    const big = { ...service('a'), descriptorSet: new Uint8Array(1024 * 1024).fill(7) };
    store.save(big);
    expect(store.load()[0]?.descriptorSet.length).toBe(1024 * 1024);
  });
});

describe('the SQLite file', () => {
  test('survives its store', () => {
    store = openSqliteStore(file());
    store.save(service('a'));
    store.close();
    store = openSqliteStore(file());
    expect(store.load().map(asPlain)).toEqual([asPlain(service('a'))]);
    store.close();
  });

  test('is for its owner only, since definitions may hold client keys', () => {
    openSqliteStore(file()).close();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test('holds one revision a service', () => {
    store = openSqliteStore(file());
    for (let index = 0; index < 50; index += 1) store.save(service('a', String(index).padStart(16, '0')));
    store.close();
    const database = new DatabaseSync(file());
    expect(database.prepare('SELECT count(*) AS n FROM revisions').get()?.n).toBe(1);
    database.close();
  });

  test('of a newer program is refused, and left alone', () => {
    openSqliteStore(file()).close();
    const database = new DatabaseSync(file());
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openSqliteStore(file())).toThrow(/newer version of dragoman \(its schema is 99\)/);
    const again = new DatabaseSync(file());
    expect(again.prepare('PRAGMA user_version').get()?.user_version).toBe(99);
    again.close();
  });

  test.each([
    [
      'is no database',
      (path: string) => writeFileSync(path, 'this is no database, but a long enough text to tell'.repeat(40)),
    ],
    ['was cut short', (path: string) => truncateSync(path, 2_000)],
  ])('that %s is refused', (_name, spoil) => {
    const seeded = openSqliteStore(file());
    seeded.save(service('a'));
    seeded.close();
    spoil(file());
    expect(() => {
      const opened = openSqliteStore(file());
      opened.load();
      opened.close();
    }).toThrow();
  });

  test('that cannot be written refuses, and keeps what it had', () => {
    store = openSqliteStore(file());
    store.save(service('a'));
    const blocker = new DatabaseSync(file());
    blocker.exec('BEGIN IMMEDIATE');
    expect(() => store.save(service('b'))).toThrow();
    expect(() => store.delete('a')).toThrow();
    blocker.exec('ROLLBACK');
    blocker.close();
    expect(names()).toEqual(['a']);
    store.save(service('b'));
    expect(names()).toEqual(['a', 'b']);
    store.close();
  });

  test('in a folder that cannot be is refused', () => {
    writeFileSync(join(folder, 'flat'), '');
    chmodSync(join(folder, 'flat'), 0o600);
    expect(() => openSqliteStore(join(folder, 'flat', 'registry.db'))).toThrow();
  });
});
