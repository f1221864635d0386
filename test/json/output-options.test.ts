// How a service may have its JSON written: each choice, and all of them together, against the codec library's own
// options on random messages. 64-bit integers as numbers are not the library's; they are held to exact text.
import { type DescMessage, fromBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_OUTPUT, type OutputOptions } from '../../core/rest-options.ts';
import { googleTypes } from '../../schema/proto/google-types.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { createJsonWriter } from '../../translators/json/json-writer.ts';
import { asLibrary } from './as-library.ts';
import { exactText } from './exact-text.ts';
import { compileKinds } from './kinds.ts';
import { createRandom, randomWire } from './wire-generator.ts';

const SEED = 20_261_121;
const kinds = await compileKinds();
const types = googleTypes();

const CHOICES: readonly (readonly [string, Partial<OutputOptions>])[] = [
  ['defaults', { defaults: true }],
  ['protoNames', { protoNames: true }],
  ['enumsAsNumbers', { enumsAsNumbers: true }],
  ['all three', { defaults: true, protoNames: true, enumsAsNumbers: true }],
];

function messagesOf(registry: Iterable<{ readonly kind: string }>, prefix: string): DescMessage[] {
  return [...registry].filter(
    (type): type is DescMessage =>
      type.kind === 'message' && (type as DescMessage).typeName.startsWith(prefix),
  );
}

function outcome(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return `error ${error instanceof Error ? error.message : error}`;
  }
}

/** Random messages of a type, a third of them without oddities. */
function wires(message: DescMessage, rounds: number): Uint8Array[] {
  return Array.from({ length: rounds }, (_, round) =>
    randomWire(message, createRandom((SEED + round) * 2_654_435_761), { oddity: round % 3 === 0 ? 0 : 0.15 }),
  );
}

const AWKWARD = messagesOf(kinds.registry, 'kinds.');
const COMMON = messagesOf(types, 'google.');

describe.each(CHOICES)('%s', (_name, choice) => {
  const output = { ...DEFAULT_OUTPUT, ...choice };
  const options = {
    alwaysEmitImplicit: output.defaults,
    useProtoFieldName: output.protoNames,
    enumAsInteger: output.enumsAsNumbers,
  };
  test.each([
    ['types made to be awkward', AWKWARD, kinds.registry, 60],
    ["common types of Google's", COMMON, types, 8],
  ] as const)('is what the library writes: %s', (_which, messages, registry, rounds) => {
    const differences = messages.flatMap((message) => {
      const write = createJsonWriter(message, { types: registry, output });
      return wires(message, rounds).flatMap((wire) => {
        const expected = outcome(() =>
          exactText(toJson(message, fromBinary(message, wire), { registry, ...options })),
        );
        const found = asLibrary(
          outcome(() => write(wire).toString()),
          expected,
        );
        return found === expected ? [] : [{ type: message.typeName, expected, found }];
      });
    });
    expect(differences).toEqual([]);
  });
});

describe('int64AsNumbers', () => {
  const output = { ...DEFAULT_OUTPUT, int64AsNumbers: true };

  test.each([
    ['{"int64Value":"9223372036854775807"}', '{"int64Value":9223372036854775807}'],
    ['{"int64Value":"-9223372036854775808"}', '{"int64Value":-9223372036854775808}'],
    ['{"int64Value":"9007199254740993"}', '{"int64Value":9007199254740993}'],
    ['{"uint64Value":"18446744073709551615"}', '{"uint64Value":18446744073709551615}'],
    ['{"sint64Value":"-9007199254740993"}', '{"sint64Value":-9007199254740993}'],
    ['{"fixed64Value":"18446744073709551615"}', '{"fixed64Value":18446744073709551615}'],
    ['{"sfixed64Value":"-1"}', '{"sfixed64Value":-1}'],
  ])('%s → %s', (canonical, expected) => {
    const message = kinds.message('kinds.v1.Kinds');
    const wire = createCodec(message, kinds.registry).jsonToWire(canonical);
    expect(createJsonWriter(message, { types: kinds.registry, output })(wire).toString()).toBe(expected);
  });

  test.each([
    ['types made to be awkward', AWKWARD, kinds.registry, 60],
    ["common types of Google's", COMMON, types, 8],
  ] as const)('takes the quotes off and changes nothing else: %s', (_which, messages, registry, rounds) => {
    const differences = messages.flatMap((message) => {
      const write = createJsonWriter(message, { types: registry, output });
      const codec = createCodec(message, registry);
      return wires(message, rounds).flatMap((wire) => {
        // Read again by the type and written canonically, it is the same message; nothing was rounded on the way.
        const expected = outcome(() => {
          const canonical = codec.wireToJson(wire).toString();
          return outcome(() => codec.wireToJson(codec.jsonToWire(canonical)).toString());
        });
        const found = outcome(() => {
          const bare = write(wire).toString();
          return outcome(() => codec.wireToJson(codec.jsonToWire(bare)).toString());
        });
        return found === expected ? [] : [{ type: message.typeName, expected, found }];
      });
    });
    expect(differences).toEqual([]);
  });

  test.each(AWKWARD.map((message) => [message.typeName, message] as const))(
    'is canonical JSON but for quotes: %s',
    (_name, message) => {
      const write = createJsonWriter(message, { types: kinds.registry, output });
      const canonical = createCodec(message, kinds.registry);
      for (const wire of wires(message, 30)) {
        const digits = (run: () => Uint8Array) => outcome(() => run().toString().replaceAll('"', ''));
        expect(digits(() => write(wire))).toBe(digits(() => canonical.wireToJson(wire)));
      }
    },
  );
});
