// A well-known type as the fields that it is declared with. Its JSON is text, or a bare value, in which no field has a
// name; but a template, a parameter, `body` and `response_body` name fields: `{value}` of a StringValue.
import { clone, create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf';
import { DescriptorProtoSchema, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { jsonFormOf } from '../json/well-known.ts';

const PACKAGE = 'dragoman.fields';
const known = new WeakMap<DescMessage, DescMessage>();

/**
 * A message of the same fields, and so of the same bytes, that has no JSON of its own. The message itself, where its
 * fields have their names in JSON, or, as in a Struct, none can be reached.
 */
export function withOwnFields(message: DescMessage): DescMessage {
  const form = jsonFormOf(message);
  if (form === 'message' || form === 'struct') return message;
  let made = known.get(message);
  if (made === undefined) {
    made = renamed(message);
    known.set(message, made);
  }
  return made;
}

function renamed({ proto, file, name }: DescMessage): DescMessage {
  const copy = create(FileDescriptorProtoSchema, {
    name: `${PACKAGE}/${name}.proto`,
    package: PACKAGE,
    dependency: [file.proto.name],
    messageType: [clone(DescriptorProtoSchema, proto)],
    syntax: file.proto.syntax,
    edition: file.proto.edition,
  });
  const made = createFileRegistry(copy, (path) => (path === file.proto.name ? file : undefined)).getMessage(
    `${PACKAGE}.${name}`,
  );
  if (made === undefined) throw new Error(`${name} was not made`);
  return made;
}
