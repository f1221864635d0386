// Requests of root fields on the wire: plain ones by the codec that walks text, which is quicker for the few fields that
// they have, and with a read mask that was encoded when the plan was made.
import type { GraphScalar, InputField, RootField } from '../../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { Payload } from '../../../core/payload.ts';

export function requestEncoder(
  { operation, readMask, request: form, arguments: fields }: RootField,
  mask: string | undefined,
): (request: JsonValue) => Payload {
  const { codec } = operation.input;
  const masked = readMask !== undefined && mask !== undefined ? { key: readMask.key, mask } : undefined;
  if (form === 'value' || !fields.every(isPlain)) {
    return (request) => {
      // The reader of a request of fields makes a new object each time.
      if (masked !== undefined) (request as JsonObject)[masked.key] ??= masked.mask;
      return Payload.fromValue(codec, request);
    };
  }
  const encodedMask = masked && codec.valueToWire({ [masked.key]: masked.mask });
  return (request) => {
    try {
      const wire = codec.jsonToWire(JSON.stringify(request));
      // Messages that follow each other are one. No plain argument is a mask.
      return Payload.fromWire(codec, encodedMask === undefined ? wire : Buffer.concat([wire, encodedMask]));
    } catch {
      // Whoever sends it hears why it is no such message, in the words of all others.
      return Payload.fromValue(codec, request);
    }
  };
}

/** Whose text has one meaning. A double does not: JSON has no negative zero. */
const PLAIN: ReadonlySet<GraphScalar> = new Set([
  'Boolean',
  'Int',
  'UInt32',
  'Int64',
  'UInt64',
  'String',
  'ID',
  'Bytes',
]);

function isPlain({ target }: InputField): boolean {
  if (target.kind !== 'single' && target.kind !== 'list') return target.kind === 'none';
  const value = target.kind === 'single' ? target.value : target.item;
  return value.kind === 'enum' || (value.kind === 'scalar' && PLAIN.has(value.scalar));
}
