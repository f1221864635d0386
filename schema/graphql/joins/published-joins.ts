// What joins were bound to when they were published: they stay so, whoever registers something that could be meant as
// well (graphql reference, sections 1 and 5.1). Kept among the names of the services whose types have the fields.
import { type NameBook, nameKey } from '../name-book.ts';
import type { JoinCatalogue } from './join-catalogue.ts';

/** What a joined field is read by. Operations by their ids. */
export interface JoinBinding {
  /** Service and full name of the message that is joined, or has the field. */
  readonly service: string;
  readonly message: string;
  readonly batch: string | undefined;
  readonly get: string | undefined;
}

export class PublishedJoins {
  readonly #book: NameBook;
  readonly #catalogue: JoinCatalogue;

  constructor(book: NameBook, catalogue: JoinCatalogue) {
    this.#book = book;
    this.#catalogue = catalogue;
  }

  /** Of a field `package.Message.field` of a type of the graph that refers to a resource. */
  ofField(typeName: string, field: string, resource: string): JoinBinding | undefined {
    const key = nameKey('join', 'inferred', field, resource);
    for (const service of this.#catalogue.servicesOf(typeName)) {
      const kept = this.#book.recall(service, key);
      if (kept !== undefined) return read(kept);
    }
    return undefined;
  }

  keepField(typeName: string, field: string, resource: string, binding: JoinBinding): void {
    const key = nameKey('join', 'inferred', field, resource);
    for (const service of this.#catalogue.servicesOf(typeName)) this.#book.give(service, key, write(binding));
  }

  /** Of a List method, whose reply is a field of what holds the items. */
  ofList(service: string, method: string): JoinBinding | undefined {
    const kept = this.#book.recall(service, listKey(method));
    return kept === undefined ? undefined : read(kept);
  }

  keepList(service: string, method: string, binding: JoinBinding): void {
    this.#book.give(service, listKey(method), write(binding));
  }
}

function listKey(method: string): string {
  return nameKey('join', 'reverse', method, '');
}

/** None of the parts holds a space. */
function write({ service, message, batch = '', get = '' }: JoinBinding): string {
  return [service, message, batch, get].join(' ');
}

function read(text: string): JoinBinding {
  const [service = '', message = '', batch = '', get = ''] = text.split(' ');
  return { service, message, batch: batch === '' ? undefined : batch, get: get === '' ? undefined : get };
}
