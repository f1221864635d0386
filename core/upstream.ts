// Where a service's calls go, as data. Channels, balancing and health are made from it in backends/.

export interface Target {
  /** As registered, such as `grpc://127.0.0.1:50051`. */
  readonly url: string;
  readonly scheme: 'grpc' | 'grpcs' | 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Share of calls relative to the other targets; a positive integer. */
  readonly weight: number;
}

/** How a `grpcs` or `https` target is verified. Absent: the system's certificate authorities. */
export interface UpstreamTls {
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** PEM client certificate and key, for mutual TLS. */
  readonly cert?: string;
  readonly key?: string;
  /** Name to verify and to send as SNI instead of the URL's host. */
  readonly serverName?: string;
}

export interface Upstream {
  readonly targets: readonly Target[];
  readonly tls?: UpstreamTls;
}
