// The OpenAPI document of a snapshot, or of one of its services: made when somebody first asks, kept as bytes as long
// as the snapshot. What a service gives to it is kept as long as the service is as it is.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonObject } from '../../core/json.ts';
import type { RegisteredService, Snapshot } from '../../registry/snapshot.ts';
import { assembleDocument, type DocumentHead } from '../../schema/document/assemble.ts';
import type { DocumentPart } from '../../schema/document/document-part.ts';
import { type AutomaticRoutes, protoPart } from '../../schema/document/proto-part.ts';
import type { ContentCoding } from '../../translators/rest/content-coding.ts';
import { entityTag } from '../../translators/rest/entity-tag.ts';
import { compress } from '../edge/compress.ts';

export type DocumentedSnapshot = Pick<Snapshot, 'services' | 'revision'>;

export interface OpenapiDocuments {
  /** Of all services, or of the one named, which must be there. */
  of(snapshot: DocumentedSnapshot, service?: string): Promise<OpenapiDocument>;
}

export interface OpenapiDocument {
  /** JSON text in UTF-8. */
  readonly bytes: Uint8Array;
  etag(coding: ContentCoding | undefined): string;
  /** Compressed once for each coding. */
  coded(coding: ContentCoding): Promise<Uint8Array>;
}

export interface OpenapiDocumentsOptions {
  readonly automaticRoutes: AutomaticRoutes;
}

export function createOpenapiDocuments({ automaticRoutes }: OpenapiDocumentsOptions): OpenapiDocuments {
  const parts = new WeakMap<RegisteredService['operations'], DocumentPart>();
  const documents = new WeakMap<DocumentedSnapshot, Map<string, Promise<OpenapiDocument>>>();

  const partOf = (service: RegisteredService): DocumentPart => {
    let part = parts.get(service.operations);
    if (part === undefined) {
      // Services of HTTP upstreams have documents of their own, which have no place in this one yet.
      const operations = service.operations.filter(({ http }) => http === undefined);
      part = protoPart({ ...service, operations }, { automaticRoutes });
      parts.set(service.operations, part);
    }
    return part;
  };

  const make = async (snapshot: DocumentedSnapshot, name: string): Promise<OpenapiDocument> => {
    const own = snapshot.services.get(name);
    const services = own === undefined ? [...snapshot.services.values()] : [own];
    const made: DocumentPart[] = [];
    for (const service of services) {
      made.push(partOf(service));
      // Hundreds of large services take seconds; calls go on meanwhile.
      await nextTurn();
    }
    const document = assembleDocument(made, own === undefined ? headOfAll(snapshot) : headOf(own));
    return keptDocument(document);
  };

  return {
    of: (snapshot, service = '') => {
      const known = documents.get(snapshot) ?? new Map<string, Promise<OpenapiDocument>>();
      documents.set(snapshot, known);
      let document = known.get(service);
      if (document === undefined) {
        document = make(snapshot, service);
        known.set(service, document);
      }
      return document;
    },
  };
}

function headOfAll({ revision }: DocumentedSnapshot): DocumentHead {
  return { title: 'Dragoman', version: revision, description: DESCRIPTION };
}

function headOf({ name, revision }: RegisteredService): DocumentHead {
  return { title: name, version: revision, description: DESCRIPTION };
}

const DESCRIPTION =
  'What the gateway serves over REST. Every method also takes the parameters `$fields` (which fields of the answer are ' +
  'wanted), `$alt` (its form) and `$prettyPrint`; an answer cut by `$fields` or a read mask lacks fields that are ' +
  'otherwise required.';

function keptDocument(document: JsonObject): OpenapiDocument {
  const bytes = Buffer.from(JSON.stringify(document));
  const compressed = new Map<ContentCoding, Promise<Uint8Array>>();
  const tag = entityTag(bytes, undefined).slice(1, -1);
  return {
    bytes,
    etag: (coding) => (coding === undefined ? `"${tag}"` : `"${tag}-${coding}"`),
    coded: (coding) => {
      let coded = compressed.get(coding);
      if (coded === undefined) {
        coded = Promise.resolve(compress(coding, bytes));
        compressed.set(coding, coded);
      }
      return coded;
    },
  };
}
