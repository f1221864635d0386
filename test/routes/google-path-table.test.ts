// Paths that Google's own matcher is held to: which template answers, and what its variables are.
// Source: grpc-httpjson-transcoding, path_matcher_test and http_template_test; Envoy and ESPv2 route by that library.
// Left out, since we differ (docs/rest.md, "Where other gateways differ"): %00 and dot segments as values, a path that
// two methods claim, "*" after "**", rules of GET with a body.
import { describe, expect, test } from '@jest/globals';
import { parseTemplate } from '../../schema/routes/template.ts';
import { capture, describeLookup, tableOf } from './fixtures.ts';

type Group = readonly [name: string, templates: readonly string[], ...rows: (readonly [string, string])[]];

const NONE = '404';

const GROUPS: readonly Group[] = [
  ['WildCardMatchesRoot', ['/**'], ['/', '/**'], ['/a', '/**'], ['/a/', '/**']],
  [
    'WildCardMatches',
    ['/a/**', '/b/*', '/c/*/d/**', '/c/*/d/e', '/c/f/d/e', '/'],
    ['/a/b', '/a/**'],
    ['/a/b/c', '/a/**'],
    ['/b/c', '/b/*'],
    ['/b/c/d', NONE],
    ['/c/u/d/v', '/c/*/d/**'],
    ['/c/v/d/w/x', '/c/*/d/**'],
    ['/c/x/y/d/z', NONE],
    ['/c//v/d/w/x', NONE],
    ['/c/x/d/e', '/c/*/d/e'],
    ['/c/f/d/e', '/c/f/d/e'],
    ['/', '/'],
  ],
  [
    'VariableBindings',
    [
      '/a/{x}/c/d/e',
      '/{x=a/*}/b/{y=*}/c',
      '/a/{x=b/*}/{y=d/**}',
      '/alpha/{x=*}/beta/{y=**}/gamma',
      '/{x=*}/a',
      '/{x=**}/a/b',
      '/a/b/{x=*}',
      '/a/b/c/{x=**}',
      '/{x=*}/d/e/f/{y=**}',
    ],
    ['/a/book/c/d/e', '/a/{x}/c/d/e x=book'],
    ['/a/hello/b/world/c', '/{x=a/*}/b/{y=*}/c x=a/hello y=world'],
    ['/a/b/zoo/d/animal/tiger', '/a/{x=b/*}/{y=d/**} x=b/zoo y=d/animal/tiger'],
    ['/alpha/dog/beta/eat/bones/gamma', '/alpha/{x=*}/beta/{y=**}/gamma x=dog y=eat/bones'],
    ['/foo/a', '/{x=*}/a x=foo'],
    ['/foo/bar/a/b', '/{x=**}/a/b x=foo/bar'],
    ['/a/b/foo', '/a/b/{x=*} x=foo'],
    ['/a/b/c/foo/bar/baz', '/a/b/c/{x=**} x=foo/bar/baz'],
    ['/foo/d/e/f/bar/baz', '/{x=*}/d/e/f/{y=**} x=foo y=bar/baz'],
  ],
  ['PercentEscapesUnescapedForSingleSegment', ['/a/{x}/c'], ['/a/p%20q%2Fr/c', '/a/{x}/c x=p q/r']],
  [
    'PercentEscapesNotUnescapedForMultiSegment1',
    ['/a/{x=p/*/q/*}/c'],
    ['/a/p/foo%20foo/q/bar%2Fbar/c', '/a/{x=p/*/q/*}/c x=p/foo foo/q/bar%2Fbar'],
  ],
  [
    'PercentEscapesNotUnescapedForMultiSegment2',
    ['/a/{x=**}/c'],
    ['/a/p/foo%20foo/q/bar%2Fbar/c', '/a/{x=**}/c x=p/foo foo/q/bar%2Fbar'],
  ],
  [
    'CustomVerbIssue',
    ['/person', '/person/{id=*}', '/{x=**}:verb'],
    ['/person:verb', '/{x=**}:verb x=person'],
    ['/person/jason:verb', '/{x=**}:verb x=person/jason'],
    ['/animal:verb', '/{x=**}:verb x=animal'],
    ['/animal/cat:verb', '/{x=**}:verb x=animal/cat'],
    ['/person', '/person'],
    ['/person/jason', '/person/{id=*} id=jason'],
    ['/animal', NONE],
    ['/animal/cat', NONE],
    ['/person:other', NONE],
    ['/person/jason:other', '/person/{id=*} id=jason:other'],
    ['/animal:other', NONE],
    ['/animal/cat:other', NONE],
  ],
  [
    'VariableBindingsWithCustomVerb',
    [
      '/a/{y=*}:verb',
      '/a/{y=d/**}:verb',
      '/{x=*}/a:verb',
      '/{x=**}/b:verb',
      '/e/{x=*}/f:verb',
      '/g/{x=**}/h:verb',
    ],
    ['/a/world:verb', '/a/{y=*}:verb y=world'],
    ['/a/d/animal/tiger:verb', '/a/{y=d/**}:verb y=d/animal/tiger'],
    ['/foo/a:verb', '/{x=*}/a:verb x=foo'],
    ['/foo/bar/baz/b:verb', '/{x=**}/b:verb x=foo/bar/baz'],
    ['/e/foo/f:verb', '/e/{x=*}/f:verb x=foo'],
    ['/g/foo/bar/h:verb', '/g/{x=**}/h:verb x=foo/bar'],
  ],
  [
    'ConstantSuffixesWithVariable',
    [
      '/a/{x=b/**}',
      '/a/{x=b/**}/z',
      '/a/{x=b/**}/y/z',
      '/a/{x=b/**}:verb',
      '/a/{x=**}',
      '/c/{x=*}/{y=d/**}/e',
      '/c/{x=*}/{y=d/**}/e:verb',
      '/f/{x=*}/{y=**}/g',
      '/f/{x=*}/{y=**}/g:verb',
      '/a/{x=b/*/y/z/**}/foo',
      '/a/{x=b/*/**/y/z}/foo',
    ],
    ['/a/b/hello/world/c', '/a/{x=b/**} x=b/hello/world/c'],
    ['/a/b/world/c/z', '/a/{x=b/**}/z x=b/world/c'],
    ['/a/b/world/c/y/z', '/a/{x=b/**}/y/z x=b/world/c'],
    ['/a/b/world/c:verb', '/a/{x=b/**}:verb x=b/world/c'],
    ['/a/hello/b/world/c', '/a/{x=**} x=hello/b/world/c'],
    ['/c/hello/d/esp/world/e', '/c/{x=*}/{y=d/**}/e x=hello y=d/esp/world'],
    ['/c/hola/d/esp/mundo/e:verb', '/c/{x=*}/{y=d/**}/e:verb x=hola y=d/esp/mundo'],
    ['/f/foo/bar/baz/g', '/f/{x=*}/{y=**}/g x=foo y=bar/baz'],
    ['/f/foo/bar/baz/g:verb', '/f/{x=*}/{y=**}/g:verb x=foo y=bar/baz'],
    ['/a/b/foo/y/z/bar/baz/foo', '/a/{x=b/*/y/z/**}/foo x=b/foo/y/z/bar/baz'],
    ['/a/b/foo/bar/baz/y/z/foo', '/a/{x=b/*/**/y/z}/foo x=b/foo/bar/baz/y/z'],
  ],
  [
    'CustomVerbMatches',
    ['/some/const:verb', '/some/*:verb', '/some/*/foo:verb', '/other/**:verb', '/other/**/const:verb'],
    ['/some/const:verb', '/some/const:verb'],
    ['/some/other:verb', '/some/*:verb'],
    ['/some/other:verb/', NONE],
    ['/some/bar/foo:verb', '/some/*/foo:verb'],
    ['/some/foo1/foo2/foo:verb', NONE],
    ['/some/foo/bar:verb', NONE],
    ['/other/bar/foo:verb', '/other/**:verb'],
    ['/other/bar/foo/const:verb', '/other/**/const:verb'],
  ],
  [
    'CustomVerbMatch2',
    ['/{a=*}/{b=*}:verb'],
    ['/some:verb/const:verb', '/{a=*}/{b=*}:verb a=some:verb b=const'],
  ],
  ['CustomVerbMatch3', ['/foo/{a=*}'], ['/foo/other:verb', '/foo/{a=*} a=other:verb']],
  ['CustomVerbMatch4', ['/foo/*/hello'], ['/foo/other:verb/hello', '/foo/*/hello']],
  [
    'CustomVerbMatch5',
    ['/{a=**}:verb', '/{a=**}'],
    ['/some:verb/const:verb', '/{a=**}:verb a=some:verb/const'],
    ['/some:verb/const', '/{a=**} a=some:verb/const'],
    ['/some:verb2/const:verb2', '/{a=**} a=some:verb2/const:verb2'],
  ],
  [
    'RejectPartialMatches',
    ['/prefix/middle/suffix', '/prefix/middle', '/prefix'],
    ['/prefix/middle/suffix', '/prefix/middle/suffix'],
    ['/prefix/middle', '/prefix/middle'],
    ['/prefix', '/prefix'],
    ['/prefix/middle/suffix/other', NONE],
    ['/prefix/middle/other', NONE],
    ['/prefix/other', NONE],
    ['/other', NONE],
  ],
  [
    'LookupSimplePaths',
    ['/prefix/middle/suffix', '/prefix/middle/othersuffix', '/otherprefix/suffix'],
    ['/prefix/not/a/path', NONE],
    ['/prefix/middle', NONE],
    ['/otherprefix/suffix/othermiddle', NONE],
    ['/prefix/middle/othersuffix', '/prefix/middle/othersuffix'],
    ['/otherprefix/suffix?foo=bar', '/otherprefix/suffix'],
  ],
  ['LookupReturnsNullForOverspecifiedPath', ['/a/b/c', '/a/b'], ['/a/b/c/d', NONE]],
  ['ReturnNullForUnderspecifiedPath', ['/a/b/c/d'], ['/a/b/c', NONE]],
];

for (const [name, templates, ...rows] of GROUPS) {
  test.each(rows)(`${name}: %s → %s`, (path, expected) => {
    const table = tableOf(templates.map((template) => `GET ${template}`));
    expect(describeLookup(table.find('GET', path))).toBe(expected === NONE ? NONE : `GET ${expected}`);
  });
}

describe('every printable character, encoded', () => {
  const reserved = "!#$&'()*+,/:;=?@[]";
  const encoded = [...reserved].map((one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`).join('');

  test.each([
    ['spec', "!#$&'()*+,%2F:;=?@[]"],
    ['keepReserved', encoded],
    ['all', reserved],
  ] as const)('MultiSegmentMatch, %s', (multiSegmentDecode, several) => {
    const path = `/a/${encoded}/${encoded}/c`;
    expect(capture('/a/{x=*}/{y=**}/c', path, { multiSegmentDecode })).toEqual([reserved, several]);
  });

  test('PercentEscapesUnescapedForSingleSegmentAllAsciiChars, from 01 on, but for the dot', () => {
    for (let code = 1; code < 0x7f; code++) {
      const hex = code.toString(16).padStart(2, '0');
      const expected = code === 0x2e ? '400' : [String.fromCharCode(code)];
      expect(capture('/{x}', `/%${hex}`)).toEqual(expected);
      expect(capture('/{x}', `/%${hex.toUpperCase()}`)).toEqual(expected);
    }
  });
});

describe('templates', () => {
  test.each([
    ...['/shelves/{shelf}/books/{book}', '/shelves/**', '/**', '/a:foo', '/a/b/c:foo', '/*/**', '/*/a/**'],
    ...['/a/{a.b.c}', '/a/{a.b.c=*}', '/a/{b=*}', '/a/{b=**}', '/a/{b=c/*}', '/a/{b=c/*/d}', '/a/{b=c/**}'],
    ...['/a/{b=c/**}/d/e', '/a/{b=c/**/d}/e', '/a/{b=c/**/d}/e:verb', '/*:verb', '/**:verb', '/{a}:verb'],
    ...['/a/b/*:verb', '/a/b/**:verb', '/a/b/{a}:verb', '/{x.y.z=*/a/b}/c', '/{x.y.z=a/**/b}/c/d:custom'],
    ...['/{x.y.z=*/*}:verb', '/{x=**}:myverb', '/a/{b=*}/**:verb'],
  ])('is one: %s', (template) => {
    expect(parseTemplate(template).problems).toEqual([]);
  });

  test.each([
    ...['', '//', '/{}', '/a/', '/a//b', ':verb', '/:verb', '/a/:verb', ':', '/:', '/*:', '/**:', '/{var}:'],
    ...['/a/b/:', '/a/b/*:', '/a/b/**:', '/a/b/{var}:', '/a/{', '/a/{var', '/a/{var.', '/a/{x=var:verb}'],
    ...['a', '{x}', '{x=/a}', '{x=/a/b}', 'a/b', 'a/b/{x}', 'a/{x}/b', 'a/{x}/b:verb', '/a/{var=/b}'],
    ...['/{var=a/{nested=b}}', '/a{x}', '/{x}a', '/a{x}b', '/{x}a{y}', '/a/b{x}', '/a/{x}b', '/a/b{x}c'],
    ...['/a/{x}b{y}', '/a/b{x}/s', '/a/{x}b/s', '/a/b{x}c/s', '/a/{x}b{y}/s', '/a{x=b/**}/{y=*}'],
    ...['/a{x=b/**}/bb/{y=**}', '/a/**/**', '/a/**/foo/**'],
  ])('is none: %j', (template) => {
    expect(parseTemplate(template).ok).toBe(false);
  });
});
