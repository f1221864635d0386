// What stands for a value that is not of the type its document promises: an error at its own field, which graphql-js
// and plans alike throw where they meet it.
import { GatewayError } from '../../core/error.ts';

/** `expected` in words: `an object`. Nothing of the value itself is told. */
export function notOfItsType(expected: string, value: unknown): GatewayError {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return new GatewayError(
    'internal',
    `the upstream sent ${actual === 'a object' ? 'an object' : actual} where its document promises ${expected}`,
    { type: 'upstream-protocol', source: 'upstream' },
  );
}
