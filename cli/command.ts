// What a command of `dragoman` is: its name, its words of help, its options and what it does.
import type { Problem } from '../core/problem.ts';
import type { Terminal } from './terminal.ts';

export interface OptionSpec {
  /** Without dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands behind it, such as `FILE`; an option without it is a switch. */
  readonly value?: string;
  readonly isRepeatable?: boolean;
  readonly summary: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What follows `dragoman` in the usage line. */
  readonly usage: string;
  /** Positional arguments by name, all required. */
  readonly positionals?: readonly string[];
  readonly options?: readonly OptionSpec[];
  /** Options of the contract that this version does not serve yet. */
  readonly notServed?: readonly string[];
  /** Lines after the options in the help: what to know, and examples. */
  readonly notes?: string;
  run(context: CommandContext): Promise<ExitCode>;
}

/** 0 done or no differences, 1 error, 2 differences or refused as breaking. */
export type ExitCode = 0 | 1 | 2;

export type OutputFormat = 'table' | 'json' | 'yaml';

export interface CommandContext {
  readonly terminal: Terminal;
  readonly args: ParsedArguments;
  readonly format: OutputFormat;
  /** Base URL of the admin API and the token to show there. */
  readonly admin: { readonly url: string; readonly token: string | undefined };
}

/** Options and positionals of one call, checked against the command's specs. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  has(option: string): boolean;
  /** The last value of an option. */
  get(option: string): string | undefined;
  getAll(option: string): readonly string[];
}

/** A wrong command line, or a task that failed for a reason its caller can mend: printed without a stack, exit 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;

  constructor(message: string, { problems = [], exitCode = 1 }: CommandErrorOptions = {}) {
    super(message);
    this.problems = problems;
    this.exitCode = exitCode;
  }
}

interface CommandErrorOptions {
  readonly problems?: readonly Problem[];
  readonly exitCode?: ExitCode;
}
