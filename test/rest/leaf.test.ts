// Names of enums in any letter case. In proto3 the compiler lets no two values differ in case alone. Source: transcoding reference, section 4 (`enumCaseInsensitive`).
import { beforeAll, describe, expect, test } from '@jest/globals';
import { JsonNumber } from '../../translators/json/scan.ts';
import { readLeaf } from '../../translators/rest/leaf.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';

const PROTO = `
syntax = "proto2";
package leaf.v1;
enum Size {
  option allow_alias = true;
  SIZE_UNSPECIFIED = 0;
  SIZE_SMALL = 1;
  Size_Small = 2;
  SIZE_LARGE = 3;
  size_large = 3;
}
message Leaf { optional Size size = 1; }
service Leaves { rpc Get(Leaf) returns (Leaf); }
`;

let types: CompiledTypes;
beforeAll(async () => {
  types = await compileTypes([{ path: 'leaf.proto', content: PROTO }]);
});

const read = (text: string, enumCaseInsensitive: boolean) => {
  const field = types.message('leaf.v1.Leaf').fields[0];
  if (field === undefined) throw new Error('no field');
  return readLeaf(text, field, { enumCaseInsensitive, structInQuery: false });
};

describe('with enumCaseInsensitive', () => {
  test.each([
    ['SIZE_SMALL', 'SIZE_SMALL'],
    ['Size_Small', 'Size_Small'],
    // Two names of one value are one value.
    ['Size_Large', 'size_large'],
    ['size_unspecified', 'SIZE_UNSPECIFIED'],
  ])('%s is %s', (text, name) => {
    expect(read(text, true)).toEqual({ ok: true, node: name });
  });

  test('a number is a number', () => {
    expect(read('77', true)).toEqual({ ok: true, node: new JsonNumber('77') });
  });

  test('a name that fits several values is refused, naming them', () => {
    expect(read('size_small', true)).toEqual({
      ok: false,
      refusal: 'could be any of SIZE_SMALL, Size_Small; write it in the right letter case',
    });
  });

  test.each([['small'], ['size_small '], [''], ['size_ſmall']])('%j is no name', (text) => {
    expect(read(text, true)).toMatchObject({
      ok: false,
      refusal: expect.stringContaining('expected one of'),
    });
  });
});

test.each([['size_small'], ['Size_Large']])('without it %s is refused', (text) => {
  expect(read(text, false).ok).toBe(false);
});
