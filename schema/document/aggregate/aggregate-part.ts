// Routes that stored GraphQL documents answer, as a part of the OpenAPI document. What a document selects is its answer,
// what its variables are read from is its request. Source: graphql reference, section 11.
import { type DocumentNode, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { CODES } from '../../../core/code.ts';
import type { Graph } from '../../../core/graph.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { RestOptions } from '../../../core/rest-options.ts';
import { pascalCase } from '../../graphql/names.ts';
import { parseTemplate } from '../../routes/template.ts';
import {
  componentRef,
  DOCUMENT_METHODS,
  type DocumentPart,
  type PartComponent,
  type PartOperation,
} from '../document-part.ts';
import { ERROR_FORMS, errorComponents } from '../error-schemas.ts';
import { pathForm } from '../path-form.ts';
import type { Steps } from '../steps.ts';
import { paragraphs, summaryOf } from '../texts.ts';
import { TooManySelections } from './collect-fields.ts';
import { documentComment } from './document-comment.ts';
import { InputSchemas } from './graph-values.ts';
import { dataSchema, schemaAt } from './selection-schema.ts';
import {
  type AggregateSource,
  bodySchema,
  boundVariables,
  pathParameterValues,
  queryParameterValues,
} from './variables.ts';

/** A route that runs on the graph as it is. */
export interface DocumentedAggregate {
  readonly method: string;
  readonly template: string;
  /** Path of the document below its folder. */
  readonly path: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: ReadonlyMap<string, readonly AggregateSource[]>;
  readonly result: readonly string[];
  readonly notFound: readonly string[] | undefined;
  readonly partial: 'refuse' | 'allow';
  readonly errors: RestOptions['errors'];
}

const TAG = { name: 'Documents', fullName: 'documents', description: 'Pages made of several services.' };

/** `owner`: the name that stands for whoever declared the routes. */
export function* aggregatePartSteps(
  owner: string,
  aggregates: readonly DocumentedAggregate[],
  graph: Graph,
): Steps<DocumentPart> {
  const inputs = new InputSchemas(graph);
  const operations: PartOperation[] = [];
  const answers: PartComponent[] = [];
  const remarks: string[] = [];
  const names = new Map<string, number>();
  for (const aggregate of aggregates) {
    yield;
    const method = DOCUMENT_METHODS.find((one) => one === aggregate.method.toLowerCase());
    const template = parseTemplate(aggregate.template);
    if (method === undefined || !template.ok) {
      remarks.push(`\`${aggregate.method} ${aggregate.template}\`: OpenAPI 3.1 has no such method.`);
      continue;
    }
    const name = nameOf(aggregate, names);
    answers.push({
      kind: 'schemas',
      name,
      fullName: `${TAG.fullName}.${name}`,
      value: answerSchema(aggregate, graph),
    });
    const form = pathForm(template.value, new Map(), ({ fieldPath }) => fieldPath.join('.'));
    const variables = boundVariables(aggregate.operation, aggregate.variables);
    const parameters = [
      ...pathParameterValues(template.value, form, variables, inputs),
      ...queryParameterValues(variables, inputs),
    ];
    const body = bodySchema(variables, inputs);
    const comment = documentComment(aggregate.operation);
    const description = paragraphs(comment, ...notes(aggregate));
    operations.push({
      path: form.path,
      method,
      operationId: { name, fullName: `${TAG.fullName}.${name}` },
      tags: [TAG.fullName],
      value: {
        summary: summaryOf(comment, name),
        ...(description !== '' && { description }),
        ...(parameters.length > 0 && { parameters }),
        // Without one it is refused, whatever it would be needed for.
        ...(body !== undefined && {
          requestBody: { content: { 'application/json': { schema: body } }, required: true },
        }),
        responses: responses(aggregate, `${TAG.fullName}.${name}`),
      },
    });
  }
  const styles = new Set(operations.length === 0 ? [] : aggregates.map(({ errors }) => errors));
  return {
    service: owner,
    tags: operations.length === 0 ? [] : [TAG],
    operations,
    components: [...answers, ...inputs.components(), ...[...styles].flatMap(errorComponents)],
    remarks,
  };
}

/** The operation's name, else the file's; routes of one document are numbered. */
function nameOf({ operation, path }: DocumentedAggregate, taken: Map<string, number>): string {
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.graphql$/, '');
  const wanted = pascalCase(operation.name?.value ?? file) || 'Document';
  const number = (taken.get(wanted) ?? 0) + 1;
  taken.set(wanted, number);
  return number === 1 ? wanted : `${wanted}_${number}`;
}

function answerSchema(
  { document, operation, result, notFound, partial }: DocumentedAggregate,
  graph: Graph,
): JsonObject {
  let data: JsonObject;
  try {
    data = schemaAt(dataSchema({ graph, document, operation, present: notFound ?? [] }), result);
  } catch (error) {
    if (!(error instanceof TooManySelections)) throw error;
    data = { description: 'What the document selects, which is too much to be listed here.' };
  }
  return partial === 'refuse' ? data : partialAnswer(data);
}

function partialAnswer(data: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: {
      data,
      complete: { type: 'boolean', description: 'Whether all parts are there.' },
      parts: {
        type: 'object',
        description: 'What failed, by its place in `data`; those are null. Absent if nothing did.',
        additionalProperties: {
          type: 'object',
          properties: {
            status: {
              type: 'integer',
              format: 'int32',
              description: 'The HTTP status of this failure alone.',
            },
            code: { type: 'string', enum: CODES.map((code) => code.toUpperCase()) },
          },
          required: ['status', 'code'],
        },
      },
    },
    required: ['data', 'complete'],
  };
}

function notes({ operation, method, partial, notFound }: DocumentedAggregate): string[] {
  const isRead = operation.operation === OperationTypeNode.QUERY;
  const asked = isRead && method === 'GET' ? ' Ask again with `If-None-Match`.' : '';
  return [
    notFound === undefined ? '' : `404 if there is no \`${notFound.join('.')}\`.`,
    partial === 'allow'
      ? 'Parts that fail are null, named in `parts`; the rest is answered all the same.'
      : '',
    isRead
      ? `May be kept as \`Cache-Control\` says, which is the strictest of what the parts allow.${asked}`
      : '',
  ];
}

function responses({ errors, operation, method, notFound }: DocumentedAggregate, answer: string): JsonObject {
  const error = { $ref: componentRef('responses', ERROR_FORMS[errors].ref) };
  const isRead = operation.operation === OperationTypeNode.QUERY;
  const schema = { $ref: componentRef('schemas', answer) };
  return {
    '200': {
      description: 'Done.',
      ...(isRead && { headers: { ...CACHE_CONTROL, ...(method === 'GET' && ENTITY_TAG) } }),
      ...(method !== 'HEAD' && { content: { 'application/json': { schema } } }),
    },
    ...(notFound !== undefined && { '404': error }),
    '4XX': error,
    default: error,
  };
}

const CACHE_CONTROL: JsonObject = {
  'Cache-Control': {
    description: 'How long the answer may be kept, and by whom; absent if no part says anything.',
    schema: { type: 'string' },
  },
};

const ENTITY_TAG: JsonObject = {
  ETag: { description: 'The same as long as the answer is.', schema: { type: 'string' } },
};
