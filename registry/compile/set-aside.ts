// Copies of the common protos in an upload give way to ours: they are often older, and two copies of one
// file cannot both be compiled. A copy that knows more than ours is remarked, name by name.
import type { FileDescriptorProto, FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import type { Problem } from '../../core/problem.ts';
import { googleTypes } from '../../schema/proto/google-types.ts';
import type { SourceFile } from '../service-definition.ts';
import { bundledProtos, isCompilerFile } from './bundled-protos.ts';

export interface Partition {
  /** Files to compile as they were sent. */
  readonly kept: readonly SourceFile[];
  /** Copies of common protos whose text is not ours. */
  readonly setAside: readonly SourceFile[];
  /** One note per file set aside. */
  readonly notes: readonly Problem[];
}

export function setAsideCommonProtos(files: readonly SourceFile[]): Partition {
  const isCommon = (path: string): boolean => bundledProtos().has(path) || isCompilerFile(path);
  const kept = files.filter((file) => !isCommon(file.path));
  const setAside = files.filter(
    (file) => isCommon(file.path) && bundledProtos().get(file.path) !== file.content,
  );
  const notes = setAside.map(({ path }): Problem => {
    const message = 'this copy is set aside: Dragoman supplies the file itself, so it need not be sent';
    return { severity: 'note', message, rule: 'set-aside', path };
  });
  return { kept, setAside, notes };
}

/** Warnings for what a compiled copy declares and ours lacks. */
export function findMissingInOurs(copies: FileDescriptorSet): Problem[] {
  return copies.file.flatMap((copy) => {
    const ours = googleTypes().getFile(copy.name);
    if (ours === undefined) return [];
    const known = new Set(declaredNames(ours.proto));
    const missing = [...declaredNames(copy)].filter((name) => !known.has(name));
    if (missing.length === 0) return [];
    const listed = missing.slice(0, 5).join(', ');
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
    const message =
      `this copy declares ${listed}${more}, which the file supplied by Dragoman lacks; ` +
      'to use it, declare it in a file of your own or register a descriptor set';
    return [{ severity: 'warning' as const, message, rule: 'set-aside', path: copy.name }];
  });
}

/** Full names of everything a file declares. */
function* declaredNames(file: FileDescriptorProto): Generator<string> {
  const scopes = [
    { prefix: file.package, messages: file.messageType, enums: file.enumType, extensions: file.extension },
  ];
  for (let scope = scopes.pop(); scope !== undefined; scope = scopes.pop()) {
    for (const extension of scope.extensions) yield `${scope.prefix}.${extension.name}`;
    for (const enumeration of scope.enums) {
      yield `${scope.prefix}.${enumeration.name}`;
      for (const value of enumeration.value) yield `${scope.prefix}.${enumeration.name}.${value.name}`;
    }
    for (const message of scope.messages) {
      const prefix = `${scope.prefix}.${message.name}`;
      yield prefix;
      for (const field of message.field) yield `${prefix}.${field.name}`;
      scopes.push({
        prefix,
        messages: message.nestedType,
        enums: message.enumType,
        extensions: message.extension,
      });
    }
  }
  for (const service of file.service) {
    yield `${file.package}.${service.name}`;
    for (const method of service.method) yield `${file.package}.${service.name}.${method.name}`;
  }
}
