// `dragoman export graphql` and `register --graphql`: the same schema from a running gateway, from a file, and from a
// file beside a registry; problems of an overlay where it is written.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildSchema, validateSchema } from 'graphql';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { runCommand } from './fake-admin.ts';

const PROTO = (name: string, field: string): string => `syntax = "proto3";
package ${name}.v1;
service Items { rpc GetItem(GetItemRequest) returns (Item) { option idempotency_level = NO_SIDE_EFFECTS; } }
message GetItemRequest { string id = 1; }
// What is sold.
message Item { string id = 1; string ${field} = 2; }
`;

let folder: string;
let gateway: TestGateway | undefined;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'dragoman-export-')));
  await writeFile(join(folder, 'shop.proto'), PROTO('shop', 'price'));
  await writeFile(join(folder, 'stock.proto'), PROTO('stock', 'shelf'));
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await rm(folder, { recursive: true });
});

const run = (...argv: string[]) => runCommand(argv, { cwd: folder });

/** A configuration with the services of some names; `extra` is below the last one. */
async function config(names: readonly string[], extra = '', registry = 'memory:'): Promise<string> {
  const services = names.map(
    (name) => `  - name: ${name}\n    proto: { files: [${name}.proto] }\n    upstream: grpc://127.0.0.1:1\n`,
  );
  const path = join(folder, 'dragoman.yaml');
  await writeFile(path, `registry: "${registry}"\nservices:\n${services.join('')}${extra}`);
  return path;
}

const register = (name: string, ...more: string[]) =>
  run(
    'register',
    name,
    '--proto',
    `${name}.proto`,
    '--upstream',
    'grpc://127.0.0.1:1',
    '--admin',
    gateway?.adminUrl ?? '',
    ...more,
  );

const SHOP_ALONE = `type Query {
  item(id: String): Item
}

"""What is sold."""
type Item {
  id: String!
  price: String!
}
`;

describe('from a configuration', () => {
  test('prints the schema that start would serve, and exits with 0', async () => {
    expect(await run('export', 'graphql', '-c', await config(['shop']))).toEqual({
      code: 0,
      err: '',
      out: SHOP_ALONE,
    });
  });

  test('prints what one service shows', async () => {
    const path = await config(['shop', 'stock']);
    const { out } = await run('export', 'graphql', '-c', path, '--service', 'stock');
    expect(out).toContain('stockItem(id: String): StockItem');
    expect(out).not.toContain('price');
    expect(validateSchema(buildSchema(out))).toEqual([]);
  });

  test('as a document it says of which revision', async () => {
    const { out } = await run('export', 'graphql', '-c', await config(['shop']), '-o', 'json');
    expect(JSON.parse(out)).toEqual({ sdl: SHOP_ALONE, revision: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });

  test('a service that is not there is refused with those that are, and exits with 1', async () => {
    const result = await run('export', 'graphql', '-c', await config(['shop']), '--service', 'stok');
    expect([result.code, result.out]).toEqual([1, '']);
    expect(result.err).toContain('no service is called stok; known are shop (unknown-service)');
  });

  test('an overlay entry that matches nothing is a problem at its line and column, and exits with 1', async () => {
    const extra =
      '    graphql:\n      overlay:\n        shop.v1.Item: { rename: Ware }\n        shop.v1.Itm.price: { hide: true }\n        shop.v1.Item.price:\n          effect: query\n';
    const path = await config(['shop'], extra);
    for (const command of [['export', 'graphql'], ['check']]) {
      const { code, err } = await run(...command, '-c', path);
      expect(code).toBe(1);
      expect(err.replaceAll(folder, 'DIR').split('\n').slice(0, 2)).toEqual([
        'DIR/dragoman.yaml:9:9: "shop.v1.Itm.price" is nothing that this service shows in GraphQL; did you mean shop.v1.Item.price? (graphql-overlay)',
        'DIR/dragoman.yaml:11:11: effect is not for a field, which shop.v1.Item.price is; it takes rename, hide, nonNull, expose, join (graphql-overlay)',
      ]);
    }
  });

  test('-c and --admin exclude each other', async () => {
    const result = await run(
      'export',
      'graphql',
      '-c',
      await config(['shop']),
      '--admin',
      'http://127.0.0.1:1',
    );
    expect([result.code, result.err]).toEqual([
      1,
      'error: -c and --admin exclude each other: one asks a file, the other a running gateway\n',
    ]);
  });
});

describe('from a running gateway', () => {
  test('prints the schema in force, and the part of one service', async () => {
    gateway = await startTestGateway();
    expect((await register('shop')).code).toBe(0);
    const admin = ['--admin', gateway.adminUrl];
    expect(await run('export', 'graphql', ...admin)).toEqual({ code: 0, err: '', out: SHOP_ALONE });
    await register('stock');
    const whole = await run('export', 'graphql', ...admin);
    expect(whole.out).toContain('stockItem');
    const part = await run('export', 'graphql', '--service', 'shop', ...admin);
    expect(part.out).toBe(SHOP_ALONE);
    const missing = await run('export', 'graphql', '--service', 'nope', ...admin);
    expect([missing.code, missing.err]).toEqual([
      1,
      expect.stringContaining('no service is registered as nope'),
    ]);
  });

  test('is the same as from the configuration beside the registry of that gateway, names that were given included', async () => {
    const path = join(folder, 'registry.db');
    gateway = await startTestGateway([], { registry: { kind: 'sqlite', path } });
    await register('shop');
    await register('stock');
    await run('unregister', 'shop', '--admin', gateway.adminUrl);
    const running = await run('export', 'graphql', '--admin', gateway.adminUrl);
    expect(running.out).toContain('stockItem');
    await writeFile(join(folder, 'dragoman.yaml'), `registry: "sqlite:${path}"\n`);
    const offline = await run('export', 'graphql', '-c', join(folder, 'dragoman.yaml'));
    expect(offline).toEqual(running);
  });
});

describe('register --graphql', () => {
  test('sends the choices, and the gateway shows them again', async () => {
    gateway = await startTestGateway();
    await writeFile(
      join(folder, 'graph.yaml'),
      'prefix: My\nenumNames: full\noverlay:\n  shop.v1.Items.GetItem: { rename: ware, cost: 0 }\n  shop.v1.Item.price: { hide: true }\n',
    );
    expect((await register('shop', '--graphql', 'graph.yaml')).code).toBe(0);
    const { out } = await run('export', 'graphql', '--admin', gateway.adminUrl);
    expect(out).toContain('ware(id: String): MyItem');
    expect(out).not.toContain('price');
    const shown = await run('show', 'shop', '-o', 'json', '--admin', gateway.adminUrl);
    expect(JSON.parse(shown.out).graphql).toEqual({
      prefix: 'My',
      enumNames: 'full',
      overlay: { 'shop.v1.Items.GetItem': { rename: 'ware', cost: 0 }, 'shop.v1.Item.price': { hide: true } },
    });
  });

  test('names the line of an entry that the gateway refuses', async () => {
    gateway = await startTestGateway();
    await writeFile(join(folder, 'graph.yaml'), 'overlay:\n  shop.v1.Nope: { hide: true }\n');
    const { code, err } = await register('shop', '--graphql', 'graph.yaml');
    expect(code).toBe(1);
    expect(err).toContain('graph.yaml:2:3: "shop.v1.Nope" is nothing that this service shows in GraphQL');
  });

  test('sends nothing if the file is wrong', async () => {
    gateway = await startTestGateway();
    await writeFile(join(folder, 'graph.yaml'), 'maps: list\n');
    const { code, err } = await register('shop', '--graphql', 'graph.yaml');
    expect(code).toBe(1);
    expect(err).toBe(
      'graph.yaml:1:7: maps must be entries or json, found "list" (wrong-value)\n' +
        'error: the graphql graph.yaml could not be read; nothing was sent\n',
    );
    expect([...gateway.registry.snapshot.services.keys()]).toEqual([]);
  });
});

test('the admin API names every word that it does not know', async () => {
  gateway = await startTestGateway();
  const response = await fetch(`${gateway.adminUrl}/v1/services/shop`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      files: [{ path: 'shop.proto', content: PROTO('shop', 'price') }],
      upstream: 'grpc://127.0.0.1:1',
      graphql: { maps: 'list', overlay: { 'shop.v1.Items.GetItem': { effect: 'safe', cost: -1 } } },
    }),
  });
  expect(response.status).toBe(400);
  const { violations } = (await response.json()) as { violations: { field: string; description: string }[] };
  expect(violations.map(({ field, description }) => `${field} ${description}`)).toEqual([
    'graphql.maps must be one of entries, json',
    'graphql.overlay["shop.v1.Items.GetItem"].effect must be one of query, mutation, read, idempotent, write',
    'graphql.overlay["shop.v1.Items.GetItem"].cost must be from 0 to 1000000',
  ]);
});
