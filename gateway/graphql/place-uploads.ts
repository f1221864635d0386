// Files of a request put into its variables, where the document says that bytes go.
import { type GraphQLSchema, isInputObjectType, isListType, isNonNullType, typeFromAST } from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { FoundOperation } from './documents.ts';
import type { Upload } from './read-multipart.ts';

/**
 * Variables with the files in their places: bytes where `Bytes` is asked for, and a whole message with its content
 * type where google.api.HttpBody is. @throws GatewayError for a place that is none.
 */
export function placeUploads(
  uploads: readonly Upload[],
  variables: JsonObject | undefined,
  { operation }: FoundOperation,
  { schema, graph }: { readonly schema: GraphQLSchema; readonly graph: Graph },
): JsonObject {
  const placed = structuredClone(variables ?? {});
  for (const { path, contentType, bytes } of uploads) {
    const shown = path.join('.').slice(0, 100);
    const [root, name = '', ...rest] = path;
    const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    if (root !== 'variables' || definition === undefined)
      throw malformed(`"${shown}" is no path of a variable`);
    const typeName = typeAt(typeFromAST(schema, definition.type as Parameters<typeof typeFromAST>[1]), rest);
    const type = typeName === undefined ? undefined : graph.types.get(typeName);
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    if (typeName === 'Bytes') put(placed, path.slice(1), data, shown);
    else if (type?.kind === 'input' && type.origin === 'google.api.HttpBody')
      put(placed, path.slice(1), { contentType, data }, shown);
    else throw malformed(`"${shown}" takes no file; files go where Bytes or google.api.HttpBody is`);
  }
  return placed;
}

function typeAt(type: unknown, path: readonly string[]): string | undefined {
  let current = type;
  const unwrap = (): void => {
    while (isNonNullType(current)) current = current.ofType;
  };
  for (const part of path) {
    unwrap();
    if (isListType(current) && /^[0-9]{1,4}$/.test(part)) current = current.ofType;
    else if (isInputObjectType(current)) current = current.getFields()[part]?.type;
    else return undefined;
  }
  unwrap();
  return typeof current === 'object' && current !== null && 'name' in current
    ? String(current.name)
    : undefined;
}

/** Only where the client has left a null, as the specification says. */
function put(target: JsonObject, path: readonly string[], value: JsonValue, shown: string): void {
  let current: JsonValue | undefined = target;
  for (const [index, part] of path.entries()) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) break;
    const holder = current as JsonObject;
    if (index < path.length - 1) {
      current = holder[part];
    } else if (holder[part] === null) {
      holder[part] = value;
      return;
    }
  }
  throw malformed(`"${shown}" must be null in "operations"`);
}

function malformed(message: string): GatewayError {
  return new GatewayError('invalid_argument', message);
}
