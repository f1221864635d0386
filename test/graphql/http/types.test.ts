// Types of HTTP services, row by row of the graphql reference, section 4. What is expected is written from there.
import { describe, expect, test } from '@jest/globals';
import { answering, httpSource, inputOf, outputOf, show, taking } from './document.ts';

describe('nullability of answers', () => {
  test.each([
    ['required', '{ type: string }', true, '3.1.0', 'String!'],
    ['not required', '{ type: string }', false, '3.1.0', 'String'],
    ['null among the types', '{ type: [string, "null"] }', true, '3.1.0', 'String'],
    ['nullable of 3.0', '{ type: string, nullable: true }', true, '3.0.3', 'String'],
    ['anyOf with null', '{ anyOf: [{ type: string }, { type: "null" }] }', true, '3.1.0', 'String'],
    ['oneOf with null', '{ oneOf: [{ type: "null" }, { type: string }] }', true, '3.1.0', 'String'],
    ['const null beside it', '{ anyOf: [{ type: string }, { const: null }] }', true, '3.1.0', 'String'],
    ['enum with null', '{ type: [string, "null"], enum: [a, null] }', true, '3.1.0', 'ThingIt'],
    [
      'a nullable reference of 3.0',
      '{ nullable: true, allOf: [{ $ref: "#/components/schemas/Other" }] }',
      true,
      '3.0.3',
      'Other',
    ],
    ['a required reference', '{ $ref: "#/components/schemas/Other" }', true, '3.1.0', 'Other!'],
  ])('%s', (_name, schema, required, version, expected) => {
    const others = 'Other: { type: object, properties: { a: { type: string } } }';
    expect(outputOf(schema, { required, version, others })).toBe(expected);
  });

  test('a list and its items', () => {
    expect(outputOf('{ type: array, items: { type: string } }')).toBe('[String!]!');
    expect(outputOf('{ type: array, items: { type: [string, "null"] } }')).toBe('[String]!');
    expect(outputOf('{ type: array, items: { type: array, items: { type: boolean } } }')).toBe(
      '[[Boolean!]!]!',
    );
    expect(outputOf('{ type: array, items: { type: string } }', { required: false })).toBe('[String!]');
    // Items alone do not make a list: well-known documents describe objects so.
    expect(outputOf('{ items: { type: string } }')).toBe('JSON');
    expect(outputOf('{ items: { type: string }, uniqueItems: true }')).toBe('[String!]!');
  });
});

describe('nullability of requests', () => {
  test.each([
    ['required', '{ type: string }', true, 'String!'],
    ['not required', '{ type: string }', false, 'String'],
    ['required with a default', '{ type: string, default: a }', true, 'String'],
    ['required and nullable', '{ type: [string, "null"] }', true, 'String'],
    ['numbers that answers keep nullable', '{ type: number }', true, 'Float!'],
  ])('%s', (_name, schema, required, expected) => {
    expect(inputOf(schema, { required })).toBe(expected);
  });

  test('readOnly is only in answers, writeOnly only in requests', () => {
    const schemas = `Thing: { type: object, required: [a, b, c], properties: {
      a: { type: string, readOnly: true }, b: { type: string, writeOnly: true }, c: { type: string } } }`;
    expect(show([answering(schemas)]).type('Thing')).toBe('type Thing {\n  a: String!\n  c: String!\n}');
    expect(show([taking(schemas)]).type('ThingInput')).toBe(
      'input ThingInput {\n  b: String!\n  c: String!\n}',
    );
  });
});

describe('scalars', () => {
  test.each([
    ['int32', '{ type: integer, format: int32 }', 'Int!'],
    ['an integer with bounds of 32 bits', '{ type: integer, minimum: 0, maximum: 100 }', 'Int!'],
    ['an integer with larger bounds', '{ type: integer, minimum: 0, maximum: 3000000000 }', 'SafeInteger'],
    ['int64', '{ type: integer, format: int64 }', 'Int64!'],
    ['an integer without format or bounds', '{ type: integer }', 'SafeInteger'],
    ['number', '{ type: number }', 'Float'],
    ['boolean', '{ type: boolean }', 'Boolean!'],
    ['date-time', '{ type: string, format: date-time }', 'DateTime!'],
    ['date', '{ type: string, format: date }', 'Date!'],
    ['byte', '{ type: string, format: byte }', 'Bytes!'],
    ['uuid', '{ type: string, format: uuid }', 'String!'],
    ['a format nobody knows', '{ type: string, format: shoe-size }', 'String!'],
    ['a constant', '{ const: dog }', 'String!'],
    ['anything', '{}', 'JSON'],
    ['a free object', '{ type: object }', 'JSONObject!'],
    ['an object of anything', '{ type: object, additionalProperties: true }', 'JSONObject!'],
    ['several types', '{ type: [string, integer] }', 'JSON'],
    ['two scalars to choose of', '{ oneOf: [{ type: string }, { type: integer }] }', 'JSON'],
    ['an enum or any other text', '{ anyOf: [{ type: string, enum: [a] }, { type: string }] }', 'String!'],
  ])('%s', (_name, schema, expected) => {
    expect(outputOf(schema)).toBe(expected);
  });

  test.each([
    'prefixItems: [{}]',
    'patternProperties: { "^a": {} }',
    'if: { required: [a] }',
    'not: { required: [a] }',
  ])('%s is JSON, and a note says so', (keyword) => {
    const source = answering(`Thing: { type: object, required: [it], properties: { it: { ${keyword} } } }`);
    const { type, problems } = show([source]);
    expect(type('Thing')).toContain('it: JSON\n');
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'note',
        rule: 'graphql-json',
        message: expect.stringContaining('#/components/schemas/Thing/properties/it is JSON'),
      }),
    ]);
  });
});

describe('enums', () => {
  test('values become names; what only differs in signs stays apart', () => {
    const { type } = show([
      answering(
        'Thing: { type: object, properties: { it: { type: string, enum: [a-b, a_b, "1st", "true", __x, ""] } } }',
      ),
    ]);
    expect(type('ThingIt')).toBe('enum ThingIt {\n  a_b\n  a_b_\n  _1st\n  _true\n  x__x\n  _\n}');
  });

  test('whole numbers have names, too; several types are JSON', () => {
    const { type } = show([
      answering('Thing: { type: object, properties: { it: { type: integer, enum: [1, 2] } } }'),
    ]);
    expect(type('ThingIt')).toBe('enum ThingIt {\n  _1\n  _2\n}');
    expect(outputOf('{ enum: [1, a] }')).toBe('JSON');
  });
});

describe('objects', () => {
  test('what has no name is called by its parent and property', () => {
    const { names } = show([
      answering(`Thing: { type: object, properties: {
        part: { type: object, properties: { inner: { type: object, properties: { a: { type: string } } } } },
        list: { type: array, items: { type: object, properties: { a: { type: string } } } } } }`),
    ]);
    expect(names).toEqual(['Thing', 'ThingList', 'ThingPart', 'ThingPartInner']);
  });

  test('names that GraphQL does not allow are changed as little as can be', () => {
    const { type } = show([
      answering(`Thing: { type: object, properties: {
        "a-b": { type: string }, a_b: { type: string }, "3d": { type: string }, __x: { type: string }, "@id": { type: string } } }`),
    ]);
    expect(type('Thing')).toBe(
      'type Thing {\n  a_b: String\n  a_b_: String\n  _3d: String\n  x__x: String\n  _id: String\n}',
    );
  });

  test('components are in Pascal case; two of one name stay apart', () => {
    const { names, problems } = show([
      answering(`
        Thing: { type: object, properties: { a: { $ref: "#/components/schemas/pet-owner" }, b: { $ref: "#/components/schemas/PetOwner" } } }
        pet-owner: { type: object, properties: { x: { type: string } } }
        PetOwner: { type: object, properties: { y: { type: string } } }`),
    ]);
    expect(names).toEqual(['ApiPetOwner', 'PetOwner', 'Thing']);
    expect(problems.map(({ rule }) => rule)).toEqual(['graphql-name-clash']);
  });

  test('additionalProperties alone are entries', () => {
    const { type } = show([
      answering(
        'Thing: { type: object, required: [it], properties: { it: { type: object, additionalProperties: { type: boolean } } } }',
      ),
    ]);
    expect(type('Thing')).toBe('type Thing {\n  it: [ThingItEntry!]!\n}');
    expect(type('ThingItEntry')).toBe('type ThingItEntry {\n  key: String!\n  value: Boolean!\n}');
  });

  test('allOf is merged, references and all', () => {
    const { type } = show([
      answering(`
        Base: { type: object, required: [id], properties: { id: { type: string } } }
        Thing: { allOf: [{ $ref: "#/components/schemas/Base" }, { type: object, required: [b], properties: { b: { type: boolean } } }] }`),
    ]);
    expect(type('Thing')).toBe('type Thing {\n  id: String!\n  b: Boolean!\n}');
  });

  test('an allOf that contradicts itself is JSON with a reason', () => {
    const { type, problems } = show([
      answering(
        'Thing: { type: object, properties: { it: { allOf: [{ type: string }, { type: boolean }] } } }',
      ),
    ]);
    expect(type('Thing')).toBe('type Thing {\n  it: JSON\n}');
    expect(problems).toEqual([
      {
        severity: 'warning',
        rule: 'graphql-json',
        message:
          '#/components/schemas/Thing/properties/it is JSON in the GraphQL schema: allOf asks for "string" and for "boolean", which no value fits',
      },
    ]);
  });

  test('types may lead in circles', () => {
    const { type } = show([
      answering(
        'Thing: { type: object, properties: { next: { $ref: "#/components/schemas/Thing" }, all: { type: array, items: { $ref: "#/components/schemas/Thing" } } } }',
      ),
    ]);
    expect(type('Thing')).toBe('type Thing {\n  next: Thing\n  all: [Thing!]\n}');
  });

  test('a list that holds itself and a reference to itself are JSON', () => {
    const source = answering(`
      Thing: { type: object, properties: { a: { $ref: "#/components/schemas/Nested" }, b: { $ref: "#/components/schemas/Self" } } }
      Nested: { type: array, items: { $ref: "#/components/schemas/Nested" } }
      Self: { allOf: [{ $ref: "#/components/schemas/Self" }] }`);
    expect(show([source]).type('Thing')).toBe('type Thing {\n  a: [JSON]\n  b: JSON\n}');
  });

  test('an input that must hold itself need not', () => {
    const { type } = show([
      taking(`
        Thing: { type: object, required: [other], properties: { other: { $ref: "#/components/schemas/Other" } } }
        Other: { type: object, required: [thing, a], properties: { thing: { $ref: "#/components/schemas/Thing" }, a: { type: string } } }`),
    ]);
    expect(type('OtherInput')).toBe('input OtherInput {\n  thing: ThingInput\n  a: String!\n}');
  });

  test('deprecated, with its reason', () => {
    const { type } = show([
      answering(
        'Thing: { type: object, properties: { it: { type: string, deprecated: true, description: "Deprecated: use that." } } }',
      ),
    ]);
    expect(type('Thing')).toContain('it: String @deprecated(reason: "use that.")');
  });

  test('properties named after what objects have are properties', () => {
    const { type } = show([
      answering(
        'Thing: { type: object, properties: { constructor: { type: string }, __proto__: { type: string }, toString: { type: string } } }',
      ),
    ]);
    expect(type('Thing')).toBe(
      'type Thing {\n  constructor: String\n  x__proto__: String\n  toString: String\n}',
    );
  });
});

describe('unions', () => {
  const PETS = [
    'Cat: { type: object, required: [kind, lives], properties: { kind: { type: string }, lives: { type: integer, format: int32 } } }',
    'Dog: { type: object, required: [kind, barks], properties: { kind: { type: string }, barks: { type: boolean } } }',
  ].join('\n');
  const REFS = '[{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }]';

  test.each([
    ['by a discriminator', `oneOf: ${REFS}, discriminator: { propertyName: kind }`],
    ['by what each must have', `oneOf: ${REFS}`],
    ['of anyOf', `anyOf: ${REFS}`],
  ])('%s', (_name, schema) => {
    const { type, problems } = show([
      answering(`Thing: { type: object, required: [it], properties: { it: { ${schema} } } }\n${PETS}`),
    ]);
    expect(type('Thing')).toBe('type Thing {\n  it: ThingIt\n}');
    expect(type('ThingIt')).toBe('union ThingIt = Cat | Dog');
    expect(problems).toEqual([]);
  });

  test('a component that is a choice is a union of its name', () => {
    expect(show([answering(`Thing: { oneOf: ${REFS} }\n${PETS}`)]).type('Thing')).toBe(
      'union Thing = Cat | Dog',
    );
  });

  test('by a constant of each', () => {
    const { type } = show([
      answering(`Thing: { oneOf: [
        { type: object, required: [kind], properties: { kind: { const: cat }, name: { type: string } } },
        { type: object, required: [kind], properties: { kind: { const: dog }, name: { type: string } } }] }`),
    ]);
    expect(type('Thing')).toBe('union Thing = ThingCat | ThingDog');
  });

  test('what cannot be told apart is JSON with a reason', () => {
    const source = answering(`
      Thing: { type: object, properties: { it: { oneOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }] } } }
      A: { type: object, properties: { a: { type: string } } }
      B: { type: object, properties: { b: { type: string } } }`);
    const { type, problems } = show([source]);
    expect(type('Thing')).toBe('type Thing {\n  it: JSON\n}');
    expect(problems[0]?.message).toContain('A and B cannot be told apart');
  });

  test('in a request it is a choice of which one must be made', () => {
    const { type } = show([
      taking(`Thing: { oneOf: ${REFS}, discriminator: { propertyName: kind } }\n${PETS}`),
    ]);
    expect(type('ThingInput')).toBe('@oneOf input ThingInput @oneOf {\n  cat: CatInput\n  dog: DogInput\n}');
    // The choice says it.
    expect(type('CatInput')).toBe('input CatInput {\n  kind: String\n  lives: Int!\n}');
  });

  test.each([
    ['the body itself', `{ oneOf: ${REFS}, discriminator: { propertyName: kind } }`],
    [
      'items of the body',
      `{ type: array, items: { oneOf: ${REFS}, discriminator: { propertyName: kind } } }`,
    ],
    [
      'a property of a part of the body',
      `{ allOf: [{ type: object, properties: { it: { anyOf: ${REFS}, discriminator: { propertyName: kind } } } }] }`,
    ],
    [
      'each value of the body',
      `{ type: object, additionalProperties: { oneOf: ${REFS}, discriminator: { propertyName: kind } } }`,
    ],
  ])('what the choice says need not be given where it is made without a name: %s', (_name, schema) => {
    const source = httpSource({
      paths: `/a: { post: { operationId: put, requestBody: { required: true, content: { application/json: { schema: ${schema} } } }, responses: { "204": { description: done } } } }`,
      schemas: PETS,
    });
    expect(show([source]).type('DogInput')).toBe('input DogInput {\n  kind: String\n  barks: Boolean!\n}');
  });
});

describe('root fields', () => {
  const ok = (schema: string): string =>
    `responses: { "200": { description: ok, content: { application/json: { schema: ${schema} } } } }`;

  test.each([
    ['get', 'query', 'Query'],
    ['head', 'query', 'Query'],
    ['post', 'mutation', 'Mutation'],
    ['put', 'mutation', 'Mutation'],
    ['patch', 'mutation', 'Mutation'],
    ['delete', 'mutation', 'Mutation'],
  ])('%s is a %s', (method, _kind, root) => {
    const { type } = show([
      httpSource({ paths: `/a: { ${method}: { operationId: do-it, ${ok('{ type: string }')} } }` }),
    ]);
    expect(type(root)).toContain(method === 'head' ? 'doIt: Boolean' : 'doIt: String');
  });

  test('without operationId the name is made of method and path', () => {
    const { type } = show([
      httpSource({
        paths: `/books/{bookId}/pages: { get: { parameters: [{ name: bookId, in: path, required: true, schema: { type: string } }], ${ok('{ type: string }')} } }`,
      }),
    ]);
    expect(type('Query')).toBe('type Query {\n  getBooksByBookIdPages(bookId: ID!): String\n}');
  });

  test('path and query are arguments, headers and cookies are not', () => {
    const { type } = show([
      httpSource({
        paths: `/a/{id}: { get: { operationId: a, parameters: [
          { name: id, in: path, required: true, schema: { type: string } },
          { name: id, in: query, schema: { type: string } },
          { name: tag, in: query, required: true, schema: { type: array, items: { type: string } } },
          { name: page-size, in: query, required: true, schema: { type: integer, format: int32, default: 10 } },
          { name: X-Trace, in: header, required: true, schema: { type: string } },
          { name: session, in: cookie, schema: { type: string } }], ${ok('{ type: string }')} } }`,
      }),
    ]);
    expect(type('Query')).toBe(
      'type Query {\n  a(id: ID!, idQuery: String, tag: [String!]!, page_size: Int): String\n}',
    );
  });

  test.each([
    ['no content', '"204": { description: gone }', 'Boolean'],
    ['text', '"200": { description: t, content: { text/plain: { schema: { type: string } } } }', 'String'],
    ['no schema', '"200": { description: t, content: { application/json: {} } }', 'JSON'],
    [
      'a vendor type of JSON',
      '"200": { description: t, content: { application/vnd.x+json: { schema: { type: boolean } } } }',
      'Boolean',
    ],
    [
      'a list',
      '"200": { description: t, content: { application/json: { schema: { type: array, items: { type: string } } } } }',
      '[String!]',
    ],
    [
      'a range of successes',
      '2XX: { description: t, content: { application/json: { schema: { type: boolean } } } }',
      'Boolean',
    ],
    [
      'errors beside it',
      '"200": { description: t, content: { application/json: { schema: { type: boolean } } } }, "404": { description: e, content: { application/json: { schema: { type: string } } } }, default: { description: e, content: { application/json: { schema: { type: string } } } }',
      'Boolean',
    ],
    [
      'an answer that is only described as default',
      'default: { description: d, content: { application/json: { schema: { type: string } } } }',
      'JSON',
    ],
  ])('the result of %s', (_name, responses, expected) => {
    const { type } = show([
      httpSource({ paths: `/a: { get: { operationId: a, responses: { ${responses} } } }` }),
    ]);
    expect(type('Query')).toBe(`type Query {\n  a: ${expected}\n}`);
  });

  test('several different successes are a union', () => {
    const { type } = show([
      httpSource({
        paths: `/a: { post: { operationId: a, responses: {
          "200": { description: done, content: { application/json: { schema: { $ref: "#/components/schemas/Done" } } } },
          "202": { description: later, content: { application/json: { schema: { $ref: "#/components/schemas/Job" } } } } } } }`,
        schemas: `
          Done: { type: object, required: [result], properties: { result: { type: string } } }
          Job: { type: object, required: [job], properties: { job: { type: string } } }`,
      }),
    ]);
    expect(type('Mutation')).toBe('type Mutation {\n  a: AResponse\n}');
    expect(type('AResponse')).toBe('union AResponse = Done | Job');
  });

  test('bytes are left to REST, and a note says so', () => {
    const { type, problems } = show([
      httpSource({
        paths: `
          /image: { get: { operationId: image, responses: { "200": { description: i, content: { image/png: {} } } } } }
          /picture: { put: { operationId: picture, requestBody: { content: { image/png: {}, image/gif: {} } }, responses: { "204": { description: ok } } } }
          /nothing: { put: { operationId: nothing, requestBody: { content: {} }, responses: { "204": { description: ok } } } }
          /upload: { post: { operationId: upload, requestBody: { required: true, content: { multipart/form-data: { schema: { type: object } } } }, responses: { "204": { description: ok } } } }
          /a: { get: { operationId: a, ${ok('{ type: string }')} } }`,
      }),
    ]);
    expect(type('Query')).toBe('type Query {\n  a: String\n}');
    expect(type('Mutation')).toBe('type Mutation {\n  nothing: Boolean\n}');
    expect(problems.map(({ message }) => message)).toEqual([
      'image is not in the GraphQL schema: its answers are bytes (image/png), which are served over REST',
      'picture is not in the GraphQL schema: its request is bytes (image/png, image/gif), which are sent over REST',
      'upload is not in the GraphQL schema: its request is bytes (multipart/form-data), which are sent over REST',
    ]);
  });

  test('a prefix, another name, and what is hidden', () => {
    const paths = `
      /a: { get: { operationId: a, parameters: [{ name: X-Trace, in: header, schema: { type: string } }], ${ok('{ $ref: "#/components/schemas/Thing" }')} } }
      /b: { get: { operationId: b, ${ok('{ type: string }')} } }`;
    const schemas = 'Thing: { type: object, properties: { x: { type: string }, y: { type: string } } }';
    const { type } = show([
      httpSource(
        { paths, schemas },
        {
          prefix: 'shop',
          overlay: {
            a: { rename: 'first' },
            b: { hide: true },
            'a.X-Trace': { expose: true, rename: 'trace' },
            '#/components/schemas/Thing': { rename: 'Item' },
            '#/components/schemas/Thing/properties/x': { hide: true },
            '#/components/schemas/Thing/properties/y': { rename: 'why', nonNull: true },
          },
        },
      ),
    ]);
    expect(type('Query')).toBe('type Query {\n  first(trace: String): Item\n}');
    expect(type('Item')).toBe('type Item {\n  why: String!\n}');
  });

  test('a type of another service keeps its name; the newcomer takes its own in front', () => {
    const one = httpSource(
      {
        paths: `/a: { get: { operationId: a, ${ok('{ $ref: "#/components/schemas/Thing" }')} } }`,
        schemas: 'Thing: { type: object, properties: { x: { type: string } } }',
      },
      undefined,
      'first',
    );
    const two = httpSource(
      {
        paths: `/a: { get: { operationId: a, ${ok('{ $ref: "#/components/schemas/Thing" }')} } }`,
        schemas: 'Thing: { type: object, properties: { y: { type: string } } }',
      },
      undefined,
      'second',
    );
    const { type } = show([one, two]);
    expect(type('Query')).toBe('type Query {\n  a: Thing\n  secondA: SecondThing\n}');
  });
});
