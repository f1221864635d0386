// Collects everything that the product says while it loads, so that nothing is left out in silence: what is not
// served, by reason, with a count and the first examples.
import type { Problem } from '../../core/problem.ts';

const EXAMPLES = 3;
const MAX_LENGTH = 200;

/** What the rules of the product's problems mean for whoever calls. */
const MEANING: Readonly<Record<string, string>> = {
  'route-shadowed': 'routes that the same source declares twice: the first declared is served',
  'graphql-left-out': 'methods that are not in the GraphQL schema: their requests are a stream',
  'graphql-name-clash': 'GraphQL names that yield to one registered before: served under another name',
  'delete-with-body': 'DELETE routes with a body: served',
  'streaming-binding': 'path variables of a streamed request: they fill the first message',
};

/** `name` is not served, since `owner`, registered before it, has these routes. */
export interface OwnerClash {
  readonly owner: string;
  readonly name: string;
  readonly routes: readonly string[];
}

export class Remarks {
  readonly #clashes: OwnerClash[] = [];
  readonly #byRule = new Map<string, { severity: Problem['severity']; messages: string[] }>();

  add(problems: readonly Problem[]): void {
    for (const { rule, severity, message } of problems) this.#note(rule, severity, message);
  }

  /** A whole source is not served. */
  leaveOut(source: string, reason: string): void {
    this.#note('sources that are left out', 'error', `${source}: ${reason}`);
  }

  clash(clash: OwnerClash): void {
    this.#clashes.push(clash);
  }

  print(): void {
    console.log('  not served, or not as declared:');
    if (this.#byRule.size + this.#clashes.length === 0) console.log('    nothing');
    this.#printClashes();
    for (const [rule, { severity, messages }] of this.#byRule) {
      console.log(`    ${messages.length} × ${MEANING[rule] ?? rule} (${severity})`);
      for (const message of messages.slice(0, EXAMPLES)) console.log(`      ${shorten(message)}`);
      if (messages.length > EXAMPLES) console.log(`      … and ${messages.length - EXAMPLES} more`);
    }
  }

  #printClashes(): void {
    if (this.#clashes.length === 0) return;
    const names = new Set(this.#clashes.map(({ name }) => name));
    console.log(
      `    ${names.size} × sources that are left out, since another has some of their routes (error)`,
    );
    for (const [owner, lost] of Map.groupBy(this.#clashes, (clash) => clash.owner)) {
      const list = lost.map(({ name, routes }) => `${name} (${routes.length})`).join(', ');
      console.log(`      ${owner} has routes of: ${list}`);
      console.log(`        such as ${lost[0]?.routes[0]}`);
    }
  }

  #note(rule: string, severity: Problem['severity'], message: string): void {
    const known = this.#byRule.get(rule);
    if (known === undefined) this.#byRule.set(rule, { severity, messages: [message] });
    else known.messages.push(message);
  }
}

function shorten(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
