// Reads the folders of trusted documents: files become text, bound routes become aggregates, and what can be checked
// without knowing what is registered is checked.
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { GraphQLError, Kind, OperationTypeNode, parse, type SelectionSetNode } from 'graphql';
import { hasErrors, type Position, type Problem, type Result, sortProblems } from '../../core/problem.ts';
import {
  type Aggregate,
  type AggregateConfig,
  createAggregate,
  operationOf,
} from '../graphql/documents/aggregate.ts';
import type { TrustedDocument } from '../graphql/documents/persisted-documents.ts';
import type { DocumentFolder } from './gateway-config.ts';
import { FileFault, readFile } from './read-file.ts';

export interface ConfiguredDocuments {
  readonly trusted: readonly TrustedDocument[];
  readonly aggregates: readonly Aggregate[];
}

const MAX_DOCUMENTS = 5000;
const MAX_DOCUMENT_BYTES = 1024 * 1024;

/** All documents of the configuration, or every problem of every one of them. */
export async function readDocuments(
  folders: readonly DocumentFolder[],
): Promise<Result<ConfiguredDocuments>> {
  const problems: Problem[] = [];
  const trusted: TrustedDocument[] = [];
  const aggregates: Aggregate[] = [];
  for (const folder of folders) {
    const files = await readFolder(folder, problems);
    for (const [name, text] of files) {
      const path = shown(join(folder.folder, name));
      trusted.push({ path, text });
      problems.push(...syntaxProblems(path, text));
    }
    for (const config of folder.aggregates) {
      const text = files.get(config.document);
      const found = text === undefined ? [missingDocument(config, files)] : aggregateProblems(config, text);
      problems.push(...found);
      if (text !== undefined && found.length === 0) aggregates.push(createAggregate(config, text));
    }
  }
  const sorted = sortProblems(problems);
  return hasErrors(sorted)
    ? { ok: false, problems: sorted }
    : { ok: true, value: { trusted, aggregates }, problems: sorted };
}

/** Name below the folder → text. */
async function readFolder(
  { folder, position }: DocumentFolder,
  problems: Problem[],
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  let names: string[];
  try {
    const entries = await readdir(folder, { recursive: true });
    names = entries.filter((name) => name.endsWith('.graphql')).sort();
  } catch {
    problems.push(problem(position, 'file', `the folder ${shown(folder)} cannot be read`));
    return files;
  }
  if (names.length > MAX_DOCUMENTS) {
    problems.push(
      problem(position, 'file', `the folder has ${names.length} documents; ${MAX_DOCUMENTS} are allowed`),
    );
    return files;
  }
  for (const name of names) {
    try {
      files.set(name.replaceAll('\\', '/'), await readFile(join(folder, name), MAX_DOCUMENT_BYTES));
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      problems.push(problem({ path: shown(join(folder, name)) }, 'file', `this file ${error.message}`));
    }
  }
  return files;
}

function syntaxProblems(path: string, text: string): Problem[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { line, column } = error.locations?.[0] ?? {};
    const place = { path, ...(line !== undefined && { line }), ...(column !== undefined && { column }) };
    return [problem(place, 'graphql-syntax', error.message)];
  }
}

function missingDocument(
  { document, position }: AggregateConfig,
  files: ReadonlyMap<string, string>,
): Problem {
  const names = [...files.keys()].slice(0, 8).join(', ');
  const has = names === '' ? 'it holds none' : `it holds ${names}`;
  return problem(position, 'document', `the folder has no document ${document}; ${has}`);
}

/** Everything that can be told from the document alone. */
function aggregateProblems(config: AggregateConfig, text: string): Problem[] {
  const { position, document, method, variables, result, notFound } = config;
  const operation = operationOf(text, config.operation);
  const refuse = (message: string): Problem => problem(position, 'document', `${document}: ${message}`);
  if (operation === undefined) {
    return [
      refuse(
        config.operation === undefined
          ? 'it must have one operation, or "operation" must name one'
          : `it has no operation ${config.operation}`,
      ),
    ];
  }
  const problems: Problem[] = [];
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    problems.push(refuse('a subscription is no answer to a request'));
  if ((method === 'GET' || method === 'HEAD') && operation.operation === OperationTypeNode.MUTATION)
    problems.push(refuse(`a ${method} may only query; bind the mutation to a POST`));
  const declared = new Map(operation.variableDefinitions?.map((one) => [one.variable.name.value, one]));
  for (const name of variables.keys()) {
    if (!declared.has(name)) problems.push(refuse(`it declares no variable $${name}`));
  }
  for (const [name, { type, defaultValue }] of declared) {
    if (!variables.has(name) && type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined)
      problems.push(refuse(`nothing is said of its variable $${name}, which it needs`));
  }
  for (const [what, names] of [
    ['result', result],
    ['notFound', notFound ?? []],
  ] as const) {
    if (names.length > 0 && !isSelected(operation.selectionSet, names, fragmentsOf(text)))
      problems.push(refuse(`${what} is ${names.join('.')}, which it does not select`));
  }
  return problems;
}

function fragmentsOf(text: string): ReadonlyMap<string, SelectionSetNode> {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of parse(text).definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition.selectionSet);
  }
  return fragments;
}

/** Whether there are fields of these response names, one below the other. */
function isSelected(
  set: SelectionSetNode,
  [name, ...rest]: readonly string[],
  fragments: ReadonlyMap<string, SelectionSetNode>,
): boolean {
  const sets = [set];
  const seen = new Set<string>();
  for (const current of sets) {
    for (const selection of current.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) sets.push(selection.selectionSet);
      if (selection.kind === Kind.FRAGMENT_SPREAD && !seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) sets.push(fragment);
      }
      if (selection.kind !== Kind.FIELD || (selection.alias ?? selection.name).value !== name) continue;
      if (rest.length === 0) return true;
      if (selection.selectionSet !== undefined && isSelected(selection.selectionSet, rest, fragments))
        return true;
    }
  }
  return false;
}

function problem(place: Partial<Position>, rule: string, message: string): Problem {
  return { severity: 'error', rule, message, ...place };
}

function shown(path: string): string {
  const inner = relative(process.cwd(), path);
  return inner.startsWith('..') ? path : inner;
}
