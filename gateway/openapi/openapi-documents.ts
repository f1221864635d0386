// The OpenAPI document of a snapshot, or of one of its services: made when somebody first asks, kept as bytes as long
// as the snapshot. What a service gives to it is kept as long as the service is as it is.
import type { RegisteredService, Snapshot } from '../../registry/snapshot.ts';
import { type DocumentHead, documentSteps } from '../../schema/document/assemble.ts';
import type { DocumentPart } from '../../schema/document/document-part.ts';
import { httpPartSteps } from '../../schema/document/http/http-part.ts';
import { type AutomaticRoutes, protoPart } from '../../schema/document/proto-part.ts';
import type { Steps } from '../../schema/document/steps.ts';
import { type AggregateParts, NO_AGGREGATES } from './aggregate-parts.ts';
import { keptDocument, type OpenapiDocument } from './kept-document.ts';
import { inTurns } from './turns.ts';

export type DocumentedSnapshot = Pick<Snapshot, 'services' | 'revision' | 'graph'>;

export interface OpenapiDocuments {
  /** Of all services, or of the one named, which must be there. */
  of(snapshot: DocumentedSnapshot, service?: string): Promise<OpenapiDocument>;
}

export interface OpenapiDocumentsOptions {
  readonly automaticRoutes: AutomaticRoutes;
  /** Routes that stored documents answer. Default: there are none. */
  readonly aggregates?: AggregateParts;
}

export function createOpenapiDocuments(options: OpenapiDocumentsOptions): OpenapiDocuments {
  const { automaticRoutes, aggregates = NO_AGGREGATES } = options;
  const parts = new WeakMap<RegisteredService['operations'], Promise<DocumentPart>>();
  const ofServices = new WeakMap<RegisteredService, Promise<OpenapiDocument>>();
  const ofAll = new WeakMap<DocumentedSnapshot, Promise<OpenapiDocument>>();

  // Promises are kept, not what they come to: who asks meanwhile waits for the same work.
  const partOf = (service: RegisteredService): Promise<DocumentPart> =>
    kept(parts, service.operations, () => inTurns(partSteps(service, automaticRoutes)));

  const makeAll = async (snapshot: DocumentedSnapshot): Promise<OpenapiDocument> => {
    const made: DocumentPart[] = [];
    for (const service of snapshot.services.values()) made.push(await partOf(service));
    // Last: whoever stores a document renames nothing of what services have.
    made.push(...(await inTurns(aggregates(snapshot))));
    return keptDocument(await inTurns(documentSteps(made, headOfAll(snapshot))));
  };
  const makeOne = async (service: RegisteredService): Promise<OpenapiDocument> =>
    keptDocument(await inTurns(documentSteps([await partOf(service)], headOf(service))));

  return {
    of: (snapshot, name) => {
      const service = name === undefined ? undefined : snapshot.services.get(name);
      return service === undefined
        ? kept(ofAll, snapshot, () => makeAll(snapshot))
        : kept(ofServices, service, () => makeOne(service));
    },
  };
}

function kept<K extends WeakKey, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** A service speaks gRPC or HTTP, never both. */
function* partSteps(service: RegisteredService, automaticRoutes: AutomaticRoutes): Steps<DocumentPart> {
  if (service.operations.some(({ http }) => http !== undefined)) return yield* httpPartSteps(service);
  yield;
  return protoPart(service, { automaticRoutes });
}

function headOfAll({ revision }: DocumentedSnapshot): DocumentHead {
  return { title: 'Dragoman', version: revision, description: DESCRIPTION };
}

/** A document that somebody wrote for the service knows what it is called and what it is. */
function headOf({ name, revision, operations }: RegisteredService): DocumentHead {
  const document = operations.find(({ http }) => http?.document !== undefined)?.http?.document;
  const title = document?.title.trim();
  const told = document?.description.trim();
  return { title: title || name, version: revision, description: told || DESCRIPTION };
}

const DESCRIPTION = 'What the gateway serves over REST.';
