// docs/operations.md, docs/registration.md and docs/graphql.md against what the product counts and bounds.
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../core/operation.ts';
import { DEFAULT_GRAPHQL_LIMITS } from '../../gateway/graphql/limits.ts';
import { createMetrics } from '../../gateway/status/metrics.ts';
import { STATUS_PATHS } from '../../gateway/status/status-routes.ts';
import { DEFAULT_SOURCE_LIMITS } from '../../registry/compile/source-limits.ts';
import { DOCUMENT_RULES } from '../../schema/openapi/remarks.ts';
import { codeSpans, read, repositoryFiles, section, tableRows } from './markdown.ts';

const operations = read('docs/operations.md');
const registration = read('docs/registration.md');
const graphql = read('docs/graphql.md');

describe('docs/operations.md', () => {
  test('lists the metrics that /metrics shows, with type and labels', async () => {
    const metrics = createMetrics(() => 'none');
    const { text } = await metrics.render();
    const shown = [...text.matchAll(/^# TYPE (dragoman_\w+) (\w+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    const listed = tableRows(section(operations, 2, 'Metrics')).map(
      ([name = '', type = '']) => `${name.replaceAll('`', '')} ${type}`,
    );
    expect(listed.toSorted()).toEqual(shown.toSorted());
    expect(shown.length).toBeGreaterThan(0);
  });

  test('names the paths of the status port', () => {
    const health = codeSpans(section(operations, 2, 'Health'));
    expect([...health, '/metrics']).toEqual(expect.arrayContaining([...STATUS_PATHS]));
  });

  test('has the numbers that operations have by default', () => {
    const limits = section(operations, 2, 'Limits');
    const number = (what: string): string =>
      tableRows(limits).find(([name]) => name === what)?.[1] ?? `no row "${what}"`;
    expect(number('message each way, uncompressed')).toContain(mebibytes(DEFAULT_LIMITS.maxRequestBytes));
    expect(number('deadline of a unary call')).toBe(
      `${DEFAULT_LIMITS.defaultDeadlineMs / 1000} s, at most ${DEFAULT_LIMITS.maxDeadlineMs / 1000} s`,
    );
    expect(number('silence of a stream')).toBe(`${DEFAULT_LIMITS.streamIdleMs / 60_000} min`);
  });
});

describe('docs/registration.md', () => {
  test('has the numbers of what a source may hold', () => {
    const limits = DEFAULT_SOURCE_LIMITS;
    const rows = new Map(
      tableRows(section(registration, 2, 'What a source may hold')).map(([what = '', most = '']) => [
        what,
        most,
      ]),
    );
    const expected = new Map([
      ['text of all files, or bytes of a descriptor set', mebibytes(limits.sourceBytes)],
      ['files', count(limits.files)],
      ['path of a file', `${limits.pathBytes} bytes`],
      ['fields, methods', `${count(limits.fields)}; ${count(limits.methods)}`],
      ['messages within messages', count(limits.nesting)],
      ['one name', `${limits.nameBytes} bytes`],
      ['enum values, extensions', `${count(limits.enumValues)}; ${count(limits.extensions)}`],
      ['comments', `${limits.commentLength / 1024 / 1024} Mi characters`],
      ['compiled descriptor set', mebibytes(limits.descriptorBytes)],
      ['compiling', `${limits.compileMs / 1000} s, ${mebibytes(limits.compileMemoryBytes)}`],
      ['problems listed', `${count(limits.problems)}; the rest is counted`],
    ]);
    expect(new Map([...rows].filter(([what]) => what !== 'a route template'))).toEqual(expected);
  });

  test('lists the rules by which a registration is judged', () => {
    const listed = tableRows(section(registration, 2, 'Refusals'))
      .filter(([, severity = '']) => /error|warning|note/.test(severity))
      .flatMap(([rules = '']) => codeSpans(rules));
    const sources = repositoryFiles()
      .filter((path) => /^(registry|schema)\/.*\.ts$|^gateway\/graphql\/.*\.ts$/.test(path))
      .map(read)
      .join('\n');
    const used = [...sources.matchAll(/\b(?:rule: |fault\(|problem\(\s*)'([a-z-]+)'/g)].map(
      ([, rule = '']) => rule,
    );
    // Said at a start about what the registry holds, not about a registration; named in docs/operations.md.
    const atStart = ['left-out', 'stored-source'];
    const expected = new Set([...used.filter((rule) => !atStart.includes(rule)), ...DOCUMENT_RULES]);
    // Chosen between two in route-claims.ts; of two severities in http-notes.ts.
    for (const rule of ['route-conflict', 'route-shadowed', 'graphql-json']) expected.add(rule);
    expect([...new Set(listed)].sort()).toEqual([...expected].sort());
    expect(codeSpans(operations)).toEqual(expect.arrayContaining(atStart));
  });
});

describe('docs/graphql.md', () => {
  test('has the numbers by which documents are judged', () => {
    const limits = DEFAULT_GRAPHQL_LIMITS;
    const rows = new Map(
      tableRows(section(graphql, 2, 'Limits')).map(([what = '', most = '']) => [what, most] as const),
    );
    expect(rows.get('document')).toBe(`${limits.documentBytes / 1024} KiB, ${count(limits.tokens)} tokens`);
    expect(rows.get('depth')).toBe(count(limits.depth));
    expect(rows.get('root fields, aliases')).toBe(
      `${limits.rootFields}, ${limits.aliases}; fragments expanded`,
    );
    expect(rows.get('fragments, directives')).toBe(`${limits.fragments}, ${limits.directives}`);
    expect(rows.get('variables')).toBe(
      `${mebibytes(limits.variablesBytes)}, ${limits.variablesDepth} levels`,
    );
  });
});

function mebibytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
