// The whole document of the demo services, reviewed by eye and held to the published schema and a linter.
// To write the golden file anew: UPDATE_GOLDEN=1 npm run test:only -- test/document/demo.test.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { demoDocument } from './demo-document.ts';
import { faultsOf, lintRemarks } from './validators.ts';

const GOLDEN = join(import.meta.dirname, 'golden/demo.golden.json');

const document = await demoDocument();

describe('the document of the demo services', () => {
  test('is the golden file', () => {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, text);
    expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  test('is an OpenAPI document by the published schema, its schemas are JSON Schema, nothing refers to nothing', () => {
    expect(faultsOf(document)).toEqual([]);
  });

  test('has nothing that the recommended rules of Redocly remark', async () => {
    expect(await lintRemarks(document)).toEqual([]);
  });

  test('is the same each time', async () => {
    expect(JSON.stringify(await demoDocument())).toBe(JSON.stringify(document));
  });
});

describe('the judges', () => {
  test('see what is no OpenAPI document', () => {
    expect(faultsOf({ ...document, paths: { 'no-slash': {} } })).not.toEqual([]);
    expect(faultsOf({ ...document, components: {} })).toContain('nothing at #/components/schemas/Book');
    expect(faultsOf({ ...document, components: { schemas: { A: { type: 'text' } } } })).toContainEqual(
      expect.stringMatching(/^A: /),
    );
  });

  test('see what is bad style', async () => {
    const remarks = await lintRemarks({ ...document, servers: [] });
    expect(remarks).toContainEqual(expect.stringMatching(/^no-empty-servers: /));
  });
});
