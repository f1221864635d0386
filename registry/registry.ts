// Holds the snapshot in force and changes it: compile beside, compare, refuse or swap by one assignment, drain the old.
// Knows no backend and no door: what they need is handed in.
import { GatewayError } from '../core/error.ts';
import type { Invoker } from '../core/invoker.ts';
import type { Operation } from '../core/operation.ts';
import { formatProblem, hasErrors, type Problem, type Result, sortProblems } from '../core/problem.ts';
import type { JoinSettings } from '../schema/graphql/joins/join-settings.ts';
import { type GraphNames, NO_NAMES } from '../schema/graphql/name-book.ts';
import { admit } from './admit.ts';
import { buildSnapshot, type SnapshotDraft } from './build-snapshot.ts';
import { type CompiledService, type CompileOptions, compileService, linkService } from './compile-service.ts';
import { revisionOf } from './revision.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { PinnedSnapshot, RegisteredService, Snapshot } from './snapshot.ts';
import type { RecordedNames, ServiceStore, StoredService } from './store/service-store.ts';
import { compareSurfaces, type SurfaceDifference, surfaceOf } from './surface.ts';

/** What answers the calls of one snapshot. `close` is called once no request holds the snapshot any more. */
export interface Linked {
  readonly invoke: Invoker;
  close(): void;
}

export interface RegistryOptions {
  readonly store: ServiceStore;
  readonly compile: CompileOptions;
  /** Makes the backends and policies of a snapshot. */
  readonly link: (operations: readonly Operation[]) => Linked;
  /** The doors' last word before a swap: what they cannot serve, they say here. */
  readonly prepare: (draft: SnapshotDraft) => readonly Problem[];
  /** Told of every snapshot that comes into force after the first. */
  readonly published?: (snapshot: Snapshot) => void;
  /** Paths of the gateway itself, which no service may take. */
  readonly reservedPaths: readonly string[];
  /** Joins that the operator declares or does not want. */
  readonly joins?: JoinSettings | undefined;
  readonly now: () => Date;
}

export interface PutOptions {
  /** Compile and compare, change nothing. */
  readonly validateOnly?: boolean;
  /** The revision that the registrant believes in force; another one refuses the put. */
  readonly ifMatch?: string;
}

export interface PutOutcome extends SurfaceDifference {
  readonly service: RegisteredService;
  /** The candidate, or the snapshot now in force. */
  readonly snapshot: Pick<Snapshot, 'graph' | 'routes' | 'services'>;
}

interface Generation {
  readonly snapshot: Snapshot;
  readonly linked: Linked;
  /** What was remarked on these services together: shadowed routes, names that yielded. */
  readonly remarks: readonly Problem[];
  pins: number;
  isRetired: boolean;
}

export class Registry {
  readonly #options: RegistryOptions;
  readonly #fileOwned: ReadonlySet<string>;
  #current: Generation;
  /** Changes wait for each other; requests never wait for a change. */
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    options: RegistryOptions,
    fileOwned: ReadonlySet<string>,
    draft: SnapshotDraft,
    remarks: readonly Problem[],
  ) {
    this.#options = options;
    this.#fileOwned = fileOwned;
    this.#current = generationOf(draft, options.link(draft.operations), remarks);
  }

  /**
   * Starts from what the store holds and what the configuration file declares; the file wins a name.
   * A stored service that no longer compiles is left out and reported, so that one cannot keep the others down.
   * @throws GatewayError `source-refused` if a service of the file is wrong.
   */
  static async open(
    options: RegistryOptions,
    fileServices: readonly ServiceDefinition[] = [],
  ): Promise<{ registry: Registry; problems: readonly Problem[] }> {
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
    return {
      registry: new Registry(options, fileOwned, draft, [...remarks, ...unprepared]),
      problems: [...problems, ...remarks, ...unprepared],
    };
  }

  /** The snapshot in force, for a look that ends at once; whoever makes calls pins it. */
  get snapshot(): Snapshot {
    return this.#current.snapshot;
  }

  /** Holds the snapshot in force until `release`: its backends stay open however often it is replaced. */
  pin(): PinnedSnapshot {
    const generation = this.#current;
    generation.pins += 1;
    let isHeld = true;
    return {
      snapshot: generation.snapshot,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        generation.pins -= 1;
        closeIfDrained(generation);
      },
    };
  }

  /**
   * Registers or replaces a service. When it resolves, the service is live.
   * @throws GatewayError `source-refused` or `route-conflict` with every problem, `revision-mismatch`,
   * `owned-by-file`; whatever is thrown, nothing has changed.
   */
  async put(definition: ServiceDefinition, options: PutOptions = {}): Promise<PutOutcome> {
    this.#refuseFileOwned(definition.name);
    // Compiling takes long and depends on nothing registered: it runs before the queue.
    const compiled = await compileService(definition, this.#options.compile);
    if (!compiled.ok) throw refusal(`the source of ${definition.name} was refused`, compiled.problems);
    return this.#inOrder(() => this.#publish(compiled.value, options));
  }

  /** @throws GatewayError `not_found`, `revision-mismatch`, `owned-by-file`. */
  async remove(name: string, options: Pick<PutOptions, 'ifMatch'> = {}): Promise<void> {
    this.#refuseFileOwned(name);
    await this.#inOrder(() => {
      const before = this.#current.snapshot;
      const existing = before.services.get(name);
      if (existing === undefined) throw new GatewayError('not_found', `no service is registered as ${name}`);
      checkRevision(existing, options.ifMatch);
      const services = new Map(before.services);
      services.delete(name);
      const { draft, problems } = this.#build(services, []);
      const all = [...problems, ...this.#options.prepare(draft)];
      if (hasErrors(all)) throw refusal(`${name} cannot be removed`, all);
      this.#swap(draft, all, () => this.#options.store.delete(name));
    });
  }

  isOwnedByFile(name: string): boolean {
    return this.#fileOwned.has(name);
  }

  /** Waits for the change under way; later ones are refused by whoever closed the doors. */
  async close(): Promise<void> {
    await this.#queue;
    this.#current.isRetired = true;
    this.#current.linked.close();
    this.#options.store.close();
  }

  #publish(compiled: CompiledService, options: PutOptions): PutOutcome {
    const { name } = compiled.definition;
    const before = this.#current.snapshot;
    const existing = before.services.get(name);
    checkRevision(existing, options.ifMatch);
    const now = this.#options.now().toISOString();
    const isUnchanged = existing !== undefined && existing.revision === revisionOf(compiled.definition);
    const service = registered(compiled, {
      createdAt: existing?.createdAt ?? now,
      updatedAt: isUnchanged ? existing.updatedAt : now,
      names: existing?.graphNames,
    });
    const { draft, problems } = this.#build(
      new Map(before.services).set(name, service),
      isUnchanged ? [] : [name],
    );
    const all = [...problems, ...(hasErrors(problems) ? [] : this.#options.prepare(draft))];
    const caused = newAmong(all, this.#current.remarks);
    if (hasErrors(all)) throw refusal(`${name} cannot be served beside what is registered`, caused);
    const outcome = {
      service: withRemarks(service, caused),
      ...compareSurfaces(surfaceOf(before, name), surfaceOf(draft, name)),
    };
    if (options.validateOnly === true) return { ...outcome, snapshot: draft };
    if (isUnchanged) return { ...outcome, service: existing, snapshot: before };
    const names = draft.services.get(name)?.graphNames;
    const snapshot = this.#swap(draft, all, () =>
      this.#options.store.save(storedOf(service, compiled), names),
    );
    return { ...outcome, snapshot };
  }

  #build(services: ReadonlyMap<string, RegisteredService>, newcomers: readonly string[]) {
    const { reservedPaths, joins } = this.#options;
    return buildSnapshot(services, { reservedPaths, newcomers: new Set(newcomers), joins });
  }

  /** Everything that can fail comes before the assignment; linked first, since what cannot be served is not kept. */
  #swap(draft: SnapshotDraft, remarks: readonly Problem[], write: () => void): Snapshot {
    const old = this.#current;
    const next = generationOf(draft, this.#options.link(draft.operations), remarks);
    try {
      this.#keep(write);
    } catch (error) {
      next.linked.close();
      throw error;
    }
    this.#current = next;
    old.isRetired = true;
    closeIfDrained(old);
    this.#options.published?.(next.snapshot);
    return next.snapshot;
  }

  /** What cannot be written is not served: after a restart it would be gone without anybody knowing. */
  #keep(write: () => void): void {
    try {
      write();
    } catch (cause) {
      throw new GatewayError('unavailable', 'the registry could not be written; nothing was changed', {
        cause,
      });
    }
  }

  #refuseFileOwned(name: string): void {
    if (!this.#fileOwned.has(name)) return;
    throw new GatewayError(
      'failed_precondition',
      `${name} is declared in the configuration file; change it there`,
      { type: 'owned-by-file' },
    );
  }

  #inOrder<T>(change: () => T): Promise<T> {
    const result = this.#queue.then(change);
    this.#queue = result.catch(() => {});
    return result;
  }
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

function generationOf(draft: SnapshotDraft, linked: Linked, remarks: readonly Problem[]): Generation {
  const { revision, services, routes, graph } = draft;
  return {
    snapshot: Object.freeze({ revision, services, routes, graph, invoke: linked.invoke }),
    linked,
    remarks,
    pins: 0,
    isRetired: false,
  };
}

function closeIfDrained(generation: Generation): void {
  if (generation.isRetired && generation.pins === 0) generation.linked.close();
}

interface RegistrationRecord {
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly names?: GraphNames | undefined;
}

function registered(
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

/** Names that are not on record as they are now, by service. */
function changedNames(
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

/** Remarks on other services were there before; this registration did not cause them. */
function newAmong(problems: readonly Problem[], known: readonly Problem[]): Problem[] {
  const before = new Set(known.map(formatProblem));
  return problems.filter((problem) => !before.has(formatProblem(problem)));
}

/** Remarks of the whole (shadowed routes, names that yielded) beside those of the source. */
function withRemarks(service: RegisteredService, problems: readonly Problem[]): RegisteredService {
  return { ...service, remarks: sortProblems([...service.remarks, ...problems]) };
}

function storedOf(service: RegisteredService, compiled: CompiledService): StoredService {
  const { definition, revision, createdAt, updatedAt } = service;
  return { definition, revision, descriptorSet: compiled.descriptorSet, createdAt, updatedAt };
}

function checkRevision(existing: RegisteredService | undefined, ifMatch: string | undefined): void {
  if (ifMatch === undefined || (ifMatch === '*' && existing !== undefined)) return;
  if (existing?.revision === ifMatch) return;
  throw new GatewayError(
    'aborted',
    existing === undefined
      ? `no service of this name is registered, so its revision cannot be ${ifMatch}`
      : `the revision in force is ${existing.revision}, not ${ifMatch}`,
    { type: 'revision-mismatch' },
  );
}

function refusal(what: string, problems: readonly Problem[]): GatewayError {
  const sorted = sortProblems(problems);
  const errors = sorted.filter((problem) => problem.severity === 'error');
  const isConflict = errors.every((problem) => problem.rule === 'route-conflict');
  const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`;
  return new GatewayError(isConflict ? 'already_exists' : 'invalid_argument', `${what}: ${count}`, {
    type: isConflict ? 'route-conflict' : 'source-refused',
    problems: sorted,
  });
}

function leftOut(name: string, why: string): Problem {
  return {
    severity: 'warning',
    rule: 'left-out',
    message: `the registered service ${name} is not served: ${why}`,
  };
}
