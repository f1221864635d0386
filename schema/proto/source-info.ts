// Comments and positions of descriptors, from the source info that the compiler kept.
// Indexed once per file: a linear search per descriptor would be quadratic in large sources.
import type { AnyDesc, DescFile, FileRegistry } from '@bufbuild/protobuf';
import type { Position } from '../../core/problem.ts';

interface Place {
  readonly line: number;
  readonly column: number;
  readonly comment: string;
}

// Field numbers of descriptor.proto that make up a SourceCodeInfo path.
const FILE_MESSAGE = 4;
const FILE_ENUM = 5;
const FILE_SERVICE = 6;
const FILE_EXTENSION = 7;
const MESSAGE_FIELD = 2;
const MESSAGE_NESTED = 3;
const MESSAGE_ENUM = 4;
const MESSAGE_EXTENSION = 6;
const MESSAGE_ONEOF = 8;
const ENUM_VALUE = 2;
const SERVICE_METHOD = 2;

type Declared = 'file' | 'message' | 'enum' | 'service' | 'leaf';

/** What is declared below each step of a path. Locations of anything else (types, numbers, options) are not asked for. */
const STEPS: Readonly<Record<Declared, Readonly<Record<number, Declared>>>> = {
  file: {
    [FILE_MESSAGE]: 'message',
    [FILE_ENUM]: 'enum',
    [FILE_SERVICE]: 'service',
    [FILE_EXTENSION]: 'leaf',
  },
  message: {
    [MESSAGE_FIELD]: 'leaf',
    [MESSAGE_NESTED]: 'message',
    [MESSAGE_ENUM]: 'enum',
    [MESSAGE_EXTENSION]: 'leaf',
    [MESSAGE_ONEOF]: 'leaf',
  },
  enum: { [ENUM_VALUE]: 'leaf' },
  service: { [SERVICE_METHOD]: 'leaf' },
  leaf: {},
};

const indexes = new WeakMap<DescFile, ReadonlyMap<string, Place>>();

/**
 * Indexes every file and drops its source info from the descriptors, of which it is three quarters in memory.
 * For the one who owns the descriptors; whoever needs the whole source info keeps the bytes they came from.
 */
export function condenseSourceInfo(files: FileRegistry): void {
  for (const file of files.files) {
    indexOf(file);
    delete file.proto.sourceCodeInfo;
  }
}

/** The leading comment (or, lacking one, the trailing comment), trimmed, without markers; empty if there is none. */
export function commentOf(desc: AnyDesc): string {
  return placeOf(desc)?.comment ?? '';
}

/** Where `desc` is declared; only the path if the source came without positions. */
export function positionOf(desc: AnyDesc): Position {
  const path = fileOf(desc).proto.name;
  const place = placeOf(desc);
  return place === undefined ? { path } : { path, line: place.line, column: place.column };
}

function placeOf(desc: AnyDesc): Place | undefined {
  const path = sourcePath(desc);
  return path === undefined ? undefined : indexOf(fileOf(desc)).get(path.join('.'));
}

function fileOf(desc: AnyDesc): DescFile {
  switch (desc.kind) {
    case 'file':
      return desc;
    case 'enum_value':
    case 'field':
    case 'oneof':
    case 'rpc':
      return desc.parent.file;
    default:
      return desc.file;
  }
}

function indexOf(file: DescFile): ReadonlyMap<string, Place> {
  let index = indexes.get(file);
  if (index === undefined) {
    index = new Map(
      (file.proto.sourceCodeInfo?.location ?? [])
        .filter(({ path }) => isDeclaration(path))
        .map((location) => [
          location.path.join('.'),
          {
            line: (location.span[0] ?? 0) + 1,
            column: (location.span[1] ?? 0) + 1,
            comment: cleanComment(location.leadingComments || location.trailingComments),
          },
        ]),
    );
    indexes.set(file, index);
  }
  return index;
}

function isDeclaration(path: readonly number[]): boolean {
  let at: Declared | undefined = 'file';
  for (let index = 0; index < path.length && at !== undefined; index += 2) {
    at = STEPS[at][path[index] ?? 0];
  }
  return at !== undefined && path.length % 2 === 0;
}

function cleanComment(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/^ /, '').trimEnd())
    .join('\n')
    .trim();
}

function sourcePath(desc: AnyDesc): number[] | undefined {
  switch (desc.kind) {
    case 'message':
      return desc.parent === undefined
        ? step([], FILE_MESSAGE, desc.file.proto.messageType, desc.proto)
        : step(sourcePath(desc.parent), MESSAGE_NESTED, desc.parent.proto.nestedType, desc.proto);
    case 'enum':
      return desc.parent === undefined
        ? step([], FILE_ENUM, desc.file.proto.enumType, desc.proto)
        : step(sourcePath(desc.parent), MESSAGE_ENUM, desc.parent.proto.enumType, desc.proto);
    case 'enum_value':
      return step(sourcePath(desc.parent), ENUM_VALUE, desc.parent.proto.value, desc.proto);
    case 'field':
      return step(sourcePath(desc.parent), MESSAGE_FIELD, desc.parent.proto.field, desc.proto);
    case 'oneof':
      return step(sourcePath(desc.parent), MESSAGE_ONEOF, desc.parent.proto.oneofDecl, desc.proto);
    case 'extension':
      return desc.parent === undefined
        ? step([], FILE_EXTENSION, desc.file.proto.extension, desc.proto)
        : step(sourcePath(desc.parent), MESSAGE_EXTENSION, desc.parent.proto.extension, desc.proto);
    case 'service':
      return step([], FILE_SERVICE, desc.file.proto.service, desc.proto);
    case 'rpc':
      return step(sourcePath(desc.parent), SERVICE_METHOD, desc.parent.proto.method, desc.proto);
    default:
      return undefined;
  }
}

function step<T>(
  parent: number[] | undefined,
  field: number,
  siblings: readonly T[],
  self: T,
): number[] | undefined {
  const index = siblings.indexOf(self);
  return parent === undefined || index === -1 ? undefined : [...parent, field, index];
}
