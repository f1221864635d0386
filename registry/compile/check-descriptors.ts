// Whether a descriptor set makes sense: names, numbers, references. A compiler guarantees this of what it
// wrote, but a set may come from anywhere, and what reads it later looks nothing up twice.
import { isFieldSet } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  type FileDescriptorSet,
  type ServiceDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import type { Problem } from '../../core/problem.ts';
import { quoted } from './file-path.ts';
import { findWellKnownFault } from './well-known-shapes.ts';

type Kind = 'message' | 'enum' | 'service' | 'extension';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PACKAGE = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const MAX_FIELD_NUMBER = 536_870_911;

const NO_MAP_KEYS: ReadonlySet<FieldDescriptorProto_Type> = new Set([
  FieldDescriptorProto_Type.BYTES,
  FieldDescriptorProto_Type.DOUBLE,
  FieldDescriptorProto_Type.ENUM,
  FieldDescriptorProto_Type.FLOAT,
  FieldDescriptorProto_Type.GROUP,
  FieldDescriptorProto_Type.MESSAGE,
]);

/** Empty if every name is a name, every number is free and every reference leads to a type of the set. */
export function checkDescriptors(set: FileDescriptorSet): Problem[] {
  const symbols = new Map<string, Kind>();
  const problems: Problem[] = [];
  // Twice over the set: a reference may go to a file that comes later.
  for (const file of set.file) new FileChecker(file, symbols, problems).declare();
  for (const file of set.file) new FileChecker(file, symbols, problems).check();
  return problems;
}

class FileChecker {
  readonly #file: FileDescriptorProto;
  readonly #symbols: Map<string, Kind>;
  readonly #problems: Problem[];
  readonly #prefix: string;

  constructor(file: FileDescriptorProto, symbols: Map<string, Kind>, problems: Problem[]) {
    this.#file = file;
    this.#symbols = symbols;
    this.#problems = problems;
    this.#prefix = file.package === '' ? '' : `${file.package}.`;
  }

  declare(): void {
    if (this.#file.package !== '' && !PACKAGE.test(this.#file.package)) {
      this.#refuse(`the package name ${quoted(this.#file.package)} is not allowed`);
    }
    for (const message of this.#file.messageType) this.#declareMessage(message, this.#prefix);
    for (const enumeration of this.#file.enumType) this.#declare('enum', this.#prefix, enumeration.name);
    for (const service of this.#file.service) this.#declare('service', this.#prefix, service.name);
    for (const extension of this.#file.extension) this.#declare('extension', this.#prefix, extension.name);
  }

  check(): void {
    for (const message of this.#file.messageType) this.#checkMessage(message, this.#prefix);
    for (const enumeration of this.#file.enumType) this.#checkEnum(enumeration, this.#prefix);
    for (const service of this.#file.service) this.#checkService(service);
    for (const extension of this.#file.extension) this.#checkExtension(extension, this.#prefix);
  }

  #declareMessage(message: DescriptorProto, prefix: string): void {
    this.#declare('message', prefix, message.name);
    const inner = `${prefix}${message.name}.`;
    for (const nested of message.nestedType) this.#declareMessage(nested, inner);
    for (const enumeration of message.enumType) this.#declare('enum', inner, enumeration.name);
    for (const extension of message.extension) this.#declare('extension', inner, extension.name);
  }

  #declare(kind: Kind, prefix: string, name: string): void {
    this.#checkName(kind, name);
    const fullName = `${prefix}${name}`;
    const known = this.#symbols.get(fullName);
    if (known !== undefined) this.#refuse(`${kind} ${quoted(fullName)} is declared already, as ${known}`);
    this.#symbols.set(fullName, kind);
  }

  #checkMessage(message: DescriptorProto, prefix: string): void {
    const name = `${prefix}${message.name}`;
    const names = new Set<string>();
    const numbers = new Set<number>();
    for (const field of message.field) {
      const label = `field ${quoted(`${name}.${field.name}`)}`;
      this.#checkName('field', field.name);
      this.#checkField(label, field);
      if (names.has(field.name)) this.#refuse(`${label} is declared twice`);
      if (numbers.has(field.number)) this.#refuse(`${label} uses number ${field.number} a second time`);
      names.add(field.name);
      numbers.add(field.number);
      if (isInOneof(field) && message.oneofDecl[field.oneofIndex] === undefined) {
        this.#refuse(`${label} belongs to a oneof that does not exist`);
      }
    }
    for (const oneof of message.oneofDecl) this.#checkName('oneof', oneof.name);
    if (message.options?.mapEntry === true && !isMapEntry(message)) {
      this.#refuse(`message ${quoted(name)} is marked as a map entry but has no key and value`);
    }
    const wellKnown = findWellKnownFault(name, message);
    if (wellKnown !== undefined) this.#refuse(wellKnown);
    for (const nested of message.nestedType) this.#checkMessage(nested, `${name}.`);
    for (const enumeration of message.enumType) this.#checkEnum(enumeration, `${name}.`);
    for (const extension of message.extension) this.#checkExtension(extension, `${name}.`);
  }

  #checkField(label: string, field: FieldDescriptorProto): void {
    if (field.number < 1 || field.number > MAX_FIELD_NUMBER) {
      this.#refuse(`${label} has number ${field.number}; allowed are 1 to ${MAX_FIELD_NUMBER}`);
    }
    if (!isFieldSet(field, FieldDescriptorProtoSchema.field.type)) {
      // Unset, it would read as the first type there is.
      this.#refuse(`${label} has no type`);
      return;
    }
    switch (field.type) {
      case FieldDescriptorProto_Type.MESSAGE:
      case FieldDescriptorProto_Type.GROUP:
        this.#checkReference(label, 'type', field.typeName, 'message');
        break;
      case FieldDescriptorProto_Type.ENUM:
        this.#checkReference(label, 'type', field.typeName, 'enum');
        break;
    }
  }

  #checkExtension(extension: FieldDescriptorProto, prefix: string): void {
    const label = `extension ${quoted(`${prefix}${extension.name}`)}`;
    this.#checkField(label, extension);
    this.#checkReference(label, 'extended type', extension.extendee, 'message');
  }

  #checkEnum(enumeration: EnumDescriptorProto, prefix: string): void {
    const label = `enum ${quoted(`${prefix}${enumeration.name}`)}`;
    if (enumeration.value.length === 0) this.#refuse(`${label} has no values`);
    const names = new Set<string>();
    for (const value of enumeration.value) {
      this.#checkName('enum value', value.name);
      if (names.has(value.name)) this.#refuse(`${label} declares the value ${quoted(value.name)} twice`);
      names.add(value.name);
    }
  }

  #checkService(service: ServiceDescriptorProto): void {
    const names = new Set<string>();
    for (const method of service.method) {
      const label = `method ${quoted(`${this.#prefix}${service.name}.${method.name}`)}`;
      this.#checkName('method', method.name);
      if (names.has(method.name)) this.#refuse(`${label} is declared twice`);
      names.add(method.name);
      this.#checkReference(label, 'request type', method.inputType, 'message');
      this.#checkReference(label, 'response type', method.outputType, 'message');
    }
  }

  #checkReference(label: string, role: string, typeName: string, kind: Kind): void {
    const found = this.#symbols.get(typeName.replace(/^\./, ''));
    if (found === kind) return;
    const what = typeName === '' ? 'is not given' : `${quoted(typeName)} is not in the descriptor set`;
    this.#refuse(
      `the ${role} of ${label} ${found === undefined ? what : `is ${found} ${quoted(typeName)}, not ${kind}`}`,
    );
  }

  #checkName(kind: string, name: string): void {
    if (!IDENTIFIER.test(name)) {
      this.#refuse(`the ${kind} name ${quoted(name)} is not allowed; letters, digits and _ make a name`);
    }
  }

  #refuse(message: string): void {
    this.#problems.push({ severity: 'error', message, rule: 'descriptor-set', path: this.#file.name });
  }
}

function isInOneof(field: FieldDescriptorProto): boolean {
  return isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex);
}

function isMapEntry(message: DescriptorProto): boolean {
  const [key, value] = message.field;
  return (
    message.field.length === 2 &&
    key?.number === 1 &&
    !NO_MAP_KEYS.has(key.type) &&
    value?.number === 2 &&
    value.label !== FieldDescriptorProto_Label.REPEATED
  );
}
