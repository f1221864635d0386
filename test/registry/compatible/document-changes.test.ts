// What a changed OpenAPI document means for clients. Each row is a path of one document; expectations are written by
// hand from what JSON Schema says of values that are sent or got.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ServiceDefinition } from '../../../registry/service-definition.ts';
import type { Difference } from '../../../schema/compatible/difference.ts';
import { compare, line } from './compare.ts';

interface Side {
  /** Of the reply's object. */
  readonly got?: object;
  readonly gotRequired?: readonly string[];
  /** Of the body's object. */
  readonly sent?: object;
  readonly sentRequired?: readonly string[];
  readonly parameters?: readonly object[];
  readonly responses?: object;
  readonly bodyRequired?: boolean;
  readonly security?: readonly object[];
}

interface Row {
  readonly name: string;
  readonly before: Side;
  readonly after: Side;
  /** `#` is the row's number. */
  readonly expected: readonly string[];
}

const text = { type: 'string' };
const query = (name: string, more: object = {}): object => ({ name, in: 'query', schema: text, ...more });

const ROWS: readonly Row[] = [
  {
    name: 'nothing but a description',
    before: { got: { a: text } },
    after: { got: { a: { ...text, description: 'x' } } },
    expected: [],
  },
  {
    name: 'a property of answers is removed',
    before: { got: { a: text, b: text } },
    after: { got: { a: text } },
    expected: ['breaking property-removed Got#.b'],
  },
  {
    name: 'a property of bodies is removed',
    before: { sent: { a: text, b: text } },
    after: { sent: { a: text } },
    expected: ['dangerous property-removed Sent#.b'],
  },
  {
    name: 'text becomes a number',
    before: { got: { a: text } },
    after: { got: { a: { type: 'number' } } },
    expected: ['breaking schema-type Got#.a'],
  },
  {
    name: 'a number becomes a whole number: more is known of answers',
    before: { got: { a: { type: 'number' } } },
    after: { got: { a: { type: 'integer' } } },
    expected: [],
  },
  {
    name: 'a number becomes a whole number: less is taken',
    before: { sent: { a: { type: 'number' } } },
    after: { sent: { a: { type: 'integer' } } },
    expected: ['breaking schema-type Sent#.a'],
  },
  {
    name: 'a property of answers may be left out',
    before: { got: { a: text }, gotRequired: ['a'] },
    after: { got: { a: text } },
    expected: ['breaking property-optional Got#.a'],
  },
  {
    name: 'a property of answers is always there: nobody minds',
    before: { got: { a: text } },
    after: { got: { a: text }, gotRequired: ['a'] },
    expected: [],
  },
  {
    name: 'a property of answers may be null',
    before: { got: { a: text } },
    after: { got: { a: { type: ['string', 'null'] } } },
    expected: ['breaking nullable Got#.a'],
  },
  {
    name: 'a property of bodies must not be null',
    before: { sent: { a: { type: ['string', 'null'] } } },
    after: { sent: { a: text } },
    expected: ['breaking nullable Sent#.a'],
  },
  {
    name: 'a property of bodies has to be given',
    before: { sent: { a: text } },
    after: { sent: { a: text }, sentRequired: ['a'] },
    expected: ['breaking property-required Sent#.a'],
  },
  {
    name: 'a new property of bodies has to be given, unless there is a default',
    before: { sent: { a: text } },
    after: { sent: { a: text, b: text, c: { ...text, default: 'x' } }, sentRequired: ['b', 'c'] },
    expected: ['breaking property-required Sent#.b', 'safe property-added Sent#.c'],
  },
  {
    name: 'a value is taken no more',
    before: { sent: { a: { enum: ['x', 'y'] } } },
    after: { sent: { a: { enum: ['x'] } } },
    expected: ['breaking enum-value-removed Sent#.a'],
  },
  {
    name: 'a value may be answered besides',
    before: { got: { a: { enum: ['x'] } } },
    after: { got: { a: { enum: ['x', 'y'] } } },
    expected: ['dangerous enum-value-added Got#.a'],
  },
  {
    name: 'what only the service sets is none of the senders business',
    before: { sent: { a: text, b: { ...text, readOnly: true } } },
    after: { sent: { a: text } },
    expected: [],
  },
  {
    name: 'deep in a list',
    before: { got: { a: { type: 'array', items: { type: 'object', properties: { b: text } } } } },
    after: { got: { a: { type: 'array', items: { type: 'object', properties: { c: text } } } } },
    expected: ['breaking property-removed Got#.a.[].b', 'safe property-added Got#.a.[].c'],
  },
  {
    name: 'a parameter has to be given',
    before: { parameters: [query('q')] },
    after: { parameters: [query('q', { required: true })] },
    expected: ['breaking parameter-required GET /row# query q'],
  },
  {
    name: 'a new parameter has to be given',
    before: {},
    after: { parameters: [query('q', { required: true }), query('p')] },
    expected: ['breaking parameter-required GET /row# query q', 'safe parameter-added GET /row# query p'],
  },
  {
    name: 'a parameter is gone',
    before: { parameters: [query('q')] },
    after: {},
    expected: ['dangerous parameter-removed GET /row# query q'],
  },
  {
    name: 'a parameter takes a number only',
    before: { parameters: [query('q')] },
    after: { parameters: [query('q', { schema: { type: 'integer' } })] },
    expected: ['breaking schema-type GET /row# query q'],
  },
  {
    name: 'a list is written otherwise',
    before: { parameters: [query('q', { schema: { type: 'array', items: text } })] },
    after: { parameters: [query('q', { schema: { type: 'array', items: text }, explode: false })] },
    expected: ['breaking parameter-style GET /row# query q'],
  },
  {
    name: 'a header is the same in other letters',
    before: { parameters: [{ name: 'X-Shop', in: 'header', schema: text }] },
    after: { parameters: [{ name: 'x-shop', in: 'header', schema: text }] },
    expected: [],
  },
  {
    name: 'a body has to be given',
    before: { sent: { a: text } },
    after: { sent: { a: text }, bodyRequired: true },
    expected: ['breaking body POST /row# body'],
  },
  {
    name: 'a success is answered no more, an error nobody relied on neither',
    before: {
      responses: { '200': { description: '' }, '201': { description: '' }, '404': { description: '' } },
    },
    after: { responses: { '200': { description: '' } } },
    expected: ['breaking response-removed GET /row# 201'],
  },
  {
    name: 'answers come in another media type',
    before: {
      responses: { '200': { description: '', content: { 'application/json': {}, 'text/csv': {} } } },
    },
    after: { responses: { '200': { description: '', content: { 'application/json': {} } } } },
    expected: ['breaking media-type GET /row# 200'],
  },
  {
    name: 'failures look otherwise',
    before: {
      responses: {
        '200': { description: '' },
        '404': {
          description: '',
          content: { 'application/json': { schema: { type: 'object', properties: { a: text, b: text } } } },
        },
      },
    },
    after: {
      responses: {
        '200': { description: '' },
        '404': {
          description: '',
          content: { 'application/json': { schema: { type: 'object', properties: { b: text } } } },
        },
      },
    },
    expected: ['dangerous property-removed GET /row# 404.a'],
  },
  {
    name: 'credentials are needed',
    before: {},
    after: { security: [{ key: [] }] },
    expected: ['breaking security GET /row# security'],
  },
];

function documentOf(side: 'before' | 'after'): ServiceDefinition {
  const paths: Record<string, object> = { '/kept': { get: { responses: { '200': { description: '' } } } } };
  const schemas: Record<string, object> = {};
  for (const [index, row] of ROWS.entries()) {
    const {
      got = { id: text },
      gotRequired = [],
      sent,
      sentRequired = [],
      responses,
      bodyRequired,
      ...more
    } = row[side];
    schemas[`Got${index}`] = { type: 'object', properties: got, required: gotRequired };
    if (sent !== undefined)
      schemas[`Sent${index}`] = { type: 'object', properties: sent, required: sentRequired };
    const content = (name: string): object => ({
      'application/json': { schema: { $ref: `#/components/schemas/${name}${index}` } },
    });
    paths[`/row${index}`] = {
      [sent === undefined ? 'get' : 'post']: {
        ...more,
        ...(sent !== undefined && {
          requestBody: { content: content('Sent'), required: bodyRequired === true },
        }),
        responses: responses ?? { '200': { description: '', content: content('Got') } },
      },
    };
  }
  if (side === 'before') paths['/gone'] = { get: { responses: { '200': { description: '' } } } };
  const securitySchemes = { key: { type: 'apiKey', name: 'x-key', in: 'header' } };
  const document = {
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths,
    components: { schemas, securitySchemes },
  };
  return {
    name: 'rows',
    source: {
      kind: 'openapi',
      files: [{ path: 'a.json', content: JSON.stringify(document) }],
      entry: 'a.json',
    },
    upstream: { targets: [{ url: 'http://127.0.0.1:1' }] },
  };
}

let found: readonly Difference[];

beforeAll(async () => {
  found = (await compare(documentOf('before'), documentOf('after'))).filter(({ door }) => door === 'rest');
});

const ofRow = (index: number): readonly Difference[] =>
  found.filter(({ path }) => new RegExp(`(?:/row|Got|Sent)${index}(?![0-9])`).test(path));

describe('clients of an HTTP service are told that', () => {
  test.each(ROWS.map(({ name }, index) => [name, index] as const))('%s', (_name, index) => {
    const expected = (ROWS[index]?.expected ?? []).map((row) => row.replaceAll('#', String(index)));
    expect(
      ofRow(index)
        .map((one) => line(one).replace(' rest', ''))
        .sort(),
    ).toEqual([...expected].sort());
  });

  test('an operation is gone', () => {
    expect(found.filter(({ path }) => path === 'GET /gone').map(line)).toEqual([
      'breaking rest route-removed GET /gone',
    ]);
  });

  test('and of each difference, where it is met', () => {
    const [one] = ofRow(ROWS.findIndex(({ name }) => name === 'deep in a list'));
    expect(one?.seenIn).toEqual(['GET /row15']);
  });
});
