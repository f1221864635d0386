// The part of a message that a client asked for, and the one field that is the whole answer: on random messages of
// every awkward type, against what is cut out of the codec library's JSON here.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import type { Projection } from '../../core/codec.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { DEFAULT_OUTPUT } from '../../core/rest-options.ts';
import { createFieldWriter, createJsonWriter } from '../../translators/json/json-writer.ts';
import { createLibraryCodec } from '../../translators/json/library-codec.ts';
import { exactText } from './exact-text.ts';
import { compileKinds } from './kinds.ts';
import { createRandom, randomWire } from './wire-generator.ts';

const kinds = await compileKinds();
const { registry: types } = kinds;
const MESSAGES = [...types].filter(
  (type): type is DescMessage => type.kind === 'message' && type.typeName.startsWith('kinds.'),
);

/** About half of the fields, and of fields of messages about half of theirs. */
function randomMask(message: DescMessage, random: () => number, depth = 0): Projection {
  const fields = new Map<string, Projection | undefined>();
  for (const field of message.fields) {
    if (random() < 0.5) continue;
    const inner = field.fieldKind === 'map' ? undefined : field.message;
    const isEntered = inner?.typeName.startsWith('kinds.') === true && depth < 2 && random() < 0.7;
    fields.set(
      field.name,
      isEntered && inner !== undefined ? randomMask(inner, random, depth + 1) : undefined,
    );
  }
  return { fields };
}

function cut(json: JsonValue, message: DescMessage, mask: Projection): JsonValue {
  const result: JsonObject = {};
  for (const field of message.fields) {
    const value = (json as JsonObject)[field.jsonName];
    if (!mask.fields.has(field.name) || value === undefined) continue;
    const inner = mask.fields.get(field.name);
    const one = (item: JsonValue): JsonValue =>
      inner === undefined ? item : cut(item, field.message as DescMessage, inner);
    result[field.jsonName] = Array.isArray(value) && inner !== undefined ? value.map(one) : one(value);
  }
  return result;
}

/** Random messages that the library reads. */
function readable(message: DescMessage, rounds: number): { wire: Uint8Array; json: JsonObject }[] {
  return Array.from({ length: rounds }, (_, round) =>
    randomWire(message, createRandom((round + 7) * 2_654_435_761), { oddity: round % 2 === 0 ? 0 : 0.05 }),
  ).flatMap((wire) => {
    try {
      const json = createLibraryCodec(message, types).wireToValue(wire);
      // As text, in which -0 is 0.
      return [{ wire, json: JSON.parse(exactText(json)) as JsonObject }];
    } catch {
      return [];
    }
  });
}

describe.each(MESSAGES.map((message) => [message.typeName, message] as const))('%s', (_name, message) => {
  const samples = readable(message, 40);

  test('a mask keeps what it names and nothing else', () => {
    samples.forEach(({ wire, json }, index) => {
      const mask = randomMask(message, createRandom(index + 1));
      const write = createJsonWriter(message, { types, output: DEFAULT_OUTPUT, mask });
      expect(JSON.parse(write(wire).toString())).toEqual(cut(json, message, mask));
    });
  });

  test('each field alone is what it is in the whole', () => {
    for (const field of message.fields) {
      const write = createFieldWriter(message, field, { types, output: DEFAULT_OUTPUT });
      for (const { wire, json } of samples) {
        const value = json[field.jsonName];
        const found = JSON.parse(Buffer.from(write(wire)).toString()) as JsonValue;
        expect([field.name, value === undefined ? isNothing(found, field) : found]).toEqual([
          field.name,
          value ?? true,
        ]);
      }
    }
  });
});

/** What stands for a field that is not there. */
function isNothing(value: JsonValue, field: DescField): boolean {
  if (field.fieldKind === 'list') return JSON.stringify(value) === '[]';
  if (field.fieldKind === 'map') return JSON.stringify(value) === '{}';
  if (field.fieldKind === 'enum') return value === null || value === field.enum.values[0]?.name;
  return value === null || value === '' || value === 0 || value === '0' || value === false;
}
