// graphql-js judges the same pairs of schemas: whatever it finds breaking we find breaking, and nothing else.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';
import type { Graph, GraphType, InputField, OutputField, RootField, TypeRef } from '../../../core/graph.ts';
import { compareGraphs } from '../../../schema/compatible/compare-graphs.ts';
import type { Difference } from '../../../schema/compatible/difference.ts';
import { printSdl } from '../../../schema/graphql/type-definitions.ts';
import { protoFile } from '../../harness/start-gateway.ts';
import { definitionOf, snapshotOf } from './compare.ts';
import { filesOf } from './rows.ts';

/** `Book.title`, `Query.books(author:)`, `Kind`; of a union `Union.Member`. */
function coordinateOf(description: string): string {
  const [, member, union] = /^(\w+) was (?:removed from|added to) union type (\w+)/.exec(description) ?? [];
  if (member !== undefined) return `${union}.${member}`;
  const words = description.replaceAll(/[`"]/g, '').split(' ');
  const place = words.find((word) => /^\w+\.\w+(\(\w+:\))?\.?$/.test(word)) ?? words[0] ?? '';
  return place.replace(/\.$/, '');
}

function judge(before: Graph, after: Graph) {
  const [was, is] = [before, after].map((graph) => buildSchema(printSdl(graph)));
  if (was === undefined || is === undefined) throw new Error('there are two');
  const places = (changes: readonly { readonly description: string }[]): string[] => [
    ...new Set(
      changes.map(({ description }) => coordinateOf(description)).filter((place) => !SCALARS.has(place)),
    ),
  ];
  // What may be given besides is no danger to a server's clients; graphql-js thinks of servers that are clients.
  const dangerous = findDangerousChanges(was, is).filter(({ type }) => !type.startsWith('OPTIONAL_'));
  return { breaking: places(findBreakingChanges(was, is)).sort(), dangerous: places(dangerous).sort() };
}

/** Scalars come and go with what uses them. */
const SCALARS: ReadonlySet<string> = new Set(
  [
    'Int64',
    'UInt64',
    'UInt32',
    'Bytes',
    'DateTime',
    'Duration',
    'FieldMask',
    'JSON',
    'JSONObject',
    'Any',
  ].concat(['Int', 'Float', 'Standard']),
);
/** Of what a schema does not say: who answers. */
const UNSEEN = new Set(['field-operation', 'join', 'join-cost']);

function ours(before: Graph, after: Graph) {
  const found = compareGraphs(before, after).list();
  const places = (severity: Difference['severity']): string[] => [
    ...new Set(
      found
        .filter((one) => one.severity === severity && !UNSEEN.has(one.rule))
        // The last of its fields takes the type with it.
        .map(({ path }) =>
          after.subscriptions.length > 0 ? path : path.replace(/^Subscription\..*/, 'Subscription'),
        )
        .filter((path) => !SCALARS.has(path)),
    ),
  ];
  return { breaking: places('breaking').sort(), dangerous: places('dangerous').sort() };
}

test('of all changes of protos that are told of', async () => {
  const [was, is] = [
    await snapshotOf(definitionOf(filesOf('before'))),
    await snapshotOf(definitionOf(filesOf('after'))),
  ];
  const expected = judge(was.graph, is.graph);
  expect(expected.breaking.length).toBeGreaterThan(40);
  expect(ours(was.graph, is.graph)).toEqual(expected);
  expect(ours(is.graph, was.graph)).toEqual(judge(is.graph, was.graph));
});

describe('of graphs changed at random', () => {
  let graph: Graph;
  beforeAll(async () => {
    const services = ['library', 'orders'].map((name) => ({
      ...definitionOf([protoFile(`${name}/v1/${name}.proto`)]),
      name,
    }));
    graph = (await snapshotOf(...services)).graph;
  });

  test.each([1, 2, 3, 4])('from seed %d', (seed) => {
    const random = generator(seed);
    for (let round = 0; round < 12; round += 1) {
      const changed = mutate(graph, random);
      expect(ours(graph, changed)).toEqual(judge(graph, changed));
      expect(ours(changed, graph)).toEqual(judge(changed, graph));
    }
  });
});

type Random = (below: number) => number;

/** Mulberry32. */
function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The same graph with about one thing in thirty otherwise. */
function mutate(graph: Graph, random: Random): Graph {
  const isHit = (): boolean => random(30) === 0;
  const typeRef = (type: TypeRef, isInput: boolean): TypeRef => {
    if (!isHit()) return type;
    switch (random(4)) {
      case 0:
        return { ...type, isRequired: !type.isRequired };
      case 1:
        return { list: type, isRequired: random(2) === 0 };
      case 2:
        return 'list' in type ? type.list : { name: 'Boolean', isRequired: isInput };
      default:
        return { name: 'String', isRequired: random(2) === 0 };
    }
  };
  const kept = <T>(all: readonly T[]): T[] => (all.length < 2 ? [...all] : all.filter(() => !isHit()));
  const input = (field: InputField): InputField => ({
    ...field,
    type: typeRef(field.type, true),
    name: isHit() ? `${field.name}X` : field.name,
  });
  const output = (field: OutputField): OutputField => ({
    ...field,
    type: typeRef(field.type, false),
    name: isHit() ? `${field.name}X` : field.name,
  });
  const root = (field: RootField): RootField => ({
    ...field,
    type: typeRef(field.type, false),
    arguments: kept(field.arguments).map(input),
  });
  const type = (one: GraphType): GraphType => {
    switch (one.kind) {
      case 'object':
        return { ...one, fields: kept(one.fields).map(output) };
      case 'input':
        return one.isOneOf ? one : { ...one, fields: kept(one.fields).map(input) };
      case 'enum':
        return {
          ...one,
          values: kept(one.values).map((value) => (isHit() ? { ...value, name: `${value.name}_X` } : value)),
        };
      case 'union':
        return { ...one, members: kept(one.members) };
      default:
        return one;
    }
  };
  return {
    types: new Map([...graph.types].map(([name, one]) => [name, type(one)])),
    queries: kept(graph.queries).map(root),
    mutations: kept(graph.mutations).map(root),
    subscriptions: graph.subscriptions,
  };
}
