// Names that are nearly right, units, URLs of targets, and imports found in proto texts of every shape.
import { describe, expect, test } from '@jest/globals';
import { findNearest } from '../../core/nearest-name.ts';
import { readTarget } from '../../core/target.ts';
import { findImports } from '../../gateway/config/proto-imports.ts';
import { readAddress, readDuration, readSize } from '../../gateway/config/units.ts';

describe('the nearest name', () => {
  const known = ['listen', 'admin', 'descriptorSet', 'level', 'http'];
  test.each([
    ['lisen', 'listen'],
    ['listne', 'listen'],
    ['Listen', 'listen'],
    ['descriptor-set', 'descriptorSet'],
    ['descriptor_sets', 'descriptorSet'],
    ['htp', 'http'],
    ['levle', 'level'],
    ['desc', 'descriptorSet'],
    ['x', undefined],
    ['redis', undefined],
    ['', undefined],
    ['h'.repeat(100_000), undefined],
  ])('to %j is %j', (name, nearest) => {
    expect(findNearest(name, known)).toBe(nearest);
  });
});

describe('units', () => {
  test.each([
    ['0ms', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
  ])('%s is %d milliseconds', (text, value) => {
    expect(readDuration(text)).toEqual({ ok: true, value });
  });
  test.each([
    ['25h', 'is longer than 24h'],
    ['999999999h', 'is longer than 24h'],
    ['', 'must be a duration such as 500ms, 30s or 5m'],
    ['5', 'must be a duration such as 500ms, 30s or 5m'],
    ['-5s', 'must be a duration such as 500ms, 30s or 5m'],
    ['1.5s', 'must be a duration such as 500ms, 30s or 5m'],
  ])('%j %s', (text, message) => {
    expect(readDuration(text)).toEqual({ ok: false, message });
  });
  test.each([
    [1, 1],
    ['1024', 1024],
    ['2B', 2],
    ['3KiB', 3072],
    ['4MiB', 4_194_304],
    ['1GiB', 1_073_741_824],
  ])('%j is %d bytes', (text, value) => {
    expect(readSize(text)).toEqual({ ok: true, value });
  });
  test.each([
    ['1073741825', 'is larger than 1GiB'],
    ['4MB', 'must be a number of bytes or a size such as 4MiB'],
  ])('%j %s', (text, message) => {
    expect(readSize(text)).toEqual({ ok: false, message });
  });
  test.each([
    [8080, 'default', 8080],
    ['0', 'default', 0],
    ['h.example:1', 'h.example', 1],
    ['[::1]:65535', '::1', 65_535],
  ])('%j is an address', (value, host, port) => {
    expect(readAddress(value, 'default')).toEqual({ ok: true, value: { host, port } });
  });
  test.each(['', ':8080', 'h', 'h:', 'h:x', '::1:80', '[]:1', '65536', '1.2.3.4.5:1'])(
    '%j is no address',
    (value) => {
      expect(readAddress(value, 'default').ok).toBe(false);
    },
  );
});

describe('a target', () => {
  test.each([
    ['grpc://h:50051', 'grpc', 'h', 50_051],
    ['GRPC://Host.Example:1/', 'grpc', 'host.example', 1],
    ['grpcs://h', 'grpcs', 'h', 443],
    ['http://h', 'http', 'h', 80],
    ['https://h:8443', 'https', 'h', 8443],
    ['grpc://[2001:DB8::1]:1', 'grpc', '2001:db8::1', 1],
    ['grpc://127.1:1', 'grpc', '127.0.0.1', 1],
    ['grpc://my_service.default:1', 'grpc', 'my_service.default', 1],
  ])('%s is read', (url, scheme, host, port) => {
    expect(readTarget(url, 7)).toEqual({ ok: true, target: { url, scheme, host, port, weight: 7 } });
  });

  test.each([
    '',
    'h:1',
    '//h:1',
    'grpc:h:1',
    'grpc://',
    'grpc://:1',
    'grpc://h:',
    'grpc://h:1?x',
    'grpc://h:1#x',
  ])('%j is refused', (url) => {
    expect(readTarget(url).ok).toBe(false);
  });

  test.each([
    'grpc://h:1\n',
    'grpc://h h:1',
    'grpc://h\\x:1',
    'grpc://[::1::]:1',
    'grpc://h:65536',
    'grpc://a@h:1',
  ])('%j is refused', (url) => {
    expect(readTarget(url).ok).toBe(false);
  });
});

describe('imports', () => {
  test('are found with their places, whatever stands around them', () => {
    const text = [
      'syntax = "proto3"; // import "no/1.proto";',
      '/* import "no/2.proto"; */ import "yes/1.proto";',
      "import public 'yes/2.proto';",
      'import\tweak /* why */ "yes/3.proto" ;',
      'import option "yes/4.proto";',
      'option (x) = "import \\"no/3.proto\\";";',
      'message import { string import = 1; option y = "import"; }',
      'service S { rpc M(A) returns (B) { option (z) = { a: "}" }; } }',
      'import "yes/5.proto"',
    ].join('\r\n');
    expect(findImports(text)).toEqual([
      { path: 'yes/1.proto', line: 2, column: 35 },
      { path: 'yes/2.proto', line: 3, column: 15 },
      { path: 'yes/3.proto', line: 4, column: 23 },
      { path: 'yes/4.proto', line: 5, column: 15 },
      { path: 'yes/5.proto', line: 9, column: 8 },
    ]);
  });

  test.each([
    ['an empty text', ''],
    ['a comment that never ends', '/* import "a.proto";'],
    ['a string that never ends', 'import "a.proto'],
    ['a word before it', 'x import "a.proto";'],
    ['too many words', 'import public weak "a.proto";'],
    ['an import within braces', 'message M { import "a.proto"; }'],
    ['a million openings', '/*'.repeat(1_000_000)],
    ['a million quotes', '"\n'.repeat(1_000_000)],
    ['millions of escapes', `"${'\\"'.repeat(5_000_000)}"; import "a.proto";`],
  ])('are not found in %s', (_name, text) => {
    expect(findImports(text)).toEqual([]);
  });
});
