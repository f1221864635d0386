import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_TEMPLATE_LENGTH, parseTemplate } from '../../schema/routes/template.ts';
import { formatTemplate, shapeKey } from '../../schema/routes/template-shape.ts';
import { template } from './fixtures.ts';

describe('a template that is sound', () => {
  const rows: readonly [
    source: string,
    text: string,
    shape: string,
    variables: string,
    verb: string | undefined,
  ][] = [
    ['http.proto, first example', '/v1/{name=messages/*}', '/v1/messages/*', 'name 1-3 multi', undefined],
    [
      'http.proto, query parameters',
      '/v1/messages/{message_id}',
      '/v1/messages/*',
      'message_id 2-3',
      undefined,
    ],
    [
      'http.proto, two variables',
      '/v1/users/{user_id}/messages/{message_id}',
      '/v1/users/*/messages/*',
      'user_id 2-3, message_id 4-5',
      undefined,
    ],
    ['http.proto, {var} is {var=*}', '/v1/{v=*}', '/v1/*', 'v 1-2', undefined],
    ['http.proto, ** matches the rest', '/v1/{name=**}', '/v1/**', 'name 1-2 multi', undefined],
    ['http.proto, nested field path', '/v1/{a.b_c.d2}', '/v1/*', 'a.b_c.d2 1-2', undefined],
    ['http.proto, verb', '/v1/{name=shelves/*}:merge', '/v1/shelves/*:merge', 'name 1-3 multi', 'merge'],
    ['http.proto, wildcards without variable', '/v1/*/b/**', '/v1/*/b/**', '', undefined],
    [
      'reference 3.1, literals after **',
      '/v1/{name=**}/history',
      '/v1/**/history',
      'name 1-2 multi',
      undefined,
    ],
    ['reference 3.1, verb after **', '/v1/{name=**}:cancel', '/v1/**:cancel', 'name 1-2 multi', 'cancel'],
    [
      'Firestore CreateDocument',
      '/v1/{parent=projects/*/databases/*/documents/**}/{collection_id}',
      '/v1/projects/*/databases/*/documents/**/*',
      'parent 1-7 multi, collection_id 7-8',
      undefined,
    ],
    ['a variable that is one literal', '/v1/{name=books}', '/v1/books', 'name 1-2', undefined],
    ['a verb on a literal', '/v1/books:search', '/v1/books:search', '', 'search'],
    ['pchar of RFC 3986', "/v1/a-b._~!$&'()+,;=@", "/v1/a-b._~!%24%26'()%2B%2C%3B%3D%40", '', undefined],
    [
      'percent-encoded literal, decoded',
      '/v1/%62ooks/a%2Fb/%3A/%2A',
      '/v1/books/a%2Fb/%3A/%2A',
      '',
      undefined,
    ],
    ['literal outside ASCII', '/v1/café', '/v1/caf%C3%A9', '', undefined],
    ['the root', '/', '/', '', undefined],
    ['automatic binding', '/library.v1.Library/GetBook', '/library.v1.Library/GetBook', '', undefined],
  ];

  test.each(rows)('%s: %s', (_source, text, shape, variables, verb) => {
    const parsed = template(text);
    expect(shapeKey(parsed)).toBe(shape);
    expect(parsed.verb).toBe(verb);
    expect(
      parsed.variables
        .map(({ fieldPath, start, end, isMultiSegment }) =>
          [fieldPath.join('.'), `${start}-${end}`, ...(isMultiSegment ? ['multi'] : [])].join(' '),
        )
        .join(', '),
    ).toBe(variables);
  });

  test.each(rows)('%s: %s is equal after being written and read again', (_source, text) => {
    const parsed = template(text);
    const canonical = formatTemplate(parsed);
    expect(template(canonical)).toEqual({ ...parsed, text: canonical });
    expect(formatTemplate(template(canonical))).toBe(canonical);
  });

  test('says where its ** stands', () => {
    expect(template('/a/{b=c/**}/d').restIndex).toBe(2);
    expect(template('/a/{b}').restIndex).toBe(-1);
  });

  test('may have 32 segments and no more', () => {
    expect(parseTemplate('/a'.repeat(32)).ok).toBe(true);
    expect(problemsOf('/a'.repeat(33))).toEqual(['1 has 33 segments, more than 32,']);
  });
});

describe('a template that is refused', () => {
  test.each<[why: string, text: string, ...problems: string[]]>([
    ['empty', '', '1 does not start with "/"', '1 has an empty segment'],
    ['no leading slash', 'v1/books', '1 does not start with "/"'],
    ['two slashes', '/v1//books', '5 has an empty segment'],
    ['only slashes', '//', '2 has an empty segment', '3 has an empty segment'],
    ['trailing slash', '/v1/books/', '11 has an empty segment'],
    ['verb without path', '/:verb', '2 has an empty segment'],
    ['verb of nothing', '/v1/books:', '10 ends in ":" without a verb'],
    ['verb in the middle', '/v1:verb/books', '4 has a ":" before its end'],
    ['two verbs', '/v1/books:a:b', '11 has the verb "a:b"'],
    ['a colon inside an encoded verb', '/v1/books:a%3Ab', '11 has the verb "a%3Ab"; a verb holds no colon'],
    ['a variable as verb', '/v1/books:{verb}', '11 has the verb "{verb}"'],
    ['a verb inside a variable', '/v1/{name=books:verb}', '16 has a ":" before its end'],
    ['no closing brace', '/v1/{name', '10 has no "}" for the "{" of column 5'],
    ['no closing brace after segments', '/v1/{name=a/*', '14 has no "}" for the "{" of column 5'],
    ['no opening brace', '/v1/name}', '9 has a "}" that no "{" opens'],
    ['no variable name', '/v1/{}', '6 has the variable name ""'],
    ['no variable name before =', '/v1/{=**}', '6 has the variable name ""'],
    ['empty part of a field path', '/v1/{a..b}', '6 has the variable name "a..b"'],
    ['a field path ending in a dot', '/v1/{a.}', '6 has the variable name "a."'],
    ['a digit first', '/v1/{1a}', '6 has the variable name "1a"'],
    ['a dash in a name', '/v1/{user-id}', '6 has the variable name "user-id"'],
    ['a variable without segments', '/v1/{a=}', '8 has an empty segment'],
    ['a leading slash in a variable', '/v1/{a=/b}', '8 has a variable that captures the leading "/"'],
    ['variable in a variable (Vanguard accepts)', '/v1/{a={b}}', '8 has a variable inside a variable'],
    ['a field bound twice', '/v1/{a}/{a}', '10 binds "a" twice'],
    ['a second **', '/v1/**/{a=**}', '11 has a second "**"'],
    ['part of a segment as wildcard', '/v1/a*', '5 has "a*"'],
    ['three asterisks', '/v1/***', '5 has "***"'],
    ['text before a variable', '/v1/x{a}', '6 has a variable that is only part of a segment'],
    ['text after a variable', '/v1/{a}x', '8 has text after a "}"'],
    ['two variables in a segment', '/v1/{a}{b}', '8 has text after a "}"'],
    ['a malformed triplet', '/v1/a%2', '5 has "a%2"; after "%" come two hex digits'],
    ['overlong UTF-8', '/v1/%C0%AF', '5 has "%C0%AF"; after "%" come two hex digits'],
    ['%00', '/v1/a%00', '5 has %00'],
    ['a query', '/v1/books?x=1', '10 has a character that a path cannot hold; write it as %3F'],
    ['a fragment', '/v1/books#x', '10 has a character that a path cannot hold; write it as %23'],
    ['a space', '/v1/my books', '7 has a character that a path cannot hold; write it as %20'],
    ['a backslash', '/v1\\books', '4 has a character that a path cannot hold; write it as %5C'],
    ['a control character', '/v1/a\u0007', '6 has a character that a path cannot hold; write it as %07'],
    ['half of a surrogate pair', '/v1/\ud800', '5 has half of a surrogate pair'],
    ['a dot segment', '/v1/../v2', '5 has the segment ".."'],
    ['an encoded dot segment', '/v1/%2e', '5 has the segment "%2e"'],
    [
      'several faults, all named',
      '/{1}//{a=**}/**',
      '3 has the variable name "1"',
      '6 has an empty segment',
      '14 has a second "**"',
    ],
  ])('%s: %s', (_why, text, ...expected) => {
    const problems = problemsOf(text);
    expect(problems).toEqual(expected.map((start) => expect.stringContaining(start)));
  });

  test('too long to be one, without its text in the message', () => {
    const parsed = parseTemplate(`/${'a'.repeat(MAX_TEMPLATE_LENGTH)}`);
    expect(parsed.ok).toBe(false);
    expect(parsed.problems.map(({ message }) => message)).toEqual([
      'path template of 2049 characters is longer than 2048',
    ]);
  });

  test('names at most twenty faults', () => {
    expect(problemsOf('/'.repeat(1000))).toHaveLength(20);
  });
});

/** `column message-after-the-template`, in order. */
function problemsOf(text: string): string[] {
  return parseTemplate(text).problems.map(({ column, message }) => {
    const start = `path template "${text.slice(0, 200)}" `;
    expect(message.startsWith(start)).toBe(true);
    expect(message.endsWith(` (column ${column})`)).toBe(true);
    return `${column} ${message.slice(start.length, -` (column ${column})`.length)}`;
  });
}

describe('shape keys', () => {
  test.each([
    ['variable names', '/v1/{a}/b/{c}', '/v1/{x}/b/{y.z}'],
    ['a variable and its pattern', '/v1/{a}', '/v1/*'],
    ['a variable over several segments', '/v1/{a=books/*}/{b=**}', '/v1/books/{c}/**'],
    ['spellings of a literal', '/v1/%62ooks', '/v1/books'],
    ['spellings of a verb', '/v1/*:%63ancel', '/v1/{a}:cancel'],
  ])('are equal whatever the %s', (_what, one, other) => {
    expect(shapeKey(template(one))).toBe(shapeKey(template(other)));
  });

  test.each([
    ['case', '/v1/books', '/v1/Books'],
    ['* and **', '/v1/*', '/v1/**'],
    ['a wildcard and a literal asterisk', '/v1/*', '/v1/%2A'],
    ['a slash and an encoded one', '/v1/a/b', '/v1/a%2Fb'],
    ['a verb and an encoded colon', '/v1/a:b', '/v1/a%3Ab'],
    ['a verb and none', '/v1/{a}:b', '/v1/{a}'],
  ])('differ by %s', (_what, one, other) => {
    expect(shapeKey(template(one))).not.toBe(shapeKey(template(other)));
  });
});

describe('any text', () => {
  const alphabet = fc.constantFrom(
    '/',
    '{',
    '}',
    '=',
    '*',
    '**',
    ':',
    '.',
    '%',
    '%2F',
    '%41',
    'a',
    'b',
    'v1',
    '\u0000',
    'é',
    '\ud800',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(alphabet, { maxLength: 40 }).map((parts) => parts.join('')),
  );

  test('is a template or a list of problems inside the text, never a throw', () => {
    fc.assert(
      fc.property(text, (input) => {
        const { ok, problems } = parseTemplate(input);
        expect(ok).toBe(problems.length === 0);
        for (const { column = 0 } of problems) {
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(input.length + 1);
        }
      }),
      { seed: 20_251_120, numRuns: 3000 },
    );
  });

  test('that is a template is equal after being written and read again', () => {
    const literal = fc.constantFrom('a', 'b%2Fc', '%2A', 'd:'.slice(0, 1), 'é', '%3A');
    const segment = fc.oneof(literal, fc.constant('*'));
    const variable = fc
      .tuple(fc.integer({ min: 0, max: 1e9 }), fc.array(segment, { minLength: 1, maxLength: 3 }))
      .map(([number, parts]) => `{f${number}=${parts.join('/')}}`);
    const path = fc.tuple(
      fc.uniqueArray(fc.oneof(segment, variable), { minLength: 1, maxLength: 6 }),
      fc.constantFrom('', ':go'),
    );
    fc.assert(
      fc.property(path, ([parts, verb]) => {
        const parsed = template(`/${parts.join('/')}${verb}`);
        const canonical = formatTemplate(parsed);
        expect(template(canonical)).toEqual({ ...parsed, text: canonical });
      }),
      { seed: 20_251_120, numRuns: 500 },
    );
  });
});
