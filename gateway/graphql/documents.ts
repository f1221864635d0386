// Documents as text in, parsed and validated documents out; kept per schema and bounded, since strangers choose them.
import {
  BREAK,
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import type { GraphqlLimits } from './limits.ts';
import { brokenLimit } from './measure-document.ts';

/** A document that may run, or why it may not. */
export type CheckedDocument =
  | { readonly ok: true; readonly document: DocumentNode }
  | { readonly ok: false; readonly code: RefusalCode; readonly errors: readonly GraphQLError[] };

/** An operation of a document that may run. */
export interface FoundOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

export type RefusalCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED';

export interface DocumentOptions {
  readonly limits: GraphqlLimits;
  readonly introspection: boolean;
  /** Whether errors name what else there is. Default: false. */
  readonly suggestions?: boolean;
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
  /** One request asks several times. */
  #latest: { readonly text: string; readonly checked: CheckedDocument } | undefined;

  constructor(schema: GraphQLSchema, options: DocumentOptions) {
    this.#schema = schema;
    this.#options = options;
  }

  check(text: string): CheckedDocument {
    if (this.#latest?.text !== text) this.#latest = { text, checked: this.#find(text) };
    return this.#latest.checked;
  }

  #find(text: string): CheckedDocument {
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
  const broken = brokenLimit(document, limits) ?? deferredPart(document);
  if (broken !== undefined) return { ok: false, code: 'GRAPHQL_VALIDATION_FAILED', errors: [broken] };
  // Theirs has a rule for introspection as well: three of its lists may stand in one another.
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const hideSuggestions = options.suggestions !== true;
  const errors = validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions });
  return errors.length === 0
    ? { ok: true, document }
    : { ok: false, code: 'GRAPHQL_VALIDATION_FAILED', errors };
}

/** Said in words of its own: that such a directive is unknown would leave people looking for their mistake. */
function deferredPart(document: DocumentNode): GraphQLError | undefined {
  let found: DirectiveNode | undefined;
  visit(document, {
    Directive: (node) => {
      if (node.name.value !== 'defer' && node.name.value !== 'stream') return undefined;
      found = node;
      return BREAK;
    },
  });
  if (found === undefined) return undefined;
  return new GraphQLError(
    `"@${found.name.value}" is not served: an answer comes whole. Leave it out, or ask in two requests.`,
    { nodes: found },
  );
}
