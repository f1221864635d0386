// Where a call comes from, for policies that tell callers apart; made by a door, and only if a policy asks.

export interface CallOrigin {
  /** The client's, in the form that limits count by: IPv4, or the first 64 bits of IPv6. */
  readonly address: string;
  /** Method and template of the route, or the path of GraphQL. */
  readonly route: string | undefined;
  /** What the caller may do has been charged for the request as a whole, this call included. */
  readonly isCharged: boolean;
  /** `name` in lower case. */
  header(name: string): string | undefined;
  /** A variable of the route's path, decoded. */
  variable(name: string): string | undefined;
  /** Tells the client what is left. Refusals tell by themselves. */
  tell(notice: LimitNotice): void;
}

/** Values of the header fields of the same names (draft-ietf-httpapi-ratelimit-headers). */
export interface LimitNotice {
  /** `RateLimit-Policy` */
  readonly policies: string;
  /** `RateLimit` */
  readonly nearest: string;
}
