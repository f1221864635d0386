// What `policies` of the file become, at each of the three places where they may stand.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { formatProblem } from '../../core/problem.ts';
import { rateLimitsOf } from '../../core/rate-limit.ts';
import { checkServices } from '../../gateway/config/check-services.ts';
import { parseConfig } from '../../gateway/config/load-config.ts';
import { packageRoot } from '../../registry/package-root.ts';

const PROTOS = join(packageRoot(), 'protos');
const LIBRARY = `services:
  - name: library
    proto: { files: [${PROTOS}/library/v1/library.proto], include: [${PROTOS}] }
    upstream: grpc://127.0.0.1:1
`;

async function configOf(text: string) {
  const result = await parseConfig(text, { path: '/etc/dragoman.yaml', env: {} });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value;
}

test('one form at top level, of services and of operations', async () => {
  const { policies, services } = await configOf(`policies:
  - rateLimit: { by: consumer, limit: 100000000, window: 1m }
  - rateLimit: { name: daily, limit: 1000, window: 24h, burst: 50, by: [header.X-Key, path.shelf], shadow: true }
${LIBRARY}    policies: [{ rateLimit: { limit: 5, window: 1s, by: [] } }]
    operations:
      library.v1.LibraryService/GetBook: { policies: [{ rateLimit: { limit: 1, window: 1h } }] }
      GET /v1/books: {}
`);
  expect(policies).toEqual([
    { rateLimit: { limit: 100_000_000, windowMs: 60_000, by: ['consumer'] } },
    {
      rateLimit: {
        name: 'daily',
        limit: 1000,
        windowMs: 86_400_000,
        burst: 50,
        by: ['header.X-Key', 'path.shelf'],
        shadow: true,
      },
    },
  ]);
  expect(services[0]?.policies).toMatchObject({
    policies: [{ rateLimit: { limit: 5, windowMs: 1000, by: [] } }],
    operations: [
      {
        operation: 'library.v1.LibraryService/GetBook',
        policies: [{ rateLimit: { limit: 1, windowMs: 3_600_000 } }],
      },
    ],
  });
});

test('limits that nobody named have the names of their places', () => {
  const policies = [
    { rateLimit: { limit: 3, windowMs: 1000 } },
    { rateLimit: { limit: 9, windowMs: 60_000 } },
  ];
  const names = (place: Parameters<typeof rateLimitsOf>[1]) =>
    rateLimitsOf(policies, place).map(({ name }) => name);
  expect(names({ api: '' })).toEqual(['default', 'default-2']);
  expect(names({ api: 'library' })).toEqual(['library', 'library-2']);
  expect(names({ api: 'library', operation: 'library.v1.LibraryService/GetBook' })).toEqual([
    'library-GetBook',
    'library-GetBook-2',
  ]);
  expect(names({ api: 'shop', operation: 'GET /pets/{id}' })[0]).toBe('shop-GET-pets-id');
  expect(rateLimitsOf(policies, { api: '' })[0]).toEqual({
    id: '["",null,"default"]',
    name: 'default',
    api: '',
    limit: 3,
    windowMs: 1000,
    burst: 3,
    by: ['consumer'],
    shadow: false,
  });
});

test('an operation that is not there is refused where the file names it', async () => {
  const config = await configOf(`${LIBRARY}    operations:
      library.v1.LibraryService/GetBok: { policies: [{ rateLimit: { limit: 1, window: 1h } }] }
`);
  const result = await checkServices(config);
  expect(result.problems.map(formatProblem)).toEqual([
    expect.stringMatching(
      /^\/etc\/dragoman\.yaml:6:7: service "library" has policies for "library\.v1\.LibraryService\/GetBok" and no such operation; .*\(unknown-operation\)$/,
    ),
  ]);
});
