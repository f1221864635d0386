// What a selection set asks of one type: fields by response name, through fragments, each with the condition under which
// it is there. Sources: GraphQL specification, sections 3.13.1, 3.13.2 and 6.3.2.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Graph } from '../../../core/graph.ts';

/** A selection set, and when it counts: empty for always, else variables that all have to be so: `$a&!$b`. */
export interface ConditionalSet {
  readonly set: SelectionSetNode;
  readonly condition: string;
}

export interface ConditionalField {
  readonly node: FieldNode;
  readonly condition: string;
}

/** Fragments may double what they hold at each level; beyond this a document is not described in full. */
const MAX_SELECTIONS = 20_000;

export class TooManySelections extends Error {}

export class FieldCollector {
  readonly #graph: Graph;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  #selections = 0;

  constructor(graph: Graph, { definitions }: DocumentNode) {
    this.#graph = graph;
    const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(fragments.map((one) => [one.name.value, one]));
  }

  /**
   * In order of first appearance.
   * @throws TooManySelections
   */
  collect(type: string, sets: readonly ConditionalSet[]): ReadonlyMap<string, readonly ConditionalField[]> {
    const found = new Map<string, ConditionalField[]>();
    const walk = ({ set, condition }: ConditionalSet): void => {
      for (const selection of set.selections) {
        this.#selections += 1;
        if (this.#selections > MAX_SELECTIONS) throw new TooManySelections();
        const own = conditionOf(selection);
        if (own === undefined) continue;
        const both = allOf(condition, own);
        if (selection.kind === Kind.FIELD) {
          const name = (selection.alias ?? selection.name).value;
          const list = found.get(name);
          if (list === undefined) found.set(name, [{ node: selection, condition: both }]);
          else list.push({ node: selection, condition: both });
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
        const on = fragment?.typeCondition?.name.value;
        if (fragment !== undefined && (on === undefined || this.#isA(type, on)))
          walk({ set: fragment.selectionSet, condition: both });
      }
    };
    for (const set of sets) walk(set);
    return found;
  }

  #isA(type: string, condition: string): boolean {
    if (type === condition) return true;
    const union = this.#graph.types.get(condition);
    return union?.kind === 'union' && union.members.includes(type);
  }
}

/** Undefined: never. */
function conditionOf({ directives = [] }: SelectionNode): string | undefined {
  let condition = '';
  for (const { name, arguments: given = [] } of directives) {
    const isSkip = name.value === 'skip';
    if (!isSkip && name.value !== 'include') continue;
    const value = given.find((argument) => argument.name.value === 'if')?.value;
    if (value?.kind === Kind.BOOLEAN) {
      if (value.value === isSkip) return undefined;
    } else if (value?.kind === Kind.VARIABLE) {
      condition = allOf(condition, `${isSkip ? '!' : ''}$${value.name.value}`);
    }
  }
  return condition;
}

function allOf(one: string, other: string): string {
  const parts = new Set([one, other].flatMap((text) => (text === '' ? [] : text.split('&'))));
  return [...parts].sort().join('&');
}

/**
 * The selection sets below a field, as seen by somebody who has the field: what is asked under the same condition as
 * the field itself is there whenever the field is.
 */
export function innerSets(fields: readonly ConditionalField[]): ConditionalSet[] {
  const [first] = fields;
  const isOne = fields.every(({ condition }) => condition === first?.condition);
  return fields.flatMap(({ node, condition }) =>
    node.selectionSet === undefined ? [] : [{ set: node.selectionSet, condition: isOne ? '' : condition }],
  );
}
