// OpenAPI documents as sources of a graph, read as at registration. Tests write the parts that they are about.
import { buildASTSchema, isInputObjectType, isNamedType, printType } from 'graphql';
import { DEFAULT_LIMITS, type Operation } from '../../../core/operation.ts';
import type { Problem } from '../../../core/problem.ts';
import { restOptions } from '../../../core/rest-options.ts';
import { buildGraph, type GraphSource } from '../../../schema/graphql/build-graph.ts';
import { typeDefinitions } from '../../../schema/graphql/type-definitions.ts';
import { readDocument } from '../../../schema/openapi/read-document.ts';
import { readOperations } from '../../../schema/openapi/read-operations.ts';

/** YAML of `paths` and `components.schemas`; a document that only has schemas gets an operation that answers each. */
export interface Parts {
  readonly version?: string;
  readonly paths?: string;
  readonly schemas?: string;
  readonly securitySchemes?: string;
}

export function documentOf({
  version = '3.1.0',
  paths,
  schemas = '{}',
  securitySchemes = '{}',
}: Parts): string {
  return [
    `openapi: ${version}`,
    'info: { title: Test, version: "1" }',
    'servers: [{ url: https://api.example }]',
    'paths:',
    indent(paths ?? '{}', 2),
    'components:',
    '  securitySchemes:',
    indent(securitySchemes, 4),
    '  schemas:',
    indent(schemas, 4),
  ].join('\n');
}

function indent(text: string, by: number): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const least = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => ' '.repeat(by) + line.slice(least)).join('\n');
}

export function operationsOf(service: string, content: string): readonly Operation[] {
  const read = readDocument({ files: [{ path: 'api.yaml', content }], entry: 'api.yaml' });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  const { operations, problems } = readOperations(read.value, {
    service,
    placement: { prefix: '', hosts: [], prefixUpstream: '' },
    validate: { request: false, response: false },
    upstream: { targets: [] },
    limits: DEFAULT_LIMITS,
    forwardHeaders: [],
    forwardsAuthorization: true,
    rest: restOptions(undefined),
  });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  return operations;
}

export function httpSource(parts: Parts, settings?: GraphSource['settings'], name = 'api'): GraphSource {
  return { name, operations: operationsOf(name, documentOf(parts)), ...(settings && { settings }) };
}

export interface Shown {
  /** SDL of one type, descriptions left out; undefined if there is none. */
  type(name: string): string | undefined;
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
}

/** The schema as graphql-js reads it back, so that what is shown is also valid. */
export function show(sources: readonly GraphSource[]): Shown {
  const { graph, problems } = buildGraph(sources);
  const schema = buildASTSchema(typeDefinitions(graph));
  return {
    type: (name) => {
      const type = schema.getType(name);
      if (!isNamedType(type)) return undefined;
      const text = printType(type).replace(/^\s*"""[\s\S]*?"""\n/gm, '');
      return isInputObjectType(type) && type.isOneOf ? `@oneOf ${text}` : text;
    },
    names: [...graph.types.keys()],
    problems,
  };
}

/** A document with one read, `thing`, that answers the schema `Thing`. */
export function answering(schemas: string, version?: string): GraphSource {
  return httpSource({
    ...(version !== undefined && { version }),
    schemas,
    paths: `
      /thing:
        get:
          operationId: thing
          responses:
            "200":
              description: it
              content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } }
    `,
  });
}

/** A document with one write, `put`, that takes the schema `Thing`. */
export function taking(schemas: string, version?: string): GraphSource {
  return httpSource({
    ...(version !== undefined && { version }),
    schemas,
    paths: `
      /thing:
        post:
          operationId: put
          requestBody:
            required: true
            content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } }
          responses: { "204": { description: done } }
    `,
  });
}

/** The type of a property `it` of Thing, in answers. */
export function outputOf(schema: string, { required = true, version = '3.1.0', others = '' } = {}): string {
  const text = show([
    answering(
      `Thing: { type: object, ${required ? 'required: [it], ' : ''}properties: { it: ${schema} } }\n${others}`,
      version,
    ),
  ]).type('Thing');
  return /it: (.*)/.exec(text ?? '')?.[1] ?? 'absent';
}

/** The same in requests. */
export function inputOf(schema: string, { required = true, version = '3.1.0', others = '' } = {}): string {
  const text = show([
    taking(
      `Thing: { type: object, ${required ? 'required: [it], ' : ''}properties: { it: ${schema} } }\n${others}`,
      version,
    ),
  ]).type('ThingInput');
  return /it: (.*)/.exec(text ?? '')?.[1] ?? 'absent';
}
