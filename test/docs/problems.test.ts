// docs/problems.md against the closed list of error types and the one table of statuses.
import { describe, expect, test } from '@jest/globals';
import type { Code } from '../../core/code.ts';
import { CODES } from '../../core/code.ts';
import { ERROR_TYPES } from '../../core/error.ts';
import { errorTitle, httpStatus, outwardCode } from '../../translators/errors/table.ts';
import { read, repositoryFiles, sections } from './markdown.ts';

const documented = new Map(
  sections(read('docs/problems.md'), 3).map(({ title, text }) => [title.replaceAll('`', ''), text.trim()]),
);

/** Types whose code is chosen where no literal pair of code and type stands. */
const CHOSEN: readonly (readonly [type: string, code: Code])[] = [
  // registry.ts: one refusal, two types.
  ['source-refused', 'invalid_argument'],
  ['route-conflict', 'already_exists'],
  // A status of 14 that the transport made itself.
  ['upstream-unreachable', 'unavailable'],
];

/** Codes by type, as the product throws them. */
function thrownCodes(): Map<string, Set<Code>> {
  const codes = new Map<string, Set<Code>>();
  const add = (type: string, code: Code): void => {
    codes.set(type, (codes.get(type) ?? new Set()).add(code));
  };
  for (const code of CODES) add(code.replaceAll('_', '-'), code);
  for (const [type, code] of CHOSEN) add(type, code);
  for (const path of repositoryFiles()) {
    if (!/^(core|schema|translators|policies|backends|registry|gateway)\/.*\.ts$/.test(path)) continue;
    for (const after of read(path).split('new GatewayError(').slice(1)) {
      const thrown = after.slice(0, endOfArguments(after));
      const [, code] = /^\s*'([a-z_]+)'/.exec(thrown) ?? [];
      const [, type] = /\btype: '([a-z-]+)'/.exec(thrown) ?? [];
      const known = CODES.find((candidate) => candidate === code);
      if (known !== undefined && type !== undefined) add(type, known);
    }
  }
  return codes;
}

/** Index of the parenthesis that closes a call; those inside of messages come in pairs. */
function endOfArguments(text: string): number {
  let depth = 1;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth += 1;
    if (text[index] === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return text.length;
}

const codes = thrownCodes();

/** @throws Error if the product throws a type with several codes, or never. */
function codeOf(type: string): Code {
  const [code, ...others] = codes.get(type) ?? [];
  if (code === undefined || others.length > 0) {
    throw new Error(`${type} is thrown with the codes [${[...(codes.get(type) ?? [])].join(', ')}]`);
  }
  return code;
}

describe('docs/problems.md', () => {
  test('has a heading for every error type and for nothing else, in their order', () => {
    expect([...documented.keys()]).toEqual([...ERROR_TYPES]);
  });

  test.each([...ERROR_TYPES])(
    '%s has the status, code and title of the table, and says when and what to do',
    (type) => {
      const code = codeOf(type);
      const head = `**${httpStatus({ code, type })} ${outwardCode(code)}** · ${errorTitle({ code, type })}\\`;
      const [first, ...rest] = (documented.get(type) ?? '').split('\n');
      expect(first).toBe(head);
      expect(rest.join('\n')).toMatch(/^\*\*When\*\* \S[\s\S]+\\\n\*\*Do\*\* \S[\s\S]+\.$/);
    },
  );
});
