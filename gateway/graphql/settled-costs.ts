// Costs of one operation that are known, with what its variables said: most clients ask for pages of few sizes.
import { Kind, type OperationDefinitionNode, type ValueNode } from 'graphql';
import type { JsonObject, JsonValue } from '../../core/json.ts';

/** What a variable has, its default if nothing is given; null for nothing. */
export type VariableReader = (name: string) => JsonValue;

/** Only what a page size or a condition can be. */
export function literal(value: ValueNode | undefined): JsonValue | undefined {
  const isPlain = value?.kind === Kind.BOOLEAN || value?.kind === Kind.INT || value?.kind === Kind.STRING;
  return isPlain ? value.value : undefined;
}

interface Settled {
  /** What the variables said that were asked; the same answers lead to the same cost. */
  readonly asked: readonly (readonly [name: string, value: JsonValue])[];
  readonly cost: number;
}

/** Of one operation. */
const MOST = 8;

export class SettledCosts {
  readonly #defaults: ReadonlyMap<string, JsonValue>;
  /** The oldest first. */
  readonly #known: Settled[] = [];

  constructor({ variableDefinitions = [] }: OperationDefinitionNode) {
    this.#defaults = new Map(
      variableDefinitions.map(({ variable, defaultValue }) => [
        variable.name.value,
        literal(defaultValue) ?? null,
      ]),
    );
  }

  /** What the variables of a request say. */
  reader(variables: JsonObject | undefined): VariableReader {
    return (name) => {
      const absent = this.#defaults.get(name);
      if (absent === undefined) return null;
      // A null that is given stands: only what is left out has its default.
      const isGiven = variables !== undefined && Object.hasOwn(variables, name);
      return (isGiven ? variables[name] : absent) ?? null;
    };
  }

  find(values: VariableReader): number | undefined {
    return this.#known.find(({ asked }) => asked.every(([name, value]) => values(name) === value))?.cost;
  }

  /** Keeps it unless a variable holds something large: strangers choose what it is. */
  add(asked: ReadonlyMap<string, JsonValue>, cost: number): void {
    const entries = [...asked];
    if (!entries.every(([, value]) => isSmall(value))) return;
    if (this.#known.length >= MOST) this.#known.shift();
    this.#known.push({ asked: entries, cost });
  }
}

function isSmall(value: JsonValue): boolean {
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}
