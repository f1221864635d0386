// The published JSON Schema and what is checked are one document. ajv, which knows nothing of our checker,
// reads the same document and must agree with it on everything.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { checkSchema } from '../../gateway/config/check-schema.ts';
import { toPlain } from '../../gateway/config/config-node.ts';
import { configSchema } from '../../gateway/config/config-schema.ts';
import { NOT_SERVED } from '../../gateway/config/not-served.ts';
import { environmentName, listSettings } from '../../gateway/config/overrides.ts';
import { readYaml } from '../../gateway/config/read-yaml.ts';
import { packageRoot } from '../../registry/package-root.ts';

const PUBLISHED = join(packageRoot(), 'schema/config/dragoman.schema.json');
const published = JSON.parse(readFileSync(PUBLISHED, 'utf8'));
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
const isValid = ajv.compile(published);

function agree(text: string): { readonly ours: boolean; readonly ajv: boolean } {
  const { root, problems } = readYaml(text, 'c.yaml');
  expect(problems).toEqual([]);
  if (root === undefined) throw new Error('no YAML');
  const found = checkSchema(configSchema(), root).problems;
  // What is not served yet is in the schema, so that editors know its name; refusing it is another list's duty.
  return { ours: found.every(({ rule }) => rule === 'not-served'), ajv: isValid(toPlain(root)) };
}

test('what is checked is the published document', () => {
  expect(configSchema()).toEqual(published);
});

test('the document is shipped with the package', () => {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  expect(manifest.files).toContain('schema/config');
});

test('the document uses no word of JSON Schema that the checker does not understand', () => {
  const understood = new Set([
    ...['$schema', '$ref', '$defs', 'title', 'description', 'writeOnly', 'type', 'properties', 'required'],
    ...['additionalProperties', 'dependentRequired', 'oneOf', 'anyOf', 'items', 'minItems', 'maxItems'],
    ...['minLength', 'maxLength', 'pattern', 'enum', 'minimum', 'maximum', 'not'],
  ]);
  const words = new Set<string>();
  const collect = (schema: Record<string, unknown>): void => {
    for (const [word, value] of Object.entries(schema)) {
      words.add(word);
      if (word === 'properties' || word === '$defs') Object.values(value as object).forEach(collect);
      if (word === 'items' || (word === 'additionalProperties' && value !== false)) {
        collect(value as Record<string, unknown>);
      }
      if (word === 'anyOf' || word === 'oneOf') (value as Record<string, unknown>[]).forEach(collect);
    }
  };
  collect(published);
  expect([...words].filter((word) => !understood.has(word))).toEqual([]);
});

test('every mapping refuses unknown keys, and every value that is checked says what it must be', () => {
  const faults: string[] = [];
  const visit = (schema: Record<string, unknown>, place: string): void => {
    if (schema.type === 'object' && schema.additionalProperties === undefined) faults.push(`${place}: open`);
    if (schema.type !== undefined && schema.title === undefined && !place.includes('/anyOf/')) {
      faults.push(`${place}: no title`);
    }
    for (const [word, value] of Object.entries(schema)) {
      if (word === 'properties' || word === '$defs' || word === 'anyOf') {
        for (const [key, inner] of Object.entries(value as object)) visit(inner, `${place}/${word}/${key}`);
      }
      if (word === 'items' || (word === 'additionalProperties' && value !== false)) {
        visit(value as Record<string, unknown>, `${place}/${word}`);
      }
    }
  };
  visit(published, '#');
  expect(faults).toEqual([]);
});

test('every setting that is not served is a setting of the document', () => {
  const known = new Set<string>();
  const collect = (schema: Record<string, unknown>, key: string): void => {
    const { $ref, properties, items, anyOf } = schema as {
      $ref?: string;
      properties?: Record<string, Record<string, unknown>>;
      items?: Record<string, unknown>;
      anyOf?: Record<string, unknown>[];
    };
    known.add(key);
    if ($ref !== undefined) collect(published.$defs[$ref.slice('#/$defs/'.length)], key);
    for (const [name, inner] of Object.entries(properties ?? {})) {
      collect(inner, key === '' ? name : `${key}.${name}`);
    }
    if (items !== undefined) collect(items, `${key}[]`);
    for (const form of anyOf ?? []) collect(form, key);
  };
  collect(published, '');
  expect(NOT_SERVED.map(({ key }) => key).filter((key) => !known.has(key))).toEqual([]);
});

test('the variables of the settings are distinct', () => {
  const names = listSettings().map(({ path }) => environmentName(path));
  expect(names).toContain('DRAGOMAN_LISTEN_HTTP');
  expect(new Set(names).size).toBe(names.length);
});

describe('ajv agrees', () => {
  const target = (): Record<string, unknown> => ({ url: 'grpc://h:1', weight: 2 });
  const whole = (): Record<string, unknown> => ({
    listen: { http: 8080, trustedProxies: ['10.0.0.0/8'] },
    admin: { listen: '127.0.0.1:9080', token: 't' },
    status: { listen: 9081 },
    registry: 'memory:',
    graphql: { path: '/graphql', graphiql: true, introspection: false },
    openapi: { enabled: true, automaticRoutes: 'none' },
    services: [
      {
        name: 'library',
        proto: { files: ['a.proto'], include: ['.'] },
        upstream: {
          targets: [target(), target()],
          balance: 'round-robin',
          timeout: '5s',
          tls: { ca: 'ca.pem', cert: 'c', key: 'k', serverName: 's' },
        },
        headers: { forward: ['x-mock-*'] },
        limits: { messageBytes: '4MiB', deadline: { default: '1s', max: '2s' } },
      },
      {
        name: 'orders',
        descriptorSet: 'o.binpb',
        upstream: 'grpc://h:1',
        graphql: {
          prefix: 'Shop',
          enumNames: 'full',
          typeNames: 'qualified',
          onClash: 'refuse',
          maps: 'json',
          overlay: {
            'orders.v1.Order': { rename: 'Purchase' },
            'orders.v1.Orders.Get': { hide: false, effect: 'query', cost: 3 },
            'orders.v1.Order.state': { nonNull: true, expose: true, oneof: 'fields' },
          },
        },
      },
    ],
    log: { level: 'info' },
    shutdown: { delay: '5s', drain: '30s' },
  });

  test('on a configuration with every key', () => {
    expect(agree(stringify(whole()))).toEqual({ ours: true, ajv: true });
  });

  const values = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      1,
      -1,
      1.5,
      65_535,
      65_536,
      1e21,
      '',
      ' ',
      'a',
      '8080',
      '99999',
    ),
    fc.constantFrom<unknown>(
      'h:1',
      '[::1]:1',
      'true',
      '5s',
      '5',
      '5 s',
      '10MiB',
      '0MiB',
      '/x',
      '/x/',
      'x-*',
      '*',
    ),
    fc.constantFrom<unknown>(
      'info',
      'memory:',
      'sqlite:',
      'sqlite:x',
      'a\nb',
      'ä',
      '😀'.repeat(64),
      'a'.repeat(5000),
    ),
    fc.constantFrom<unknown>([], {}, ['a'], [1], [null], [[]], { http: 1 }, { url: 'x' }, { targets: [] }),
    fc.string(),
    fc.integer(),
  );
  /** Steps down the configuration; each number picks a member of where it stands. */
  const changes = fc.array(
    fc.record({
      steps: fc.array(fc.nat(), { minLength: 1, maxLength: 7 }),
      act: fc.constantFrom('set', 'delete', 'add'),
      key: fc.constantFrom(
        'http',
        'name',
        'proto',
        'descriptorSet',
        'key',
        'nope',
        '__proto__',
        'targets',
        'level',
      ),
      value: values,
    }),
    { minLength: 1, maxLength: 3 },
  );

  test('on configurations changed at random', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const config = whole();
        for (const change of list) apply(config, change);
        const verdict = agree(stringify(config, { aliasDuplicateObjects: false }));
        expect(verdict.ours).toBe(verdict.ajv);
      }),
      { numRuns: 600, seed: 20 },
    );
  });

  interface Change {
    readonly steps: readonly number[];
    readonly act: string;
    readonly key: string;
    readonly value: unknown;
  }

  function apply(config: Record<string, unknown>, { steps, act, key, value }: Change): void {
    let place = config;
    let member = '';
    for (const step of steps) {
      const members = Object.keys(place);
      member = members[step % Math.max(members.length, 1)] ?? '';
      const inner = place[member];
      if (typeof inner !== 'object' || inner === null) break;
      if (step !== steps.at(-1)) place = inner as Record<string, unknown>;
    }
    // defineProperty, so that `__proto__` becomes a key like any other.
    // A key without a value counts as not written, which ajv cannot know; an unknown one is refused all the same.
    const put = (name: string): void => {
      const given = act === 'add' ? (value ?? true) : value;
      Object.defineProperty(place, name, {
        value: given,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    };
    if (act === 'add' && !Array.isArray(place)) put(key);
    else if (act === 'delete' && !Array.isArray(place)) delete place[member];
    else put(member);
  }
});
