// Jest reporter: the end of a run says why it failed, its last line in one plain sentence how many tests passed.
// Jest itself tells of a failure where it happens, and of a long log often only the end is kept.
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Of Jest's AggregatedResult, what is told here. */
export interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly testFilePath: string;
    /** Of a file that could not be run, or of everything in it that failed. */
    readonly failureMessage?: string | null;
    readonly testResults: readonly {
      readonly fullName: string;
      readonly status: string;
      /** Stacks, which begin with the message; one for each error. */
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** A failure that prints megabytes must not push the others out, nor many failures the first of them. */
const MOST_LINES = 50;
const MOST_CHARACTERS = 5_000;
const MOST_IN_FULL = 20;
const LINES_OF_OTHERS = 3;
const AS_ABOVE = 'as above';

export default class ClosingLines {
  onRunComplete(_contexts: unknown, results: Results): void {
    // Jest's own summary is written by a reporter that is always the last.
    setImmediate(() => process.stdout.write(closingLines(results)));
  }
}

/** Every failed test with its message and stack, then the sentence. */
export function closingLines(results: Results, root = process.cwd()): string {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = results;
  // A file that failed to load holds tests nobody counted; it must not look like success.
  const failed = Math.max(numFailedTests, numFailedTestSuites);
  let count = 0;
  const failures = failuresOf(results, root).map(({ title, text }) => {
    if (text === AS_ABOVE) return `FAILED ${title}: ${text}\n`;
    const index = count++;
    return `\nFAILED ${title}\n${shortened(text, index < MOST_IN_FULL ? MOST_LINES : LINES_OF_OTHERS)}\n`;
  });
  return `${failures.join('')}\n${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped\n`;
}

interface Failure {
  readonly title: string;
  readonly text: string;
}

function failuresOf({ testResults }: Results, root: string): readonly Failure[] {
  return testResults.flatMap(({ testFilePath, failureMessage, testResults: tests }) => {
    const file = relative(root, testFilePath);
    const failed = tests.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return failureMessage ? [{ title: file, text: failureMessage }] : [];
    // What fails before all tests of a file is the same for each of them.
    const told = new Set<string>();
    return failed.map(({ fullName, failureMessages }) => {
      const text = failureMessages.join('\n');
      const isTold = told.has(text);
      told.add(text);
      return { title: `${file} › ${fullName}`, text: isTold ? AS_ABOVE : text };
    });
  });
}

function shortened(text: string, mostLines: number): string {
  const plain = stripVTControlCharacters(text.slice(0, 2 * MOST_CHARACTERS)).slice(0, MOST_CHARACTERS);
  // Frames of the runner say nothing of the fault.
  const lines = plain.split('\n').filter((line) => !/^\s+at .*node_modules\/(?:jest|@jest)/.test(line));
  const kept = lines.slice(0, mostLines).map((line) => (line === '' ? line : `  ${line}`));
  const isWhole = kept.length === lines.length && text.length < MOST_CHARACTERS;
  return [...kept, ...(isWhole ? [] : ['  …'])].join('\n');
}
