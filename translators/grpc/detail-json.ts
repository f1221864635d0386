// One detail of a google.rpc.Status in ProtoJSON. Source: transcoding reference, section 9.4; ProtoJSON, "Any".
import { fromBinary, type Registry } from '@bufbuild/protobuf';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { DEFAULT_OUTPUT } from '../../core/rest-options.ts';
import { libraryJson } from '../json/library-json.ts';
import { jsonFormOf } from '../json/well-known.ts';

const DEBUG_INFO = 'google.rpc.DebugInfo';
/** A form of its own as well, though that looks like a message's. */
const EMPTY = 'google.protobuf.Empty';

export interface StatusDetail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** Undefined for what is not shown: DebugInfo, unless `showsAll`, also inside of other details. */
export function detailJson(detail: StatusDetail, types: Registry, showsAll: boolean): JsonObject | undefined {
  if (!showsAll && typeName(detail.typeUrl) === DEBUG_INFO) return undefined;
  const json = decoded(detail, types) ?? undecoded(detail, showsAll);
  if (json === undefined) return undefined;
  return showsAll ? json : (withoutDebugInfo(json) as JsonObject);
}

function decoded({ typeUrl, value }: StatusDetail, types: Registry): JsonObject | undefined {
  const schema = types.getMessage(typeName(typeUrl));
  if (schema === undefined) return undefined;
  try {
    const json = libraryJson(schema, fromBinary(schema, value), types, DEFAULT_OUTPUT);
    // Beside `@type` what a Struct holds could pass for another type.
    const isMessage = jsonFormOf(schema) === 'message' && schema.typeName !== EMPTY;
    return isMessage ? { '@type': typeUrl, ...(json as JsonObject) } : { '@type': typeUrl, value: json };
  } catch {
    // Bytes that are no such message, or hold an Any that nobody here knows, are shown as bytes.
    return undefined;
  }
}

/** Bytes that hold a DebugInfo would show it to whoever decodes them. */
function undecoded({ typeUrl, value }: StatusDetail, showsAll: boolean): JsonObject | undefined {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (!showsAll && bytes.includes(DEBUG_INFO)) return undefined;
  return { '@type': typeUrl, value: bytes.toString('base64') };
}

function typeName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Out of lists; where a single Any was, an empty one stays. */
function withoutDebugInfo(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.filter((item) => !isDebugInfo(item)).map(withoutDebugInfo);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, isDebugInfo(member) ? {} : withoutDebugInfo(member)]),
  );
}

function isDebugInfo(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const url = (value as JsonObject)['@type'];
  return typeof url === 'string' && typeName(url) === DEBUG_INFO;
}
