// Reads an uploaded FileDescriptorSet (or buf image, which is wire compatible) into the form that compiled
// sources have. A set keeps the copies of google/** that it carries: it was built against them.
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { protoCamelCase } from '@bufbuild/protobuf/reflect';
import {
  type DescriptorProto,
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { hasErrors, type Problem, type Result } from '../../core/problem.ts';
import { checkDefaults } from './check-defaults.ts';
import { type CompiledSource, checkSet, describeFile, refuse, writeSet } from './compiled-source.ts';
import { quoted } from './file-path.ts';
import { expectedSet, isSingleFileDescriptor, recogniseForeignBytes } from './recognise-bytes.ts';
import { servedFiles } from './served-files.ts';
import { type SourceLimits, sourceLimits } from './source-limits.ts';

/** Never throws, whatever the bytes are. */
export function readDescriptorSet(
  bytes: Uint8Array,
  raised: Partial<SourceLimits> = {},
): Result<CompiledSource> {
  const limits = sourceLimits(raised);
  if (bytes.length > limits.sourceBytes) {
    const message = `the descriptor set holds ${bytes.length} bytes; at most ${limits.sourceBytes} are taken`;
    return refuse([{ severity: 'error', message, rule: 'source-limits' }], limits);
  }
  const decoded = decode(bytes);
  if (typeof decoded === 'string') return refuse([fault(decoded)], limits);

  const names = checkNames(decoded.file);
  if (names.length > 0) return refuse(names, limits);
  decoded.file.forEach(fillJsonNames);

  const { set, problems } = checkSet(
    decoded.file,
    decoded.file.map((file) => file.name),
    limits,
  );
  if (hasErrors(problems)) return refuse(problems, limits);
  const unresolved = checkResolved(set);
  if (unresolved.length > 0) return refuse(unresolved, limits);

  const entry = servedFiles(set.file);
  if (entry.length === 0) {
    const found = set.file.slice(0, 5).map(describeFile).join('; ');
    return refuse([fault(`no file of the descriptor set declares a service: ${found}`)], limits);
  }
  return { ok: true, value: { descriptorSet: writeSet(set), entry }, problems };
}

/** The set, or the sentence that says what the bytes are instead. */
function decode(bytes: Uint8Array): FileDescriptorSet | string {
  const foreign = recogniseForeignBytes(bytes);
  if (foreign !== undefined) return foreign;
  try {
    const set = fromBinary(FileDescriptorSetSchema, bytes);
    if (set.file.length > 0 && set.file.every((file) => file.name !== '')) return set;
  } catch (error) {
    if (error instanceof Error && error.message.includes('recursion depth')) {
      return 'the descriptor set is nested too deep to be read';
    }
  }
  if (isSingleFileDescriptor(bytes)) return `this is a single FileDescriptorProto; ${expectedSet()}`;
  return `the bytes are no descriptor set; ${expectedSet()}`;
}

function checkNames(files: readonly FileDescriptorProto[]): Problem[] {
  const known = new Set<string>();
  return files.flatMap(({ name }) => {
    const isTwin = known.has(name);
    known.add(name);
    return isTwin ? [fault(`the descriptor set holds the file ${quoted(name)} twice`)] : [];
  });
}

// Compilers always write JSON names; sets put together by hand or by reflection may lack them.
function fillJsonNames(file: FileDescriptorProto): void {
  file.messageType.forEach(fillMessageJsonNames);
}

function fillMessageJsonNames(message: DescriptorProto): void {
  for (const field of message.field) {
    if (field.jsonName === '') field.jsonName = protoCamelCase(field.name);
  }
  message.nestedType.forEach(fillMessageJsonNames);
}

/** What our own reader cannot make of the set, such as an edition it does not know or a bad default. */
function checkResolved(set: FileDescriptorSet): Problem[] {
  let registry: FileRegistry;
  try {
    registry = createFileRegistry(set);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    return [fault(`the descriptor set does not resolve: ${reason}`)];
  }
  return checkDefaults(registry);
}

function fault(message: string): Problem {
  return { severity: 'error', message, rule: 'descriptor-set' };
}
