// Writes a file descriptor as .proto text: declarations and options, no comments, no options that only
// steer code generators of other languages. Covers what Google's common protos use; refuses the rest.
import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescOneof,
  type DescService,
  getExtension,
  type Message,
  type Registry,
  ScalarType,
} from '@bufbuild/protobuf';
import { protoCamelCase, type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import {
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  FieldOptionsSchema,
  FileOptionsSchema,
  MessageOptionsSchema,
  MethodOptionsSchema,
  ServiceOptionsSchema,
} from '@bufbuild/protobuf/wkt';

/** File options that mean nothing outside a code generator. */
export const LANGUAGE_OPTIONS: ReadonlySet<string> = new Set([
  'cc_enable_arenas',
  'csharp_namespace',
  'go_package',
  'java_multiple_files',
  'java_outer_classname',
  'java_package',
  'objc_class_prefix',
  'optimize_for',
  'php_class_prefix',
  'php_namespace',
  'ruby_package',
  'swift_prefix',
]);

interface Option {
  readonly name: string;
  readonly value: string;
}

/** `types` resolves custom options. */
export function printProto(file: DescFile, types: Registry): string {
  if (file.proto.syntax !== 'proto3') throw new Error(`${file.proto.name}: only proto3 can be printed`);
  const printer = new Printer(file.proto.package, types);
  return printer.file(file);
}

class Printer {
  readonly #package: string;
  readonly #types: Registry;

  constructor(packageName: string, types: Registry) {
    this.#package = packageName;
    this.#types = types;
  }

  file(file: DescFile): string {
    const options = this.#options(FileOptionsSchema, file.proto.options).filter(
      (option) => !LANGUAGE_OPTIONS.has(option.name),
    );
    const sections = [
      ['syntax = "proto3";'],
      [`package ${this.#package};`],
      file.proto.dependency.map((path, index) => {
        const isPublic = file.proto.publicDependency.includes(index);
        return `import ${isPublic ? 'public ' : ''}${quote(path)};`;
      }),
      options.map(statement),
      ...extensionBlocks(file.extensions).map((block) => this.#extend(block)),
      ...file.services.map((service) => this.#service(service)),
      ...file.messages.map((message) => this.#message(message)),
      ...file.enums.map((enumeration) => this.#enum(enumeration)),
    ];
    return sections
      .filter((lines) => lines.length > 0)
      .map((lines) => `${lines.join('\n')}\n`)
      .join('\n');
  }

  #message(message: DescMessage): string[] {
    if (message.proto.extensionRange.length > 0) throw new Error(`${message} has extension ranges`);
    const reserved = [
      ...message.proto.reservedRange.map(({ start, end }) =>
        end - start === 1 ? `${start}` : `${start} to ${end - 1}`,
      ),
      ...message.proto.reservedName.map(quote),
    ];
    return block(`message ${message.name}`, [
      ...this.#options(MessageOptionsSchema, message.proto.options).map(statement),
      ...reserved.map((entry) => `reserved ${entry};`),
      ...message.nestedMessages.flatMap((nested) => this.#message(nested)),
      ...message.nestedEnums.flatMap((nested) => this.#enum(nested)),
      ...extensionBlocks(message.nestedExtensions).flatMap((extensions) => this.#extend(extensions)),
      ...message.members.flatMap((member) => this.#member(member)),
    ]);
  }

  #member(member: DescField | DescOneof): string[] {
    if (member.kind === 'field') return this.#field(member);
    const [first] = member.fields;
    if (first?.proto.proto3Optional === true) return this.#field(first);
    return block(
      `oneof ${member.name}`,
      member.fields.flatMap((field) => this.#field(field)),
    );
  }

  #field(field: DescField | DescExtension): string[] {
    const options = this.#options(FieldOptionsSchema, field.proto.options);
    if (field.kind === 'field' && field.jsonName !== protoCamelCase(field.name)) {
      options.unshift({ name: 'json_name', value: quote(field.jsonName) });
    }
    const brackets =
      options.length === 0 ? '' : ` [${options.map(({ name, value }) => `${name} = ${value}`).join(', ')}]`;
    const optional = field.proto.proto3Optional ? 'optional ' : '';
    return [`${optional}${this.#fieldType(field)} ${field.name} = ${field.number}${brackets};`];
  }

  #fieldType(field: DescField | DescExtension): string {
    if (field.fieldKind === 'map') {
      return `map<${scalarName(field.mapKey)}, ${this.#typeName(field)}>`;
    }
    return `${field.fieldKind === 'list' ? 'repeated ' : ''}${this.#typeName(field)}`;
  }

  #typeName(field: DescField | DescExtension): string {
    const named = field.message ?? field.enum;
    if (named !== undefined) return this.#relative(named.typeName);
    if (field.scalar === undefined) throw new Error(`${field} has no type`);
    return scalarName(field.scalar);
  }

  #extend(extensions: readonly DescExtension[]): string[] {
    const [first] = extensions;
    if (first === undefined) return [];
    return block(
      `extend ${this.#relative(first.extendee.typeName)}`,
      extensions.flatMap((extension) => this.#field(extension)),
    );
  }

  #enum(enumeration: DescEnum): string[] {
    if (enumeration.proto.reservedName.length + enumeration.proto.reservedRange.length > 0) {
      throw new Error(`${enumeration} has reserved entries`);
    }
    return block(`enum ${enumeration.name}`, [
      ...this.#options(EnumOptionsSchema, enumeration.proto.options).map(statement),
      ...enumeration.values.map((value) => {
        const options = this.#options(EnumValueOptionsSchema, value.proto.options);
        const brackets =
          options.length === 0
            ? ''
            : ` [${options.map((option) => `${option.name} = ${option.value}`).join(', ')}]`;
        return `${value.name} = ${value.number}${brackets};`;
      }),
    ]);
  }

  #service(service: DescService): string[] {
    return block(`service ${service.name}`, [
      ...this.#options(ServiceOptionsSchema, service.proto.options).map(statement),
      ...service.methods.flatMap((method) => {
        const input = `${method.proto.clientStreaming ? 'stream ' : ''}${this.#relative(method.input.typeName)}`;
        const output = `${method.proto.serverStreaming ? 'stream ' : ''}${this.#relative(method.output.typeName)}`;
        return block(
          `rpc ${method.name}(${input}) returns (${output})`,
          this.#options(MethodOptionsSchema, method.proto.options).map(statement),
        );
      }),
    ]);
  }

  /** Names of the own package are written without it. */
  #relative(typeName: string): string {
    return typeName.startsWith(`${this.#package}.`) ? typeName.slice(this.#package.length + 1) : typeName;
  }

  #options(schema: DescMessage, message: Message | undefined): Option[] {
    if (message === undefined) return [];
    const reflected = reflect(schema, message);
    const known = reflected.sortedFields
      .filter((field) => reflected.isSet(field))
      .flatMap((field) => optionsOf(field.name, field, reflected));
    const numbers = new Set((message.$unknown ?? []).map((unknown) => unknown.no));
    const custom = [...numbers].flatMap((number) => this.#customOption(schema, message, number));
    return [...known, ...custom];
  }

  #customOption(schema: DescMessage, message: Message, number: number): Option[] {
    const extension = this.#types.getExtensionFor(schema, number);
    if (extension === undefined) throw new Error(`${schema}: no extension with number ${number}`);
    const value: unknown = getExtension(message, extension);
    const name = `(${extension.typeName})`;
    if (extension.fieldKind !== 'list') return [{ name, value: optionValue(extension, value) }];
    if (!Array.isArray(value)) throw new Error(`${extension}: expected a list`);
    return value.map((item) => ({ name, value: optionValue(extension, item) }));
  }
}

function optionsOf(name: string, field: DescField, message: ReflectMessage): Option[] {
  const value: unknown = message.get(field);
  const items: Iterable<unknown> = field.fieldKind === 'list' ? (value as Iterable<unknown>) : [value];
  return [...items].map((item) => ({ name, value: optionValue(field, item) }));
}

function optionValue(field: DescField | DescExtension, value: unknown): string {
  if (field.fieldKind === 'map') throw new Error(`${field}: map options are not printed`);
  if (field.enum !== undefined) {
    const name = field.enum.value[Number(value)]?.name;
    if (name === undefined) throw new Error(`${field}: no enum value ${value}`);
    return name;
  }
  if (field.message !== undefined) return `{ ${textFormat(asReflected(field.message, value)).join(' ')} }`;
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
    case 'number':
    case 'bigint':
      return String(value);
    default:
      throw new Error(`${field}: ${typeof value} options are not printed`);
  }
}

function textFormat(message: ReflectMessage): string[] {
  return message.sortedFields
    .filter((field) => message.isSet(field))
    .flatMap((field) => optionsOf(field.name, field, message))
    .map(({ name, value }) => (value.startsWith('{') ? `${name} ${value}` : `${name}: ${value}`));
}

function asReflected(schema: DescMessage, value: unknown): ReflectMessage {
  if (typeof value === 'object' && value !== null && 'desc' in value) return value as ReflectMessage;
  return reflect(schema, value as Message);
}

/** Neighbours that extend the same message share a block. */
function extensionBlocks(extensions: readonly DescExtension[]): DescExtension[][] {
  const blocks: DescExtension[][] = [];
  for (const extension of extensions) {
    const last = blocks.at(-1);
    if (last?.[0]?.extendee.typeName === extension.extendee.typeName) last.push(extension);
    else blocks.push([extension]);
  }
  return blocks;
}

function block(head: string, body: readonly string[]): string[] {
  return body.length === 0 ? [`${head} {}`] : [`${head} {`, ...body.map((line) => `  ${line}`), '}'];
}

function statement({ name, value }: Option): string {
  return `option ${name} = ${value};`;
}

function scalarName(type: ScalarType): string {
  return ScalarType[type].toLowerCase();
}

/** A string literal; JSON's escapes are all escapes of .proto text as well. */
function quote(text: string): string {
  return JSON.stringify(text);
}
