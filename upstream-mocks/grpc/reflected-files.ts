// An index over compiled files, for the questions of server reflection.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';

export class ReflectedFiles {
  readonly #files = new Map<string, FileDescriptorProto>();
  /** Full name of a message, enum, service, method, field or extension → file. */
  readonly #symbols = new Map<string, string>();
  /** Extended message → number → file. */
  readonly #extensions = new Map<string, Map<number, string>>();

  /** @param set bytes of a google.protobuf.FileDescriptorSet with all imports. */
  constructor(set: Uint8Array) {
    for (const file of fromBinary(FileDescriptorSetSchema, set).file) {
      this.#files.set(file.name, file);
      this.#addFile(file);
    }
  }

  /** The file and everything it imports; undefined if there is no such file. */
  findFile(name: string): Uint8Array[] | undefined {
    if (!this.#files.has(name)) return undefined;
    const wanted = new Set([name]);
    // A Set that grows while it is walked is walked to its end.
    for (const each of wanted) {
      for (const dependency of this.#files.get(each)?.dependency ?? []) wanted.add(dependency);
    }
    return [...wanted].flatMap((each) => {
      const file = this.#files.get(each);
      return file === undefined ? [] : [toBinary(FileDescriptorProtoSchema, file)];
    });
  }

  findSymbol(symbol: string): Uint8Array[] | undefined {
    return this.findFile(this.#symbols.get(symbol) ?? '');
  }

  findExtension(extended: string, number: number): Uint8Array[] | undefined {
    return this.findFile(this.#extensions.get(extended)?.get(number) ?? '');
  }

  extensionNumbers(extended: string): number[] {
    return [...(this.#extensions.get(extended)?.keys() ?? [])];
  }

  #addFile(file: FileDescriptorProto): void {
    const within = (name: string) => (file.package === '' ? name : `${file.package}.${name}`);
    for (const message of file.messageType) this.#addMessage(file.name, within(message.name), message);
    for (const { name } of file.enumType) this.#symbols.set(within(name), file.name);
    for (const service of file.service) {
      this.#symbols.set(within(service.name), file.name);
      for (const method of service.method) {
        this.#symbols.set(`${within(service.name)}.${method.name}`, file.name);
      }
    }
    for (const extension of file.extension) this.#addExtension(file.name, within(extension.name), extension);
  }

  #addMessage(file: string, fullName: string, message: DescriptorProto): void {
    this.#symbols.set(fullName, file);
    for (const { name } of message.field) this.#symbols.set(`${fullName}.${name}`, file);
    for (const { name } of message.enumType) this.#symbols.set(`${fullName}.${name}`, file);
    for (const nested of message.nestedType) this.#addMessage(file, `${fullName}.${nested.name}`, nested);
    for (const extension of message.extension) {
      this.#addExtension(file, `${fullName}.${extension.name}`, extension);
    }
  }

  #addExtension(file: string, fullName: string, { extendee, number }: FieldDescriptorProto): void {
    this.#symbols.set(fullName, file);
    const extended = extendee.replace(/^\./, '');
    const numbers = this.#extensions.get(extended) ?? new Map<number, string>();
    this.#extensions.set(extended, numbers.set(number, file));
  }
}
