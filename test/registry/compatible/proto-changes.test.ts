// What a changed proto means for clients. Expectations are in rows.ts; buf and graphql-js judge beside us.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { findBufBinary } from '../../../registry/compile/buf-binary.ts';
import type { Difference } from '../../../schema/compatible/difference.ts';
import { compare, definitionOf, line } from './compare.ts';
import { expectedOf, filesOf, ROWS } from './rows.ts';

let found: readonly Difference[];

beforeAll(async () => {
  found = await compare(definitionOf(filesOf('before')), definitionOf(filesOf('after')));
});

/** Of one row: everything in it has its number. */
const ofRow = (index: number): readonly Difference[] => {
  const mark = new RegExp(`row${index}(?![0-9])`, 'i');
  return found.filter(({ path }) => mark.test(path));
};

describe('clients are told that', () => {
  test.each(ROWS.map(({ name }, index) => [name, index] as const))('%s', (_name, index) => {
    const told = ofRow(index).filter(({ severity, door }) => severity !== 'safe' || door === 'rest');
    expect([...new Set(told.map(line))].sort()).toEqual(expectedOf(index));
  });

  test('everything belongs to a row', () => {
    expect(
      found.filter((_one, at) => !ROWS.some((_row, index) => ofRow(index).includes(found[at] as Difference))),
    ).toEqual([]);
  });
});

describe('what is told of a difference', () => {
  const told = (name: string, rule: string): Difference | undefined =>
    ofRow(ROWS.findIndex((row) => row.name === name)).find((one) => one.rule === rule && one.door === 'rest');

  test('names what was, what is and what that means', () => {
    expect(told('int32 becomes int64', 'field-type')).toMatchObject({
      before: 'int32',
      after: 'int64',
      message: 'was int32, is int64: a JSON number becomes text',
    });
  });

  test('names the declared routes that lead there', () => {
    const index = ROWS.findIndex(({ name }) => name.startsWith('deep below'));
    expect(told('deep below, and in a circle', 'field-type')).toMatchObject({
      seenIn: [`GET /row${index}`],
      seenInMore: 0,
    });
  });

  test('names an automatic route where no other leads', () => {
    const name = 'the variable of a route is called otherwise in the rule, and the field with it';
    const index = ROWS.findIndex((row) => row.name === name);
    expect(told(name, 'field-renamed')?.seenIn).toEqual([
      `POST /row${index}.v1.Row${index}Lib/ReadRow${index}`,
    ]);
  });

  test('says where a method has gone', () => {
    const index = ROWS.findIndex(({ name }) => name === 'a route is moved');
    expect(told('a route is moved', 'route-removed')?.message).toBe(
      `the route is gone; ReadRow${index} has GET /row${index}/new now`,
    );
  });
});

test('the gravest come first', () => {
  const ranks = found.map(({ severity }) => ['breaking', 'dangerous', 'safe'].indexOf(severity));
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
});

describe('buf', () => {
  test('finds nothing breaking for JSON and wire of which we say nothing', () => {
    const missed = [...breakingByBuf()].filter((file) => {
      const index = Number(/row(\d+)\.proto/.exec(file)?.[1]);
      const isTold = ofRow(index).some(({ severity }) => severity !== 'safe');
      return !isTold && ROWS[index]?.unseen === undefined;
    });
    expect(missed).toEqual([]);
  });

  test('finds what most rows are about, so that it is an oracle', () => {
    expect(breakingByBuf().size).toBeGreaterThan(20);
  });
});

/** Files in which buf finds something, by its rules WIRE_JSON. */
function breakingByBuf(): ReadonlySet<string> {
  const binary = findBufBinary();
  if (!binary.ok) throw new Error('buf is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-breaking-'));
  try {
    for (const side of ['before', 'after'] as const) {
      mkdirSync(join(folder, side));
      cpSync(new URL('../../../protos/google', import.meta.url), join(folder, side, 'google'), {
        recursive: true,
      });
      for (const { path, content } of filesOf(side)) writeFileSync(join(folder, side, path), content);
    }
    const config = JSON.stringify({ version: 'v2', breaking: { use: ['WIRE_JSON'] } });
    const args = [
      'breaking',
      join(folder, 'after'),
      '--against',
      join(folder, 'before'),
      '--error-format',
      'json',
      '--config',
      config,
    ];
    const lines = outputOf(binary.value, args, folder)
      .split('\n')
      .filter((text) => text !== '');
    return new Set(
      lines.map((text) => String(JSON.parse(text).path)).map((path) => path.slice(path.lastIndexOf('/') + 1)),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** It exits with 100 when it has found something. */
function outputOf(program: string, args: readonly string[], home: string): string {
  try {
    return execFileSync(program, args, { env: { ...process.env, HOME: home }, encoding: 'utf8' });
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: string };
    if (status === 100 && stdout !== undefined) return stdout;
    throw error;
  }
}
