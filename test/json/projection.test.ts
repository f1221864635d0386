// A projected reply holds what was asked for and nothing that could be spared.

import type { DescMessage } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import type { Projection } from '../../core/codec.ts';
import type { JsonObject } from '../../core/json.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { createLibraryCodec } from '../../translators/json/library-codec.ts';
import { compileKinds } from './kinds.ts';
import { createRandom, randomWire } from './wire-generator.ts';

const kinds = await compileKinds();
const message = kinds.message('kinds.v1.Kinds');
const codec = createCodec(message, kinds.registry);

function wanted(...names: string[]): Projection {
  return { fields: new Map(names.map((name) => [name, undefined])) };
}

describe('a projection', () => {
  const wire = codec.jsonToWire(
    '{"int32Value":1,"stringValue":"a","child":{"int32Value":2,"stringValue":"b","texts":["x"]},' +
      '"children":[{"int32Value":3},{"stringValue":"c"}],"choiceText":"t"}',
  );

  test('keeps the fields that it names', () => {
    expect(codec.projector(wanted('string_value'))(wire)).toEqual({ stringValue: 'a' });
  });

  test('reaches into messages and lists of messages', () => {
    const nested: Projection = {
      fields: new Map([
        ['child', wanted('string_value')],
        ['children', wanted('int32_value')],
      ]),
    };
    expect(codec.projector(nested)(wire)).toEqual({
      child: { stringValue: 'b' },
      children: [{ int32Value: 3 }, {}],
    });
  });

  test('keeps a message whole where it names no part of it', () => {
    expect(codec.projector(wanted('child'))(wire)).toEqual({
      child: { int32Value: 2, stringValue: 'b', texts: ['x'] },
    });
  });

  test('of nothing is an empty object', () => {
    expect(codec.projector({ fields: new Map() })(wire)).toEqual({});
  });

  test('knows that a later member of a oneof unsets the one it names', () => {
    const twice = Buffer.concat([
      codec.jsonToWire('{"choiceText":"t"}'),
      codec.jsonToWire('{"choiceLong":"5"}'),
    ]);
    expect(codec.projector(wanted('choice_text'))(twice)).toEqual({ choiceLong: '5' });
  });
});

test('what a projection keeps is what the codec of truth reads (seeded)', () => {
  const truth = createLibraryCodec(message, kinds.registry);
  const random = createRandom(20_261_121);
  let compared = 0;
  for (let round = 0; round < 1200; round += 1) {
    const wire = randomWire(message, random, { oddity: 0.02 });
    const names = message.fields.filter(() => random() < 0.3).map((field) => field.name);
    let whole: JsonObject;
    try {
      whole = truth.wireToValue(wire) as JsonObject;
    } catch {
      // Broken bytes: a projection may pass over the break, and that is its right.
      continue;
    }
    const found = codec.projector(wanted(...names))(wire) as JsonObject;
    compared += 1;
    for (const key of jsonNames(message, names)) {
      // As text: JSON has one zero.
      expect([round, key, JSON.stringify(found[key])]).toEqual([round, key, JSON.stringify(whole[key])]);
    }
  }
  expect(compared).toBeGreaterThan(150);
});

function jsonNames(type: DescMessage, names: readonly string[]): string[] {
  return type.fields.filter((field) => names.includes(field.name)).map((field) => field.jsonName);
}
