// Holds the snapshot in force and changes it: compile beside, compare, refuse or swap by one assignment, drain the old.
// Knows no backend and no door: what they need is handed in.
import { GatewayError } from '../core/error.ts';
import type { Invoker } from '../core/invoker.ts';
import type { Operation } from '../core/operation.ts';
import { formatProblem, hasErrors, type Problem, type Result, sortProblems } from '../core/problem.ts';
import type { Difference } from '../schema/compatible/difference.ts';
import type { JoinSettings } from '../schema/graphql/joins/join-settings.ts';
import { type GraphNames, NO_NAMES } from '../schema/graphql/name-book.ts';
import { admit } from './admit.ts';
import { buildSnapshot, type SnapshotDraft } from './build-snapshot.ts';
import { clientDifferences, isBrokenDocument } from './client-differences.ts';
import { type CompiledService, type CompileOptions, compileService, linkService } from './compile-service.ts';
import { breakingRefusal, checkRevision, leftOut, ownedByFile, refusal } from './refusals.ts';
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
  /**
   * What becomes of a put that breaks clients: `refuse` it, or `allow` it, trusted documents that break included.
   * Default: only the latter refuse it.
   */
  readonly onBreaking?: OnBreaking | undefined;
}

export const ON_BREAKING = ['refuse', 'allow'] as const;
export type OnBreaking = (typeof ON_BREAKING)[number];

export interface PutOutcome extends SurfaceDifference {
  readonly service: RegisteredService;
  /** Of what was there before for clients, in detail; the gravest first. */
  readonly differences: readonly Difference[];
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
   * `owned-by-file`, `breaking-change`; whatever is thrown, nothing has changed.
   */
  async put(definition: ServiceDefinition, options: PutOptions = {}): Promise<PutOutcome> {
    // To compare is no change.
    if (options.validateOnly !== true) this.#refuseFileOwned(definition.name);
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
      this.#swap(draft, all, () => {
        this.#keepNames(draft, name);
        this.#options.store.delete(name);
      });
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
    const found = [...problems, ...(hasErrors(problems) ? [] : this.#options.prepare(draft))];
    const brokenDocuments = found.filter(isBrokenDocument);
    // Whoever only compares, or decides by what breaks, is told of documents as of all that breaks.
    const isWeighed = options.validateOnly === true || options.onBreaking !== undefined;
    const all = isWeighed ? found.map(weighed) : found;
    const caused = newAmong(all, this.#current.remarks);
    if (hasErrors(all)) throw refusal(`${name} cannot be served beside what is registered`, caused);
    const differences = clientDifferences(name, before, draft, brokenDocuments);
    const outcome = {
      service: withRemarks(service, caused),
      differences,
      ...compareSurfaces(surfaceOf(before, name), surfaceOf(draft, name)),
    };
    if (options.validateOnly === true) return { ...outcome, snapshot: draft };
    if (isUnchanged) return { ...outcome, service: existing, snapshot: before };
    const breaking = differences.filter(({ severity }) => severity === 'breaking');
    if (options.onBreaking === 'refuse' && breaking.length > 0) throw breakingRefusal(name, breaking);
    const names = draft.services.get(name)?.graphNames;
    const snapshot = this.#swap(draft, all, () => {
      this.#keepNames(draft, name);
      this.#options.store.save(storedOf(service, compiled), names);
    });
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

  /** One service that comes or goes may give joined fields to the types of others, which have them on their records. */
  #keepNames({ services }: SnapshotDraft, except: string): void {
    const { services: before } = this.#current.snapshot;
    const known = new Map(
      [...before.values()].map(({ name, revision, graphNames: names = NO_NAMES }) => [
        name,
        { revision, names },
      ]),
    );
    const others = new Map(services);
    others.delete(except);
    const changed = changedNames(others, known);
    if (changed.size > 0) this.#options.store.saveNames(changed);
  }

  #refuseFileOwned(name: string): void {
    if (!this.#fileOwned.has(name)) return;
    throw ownedByFile(name);
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

/** A document that breaks, where that is for the registrant to decide. */
function weighed(problem: Problem): Problem {
  return isBrokenDocument(problem) ? { ...problem, severity: 'warning' } : problem;
}

/** Remarks of the whole (shadowed routes, names that yielded) beside those of the source. */
function withRemarks(service: RegisteredService, problems: readonly Problem[]): RegisteredService {
  return { ...service, remarks: sortProblems([...service.remarks, ...problems]) };
}

function storedOf(service: RegisteredService, compiled: CompiledService): StoredService {
  const { definition, revision, createdAt, updatedAt } = service;
  return { definition, revision, descriptorSet: compiled.descriptorSet, createdAt, updatedAt };
}
