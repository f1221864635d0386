// Applies an update with a FieldMask to a resource (AIP-134), on proto-loader's objects.
import type { FieldMask } from './requests.ts';
import { refuse } from './requests.ts';

export interface Updatable {
  /** Field → its own fields that a mask may name, `any` key of a map, or nothing below it. */
  readonly fields: Readonly<Record<string, readonly string[] | 'any'>>;
  /** Fields that a caller may send and name, without effect: the identifier and what only the service sets. */
  readonly ignored: readonly string[];
  /** Groups of fields of which only one may be set. */
  readonly oneofs: readonly (readonly string[])[];
}

type Fields = Record<string, unknown>;

/**
 * The resource after the update. Without a mask, the fields that are present in `change` are taken over; `*`
 * takes over all, and what `change` lacks is cleared.
 * @throws MockStatus INVALID_ARGUMENT for a path that names no field.
 */
export function applyUpdate<T extends object>(
  resource: T,
  change: T,
  mask: FieldMask | undefined,
  updatable: Updatable,
): T {
  const paths = mask?.paths ?? [];
  const known = (path: string) =>
    path === '*' || updatable.ignored.includes(path) || isUpdatable(path, updatable);
  refuse(
    paths.map(
      (path) =>
        !known(path) && { field: 'update_mask', description: `names no field that can change: ${path}` },
    ),
  );
  const all = Object.keys(updatable.fields);
  const wanted = paths.includes('*')
    ? all
    : paths.length > 0
      ? paths
      : all.filter((field) => field in change);
  const result = structuredClone(resource) as Fields;
  for (const path of wanted) {
    if (updatable.ignored.includes(path)) continue;
    copyPath(result, change as Fields, path.split('.'));
    clearRivals(result, path.split('.')[0] ?? '', updatable);
  }
  return result as T;
}

function isUpdatable(path: string, { fields }: Updatable): boolean {
  const [field = '', ...rest] = path.split('.');
  if (!Object.hasOwn(fields, field)) return false;
  const inner = fields[field] ?? [];
  const [child = ''] = rest;
  return rest.length === 0 || (rest.length === 1 && (inner === 'any' || inner.includes(child)));
}

/** Takes the value at a path over, or its absence. */
function copyPath(target: Fields, source: Fields | undefined, [field = '', ...rest]: string[]): void {
  const value = source !== undefined && Object.hasOwn(source, field) ? source[field] : undefined;
  if (rest.length > 0) {
    const inner = Object.hasOwn(target, field) ? (target[field] as Fields) : {};
    copyPath(inner, value as Fields | undefined, rest);
    target[field] = inner;
  } else if (value === undefined) {
    delete target[field];
  } else {
    // Not by assignment: a map key named __proto__ is a key like any other.
    Object.defineProperty(target, field, { value, enumerable: true, writable: true, configurable: true });
  }
}

function clearRivals(result: Fields, field: string, { oneofs }: Updatable): void {
  if (!Object.hasOwn(result, field)) return;
  for (const rival of oneofs.find((group) => group.includes(field)) ?? []) {
    if (rival !== field) delete result[rival];
  }
}

/**
 * What a read mask leaves of a resource (AIP-157); all of it without one.
 * @throws MockStatus INVALID_ARGUMENT for a path that names no field, or goes below a list.
 */
export function applyReadMask<T extends object>(
  resource: T,
  mask: FieldMask | undefined,
  updatable: Updatable,
): T {
  const paths = mask?.paths ?? [];
  refuse(
    paths.map(
      (path) =>
        path !== '*' &&
        !updatable.ignored.includes(path) &&
        !isUpdatable(path, updatable) && { field: 'read_mask', description: `names no field: ${path}` },
    ),
  );
  if (paths.length === 0 || paths.includes('*')) return resource;
  const result: Fields = {};
  for (const path of paths) {
    const [field = '', child] = path.split('.');
    const value = (resource as Fields)[field];
    if (value === undefined) continue;
    if (child === undefined) result[field] = value;
    else copyPath(result, resource as Fields, [field, child]);
  }
  return result as T;
}
