// Everything registered as far as joins need it: the messages in the graph, what reads there are, where fields go.
import type { DescMessage } from '@bufbuild/protobuf';
import type { GraphType, ObjectType, OutputField, RootField } from '../../../core/graph.ts';
import type { Operation } from '../../../core/operation.ts';
import type { ServiceMapping } from '../service-mapping.ts';

/** One registered service. */
export interface JoinSource {
  readonly name: string;
  readonly operations: readonly Operation[];
  /** What it wants of the graph. */
  readonly mapping: ServiceMapping;
  /** Its messages that are in the graph, with the names of their object types. */
  readonly objects: ReadonlyMap<DescMessage, string>;
}

/** A unary read that is in the graph. */
export interface Read {
  readonly operation: Operation;
  readonly root: RootField;
  readonly source: JoinSource;
}

/** An object type of the graph, and a message that it stands for. */
export interface Holder {
  readonly typeName: string;
  readonly message: DescMessage;
  readonly service: string;
  readonly mapping: ServiceMapping;
}

export class JoinCatalogue {
  readonly sources: readonly JoinSource[];
  readonly reads: readonly Read[];
  /** One per object type that stands for a message, in order of registration. */
  readonly holders: readonly Holder[];
  readonly #types: Map<string, GraphType>;

  /** Joined fields are put into `types`. */
  constructor(sources: readonly JoinSource[], queries: readonly RootField[], types: Map<string, GraphType>) {
    this.sources = sources;
    this.#types = types;
    const roots = new Map(queries.map((root) => [root.operation, root]));
    this.reads = sources.flatMap((source) =>
      source.operations.flatMap((operation) => {
        const root = roots.get(operation);
        return root === undefined || operation.shape !== 'unary' ? [] : [{ operation, root, source }];
      }),
    );
    const holders = new Map<string, Holder>();
    for (const { name: service, mapping, objects } of sources) {
      for (const [message, typeName] of objects) {
        if (!holders.has(typeName)) holders.set(typeName, { typeName, message, service, mapping });
      }
    }
    this.holders = [...holders.values()];
  }

  fieldsOf(typeName: string): readonly OutputField[] {
    return this.#object(typeName)?.fields ?? [];
  }

  /** Puts a field into a type, in the place of a joined one of the same name. */
  put(typeName: string, field: OutputField): void {
    const type = this.#object(typeName);
    if (type === undefined) return;
    const others = type.fields.filter(({ name, source }) => name !== field.name && source.kind !== 'none');
    this.#types.set(typeName, { ...type, fields: [...others, field] });
  }

  remove(typeName: string, name: string): void {
    const type = this.#object(typeName);
    if (type !== undefined)
      this.#types.set(typeName, { ...type, fields: type.fields.filter((field) => field.name !== name) });
  }

  #object(typeName: string): ObjectType | undefined {
    const type = this.#types.get(typeName);
    return type?.kind === 'object' ? type : undefined;
  }
}
