// How things of an OpenAPI document are called in an overlay, in notes and among remembered names: operations by their
// name, parameters below it, schemas and their properties by JSON pointer.
import { refOfSchema } from '../../../core/http-operation.ts';
import type { Operation } from '../../../core/operation.ts';
import { type GraphNames, originOf, originOfKey } from '../name-book.ts';
import type { ServiceMapping } from '../service-mapping.ts';

/** A place in a document: what its types are named after, and where it is. */
export interface SchemaPlace {
  /** In Pascal case. */
  readonly stem: string;
  readonly pointer: string;
}

export function operationKey({ method }: Pick<Operation, 'method'>): string {
  return method;
}

export function parameterKey(operation: Pick<Operation, 'method'>, name: string): string {
  return `${operationKey(operation)}.${name}`;
}

/** `#/components/schemas/Review` */
export function componentKey(name: string): string {
  return refOfSchema(name);
}

/** `#/components/schemas/Review/properties/title` */
export function propertyKey(pointer: string, name: string): string {
  return `${pointer}/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Switched off, and with it all that only it needs. */
export function isHidden(operation: Pick<Operation, 'method'>, { options }: ServiceMapping): boolean {
  return options.overlay.get(operationKey(operation))?.hide === true;
}

/** Names of what is gone are free for what comes: what an origin begins with is an operation or a component. */
export function livingHttpNames(names: GraphNames, operations: readonly Operation[]): GraphNames {
  const methods = new Set(operations.map(({ method }) => originOfKey(method)));
  const [first] = operations;
  const components = new Set(
    [...(first?.http?.document?.schemas.keys() ?? [])].map((name) => originOfKey(componentKey(name))),
  );
  return new Map(
    [...names].filter(([key]) => {
      const origin = originOf(key);
      if (!origin.startsWith('#/'))
        return methods.has(origin) || [...methods].some((method) => origin.startsWith(`${method}/`));
      return components.has(origin.split('/').slice(0, 4).join('/'));
    }),
  );
}
