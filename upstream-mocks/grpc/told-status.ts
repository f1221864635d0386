// The failure that `x-mock-status`, `x-mock-message` and `x-mock-details` describe, as a gRPC status.
import { status } from '@grpc/grpc-js';
import { type Misbehaviour, MockHeaderError } from '../misbehaviour.ts';
import {
  badRequest,
  brokenDetail,
  type Detail,
  debugInfo,
  errorInfo,
  help,
  localizedMessage,
  preconditionFailure,
  quotaFailure,
  resourceInfo,
  retryInfo,
  unknownDetail,
} from './details.ts';
import { findStatusCode, MockStatus } from './status.ts';

const DOMAIN = 'mock.example.com';

/** What `x-mock-details` may name, several separated by commas. */
export const TOLD_DETAILS: ReadonlyMap<string, () => Detail> = new Map([
  ['error-info', () => errorInfo('TOLD_TO_FAIL', DOMAIN, { header: 'x-mock-status' })],
  ['bad-request', () => badRequest([{ field: 'book.page_count', description: 'must be positive' }])],
  ['retry-info', () => retryInfo(1, 500_000_000)],
  ['unknown-type', unknownDetail],
  ['broken', brokenDetail],
  ['debug-info', () => debugInfo(['at secret (/srv/secret.ts:1:1)'], 'secret host 10.0.0.1')],
  ['resource-info', () => resourceInfo('mock.example.com/Thing', 'things/t1', 'told to fail')],
  ['precondition-failure', () => preconditionFailure('TOLD', 'things/t1', 'told to fail')],
  ['quota-failure', () => quotaFailure('clientip:192.0.2.1', 'told to fail')],
  ['localized-message', () => localizedMessage('de-CH', 'Das ging nicht.')],
  ['help', () => help('What mocks can do', 'https://mock.example.com/help')],
]);

/** Beside the names above: the status inside the details contradicts the one outside. */
const WRONG_CODE = 'wrong-code';

/** @throws MockHeaderError if a status or detail is unknown. */
export function toldStatus({ status: told = '', message, details }: Misbehaviour): MockStatus {
  const code = findStatusCode(told);
  if (code === undefined) {
    throw new MockHeaderError('x-mock-status must be the name or number of a gRPC status other than OK');
  }
  const made = details
    .filter((name) => name !== WRONG_CODE)
    .map((name) => {
      const make = TOLD_DETAILS.get(name);
      if (make === undefined) {
        throw new MockHeaderError(
          `x-mock-details must be of: ${[...TOLD_DETAILS.keys(), WRONG_CODE].join(', ')}`,
        );
      }
      return make();
    });
  if (!details.includes(WRONG_CODE)) return new MockStatus(code, message, { details: made });
  const codeInDetails = code === status.DATA_LOSS ? status.ABORTED : status.DATA_LOSS;
  return new MockStatus(code, message, {
    details: made.length > 0 ? made : [errorInfo('WRONG_CODE', DOMAIN)],
    codeInDetails,
  });
}
