// What stands for a value that is not of the type its document promises: an error at its own field, which graphql-js
// and plans alike throw where they meet it.
import { GraphQLError } from 'graphql';
import { GatewayError } from '../../core/error.ts';

/** `expected` in words: `an object`. Nothing of the value itself is told. Null stays null: its field judges that. */
export function notOfItsType(expected: string, value: unknown): GraphQLError | null {
  if (value === null) return null;
  const error = untrueValue(expected, value);
  // Not the error itself: graphql-js would take its source for a document's.
  return new GraphQLError(error.message, { originalError: error });
}

/** `expected` in words: `a list`. Nothing of the value itself is told. */
export function untrueValue(expected: string, value: unknown): GatewayError {
  return new GatewayError(
    'internal',
    `the upstream sent ${nameOf(value)} where its document promises ${expected}`,
    { type: 'upstream-protocol', source: 'upstream' },
  );
}

/** Of a field that is never null. */
export function missingValue(): GraphQLError {
  const error = new GatewayError('internal', 'the upstream sent no value where one is always promised', {
    type: 'upstream-protocol',
    source: 'upstream',
  });
  return new GraphQLError(error.message, { originalError: error });
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
