// Messages with something in every field, as a careful client might send them: every scalar type away from its
// default, text that has to be escaped, numbers no double can hold, one member of each oneof, and one level of nesting
// more than most hand-written examples have. The same seed gives the same message.
import { create, type DescField, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { anyPack, DurationSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';

const DEPTH = 3;

/** `seed` also chooses which member of a oneof is set. */
export function generateMessage(type: DescMessage, seed: number): Message {
  return new Generator(seed).message(type, DEPTH).message;
}

class Generator {
  #count: number;

  constructor(seed: number) {
    this.#count = seed;
  }

  message(type: DescMessage, depth: number): ReflectMessage {
    const wellKnown = this.#wellKnown(type);
    if (wellKnown !== undefined) return reflect(type, wellKnown);
    const target = reflect(type);
    for (const member of type.members) {
      const field = member.kind === 'oneof' ? this.#pick(member.fields) : member;
      if (field !== undefined) this.#fill(target, field, depth);
    }
    return target;
  }

  #fill(target: ReflectMessage, field: DescField, depth: number): void {
    // What has no end is cut, and so is google.protobuf.Struct within itself.
    if (field.message !== undefined && depth === 0) return;
    switch (field.fieldKind) {
      case 'scalar':
        target.set(field, this.#scalar(field.scalar, field.name));
        break;
      case 'enum':
        target.set(field, this.#enumNumber(field));
        break;
      case 'message':
        target.set(field, this.message(field.message, depth - 1));
        break;
      case 'list':
        for (let index = 0; index < 2; index++) {
          target.get(field).add(this.#element(field, depth, field.listKind));
        }
        break;
      case 'map':
        target.get(field).set(this.#scalar(field.mapKey, 'key'), this.#element(field, depth, field.mapKind));
        break;
    }
  }

  #element(
    field: DescField & { fieldKind: 'list' | 'map' },
    depth: number,
    kind: 'scalar' | 'enum' | 'message',
  ) {
    if (kind === 'message' && field.message !== undefined) return this.message(field.message, depth - 1);
    if (kind === 'enum') return this.#enumNumber(field);
    return this.#scalar(field.scalar ?? ScalarType.STRING, field.name);
  }

  #enumNumber(field: DescField): number {
    const named = field.enum?.values.filter(({ number }) => number !== 0) ?? [];
    return this.#pick(named)?.number ?? 0;
  }

  #scalar(type: ScalarType, name: string): string | number | boolean | bigint | Uint8Array<ArrayBuffer> {
    const count = this.#next();
    switch (type) {
      case ScalarType.STRING:
        return `${name} ${count} "é🐉" <&+%2F=> \\ \n`;
      case ScalarType.BYTES:
        return new Uint8Array([count % 256, 0, 255, 254, 62, 63]);
      case ScalarType.BOOL:
        return true;
      case ScalarType.DOUBLE:
        return count + 0.1;
      case ScalarType.FLOAT:
        return count + 0.5;
      case ScalarType.INT64:
      case ScalarType.SINT64:
      case ScalarType.SFIXED64:
        return -9_007_199_254_740_993n - BigInt(count);
      case ScalarType.UINT64:
      case ScalarType.FIXED64:
        return 18_446_744_073_709_551_615n - BigInt(count);
      case ScalarType.UINT32:
      case ScalarType.FIXED32:
        return 4_294_967_295 - count;
      default:
        return -2_147_483_648 + count;
    }
  }

  /** Those whose JSON form does not allow just anything in their fields. */
  #wellKnown(type: DescMessage): Message | undefined {
    const count = this.#next();
    switch (type.typeName) {
      case 'google.protobuf.Timestamp':
        return timestampFromMs(1_700_000_000_123 + count);
      case 'google.protobuf.Duration':
        return create(type, { seconds: BigInt(count), nanos: 500_000_000 });
      case 'google.protobuf.FieldMask':
        return create(type, { paths: ['display_name', `labels.key${count}`] });
      case 'google.protobuf.Any':
        return anyPack(DurationSchema, create(DurationSchema, { seconds: BigInt(count) }));
      case 'google.protobuf.Value':
        return create(type, { kind: { case: 'stringValue', value: `value ${count}` } });
      case 'google.protobuf.Struct':
        return create(type, {
          fields: {
            text: { kind: { case: 'stringValue', value: `text ${count}` } },
            number: { kind: { case: 'numberValue', value: count + 0.25 } },
            nothing: { kind: { case: 'nullValue', value: 0 } },
          },
        });
      case 'google.protobuf.ListValue':
        return create(type, { values: [{ kind: { case: 'boolValue', value: true } }] });
      default:
        return undefined;
    }
  }

  #pick<T>(choices: readonly T[]): T | undefined {
    return choices[this.#next() % choices.length];
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }
}
