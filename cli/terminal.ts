// Where a command's words go, and how they look there: colour only on a terminal, control characters never.

/** What a command may touch of the outside; tests hand in their own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Colour and weight, per stream. */
  readonly outStyle: Style;
  readonly errStyle: Style;
}

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
}

export type Paint = (text: string) => string;

const plain: Paint = (text) => text;
const paint =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`;

export const PLAIN: Style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
const COLOURED: Style = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  red: paint(31, 39),
  green: paint(32, 39),
  yellow: paint(33, 39),
};

/** https://no-color.org: any value that is not empty switches colour off. */
export function styleOf(isTerminal: boolean, env: Terminal['env']): Style {
  const isOff = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return isTerminal && !isOff ? COLOURED : PLAIN;
}

export function processTerminal(): Terminal {
  const { env, stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    env,
    cwd: process.cwd(),
    outStyle: styleOf(stdout.isTTY === true, env),
    errStyle: styleOf(stderr.isTTY === true, env),
  };
}

/** Text of strangers (names, comments, answers) must not move the cursor or recolour the screen. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
