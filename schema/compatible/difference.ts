// One thing that clients find otherwise after a registration, and the collection of all of them.

/** `breaking`: who works now may not any more. `dangerous`: it may surprise. `safe`: nobody who works now notices. */
export const SEVERITIES = ['breaking', 'dangerous', 'safe'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** By which door clients see it. */
export type SeenBy = 'rest' | 'graphql';

export interface Difference {
  readonly severity: Severity;
  readonly door: SeenBy;
  /** Stable kebab-case name of the kind of difference, such as `field-removed`. */
  readonly rule: string;
  /** What is different: `library.v1.Book.pages`, `GET /v1/books`, `Query.book`. */
  readonly path: string;
  /** What it means for clients, in words that follow the path and a colon. */
  readonly message: string;
  /** What it was and is, where that is a word or two; undefined where there was or is nothing. */
  readonly before?: string;
  readonly after?: string;
  /** The first few routes through which clients meet it, if it is no route itself. */
  readonly seenIn: readonly string[];
  /** How many more routes there are. */
  readonly seenInMore: number;
}

export type Finding = Omit<Difference, 'seenIn' | 'seenInMore'>;

/** A route through which clients meet something. */
export interface SeenRoute {
  /** `GET /v1/{name=books/*}` */
  readonly name: string;
  /** Nobody declared it: it is named only where no other leads. */
  readonly isAutomatic: boolean;
}

const MAX_ROUTES_NAMED = 2;

export class Differences {
  readonly #found = new Map<string, { finding: Finding; readonly routes: Set<SeenRoute> }>();

  /** The same difference found twice is one; the graver of the two words it. */
  add(finding: Finding, routes: Iterable<SeenRoute> = []): void {
    const key = JSON.stringify([finding.door, finding.rule, finding.path]);
    const known = this.#found.get(key);
    if (known === undefined) {
      this.#found.set(key, { finding, routes: new Set(routes) });
      return;
    }
    if (rank(finding.severity) < rank(known.finding.severity)) known.finding = finding;
    for (const route of routes) known.routes.add(route);
  }

  /** The gravest first, then by door and path. */
  list(): Difference[] {
    return [...this.#found.values()]
      .map(({ finding, routes }): Difference => {
        const named = namesOf([...routes]);
        return {
          ...finding,
          seenIn: named.slice(0, MAX_ROUTES_NAMED),
          seenInMore: Math.max(0, named.length - MAX_ROUTES_NAMED),
        };
      })
      .sort(compareDifferences);
  }
}

function namesOf(routes: readonly SeenRoute[]): readonly string[] {
  const declared = routes.filter(({ isAutomatic }) => !isAutomatic);
  return [...new Set((declared.length > 0 ? declared : routes).map(({ name }) => name))];
}

export function compareDifferences(a: Difference, b: Difference): number {
  return (
    rank(a.severity) - rank(b.severity) ||
    compareText(b.door, a.door) ||
    compareText(a.path, b.path) ||
    compareText(a.rule, b.rule)
  );
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
