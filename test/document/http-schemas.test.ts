// Schemas of registered OpenAPI documents in the gateway's own document: those of every version become those of 3.1.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { document } from '../openapi/read.ts';
import { at, operationOf, schemaOf } from './documents.ts';
import { answerIn, answering, made, partOfHttp, sent, type Version } from './http-services.ts';

/** How the answer of the operation is described. */
function answerSchema(version: Version, schema: object, schemas: object = {}): JsonObject {
  const more = version === '2.0' ? { definitions: schemas } : { components: { schemas } };
  return answerIn(operationOf(made(version, { responses: answering(version, schema) }, more)));
}

describe('schemas become those of 3.1', () => {
  test.each<[Version, string, object, object]>([
    ['3.0', 'nullable', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      '3.0',
      'an exclusive bound',
      { type: 'number', minimum: 1, exclusiveMinimum: true },
      { type: 'number', exclusiveMinimum: 1 },
    ],
    ['3.0', 'an example', { type: 'string', example: 'x' }, { type: 'string', examples: ['x'] }],
    [
      '2.0',
      'x-nullable',
      { type: 'integer', 'x-nullable': true },
      { type: ['integer', 'null'], 'x-nullable': true },
    ],
    ['2.0', 'a file', { type: 'file' }, { type: 'string', format: 'binary' }],
    ['3.1', 'types', { type: ['string', 'null'] }, { type: ['string', 'null'] }],
    ['3.1', 'const', { const: 3 }, { const: 3 }],
    [
      '3.2',
      'a list of prefixes',
      { prefixItems: [{ type: 'string' }, true] },
      { prefixItems: [{ type: 'string' }, true] },
    ],
  ])('%s: %s', (version, _what, schema, expected) => {
    expect(answerSchema(version, schema)).toEqual(expected);
  });

  test('what no JSON Schema may hold is left out, the rest stays', () => {
    const odd = {
      type: 'string',
      minLength: '3',
      maxLength: -1,
      pattern: '(',
      enum: 'a',
      required: 'yes',
      deprecated: 'no',
      title: 7,
      multipleOf: 0,
      description: 'Text.',
    };
    expect(answerSchema('3.0', odd)).toEqual({ type: 'string', description: 'Text.' });
  });

  test('references lead to components, with what stands beside them from 3.1 on', () => {
    const ref = { $ref: '#/components/schemas/Pet', description: 'Mine.' };
    const schemas = { Pet: { type: 'object', properties: { next: { $ref: '#/components/schemas/Pet' } } } };
    expect(answerSchema('3.1', ref, schemas)).toEqual({
      $ref: '#/components/schemas/Pet',
      description: 'Mine.',
    });
    expect(answerSchema('3.0', ref, schemas)).toEqual({ $ref: '#/components/schemas/Pet' });
  });

  test('only those that operations lead to are there', () => {
    const schemas = { Used: { type: 'string' }, Unused: { type: 'string' } };
    const result = made(
      '3.1',
      {
        responses: {
          200: { description: 'ok', content: { 'a/b': { schema: { $ref: '#/components/schemas/Used' } } } },
        },
      },
      { components: { schemas } },
    );
    expect(Object.keys(at(result, 'components', 'schemas') as object)).toEqual(['Problem', 'Used']);
  });
});

describe('discriminators', () => {
  const KINDS = {
    Cat: { type: 'object', properties: { kind: { const: 'Cat' } } },
    Dog: { type: 'object', properties: { kind: { const: 'dog' } } },
  };
  const CHOICE = [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }];

  test('say of every choice which it is, also what only its name has said', () => {
    const discriminator = { propertyName: 'kind', mapping: { dog: 'Dog' } };
    expect(answerSchema('3.1', { oneOf: CHOICE, discriminator }, KINDS).discriminator).toEqual({
      propertyName: 'kind',
      mapping: { Cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog' },
    });
  });

  test('keep the values of a service whose schemas had to take other names', () => {
    const paths = {
      '/it': {
        get: {
          responses: {
            200: {
              description: 'ok',
              content: { 'a/b': { schema: { oneOf: CHOICE, discriminator: { propertyName: 'kind' } } } },
            },
          },
        },
      },
    };
    const one = partOfHttp(
      document(
        '3.1',
        { '/one': paths['/it'] },
        { components: { schemas: { ...KINDS, Cat: { type: 'object' } } } },
      ),
      { name: 'one' },
    );
    const two = partOfHttp(document('3.1', paths, { components: { schemas: KINDS } }), { name: 'two' });
    const result = sent([one, two]);
    const schema = at(result, 'paths', '/it', 'get', 'responses', '200', 'content', 'a/b', 'schema');
    expect(at(schema, 'discriminator', 'mapping')).toEqual({
      Cat: '#/components/schemas/two.Cat',
      Dog: '#/components/schemas/Dog',
    });
    expect(at(schema, 'oneOf')).toEqual([
      { $ref: '#/components/schemas/two.Cat' },
      { $ref: '#/components/schemas/Dog' },
    ]);
  });

  test('of a base bring those that are made of it along', () => {
    const schemas = {
      Pet: { type: 'object', discriminator: { propertyName: 'kind' } },
      Cat: { allOf: [{ $ref: '#/components/schemas/Pet' }] },
      Lion: { allOf: [{ $ref: '#/components/schemas/Cat' }] },
      Stone: { type: 'object' },
    };
    const result = made(
      '3.0',
      {
        responses: {
          200: { description: 'ok', content: { 'a/b': { schema: { $ref: '#/components/schemas/Pet' } } } },
        },
      },
      { components: { schemas } },
    );
    expect(schemaOf(result, 'Pet').discriminator).toEqual({
      propertyName: 'kind',
      mapping: { Cat: '#/components/schemas/Cat', Lion: '#/components/schemas/Lion' },
    });
    expect(Object.keys(at(result, 'components', 'schemas') as object)).toEqual([
      'Cat',
      'Lion',
      'Pet',
      'Problem',
    ]);
  });

  test('of 2.0 are objects, and the default of 3.2 has no place', () => {
    const base = { type: 'object', discriminator: 'kind' };
    const result = made(
      '2.0',
      { responses: { 200: { description: 'ok', schema: { $ref: '#/definitions/Pet' } } } },
      { definitions: { Pet: base } },
    );
    expect(schemaOf(result, 'Pet').discriminator).toEqual({ propertyName: 'kind' });
    const discriminator = { propertyName: 'kind', defaultMapping: 'Dog' };
    expect(answerSchema('3.2', { oneOf: CHOICE, discriminator }, KINDS).discriminator).toEqual({
      propertyName: 'kind',
      mapping: { Cat: '#/components/schemas/Cat', Dog: '#/components/schemas/Dog' },
    });
  });
});
