// What SDL text must stand: comments of strangers, and sources that could make it explode. Whole schemas: golden.test.ts.
import { describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { printSdl } from '../../schema/graphql/type-definitions.ts';
import { compile, operationsOf } from './sources.ts';

describe('comments of strangers', () => {
  test.each([
    ['quotes that would end a description', 'Ends """ here \\""" and "there".'],
    ['a backslash at the end', 'C:\\'],
    ['control characters', 'bell \u0007 and escape \u001b[31m'],
    ['what looks like SDL', '"""\n type Query { secret: String }\n"""'],
  ])('%s come back as they were', (_what, comment) => {
    const text = comment.split('\n').map((line) => `// ${line}`);
    const files = compile({
      'a.proto': [
        'syntax = "proto3"; package a;',
        'service S {',
        ...text,
        'rpc Do(M) returns (M); }',
        'message M {}',
      ].join('\n'),
    });
    const { graph } = buildGraph([{ name: 's', operations: operationsOf('s', files) }]);
    const field = buildSchema(printSdl(graph)).getMutationType()?.getFields().do;
    expect(field?.description?.split('\n').map((line) => line.trim())).toEqual(
      comment.split('\n').map((line) => line.trim()),
    );
  });
});

test('the size of a schema grows with its source, not faster: oneofs beside each other do not multiply', () => {
  const oneofs = (count: number) =>
    Array.from(
      { length: count },
      (_, i) => `oneof o${i} { string a${i} = ${2 * i + 1}; int32 b${i} = ${2 * i + 2}; }`,
    );
  const typesFor = (count: number) => {
    const files = compile({
      'a.proto': [
        'syntax = "proto3"; package a;',
        'service S { rpc Do(M) returns (M); }',
        'message M {',
        ...oneofs(count),
        '}',
      ].join('\n'),
    });
    return buildGraph([{ name: 's', operations: operationsOf('s', files) }]).graph.types.size;
  };
  // Per oneof a union, two wrappers and an input; once the object type.
  expect([typesFor(1), typesFor(10), typesFor(40)]).toEqual([5, 41, 161]);
});
