// The in-process backend behind the admin API: its operations are answered by the registry.
import type { Call, Reply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { Invoker } from '../../core/invoker.ts';
import type { JsonObject } from '../../core/json.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import { Payload } from '../../core/payload.ts';
import { joinNotes } from '../../registry/joined-fields.ts';
import type { Registry } from '../../registry/registry.ts';
import { partOfGraph } from '../../schema/graphql/part-of-graph.ts';
import { printSdl } from '../../schema/graphql/type-definitions.ts';
import type { OpenapiDocuments } from '../openapi/openapi-documents.ts';
import { readOnBreaking, writeDifferences } from './differences-message.ts';
import { readDefinition, writeOperations, writeService } from './service-message.ts';

interface Answer {
  readonly value: JsonObject;
  /** Entity tag of what is shown. */
  readonly etag?: string;
}

type Handler = (request: JsonObject) => Answer | Promise<Answer>;

export function createAdminBackend(registry: Registry, openapi: OpenapiDocuments): Invoker {
  const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ['ListServices', () => listServices(registry)],
    ['GetService', (request) => getService(registry, request)],
    ['PutService', (request) => putService(registry, request)],
    ['DeleteService', (request) => deleteService(registry, request)],
    ['GetGraphqlSchema', (request) => getGraphqlSchema(registry, request)],
    ['GetOpenapiDocument', (request) => getOpenapiDocument(registry, openapi, request)],
  ]);
  return async (call) => {
    const handler = handlers.get(call.operation.name);
    if (handler === undefined) throw new GatewayError('unimplemented', 'the admin API has no such method');
    return toReply(call, await handler(requestOf(call)));
  };
}

function requestOf(call: Call): JsonObject {
  if (!(call.input instanceof Payload))
    throw new GatewayError('unimplemented', 'the admin API takes no streams');
  return call.input.value() as JsonObject;
}

function toReply(call: Call, answer: Answer): Reply {
  return {
    kind: 'unary',
    payload: Payload.fromValue(call.operation.output.codec, answer.value),
    headers: answer.etag === undefined ? NO_METADATA : [['etag', `"${answer.etag}"`]],
    trailers: NO_METADATA,
  };
}

function listServices(registry: Registry): Answer {
  const services = [...registry.snapshot.services.values()];
  return { value: { services: services.map((one) => writeService(one, registry.isOwnedByFile(one.name))) } };
}

function getService(registry: Registry, request: JsonObject): Answer {
  const name = String(request.name ?? '');
  const { snapshot } = registry;
  const service = snapshot.services.get(name);
  if (service === undefined) throw new GatewayError('not_found', `no service is registered as ${name}`);
  return {
    value: {
      ...writeService(
        { ...service, remarks: [...service.remarks, ...joinNotes(snapshot.graph, service)] },
        registry.isOwnedByFile(name),
      ),
      operations: writeOperations(service, snapshot),
    },
    etag: service.revision,
  };
}

function getGraphqlSchema(registry: Registry, request: JsonObject): Answer {
  const service = String(request.service ?? '');
  const { graph, services, revision } = registry.snapshot;
  if (service !== '' && !services.has(service)) {
    throw new GatewayError('not_found', `no service is registered as ${service}`);
  }
  const sdl = printSdl(service === '' ? graph : partOfGraph(graph, service));
  return { value: { sdl, revision }, etag: revision };
}

async function getOpenapiDocument(
  registry: Registry,
  openapi: OpenapiDocuments,
  request: JsonObject,
): Promise<Answer> {
  const service = String(request.service ?? '');
  const { snapshot } = registry;
  if (service !== '' && !snapshot.services.has(service)) {
    throw new GatewayError('not_found', `no service is registered as ${service}`);
  }
  const { bytes } = await openapi.of(snapshot, service);
  return {
    value: { document: Buffer.from(bytes).toString(), revision: snapshot.revision },
    etag: snapshot.revision,
  };
}

async function putService(registry: Registry, request: JsonObject): Promise<Answer> {
  const definition = readDefinition((request.service ?? {}) as JsonObject);
  const etag = typeof request.etag === 'string' && request.etag !== '' ? request.etag : undefined;
  const outcome = await registry.put(definition, {
    validateOnly: request.validateOnly === true,
    onBreaking: readOnBreaking(request.onBreaking),
    ...(etag !== undefined && { ifMatch: etag }),
  });
  const { service, snapshot, added, removed, changed, differences } = outcome;
  return {
    value: {
      ...writeService(service, registry.isOwnedByFile(service.name)),
      operations: writeOperations(service, snapshot),
      added: [...added],
      removed: [...removed],
      changed: [...changed],
      ...writeDifferences(differences),
    },
    etag: service.revision,
  };
}

async function deleteService(registry: Registry, request: JsonObject): Promise<Answer> {
  const etag = typeof request.etag === 'string' && request.etag !== '' ? request.etag : undefined;
  await registry.remove(String(request.name ?? ''), { ...(etag !== undefined && { ifMatch: etag }) });
  return { value: {} };
}
