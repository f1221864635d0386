// What a document may cost before anything of it runs (graphql reference, section 9). Counted after fragments
// are expanded, by arithmetic: an expansion of 2^30 fields is never made.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type NameNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { GraphqlLimits } from './limits.ts';

/** The first limit that the document breaks, or undefined. Cyclic fragments are left to validation. */
export function brokenLimit(document: DocumentNode, limits: GraphqlLimits): GraphQLError | undefined {
  const measure = new Measure(document);
  const checks: readonly (readonly [what: string, count: number, most: number])[] = [
    ['fragments', measure.fragments.size, limits.fragments],
    ['directives', measure.directives, limits.directives],
    ['levels of depth', measure.largest('depth'), limits.depth],
    ['root fields', measure.largest('rootFields'), limits.rootFields],
    ['aliases', measure.largest('aliases'), limits.aliases],
    ['repeats of one field', measure.repeats, limits.repeats],
    ['repeats of one leaf', measure.leafRepeats, limits.repeats * LEAF_REPEATS],
    ['repeats of one field of the schema', measure.introspectionRepeats, INTROSPECTION_REPEATS],
    ['levels of lists and objects in a value', measure.valueDepth, limits.variablesDepth],
  ];
  const broken = checks.find(([, count, most]) => count > most);
  if (broken === undefined) return undefined;
  const [what, count, most] = broken;
  const shown = count >= ENOUGH ? 'far too many' : String(count);
  return new GraphQLError(`The document has ${shown} ${what}; at most ${most} are allowed.`);
}

/** What is asked of the schema itself is asked of all of it; no tool asks for the same in more places. */
const INTROSPECTION_REPEATS = 10;
/** The one field of introspection that stands in itself: types in their wrappers. */
const WRAPPED = 'ofType';

/** Two leaves are compared that much faster than two fields with selections. */
const LEAF_REPEATS = 5;

interface Size {
  readonly depth: number;
  readonly rootFields: number;
  readonly aliases: number;
}

const NOTHING: Size = { depth: 0, rootFields: 0, aliases: 0 };
/** Sums stop here: they double with every level of fragments. */
const ENOUGH = 1_000_000;

class Measure {
  readonly fragments = new Map<string, FragmentDefinitionNode>();
  readonly #sizes = new Map<string, Size>();
  readonly #operations: Size[];
  /** Fields with selections, and without, by response name. */
  readonly #composites = new Map<string, number>();
  readonly #leaves = new Map<string, number>();
  /** Fields with selections of the schema itself. */
  readonly #introspected = new Map<string, number>();
  /** Every one that is written down, on whatever. */
  directives = 0;
  valueDepth = 0;

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
    const sizes: Size[] = [];
    for (const definition of document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) {
        this.directives += definition.directives?.length ?? 0;
        for (const variable of definition.variableDefinitions ?? []) {
          this.directives += variable.directives?.length ?? 0;
          // A default is a value of the client's, as an argument is.
          if (variable.defaultValue !== undefined)
            this.valueDepth = Math.max(this.valueDepth, depthOf(variable.defaultValue));
        }
        sizes.push(this.#sizeOf(definition.selectionSet));
      }
    }
    // Fragments nobody spreads have directives, too.
    for (const name of this.fragments.keys()) this.#fragmentSize(name);
    this.#operations = sizes;
  }

  get repeats(): number {
    return Math.max(0, ...this.#composites.values());
  }

  get introspectionRepeats(): number {
    return Math.max(0, ...this.#introspected.values());
  }

  get leafRepeats(): number {
    return Math.max(0, ...this.#leaves.values());
  }

  largest(dimension: keyof Size): number {
    return Math.max(0, ...this.#operations.map((size) => size[dimension]));
  }

  #sizeOf(set: SelectionSetNode, asksSchema = false): Size {
    let { depth, rootFields, aliases } = NOTHING;
    for (const selection of set.selections) {
      const size = this.#selectionSize(selection, asksSchema);
      depth = Math.max(depth, size.depth);
      rootFields = Math.min(ENOUGH, rootFields + size.rootFields);
      aliases = Math.min(ENOUGH, aliases + size.aliases);
    }
    return { depth, rootFields, aliases };
  }

  #selectionSize(selection: SelectionNode, asksSchema: boolean): Size {
    this.directives += selection.directives?.length ?? 0;
    switch (selection.kind) {
      case Kind.FRAGMENT_SPREAD:
        return this.#fragmentSize(selection.name.value);
      case Kind.INLINE_FRAGMENT:
        return this.#sizeOf(selection.selectionSet, asksSchema);
      case Kind.FIELD: {
        this.#lookAt(selection, asksSchema);
        // Introspection nests deeper than data does, and has a rule of its own.
        const isIntrospection = isOfSchema(selection);
        const below =
          selection.selectionSet === undefined
            ? NOTHING
            : this.#sizeOf(selection.selectionSet, asksSchema || isIntrospection);
        return {
          depth: isIntrospection ? 1 : below.depth + 1,
          rootFields: 1,
          aliases: Math.min(ENOUGH, below.aliases + (selection.alias === undefined ? 0 : 1)),
        };
      }
    }
  }

  #lookAt(field: FieldNode, asksSchema: boolean): void {
    if (asksSchema && field.selectionSet !== undefined && field.name.value !== WRAPPED)
      increment(this.#introspected, field.name.value);
    const name = (field.alias ?? field.name).value;
    const counts = field.selectionSet === undefined ? this.#leaves : this.#composites;
    increment(counts, name);
    for (const { value } of field.arguments ?? [])
      this.valueDepth = Math.max(this.valueDepth, depthOf(value));
  }

  #fragmentSize(name: string): Size {
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    if (fragment === undefined) return NOTHING;
    // Stands while the fragment is being measured, so that a cycle ends.
    this.#sizes.set(name, NOTHING);
    this.directives += fragment.directives?.length ?? 0;
    const size = this.#sizeOf(fragment.selectionSet, isOfSchema(fragment.typeCondition));
    this.#sizes.set(name, size);
    return size;
  }
}

/** Such names are the schema's own: `__schema`, `__Type`. */
function isOfSchema({ name }: { readonly name: NameNode }): boolean {
  return name.value.startsWith('__');
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, 1 + (counts.get(name) ?? 0));
}

/** Recursion as deep as the parser's own, which the limit on tokens bounds. */
function depthOf(value: ValueNode): number {
  switch (value.kind) {
    case Kind.LIST:
      return 1 + Math.max(0, ...value.values.map(depthOf));
    case Kind.OBJECT:
      return 1 + Math.max(0, ...value.fields.map((field) => depthOf(field.value)));
    default:
      return 0;
  }
}
