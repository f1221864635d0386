// A message as the codec library writes it, under the output options of a service. Some numbers are our own.
import { type DescMessage, type Message, type Registry, toJson } from '@bufbuild/protobuf';
import type { JsonValue } from '../../core/json.ts';
import type { OutputOptions } from '../../core/rest-options.ts';
import { withOwnNumbers } from './own-numbers.ts';

/**
 * Levels that the library may read. Above what a request may hold (lead.ts counts its levels): it counts a Value
 * inside a ListValue twice, and would refuse what we accept without saying where.
 */
export const LIBRARY_DEPTH = 250;

/** For `jsonText`: bare integers are raw JSON, which is no JsonValue otherwise. */
export function libraryJson(
  type: DescMessage,
  message: Message,
  types: Registry | undefined,
  output: OutputOptions,
): JsonValue {
  const json = toJson(type, message, {
    ...(types !== undefined && { registry: types }),
    alwaysEmitImplicit: output.defaults,
    useProtoFieldName: output.protoNames,
    enumAsInteger: output.enumsAsNumbers,
  }) as JsonValue;
  return withOwnNumbers(json, type, {
    types,
    isProtoNamed: output.protoNames,
    areLongsBare: output.int64AsNumbers,
  });
}

/** TypeScript's library does not know it yet (ECMAScript proposal "JSON.parse source text access"). */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => JsonValue };

/** As JSON.stringify, but for -0, which that writes as 0: another message, when it is read back. */
export function jsonText(value: JsonValue): string {
  const text = JSON.stringify(value);
  return LONE_ZERO.test(text) ? JSON.stringify(value, withSign) : text;
}

const LONE_ZERO = /(?:^|[[:,])0(?:[\]},]|$)/;

function withSign(_key: string, value: JsonValue): JsonValue {
  return Object.is(value, -0) ? rawJSON('-0') : value;
}
