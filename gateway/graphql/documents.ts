// Documents as text in, parsed and validated documents out; kept per schema and bounded, since strangers choose them.
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { brokenLimit, type GraphqlLimits } from './limits.ts';

/** A document that may run, or why it may not. */
export type CheckedDocument =
  | { readonly ok: true; readonly document: DocumentNode }
  | { readonly ok: false; readonly code: RefusalCode; readonly errors: readonly GraphQLError[] };

export type RefusalCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED';

export interface DocumentOptions {
  readonly limits: GraphqlLimits;
  readonly introspection: boolean;
}

const MAX_CACHED_DOCUMENTS = 1000;
/** Characters of all cached documents together; parsed, each takes many times its text. */
const MAX_CACHED_CHARACTERS = 2 * 1024 * 1024;
/** A reader of errors mends one after the other. */
const MAX_ERRORS = 20;

export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #options: DocumentOptions;
  /** In order of last use, the oldest first. */
  readonly #cache = new Map<string, CheckedDocument>();
  #characters = 0;

  constructor(schema: GraphQLSchema, options: DocumentOptions) {
    this.#schema = schema;
    this.#options = options;
  }

  check(text: string): CheckedDocument {
    const known = this.#cache.get(text);
    if (known !== undefined) {
      this.#cache.delete(text);
      this.#cache.set(text, known);
      return known;
    }
    const checked = checkDocument(text, this.#schema, this.#options);
    this.#keep(text, checked);
    return checked;
  }

  #keep(text: string, checked: CheckedDocument): void {
    this.#cache.set(text, checked);
    this.#characters += text.length;
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= MAX_CACHED_DOCUMENTS && this.#characters <= MAX_CACHED_CHARACTERS) return;
      this.#cache.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}

function checkDocument(text: string, schema: GraphQLSchema, options: DocumentOptions): CheckedDocument {
  const { limits, introspection } = options;
  let document: DocumentNode;
  try {
    // Comments are no tokens to the parser, but kept by it all the same.
    document = parse(text, { maxLexicalTokens: limits.tokens, maxComments: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) return { ok: false, code: 'GRAPHQL_PARSE_FAILED', errors: [error] };
    throw error;
  }
  const broken = brokenLimit(document, limits);
  if (broken !== undefined) return { ok: false, code: 'GRAPHQL_VALIDATION_FAILED', errors: [broken] };
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const errors = validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: true });
  return errors.length === 0
    ? { ok: true, document }
    : { ok: false, code: 'GRAPHQL_VALIDATION_FAILED', errors };
}
