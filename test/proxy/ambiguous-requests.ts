// Requests that two readers would read differently, each with what is said of it, and some that look like these and are
// not. What they are sent to is in ambiguity.test.ts.

export interface Asked {
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export const get = (query: string, ...headers: string[]): Asked => ({ target: `/things/1${query}`, headers });
export const json = (body: string, type = 'application/json'): Asked => ({
  headers: [`content-type: ${type}`],
  body,
});
export const form = (body: string): Asked => json(body, 'application/x-www-form-urlencoded');
const part = (name: string, value: string, more = '', head = ''): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n${head}\r\n${value}\r\n`;
const multipart = (...parts: readonly string[]): Asked =>
  json(`${parts.join('')}--b--\r\n`, 'multipart/form-data; boundary=b');

export const TWICE = 'is given twice';
const BRACKETS = 'has brackets behind its name';
const MEMBERS = 'must be given by its members, as name[member]=value';

export const VIOLATIONS: readonly (readonly [string, Asked, string, string])[] = [
  ['a parameter twice', get('?limit=1&limit=999'), 'query/limit', TWICE],
  ['a parameter twice, one name encoded', get('?limit=1&%6Cimit=999'), 'query/limit', TWICE],
  ['a parameter twice, equal ones', get('?limit=1&limit=1'), 'query/limit', TWICE],
  ['a text twice', get('?text=a&text=b'), 'query/text', TWICE],
  ['a list of one text twice', get('?list=1,2&list=999'), 'query/list', TWICE],
  ['a member of an object twice', get('?side=1&side=999'), 'query/box/side', TWICE],
  ['a deep member twice', get('?deep[n]=1&deep[n]=999'), 'query/deep/n', TWICE],
  ['a deep member twice, one name encoded', get('?deep[n]=1&deep%5Bn%5D=999'), 'query/deep/n', TWICE],
  [
    'a deep member as a value and as an object',
    get('?deep[n]=1&deep[n][x]=2'),
    'query/deep/n',
    'is given as a whole and by its members',
  ],
  ['a deep object without brackets', get('?deep=1'), 'query/deep', MEMBERS],
  ['a deep object with a name that goes on', get('?deep[n]x=1'), 'query/deep', MEMBERS],
  ['JSON twice', get('?where=%7B%7D&where=%7B%7D'), 'query/where', TWICE],
  [
    'a key twice in JSON of a query',
    get('?where=%7B%22a%22:1,%22a%22:2%7D'),
    'query/where/a',
    'is there twice',
  ],
  ['brackets', get('?limit[]=999'), 'query/limit', BRACKETS],
  ['brackets beside the name', get('?limit=1&limit[0]=999'), 'query/limit', BRACKETS],
  ['brackets behind a list', get('?each[]=999'), 'query/each', BRACKETS],
  ['a semicolon', get('?x=1;limit=999'), 'query/limit', 'stands behind a ";", which some take for "&"'],
  ['text that is not UTF-8', get('?text=%ff'), 'query/text', 'must be percent-encoded UTF-8'],
  ['a number that some cut short', get('?limit=1e1'), 'query/limit', 'must be integer'],
  ['a number beyond a double', get(`?limit=1${'0'.repeat(400)}`), 'query/limit', 'must be integer'],
  ['a header twice', get('', 'x-count: 1', 'X-Count: 999'), 'header/X-Count', TWICE],
  [
    'a wrong item in the second line of a list',
    get('', 'x-counts: 1', 'x-counts: 999'),
    'header/X-Counts/1',
    'must be at most 100',
  ],
  ['a cookie twice', get('', 'cookie: session=ab; session=cd'), 'cookie/session', TWICE],
  ['two lines of cookies', get('', 'cookie: session=ab', 'cookie: other=cd'), 'header/Cookie', TWICE],
  ['a key twice', json('{"age":1,"age":999}'), '/age', 'is there twice'],
  ['a key twice, one escaped', json('{"age":1,"\\u0061ge":999}'), '/age', 'is there twice'],
  [
    'a key twice, deep down',
    json('{"owner":{"x":[1,{"a/b~":1,"a/b~":2}]}}'),
    '/owner/x/1/a~1b~0',
    'is there twice',
  ],
  ['a key twice that objects have', json('{"__proto__":1,"__proto__":2}'), '/__proto__', 'is there twice'],
  ['half a surrogate pair', json('{"name":"\\ud800"}'), '/name', 'has half of a surrogate pair'],
  ['a number that no double holds', json('{"size":1e400}'), '/size', 'is beyond what a number can hold'],
  ['a long number', json('{"age":99999999999999999999}'), '/age', 'must be at most 100'],
  ['long digits as text', json('{"age":"1234567890123456"}'), '/age', 'must be integer'],
  ['a long number for text', json('{"name":9007199254740993}'), '/name', 'must be string'],
  ['a field twice', form('age=1&age=999'), '/age', TWICE],
  ['a field twice, one name encoded', form('age=1&%61ge=999'), '/age', TWICE],
  ['a field with brackets', form('age[]=999'), '/age', BRACKETS],
  ['a member of a field twice', form('owner[age]=1&owner[age]=999'), '/owner/age', TWICE],
  [
    'a semicolon in a form',
    form('x=1;age=999'),
    '',
    'has a ";" that is not percent-encoded, which some take for "&"',
  ],
  ['a form that names its charset', form('_charset_=utf-16&age=1'), '/_charset_', 'must be UTF-8'],
  ['a part twice', multipart(part('age', '1'), part('age', '999')), '/age', TWICE],
  ['a key twice in a part', multipart(part('owner', '{"age":1,"age":2}')), '/owner/age', 'is there twice'],
  [
    'a file for a number',
    multipart(part('age', '1', '; filename="x"')),
    '/age',
    'must be a field, not a file',
  ],
];

export const REFUSALS: readonly (readonly [string, Asked, number, string, string])[] = [
  [
    'two content types',
    { headers: ['content-type: application/json', 'content-type: text/plain'], body: '{}' },
    400,
    'bad-headers',
    'the header Content-Type is given twice; send it once',
  ],
  [
    'two content types in one line',
    json('{}', 'application/json; charset=utf-8, text/plain'),
    400,
    'bad-headers',
    'the header Content-Type is malformed; it must be type/subtype; name=value',
  ],
  [
    'two charsets',
    json('{}', 'application/json; charset=utf-8; Charset="utf-16"'),
    400,
    'bad-headers',
    'the header Content-Type has its parameter charset twice',
  ],
  [
    'two boundaries',
    json('--b--', 'multipart/form-data; boundary=b; boundary=c'),
    400,
    'bad-headers',
    'the header Content-Type has its parameter boundary twice',
  ],
  [
    'another charset',
    json('{}', 'application/json; charset=utf-16'),
    415,
    'unsupported-media-type',
    'a body that is not in UTF-8 cannot be checked here; send it in UTF-8',
  ],
  [
    'a coding in a second line',
    {
      headers: ['content-type: application/json', 'content-encoding: identity', 'content-encoding: gzip'],
      body: '{}',
    },
    415,
    'unsupported-content-encoding',
    'a body in a content coding cannot be checked here; send it without',
  ],
  ['text behind JSON', json('{}{"age":999}'), 400, 'invalid-json', 'the body is not valid JSON'],
  ['JSON that is not UTF-8', json('{"name":"\xff"}'), 400, 'invalid-json', 'the body is not valid UTF-8'],
  ['JSON in UTF-16', json('{\0}\0'), 400, 'invalid-json', 'the body is not valid JSON'],
  ['a form that is not UTF-8', form('name=\xff'), 400, 'invalid-json', 'the body is not valid UTF-8'],
];

export const MALFORMED: readonly (readonly [string, string, string])[] = [
  ['text before the first part', `x\r\n${part('age', '1')}--b--`, 'something stands before its first part'],
  [
    'text behind the end',
    `${part('age', '1')}--b--\r\n${part('age', '999')}--b--`,
    'something stands behind its end',
  ],
  ['no end', part('age', '1'), 'it has no end'],
  [
    'a boundary behind a bare line feed',
    `${part('age', '1\n--b\nx')}--b--`,
    'a line begins with its boundary and does not end there',
  ],
  [
    'a boundary that goes on',
    `${part('age', '1\r\n--bc\r\nx')}--b--`,
    'a line begins with its boundary and does not end there',
  ],
  ['two names', `${part('age', '1', '; name="size"')}--b--`, 'a part says in two ways what it is'],
  ['an encoded name', `${part('age', '1', "; name*=utf-8''size")}--b--`, 'a part has no plain name'],
  [
    'an escaped quote',
    `${part('age', '1', '; filename="a\\"; name="size"')}--b--`,
    'a part says in two ways what it is',
  ],
  [
    'two dispositions',
    `${part('age', '1', '', 'Content-Disposition: form-data; name="size"\r\n')}--b--`,
    'a part has the field content-disposition twice',
  ],
  [
    'a folded line',
    `${part('age', '1', ';\r\n name="size"')}--b--`,
    'a part has a line in its head that is no field',
  ],
  [
    'a transfer encoding',
    `${part('age', 'MQ==', '', 'Content-Transfer-Encoding: base64\r\n')}--b--`,
    'a part has a transfer encoding; send it without',
  ],
  [
    'another charset',
    `${part('age', '1', '', 'Content-Type: text/plain; charset=utf-16\r\n')}--b--`,
    'a part is not in UTF-8',
  ],
];

export const ALLOWED: readonly (readonly [string, Asked])[] = [
  ['a list by repetition', get('?each=1&each=2')],
  ['brackets that the document has', get('?own[]=1&own[]=2')],
  ['what may be anything, twice', get('?open=1&open=x')],
  ['what the document does not know, twice', get('?more=1&more=2')],
  ['a semicolon in a value', get('?text=a;b')],
  ['a list of headers in two lines', get('', 'x-counts: 1, 2', 'x-counts: 3')],
  ['a cookie whose value looks like another', get('', 'cookie: other=1&session=AB; session=ab')],
  ['a plus in a cookie', get('', 'cookie: session=a+b')],
  ['equal keys of different objects', json('{"age":1,"owner":{"age":1},"more":[{"age":1},{"age":1}]}')],
  ['colons, quotes and braces in texts', json('{"name":"\\":{\\"name\\":1,","age":1}')],
  ['whole pairs of surrogates', json('{"name":"\\ud83d\\ude00"}')],
  ['a byte order mark', json('\xef\xbb\xbf{"age":1}')],
  ['a charset in quotes', json('{}', 'application/json;charset="UTF-8";')],
  ['a list of fields', form('tags=1&tags=2&age=1')],
  ['members of a field', form('owner[age]=1&owner[more]=2')],
  ['a list of parts', multipart(part('tags', '1'), part('tags', '2'))],
  ['names without quotes', multipart('--b\r\ncontent-disposition: form-data; name=age\r\n\r\n1\r\n')],
  [
    'a file in JSON',
    multipart(part('owner', '{"age":1}', '; filename="blob"', 'Content-Type: application/json\r\n')),
  ],
  ['dashes and line feeds in a part', multipart(part('name', 'x--b\n-- b\r\n--'))],
];
