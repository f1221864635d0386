// The codec that calls use against the codec of truth, on random bytes: same JSON, same values, same errors.
// All message types of google-proto-files go the same way with `npm run fuzz`.

import type { DescMessage } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import { googleTypes } from '../../schema/proto/google-types.ts';
import { compareCodecs } from './differential.ts';
import { compileKinds } from './kinds.ts';

const SEED = 20_261_120;

const kinds = await compileKinds();

function messagesOf(registry: Iterable<{ readonly kind: string }>, prefix: string): DescMessage[] {
  return [...registry].filter(
    (type): type is DescMessage =>
      type.kind === 'message' && (type as DescMessage).typeName.startsWith(prefix),
  );
}

describe('random messages of types made to be awkward', () => {
  const messages = messagesOf(kinds.registry, 'kinds.');

  test('there are such types', () => {
    expect(messages.length).toBeGreaterThan(5);
  });

  test.each(messages.map((message) => [message.typeName, message] as const))('%s', (_name, message) => {
    expect(compareCodecs(message, kinds.registry, 120, SEED)).toEqual([]);
  });
});

test("random messages of every common type of Google's, descriptor.proto among them", () => {
  const types = googleTypes();
  const messages = messagesOf(types, 'google.');
  expect(messages.length).toBeGreaterThan(100);
  expect(messages.flatMap((message) => compareCodecs(message, types, 25, SEED))).toEqual([]);
});
