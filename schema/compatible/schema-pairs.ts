// JSON Schemas of what clients of HTTP services send or get, before and after, and all that is in them. Seen as the
// graph sees them: references followed, `allOf` merged, null told apart.
import type { HttpDocument, JsonSchema } from '../../core/http-operation.ts';
import type { Look, Meaning } from '../graphql/http/schema-look.ts';
import { SchemaView } from '../graphql/http/schema-view.ts';
import type { Differences, Finding, SeenRoute, Severity } from './difference.ts';
import type { Role } from './json-form.ts';
import { type Pair, PairGraph } from './pair-graph.ts';
import { compareMeanings } from './schema-meanings.ts';

/** What failures are answered with is read by people first: it may surprise, and breaks nobody. */
export type SchemaRole = Role | 'failure';

interface Visit {
  readonly role: SchemaRole;
  readonly before: JsonSchema;
  readonly after: JsonSchema;
  /** What people call it, unless it is a component. */
  readonly place: string;
  readonly parent: Pair | undefined;
  readonly route: SeenRoute | undefined;
  readonly depth: number;
}

/** Deeper down without a component in between nobody would find the place. */
const MAX_DEPTH = 50;

export class SchemaPairs {
  readonly #graph = new PairGraph();
  readonly #was: SchemaView;
  readonly #is: SchemaView;

  constructor(before: HttpDocument, after: HttpDocument) {
    this.#was = new SchemaView(before);
    this.#is = new SchemaView(after);
  }

  compare(role: SchemaRole, before: JsonSchema, after: JsonSchema, place: string, route: SeenRoute): void {
    const visits: Visit[] = [{ role, before, after, place, parent: undefined, route, depth: 0 }];
    for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
      visits.push(...this.#compareOne(visit));
    }
  }

  finish(differences: Differences): void {
    this.#graph.finish(differences);
  }

  #compareOne({ role, before, after, place, parent, route, depth }: Visit): readonly Visit[] {
    const [was, is] = [this.#was.look(before), this.#is.look(after)];
    const at = was.component ?? place;
    // A component is the same wherever it is met.
    const key = `${role} ${at} ${is.component ?? ''} ${was.component === undefined ? (route?.name ?? '') : ''}`;
    const { pair, isNew } = this.#graph.meet(key, { parent, route });
    if (!isNew || depth > MAX_DEPTH) return [];
    const report = (severity: Severity, rule: string, member: string, message: string): void => {
      const path = member === '' ? at : `${at}.${member}`;
      const grade = severity === 'breaking' && role === 'failure' ? 'dangerous' : severity;
      const finding: Finding = { severity: grade, door: 'rest', rule, path, message };
      pair.findings.push(finding);
    };
    const way: Role = role === 'failure' ? 'reply' : role;
    compareNulls(way, was, is, (severity, rule, message) => report(severity, rule, '', message));
    const below = compareMeanings(way, was.meaning, is.meaning, {
      report,
      lookIs: (one) => this.#is.look(one),
      lookWas: (one) => this.#was.look(one),
    });
    return below.map((inner): Visit => {
      const { before, after, member } = inner;
      const place = member === '' ? at : `${at}.${member}`;
      return {
        role,
        before,
        after,
        place,
        parent: pair,
        route: undefined,
        depth: was.component === undefined ? depth + 1 : 1,
      };
    });
  }
}

function compareNulls(
  role: Role,
  was: Look,
  is: Look,
  report: (severity: Severity, rule: string, message: string) => void,
): void {
  if (isAnything(was.meaning) || isAnything(is.meaning)) return;
  if (role === 'reply' && is.isNullable && !was.isNullable) report('breaking', 'nullable', 'may be null now');
  if (role === 'request' && was.isNullable && !is.isNullable)
    report('breaking', 'nullable', 'is refused as null now');
}

function isAnything({ kind }: Meaning): boolean {
  return kind === 'any';
}
