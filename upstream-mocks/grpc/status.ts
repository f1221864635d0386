// How a gRPC mock says no: a status with message and google.rpc details in `grpc-status-details-bin`.
import { Metadata, status } from '@grpc/grpc-js';
import { type Detail, encodeStatus } from './details.ts';

export interface MockStatusOptions {
  readonly details?: readonly Detail[];
  /** Code inside the details, when it shall contradict the status. */
  readonly codeInDetails?: number;
}

/** Thrown by handlers; grpc-js sends code, details and metadata of what it is given. */
export class MockStatus extends Error {
  override readonly name = 'MockStatus';
  readonly code: number;
  /** grpc-js's word for the message on the wire. */
  readonly details: string;
  readonly metadata: Metadata;

  constructor(code: number, message: string, options: MockStatusOptions = {}) {
    super(message);
    this.code = code;
    this.details = message;
    this.metadata = new Metadata();
    if (options.details !== undefined && options.details.length > 0) {
      const bytes = encodeStatus(options.codeInDetails ?? code, message, options.details);
      this.metadata.set('grpc-status-details-bin', bytes);
    }
  }
}

/** A status by its name (`NOT_FOUND`) or number; undefined if it is none, or OK, which is no failure. */
export function findStatusCode(text: string): number | undefined {
  const named = Object.entries(status).find(([name]) => name === text.toUpperCase())?.[1];
  const code = typeof named === 'number' ? named : Number.parseInt(text, 10);
  return code >= 1 && code <= 999 && (named !== undefined || /^\d{1,3}$/.test(text)) ? code : undefined;
}
