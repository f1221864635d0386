// Holds the snapshot in force and changes it: compile beside, compare, refuse or swap by one assignment, drain the old.
// Knows no backend and no door: what they need is handed in.
import { GatewayError } from '../core/error.ts';
import { formatProblem, hasErrors, type Problem } from '../core/problem.ts';
import { NO_NAMES } from '../schema/graphql/name-book.ts';
import { buildSnapshot, type SnapshotDraft } from './build-snapshot.ts';
import { clientDifferences, isBrokenDocument } from './client-differences.ts';
import { type CompiledService, compileService } from './compile-service.ts';
import { type Generation, generationOf, pinGeneration, retireGeneration } from './generation.ts';
import { loadServices } from './load-services.ts';
import { breakingRefusal, checkRevision, ownedByFile, refusal } from './refusals.ts';
import { changedNames, registered, storedOf, withRemarks } from './registered-service.ts';
import type { PutOptions, PutOutcome, RegistryOptions } from './registry-options.ts';
import { revisionOf } from './revision.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { PinnedSnapshot, RegisteredService, Snapshot } from './snapshot.ts';
import { compareSurfaces, surfaceOf } from './surface.ts';

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
    const { draft, remarks, problems, fileOwned } = await loadServices(options, fileServices);
    return {
      registry: new Registry(options, fileOwned, draft, remarks),
      problems: [...problems, ...remarks],
    };
  }

  /** The snapshot in force, for a look that ends at once; whoever makes calls pins it. */
  get snapshot(): Snapshot {
    return this.#current.snapshot;
  }

  /** Holds the snapshot in force until `release`: its backends stay open however often it is replaced. */
  pin(): PinnedSnapshot {
    return pinGeneration(this.#current);
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
    retireGeneration(old);
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

/** Remarks on other services were there before; this registration did not cause them. */
function newAmong(problems: readonly Problem[], known: readonly Problem[]): Problem[] {
  const before = new Set(known.map(formatProblem));
  return problems.filter((problem) => !before.has(formatProblem(problem)));
}

/** A document that breaks, where that is for the registrant to decide. */
function weighed(problem: Problem): Problem {
  return isBrokenDocument(problem) ? { ...problem, severity: 'warning' } : problem;
}
