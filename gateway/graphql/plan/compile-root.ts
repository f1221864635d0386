// A root field of an operation as a plan to call its operation and to write what that replies.
import type { FieldNode, GraphQLField, GraphQLObjectType } from 'graphql';
import type { RootField } from '../../../core/graph.ts';
import type { Payload } from '../../../core/payload.ts';
import type { ArgumentReader, Arguments } from '../../../translators/graphql/read.ts';
import type { Wanted } from '../../../translators/json/projections.ts';
import { readMaskText } from '../../../translators/json/read-mask.ts';
import { argumentsReader, hasVariables } from './arguments.ts';
import { selectionSets } from './collect-fields.ts';
import { type CompileContext, compileValue } from './compile-selection.ts';
import { directText } from './direct-text.ts';
import { Uncovered } from './field-budget.ts';
import type { PlanningContext } from './planning-context.ts';
import { projectValue } from './projection.ts';
import { requestEncoder } from './request-encoder.ts';
import type { RootCall, RootPlan, Sharing } from './root-plan.ts';
import { hasJoins } from './value-plan.ts';

export interface RootSelection {
  readonly type: GraphQLObjectType;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  /** Of all root fields of the operation. */
  readonly fieldNames: readonly string[];
}

/** @throws Uncovered */
export function compileRoot(
  { type, nodes, fieldNames }: RootSelection,
  context: CompileContext,
  { rootsOf, reader, writer, introspection }: PlanningContext,
): Omit<RootPlan, 'name' | 'lead' | 'nodes'> {
  const [node] = nodes;
  const fieldName = node.name.value;
  const coordinate = `${type.name}.${fieldName}`;
  if (fieldName === '__typename') {
    return { ...NO_CALL, coordinate, constant: JSON.stringify(type.name) };
  }
  const root = rootsOf(type.name).get(fieldName);
  const field = type.getFields()[fieldName];
  if (root === undefined || field === undefined) {
    if (fieldName === '_empty') return { ...NO_CALL, coordinate, constant: 'null' };
    const introspect = introspection.compile(nodes, context);
    if (introspect !== undefined) return { ...NO_CALL, coordinate, constant: undefined, introspect };
    throw new Uncovered(`${coordinate} is answered by the schema itself`);
  }
  if (root.type.isRequired) throw new Uncovered(`${coordinate} may not be null`);
  if (root.gather !== undefined) throw new Uncovered(`${coordinate} gathers a stream`);
  const value = compileValue(root.type, selectionSets(nodes), context);
  const wanted = projectValue(value);
  const isAlone = fieldNames.length === 1 && !hasJoins(value);
  const sharing = isAlone ? 'none' : isMaskShared(root, fieldNames) ? 'masks' : 'reads';
  return {
    coordinate,
    constant: undefined,
    introspect: undefined,
    call: {
      root,
      ...requestReaders({ root, read: reader(root), field, node, mask: maskOf(root, wanted, sharing) }),
      sharing,
      wanted,
      projector: wanted && root.operation.output.codec.projector(wanted),
      direct: directText(root.operation.output.codec, value, context.graph),
      toValue: writer.value(root.result),
      value,
      hasJoins: hasJoins(value),
    },
  };
}

const NO_CALL = { call: undefined, introspect: undefined };

/** Equal reads of several fields are one call, with a mask of all that they want together. */
function isMaskShared({ name, readMask }: RootField, fieldNames: readonly string[]): boolean {
  return readMask !== undefined && fieldNames.filter((one) => one === name).length > 1;
}

function maskOf(
  { readMask, request, operation }: RootField,
  wanted: Wanted,
  sharing: Sharing,
): string | undefined {
  if (readMask === undefined || request === 'value' || sharing === 'masks') return undefined;
  return readMaskText(wanted, readMask, operation.output.descriptor);
}

interface RequestPlace {
  readonly root: RootField;
  readonly read: ArgumentReader;
  /** As the schema has it. */
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  /** What the read mask of the request says, if that is known already. */
  readonly mask: string | undefined;
}

function requestReaders({
  root,
  read,
  field,
  node,
  mask,
}: RequestPlace): Pick<RootCall, 'readArguments' | 'readRequest'> {
  const readArguments = argumentsReader(field, node);
  const encode = requestEncoder(root, mask);
  const readRequest = (given: Arguments): Payload => encode(read(given));
  if (hasVariables(node.arguments)) return { readArguments, readRequest };
  // Without variables it is the same request each time.
  let request: Payload | undefined;
  return {
    readArguments,
    readRequest: (given) => {
      request ??= readRequest(given);
      return request;
    },
  };
}
