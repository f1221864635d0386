// Answers joins: collects the keys of many parents, reads each different one once, in as few calls as the operations
// allow, and hands every parent its own. Lives for one request, so that nothing is ever shared between callers.
// Knows nothing of how the fields of a document are executed.
import { GatewayError } from '../../../core/error.ts';
import type { Join } from '../../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { Operation } from '../../../core/operation.ts';
import type { Payload } from '../../../core/payload.ts';
import { covers, uniteProjections, type Wanted } from '../../../translators/json/projections.ts';
import { readMaskText } from '../../../translators/json/read-mask.ts';
import { decodeReply } from '../root-field.ts';
import { matchReply, type Oddity, replyProjection, replyProjector } from './join-reply.ts';
import { partition, writeRequest } from './join-request.ts';
import { type Key, type ParentKey, readKeys } from './keys.ts';
import { ParallelLimit } from './parallel-limit.ts';

/** What the loader needs of the request that it works for. */
export interface JoinCalls {
  /** Reads through all policies; equal reads are one call. @throws GatewayError */
  read(operation: Operation, request: JsonValue): Promise<Payload>;
  /** How many more calls the request may make. */
  readonly remaining: number;
}

/** What is asked of the joined values, by proto names. Undefined is all. */
export interface JoinSelection {
  /** What is decoded; the same object stands for the same selection. */
  readonly wanted: Wanted;
  /** What a read mask is made of: as `wanted`, without what `@skip` and `@include` leave out. */
  readonly masked: Wanted;
}

/** Everything that one joined field asks at one time. */
export interface JoinLoad {
  readonly join: Join;
  /** ProtoJSON of the messages that hold the keys. */
  readonly parents: readonly JsonObject[];
  /** What the client adds to the request, in ProtoJSON. */
  readonly given: JsonObject;
  readonly selection: JoinSelection;
}

/** ProtoJSON, null for nothing, or why it could not be read. */
export type Joined = JsonValue | GatewayError;
/** For one parent. With the cardinality `each` a list of them, so that one that fails leaves the others. */
export type JoinOutcome = Joined | readonly Joined[];

export interface JoinLoaderOptions {
  /** Calls for joins at one time. Default: 16. */
  readonly parallel?: number;
  /** Hears of answers with items twice, or of items nobody asked for. */
  readonly onOddity?: (join: Join, oddity: Oddity) => void;
}

const DEFAULT_PARALLEL = 16;

/** One call, made or on its way, and what its answers hold. */
interface Batch {
  readonly selection: JoinSelection;
  readonly answers: Promise<ReadonlyMap<string, Joined>>;
}

export class JoinLoader {
  readonly #calls: JoinCalls;
  readonly #onOddity: (join: Join, oddity: Oddity) => void;
  readonly #limit: ParallelLimit;
  /** By what can share calls, then by key. */
  readonly #known = new Map<string, Map<string, Batch>>();

  constructor(
    calls: JoinCalls,
    { parallel = DEFAULT_PARALLEL, onOddity = () => {} }: JoinLoaderOptions = {},
  ) {
    this.#calls = calls;
    this.#onOddity = onOddity;
    this.#limit = new ParallelLimit(parallel);
  }

  /** One outcome per parent, in their order. Never rejects for reasons of the calls: those are outcomes. */
  load(load: JoinLoad): Promise<readonly JoinOutcome[]> {
    return this.loadAll([load])[0] ?? Promise.resolve([]);
  }

  /** Loads of one moment, so that those that ask the same operation share its calls. None waits for another's. */
  loadAll(loads: readonly JoinLoad[]): Promise<readonly JoinOutcome[]>[] {
    const asked = loads.map((load) => ({
      load,
      keys: load.parents.map((parent) => readKeys(load.join, parent)),
    }));
    const groups = new Map<string, typeof asked>();
    for (const one of asked) {
      const shared = sharingKey(one.load);
      const group = groups.get(shared);
      if (group === undefined) groups.set(shared, [one]);
      else group.push(one);
    }
    for (const [shared, group] of groups) {
      const [first] = group;
      if (first === undefined) continue;
      const keys = new Map<string, Key>();
      for (const key of group.flatMap((one) => one.keys.flat())) if (isAsked(key)) keys.set(key.text, key);
      const selection = group.map((one) => one.load.selection).reduce(uniteSelections);
      this.#start(shared, { ...first.load, selection }, [...keys.values()]);
    }
    return asked.map(({ load, keys }) => this.#outcomes(load, keys));
  }

  /** Starts the calls for keys that no earlier call answers. */
  #start(shared: string, { join, given, selection }: JoinLoad, keys: readonly Key[]): void {
    const known = this.#known.get(shared) ?? new Map<string, Batch>();
    this.#known.set(shared, known);
    const missing = keys.filter(({ text }) => {
      const batch = known.get(text);
      return batch === undefined || !coversSelection(batch.selection, selection);
    });
    for (const part of partition(join, missing)) {
      const batch: Batch = { selection, answers: this.#call(join, part, given, selection) };
      for (const { text } of part) known.set(text, batch);
    }
  }

  async #call(
    join: Join,
    keys: readonly [Key, ...Key[]],
    given: JsonObject,
    selection: JoinSelection,
  ): Promise<ReadonlyMap<string, Joined>> {
    try {
      return await this.#limit.run(() => this.#read(join, keys, given, selection));
    } catch (thrown) {
      const error = GatewayError.from(thrown);
      const { fallback } = join;
      if (fallback !== undefined && isAtomicRefusal(error, keys) && keys.length <= this.#calls.remaining) {
        const singles = keys.map((key) => this.#call(fallback, [key], given, selection));
        return new Map((await Promise.all(singles)).flatMap((answers) => [...answers]));
      }
      return new Map(keys.map(({ text }) => [text, error]));
    }
  }

  async #read(
    join: Join,
    keys: readonly [Key, ...Key[]],
    given: JsonObject,
    { wanted, masked }: JoinSelection,
  ): Promise<ReadonlyMap<string, Joined>> {
    const mask =
      join.readMask &&
      readMaskText(replyProjection(join, masked), join.readMask, join.operation.output.descriptor);
    const payload = await this.#calls.read(join.operation, writeRequest(join, keys, given, mask));
    const reply = decodeReply(payload, replyProjector(join, wanted));
    return matchReply(join, keys, reply, (oddity) => this.#onOddity(join, oddity));
  }

  async #outcomes(load: JoinLoad, keys: readonly (readonly ParentKey[])[]): Promise<readonly JoinOutcome[]> {
    const known = this.#known.get(sharingKey(load));
    // Fixed before the first wait: a later load may put another batch in its place.
    const batches = keys.map((ofParent) =>
      ofParent.map((key) => (isAsked(key) ? known?.get(key.text) : undefined)),
    );
    const answers = new Map<Batch, ReadonlyMap<string, Joined>>();
    for (const batch of new Set(batches.flat()))
      if (batch !== undefined) answers.set(batch, await batch.answers);
    const { cardinality } = load.join;
    const nothing: JsonValue = cardinality === 'group' || cardinality === 'all' ? [] : null;
    return keys.map((ofParent, parent) => {
      const values = ofParent.map((key, index): Joined => {
        const batch = batches[parent]?.[index];
        if (!isAsked(key)) return key ?? nothing;
        if (batch === undefined) return nothing;
        return answers.get(batch)?.get(key.text) ?? nothing;
      });
      return cardinality === 'each' ? values : (values[0] ?? nothing);
    });
  }
}

function isAsked(key: ParentKey): key is Key {
  return key !== undefined && !(key instanceof GatewayError);
}

/** AIP-231: a batch is refused as a whole if one of its names leads nowhere. Which one, it need not say. */
function isAtomicRefusal(error: GatewayError, keys: readonly Key[]): boolean {
  return error.code === 'not_found' && error.source === 'upstream' && keys.length > 1;
}

function uniteSelections(a: JoinSelection, b: JoinSelection): JoinSelection {
  if (a === b) return a;
  return { wanted: uniteProjections(a.wanted, b.wanted), masked: uniteProjections(a.masked, b.masked) };
}

function coversSelection(known: JoinSelection, selection: JoinSelection): boolean {
  return covers(known.wanted, selection.wanted) && covers(known.masked, selection.masked);
}

const sharingTexts = new WeakMap<Join, string>();

/** Joins that ask the same in the same way share calls, whichever field they stand on. */
function sharingKey({ join, given }: JoinLoad): string {
  let text = sharingTexts.get(join);
  if (text === undefined) {
    const { operation, form, keys, items, cardinality, maxBatch, holder, fallback, constants } = join;
    text = JSON.stringify([
      [
        operation.id,
        form,
        items?.keys ?? null,
        maxBatch,
        holder ?? null,
        fallback?.operation.id ?? null,
        constants ?? null,
      ],
      // Whether a parent's key is one or a list makes no difference to the call.
      cardinality === 'each' ? 'one' : cardinality,
      keys.map(({ request, isRepeated, item, integer }) => [
        request,
        isRepeated,
        item?.keys ?? null,
        integer ?? null,
      ]),
    ]);
    sharingTexts.set(join, text);
  }
  return `${text}${JSON.stringify(given)}`;
}
