import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { buildRouteTable } from '../../schema/routes/route-table.ts';
import { TrieNodes } from '../../schema/routes/trie-nodes.ts';
import { binding, capture, describeLookup, operation, tableOf } from './fixtures.ts';

describe('which template answers', () => {
  const rules = [
    'GET /v1/{id}',
    'GET /v1/books',
    'GET /v1/{id}/pages',
    'GET /v1/books/{id}',
    'GET /v1/shelves/{b}',
    'GET /v1/{a}/books',
    'GET /v1/files/{path=**}',
    'GET /v1/files/{path=**}/history',
    'GET /v1/files/readme',
    'DELETE /v1/books/special',
  ];
  test.each([
    ['a literal before *', '/v1/books', '/v1/books'],
    ['* where no literal fits', '/v1/other', '/v1/{id} id=other'],
    ['back from a literal that leads nowhere', '/v1/books/pages', '/v1/books/{id} id=pages'],
    ['back from a literal to a wildcard', '/v1/other/pages', '/v1/{id}/pages id=other'],
    ['literals first from the left', '/v1/shelves/books', '/v1/shelves/{b} b=books'],
    [
      'back from a place without the method (Vanguard stops there)',
      '/v1/books/special',
      '/v1/books/{id} id=special',
    ],
    ['a literal before **', '/v1/files/readme', '/v1/files/readme'],
    ['** of one segment', '/v1/files/other', '/v1/files/{path=**} path=other'],
    ['** of several segments', '/v1/files/a/b/c', '/v1/files/{path=**} path=a/b/c'],
    ['** of none', '/v1/files', '/v1/files/{path=**} path='],
    [
      'a literal after ** before its absence',
      '/v1/files/a/b/history',
      '/v1/files/{path=**}/history path=a/b',
    ],
    ['a literal after a ** of none', '/v1/files/history', '/v1/files/{path=**}/history path='],
    ['** with an empty segment among others', '/v1/files/a//b/', '/v1/files/{path=**} path=a//b/'],
  ])('%s: %s', (_rule, path, expected) => {
    expect(describeLookup(tableOf(rules).find('GET', path))).toBe(`GET ${expected}`);
  });

  test.each([
    ['a trailing slash', '/v1/books/'],
    ['a doubled slash', '/v1//books'],
    ['a doubled slash at the start', '//v1/books'],
    ['other case', '/V1/books'],
    ['a shorter path', '/v1'],
    ['a longer path', '/v1/books/1/2'],
    ['a trailing slash alone under **', '/v1/files/'],
    ['the root', '/'],
  ])('none for %s', (_what, path) => {
    expect(describeLookup(tableOf(rules).find('GET', path))).toBe('404');
  });

  test('the order of registration does not matter', () => {
    const backwards = tableOf([...rules].reverse());
    const forwards = tableOf(rules);
    for (const path of [
      '/v1/books',
      '/v1/books/pages',
      '/v1/files/a/history',
      '/v1/files/readme',
      '/v1/x/books',
    ]) {
      expect(describeLookup(backwards.find('GET', path))).toBe(describeLookup(forwards.find('GET', path)));
    }
  });

  test('literals are compared decoded, in templates and in paths', () => {
    const table = tableOf(['GET /v1/%62ooks/caf%C3%A9', 'GET /v1/a%2Fb']);
    expect(describeLookup(table.find('GET', '/v1/b%6Foks/caf%c3%a9'))).toBe('GET /v1/%62ooks/caf%C3%A9');
    expect(describeLookup(table.find('GET', '/v1/a%2fb'))).toBe('GET /v1/a%2Fb');
    expect(describeLookup(table.find('GET', '/v1/a/b'))).toBe('404');
  });

  test('a literal named like a property of objects is only a literal', () => {
    const table = tableOf(['GET /v1/books']);
    expect(describeLookup(table.find('GET', '/v1/__proto__'))).toBe('404');
    expect(describeLookup(table.find('GET', '/constructor'))).toBe('404');
    expect(describeLookup(table.find('constructor', '/v1/books'))).toBe('405 GET, HEAD, OPTIONS');
  });

  test('the root, and everything under it', () => {
    const table = tableOf(['GET /', 'POST /{rest=**}']);
    expect(describeLookup(table.find('GET', '/'))).toBe('GET /');
    expect(describeLookup(table.find('POST', '/'))).toBe('POST /{rest=**} rest=');
    expect(describeLookup(table.find('POST', '//'))).toBe('POST /{rest=**} rest=/');
    expect(describeLookup(table.find('POST', '/a'))).toBe('POST /{rest=**} rest=a');
  });
});

describe('variables', () => {
  test.each([
    ['http.proto: {name=messages/*}', '/v1/{name=messages/*}', '/v1/messages/123456', ['messages/123456']],
    [
      'http.proto: two variables',
      '/v1/users/{u}/messages/{m}',
      '/v1/users/me/messages/123456',
      ['me', '123456'],
    ],
    [
      'Firestore CreateDocument',
      '/v1/{parent=projects/*/databases/*/documents/**}/{collection_id}',
      '/v1/projects/p/databases/d/documents/rooms/r1/chats',
      ['projects/p/databases/d/documents/rooms/r1', 'chats'],
    ],
    [
      'Firestore CreateDocument, ** of none',
      '/v1/{parent=projects/*/databases/*/documents/**}/{collection_id}',
      '/v1/projects/p/databases/d/documents/chats',
      ['projects/p/databases/d/documents', 'chats'],
    ],
    [
      'Firestore RunQuery',
      '/v1/{parent=projects/*/databases/*/documents/*/**}:runQuery',
      '/v1/projects/p/databases/d/documents/r/a/b:runQuery',
      ['projects/p/databases/d/documents/r/a/b'],
    ],
    ['** and a verb', '/v1/{name=**}:cancel', '/v1/operations/a/b:cancel', ['operations/a/b']],
    ['literals after **', '/v1/{a=**}/x/{b}/y', '/v1/1/2/3/x/4/y', ['1/2/3', '4']],
    ['a variable that ends behind **', '/v1/{a=b/**/c}/{d}', '/v1/b/1/2/c/3', ['b/1/2/c', '3']],
    ['a variable that ends behind a ** of none', '/v1/{a=b/**/c}/{d}', '/v1/b/c/3', ['b/c', '3']],
    ['encoded slash in one segment', '/v1/{v}', '/v1/a%2Fb', ['a/b']],
    ['encoded slash in several', '/v1/{v=x/*}', '/v1/x/a%2Fb', ['x/a%2Fb']],
    ['%252F in one segment', '/v1/{v}', '/v1/a%252Fb', ['a%2Fb']],
    ['%252F in several: refused', '/v1/{v=x/*}', '/v1/x/a%252Fb', '400'],
    ['an encoded literal in a variable', '/v1/{v=books/*}', '/v1/b%6Foks/1', ['books/1']],
    ['kgateway #3344: an encoded id is not lost', '/v1/{name}', '/v1/a%20b%3Fc', ['a b?c']],
    [
      'names of object properties are data',
      '/v1/{a}/{b}',
      '/v1/__proto__/constructor',
      ['__proto__', 'constructor'],
    ],
  ])('%s', (_what, template, path, expected) => {
    expect(capture(template, path)).toEqual(expected);
  });

  test('decoding of several segments can be chosen by a service', () => {
    expect(capture('/v1/{v=**}', '/v1/a%2Fb%3Ac', { multiSegmentDecode: 'keepReserved' })).toEqual([
      'a%2Fb%3Ac',
    ]);
    expect(capture('/v1/{v=**}', '/v1/a%2Fb%3Ac', { multiSegmentDecode: 'all' })).toEqual(['a/b:c']);
  });

  test('the choice of one service is no other’s', () => {
    const claims = (['spec', 'keepReserved', 'all'] as const).map((multiSegmentDecode) => ({
      operation: operation({ service: multiSegmentDecode, rest: { multiSegmentDecode } }),
      binding: binding('GET', `/${multiSegmentDecode}/{v=**}`),
    }));
    const { table } = buildRouteTable(claims);
    const values = (path: string) => describeLookup(table.find('GET', path)).split('=').at(-1);
    expect(values('/spec/a%2Fb%3Ac/d')).toBe('a%2Fb:c/d');
    expect(values('/keepReserved/a%2Fb%3Ac/d')).toBe('a%2Fb%3Ac/d');
    expect(values('/all/a%2Fb%3Ac/d')).toBe('a/b:c/d');
  });

  test('fully_decode_reserved_expansion of a claim decodes %2F too', () => {
    const claim = {
      operation: operation(),
      binding: binding('GET', '/v1/{v=**}'),
      fullyDecodeReserved: true,
    };
    const { table } = buildRouteTable([claim]);
    expect(describeLookup(table.find('GET', '/v1/a%2Fb/c'))).toBe('GET /v1/{v=**} v=a/b/c');
  });
});

// transcoding reference, section 3.4
describe('trailing slashes', () => {
  const lenient = [
    'GET /v1/books',
    'GET /v1/books/{id}',
    'POST /v1/books/{id}:sell',
    'GET /v1/files/{path=**}',
  ];

  test.each([
    ['GET', '/v1/books/', 'GET /v1/books'],
    ['GET', '/v1/books/?a=b/', 'GET /v1/books'],
    ['GET', '/v1/books', 'GET /v1/books'],
    ['GET', '/v1/books/a/', 'GET /v1/books/{id} id=a'],
    ['GET', '/v1/books/a%2F/', 'GET /v1/books/{id} id=a/'],
    ['POST', '/v1/books/a:sell/', 'POST /v1/books/{id}:sell id=a'],
    ['HEAD', '/v1/books/', 'GET /v1/books'],
    // What matches as it is stays what it is.
    ['GET', '/v1/files/a/', 'GET /v1/files/{path=**} path=a/'],
    ['GET', '/v1/files/', 'GET /v1/files/{path=**} path='],
    // One slash, at the end, no more.
    ['GET', '/v1/books//', '404'],
    ['GET', '//v1/books', '404'],
    ['GET', '/v1/books%2F', '404'],
    ['GET', '/', '404'],
    ['POST', '/v1/books/', '405 GET, HEAD, OPTIONS'],
    ['POST', '/v1/nothing/', '404'],
  ])('ignore: %s %s → %s', (method, path, expected) => {
    expect(describeLookup(tableOf(lenient, { trailingSlash: 'ignore' }).find(method, path))).toBe(expected);
  });

  test.each([
    ['GET', '/v1/books/', '404'],
    ['GET', '/v1/books/a/', '404'],
    ['POST', '/v1/books/a:sell/', '404'],
  ])('strict, which is the default: %s %s → %s', (method, path, expected) => {
    expect(describeLookup(tableOf(lenient).find(method, path))).toBe(expected);
  });

  test('are ignored for the routes of the service that says so', () => {
    const rest = { trailingSlash: 'ignore' } as const;
    const { table } = buildRouteTable([
      { operation: operation({ service: 'one', rest }), binding: binding('GET', '/v1/books') },
      { operation: operation({ service: 'other' }), binding: binding('POST', '/v1/books') },
      { operation: operation({ service: 'other' }), binding: binding('GET', '/v1/shelves') },
    ]);
    expect(describeLookup(table.find('GET', '/v1/books/'))).toBe('GET /v1/books');
    expect(describeLookup(table.find('POST', '/v1/books/'))).toBe('405 GET, HEAD, OPTIONS');
    expect(describeLookup(table.find('PUT', '/v1/books'))).toBe('405 GET, HEAD, POST, OPTIONS');
    expect(describeLookup(table.find('GET', '/v1/shelves/'))).toBe('404');
  });
});

// transcoding reference, section 3.4: Envoy #13920, grpc-gateway #224, ESPv2 PR #639.
describe('custom verbs', () => {
  const rules = [
    'GET /v1/{id}',
    'GET /v1/{id}:cancel',
    'GET /v1/x/{name=**}',
    'GET /v1/x/{name=**}:cancel',
    'GET /v1/books:search',
  ];
  const table = tableOf(rules);
  test.each([
    ['no colon', '/v1/a', '/v1/{id} id=a'],
    ['no colon, verb', '/v1/a:cancel', '/v1/{id}:cancel id=a'],
    ['one colon', '/v1/a:b', '/v1/{id} id=a:b'],
    ['one colon, verb', '/v1/a:b:cancel', '/v1/{id}:cancel id=a:b'],
    ['two colons', '/v1/a:b:c', '/v1/{id} id=a:b:c'],
    ['two colons, verb', '/v1/a:b:c:cancel', '/v1/{id}:cancel id=a:b:c'],
    ['three colons', '/v1/a:b:c:d', '/v1/{id} id=a:b:c:d'],
    ['three colons, verb', '/v1/a:b:c:d:cancel', '/v1/{id}:cancel id=a:b:c:d'],
    ['a verb in the middle is data', '/v1/a:cancel:b', '/v1/{id} id=a:cancel:b'],
    ['the verb twice', '/v1/a:cancel:cancel', '/v1/{id}:cancel id=a:cancel'],
    ['an unknown verb is data', '/v1/a:start', '/v1/{id} id=a:start'],
    ['a verb in other case is data', '/v1/a:Cancel', '/v1/{id} id=a:Cancel'],
    ['an encoded colon never starts a verb', '/v1/a%3Acancel', '/v1/{id} id=a:cancel'],
    ['an encoded letter of a verb is the letter', '/v1/a:c%61ncel', '/v1/{id}:cancel id=a'],
    ['a verb alone is data: the segment before it is empty', '/v1/:cancel', '/v1/{id} id=:cancel'],
    ['ends in a colon', '/v1/a:', '/v1/{id} id=a:'],
    ['encoded id and verb', '/v1/caf%C3%A9:cancel', '/v1/{id}:cancel id=café'],
    ['Envoy #13920: the last colon of a ** value', '/v1/x/a/b:c', '/v1/x/{name=**} name=a/b:c'],
    ['** and verb', '/v1/x/a/b:c:cancel', '/v1/x/{name=**}:cancel name=a/b:c'],
    ['a colon of an earlier segment is data', '/v1/x/a:cancel/b', '/v1/x/{name=**} name=a:cancel/b'],
    ['a verb on a literal', '/v1/books:search', '/v1/books:search'],
    ['a verb on a literal, encoded colon', '/v1/books%3Asearch', '/v1/{id} id=books:search'],
    ['a query behind the verb', '/v1/a:cancel?x=:y', '/v1/{id}:cancel id=a'],
  ])('%s: %s', (_what, path, expected) => {
    expect(describeLookup(table.find('GET', path))).toBe(`GET ${expected}`);
  });

  test('a verb without the method gives way to a template without a verb', () => {
    const both = tableOf(['POST /v1/{id}:cancel', 'GET /v1/{id}']);
    expect(describeLookup(both.find('GET', '/v1/a:cancel'))).toBe('GET /v1/{id} id=a:cancel');
    expect(describeLookup(both.find('PUT', '/v1/a:cancel'))).toBe('405 GET, HEAD, POST, OPTIONS');
  });

  test('a verb beats a template without one that says more of the path', () => {
    const both = tableOf(['GET /v1/books/{id}', 'GET /v1/{a}/{b}:cancel']);
    expect(describeLookup(both.find('GET', '/v1/books/1:cancel'))).toBe('GET /v1/{a}/{b}:cancel a=books b=1');
  });

  test('a verb belongs to its own templates only', () => {
    const both = tableOf(['POST /v1/books/{id}:publish', 'POST /v1/shelves/{id}']);
    expect(describeLookup(both.find('POST', '/v1/shelves/a:publish'))).toBe(
      'POST /v1/shelves/{id} id=a:publish',
    );
  });

  test('ids with any colons round trip, with a verb and without', () => {
    const id = fc
      .array(fc.constantFrom('a', 'b', ':', '::', '-'), { minLength: 1, maxLength: 8 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(id, (value) => {
        fc.pre(!value.endsWith(':cancel'));
        expect(describeLookup(table.find('GET', `/v1/${value}`))).toBe(`GET /v1/{id} id=${value}`);
        expect(describeLookup(table.find('GET', `/v1/${value}:cancel`))).toBe(
          `GET /v1/{id}:cancel id=${value}`,
        );
      }),
      { seed: 20_251_120 },
    );
  });
});

describe('methods', () => {
  test.each([
    ['the named one', ['GET /a', 'POST /a'], 'POST', '/a', 'POST /a'],
    [
      '405 with the union of all templates that match',
      ['GET /a/{b}', 'POST /a/b', 'PATCH /{x=**}'],
      'PUT',
      '/a/b',
      '405 GET, HEAD, POST, PATCH, OPTIONS',
    ],
    [
      '405 in the usual order, unusual ones last',
      ['REPORT /a', 'LINK /a', 'DELETE /a', 'GET /a'],
      'PUT',
      '/a',
      '405 GET, HEAD, DELETE, OPTIONS, LINK, REPORT',
    ],
    ['405 for OPTIONS that no route declares', ['POST /a'], 'OPTIONS', '/a', '405 POST, OPTIONS'],
    ['OPTIONS that a route declares', ['OPTIONS /a', 'GET /a'], 'OPTIONS', '/a', 'OPTIONS /a'],
    ['HEAD falls back to GET', ['GET /a'], 'HEAD', '/a', 'GET /a'],
    ['HEAD of its own', ['GET /a', 'HEAD /a'], 'HEAD', '/a', 'HEAD /a'],
    ['HEAD without GET', ['POST /a'], 'HEAD', '/a', '405 POST, OPTIONS'],
    ['HEAD prefers GET to any', ['* /a', 'GET /a'], 'HEAD', '/a', 'GET /a'],
    ['custom kind * is any method', ['* /a'], 'PURGE', '/a', '* /a'],
    ['a named method beats *', ['* /a', 'GET /a'], 'GET', '/a', 'GET /a'],
    [
      'a method named * asks for nothing',
      ['* /a'],
      '*',
      '/a',
      '405 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    ],
    ['TRACE is never served', ['* /a'], 'TRACE', '/a', '405 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
    [
      'CONNECT is never served',
      ['* /a', 'GET /a'],
      'CONNECT',
      '/a',
      '405 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    ],
    ['methods are case-sensitive', ['GET /a'], 'get', '/a', '405 GET, HEAD, OPTIONS'],
  ])('%s', (_what, rules, method, path, expected) => {
    expect(describeLookup(tableOf(rules).find(method, path))).toBe(expected);
  });

  test('a bad path is bad whatever the method', () => {
    expect(tableOf(['GET /a']).find('PUT', '/a/../b')).toEqual({
      kind: 'bad-path',
      message: 'the path holds a "." or ".." segment; send the path it stands for',
    });
  });
});

// httpjson-transcoding #44: one value for two paths is data corruption.
describe('two different paths never bind the same value', () => {
  const piece = fc.constantFrom(
    ...['a', 'x', 'y', '/', '%2F', '%2f', '%25', '%252F', '%32', '%46', '2', 'F'],
    ...[':', '%3A', ':go', '.', '%C3%A9'],
  );
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));

  test.each<[template: string, path: (one: string, other: string) => string]>([
    ['/v1/{a}', (one) => `/v1/${one}`],
    ['/v1/{a=**}', (one) => `/v1${one}`],
    ['/v1/{a=x/*}', (one) => `/v1/x/${one}`],
    ['/v1/{a}/{b}', (one, other) => `/v1/${one}/${other}`],
    ['/v1/{a=**}/{b}', (one, other) => `/v1${one}/${other}`],
    ['/v1/{a=x/**/y}/{b=*}', (one, other) => `/v1/x${one}/y/${other}`],
    ['/v1/{a=**}:go', (one) => `/v1/${one}:go`],
    ['/{a=**}', (one) => `/${one}`],
  ])('%s', (template, toPath) => {
    const table = tableOf([`GET ${template}`]);
    const pathOf = new Map<string, string>();
    fc.assert(
      fc.property(text, text, (one, other) => {
        const raw = toPath(one, other);
        const lookup = table.find('GET', raw);
        const value = lookup.kind === 'match' ? JSON.stringify(lookup.match.variables) : `unbound ${raw}`;
        const path = lookup.kind === 'match' ? canonical(raw, template.endsWith(':go')) : raw;
        expect(pathOf.get(value) ?? path).toBe(path);
        pathOf.set(value, path);
      }),
      { seed: 20_251_120, numRuns: 1500 },
    );
    expect([...pathOf.keys()].filter((value) => value.startsWith('['))).not.toHaveLength(0);
  });

  /** Equal for spellings of one path: what RFC 3986 §6.2.2 calls equivalent, and reserved characters but the slash. */
  function canonical(raw: string, hasVerb: boolean): string {
    const path = hasVerb ? raw.slice(0, raw.lastIndexOf(':')) : raw;
    return JSON.stringify(path.split('/').map(decodeURIComponent));
  }
});

describe('work', () => {
  // Each path segment fits the literal and the wildcard of every level: 2^12 ways, none of which is complete.
  const levels = 12;
  const tree = Array.from({ length: 2 ** levels }, (_, bits) => {
    const segments = Array.from({ length: levels }, (_, level) => ((bits >> level) & 1 ? '*' : 'a'));
    return `GET /${segments.join('/')}/end`;
  });

  test.each([
    ['a tree of literals and wildcards', tree, `${'/a'.repeat(levels)}/other`, 2 ** (levels + 1)],
    ['every ** with every tail', manyTails(), '/a'.repeat(8000), 15 * 120 + 15],
    ['one ** before thirty wildcards', [`GET /**${'/*'.repeat(30)}/end`], '/a'.repeat(8000), 32],
    ['empty segments', ['GET /**/a', 'GET /*/**/a'], '/'.repeat(16_000), 8],
  ])('%s: a hopeless path costs no more than one step per node of the trie', (_what, rules, path, bound) => {
    const steps = countSteps(rules, path);
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThanOrEqual(bound);
  });

  test('a table of 20,000 templates that meet everywhere is built and searched in bounded time', () => {
    const rules = Array.from(
      { length: 20_000 },
      (_, index) => `GET /{a}/b${index}/{c=**}/d${index}:verb${index % 7}`,
    );
    const table = tableOf(rules);
    expect(table.size).toBe(20_000);
    expect(describeLookup(table.find('GET', '/x/b19999/y/z/d19999:verb0'))).toBe(
      'GET /{a}/b19999/{c=**}/d19999:verb0 a=x c=y/z',
    );
  });

  function manyTails(): string[] {
    const rules: string[] = [];
    for (let before = 0; before < 15; before++) {
      for (let after = 0; after < 15; after++)
        rules.push(`GET ${'/a'.repeat(before)}/**${'/a'.repeat(after)}/end`);
    }
    return rules;
  }
});

/** How often a search looks for a literal, which it does at most once per node. */
function countSteps(rules: readonly string[], path: string): number {
  const table = tableOf(rules);
  const follow = jest.spyOn(TrieNodes.prototype, 'follow');
  try {
    expect(describeLookup(table.find('GET', path))).toBe('404');
    return follow.mock.calls.length;
  } finally {
    follow.mockRestore();
  }
}
