// Documents that clients name instead of sending: trusted ones, which the operator has put beside the configuration,
// and automatic ones, which are a cache and nothing more. The two are never mixed.
// Source: graphql reference, section 11.
import { createHash } from 'node:crypto';
import { GatewayError } from '../../../core/error.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';

/** A document of a folder of the configuration. */
export interface TrustedDocument {
  /** Path of its file, for people. */
  readonly path: string;
  readonly text: string;
}

export interface PersistedOptions {
  readonly trusted: readonly TrustedDocument[];
  /** Nothing else runs. */
  readonly trustedOnly: boolean;
  /** Apollo's automatic persisted queries. */
  readonly automatic: boolean;
}

export const NO_PERSISTED: PersistedOptions = Object.freeze({
  trusted: Object.freeze([]),
  trustedOnly: false,
  automatic: false,
});

const MAX_AUTOMATIC = 1000;
const MAX_AUTOMATIC_CHARACTERS = 2 * 1024 * 1024;
const SHA256 = /^[0-9a-f]{64}$/;

/** SHA-256 of the exact text, in hexadecimal. */
export function documentId(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export class PersistedDocuments {
  readonly #trusted = new Map<string, string>();
  readonly #trustedTexts: ReadonlySet<string>;
  readonly #options: PersistedOptions;
  /** In order of last use, the oldest first. */
  readonly #automatic = new Map<string, string>();
  #characters = 0;

  constructor(options: PersistedOptions) {
    this.#options = options;
    for (const { text } of options.trusted) this.#trusted.set(documentId(text), text);
    this.#trustedTexts = new Set(this.#trusted.values());
  }

  /**
   * The parameters with the document that they name in `query`; as they are if they name none.
   * @throws GatewayError `persisted-operation-not-found`
   */
  resolve(params: JsonObject): JsonObject {
    const text = typeof params.query === 'string' && params.query !== '' ? params.query : undefined;
    const found = this.#find(params, text);
    const { trustedOnly } = this.#options;
    if (trustedOnly && (found === undefined || !this.#trustedTexts.has(found))) {
      throw notFound('only trusted documents are served here; send the id of one as "documentId"');
    }
    return found === undefined || found === params.query ? params : { ...params, query: found };
  }

  #find(params: JsonObject, text: string | undefined): string | undefined {
    const named = params.documentId ?? params.id;
    if (named !== undefined && named !== null) {
      if (text !== undefined)
        throw new GatewayError('invalid_argument', '"documentId" stands instead of "query", not beside it');
      return this.#trustedOf(named);
    }
    const hash = automaticHash(params.extensions);
    return hash === undefined ? text : this.#automaticOf(hash, text);
  }

  #trustedOf(id: JsonValue): string {
    if (typeof id !== 'string') throw new GatewayError('invalid_argument', '"documentId" must be text');
    const found = this.#trusted.get(id.startsWith('sha256:') ? id.slice('sha256:'.length) : id);
    if (found === undefined) throw notFound('no trusted document has this id');
    return found;
  }

  /** The messages are those that clients of the protocol look for. */
  #automaticOf(hash: string, text: string | undefined): string | undefined {
    const trusted = this.#trusted.get(hash);
    if (trusted !== undefined) return trusted;
    if (!this.#options.automatic) {
      if (text === undefined) throw notFound('PersistedQueryNotSupported');
      return text;
    }
    const known = this.#automatic.get(hash);
    if (text === undefined) {
      if (known === undefined) throw notFound('PersistedQueryNotFound');
      this.#automatic.delete(hash);
      this.#automatic.set(hash, known);
      return known;
    }
    if (documentId(text) !== hash)
      throw new GatewayError('invalid_argument', 'provided sha does not match query');
    if (known === undefined && !this.#options.trustedOnly) this.#keep(hash, text);
    return text;
  }

  #keep(hash: string, text: string): void {
    this.#automatic.set(hash, text);
    this.#characters += text.length;
    for (const [oldest, { length }] of this.#automatic) {
      if (this.#automatic.size <= MAX_AUTOMATIC && this.#characters <= MAX_AUTOMATIC_CHARACTERS) return;
      this.#automatic.delete(oldest);
      this.#characters -= length;
    }
  }
}

/** Undefined if the extension is not there. @throws GatewayError if it is malformed. */
function automaticHash(extensions: JsonValue | undefined): string | undefined {
  if (!isObject(extensions) || !isObject(extensions.persistedQuery)) return undefined;
  const { version, sha256Hash } = extensions.persistedQuery;
  if (version !== 1 || typeof sha256Hash !== 'string' || !SHA256.test(sha256Hash)) {
    throw new GatewayError(
      'invalid_argument',
      '"extensions.persistedQuery" must have version 1 and the SHA-256 of the document in hexadecimal',
    );
  }
  return sha256Hash;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notFound(message: string): GatewayError {
  return new GatewayError('not_found', message, { type: 'persisted-operation-not-found' });
}
