// The limits that show only on compiled descriptors: how many fields, methods, values, how deep, how wordy.
import type {
  DescriptorProto,
  EnumDescriptorProto,
  FileDescriptorProto,
  FileDescriptorSet,
  ServiceDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import type { Problem } from '../../core/problem.ts';
import { quoted } from './file-path.ts';
import type { SourceLimits } from './source-limits.ts';

/** Counted over a whole source; the key is its limit. */
const COUNTED = {
  fields: 'fields',
  methods: 'methods',
  enumValues: 'enum values',
  extensions: 'extensions',
  commentLength: 'characters of comments',
} as const;

type Counts = Record<keyof typeof COUNTED, number>;

/** Empty if the set is within `limits`. Judges size alone, not whether the set makes sense. */
export function checkDescriptorLimits(set: FileDescriptorSet, limits: SourceLimits): Problem[] {
  const counts: Counts = { fields: 0, methods: 0, enumValues: 0, extensions: 0, commentLength: 0 };
  const problems = set.file.flatMap((file) => new FileMeter(file, limits, counts).run());
  if (set.file.length > limits.files) {
    problems.unshift(fault(`the source has ${set.file.length} files; at most ${limits.files} are taken`));
  }
  for (const key of Object.keys(COUNTED) as (keyof Counts)[]) {
    if (counts[key] <= limits[key]) continue;
    problems.push(fault(`the source has ${counts[key]} ${COUNTED[key]}; at most ${limits[key]} are taken`));
  }
  return problems;
}

class FileMeter {
  readonly #file: FileDescriptorProto;
  readonly #limits: SourceLimits;
  readonly #counts: Counts;
  readonly #problems: Problem[] = [];

  constructor(file: FileDescriptorProto, limits: SourceLimits, counts: Counts) {
    this.#file = file;
    this.#limits = limits;
    this.#counts = counts;
  }

  run(): Problem[] {
    const file = this.#file;
    this.#name('package', file.package);
    const prefix = file.package === '' ? '' : `${file.package}.`;
    for (const message of file.messageType) this.#message(message, prefix, 1);
    for (const enumeration of file.enumType) this.#enum(enumeration, prefix);
    for (const service of file.service) this.#service(service, prefix);
    this.#extensions(file.extension);
    for (const location of file.sourceCodeInfo?.location ?? []) {
      const detached = location.leadingDetachedComments.reduce((sum, comment) => sum + comment.length, 0);
      this.#counts.commentLength +=
        location.leadingComments.length + location.trailingComments.length + detached;
    }
    return this.#problems;
  }

  #message(message: DescriptorProto, prefix: string, depth: number): void {
    const name = `${prefix}${message.name}`;
    if (depth > this.#limits.nesting) {
      // Reported once, and not followed: everything below is as deep.
      this.#refuse(
        `message ${quoted(message.name)} is nested more than ${this.#limits.nesting} messages deep`,
      );
      return;
    }
    this.#name('message', name);
    this.#counts.fields += message.field.length;
    for (const field of message.field) this.#name('field', field.name);
    for (const oneof of message.oneofDecl) this.#name('oneof', oneof.name);
    for (const nested of message.nestedType) this.#message(nested, `${name}.`, depth + 1);
    for (const enumeration of message.enumType) this.#enum(enumeration, `${name}.`);
    this.#extensions(message.extension);
  }

  #enum(enumeration: EnumDescriptorProto, prefix: string): void {
    this.#name('enum', `${prefix}${enumeration.name}`);
    this.#counts.enumValues += enumeration.value.length;
    for (const value of enumeration.value) this.#name('enum value', value.name);
  }

  #service(service: ServiceDescriptorProto, prefix: string): void {
    this.#name('service', `${prefix}${service.name}`);
    this.#counts.methods += service.method.length;
    for (const method of service.method) this.#name('method', method.name);
  }

  #extensions(extensions: FileDescriptorProto['extension']): void {
    this.#counts.extensions += extensions.length;
    this.#counts.fields += extensions.length;
    for (const extension of extensions) this.#name('extension', extension.name);
  }

  #name(kind: string, name: string): void {
    if (Buffer.byteLength(name) <= this.#limits.nameBytes) return;
    this.#refuse(`the ${kind} name ${quoted(name)} is longer than ${this.#limits.nameBytes} bytes`);
  }

  #refuse(message: string): void {
    this.#problems.push({ ...fault(message), path: this.#file.name });
  }
}

function fault(message: string): Problem {
  return { severity: 'error', message, rule: 'source-limits' };
}
