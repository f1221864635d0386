// Counts of limits in this process: the generic cell rate algorithm in whole numbers, so that a limit of N admits N and
// never one more. Time is monotonic: whoever sets the clock of the machine neither frees nor locks out anybody.
// Source: security reference, section 5.1.
import { randomBytes } from 'node:crypto';
import type { RateLimit } from '../../core/rate-limit.ts';
import { CountTable, type IsOver, type Slot } from './count-table.ts';
import { KeyedHash } from './keyed-hash.ts';
import { createMeter, type Meter } from './limit-meter.ts';
import type { Demand, LimitStore, Standing } from './limit-store.ts';

export interface MemoryLimitOptions {
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly maxBytes?: number;
  /** Told each time when a key finds no room and shares the count of all such keys. */
  readonly onOverflow?: (limit: RateLimit) => void;
}

/** Source: security reference, section 5.1 (9). */
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** A demand while it is looked at. */
interface Look {
  readonly meter: Meter;
  readonly demand: Demand;
  readonly slot: Slot;
  readonly tick: number;
  readonly level: number;
  readonly fits: boolean;
}

export class MemoryLimitStore implements LimitStore {
  readonly #now: () => number;
  readonly #onOverflow: (limit: RateLimit) => void;
  readonly #table: CountTable;
  readonly #hash: KeyedHash;
  readonly #meters = new Map<string, Meter>();
  /** By number. Numbers are never given twice, so what belongs to a limit that is gone has no owner. */
  readonly #owners: (Meter | undefined)[] = [undefined];
  /** Of the step under way. */
  #time = 0;
  readonly #isOver: IsOver = (owner, end) => {
    const meter = this.#owners[owner];
    return meter === undefined || end < meter.tickAt(this.#time);
  };

  constructor(options: MemoryLimitOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#onOverflow = options.onOverflow ?? (() => {});
    this.#table = new CountTable(options.maxBytes ?? DEFAULT_MAX_BYTES);
    const seed = randomBytes(8);
    this.#hash = new KeyedHash([seed.readUInt32LE(0), seed.readUInt32LE(4)]);
  }

  /** Keys that are counted, and the memory that they take. */
  get usage(): { readonly keys: number; readonly bytes: number } {
    return { keys: this.#table.size, bytes: this.#table.bytes };
  }

  // Nothing is awaited: between looking and taking nobody else comes.
  async take(demands: readonly Demand[]): Promise<readonly Standing[]> {
    this.#time = this.#now();
    const looks = demands.map((demand) => this.#look(demand));
    const isRefused = looks.some(({ fits, demand: { limit } }) => !fits && !limit.shadow);
    return looks.map((look) => {
      const { meter, demand, level, fits } = look;
      const taken = !isRefused && fits ? demand.cost * meter.unit : 0;
      if (taken > 0) this.#put(look, level + taken);
      return meter.standing(level + taken, fits ? 0 : demand.cost);
    });
  }

  configure(limits: Iterable<RateLimit>): void {
    const now = this.#now();
    const kept = new Set<string>();
    for (const limit of limits) {
      kept.add(limit.id);
      const known = this.#meters.get(limit.id);
      if (known === undefined) this.#add(limit);
      else if (!known.isOf(limit)) this.#change(known, limit, now);
    }
    for (const [id, { number }] of this.#meters) {
      if (kept.has(id)) continue;
      this.#meters.delete(id);
      this.#owners[number] = undefined;
    }
  }

  #look(demand: Demand): Look {
    const { limit, key, cost } = demand;
    // A request may still hold a snapshot whose limits are no longer in force, or not yet.
    const meter = this.#meters.get(limit.id) ?? this.#add(limit);
    this.#hash.hash(key);
    const slot = { low: this.#hash.low, high: this.#hash.high, owner: meter.number };
    const tick = meter.tickAt(this.#time);
    const found = this.#table.read(slot) && this.#table.end >= tick;
    const level = found ? meter.level(this.#table.end, this.#table.rest, tick) : 0;
    const look = { meter, demand, slot, tick, level, fits: level + cost * meter.unit <= meter.capacity };
    // Kept, so that such a clock locks nobody out for longer than the count takes to run out.
    if (found && meter.isBeyond(this.#table.end, tick)) this.#put(look, level);
    return found ? look : this.#withRoom(look);
  }

  /** A key has its place before it is admitted, or else it is one of those that share a count. */
  #withRoom(look: Look): Look {
    const { meter, tick, slot, demand } = look;
    if (demand.cost === 0 || this.#table.write(slot, tick, 0, this.#isOver)) return look;
    this.#onOverflow(demand.limit);
    const level = meter.level(meter.overflow.end, meter.overflow.rest, tick);
    const shared = { ...slot, owner: 0 };
    return { ...look, slot: shared, level, fits: level + demand.cost * meter.unit <= meter.capacity };
  }

  #put({ meter, slot, tick }: Look, level: number): void {
    const rest = level % meter.leak;
    const end = tick + (level - rest) / meter.leak;
    if (slot.owner === 0) meter.overflow = { end, rest };
    else this.#table.write(slot, end, rest, this.#isOver);
  }

  #add(limit: RateLimit): Meter {
    const meter = createMeter(limit, this.#owners.length);
    this.#owners.push(meter);
    this.#meters.set(limit.id, meter);
    return meter;
  }

  /** What was used stays used, as far as the new limit knows so much. */
  #change(old: Meter, limit: RateLimit, now: number): void {
    const changed = createMeter(limit, old.number);
    const before = old.tickAt(now);
    const after = changed.tickAt(now);
    const change = (end: number, rest: number): readonly [number, number] => {
      const used = old.level(end, rest, before) / old.unit;
      const level = Math.min(Math.ceil(used * changed.unit), changed.capacity);
      const left = level % changed.leak;
      return [after + (level - left) / changed.leak, left];
    };
    this.#table.convert(old.number, change);
    const [end, rest] = change(old.overflow.end, old.overflow.rest);
    changed.overflow = { end, rest };
    this.#owners[old.number] = changed;
    this.#meters.set(limit.id, changed);
  }
}
