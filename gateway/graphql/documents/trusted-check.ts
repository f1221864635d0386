// Whether trusted documents still run on a graph that is to be published. What ran before and would not run any more
// refuses the publish; what has never run yet only waits for its services. Source: graphql reference, section 11.
import type { Graph } from '../../../core/graph.ts';
import type { Problem } from '../../../core/problem.ts';
import type { GraphqlEngine } from '../engine.ts';
import type { TrustedDocument } from './persisted-documents.ts';

export class TrustedCheck {
  readonly #documents: readonly TrustedDocument[];
  readonly #engineOf: (graph: Graph) => GraphqlEngine;
  /** Paths of the documents that run on what is in force. */
  #running: ReadonlySet<string> = new Set();

  constructor(documents: readonly TrustedDocument[], engineOf: (graph: Graph) => GraphqlEngine) {
    this.#documents = documents;
    this.#engineOf = engineOf;
  }

  prepare(graph: Graph): readonly Problem[] {
    return this.#documents.flatMap(({ path, text }): Problem[] => {
      const fault = this.#faultOf(graph, text);
      if (fault === undefined) return [];
      const isBroken = this.#running.has(path);
      const message = isBroken
        ? `the trusted document would not run any more: ${fault}`
        : `the trusted document does not run yet: ${fault}`;
      return [{ severity: isBroken ? 'error' : 'warning', rule: 'trusted-document', path, message }];
    });
  }

  /** To be called when a graph has come into force. */
  published(graph: Graph): void {
    const running = this.#documents.filter(({ text }) => this.#faultOf(graph, text) === undefined);
    this.#running = new Set(running.map(({ path }) => path));
  }

  #faultOf(graph: Graph, text: string): string | undefined {
    const checked = this.#engineOf(graph).check(text);
    return checked.ok ? undefined : (checked.errors[0]?.message ?? 'it is not valid');
  }
}
