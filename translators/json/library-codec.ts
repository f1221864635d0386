// The codec of truth: @bufbuild/protobuf on dynamic descriptors, led by our own reading of the JSON text.
// The fast codecs that stand before it are held equal to it by differential tests.
import { type DescMessage, fromBinary, fromJson, type Registry, toBinary } from '@bufbuild/protobuf';
import type { Codec } from '../../core/codec.ts';
import { GatewayError, type Violation } from '../../core/error.ts';
import type { JsonValue } from '../../core/json.ts';
import { DEFAULT_OUTPUT } from '../../core/rest-options.ts';
import { createLeadContext, leadMessage } from './lead.ts';
import { jsonText, LIBRARY_DEPTH, libraryJson } from './library-json.ts';
import { locateViolations } from './locate.ts';
import { type JsonNode, scanJson } from './scan.ts';
import { keepTypeUrls } from './type-urls.ts';
import { Violations } from './violations.ts';

/** Makes the codec of one message type; `types` resolves google.protobuf.Any and extensions. */
export function createLibraryCodec(message: DescMessage, types: Registry): Codec {
  const wireToValue = (wire: Uint8Array): JsonValue =>
    libraryJson(message, fromBinary(message, wire), types, DEFAULT_OUTPUT);
  return {
    wireToValue,
    projector: () => wireToValue,
    wireToJson: (wire) => Buffer.from(jsonText(wireToValue(wire))),
    valueToWire: (value) => writeWire(value, message, types),
    jsonToWire: (json) => nodeToWire(scanJson(json), message, types),
  };
}

/**
 * Scanned JSON to wire bytes, lossless. `isLenient`: unknown fields and names of enums are passed over.
 * @throws GatewayError `invalid_argument` with a violation per wrong field.
 */
export function nodeToWire(
  node: JsonNode,
  message: DescMessage,
  types: Registry,
  isLenient = false,
): Uint8Array {
  const violations = new Violations();
  const value = leadMessage(node, message, createLeadContext(types, violations, { isLenient }));
  if (!isLenient) {
    if (violations.isEmpty) return writeWire(value, message, types);
    locateViolations(value, message, { types, violations });
    throw invalidMessage(violations.list);
  }
  let cause: unknown;
  try {
    if (violations.isEmpty) return encode(value, message, types);
  } catch (thrown) {
    cause = thrown;
  }
  // Once more, with everything in its place.
  const found = new Violations();
  const placed = leadMessage(
    node,
    message,
    createLeadContext(types, found, { isLenient, keepsPlaces: true }),
  );
  locateViolations(placed, message, { types, violations: found });
  throw invalidMessage(found.list, cause);
}

function writeWire(value: JsonValue, message: DescMessage, types: Registry): Uint8Array {
  try {
    return encode(value, message, types);
  } catch (cause) {
    const violations = new Violations();
    locateViolations(value, message, { types, violations });
    throw invalidMessage(violations.list, cause);
  }
}

function encode(value: JsonValue, message: DescMessage, types: Registry): Uint8Array {
  const read = fromJson(message, value, { registry: types, recursionLimit: LIBRARY_DEPTH });
  keepTypeUrls(read, message, value, types);
  // Required fields that are missing are noticed by the writer only.
  return toBinary(message, read);
}

/** The refusal that these violations make: the first is told in the message, all are listed. */
export function invalidMessage(violations: readonly Violation[], cause?: unknown): GatewayError {
  const [first] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  const message =
    first === undefined
      ? 'the message does not fit its type'
      : `${first.field === '' ? 'the message' : first.field}: ${first.description}${more}`;
  return new GatewayError('invalid_argument', message, { violations, cause });
}
