// Alternatives that the same word names: one type where they have no names of their own, else the one whose types fit.
// Every document runs as graphql-js executes it and from its plan.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { requestOf, type Served, serve, unary } from '../door.ts';
import { answering, show, taking } from './document.ts';

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** The answer of all ways to run a document, which is the same. */
async function ask(source: ReturnType<typeof answering>, answer: JsonValue, query: string) {
  served = await serve([source], (call) => unary(call, answer));
  const first = await served.query(query);
  for (let run = 0; run < 2; run += 1) {
    const { data, errors } = await served.query(query);
    expect([data, errors?.map(({ message }) => message)]).toEqual([
      first.data,
      first.errors?.map(({ message }) => message),
    ]);
  }
  return first;
}

const kindOf = (name: string): string => `kind: { type: string, enum: [${name}] }`;
const objectOf = (required: string, properties: string): string =>
  `{ type: object, required: [${required}], properties: { ${properties} } }`;

describe('alternatives without names of their own that the same constant names', () => {
  const SOURCE = `Thing: { oneOf: [
    ${objectOf('kind, id', `${kindOf('hub')}, id: { oneOf: [{ type: string }, { type: number }] }, ref: { type: [string, "null"] }`)},
    ${objectOf('kind, org, repo', `${kindOf('hub')}, org: { type: string }, repo: { type: string }`)},
    ${objectOf('kind, project', `${kindOf('lab')}, project: { type: string }`)},
    ${objectOf('kind, ref, id', `${kindOf('hub')}, id: { type: number }, ref: { type: string }`)}
  ] }`;

  test('are one type, which promises what all of them promise', () => {
    const { type } = show([answering(SOURCE)]);
    expect(type('Thing')).toBe('union Thing = ThingHub | ThingLab');
    expect(type('ThingHub')).toBe(
      'type ThingHub {\n  kind: ThingHubKind\n  id: JSON\n  ref: String\n  org: String\n  repo: String\n}',
    );
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['the first', { kind: 'hub', id: 'x', ref: null }, { __typename: 'ThingHub', id: 'x', ref: null }],
    ['the second', { kind: 'hub', org: 'o', repo: 'r' }, { __typename: 'ThingHub', id: null, ref: null }],
    ['the last', { kind: 'hub', id: 5, ref: 'main' }, { __typename: 'ThingHub', id: 5, ref: 'main' }],
    [
      'text where the last has a number',
      { kind: 'hub', id: 'x', ref: 'm' },
      { __typename: 'ThingHub', id: 'x', ref: 'm' },
    ],
    ['another constant', { kind: 'lab', project: 'p' }, { __typename: 'ThingLab', project: 'p' }],
  ])('an answer that is %s', async (_name, answer, thing) => {
    const query = '{ thing { __typename ... on ThingHub { id ref } ... on ThingLab { project } } }';
    const { data, errors } = await ask(answering(SOURCE), answer, query);
    expect([data, errors]).toEqual([{ thing }, undefined]);
  });

  test.each<[string, string, JsonObject]>([
    ['the first', '{ hub: { kind: hub, id: "x" } }', { kind: 'hub', id: 'x' }],
    ['the second', '{ hub: { kind: hub, org: "o", repo: "r" } }', { kind: 'hub', org: 'o', repo: 'r' }],
  ])('a request may be %s', async (_name, input, body) => {
    served = await serve([taking(SOURCE)], (call) => unary(call, null));
    const { errors } = await served.query(`mutation { put(input: ${input}) }`);
    expect(errors).toBeUndefined();
    expect(requestOf(served.calls[0])).toEqual({ body });
  });
});

const SELECT = '{ thing { __typename ... on A { a: it } ... on B { b: it } } }';
const BOTH = 'oneOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }]';

describe('components that the same value of the discriminator names', () => {
  const parts = (
    one: string,
    two: string,
  ): string => `Thing: { ${BOTH}, discriminator: { propertyName: kind } }
A: ${objectOf('kind', `${kindOf('x')}, it: ${one}`)}
B: ${objectOf('kind', `${kindOf('x')}, it: ${two}, more: { type: string }`)}`;
  const TEXT = '{ type: string }';
  const NUMBER = '{ type: number }';
  test.each<[string, string, string, JsonValue, JsonValue]>([
    ['text', TEXT, NUMBER, 'x', { __typename: 'A', a: 'x' }],
    ['a number', TEXT, NUMBER, 5, { __typename: 'B', b: 5 }],
    ['text, declared the other way round', NUMBER, TEXT, 'x', { __typename: 'B', b: 'x' }],
    ['a flag', TEXT, '{ type: boolean }', true, { __typename: 'B', b: true }],
    ['a list', TEXT, '{ type: array, items: { type: string } }', ['x'], { __typename: 'B', b: ['x'] }],
    ['an enum value', '{ enum: [a, b] }', '{ enum: [c, d] }', 'c', { __typename: 'B', b: 'c' }],
    ['null', TEXT, '{ type: [string, "null"] }', null, { __typename: 'A', a: null }],
    ['the same for both: the first', TEXT, TEXT, 'x', { __typename: 'A', a: 'x' }],
  ])('%s', async (_name, one, two, it, thing) => {
    const { data, errors } = await ask(answering(parts(one, two)), { kind: 'x', it }, SELECT);
    expect([data, errors]).toEqual([{ thing }, undefined]);
  });

  test('what fits none is the fault of its own property', async () => {
    const { data, errors } = await ask(
      answering(parts(NUMBER, '{ type: boolean }')),
      { kind: 'x', it: 'y' },
      SELECT,
    );
    expect(data).toEqual({ thing: { __typename: 'A', a: null } });
    expect(errors?.map(({ path }) => path)).toEqual([['thing', 'a']]);
  });
});

test('of components that an answer proves both, the one whose types it fits', async () => {
  const source = `Thing: { ${BOTH} }
A: ${objectOf('it', 'it: { type: number }')}
B: ${objectOf('it, other', 'it: { type: string }, other: { type: string }')}`;
  const { data, errors } = await ask(answering(source), { it: 5, other: 'x' }, SELECT);
  expect([data, errors]).toEqual([{ thing: { __typename: 'A', a: 5 } }, undefined]);
});
