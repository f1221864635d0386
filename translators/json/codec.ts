// The codec that calls use: tables walked in one pass, and the library for whatever the tables do not know.
import type { DescMessage, Registry } from '@bufbuild/protobuf';
import type { Codec } from '../../core/codec.ts';
import type { JsonValue } from '../../core/json.ts';
import { messagePlan, projectedPlan } from './fast/compile-plan.ts';
import { jsonToWire } from './fast/json-to-wire.ts';
import { selectedPlan } from './fast/selected-plan.ts';
import { wireToJson } from './fast/wire-to-json.ts';
import { createLibraryCodec } from './library-codec.ts';

/** Makes the codec of one message type; `types` resolves google.protobuf.Any and extensions. */
export function createCodec(message: DescMessage, types: Registry): Codec {
  const library = createLibraryCodec(message, types);
  const plan = messagePlan(message);
  return {
    wireToJson: (wire) => wireToJson(plan, wire, types) ?? library.wireToJson(wire),
    wireToValue: (wire) => {
      const json = wireToJson(plan, wire, types);
      return json === undefined ? library.wireToValue(wire) : (JSON.parse(json.toString()) as JsonValue);
    },
    projector: (projection) => {
      const projected = projectedPlan(message, projection);
      return (wire) => {
        const json = wireToJson(projected, wire, types);
        return json === undefined ? library.wireToValue(wire) : (JSON.parse(json.toString()) as JsonValue);
      };
    },
    selector: (selection) => {
      const selected = selectedPlan(message, selection);
      return selected && ((wire) => wireToJson(selected, wire, types));
    },
    valueToWire: library.valueToWire,
    jsonToWire: (json) => jsonToWire(plan, json) ?? library.jsonToWire(json),
  };
}
