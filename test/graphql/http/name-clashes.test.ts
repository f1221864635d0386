// What is said when a name of a document is taken: in the words of the document, with a remedy that works as written.
import { describe, expect, test } from '@jest/globals';
import { httpSource, show } from './document.ts';

const PATHS = `
  /users/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses:
        "200":
          description: it
          content: { application/json: { schema: { $ref: "#/components/schemas/User" } } }
`;
const SCHEMAS = 'User: { type: object, properties: { id: { type: string }, name: { type: string } } }';
const OTHER = 'User: { type: object, properties: { id: { type: integer } } }';

describe('a name that another service has', () => {
  const first = httpSource({ paths: PATHS, schemas: SCHEMAS }, undefined, 'first');

  test('is told with both owners as their documents call them', () => {
    const { problems } = show([first, httpSource({ paths: PATHS, schemas: OTHER }, undefined, 'second')]);
    const clashes = problems
      .filter(({ rule }) => rule === 'graphql-name-clash')
      .map(({ message }) => message);
    expect(clashes).toEqual([
      'the GraphQL type User belongs to #/components/schemas/User of service "first"; #/components/schemas/User of service "second" is called SecondUser instead. To choose another name, set graphql.prefix of service "second", or graphql.overlay "#/components/schemas/User": {rename: …}',
      'the GraphQL query field getUsersById belongs to GET /users/{id} of service "first"; GET /users/{id} of service "second" is called secondGetUsersById instead. To choose another name, set graphql.prefix of service "second", or graphql.overlay "GET /users/{id}": {rename: …}',
    ]);
  });

  test('is avoided by the overlay that the note names', () => {
    const settings = {
      overlay: { 'GET /users/{id}': { rename: 'person' }, '#/components/schemas/User': { rename: 'Person' } },
    };
    const second = httpSource({ paths: PATHS, schemas: OTHER }, settings, 'second');
    const { problems, type, names } = show([first, second]);
    expect(problems.filter(({ rule }) => rule === 'graphql-name-clash')).toEqual([]);
    expect(names).toContain('Person');
    expect(type('Query')).toContain('person(id: ID!): Person');
  });
});
