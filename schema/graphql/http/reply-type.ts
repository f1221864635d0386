// What a success of an operation is in the graph (graphql reference, section 4). Errors are never part of it.
import { isDeepStrictEqual } from 'node:util';
import type { TypeRef, ValueShape } from '../../../core/graph.ts';
import { replyForm, successes } from '../../../core/http-media.ts';
import type { HttpOperation, HttpResponse, JsonSchema } from '../../../core/http-operation.ts';
import type { Shape } from '../../../core/operation.ts';
import type { SchemaPlace } from './overlay-names.ts';
import type { TypeBook } from './type-book.ts';

export interface ReplyType {
  readonly type: TypeRef;
  readonly result: ValueShape;
}

/** Schemas of all successes that are JSON. */
export function replySchemas(responses: readonly HttpResponse[]): JsonSchema[] {
  return successes(responses).flatMap((response) => {
    const form = replyForm(response);
    return form.kind === 'json' ? [form.media.schema ?? true] : [];
  });
}

/** In words why it has no place in the graph. */
export function replyType(
  { method, responses }: HttpOperation,
  shape: Shape,
  place: SchemaPlace,
  types: TypeBook,
): ReplyType | string {
  const described = successes(responses);
  if (method === 'HEAD') return EMPTY;
  if (shape === 'server_stream') return itemType(described, place, types);
  const withContent = described.filter(({ content }) => content.length > 0);
  if (withContent.length === 0) return described.length > 0 ? EMPTY : anyType(types);
  const schemas = distinct(replySchemas(described));
  const [only, second] = schemas;
  if (only !== undefined) {
    const schema = second === undefined ? only : Object.assign(Object.create(null), { oneOf: schemas });
    const { type, value } = types.typeOf(schema, place, 'output');
    return { type, result: value };
  }
  if (withContent.some((response) => replyForm(response).kind === 'text'))
    return {
      type: { name: 'String', isRequired: false },
      result: { kind: 'scalar', scalar: 'String', isOpen: true },
    };
  const found = withContent.flatMap(({ content }) => content.map(({ mediaType }) => mediaType));
  return `its answers are bytes (${found.slice(0, 3).join(', ')}), which are served over REST`;
}

function itemType(described: readonly HttpResponse[], place: SchemaPlace, types: TypeBook): ReplyType {
  const [media] = described.flatMap(({ content }) => content);
  const { type, value } = types.typeOf(media?.itemSchema ?? media?.schema ?? true, place, 'output');
  return { type, result: value };
}

const EMPTY = Object.freeze<ReplyType>({
  type: { name: 'Boolean', isRequired: false },
  result: { kind: 'empty' },
});

function anyType(types: TypeBook): ReplyType {
  types.builder.useScalar('JSON');
  return { type: { name: 'JSON', isRequired: false }, result: { kind: 'scalar', scalar: 'JSON' } };
}

function distinct(schemas: readonly JsonSchema[]): JsonSchema[] {
  return schemas.filter(
    (one, index) => schemas.findIndex((other) => isDeepStrictEqual(one, other)) === index,
  );
}
