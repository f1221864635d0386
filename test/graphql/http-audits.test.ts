// The audits of the graphql-http package: everything that the GraphQL-over-HTTP text asks of a server, asked of a
// door on a real port by its authors' own questions.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { type Served, serve, unary } from './door.ts';
import { librarySource } from './library.ts';

let served: Served;
const audits = serverAudits({ url: () => served.url, fetchFn: fetch });

beforeAll(async () => {
  served = await serve([librarySource()], (call) => unary(call, {}));
});
afterAll(() => served.close());

test('there are audits of every weight', () => {
  expect(new Set(audits.map(({ name }) => name.split(' ')[0]))).toEqual(new Set(['MUST', 'SHOULD', 'MAY']));
});

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
  '%s %s',
  async (_id, _name, audit) => {
    const result = await audit.fn();
    expect({ status: result.status, ...(result.status !== 'ok' && { reason: result.reason }) }).toEqual({
      status: 'ok',
    });
  },
);
