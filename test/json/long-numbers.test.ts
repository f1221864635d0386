// Numbers and base64 as long as a body may be, where patterns keep no step for free: V8 compiles them so once a process
// has compiled much else, and what a pattern remembers of each character then outgrows its stack.
import { setFlagsFromString } from 'node:v8';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isDecimalInteger, isJsonNumber, numberEnd } from '../../core/json-number.ts';
import { exactInteger } from '../../translators/json/integers.ts';
import { scanJson } from '../../translators/json/scan.ts';
import { readUnambiguous } from '../../translators/json/unambiguous.ts';

const SIZE = 4 * 1024 * 1024;

beforeAll(() => setFlagsFromString('--no-regexp-optimization'));
afterAll(() => setFlagsFromString('--regexp-optimization'));

test('a pattern like that of a number throws', () => {
  expect(() => /(?:\.[0-9]+)?(?:[eE][0-9]+)?$/.test(`.${'0'.repeat(SIZE)}`)).toThrow(RangeError);
});

describe('numbers of four mebibytes', () => {
  const zeros = '0'.repeat(SIZE);
  test.each([
    ['an integer', `1${zeros}`, undefined],
    ['a fraction', `1.${zeros}`, '1'],
    ['a fraction that is none', `1.${zeros}1`, undefined],
    ['an exponent', `1e${zeros}2`, '100'],
    ['a negative one', `-1.${zeros}`, '-1'],
  ])('%s', (_what, text, exact) => {
    expect([isJsonNumber(text), numberEnd(` ${text},`, 1)]).toEqual([true, text.length + 1]);
    expect(scanJson(text)).toEqual({ text });
    expect(exactInteger(text)).toBe(exact);
  });

  test('an integer in digits', () => {
    expect([isDecimalInteger(`-1${zeros}`), isDecimalInteger(`1${zeros}x`)]).toEqual([true, false]);
  });

  test.each([
    ['an exponent', `[1e${zeros}]`, ''],
    ['blanks behind an exponent', `[1e400${' '.repeat(SIZE)}]`, '/0'],
  ])('whether they can be read in two ways: %s', (_what, text) => {
    expect(readUnambiguous(text)).toHaveProperty('flaw.message', 'is beyond what a number can hold');
  });
});
