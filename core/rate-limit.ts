// How often something may be called, as data: what is written (settings) and what is counted by (a limit).
// Source: security reference, section 5.

/**
 * What callers are told apart by: `address`, `consumer`, `route`, `operation`, `header.NAME` or `path.NAME`. What a
 * request does not have is its address instead: nobody gets rid of a limit by leaving something out.
 */
export type LimitKeyPart = string;

/** As written, in the configuration or to the admin API. */
export interface RateLimitSettings {
  /** Goes into headers, metrics and problems. Default: of the place where it is written. */
  readonly name?: string;
  /** Units in a window: calls, or what they cost. */
  readonly limit: number;
  readonly windowMs: number;
  /** Units that may come at once. Default: `limit`. */
  readonly burst?: number;
  /** Default: `consumer`. None: all callers share the limit. */
  readonly by?: readonly LimitKeyPart[];
  /** Counts and reports, and refuses nobody. */
  readonly shadow?: boolean;
}

/** One entry of `policies`. */
export interface PolicySettings {
  readonly rateLimit: RateLimitSettings;
}

export interface RateLimit {
  /** Under which its counts are kept: a limit that changes keeps them. */
  readonly id: string;
  readonly name: string;
  /** The service that has declared it; empty: the operator, for all. */
  readonly api: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly burst: number;
  readonly by: readonly LimitKeyPart[];
  readonly shadow: boolean;
}

/** Far more than anybody counts; with it every count stays an exact integer. */
export const MAX_LIMIT = 100_000_000;
/** Headers give windows in seconds. */
export const MIN_WINDOW_MS = 1000;
export const MAX_POLICIES = 20;
/** A text of structured fields (RFC 9651) without escapes. */
export const LIMIT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const LIMIT_KEY_PART =
  /^(address|consumer|route|operation|header\.[A-Za-z0-9-]{1,128}|path\.[A-Za-z0-9_.-]{1,128})$/;

export interface LimitPlace {
  /** The service, empty at top level. */
  readonly api: string;
  /** `package.Service/Method` where the limit is one operation's. */
  readonly operation?: string;
}

/** The limits of one list of policies. Names that nobody gave are `default`, `library`, `library-GetBook`, `…-2`. */
export function rateLimitsOf(policies: readonly PolicySettings[], place: LimitPlace): readonly RateLimit[] {
  const { api, operation } = place;
  const stem = [api === '' ? 'default' : api, ...(operation === undefined ? [] : [shortName(operation)])]
    .join('-')
    .slice(0, 60);
  return policies.map(({ rateLimit }, index) => {
    const { limit, windowMs, burst = limit, by = ['consumer'], shadow = false } = rateLimit;
    const name = rateLimit.name ?? (index === 0 ? stem : `${stem}-${index + 1}`);
    return {
      id: JSON.stringify([api, operation ?? null, name]),
      name,
      api,
      limit,
      windowMs,
      burst,
      by,
      shadow,
    };
  });
}

/** `GetBook`; of an operation that only has a route, `GET-pets-id`. */
function shortName(operation: string): string {
  const own = operation.includes(' ') ? operation : operation.slice(operation.lastIndexOf('/') + 1);
  return own.replaceAll(/[^A-Za-z0-9._]+/g, '-').replaceAll(/^-|-$/g, '');
}

/** A name that a list of policies has twice: clients and counts could not tell the two apart. */
export function repeatedName(policies: readonly PolicySettings[]): number | undefined {
  const names = rateLimitsOf(policies, { api: '' }).map(({ name }) => name);
  const index = names.findIndex((name, at) => names.indexOf(name) !== at);
  return index === -1 ? undefined : index;
}
