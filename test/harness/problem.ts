// Reads an answer as problem+json and checks what every problem must have (management reference, section 5.5).
import { expect } from '@jest/globals';
import type { Answer } from './http-client.ts';

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly requestId: string;
  readonly source: 'gateway' | 'upstream';
  readonly violations: readonly { readonly field: string; readonly description: string }[];
  readonly details: readonly Record<string, unknown>[];
  readonly problems?: readonly Record<string, unknown>[];
}

/** Fails the test unless the answer is a whole problem whose members agree with its head. */
export function problemOf(answer: Pick<Answer, 'status' | 'headers' | 'text'>): ProblemBody {
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const body = JSON.parse(answer.text) as ProblemBody;
  expect(body).toEqual(
    expect.objectContaining({
      type: expect.stringMatching(/^urn:dragoman:problem:[a-z-]+$/),
      title: expect.stringMatching(/./),
      status: answer.status,
      code: expect.stringMatching(/^[A-Z_]+$/),
      detail: expect.stringMatching(/./),
      instance: expect.any(String),
      requestId: answer.headers['x-request-id'],
      source: expect.stringMatching(/^(gateway|upstream)$/),
      violations: expect.any(Array),
      details: expect.any(Array),
    }),
  );
  expect(body.requestId).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  return body;
}
