// Examples of registered documents: one for each content, from every place where a version has them.
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { at, operationOf } from './documents.ts';
import { made, type Version } from './http-services.ts';

const schema = { type: 'string' };
const json = (content: object) => ({
  200: { description: 'ok', content: { 'application/json': { schema, ...content } } },
});
const COMPONENTS = { components: { examples: { There: { value: 'there' } } } };

test.each<[Version, string, object, unknown]>([
  ['3.1', 'beside the schema', json({ example: 'e' }), 'e'],
  ['3.0', 'the first of several', json({ examples: { a: { value: 'a' }, b: { value: 'b' } } }), 'a'],
  [
    '3.1',
    'the first that has a value',
    json({ examples: { a: { externalValue: 'https://a.example' }, b: { value: null }, c: { value: 'c' } } }),
    null,
  ],
  ['3.1', 'by reference', json({ examples: { a: { $ref: '#/components/examples/There' } } }), 'there'],
  [
    '3.1',
    'by a reference to nothing, passed over',
    json({ examples: { a: { $ref: '#/components/examples/Nowhere' }, b: { value: 'b' } } }),
    'b',
  ],
  ['3.1', 'none', json({}), undefined],
  [
    '2.0',
    'by media type',
    { 200: { description: 'ok', schema, examples: { 'application/json': 'two', 'text/plain': 'x' } } },
    'two',
  ],
])('%s: %s', (version, _what, responses, expected) => {
  const result = made(version, { responses }, version === '2.0' ? {} : COMPONENTS);
  const media = at(operationOf(result), 'responses', '200', 'content', 'application/json') as JsonObject;
  expect(media.example).toEqual(expected);
});

test('of parameters', () => {
  const parameters = [
    { name: 'p', in: 'query', schema, examples: { a: { $ref: '#/components/examples/There' } } },
  ];
  const result = made('3.1', { parameters, responses: json({}) }, COMPONENTS);
  expect(at(operationOf(result), 'parameters', 0, 'example')).toBe('there');
});
