// What stands at the end of a log, where somebody looks who has no more of it.
import { describe, expect, test } from '@jest/globals';
import { closingLines, type Results } from './closing-lines.ts';

const NOTHING: Results = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numFailedTestSuites: 0,
  testResults: [
    { testFilePath: '/r/test/a.test.ts', failureMessage: null, testResults: [passed('a')] },
    { testFilePath: '/r/test/b.test.ts', testResults: [passed('b'), { ...passed('c'), status: 'pending' }] },
  ],
};

function passed(fullName: string) {
  return { fullName, status: 'passed', failureMessages: [] as readonly string[] };
}

function failed(fullName: string, ...failureMessages: readonly string[]) {
  return { fullName, status: 'failed', failureMessages };
}

function withFailures(...tests: readonly ReturnType<typeof failed>[]): string {
  const suite = {
    testFilePath: '/r/test/x/y.test.ts',
    failureMessage: 'all of it',
    testResults: [passed('p'), ...tests],
  };
  const results = { ...NOTHING, numFailedTests: tests.length, numFailedTestSuites: 1, testResults: [suite] };
  return closingLines(results, '/r');
}

test('a run without failures ends with the sentence alone', () => {
  expect(closingLines(NOTHING, '/r')).toBe('\n3 passed, 0 failed, 1 skipped\n');
});

test('a failed test is told with its file, name, message and stack, without frames of the runner and colours', () => {
  const stack = [
    'RangeError: \u001b[31mMaximum\u001b[39m call stack size exceeded',
    '    at scan (/r/a.ts:1:2)',
    '    at run (/r/node_modules/jest-circus/build/index.js:1:1)',
  ].join('\n');
  expect(withFailures(failed('reads › digits', stack))).toBe(
    `
FAILED test/x/y.test.ts › reads › digits
  RangeError: Maximum call stack size exceeded
      at scan (/r/a.ts:1:2)

3 passed, 1 failed, 1 skipped
`,
  );
});

test('every error of a test is told', () => {
  const text = withFailures(failed('both', 'Error: first', 'Error: of afterEach'));
  expect(text).toContain('  Error: first\n  Error: of afterEach\n');
});

test('a file that could not be run is told with why, and counts as a failure', () => {
  const testResults = [
    { testFilePath: '/r/test/z.test.ts', failureMessage: 'Cannot find module', testResults: [] },
  ];
  expect(closingLines({ ...NOTHING, numFailedTestSuites: 1, testResults }, '/r')).toBe(
    '\nFAILED test/z.test.ts\n  Cannot find module\n\n3 passed, 1 failed, 1 skipped\n',
  );
});

describe('what is long is shortened', () => {
  test.each([
    ['a message of one line', 'x'.repeat(10_000_000)],
    ['a message of many lines', 'x\n'.repeat(5_000_000)],
    ['one full of colours', '\u001b[31m'.repeat(1_000_000)],
  ])('%s', (_what, message) => {
    const text = withFailures(failed('long', message));
    expect(text.length).toBeLessThan(6_000);
    expect(text).toMatch(/ {2}…\n\n3 passed, 1 failed, 1 skipped\n$/);
  });

  test('what fails before all tests of a file is told once', () => {
    const text = withFailures(failed('a', 'Error: x\n  at y'), failed('b', 'Error: x\n  at y'));
    expect(text.match(/Error: x/g)).toHaveLength(1);
    expect(text).toContain('\nFAILED test/x/y.test.ts › b: as above\n');
  });

  test('of many failures the first twenty are told in full, the others by their first lines', () => {
    const message = Array.from({ length: 10 }, (_, line) => `line ${line}`).join('\n');
    const text = withFailures(
      ...Array.from({ length: 22 }, (_, index) => failed(`t${index}`, `${index}\n${message}`)),
    );
    expect(text.match(/line 9\n/g)).toHaveLength(20);
    expect(text.match(/line 1\n {2}…\n/g)).toHaveLength(2);
    expect(text).toContain('FAILED test/x/y.test.ts › t21\n');
  });
});
