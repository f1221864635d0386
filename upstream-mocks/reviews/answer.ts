// Answers of the HTTP mock before they are written, and its refusals.
import { STATUS_CODES } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is text. */
  readonly body?: object | string;
}

export interface WrongField {
  readonly pointer: string;
  readonly detail: string;
}

/** Thrown by handlers; written as application/problem+json. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly answer: Answer;

  constructor(status: number, detail: string, members: object = {}, headers: Record<string, string> = {}) {
    super(detail);
    const title = STATUS_CODES[status] ?? 'Unknown';
    this.answer = {
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
      body: { type: 'about:blank', title, status, detail, ...members },
    };
  }
}

/** Throws 422 with one entry per wrong field, unless there is none. */
export function refuseFields(fields: readonly (WrongField | false)[]): void {
  const errors = fields.filter((field) => field !== false);
  if (errors.length === 0) return;
  const detail = errors.map(({ pointer, detail: what }) => `${pointer} ${what}`).join('; ');
  throw new HttpProblem(422, detail, { errors });
}
