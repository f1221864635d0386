// Where a service's calls go, as data. Channels, balancing and health are made from it in backends/.
import type { UpstreamCredential } from './upstream-credentials.ts';

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

/** How `http` and `https` targets are spoken to. What is absent is for the backend to choose. */
export interface HttpSettings {
  /**
   * True: HTTP/2 alone, by prior knowledge where there is no TLS. False: HTTP/1.1 alone. Absent: what an `https` target
   * chooses when it is offered both, and HTTP/1.1 in plaintext.
   */
  readonly http2?: boolean;
  /** For the connection, TLS included. */
  readonly connectMs?: number;
  /** Requests that one target has at a time; further ones wait. */
  readonly concurrency?: number;
}

export interface Upstream {
  readonly targets: readonly Target[];
  readonly tls?: UpstreamTls;
  /** Of services whose upstream speaks HTTP. */
  readonly http?: HttpSettings;
  /** What the gateway itself shows it, of services with an OpenAPI document. */
  readonly credentials?: readonly UpstreamCredential[];
}
