import { expect, test } from '@jest/globals';
import { reachableFiles } from '../../registry/compile/reachable-files.ts';

const FILES = new Map([
  ['a.proto', 'syntax = "proto3"; import "b.proto"; import public "c/d.proto";'],
  ['b.proto', 'import weak \'e.proto\';\n  import\n"a.proto"; // import "comment.proto"'],
  ['c/d.proto', 'import option "f.proto"; import "not/there.proto"; message important { string s = 1; }'],
  ['comment.proto', ''],
  ['e.proto', ''],
  ['f.proto', ''],
  ['unused.proto', 'import "a.proto";'],
]);

test('follows every kind of import, cycles included, and leaves out what is not needed', () => {
  expect([...reachableFiles(FILES, ['a.proto', 'nowhere.proto']).keys()].sort()).toEqual([
    'a.proto',
    'b.proto',
    'c/d.proto',
    'comment.proto',
    'e.proto',
    'f.proto',
  ]);
});

test('keeps the text of the files', () => {
  expect(reachableFiles(FILES, ['unused.proto', 'e.proto']).get('e.proto')).toBe('');
});
