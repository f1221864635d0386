// An OpenAPI document in, what its operations are out, or every problem found. Pure: what it needs was sent along.
import type { HttpDocument, HttpOperation } from '../../core/http-operation.ts';
import { hasErrors, type Position, type Result } from '../../core/problem.ts';
import { settleAdjacent } from './adjacent-variables.ts';
import { basePath } from './base-path.ts';
import { checkCounts } from './check-counts.ts';
import { checkComponentNames } from './check-names.ts';
import { DEFAULT_DOCUMENT_LIMITS, type DocumentLimits } from './document-limits.ts';
import { nameOperations } from './name-operations.ts';
import { checkOfficialSchema } from './official-schema.ts';
import { type Place, textOf } from './place.ts';
import {
  type ReadResponse,
  readMediaTypes,
  readRequestBody,
  readResponses,
  readSwaggerBody,
} from './read-bodies.ts';
import { readHead, readSecurity } from './read-head.ts';
import { type LinkTargets, readLinks } from './read-links.ts';
import { parameterPlaces, readAccepted } from './read-parameters.ts';
import { type DeclaredOperation, readPaths } from './read-paths.ts';
import { SchemaReader, type SpecVersion } from './read-schema.ts';
import { readVariables } from './read-variables.ts';
import type { Reading } from './reading.ts';
import { type ParsedFile, Remarks } from './remarks.ts';
import { type DocumentFile, quote, SourceBundle } from './source-bundle.ts';

export interface DocumentSource {
  readonly files: readonly DocumentFile[];
  /** Path of the document itself; the others are what it refers to. */
  readonly entry: string;
}

/** An operation of a document, before it is one of a service. */
export interface DocumentOperation {
  /** operationId if it has one of its own, else method and path: `GET /pets/{petId}`. */
  readonly name: string;
  /** Base path and path: what clients know. */
  readonly path: string;
  /** Another operation may have the same path and method, and only the document tells them apart. */
  readonly sharesPath?: true;
  readonly description: string;
  readonly isDeprecated: boolean;
  readonly position: Position;
  readonly http: Omit<HttpOperation, 'forward' | 'validate'>;
}

export interface ReadDocument {
  readonly document: HttpDocument;
  readonly operations: readonly DocumentOperation[];
}

export function readDocument(
  { files, entry }: DocumentSource,
  limits: DocumentLimits = DEFAULT_DOCUMENT_LIMITS,
): Result<ReadDocument> {
  const length = files.reduce((sum, { content }) => sum + content.length, 0);
  if (files.length > limits.files || length > limits.textLength) {
    const message = `the source has ${files.length} files of ${length} characters; at most ${limits.files} of ${limits.textLength} are taken`;
    return { ok: false, problems: [{ severity: 'error', rule: 'too-large', message }] };
  }
  const remarks = new Remarks(limits.problems);
  const bundle = new SourceBundle(files, limits, remarks);
  const root = bundle.root(entry);
  const result = root === undefined ? undefined : new DocumentReader(root, bundle, remarks, limits).read();
  const problems = [...bundle.problems, ...remarks.problems(bundle.parsed)];
  if (root === undefined && !hasErrors(problems)) {
    const message = `the document ${quote(entry)} is not among the files that were sent`;
    problems.push({ severity: 'error', rule: 'source', message });
  }
  return result === undefined || hasErrors(problems)
    ? { ok: false, problems }
    : { ok: true, value: result, problems };
}

interface Defaults {
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
}

class DocumentReader {
  readonly #root: Place;
  readonly #bundle: SourceBundle;
  readonly #remarks: Remarks;
  readonly #limits: DocumentLimits;

  constructor(root: Place, bundle: SourceBundle, remarks: Remarks, limits: DocumentLimits) {
    this.#root = root;
    this.#bundle = bundle;
    this.#remarks = remarks;
    this.#limits = limits;
  }

  read(): ReadDocument | undefined {
    const root = this.#root;
    const version = this.#readVersion();
    if (version === undefined) return undefined;
    const components = version === '2.0' ? root.get('definitions') : root.get('components')?.get('schemas');
    if (!checkCounts(root, components, this.#limits, this.#remarks)) return undefined;
    this.#checkOfficially(version);
    const schemas = new SchemaReader(this.#bundle, this.#remarks, this.#limits, version);
    const reading: Reading = { version, bundle: this.#bundle, remarks: this.#remarks, schemas };
    schemas.addComponents(components);
    const declared = readPaths(reading, root);
    if (declared.length > this.#limits.operations) {
      const message = `there are ${declared.length} operations, more than ${this.#limits.operations}`;
      this.#remarks.error(root, 'too-large', message);
      return undefined;
    }
    if (declared.length === 0) {
      this.#remarks.error(
        root,
        'no-operations',
        'the document declares no operation to serve; it needs "paths"',
      );
      return undefined;
    }
    const document = readHead(reading, root, schemas);
    const operations = this.#readOperations(reading, declared, document);
    checkComponentNames(root, version, this.#remarks);
    schemas.remarkAll();
    return { document, operations };
  }

  #readVersion(): SpecVersion | undefined {
    const root = this.#root;
    const { openapi, swagger } = root.object ?? {};
    if (swagger === '2.0' || swagger === 2) return '2.0';
    const told = typeof openapi === 'string' || typeof openapi === 'number' ? String(openapi) : '';
    const version = (['3.0', '3.1', '3.2'] as const).find(
      (one) => told === one || told.startsWith(`${one}.`),
    );
    if (version !== undefined) return version;
    const found =
      told !== '' ? quote(told) : swagger === undefined ? 'neither' : `swagger ${quote(textOf(swagger))}`;
    const message = `a document begins with swagger: "2.0" or openapi: 3.0.x, 3.1.x or 3.2.x; found ${found}`;
    this.#remarks.error(root.get('openapi') ?? root.get('swagger') ?? root, 'openapi-version', message);
    return undefined;
  }

  #checkOfficially(version: SpecVersion): void {
    for (const { path, message } of checkOfficialSchema(version, this.#root.value)) {
      let place = this.#root;
      for (const key of path) place = place.get(key) ?? place;
      this.#remarks.warn(place, 'openapi-schema', message);
    }
  }

  #readOperations(
    reading: Reading,
    declared: readonly DeclaredOperation[],
    document: HttpDocument,
  ): DocumentOperation[] {
    const defaults: Defaults = {
      consumes: readMediaTypes(reading, this.#root.get('consumes')),
      produces: readMediaTypes(reading, this.#root.get('produces')),
    };
    const names = nameOperations(declared, this.#remarks);
    const security = readSecurity(this.#root.get('security'));
    return declared.map((one, index) => {
      const { place, pathItem, method, fixedQuery } = one;
      const places = parameterPlaces(reading, pathItem, place);
      const { path, parameters } = settleAdjacent(
        { path: one.path, parameters: readVariables(reading, one, places) },
        reading.schemas,
      );
      const consumes = place.get('consumes');
      const produces = place.get('produces');
      const responses = readResponses(
        reading,
        place,
        produces === undefined ? defaults.produces : readMediaTypes(reading, produces),
      );
      const base = basePath(reading, this.#root, pathItem, place);
      const accepts = readAccepted(reading, places);
      const description = place.text('description');
      return {
        name: names.list[index] ?? '',
        path: base + path,
        ...(one.sharesPath && { sharesPath: true as const }),
        description: description !== '' ? description : place.text('summary'),
        isDeprecated: place.flag('deprecated'),
        position: this.#positionOf(place),
        http: {
          method,
          upstreamPath: base + path + (fixedQuery === '' ? '' : `?${fixedQuery}`),
          parameters,
          requestBody:
            reading.version === '2.0'
              ? readSwaggerBody(
                  reading,
                  places,
                  consumes === undefined ? defaults.consumes : readMediaTypes(reading, consumes),
                )
              : readRequestBody(reading, place),
          responses: responses.map((response) => withLinks(reading, response, names)),
          ...(accepts.length > 0 && { accepts }),
          security: place.has('security') ? readSecurity(place.get('security')) : security,
          operationId: place.text('operationId') || undefined,
          summary: place.text('summary'),
          tags: (place.get('tags')?.items() ?? []).flatMap(({ value }) =>
            typeof value === 'string' ? value : [],
          ),
          document,
        },
      };
    });
  }

  #positionOf(place: Place): Position {
    const file = this.#bundle.parsed.get(place.file);
    return file === undefined ? { path: place.file } : { path: place.file, ...this.#lines(file, place) };
  }

  readonly #offsets = new Map<string, ReadonlyMap<string, number>>();

  /** All operations of a file are located at once: each time costs a walk through its text. */
  #lines(file: ParsedFile, place: Place) {
    let offsets = this.#offsets.get(place.file);
    if (offsets === undefined) {
      const root = this.#bundle.root(place.file);
      const items = (root?.get('paths')?.entries() ?? []).flatMap(([, item]) =>
        item.entries().map(([, one]) => one),
      );
      const found = file.locate(items.map(({ path }) => path));
      offsets = new Map(items.map((item, index) => [item.pointer, found[index] ?? 0]));
      this.#offsets.set(place.file, offsets);
    }
    const offset = offsets.get(place.pointer);
    return offset === undefined ? {} : file.findLine(offset);
  }
}

function withLinks(reading: Reading, { linksPlace, ...response }: ReadResponse, targets: LinkTargets) {
  return { ...response, links: readLinks(reading, linksPlace, targets) };
}
