// Spreads requests over the targets of an upstream, past those that cannot be reached: a request of which nothing has been
// sent goes to another target, whatever it is, and who could not be connected to is left in peace for a while.
import { balance, type Weighted } from '../balance.ts';
import {
  ExchangeFault,
  type ExchangeRequest,
  type ExchangeResponse,
  type HttpTransport,
  NoConnection,
} from './http-transport.ts';

/** Sends a request to a target that is chosen for it. */
export type Send = (request: ExchangeRequest) => Promise<ExchangeResponse>;

/** Nobody waits for more than so many targets. security reference, section 8.8. */
const MAX_TARGETS = 3;
/** Others are asked first for so long; then one request tries again. */
const REST_MS = 10_000;

interface Member {
  readonly transport: HttpTransport;
  restsUntil: number;
}

/** `targets` must not be empty. */
export function sendToOneOf(
  targets: readonly Weighted<HttpTransport>[],
  now = () => performance.now(),
): Send {
  const members = targets.map(({ item, weight }) => ({ item: { transport: item, restsUntil: 0 }, weight }));
  const pick = balance<Member>(members);
  if (targets.length === 1) return (request) => pick().transport.exchange(request);
  /** By turns, so that what is left of the others takes over by weight. */
  const choose = (asked: ReadonlySet<Member>): Member | undefined => {
    let member = pick();
    const mayServe = (one: Member): boolean =>
      !asked.has(one) && (one.restsUntil === 0 || now() >= one.restsUntil);
    for (let turn = 1; turn < 2 * members.length && !mayServe(member); turn += 1) member = pick();
    if (mayServe(member)) return member;
    const rest = members.map(({ item }) => item).filter((one) => !asked.has(one));
    // Where all rest, the one that has rested longest.
    return rest.find(mayServe) ?? rest.sort((one, other) => one.restsUntil - other.restsUntil)[0];
  };
  const next = (asked: ReadonlySet<Member>): Member | undefined => {
    const member = choose(asked);
    // Until it is known what becomes of the one that tries, nobody else does: each might wait as long for nothing.
    if (member !== undefined && member.restsUntil !== 0) member.restsUntil = now() + REST_MS;
    return member;
  };
  return async (request) => {
    const asked = new Set<Member>();
    for (let member = next(asked) ?? pick(); ; ) {
      try {
        const answer = await member.transport.exchange(request);
        member.restsUntil = 0;
        return answer;
      } catch (error) {
        if (error instanceof NoConnection) member.restsUntil = now() + REST_MS;
        else if (error instanceof ExchangeFault) member.restsUntil = 0;
        if (!isUnsent(error)) throw error;
        asked.add(member);
        const other = asked.size < MAX_TARGETS && !request.signal.aborted ? next(asked) : undefined;
        if (other === undefined) throw error;
        member = other;
      }
    }
  };
}

/** Nothing of the request has left. */
function isUnsent(error: unknown): boolean {
  return error instanceof NoConnection || (error instanceof ExchangeFault && error.kind === 'busy');
}
