// Everything registered as far as joins need it: the messages in the graph, what reads there are, where fields go.
import type { DescMessage } from '@bufbuild/protobuf';
import type { GraphType, ObjectType, OutputField, RootField } from '../../../core/graph.ts';
import type { Operation } from '../../../core/operation.ts';
import type { ServiceMapping } from '../service-mapping.ts';
import type { JoinReply } from './declared-reply.ts';
import { httpMessage, httpRequest, type JoinMessage, protoMessage } from './join-message.ts';

/** One registered service. */
export interface JoinSource {
  readonly name: string;
  readonly operations: readonly Operation[];
  /** What it wants of the graph. */
  readonly mapping: ServiceMapping;
  /** Its messages that are in the graph, with the names of their object types. */
  readonly objects: ReadonlyMap<DescMessage, string>;
  /** Of an HTTP service: its object types with the names of their components; undefined where they have none. */
  readonly components?: ReadonlyMap<string, string | undefined>;
}

/** A unary read that is in the graph. */
export interface Read {
  readonly operation: Operation;
  readonly root: RootField;
  readonly source: JoinSource;
}

/** An object type of the graph that joins may be declared on. */
export interface Place {
  readonly typeName: string;
  /** How a declaration may call it. */
  readonly names: readonly string[];
  message(): JoinMessage | undefined;
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
  /** These, and the objects of HTTP services. */
  readonly places: readonly Place[];
  readonly #types: Map<string, GraphType>;
  /** By object type, the services that have it. */
  readonly #services = new Map<string, Set<string>>();

  /** Joined fields are put into `types`. */
  constructor(sources: readonly JoinSource[], queries: readonly RootField[], types: Map<string, GraphType>) {
    this.sources = sources;
    this.#types = types;
    const roots = new Map<Operation, RootField>();
    // A list may be there a second time, as a connection.
    for (const root of queries) if (!roots.has(root.operation)) roots.set(root.operation, root);
    this.reads = sources.flatMap((source) =>
      source.operations.flatMap((operation) => {
        const root = roots.get(operation);
        return root === undefined || operation.shape !== 'unary' ? [] : [{ operation, root, source }];
      }),
    );
    const holders = new Map<string, Holder>();
    for (const { name: service, mapping, objects } of sources) {
      for (const [message, typeName] of objects) {
        const having = this.#services.get(typeName);
        if (having === undefined) this.#services.set(typeName, new Set([service]));
        else having.add(service);
        if (!holders.has(typeName)) holders.set(typeName, { typeName, message, service, mapping });
      }
    }
    this.holders = [...holders.values()];
    this.places = [
      ...this.holders.map(({ typeName, message }) => ({
        typeName,
        names: [message.typeName],
        message: () => protoMessage(message),
      })),
      ...sources.flatMap((source) => this.#httpPlaces(source)),
    ];
  }

  #httpPlaces({ name: service, components = new Map() }: JoinSource): Place[] {
    return [...components].map(([typeName, component]) => ({
      typeName,
      names: component === undefined ? [typeName] : [component, `${service}/${component}`, typeName],
      message: () => {
        const type = this.#object(typeName);
        return type && httpMessage(type, this.#types);
      },
    }));
  }

  /** What a read asks for. */
  requestOf({ operation, root }: Read): JoinMessage {
    return operation.http === undefined
      ? protoMessage(operation.input.descriptor)
      : httpRequest(root, this.#types);
  }

  /** What it answers; undefined if there is nothing in it to select. */
  replyOf({ operation, root }: Read): JoinReply | undefined {
    if (operation.http === undefined)
      return { message: protoMessage(operation.output.descriptor), isList: false };
    const { result } = root;
    const shape = result.kind === 'list' ? result.item : result;
    const type = shape.kind === 'message' ? this.#object(shape.type) : undefined;
    return type && { message: httpMessage(type, this.#types), isList: result.kind === 'list' };
  }

  /** The object type that stands for a message of a read's reply. */
  typeOf({ descriptor, typeName }: JoinMessage, { source }: Read): string | undefined {
    return typeName ?? (descriptor && source.objects.get(descriptor));
  }

  /** In order of registration. */
  servicesOf(typeName: string): Iterable<string> {
    return this.#services.get(typeName) ?? [];
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
