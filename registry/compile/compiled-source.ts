// The last steps that sources and uploaded sets share: order, limits, sense, readable options, services.
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { hasErrors, type Problem, type Result, sortProblems } from '../../core/problem.ts';
import { checkDescriptors } from './check-descriptors.ts';
import { checkOptions } from './check-options.ts';
import { checkDescriptorLimits } from './descriptor-limits.ts';
import type { SourceLimits } from './source-limits.ts';
import { orderFiles } from './topological-order.ts';

/** What every proto source becomes, whichever way it came. */
export interface CompiledSource {
  /** google.protobuf.FileDescriptorSet: self-contained, each file after the files it imports. */
  readonly descriptorSet: Uint8Array;
  /** Names of the files whose services are served; the others are imports. */
  readonly entry: readonly string[];
}

/** A set that has passed every check, still as descriptors. */
export interface CheckedSet {
  readonly set: FileDescriptorSet;
  readonly problems: readonly Problem[];
}

/** The files reachable from `roots`, in order and checked. The set makes sense only if no problem is an error. */
export function checkSet(
  files: readonly FileDescriptorProto[],
  roots: Iterable<string>,
  limits: SourceLimits,
): CheckedSet {
  const ordered = orderFiles(files, roots);
  const set = create(FileDescriptorSetSchema, { file: ordered.files });
  const problems = [...ordered.problems, ...checkDescriptorLimits(set, limits)];
  // References into files that are missing, or names far too many, would only be reported again and again.
  if (!hasErrors(problems)) problems.push(...checkDescriptors(set));
  if (!hasErrors(problems)) problems.push(...checkOptions(set));
  return { set, problems };
}

/** Encodes a checked set. */
export function writeSet(set: FileDescriptorSet): Uint8Array {
  return toBinary(FileDescriptorSetSchema, set);
}

/** A refusal with every problem in order of place, at most as many as the limits allow. */
export function refuse(problems: readonly Problem[], limits: SourceLimits): Result<never> {
  const sorted = sortProblems(problems);
  if (sorted.length <= limits.problems) return { ok: false, problems: sorted };
  const more = `${sorted.length - limits.problems} more problems are not listed`;
  const rest: Problem = { severity: 'error', message: more, rule: 'compile' };
  return { ok: false, problems: [...sorted.slice(0, limits.problems), rest] };
}

/** What a file declares, for a message that says why it cannot be served. */
export function describeFile(file: FileDescriptorProto): string {
  const counts = [
    plural(file.messageType.length, 'message'),
    plural(file.enumType.length, 'enum'),
    plural(file.extension.length, 'extension'),
  ].filter((part) => part !== '');
  return `${file.name} has ${counts.join(', ') || 'no declarations'}`;
}

function plural(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}
