// The field `Forwarded` as RFC 7239 has it, read from its end. Fields of a generator hold the reader to what they were
// made of; whatever stands before them must not change how they are read.
import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  type ForwardedElement,
  forwardedElements,
  writeForwarded,
} from '../../translators/http/forwarded-field.ts';
import { cpuTime } from '../harness/cpu-time.ts';
import { quickest } from '../harness/quickest.ts';
import { createRandom } from '../json/wire-generator.ts';

/** In the order of the field. */
const read = (field: string): ForwardedElement[] => [...forwardedElements(field)].reverse();

describe('examples of the RFC', () => {
  test.each<[string, string, ForwardedElement[]]>([
    ['4', 'for="_gazonk"', [{}]],
    ['4', 'For="[2001:db8:cafe::17]:4711"', [{ for: '2001:db8:cafe::17' }]],
    ['4', 'for=192.0.2.60;proto=http;by=203.0.113.43', [{ for: '192.0.2.60', proto: 'http' }]],
    ['4', 'for=192.0.2.43, for=198.51.100.17', [{ for: '192.0.2.43' }, { for: '198.51.100.17' }]],
    ['6', 'for="192.0.2.43:47011"', [{ for: '192.0.2.43' }]],
    ['6', 'for="[2001:db8:cafe::17]:47011"', [{ for: '2001:db8:cafe::17' }]],
    ['6.3', 'for=_hidden, for=_SEVKISEK', [{}, {}]],
    [
      '7.1',
      'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
      [{ for: '192.0.2.43' }, { for: '2001:db8:cafe::17' }, {}],
    ],
    [
      '7.4',
      'for=192.0.2.43, for="[2001:db8:cafe::17]"',
      [{ for: '192.0.2.43' }, { for: '2001:db8:cafe::17' }],
    ],
    [
      '7.5',
      'for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=http;host=example.com',
      [{ for: '192.0.2.43' }, { for: '198.51.100.17', proto: 'http', host: 'example.com' }],
    ],
  ])('section %s: %s', (_section, field, elements) => {
    expect(read(field)).toEqual(elements);
  });
});

describe('read is', () => {
  test.each<[string, string, ForwardedElement[]]>([
    ['nothing of nothing', '', []],
    ['nothing of blanks and commas', ' ,\t, ,', []],
    ['no empty member', 'for=192.0.2.1,, ,for=192.0.2.2,', [{ for: '192.0.2.1' }, { for: '192.0.2.2' }]],
    ['an empty pair', ';for=192.0.2.1;;proto=http;', [{ for: '192.0.2.1', proto: 'http' }]],
    ['an element of nothing but empty pairs', 'for=192.0.2.1, ;;', [{ for: '192.0.2.1' }, {}]],
    ['an element that does not say for whom', 'proto=https', [{ proto: 'https' }]],
    ['names and protocols in any case', 'FOR=192.0.2.1;ProTo=HTTPS', [{ for: '192.0.2.1', proto: 'https' }]],
    ['a host as it stands', 'HOST=Example.Com', [{ host: 'Example.Com' }]],
    ['a quoted host with a port', 'host="example.com:8080"', [{ host: 'example.com:8080' }]],
    ['a quoted token', 'for="192.0.2.1";proto="https"', [{ for: '192.0.2.1', proto: 'https' }]],
    ['quoted pairs', String.raw`host="\e\"\\x"`, [{ host: String.raw`e"\x` }]],
    ['a quoted comma, semicolon and equals sign', 'host="a, for=1.1.1.1;b"', [{ host: 'a, for=1.1.1.1;b' }]],
    ['an empty quoted string', 'host="";for=192.0.2.1', [{ host: '', for: '192.0.2.1' }]],
    ['other parameters over', 'for=192.0.2.1;secret=egah2CGj55fSJFs;x="[;,]"', [{ for: '192.0.2.1' }]],
    ['__proto__ as another', '__proto__=x;for=192.0.2.1', [{ for: '192.0.2.1' }]],
    ['a name for a port', 'for="192.0.2.1:_http"', [{ for: '192.0.2.1' }]],
    ['unknown in any case, with a port', 'for="Unknown:80"', [{}]],
    ['blanks around semicolons', 'for=192.0.2.1 ;\t proto=https', [{ for: '192.0.2.1', proto: 'https' }]],
    ['IPv4 in IPv6', 'for="[::ffff:192.0.2.1]"', [{ for: '::ffff:192.0.2.1' }]],
  ])('%s', (_name, field, elements) => {
    expect(read(field)).toEqual(elements);
  });
});

describe('no element is, and ends the reading', () => {
  test.each([
    ['a name alone', 'for'],
    ['a name without a value', 'for='],
    ['a value without a name', '=192.0.2.1'],
    ['a blank before a value', 'for= 192.0.2.1'],
    ['a blank behind a name', 'for =192.0.2.1'],
    ['two words', 'for=192.0.2.1 192.0.2.2'],
    ['a parameter twice', 'for=192.0.2.1;for=192.0.2.2'],
    ['a parameter twice in another case', 'for=192.0.2.1;FOR=192.0.2.1'],
    ['an unknown parameter twice', 'a=1;for=192.0.2.1;a=2'],
    ['seventeen parameters', Array.from({ length: 17 }, (_one, index) => `p${index}=x`).join(';')],
    ['an open quotation mark', 'for="192.0.2.1'],
    ['a closing quotation mark', 'for=192.0.2.1"'],
    ['a quotation mark alone', '"'],
    ['nothing but quotation marks', '""""'],
    ['an escaped closing mark', String.raw`for="192.0.2.1\"`],
    ['a mark behind an escaped backslash', String.raw`host="a\\"b"`],
    ['text behind a quoted string', 'for="192.0.2.1"x'],
    ['text before a quoted string', 'for=x"192.0.2.1"'],
    ['a quoted name', '"for"=192.0.2.1'],
    ['a control character in a quoted string', 'host="a\u0000"'],
    ['an escaped control character', 'host="a\\\u007f"'],
    ['what is beyond Latin-1', 'host="\u0100"'],
    ['a port without quotation marks', 'for=192.0.2.1:80'],
    ['IPv6 without quotation marks', 'for=[2001:db8::1]'],
    ['IPv6 without brackets', 'for="2001:db8::1"'],
    ['IPv6 with a zone', 'for="[fe80::1%eth0]"'],
    ['no IPv6 address', 'for="[2001:db8:::1]"'],
    ['no IPv4 address', 'for=192.0.2.256'],
    ['IPv4 as one number', 'for=3221225985'],
    ['IPv4 in brackets', 'for="[192.0.2.1]"'],
    ['a host name', 'for=localhost'],
    ['a made up name without its underscore', 'for=gazonk'],
    ['an underscore alone', 'for=_'],
    ['a port of six digits', 'for="192.0.2.1:100000"'],
    ['no port behind a colon', 'for="192.0.2.1:"'],
    ['nothing, quoted', 'for=""'],
  ])('%s', (_name, element) => {
    expect(read(element)).toEqual([]);
    expect(read(`for=192.0.2.7, ${element}, for=192.0.2.8`)).toEqual([{ for: '192.0.2.8' }]);
  });

  test('the sixty-fifth', () => {
    const elements = Array.from({ length: 70 }, (_one, index) => ({ for: `192.0.2.${index}` }));
    const field = elements.map((one) => `for=${one.for}`).join(', ');
    expect(read(field)).toEqual(elements.slice(-64));
  });
});

const SEED = 20_261_121;

/** A field, and what it says. */
function generated(random: () => number): { readonly field: string; readonly elements: ForwardedElement[] } {
  const one = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const many = (most: number): number[] => [...Array(Math.floor(random() * (most + 1))).keys()];
  const text = (): string =>
    many(6)
      .map(() => one('a', 'Z', '.', ',', ';', '=', '"', '\\', ' ', '\t', 'é'))
      .join('');
  const quoted = (plain: string): string =>
    `"${[...plain].map((sign) => (sign === '"' || sign === '\\' || random() < 0.1 ? `\\${sign}` : sign)).join('')}"`;
  const spelled = (plain: string): string =>
    /^[!#$%&'*+.^_`|~\w-]+$/.test(plain) && random() < 0.7 ? plain : quoted(plain);
  const node = (): readonly [string, string | undefined] => {
    const [name, address] = one(
      ['192.0.2.1', '192.0.2.1'],
      ['[2001:db8::1]', '2001:db8::1'],
      ['_a.B-c_', undefined],
      ['unknown', undefined],
    );
    return [`${name}${one('', '', ':1', ':_p')}`, address];
  };
  const pairs = (): readonly [readonly string[], ForwardedElement] => {
    const element: { -readonly [Key in keyof ForwardedElement]: ForwardedElement[Key] } = {};
    const written: string[] = [];
    if (random() < 0.8) {
      const [plain, address] = node();
      written.push(`${one('for', 'For')}=${spelled(plain)}`);
      if (address !== undefined) element.for = address;
    }
    if (random() < 0.5) {
      element.host = text();
      written.push(`host=${spelled(element.host)}`);
    }
    if (random() < 0.5) {
      element.proto = one('http', 'https');
      written.push(`proto=${spelled(one(element.proto, element.proto.toUpperCase()))}`);
    }
    if (written.length === 0 || random() < 0.3) written.push(`by=${spelled(text())}`, `x=${spelled(text())}`);
    return [written.sort(() => random() - 0.5), element];
  };
  const all = [0, ...many(4)].map(pairs);
  const field = all
    .map(([written]) => written.join(one(';', ';;', ' ; ')))
    .join(one(',', ', ', ' ,, ', '\t,'));
  return { field, elements: all.map(([, element]) => element) };
}

test(`generated fields say what they were made of, whatever stands before them (seed ${SEED})`, () => {
  const random = createRandom(SEED);
  const SIGNS = [
    'f',
    'or=',
    '1.2.3.4',
    '"',
    '"',
    '\\',
    ',',
    ';',
    '=',
    ' ',
    '\t',
    'host="',
    '[::1]',
    '\u00ff',
    '%',
  ];
  const junk = (): string =>
    Array.from({ length: Math.floor(random() * 12) }, () => SIGNS[Math.floor(random() * SIGNS.length)]).join(
      '',
    );
  const wrong: unknown[] = [];
  for (let round = 0; round < 5_000; round += 1) {
    const { field, elements } = generated(random);
    const prefixed = `${junk()},${field}`;
    if (!isDeepStrictEqual(read(field), elements)) wrong.push([field, elements]);
    if (!isDeepStrictEqual(read(prefixed).slice(-elements.length), elements))
      wrong.push([prefixed, elements]);
    // Of anything: nothing is thrown, and what is an address is one.
    const odd = junk() + junk();
    if (!read(odd).every((element) => element.for === undefined || isIP(element.for) !== 0)) wrong.push(odd);
  }
  expect(wrong).toEqual([]);
});

describe('the work grows with the field, not with its square:', () => {
  test.each<[string, (length: number) => string]>([
    ['commas', (length) => ','.repeat(length)],
    ['semicolons', (length) => ';'.repeat(length)],
    ['blanks', (length) => `x${' '.repeat(length)}x`],
    ['a token', (length) => 'a'.repeat(length)],
    ['escaped marks', (length) => `${'\\"'.repeat(length / 2)}"`],
    ['backslashes', (length) => `x="${'\\'.repeat(length)}"`],
    ['marks', (length) => '"'.repeat(length)],
    ['digits', (length) => `for="${'1'.repeat(length)}"`],
    ['made up names', (length) => `for="_${'a'.repeat(length)}!"`],
    ['pairs', (length) => 'a=b;'.repeat(length / 4)],
    ['elements', (length) => 'for=192.0.2.1,'.repeat(length / 14)],
  ])('%s', async (_name, fieldOf) => {
    const [short, long] = [fieldOf(20_000), fieldOf(640_000)];
    const timeOf = (field: string) => () => cpuTime(() => read(field));
    const goal = 200 * Math.max(await quickest(0, timeOf(short)), 0.05);
    expect(await quickest(goal, timeOf(long))).toBeLessThan(goal);
  });
});

describe('written is', () => {
  test.each<[string, readonly string[], { host: string; proto: string }, string]>([
    [
      'the client with what it asked for',
      ['192.0.2.1'],
      { host: 'a.test', proto: 'http' },
      'for=192.0.2.1;host=a.test;proto=http',
    ],
    [
      'a host with a port in quotation marks',
      ['192.0.2.1'],
      { host: 'a.test:8080', proto: 'https' },
      'for=192.0.2.1;host="a.test:8080";proto=https',
    ],
    ['no host, if there is none', ['192.0.2.1'], { host: '', proto: 'http' }, 'for=192.0.2.1;proto=http'],
    [
      'IPv6 in brackets and quotation marks',
      ['2001:db8::1', '::1'],
      { host: '[::1]', proto: 'http' },
      'for="[2001:db8::1]";host="[::1]";proto=http, for="[::1]"',
    ],
    ['no zone', ['fe80::1%eth0'], { host: 'a', proto: 'http' }, 'for="[fe80::1]";host=a;proto=http'],
    ['unknown for a peer that has gone', [''], { host: 'a', proto: 'http' }, 'for=unknown;host=a;proto=http'],
    [
      'nothing that breaks out',
      ['x"y'],
      { host: 'a"\\;b', proto: 'http' },
      String.raw`for=unknown;host="a\"\\;b";proto=http`,
    ],
  ])('%s', (_name, addresses, asked, field) => {
    expect(writeForwarded(addresses, asked)).toBe(field);
  });

  test('what is read as it was meant', () => {
    const field = writeForwarded(['2001:db8::1', '192.0.2.1'], { host: 'a.test:80', proto: 'https' });
    expect(read(field)).toEqual([
      { for: '2001:db8::1', host: 'a.test:80', proto: 'https' },
      { for: '192.0.2.1' },
    ]);
  });
});
