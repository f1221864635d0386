// Documents that are wrong, hostile or merely odd: each a clear refusal or a listed warning, with its place.
// Security reference, sections 7.3 to 7.7.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compilePattern } from '../../core/pattern.ts';
import { send } from '../harness/http-client.ts';
import { quickest } from '../harness/quickest.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { openapiService, proxyService } from '../proxy/upstream.ts';
import { document, OK, read, readOk, show } from './read.ts';

const GET = { get: OK };
const errorsOf = (files: Parameters<typeof read>[0]): string[] => {
  const { ok, problems } = read(files);
  expect(ok).toBe(false);
  return problems.filter(({ severity }) => severity === 'error').map(show);
};
const remarksOf = (files: Parameters<typeof read>[0], rule: string): string[] =>
  readOk(files)
    .problems.filter((problem) => problem.rule === rule)
    .map(show);

test('tags of YAML are ignored with a warning, each once', () => {
  const text = `openapi: 3.1.0
info: {title: !!js/function "x", version: !!str 1}
paths:
  /a:
    get:
      operationId: !mine a
      summary: !mine b
      responses: {200: {description: ok}}
`;
  const { document: head, problems } = readOk({ 'a.yaml': text });
  expect([head.title, head.version, problems.map(show)]).toEqual([
    'x',
    '1',
    [
      'a.yaml:2:15 warning yaml: the tag "!!js/function" is ignored; a document is written without tags',
      'a.yaml:6:20 warning yaml: the tag "!mine" is ignored; a document is written without tags',
    ],
  ]);
});

describe('references', () => {
  const refTo = (ref: string) => document('3.1', { '/a': { get: { ...OK, parameters: [{ $ref: ref }] } } });

  test.each([
    [
      'http://evil.example/x.json',
      'leads out of what was sent; nothing is fetched: send that file along and refer to it by a relative path',
    ],
    [
      'https://evil.example/x.json#/a',
      'leads out of what was sent; nothing is fetched: send that file along and refer to it by a relative path',
    ],
    [
      '//evil.example/x.json',
      'leads out of what was sent; nothing is fetched: send that file along and refer to it by a relative path',
    ],
    [
      'file:///etc/passwd',
      'leads out of what was sent; nothing is fetched: send that file along and refer to it by a relative path',
    ],
    [
      'data:application/json,{}',
      'leads out of what was sent; nothing is fetched: send that file along and refer to it by a relative path',
    ],
    [
      'C:\\x.json',
      'leads out of what was sent; nothing is fetched: send that file along and refer to it by a relative path',
    ],
    ['/etc/passwd', 'is no relative path with "/" between its parts'],
    ['..\\x.json', 'is no relative path with "/" between its parts'],
    ['../../etc/passwd', 'leads out of the folder that was sent'],
    ['a/../../x.json', 'leads out of the folder that was sent'],
    ['%2e%2e/x.json', 'leads out of the folder that was sent'],
    ['missing.json#/a', 'leads to "missing.json", which was not sent'],
    ['#/components/parameters/none', 'leads to nothing'],
    ['#/__proto__/toString', 'leads to nothing'],
    ['#/paths/~1a/get/constructor', 'leads to nothing'],
    ['#anchor', 'names an anchor that nothing has'],
    ['#/%zz', 'is percent-encoded wrongly'],
  ])('%s', (ref, what) => {
    expect(errorsOf({ 'a.json': refTo(ref) })).toEqual([
      expect.stringMatching(/^a\.json:1:\d+ error reference: #\/paths\/~1a\/get\/parameters\/0: /),
    ]);
    expect(errorsOf({ 'a.json': refTo(ref) })[0]).toMatch(`the reference ${JSON.stringify(ref)} ${what}`);
  });

  test('in a circle that never leads to anything', () => {
    const parameters = { x: { $ref: '#/components/parameters/y' }, y: { $ref: '#/components/parameters/x' } };
    const paths = { '/a': { get: { ...OK, parameters: [{ $ref: '#/components/parameters/x' }] } } };
    expect(errorsOf({ 'a.json': document('3.1', paths, { components: { parameters } }) })).toEqual([
      expect.stringContaining('the reference leads in a circle and never to anything'),
    ]);
  });

  test('of schemas in circles are what they are', () => {
    const schemas = {
      Node: {
        type: 'object',
        properties: {
          next: { $ref: '#/components/schemas/Node' },
          all: { type: 'array', items: { $ref: '#/components/schemas/Other' } },
        },
      },
      Other: { allOf: [{ $ref: '#/components/schemas/Node' }] },
    };
    const { document: head } = readOk({
      'a.json': document('3.1', { '/a': GET }, { components: { schemas } }),
    });
    expect(JSON.parse(JSON.stringify([...head.schemas]))).toEqual(Object.entries(schemas));
  });

  test('between files, by path, by anchor and into places without a name', () => {
    const files = {
      'api/openapi.yaml': `
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    $ref: paths/a.yaml
  /b:
    get:
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#pet"}}}}}
components:
  schemas:
    Pet: {$anchor: pet, type: object}
`,
      'api/paths/a.yaml': `
get:
  parameters:
    - {name: p, in: query, schema: {$ref: "../../shared/pet.json#/definitions/Pet"}}
    - {name: q, in: query, schema: {$ref: "../openapi.yaml#/components/schemas/Pet"}}
    - {name: r, in: query, schema: {$ref: "#/get/parameters/0/schema"}}
  responses: {"200": {description: ok}}
`,
      'shared/pet.json': { definitions: { Pet: { type: 'string' } } },
    };
    const { operations, document: head } = readOk(files);
    const refs = operations[0]?.http.parameters.map(({ schema }) =>
      typeof schema === 'object' ? schema.$ref : schema,
    );
    expect(refs).toEqual([
      '#/components/schemas/Pet_2',
      '#/components/schemas/Pet',
      '#/components/schemas/get_parameter',
    ]);
    expect(head.schemas.get('Pet_2')).toEqual(expect.objectContaining({ type: 'string' }));
    expect(operations[1]?.http.responses[0]?.content[0]?.schema).toEqual(
      expect.objectContaining({ $ref: '#/components/schemas/Pet' }),
    );
  });
});

describe('text', () => {
  test.each([
    ['{"openapi":"3.1.0",}', 'a.json:1:20 error json: a member name in double quotes is due'],
    ['{"openapi":"3.1.0"', 'a.json:1:19 error json: a "," or "}" is due'],
    ['{"a":\n  tru}', 'a.json:2:3 error json: a value is due'],
    ['{"a":"\u0001"}', 'a.json:1:7 error json: this is no text in double quotes as JSON has it'],
    ['{} {}', 'a.json:1:4 error json: nothing may follow the value'],
    ['[1 2]', 'a.json:1:4 error json: a "," or "]" is due'],
  ])('that is no JSON: %s', (text, expected) => {
    expect(errorsOf({ 'a.json': text })).toEqual([expected]);
  });

  test.each([
    ['a: [1\n', 1],
    ['a: b: c\n', 1],
    ['a: 1\n---\nb: 2\n', 2],
    ['a: *nobody\n', 1],
    ['? [a]\n: b\n', 1],
  ])('that is no YAML: %j', (text, line) => {
    const [first] = errorsOf({ 'a.yaml': text });
    expect(first).toMatch(/^a\.yaml:\d+:\d+ error yaml: /);
    expect(Number(first?.split(':')[1])).toBeGreaterThanOrEqual(line);
  });

  test('with a tag of its own runs nothing', () => {
    const text =
      'openapi: 3.1.0\ninfo: {title: !!js/function "function(){ throw 1 }", version: "1"}\npaths: {/a: {get: {}}}\n';
    expect(readOk({ 'a.yaml': text }).document.title).toBe('function(){ throw 1 }');
  });

  test.each([
    [
      'a.json',
      '{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{"/a":{"get":{}},\n"/a":{"put":{}}}}',
      'a.json:2:1 warning json: the member "/a" is given twice; the last one counts',
    ],
    [
      'a.yaml',
      'openapi: 3.1.0\ninfo: {title: T, version: "1"}\npaths:\n  /a: {get: {}}\n  /a: {put: {}}\n',
      'a.yaml:5:3 warning yaml: the key "/a" is given twice; the last one counts',
    ],
  ])('with a key twice is remarked: %s', (name, text, expected) => {
    const { operations, problems } = readOk({ [name]: text });
    expect(problems.map(show)).toContain(expected);
    expect(operations.map(({ http }) => http.method)).toEqual(['PUT']);
  });
});

describe('size', () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const many = (count: number, text: (n: number) => string): string =>
    Array.from({ length: count }, (_, n) => text(n)).join('');
  const from = <T>(count: number, entry: (n: number) => readonly [string, T]): Record<string, T> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => entry(n)));
  const parameters = (count: number): object[] =>
    Array.from({ length: count }, (_, n) => ({ name: `q${n}`, in: 'query' }));
  const rows: readonly (readonly [
    string,
    Parameters<typeof read>[0],
    RegExp,
    Parameters<typeof read>[1]?,
  ])[] = [
    [
      '10,000 levels of JSON',
      { 'a.json': nested(10_000) },
      /json: the document is nested deeper than 200 levels/,
    ],
    [
      '10,000 levels of YAML',
      { 'a.yaml': `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}` },
      /yaml: (the document is nested|this is nested|nested)/,
    ],
    [
      '10,000 levels of block YAML',
      { 'a.yaml': Array.from({ length: 3_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n') },
      /yaml: the document is nested/,
    ],
    [
      'a YAML bomb',
      {
        'a.yaml': `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join()}]`).join('\n')}\n`,
      },
      /yaml: the aliases of the document stand for more than 10000 values/,
    ],
    ['an alias within itself', { 'a.yaml': 'a: &a [*a]\n' }, /yaml: /],
    [
      '100,000 schemas',
      {
        'a.json': document(
          '3.1',
          { '/a': GET },
          {
            components: {
              schemas: Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`S${n}`, true])),
            },
          },
        ),
      },
      /^a\.json:1:\d+ error json: #\/components\/schemas: this holds more than 20000 members/,
    ],
    [
      '100,000 schemas in YAML',
      {
        'a.yaml': `openapi: 3.1.0\ncomponents:\n  schemas:\n${many(100_000, (n) => `    S${n}:\n      type: object\n`)}`,
      },
      /^a\.yaml:4:5 error yaml: #\/components\/schemas: this holds more than 20000 members/,
    ],
    [
      '100,000 schemas in one line of YAML',
      {
        'a.yaml': `openapi: 3.1.0\ncomponents: {schemas: {${many(100_000, (n) => `"S${n}": {a: [1]},`)}}}\n`,
      },
      /^a\.yaml:2:23 error yaml: #\/components\/schemas: this holds more than 20000 members/,
    ],
    [
      '100,000 items of a list of YAML, under a key as far out',
      {
        'a.yaml': `openapi: 3.1.0\nx:\n  - - y: 1\n    - 'z':\n${many(100_000, () => '      - a: 1\n        b: 2\n')}`,
      },
      /^a\.yaml:5:7 error yaml: #\/x\/0\/1\/z: this holds more than 20000 members/,
    ],
    [
      '100,000 paths',
      {
        'a.json': document(
          '3.1',
          from(100_000, (n) => [`/${n}`, { get: {} }]),
        ),
      },
      /error json: #\/paths: this holds more than 20000 members/,
    ],
    [
      '20,002 operations of 10,001 paths',
      {
        'a.json': document(
          '3.1',
          from(10_001, (n) => [`/${n}`, { get: {}, put: {} }]),
        ),
      },
      /error too-large: #\/paths: there are 20002 operations, more than 20000/,
    ],
    [
      '20,001 schemas, where so many members are allowed',
      {
        'a.json': document(
          '3.1',
          { '/a': GET },
          { components: { schemas: from(20_001, (n) => [`S${n}`, true]) } },
        ),
      },
      /error too-large: #\/components\/schemas: there are 20001 schemas, more than 20000/,
      { members: 50_000 },
    ],
    [
      '100,000 parameters of an operation',
      { 'a.json': document('3.1', { '/a': { get: { ...OK, parameters: parameters(100_000) } } }) },
      /error json: #\/paths\/~1a\/get\/parameters: this holds more than 20000 members/,
    ],
    [
      '1,001 parameters of an operation, its path’s included',
      {
        'a.json': document('3.1', {
          '/a': { parameters: parameters(1_000), get: { ...OK, parameters: parameters(1) } },
        }),
      },
      /error too-large: #\/paths\/~1a\/get: there are 1001 parameters, more than 1000/,
    ],
    [
      'a path of 4,097 characters',
      { 'a.json': document('3.1', { [`/${'x'.repeat(4_096)}`]: GET }) },
      /error too-large: #\/paths: a path is 4097 characters long, more than 4096/,
    ],
    [
      '10,001 values of an enum',
      {
        'a.json': document(
          '3.1',
          { '/a': GET },
          { components: { schemas: { E: { enum: Array.from({ length: 10_001 }, (_, n) => n) } } } },
        ),
      },
      /error too-large: #\/components\/schemas\/E\/enum: the enum has 10001 values, more than 10000/,
    ],
    [
      '100,000 values of an enum',
      {
        'a.json': document(
          '3.1',
          { '/a': GET },
          { components: { schemas: { E: { enum: Array.from({ length: 100_000 }, (_, n) => n) } } } },
        ),
      },
      /error json: #\/components\/schemas\/E\/enum: this holds more than 20000 members/,
    ],
    [
      '21 MB of text',
      { 'a.json': ' '.repeat(21 * 1024 * 1024) },
      /too-large: the source has 1 files of 22020096 characters/,
    ],
    [
      'three million values',
      { 'a.json': `[${`[${'1,'.repeat(9_999)}1],`.repeat(300)}1]` },
      /json: the document holds more than 2000000 values/,
    ],
  ];
  test.each(rows)('%s is refused, and soon', async (_name, files, expected, limits = {}) => {
    const { ok, problems } = read(files, limits);
    expect(ok).toBe(false);
    expect(problems.filter(({ severity }) => severity === 'error').map(show)[0]).toMatch(expected);
    // Of the processor, which others may be busy with: seconds by the clock say nothing.
    const cost = await quickest(4_000, async () => {
      const startedAt = process.cpuUsage();
      read(files, limits);
      return process.cpuUsage(startedAt).user / 1_000;
    });
    expect(cost).toBeLessThan(4_000);
  });

  test('ten thousand aliases of a hundred thousand anchors are found without searching', () => {
    const anchors = from(20, (n) => [`x${n}`, `\n${many(5_000, (m) => `  - &a${n * 5_000 + m} v\n`)}`]);
    const text = `openapi: 3.1.0\n${Object.entries(anchors)
      .map(([key, list]) => `${key}:${list}`)
      .join('')}y:\n${many(9_000, (n) => `  - *a${n * 11}\n`)}`;
    const startedAt = process.cpuUsage();
    const { problems } = read({ 'a.yaml': text });
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(8_000);
    expect(problems.map(({ rule }) => rule)).toContain('no-operations');
  });

  test('an alias stands for the last anchor of its name before it', () => {
    const text = `openapi: 3.1.0
x: &first {a: &title One, b: *title}
y: &title Two
z: *first
info: {title: *title, version: "1"}
paths: {/a: {get: {responses: {"200": {description: ok}}}}}
`;
    expect(readOk({ 'a.yaml': text }).document.title).toBe('Two');
  });

  test('schemas within schemas are counted', () => {
    const wide = { anyOf: Array(200).fill({ anyOf: Array(200).fill({ type: 'string' }) }) };
    const files = { 'a.json': document('3.1', { '/a': GET }, { components: { schemas: { S: wide } } }) };
    const { problems } = read(files, { schemaNodes: 1_000 });
    expect(problems.filter(({ severity }) => severity === 'error').map(({ rule }) => rule)).toEqual([
      'too-large',
    ]);
  });

  test('problems beyond the limit are counted', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [
        `/${n}`,
        { get: { ...OK, tags: 1, parameters: [{ in: 'nowhere', name: 'x' }] } },
      ]),
    );
    const { problems } = read({ 'a.json': document('3.1', paths) }, { problems: 10 });
    expect(problems.at(-1)?.message ?? problems[0]?.message).toMatch(/./);
    expect(problems.filter(({ rule }) => rule === 'more-problems').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^\d+ more problems were found and are not listed$/),
    ]);
  });
});

describe('patterns', () => {
  test.each([
    '^(a+)+$',
    '^(a|aa)+$',
    '^(a|a?)+$',
    '(.*)*x',
    '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@)$',
    '(x+x+)+y',
  ])('%s takes no longer on 100 KB of evil', (source) => {
    const compiled = compilePattern(source);
    const startedAt = process.cpuUsage();
    const found = compiled.ok && compiled.value.test(`${'a'.repeat(100_000)}!`);
    expect(found).toBe(false);
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(1_000);
  });

  test('that are too much together are left to the requests that meet them, and a warning says so', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, n) => [
        `p${n}`,
        { type: 'string', pattern: `^((a${n}+)+b{1,200}){1,4}$` },
      ]),
    );
    const startedAt = process.cpuUsage();
    const remarks = remarksOf(
      { 'a.json': document('3.1', { '/a': GET }, { components: { schemas: { S: { properties } } } }) },
      'pattern',
    );
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(4_000);
    expect(remarks).toEqual([
      expect.stringMatching(/warning pattern: .*the patterns of the document are too much to try them all/),
    ]);
  });

  test('that are long once they are spelled out count as what they are', () => {
    const compiled = compilePattern('\\S\\s'.repeat(500));
    expect(compiled.ok && compiled.value.size).toBeGreaterThan(100_000);
  });

  test.each(['(?=a)b', '(?<!a)b', '(a)\\1', '[', 'a{5000}', 'x'.repeat(3_000)])(
    '%.20s is not checked, and a warning says so',
    (pattern) => {
      const schemas = { S: { type: 'string', pattern } };
      const remarks = remarksOf(
        { 'a.json': document('3.1', { '/a': GET }, { components: { schemas } }) },
        'pattern',
      );
      expect(remarks).toEqual([
        expect.stringMatching(
          /warning pattern: #\/components\/schemas\/S\/pattern: the pattern ".*it is not checked$/,
        ),
      ]);
    },
  );

  test.each([
    ['^\\d{3}-\\w+$', '123-ab', true],
    ['^[^/]+/\\p{L}$', 'a/é', true],
    ['^\\u0041$', 'A', true],
    ['^(?<year>\\d{4})$', '2024', true],
    ['b', 'abc', true],
    ['^b', 'abc', false],
    ['^\\s$', '\u00a0', true],
    ['^\\S+$', 'a\ufeff', false],
    ['^[\\s-]$', '\u3000', true],
    ['^[\\w\\s\\-.,]+$', 'a - b.', true],
    ['^[\\S\\n]$', '\u2028', false],
    ['^[^\\S]$', '\v', true],
    ['^.$', '\u2028', false],
    ['^[.]$', 'a', false],
    ['^\\p{Letter}+$', 'é', true],
    ['^[\\p{Script=Greek}1]$', 'λ', true],
    ['^\\p{gc=Lu}$', 'l', false],
    ['^[\\b]$', '\b', true],
    ['^\\\\s$', '\\s', true],
  ])('%s means the same as in ECMA 262', (source, text, expected) => {
    const compiled = compilePattern(source);
    expect(compiled.ok && compiled.value.test(text)).toBe(expected);
    expect(new RegExp(source, 'u').test(text)).toBe(expected);
  });

  // What the flag `u` refuses, and documents have all the same.
  test.each([
    ['^[\\w\\s-.,]+$', 'a - b.', true],
    ['^[\\s-_]+$', '\u3000-_', true],
    ['^[\\s-_]+$', '^', false],
    ['^[\\S-a]$', ' ', false],
  ])('a hyphen behind a class is a hyphen: %s', (source, text, expected) => {
    const compiled = compilePattern(source);
    expect(compiled.ok && compiled.value.test(text)).toBe(expected);
    expect(new RegExp(source).test(text)).toBe(expected);
  });

  test('that are shorter once they are spelled out cost no less than nothing', () => {
    const compiled = compilePattern('\\p{Script=Greek}');
    expect(compiled.ok && compiled.value.size).toBeGreaterThan(0);
  });
});

describe('faults that other tools tolerate are served with a remark', () => {
  const rows: readonly (readonly [string, object, string, RegExp])[] = [
    [
      'no operationId',
      { '/a': GET },
      'operation-id',
      /there is no operationId; the operation is called by its method and path, "GET \/a"$/,
    ],
    [
      'no operationId anywhere',
      Object.fromEntries(['/a', '/b', '/c', '/d', '/e'].map((path) => [path, GET])),
      'operation-id',
      /called by its method and path, "GET \/a"; so are 4 more: "GET \/b", "GET \/c", "GET \/d", …$/,
    ],
    [
      'an operationId twice',
      { '/a': { get: { operationId: 'x', ...OK } }, '/b': { get: { operationId: 'x', ...OK } } },
      'operation-id',
      /the operationId "x" is taken; the operation is called "GET \/b"/,
    ],
    ['no responses', { '/a': { get: {} } }, 'responses', /no responses are described/],
    [
      'a status that is none',
      { '/a': { get: { responses: { ok: { description: '' } } } } },
      'responses',
      /"ok" is no status/,
    ],
    [
      'a variable without a description',
      { '/a/{x}': GET },
      'parameter',
      /\{x\} of the path is described nowhere; it is taken for text/,
    ],
    [
      'a description without a variable',
      { '/a': { get: { ...OK, parameters: [{ name: 'x', in: 'path', required: true, schema: {} }] } } },
      'parameter',
      /the path has no \{x\}; the parameter is ignored/,
    ],
    [
      'a parameter twice',
      {
        '/a': {
          get: {
            ...OK,
            parameters: [
              { name: 'x', in: 'query' },
              { name: 'x', in: 'query' },
            ],
          },
        },
      },
      'parameter',
      /is given twice/,
    ],
    [
      'a path without a slash',
      { a: GET, '/b': GET },
      'path',
      /the path "a" does not begin with "\/"; it is not served/,
    ],
    [
      'a path with a query',
      { '/a?b=c': GET, '/b': GET },
      'path',
      /"\/a\?b=c" has a query or a fragment, which is no part of a path/,
    ],
    ['TRACE', { '/a': { ...GET, trace: OK } }, 'operation', /TRACE reflects requests/],
    [
      'a type nobody knows',
      { '/a': { get: { ...OK, parameters: [{ name: 'x', in: 'query', schema: { type: 'date' } }] } } },
      'schema-type',
      /"date" is no type of JSON Schema; it is ignored/,
    ],
    [
      'a type in capitals',
      { '/a': { get: { ...OK, parameters: [{ name: 'x', in: 'query', schema: { type: 'String' } }] } } },
      'schema-type',
      /"String" is read as "string"/,
    ],
    [
      'required on a property',
      { '/a': { get: { ...OK, parameters: [{ name: 'x', in: 'query', schema: { required: true } }] } } },
      'schema',
      /required is a list of property names/,
    ],
    [
      'a media type that is none',
      { '/a': { post: { ...OK, requestBody: { content: { json: {} } } } } },
      'media-type',
      /"json" is no media type/,
    ],
    [
      'a link to nowhere',
      { '/a': { get: { responses: { 200: { description: '', links: { x: { operationId: 'none' } } } } } } },
      'link',
      /the link leads to no operation/,
    ],
    [
      'callbacks',
      { '/a': { post: { ...OK, callbacks: { done: { '{$request.query.url}': { post: OK } } } } } },
      'operation',
      /#\/paths\/~1a\/post\/callbacks: callbacks: .* do not pass the gateway; they are in no door/,
    ],
    [
      'a discriminator that names what is not there',
      {
        '/a': {
          get: {
            ...OK,
            parameters: [
              {
                name: 'x',
                in: 'query',
                schema: {
                  oneOf: [{ type: 'object' }],
                  discriminator: { propertyName: 'k', mapping: { a: 'models/a.yml#/a' } },
                },
              },
            ],
          },
        },
      },
      'reference',
      /mapping\/a: the reference "models\/a.yml#\/a" leads to "models\/a.yml", which was not sent; it is ignored/,
    ],
    [
      'a member nobody knows',
      { '/a': { get: { ...OK, nonsense: 1 } } },
      'openapi-schema',
      /there is no member "nonsense" in this version of OpenAPI/,
    ],
  ];
  test.each(rows)('%s', (_name, paths, rule, expected) => {
    expect(remarksOf({ 'a.json': document('3.1', paths) }, rule)).toEqual([expect.stringMatching(expected)]);
  });

  test('what is the same in many places is listed five times, and crowds nothing out', () => {
    const paths = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`/a${index}`, { get: {} }]));
    const { problems } = readOk({ 'a.json': document('3.0', { ...paths, '/last/{x}': GET }) });
    expect(problems.filter(({ rule }) => rule === 'responses').map(({ message }) => message)).toEqual([
      ...[0, 1, 2, 3].map((index) =>
        expect.stringMatching(`^#/paths/~1a${index}/get: no responses .* it is$`),
      ),
      expect.stringMatching('^#/paths/~1a4/get: no responses .* it is; and so at 295 more places$'),
    ]);
    expect(problems.map(({ rule }) => rule)).toContain('parameter');
    expect(problems.map(({ rule }) => rule)).not.toContain('more-problems');
  });

  test.each([
    [
      'a reference of a link that leads to nothing',
      { $ref: '#/nowhere' },
      'reference',
      /leads to nothing; it is ignored$/,
    ],
    [
      'an operation that a link refers to in vain',
      { operationRef: '#/x' },
      'reference',
      /leads to nothing; it is ignored$/,
    ],
    [
      'a link that refers to itself',
      { $ref: '#/paths/~1a/get/responses/200/links/l' },
      'reference',
      /in a circle .*; it is ignored$/,
    ],
  ])('%s', (_name, link, rule, expected) => {
    const paths = { '/a': { get: { responses: { 200: { description: 'ok', links: { l: link } } } } } };
    const { problems, operations } = readOk({ 'a.json': document('3.0', paths) });
    expect(operations[0]?.http.responses[0]?.links).toEqual([]);
    expect(problems.filter((one) => one.rule === rule).map(({ message }) => message)).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  test('webhooks', () => {
    const files = { 'a.json': document('3.1', { '/a': GET }, { webhooks: { done: { post: OK } } }) };
    expect(remarksOf(files, 'operation')).toEqual([
      expect.stringMatching(/#\/webhooks: webhooks: .* do not pass the gateway; they are in no door/),
    ]);
  });

  test('their place in YAML is a line and a column', () => {
    const text =
      'openapi: 3.1.0\ninfo:\n  title: T\n  version: "1"\npaths:\n  /a/{x}:\n    get:\n      operationId: a\n      responses:\n        "200":\n          description: ok\n';
    expect(readOk({ 'a.yaml': text }).problems.map(show)).toEqual([
      'a.yaml:7:5 warning parameter: #/paths/~1a~1{x}/get: {x} of the path is described nowhere; it is taken for text',
    ]);
  });
});

describe('in the gateway', () => {
  let gateway: TestGateway;
  const url = 'http://127.0.0.1:1';
  beforeAll(async () => {
    gateway = await startTestGateway([openapiService(url, { '/a/{x}': GET, '/b': GET })]);
  });
  afterAll(() => gateway.close());

  const refusalOf = async (service: Parameters<TestGateway['registry']['put']>[0]) => {
    const before = gateway.registry.snapshot;
    const error = await gateway.registry.put(service).catch((thrown: unknown) => thrown);
    expect(gateway.registry.snapshot).toBe(before);
    return error;
  };

  test('a path of another service is refused, and both are named', async () => {
    const service = openapiService(url, { '/a/{other}': GET }, { name: 'second' });
    expect(await refusalOf(service)).toMatchObject({
      type: 'route-conflict',
      problems: [
        {
          rule: 'route-conflict',
          message:
            'GET /a/{other} is claimed by GET /a/{other} of service second (openapi.json:1) and, before it as /a/{x}, GET /a/{x} of service described (openapi.json:1); one of them needs another path',
        },
      ],
    });
  });

  test('the same path on another host, or behind a prefix, is nobody else’s', async () => {
    await gateway.registry.put(
      openapiService(url, { '/a/{x}': GET }, { name: 'hosted', hosts: ['h.example'] }),
    );
    await gateway.registry.put(openapiService(url, { '/a/{x}': GET }, { name: 'prefixed', prefix: '/more' }));
    const names = ['hosted', 'prefixed'].map((name) => gateway.registry.snapshot.services.has(name));
    for (const name of ['hosted', 'prefixed']) await gateway.registry.remove(name);
    expect(names).toEqual([true, true]);
  });

  test('two spellings of one path within a document: the first is served, with a warning', async () => {
    const service = openapiService(url, { '/c/{x}': GET, '/c/{y}': GET }, { name: 'twice' });
    const { service: registered } = await gateway.registry.put(service);
    expect(registered.remarks.filter(({ rule }) => rule === 'route-shadowed')).toHaveLength(1);
    await gateway.registry.remove('twice');
  });

  test.each([
    [proxyService(url, { name: 'x', prefix: 'no-slash' }), 'prefix'],
    [proxyService(url, { name: 'x', prefix: '/a/' }), 'prefix'],
    [proxyService(url, { name: 'x', prefix: '/a/../b' }), 'prefix'],
    [proxyService(url, { name: 'x', prefix: '/a?b' }), 'prefix'],
    [proxyService(url, { name: 'x', prefix: '/a', rewrite: 'b' }), 'prefix'],
    [proxyService(url, { name: 'x', prefix: '/a', rewrite: '/b', stripPrefix: false }), 'prefix'],
    [proxyService(url, { name: 'x', hosts: ['a b'] }), 'hosts'],
    [proxyService(url, { name: 'x', hosts: ['a.example:80'] }), 'hosts'],
    [proxyService(url, { name: 'x', hosts: ['*'] }), 'hosts'],
    [proxyService('grpc://127.0.0.1:1', { name: 'x' }), 'upstream'],
    [openapiService(url, {}, { name: 'x' }), 'no-operations'],
    [openapiService(url, { '/livez': GET }, { name: 'x' }), 'reserved-path'],
    [proxyService(url, { name: 'x', prefix: '/graphql' }), 'reserved-path'],
    [proxyService(url, { name: 'x', prefix: '/openapi.json', hosts: ['x.example'] }), 'reserved-path'],
  ])('%j is refused by %s', async (service, rule) => {
    expect(await refusalOf(service)).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ rule, severity: 'error' })]),
    });
  });

  test('the prefix of a plain proxy that is a path of the gateway is refused by its name', async () => {
    expect(await refusalOf(proxyService(url, { name: 'x', prefix: '/graphql' }))).toMatchObject({
      problems: [
        {
          message:
            'the prefix /graphql of proxy of service x (x) is a path of the gateway itself; choose another',
        },
      ],
    });
  });

  test('a service without source, prefix and hosts is refused', async () => {
    const { prefix: _prefix, ...service } = proxyService(url, { name: 'x' });
    expect(await refusalOf(service)).toMatchObject({ problems: [{ rule: 'prefix' }] });
  });

  const ofSchema = (schemas: object): string =>
    JSON.stringify(document('3.1', { '/hostile': GET }, { components: { schemas } }));
  const refTo = (ref: string): string => ofSchema({ S: { $ref: ref } });
  test.each([
    ['a YAML bomb', 'a: &a [x,x]\nb: &b [*a,*a]\nc: [*c]\n', 'yaml', 3],
    ['a URL', refTo('https://evil.example/x.json'), 'reference', 1],
    ['a file', refTo('file:///etc/passwd'), 'reference', 1],
    ['a path out of the folder', refTo('../../etc/passwd'), 'reference', 1],
    ['the same, encoded', refTo('%2e%2e%2f%2e%2e%2fetc/passwd'), 'reference', 1],
    [
      '10,001 enum values',
      ofSchema({ S: { enum: Array.from({ length: 10_001 }, (_, n) => n) } }),
      'too-large',
      1,
    ],
    [
      '30,000 schemas',
      ofSchema(Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`S${n}`, {}]))),
      'json',
      1,
    ],
    [
      '10,000 levels',
      `{"openapi":"3.1.0","info":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
      'json',
      1,
    ],
  ])(
    'over the admin API: %s is refused with its line, and what is served stays',
    async (_name, openapi, rule, line) => {
      const before = gateway.registry.snapshot;
      const answer = await send(gateway.adminUrl, {
        path: '/v1/services/hostile',
        method: 'PUT',
        body: { openapi, upstream: url },
      });
      expect([answer.status, answer.json()]).toEqual([
        422,
        expect.objectContaining({
          problems: expect.arrayContaining([expect.objectContaining({ rule, line })]),
        }),
      ]);
      expect(gateway.registry.snapshot).toBe(before);
    },
  );

  test('over the admin API: an OpenAPI text, the files beside it, and what is wrong with them', async () => {
    const openapi = JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'T', version: '1' },
      paths: { '/admin-sent': { $ref: 'parts/p.json' } },
    });
    const put = (body: object) => send(gateway.adminUrl, { path: '/v1/services/sent', method: 'PUT', body });
    const lacking = await put({ openapi, upstream: url });
    expect([lacking.status, JSON.stringify(lacking.json())]).toEqual([
      422,
      expect.stringContaining('which was not sent'),
    ]);
    const whole = await put({
      openapi,
      files: [{ path: 'parts/p.json', content: JSON.stringify(GET) }],
      upstream: url,
      prefix: '/x',
      validate: { request: true },
    });
    expect([whole.status, whole.json()]).toEqual([
      200,
      expect.objectContaining({ added: expect.arrayContaining(['GET /x/admin-sent']), prefix: '/x' }),
    ]);
    const escaping = await put({ openapi, files: [{ path: '../p.json', content: '{}' }], upstream: url });
    expect(escaping.status).toBe(400);
    await gateway.registry.remove('sent');
  });
});
