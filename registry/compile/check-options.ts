// Whether the google.api options of a set can be read as what they are. Another extension may have taken
// the same number, and a crafted set may hold anything; who reads the options later need not fear it.
import { type DescExtension, getExtension, type Message } from '@bufbuild/protobuf';
import type { DescriptorProto, FileDescriptorProto, FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import type { Problem } from '../../core/problem.ts';
import {
  defaultHostExtension,
  fieldBehaviorExtension,
  httpExtension,
  resourceDefinitionExtension,
  resourceExtension,
  resourceReferenceExtension,
} from '../../schema/proto/google-types.ts';
import { quoted } from './file-path.ts';

/** Empty if every google.api option that we know is readable. */
export function checkOptions(set: FileDescriptorSet): Problem[] {
  const known = [
    httpExtension(),
    resourceExtension(),
    resourceDefinitionExtension(),
    resourceReferenceExtension(),
    fieldBehaviorExtension(),
    defaultHostExtension(),
  ];
  return set.file.flatMap((file) =>
    [...optionsOf(file)].flatMap(([name, options]) =>
      known
        .filter((extension) => extension.extendee.typeName === options.$typeName)
        .filter((extension) => options.$unknown?.some((field) => field.no === extension.number))
        .filter((extension) => !isReadable(options, extension))
        .map((extension) => unreadable(file, name, extension)),
    ),
  );
}

function isReadable(options: Message, extension: DescExtension): boolean {
  try {
    getExtension(options, extension);
    return true;
  } catch {
    return false;
  }
}

function unreadable(file: FileDescriptorProto, name: string, extension: DescExtension): Problem {
  const message =
    `option ${extension.number} of ${quoted(name)} cannot be read as (${extension.typeName}); ` +
    'give an extension of your own another number';
  return { severity: 'error', message, rule: 'descriptor-set', path: file.name };
}

type Named = readonly [name: string, options: Message];

function* optionsOf(file: FileDescriptorProto): Generator<Named> {
  if (file.options !== undefined) yield [file.name, file.options];
  for (const service of file.service) {
    if (service.options !== undefined) yield [service.name, service.options];
    for (const method of service.method) {
      if (method.options !== undefined) yield [`${service.name}.${method.name}`, method.options];
    }
  }
  for (const message of file.messageType) yield* optionsOfMessage(message, message.name);
}

function* optionsOfMessage(message: DescriptorProto, name: string): Generator<Named> {
  if (message.options !== undefined) yield [name, message.options];
  for (const field of message.field) {
    if (field.options !== undefined) yield [`${name}.${field.name}`, field.options];
  }
  for (const nested of message.nestedType) yield* optionsOfMessage(nested, `${name}.${nested.name}`);
}
