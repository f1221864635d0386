// Documents of real APIs: judged by the published schema and the linter, and each declared binding is in them.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { DEFAULT_LIMITS } from '../../core/operation.ts';
import { assembleDocument } from '../../schema/document/assemble.ts';
import type { DocumentPart } from '../../schema/document/document-part.ts';
import { protoPart } from '../../schema/document/proto-part.ts';
import { readOperations } from '../../schema/proto/read-operations.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { compileOracle } from '../real-input/oracle.ts';
import { REAL_APIS, serviceFiles } from '../real-input/packages.ts';
import { routesOf } from './documents.ts';
import { faultsOf, lintRemarks } from './validators.ts';

const oracle = await compileOracle();
const parts = new Map<string, DocumentPart>();

beforeAll(() => {
  for (const api of REAL_APIS) {
    const { operations } = readOperations({
      service: api.name,
      files: oracle.types,
      entry: serviceFiles(api),
      upstream: { targets: [] },
      limits: DEFAULT_LIMITS,
      forwardHeaders: [],
      codecs: createCodec,
    });
    parts.set(api.name, protoPart({ name: api.name, operations }));
  }
});

function documentOf(names: readonly string[]): JsonObject {
  const own = names.flatMap((name) => parts.get(name) ?? []);
  return assembleDocument(own, { title: 'Real', version: '1' });
}

describe.each(REAL_APIS)('$name', (api) => {
  test('is an OpenAPI document', () => {
    expect(faultsOf(documentOf([api.name]))).toEqual([]);
  });

  test('has every declared binding', () => {
    const declared = oracle.bindingsOf(api).filter(({ origin }) => origin !== 'automatic');
    expect(declared).toHaveLength(api.bindings);
    // Templates without the names and forms of their variables, as they are without the names of parameters.
    const expected = declared.map(({ verb, template }) => `${verb.toLowerCase()} ${shapeOf(template)}`);
    const listed = routesOf(documentOf([api.name])).map((route) => route.replace(/\{[^}]*\}/g, '{}'));
    expect([...new Set(expected)].filter((route) => !listed.includes(route))).toEqual([]);
  });
});

/** `/v1/{name=projects/*\/topics/*}` → `/v1/projects/{}/topics/{}` */
function shapeOf(template: string): string {
  return template
    .replace(/\{([^}=]*)(?:=([^}]*))?\}/g, (_all, _name, form = '*') => form)
    .replace(/\*\*?/g, '{}');
}

test('all together are one document', () => {
  expect(faultsOf(documentOf(REAL_APIS.map(({ name }) => name)))).toEqual([]);
});

test('all together have no remarks of the linter but on what the sources themselves are like', async () => {
  const remarks = await lintRemarks(documentOf(REAL_APIS.map(({ name }) => name)));
  const rules = new Set(remarks.map((remark) => remark.slice(0, remark.indexOf(':'))));
  // `/v1/{name=**}` beside `/v1/projects/{project}`: the gateway tells them apart, OpenAPI does not.
  // And these descriptors come without comments.
  const expected = ['no-ambiguous-paths', 'tag-description'];
  expect([...rules].filter((rule) => !expected.includes(rule))).toEqual([]);
});
