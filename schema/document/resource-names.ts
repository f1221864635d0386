// What the segments of a resource name are called, as the source's google.api.resource patterns have it:
// `projects/*/topics/*` → `project`, `topic`. Made once per source.
import { type DescFile, type DescMessage, getOption, hasOption, type Registry } from '@bufbuild/protobuf';
import { resourceDefinitionExtension, resourceExtension } from '../proto/google-types.ts';

/** The beginning of a pattern is the name of a parent, so it counts as well. */
export type ResourceNames = ReadonlyMap<string, readonly string[]>;

const known = new WeakMap<Registry, ResourceNames>();

export function resourceNames(types: Registry): ResourceNames {
  let names = known.get(types);
  if (names === undefined) {
    names = readNames(patternsOf(types));
    known.set(types, names);
  }
  return names;
}

const VARIABLE = /^\{([A-Za-z_]\w*)\}$/;

function readNames(patterns: readonly string[]): ResourceNames {
  const whole = new Map<string, readonly string[]>();
  const beginnings = new Map<string, readonly string[]>();
  for (const pattern of patterns) {
    const names: string[] = [];
    let shape = '';
    for (const segment of pattern.split('/')) {
      const [, name] = VARIABLE.exec(segment) ?? [];
      if (name !== undefined) names.push(name);
      shape += `${shape === '' ? '' : '/'}${name === undefined ? segment : '*'}`;
      if (name !== undefined && !beginnings.has(shape)) beginnings.set(shape, [...names]);
    }
    if (!whole.has(shape)) whole.set(shape, names);
  }
  return new Map([...beginnings, ...whole]);
}

function patternsOf(types: Registry): string[] {
  const files = new Set<DescFile>();
  const patterns: string[] = [];
  for (const type of types) {
    files.add(type.file);
    if (type.kind === 'message') patterns.push(...ownPatterns(type));
  }
  for (const file of files) patterns.push(...definedPatterns(file));
  return patterns;
}

function ownPatterns(message: DescMessage): readonly string[] {
  const extension = resourceExtension();
  return hasOption(message, extension) ? patternsIn(getOption(message, extension)) : [];
}

/** Resources that other services own. */
function definedPatterns(file: DescFile): readonly string[] {
  const extension = resourceDefinitionExtension();
  if (!hasOption(file, extension)) return [];
  const definitions: unknown = getOption(file, extension);
  return Array.isArray(definitions) ? definitions.flatMap(patternsIn) : [];
}

function patternsIn(resource: unknown): readonly string[] {
  if (typeof resource !== 'object' || resource === null || !('pattern' in resource)) return [];
  const { pattern } = resource;
  return Array.isArray(pattern) ? pattern.filter((one): one is string => typeof one === 'string') : [];
}
