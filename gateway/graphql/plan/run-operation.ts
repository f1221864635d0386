// Runs a plan: the calls of its root fields side by side, or one after the other, each reply written as it comes.
import type { GraphQLError, VariableValues } from 'graphql';
import type { Selector } from '../../../core/codec.ts';
import type { Graph } from '../../../core/graph.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Payload } from '../../../core/payload.ts';
import type { Arguments } from '../../../translators/graphql/read.ts';
import type { RequestScope } from '../request-scope.ts';
import { decodeReply, rootFailure } from '../root-field.ts';
import { readJoins } from './joins.ts';
import type { OperationPlan } from './operation-plan.ts';
import type { RootCall, RootPlan } from './root-plan.ts';
import { WaveLoads } from './wave-loads.ts';
import { Writing, writeValue } from './write-value.ts';

export interface OperationRun {
  readonly graph: Graph;
  readonly variables: VariableValues;
  readonly scope: RequestScope;
}

interface RootRun extends OperationRun {
  readonly loads: WaveLoads;
}

export interface OperationResult {
  /** JSON text. */
  readonly data: string;
  /** In the order in which they happened. */
  readonly errors: readonly GraphQLError[];
}

/** A reply as text already, or as what graphql-js would be given for it. */
export type Fetched = { readonly text: string } | { readonly value: unknown };

/** Never rejects: what fails is null in the data and has an error. */
export async function runOperation(plan: OperationPlan, given: OperationRun): Promise<OperationResult> {
  const run: RootRun = { ...given, loads: new WaveLoads(given.scope) };
  const errors: GraphQLError[] = [];
  const texts: string[] = [];
  if (plan.isSerial) {
    for (const root of plan.roots) texts.push(await runRoot(root, run, errors));
  } else {
    texts.push(...(await Promise.all(plan.roots.map((root) => runRoot(root, run, errors)))));
  }
  const members = plan.roots.map(({ lead }, index) => `${lead}${texts[index]}`);
  return { data: `{${members.join('')}}`, errors };
}

async function runRoot(plan: RootPlan, run: RootRun, errors: GraphQLError[]): Promise<string> {
  const { call } = plan;
  if (call === undefined && plan.introspect === undefined) return plan.constant ?? 'null';
  const writing = new Writing(plan.name);
  try {
    if (call === undefined) return plan.introspect?.(run.variables) ?? 'null';
    const fetched = await fetchReply(call, call.readArguments(run.variables), run);
    return await writeFetched(plan, call, fetched, writing, run);
  } catch (thrown) {
    return writing.fail(thrown, plan, false, 1);
  } finally {
    errors.push(...writing.errors);
  }
}

/** One message of a stream as the result that it is. Never rejects, either. */
export async function writeEvent(
  plan: RootPlan,
  call: RootCall,
  read: () => Fetched,
  given: OperationRun,
): Promise<OperationResult> {
  const writing = new Writing(plan.name);
  let text: string;
  try {
    text = await writeFetched(plan, call, read(), writing, { ...given, loads: new WaveLoads(given.scope) });
  } catch (thrown) {
    text = writing.fail(thrown, plan, false, 1);
  }
  return { data: `{${plan.lead}${text}}`, errors: writing.errors };
}

async function writeFetched(
  plan: RootPlan,
  call: RootCall,
  fetched: Fetched,
  writing: Writing,
  run: RootRun,
): Promise<string> {
  if ('text' in fetched) return fetched.text;
  if (call.hasJoins) writing.joined = await readJoins(call.value, fetched.value, run);
  return writeValue(call.value, fetched.value, plan, writing, 1);
}

/** @throws GraphQLError in the form of our errors */
async function fetchReply(
  call: RootCall,
  given: Arguments,
  { graph, scope }: OperationRun,
): Promise<Fetched> {
  const { root, readRequest } = call;
  try {
    return readReply(call, await send(call, readRequest(given), scope));
  } catch (thrown) {
    throw rootFailure(thrown, { graph, root, given, requestId: scope.requestId });
  }
}

/** @throws GatewayError if the upstream sent something else */
export function readReply({ root, direct, projector, toValue }: RootCall, payload: Payload): Fetched {
  // The reply of an operation that says nothing is not even decoded.
  if (root.result.kind === 'empty') return { value: true };
  const text = direct && shortText(direct, payload);
  return text === undefined ? { value: toValue(decodeReply(payload, projector)) } : { text };
}

/** Undefined if the long way has to say what the reply is. */
function shortText(direct: Selector, payload: Payload): string | undefined {
  try {
    const bytes = direct(payload.wire());
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  } catch {
    return undefined;
  }
}

function send({ root, sharing, wanted }: RootCall, request: Payload, scope: RequestScope): Promise<Payload> {
  switch (sharing) {
    case 'none':
      return scope.sendAlone(root, request);
    case 'reads':
      return scope.send(root, request);
    case 'masks':
      return scope.readMasked(root, request.value() as JsonObject, wanted);
  }
}
