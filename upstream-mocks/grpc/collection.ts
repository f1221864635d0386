// Resources of one kind in memory, by name, with the answers that every AIP service gives about them.
import { status } from '@grpc/grpc-js';
import { PageError, pageOf } from '../pages.ts';
import { errorInfo, resourceInfo } from './details.ts';
import type { PageRequest } from './requests.ts';
import { refuse } from './requests.ts';
import { MockStatus } from './status.ts';

const MAX_BATCH = 100;

export interface CollectionOptions {
  /** Such as `library.example.com/Book`. */
  readonly type: string;
  /** First part of every name, such as `books`. */
  readonly prefix: string;
  /** First letter of the identifiers that are chosen here. */
  readonly letter: string;
}

export class Collection<T extends { name?: string }> {
  readonly #options: CollectionOptions;
  readonly #items = new Map<string, T>();
  #chosen: number;

  constructor(options: CollectionOptions, items: readonly T[]) {
    this.#options = options;
    for (const item of items) this.#items.set(item.name ?? '', item);
    this.#chosen = items.length;
  }

  has(name: string): boolean {
    return this.#items.has(name);
  }

  /** @throws MockStatus INVALID_ARGUMENT if it is no name of this collection, NOT_FOUND if there is none. */
  get(name: string | undefined, field = 'name'): T {
    const { type, prefix } = this.#options;
    if (!new RegExp(`^${prefix}/[^/]+$`).test(name ?? '')) {
      refuse([{ field, description: `must be of the form ${prefix}/{id}` }]);
    }
    const found = this.#items.get(name ?? '');
    if (found === undefined) throw this.#missing(type, name ?? '');
    return found;
  }

  /** In the order of the names, repeats included; all or nothing (AIP-231). @throws MockStatus */
  batchGet(names: readonly string[] = []): T[] {
    refuse([
      names.length === 0 && { field: 'names', description: 'must hold at least one name' },
      names.length > MAX_BATCH && { field: 'names', description: `must hold at most ${MAX_BATCH} names` },
    ]);
    return names.map((name, index) => this.get(name, `names[${index}]`));
  }

  /** One page of what `filter` lets through. `question` is the request without its page fields. @throws MockStatus */
  list(
    { page_size: size, page_token: token, ...question }: PageRequest,
    filter: (item: T) => boolean = () => true,
  ): { items: T[]; nextPageToken: string; total: number } {
    const all = [...this.#items.values()].filter(filter);
    try {
      return { ...pageOf(all, { size, token, filter: question }), total: all.length };
    } catch (error) {
      if (error instanceof PageError) refuse([{ field: error.field, description: error.message }]);
      throw error;
    }
  }

  /** Gives the item its name. @param id the last part, chosen here if empty. @throws MockStatus ALREADY_EXISTS */
  add(item: T, id: string | undefined): T {
    const { type, prefix } = this.#options;
    const name = `${prefix}/${id === undefined || id === '' ? this.#chooseId() : id}`;
    if (this.#items.has(name)) {
      throw new MockStatus(status.ALREADY_EXISTS, `${name} exists already`, {
        details: [
          errorInfo('RESOURCE_EXISTS', domainOf(type), { name }),
          resourceInfo(type, name, 'choose another identifier'),
        ],
      });
    }
    const named = { ...item, name };
    this.#items.set(name, named);
    return named;
  }

  replace(item: T): T {
    this.#items.set(item.name ?? '', item);
    return item;
  }

  /** @throws MockStatus as `get` does. */
  remove(name: string | undefined): void {
    this.#items.delete(this.get(name).name ?? '');
  }

  values(): IterableIterator<T> {
    return this.#items.values();
  }

  #chooseId(): string {
    do this.#chosen += 1;
    while (this.#items.has(`${this.#options.prefix}/${this.#options.letter}${this.#chosen}`));
    return `${this.#options.letter}${this.#chosen}`;
  }

  #missing(type: string, name: string): MockStatus {
    return new MockStatus(status.NOT_FOUND, `there is no ${name}`, {
      details: [
        errorInfo('RESOURCE_NOT_FOUND', domainOf(type), { name }),
        resourceInfo(type, name, 'it was never made, or it was deleted'),
      ],
    });
  }
}

function domainOf(type: string): string {
  return type.split('/')[0] ?? type;
}
