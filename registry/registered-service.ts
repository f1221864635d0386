// Compiled services as records: as they are served, as the store keeps them, and the names that are to be kept of them.
import { type Problem, sortProblems } from '../core/problem.ts';
import { type GraphNames, NO_NAMES } from '../schema/graphql/name-book.ts';
import type { CompiledService } from './compile-service.ts';
import { revisionOf } from './revision.ts';
import type { RegisteredService } from './snapshot.ts';
import type { RecordedNames, StoredService } from './store/service-store.ts';

export interface RegistrationRecord {
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly names?: GraphNames | undefined;
}

export function registered(
  compiled: CompiledService,
  { createdAt, updatedAt, names }: RegistrationRecord,
): RegisteredService {
  const { definition, operations, problems } = compiled;
  return {
    name: definition.name,
    definition,
    revision: revisionOf(definition),
    operations,
    remarks: sortProblems(problems),
    graphNames: names,
    createdAt,
    updatedAt,
  };
}

/** Remarks of the whole (shadowed routes, names that yielded) beside those of the source. */
export function withRemarks(service: RegisteredService, problems: readonly Problem[]): RegisteredService {
  return { ...service, remarks: sortProblems([...service.remarks, ...problems]) };
}

export function storedOf(service: RegisteredService, compiled: CompiledService): StoredService {
  const { definition, revision, createdAt, updatedAt } = service;
  return { definition, revision, descriptorSet: compiled.descriptorSet, createdAt, updatedAt };
}

/** Names that are not on record as they are now, by service. */
export function changedNames(
  services: ReadonlyMap<string, RegisteredService>,
  records: ReadonlyMap<string, RecordedNames>,
): ReadonlyMap<string, RecordedNames> {
  const changed = new Map<string, RecordedNames>();
  for (const { name, revision, graphNames = NO_NAMES } of services.values()) {
    const record = records.get(name);
    const isKept =
      record?.revision === revision &&
      record.names.size === graphNames.size &&
      [...graphNames].every(([key, value]) => record.names.get(key) === value);
    if (!isKept) changed.set(name, { revision, names: graphNames });
  }
  return changed;
}
