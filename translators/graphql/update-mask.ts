// The paths that a client gave in an update, as a FieldMask: a null that was said clears, what was not said stays.
// Source: transcoding reference, section 11.
import { GatewayError } from '../../core/error.ts';
import type { InputField } from '../../core/graph.ts';

export type InputFields = (type: string) => readonly InputField[];

/** Proto paths present in `given`, sorted; lists, maps and well-known types count as a whole. */
export function presentPaths(fields: readonly InputField[], given: object, inputs: InputFields): string[] {
  const paths: string[] = [];
  for (const { name, target } of fields) {
    if (target.kind === 'none' || !Object.hasOwn(given, name)) continue;
    const value: unknown = Reflect.get(given, name);
    if (value === undefined) continue;
    if (target.kind === 'oneof') {
      const members = inputs(target.input);
      // A oneof that is cleared is cleared by any of its members.
      const cleared = members
        .flatMap((member) => ('path' in member.target ? member.target.path : []))
        .slice(0, 1);
      paths.push(...(isObject(value) ? presentPaths(members, value, inputs) : cleared));
      continue;
    }
    const isMessage = target.kind === 'single' && target.value.kind === 'message';
    const inner = isMessage && isObject(value) ? presentPaths(inputs(target.value.type), value, inputs) : [];
    if (inner.length === 0) paths.push(target.path);
    else paths.push(...inner.map((path) => `${target.path}.${path}`));
  }
  return paths.sort();
}

/**
 * ProtoJSON of a FieldMask.
 * @throws GatewayError for a path that ProtoJSON cannot spell: then the client has to give the mask in another way.
 */
export function maskText(paths: readonly string[]): string {
  return paths.map(camelPath).join(',');
}

function camelPath(path: string): string {
  const camel = path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const back = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (back === path && !camel.includes('_')) return camel;
  throw new GatewayError(
    'invalid_argument',
    `the update mask must be given, since ${path} has no form in one that is made for it`,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
