// What is said of a document's part in the graph: each thing once, and no more than people read.
import type { Problem } from '../../../core/problem.ts';
import { spokenOrigin } from '../name-book.ts';

const MAX_NOTES = 100;

export class HttpNotes {
  readonly #service: string;
  readonly #problems = new Map<string, Problem>();
  #unsaid = 0;

  constructor(service: string) {
    this.#service = service;
  }

  get problems(): readonly Problem[] {
    const all = [...this.#problems.values()];
    if (this.#unsaid === 0) return all;
    const message = `${this.#unsaid} more things of service "${this.#service}" are JSON in GraphQL, or left out of it`;
    return [...all, { severity: 'note', rule: 'graphql-left-out', message }];
  }

  /** Its values are JSON in the graph, since types cannot say what they are. */
  json(pointer: string, why: string, isMistake = false): void {
    this.#add(
      isMistake ? 'warning' : 'note',
      'graphql-json',
      `${shown(pointer)} is JSON in the GraphQL schema: ${why}`,
    );
  }

  leftOut(what: string, why: string): void {
    this.#add('note', 'graphql-left-out', `${shown(what)} is not in the GraphQL schema: ${why}`);
  }

  warn(rule: string, message: string): void {
    this.#add('warning', rule, message);
  }

  #add(severity: Problem['severity'], rule: string, message: string): void {
    if (this.#problems.has(message)) return;
    if (this.#problems.size < MAX_NOTES) this.#problems.set(message, { severity, rule, message });
    else this.#unsaid += 1;
  }
}

function shown(pointer: string): string {
  const text = spokenOrigin(pointer);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
