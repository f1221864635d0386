// Compares the codec that calls use with the codec of truth on random bytes of one type.
import type { DescMessage, Registry } from '@bufbuild/protobuf';
import type { Codec } from '../../core/codec.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { createLibraryCodec } from '../../translators/json/library-codec.ts';
import { exactText } from './exact-text.ts';
import { createRandom, randomWire } from './wire-generator.ts';

export interface Difference {
  readonly type: string;
  readonly seed: number;
  readonly wire: string;
  readonly expected: string;
  readonly found: string;
}

/** Every difference found in `rounds` messages; empty is what it should be. */
export function compareCodecs(
  message: DescMessage,
  types: Registry,
  rounds: number,
  seed: number,
): Difference[] {
  const fast = createCodec(message, types);
  const truth = createLibraryCodec(message, types);
  const differences: Difference[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const own = (seed * 31 + round) | 0;
    const random = createRandom(own * 2_654_435_761);
    const wire = randomWire(message, random, { oddity: round % 3 === 0 ? 0 : 0.15 });
    const expected = outcome(() => text(truth.wireToJson(wire)));
    const report = (found: string, wanted = expected): void => {
      differences.push({
        type: message.typeName,
        seed: own,
        wire: Buffer.from(wire).toString('hex'),
        expected: wanted,
        found,
      });
    };
    const found = outcome(() => text(fast.wireToJson(wire)));
    if (found !== expected) report(found);
    if (expected.startsWith('error')) continue;
    const value = outcome(() => exactText(fast.wireToValue(wire)));
    if (value !== expected) report(value);
    const back = backAgain(fast, truth, expected);
    if (back !== undefined) report(back);
  }
  return differences;
}

/** The JSON read back gives a message that writes the same JSON, whichever codec reads it. */
function backAgain(fast: Codec, truth: Codec, json: string): string | undefined {
  const expected = outcome(() => text(truth.wireToJson(truth.jsonToWire(json))));
  const found = outcome(() => text(truth.wireToJson(fast.jsonToWire(json))));
  return found === expected ? undefined : `read back as ${found} instead of ${expected}`;
}

function outcome(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return `error ${error instanceof Error ? error.message : error}`;
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
