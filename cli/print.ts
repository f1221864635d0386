// How results, problems and failures are written: for people on a terminal, as one document for programs.
import { stringify } from 'yaml';
import { formatProblem, type Problem, sortProblems } from '../core/problem.ts';
import type { CommandError, OutputFormat } from './command.ts';
import { printable, type Style, type Terminal } from './terminal.ts';

/** A result as one document on standard output. */
export function printDocument(terminal: Terminal, format: 'json' | 'yaml', value: unknown): void {
  terminal.out(format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : stringify(value));
}

/** All problems, sorted, one line each, on standard error. */
export function printProblems(terminal: Terminal, problems: readonly Problem[]): void {
  for (const problem of sortProblems(problems)) {
    terminal.err(`${renderProblem(problem, terminal.errStyle)}\n`);
  }
}

/** `path:line:column: message (rule)`; what is no error says so before the rule. */
export function renderProblem(problem: Problem, style: Style): string {
  const line = printable(formatProblem(problem));
  if (problem.severity === 'error') return line;
  const label = problem.severity === 'warning' ? style.yellow('warning') : style.dim('note');
  return `${label} ${line}`;
}

/** Programs find a failure where they look for the result: on standard output, as one document. */
export function printFailure(terminal: Terminal, format: OutputFormat, error: CommandError): void {
  if (format !== 'table') {
    printDocument(terminal, format, { error: error.message, problems: sortProblems(error.problems) });
    return;
  }
  printProblems(terminal, error.problems);
  if (error.message !== '') {
    terminal.err(`${terminal.errStyle.red('error')}: ${printable(error.message)}\n`);
  }
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
