// Bodies that are protobuf instead of JSON, for services that take them. Where path and query can be written behind a
// body it goes on as it came; where a path leads into a message of it, both become one; where a rule looks into it, it
// takes the way of JSON. Source: transcoding reference, 3.2.
import {
  type DescField,
  type DescMessage,
  fromBinary,
  type Message,
  mergeFromBinary,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { GatewayError } from '../../core/error.ts';
import { DEFAULT_OUTPUT } from '../../core/rest-options.ts';
import { jsonText, libraryJson } from '../json/library-json.ts';

/** @throws GatewayError `invalid_argument` for bytes that are no such message */
export function readProtobuf(type: DescMessage, wire: Uint8Array): Message {
  try {
    return fromBinary(type, wire);
  } catch (cause) {
    throw refusal('the body is not a protobuf message of the type that this route takes', cause);
  }
}

/**
 * A request of a part that holds the body and one that is written behind it: every message in it once, since some
 * readers keep only the last of several. Fields that nobody here knows stay.
 * @param paths ways to fields of which the body's value must not shine through where they are messages
 * @throws GatewayError `invalid_argument` for what is no such message
 */
export function mergeParts(
  type: DescMessage,
  [body, behind]: readonly [Uint8Array, Uint8Array],
  paths: readonly (readonly DescField[])[],
): Uint8Array {
  const message = readProtobuf(type, body);
  for (const path of paths) clearMessage(reflect(type, message), path);
  mergeFromBinary(type, message, behind);
  return complete(type, message);
}

/** @throws GatewayError `invalid_argument` for a message that lacks what it requires, or is none */
export function assertComplete(type: DescMessage, wire: Uint8Array): void {
  complete(type, readProtobuf(type, wire));
}

function complete(type: DescMessage, message: Message): Uint8Array {
  try {
    return toBinary(type, message);
  } catch (cause) {
    throw refusal('the message lacks a field that is required', cause);
  }
}

function clearMessage(root: ReflectMessage, path: readonly DescField[]): void {
  let at = root;
  for (const [index, field] of path.entries()) {
    if (field.fieldKind !== 'message' || !at.isSet(field)) return;
    if (index === path.length - 1) at.clear(field);
    else at = at.get(field);
  }
}

/** ProtoJSON of a body. `isLenient`: what JSON has no name for is passed over instead of refused. */
export function protobufAsJson(
  type: DescMessage,
  wire: Uint8Array,
  { types, isLenient }: { readonly types: Registry; readonly isLenient: boolean },
): string {
  const message = readProtobuf(type, wire);
  if (!isLenient && holdsUnknown(reflect(type, message))) {
    throw refusal('the body holds fields that this route does not know');
  }
  try {
    return jsonText(libraryJson(type, message, types, DEFAULT_OUTPUT));
  } catch (cause) {
    throw refusal(
      'the body holds a value that its type does not allow, or lacks a field that is required',
      cause,
    );
  }
}

function holdsUnknown(message: ReflectMessage): boolean {
  if ((message.getUnknown()?.length ?? 0) > 0) return true;
  return message.fields.some((field) =>
    field.message === undefined || !message.isSet(field)
      ? false
      : messagesOf(message, field).some(holdsUnknown),
  );
}

function messagesOf(message: ReflectMessage, field: DescField): ReflectMessage[] {
  switch (field.fieldKind) {
    case 'message':
      return [message.get(field)];
    case 'list':
      return [...message.get(field)] as ReflectMessage[];
    case 'map':
      return [...message.get(field).values()] as ReflectMessage[];
    default:
      return [];
  }
}

function refusal(message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid_argument', message, {
    violations: [{ field: '', description: message }],
    cause,
  });
}
