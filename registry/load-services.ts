// What a registry starts with: what the configuration file declares and what the store holds; the file wins a name.
import { hasErrors, type Problem, type Result } from '../core/problem.ts';
import { admit } from './admit.ts';
import { buildSnapshot, type SnapshotDraft } from './build-snapshot.ts';
import { type CompiledService, type CompileOptions, compileService, linkService } from './compile-service.ts';
import { leftOut, refusal } from './refusals.ts';
import { changedNames, registered } from './registered-service.ts';
import type { RegistryOptions } from './registry-options.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { RegisteredService } from './snapshot.ts';
import type { StoredService } from './store/service-store.ts';

export interface FirstServices {
  readonly draft: SnapshotDraft;
  /** On what is served, all of it together. */
  readonly remarks: readonly Problem[];
  /** On what is left out. */
  readonly problems: readonly Problem[];
  readonly fileOwned: ReadonlySet<string>;
}

/**
 * A stored service that no longer compiles is left out and reported, so that one cannot keep the others down.
 * @throws GatewayError `source-refused` if a service of the file is wrong.
 */
export async function loadServices(
  options: RegistryOptions,
  fileServices: readonly ServiceDefinition[],
): Promise<FirstServices> {
  const fileOwned = new Set(fileServices.map((definition) => definition.name));
  const now = options.now().toISOString();
  const problems: Problem[] = [];
  const declared = new Map<string, RegisteredService>();
  const records = options.store.loadNames();
  const { reservedPaths, joins } = options;

  const compiled = await Promise.all(
    fileServices.map((definition) => compileService(definition, options.compile)),
  );
  const refusals = compiled.flatMap((result) => (result.ok ? [] : result.problems));
  if (refusals.length > 0)
    throw refusal('the configuration declares a service that cannot be served', refusals);
  for (const result of compiled) {
    if (!result.ok) continue;
    const { name } = result.value.definition;
    declared.set(name, registered(result.value, { createdAt: now, updatedAt: now, ...records.get(name) }));
  }
  const newcomers = new Set(
    [...declared.values()].flatMap(({ name, revision }) =>
      records.get(name)?.revision === revision ? [] : name,
    ),
  );
  const own = buildSnapshot(declared, { reservedPaths, newcomers, joins });
  if (hasErrors(own.problems)) {
    throw refusal('the services of the configuration cannot be served together', own.problems);
  }

  const stored: RegisteredService[] = [];
  for (const kept of options.store.load()) {
    const { createdAt, updatedAt } = kept;
    const { name } = kept.definition;
    if (fileOwned.has(name)) {
      problems.push(leftOut(name, 'the configuration file declares a service of this name'));
      continue;
    }
    const result = relink(kept, options.compile);
    if (result.ok) stored.push(registered(result.value, { createdAt, updatedAt, ...records.get(name) }));
    else problems.push(leftOut(name, 'its stored source no longer compiles'), ...result.problems);
  }
  const { services, refused } = admit(
    declared,
    stored,
    (candidate) => buildSnapshot(candidate, { reservedPaths, newcomers, joins }).problems,
  );
  for (const { name, problems: clashes } of refused) {
    problems.push(leftOut(name, 'it clashes with a service registered before it'), ...clashes);
  }

  const { draft, problems: remarks } = buildSnapshot(services, {
    reservedPaths,
    newcomers,
    joins,
  });
  const unprepared = options.prepare(draft);
  if (hasErrors(unprepared)) throw refusal('the registered services cannot be served together', unprepared);
  options.store.saveNames(changedNames(draft.services, records));
  return { draft, remarks: [...remarks, ...unprepared], problems, fileOwned };
}

/** What lies in a store may have been cut or changed behind our back. */
function relink(
  { definition, descriptorSet }: StoredService,
  options: CompileOptions,
): Result<CompiledService> {
  try {
    return linkService(definition, descriptorSet, options);
  } catch {
    const message = 'its stored descriptors cannot be read; register it again';
    return { ok: false, problems: [{ severity: 'error', rule: 'stored-source', message }] };
  }
}
