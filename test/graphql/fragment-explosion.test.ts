// Documents of a few lines whose fragments select the same type along many more paths than they have fields. What is
// done for a document is bounded by its text and by the reply. Source: graphql reference, section 9.
import { afterEach, expect, test } from '@jest/globals';
import { type Served, serve, unary } from './door.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

const source = {
  name: 'trees',
  operations: operationsOf(
    'trees',
    compile({
      'trees.proto': proto3(`
        service Trees {
          rpc GetTree(GetTreeRequest) returns (Tree) { option (google.api.http) = {get: "/trees/{name}"}; }
          rpc WatchTree(GetTreeRequest) returns (stream Tree) {}
        }
        message GetTreeRequest { string name = 1; google.protobuf.FieldMask read_mask = 2; }
        message Tree { string name = 1; ${NAMES.map((name, index) => `Tree ${name} = ${index + 2};`).join(' ')} }`),
    }),
    ['trees.proto'],
  ),
};

/** 6 to the power of `levels` paths. */
function fragments(levels: number): string {
  return Array.from({ length: levels }, (_, level) => {
    const below = level + 1 === levels ? 'name' : `...L${level + 1}`;
    return `fragment L${level} on Tree { ${NAMES.map((name) => `${name} { ${below} }`).join(' ')} }`;
  }).join('\n');
}

const OPERATIONS = [
  ['a query', '{ tree(name: "x") { ...L0 } }'],
  ['a query that no plan covers', '{ tree(name: "x") { ...L0 } __schema { queryType { name } } }'],
  ['a query with conditions', 'query ($on: Boolean = true) { tree(name: "x") { ...L0 @include(if: $on) } }'],
] as const;

let served: Served;
afterEach(() => served.close());

test.each(OPERATIONS)(
  '%s along 7,776 paths is answered with what the reply holds',
  async (_name, operation) => {
    served = await serve([source], (call) => unary(call, { name: 'x', a: { b: { c: {} } } }));
    const { data, errors } = await served.query(`${operation}\n${fragments(5)}`);
    expect(errors).toBeUndefined();
    const nothing = Object.fromEntries(NAMES.map((name) => [name, null]));
    expect((data as Record<string, unknown>).tree).toEqual({
      ...nothing,
      a: { ...nothing, b: { ...nothing, c: nothing } },
    });
    expect(served.calls).toHaveLength(1);
  },
);

test.each(OPERATIONS)('%s along two thousand million paths is refused', async (_name, operation) => {
  served = await serve([source], (call) => unary(call, {}));
  const { errors } = await served.query(`${operation}\n${fragments(12)}`);
  expect(errors).toEqual([
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'OPERATION_TOO_COSTLY' }) }),
  ]);
  expect(served.calls).toHaveLength(0);
});
