// Which headers of a client go upstream, and under which name. Nothing passes that is not listed.
// Source: transcoding reference, section 10; security reference, section 4.
import type { IncomingHttpHeaders } from 'node:http';
import type { Metadata, MetadataEntry } from '../../core/metadata.ts';
import type { Operation } from '../../core/operation.ts';
import { FORWARDED_BY_DEFAULT, forwardRules } from './forward-rules.ts';

/** What the gateway itself knows of the request and tells the upstream. */
export interface RequestFacts {
  readonly requestId: string;
  readonly forwarded: Forwarded;
  /** Told of each header that would go upstream but cannot be metadata: its name, or one of its values, is none. */
  readonly onDropped?: () => void;
}

/** Which way a request came, as X-Forwarded-* and Forwarded tell it. */
export interface Forwarded {
  /** Addresses from the client to the peer, separated by commas. */
  readonly for: string;
  readonly host: string;
  readonly proto: 'http' | 'https';
  /** The same as `Forwarded` (RFC 7239), where the installation speaks it. */
  readonly field?: string;
}

/** What a service chose of this; an Operation holds it. */
type ForwardRules = Pick<Operation, 'forwardHeaders' | 'forwardsAuthorization'>;

/** The same with what the document of an HTTP service adds. */
export interface MetadataRules extends ForwardRules {
  /** Lower-case names with underscores, which pass only if they are declared. */
  readonly underscored?: ReadonlySet<string>;
  /** The upstream asks for credentials that are no bearer tokens. */
  readonly takesAnyAuthorization?: boolean;
  /** Whether it may look for `Forwarded`; gRPC has no such custom. */
  readonly takesForwarded?: boolean;
  /** What of the field `Cookie` the upstream gets. Absent: nothing. */
  readonly cookies?: (field: string, onDropped?: () => void) => string | undefined;
}

/** `allowed`: what a service lists beside the default ones, as forward-rules.ts has it. */
export function requestMetadata(
  headers: IncomingHttpHeaders,
  facts: RequestFacts,
  rules: MetadataRules,
): Metadata {
  const { forwardHeaders: allowed, forwardsAuthorization, underscored } = rules;
  const metadata: MetadataEntry[] = [
    ['x-request-id', facts.requestId],
    ['x-forwarded-for', facts.forwarded.for],
    ['x-forwarded-proto', facts.forwarded.proto],
  ];
  const { onDropped } = facts;
  add(metadata, 'x-forwarded-host', facts.forwarded.host, onDropped);
  if (rules.takesForwarded === true) add(metadata, 'forwarded', facts.forwarded.field, onDropped);
  const hopByHop = namedByConnection(headers);
  for (const name of FORWARDED_BY_DEFAULT) {
    if (!hopByHop.has(name)) add(metadata, name, headers[name], onDropped);
  }
  // Only a bearer token is the upstream's to judge, unless it asks for others; those are the gateway's own.
  const isForUpstream = rules.takesAnyAuthorization === true || /^bearer /i.test(headers.authorization ?? '');
  if (forwardsAuthorization && isForUpstream && !hopByHop.has('authorization')) {
    add(metadata, 'authorization', headers.authorization, onDropped);
  }
  if (allowed.length > 0) addAllowed(metadata, headers, allowed, hopByHop, onDropped);
  for (const name of underscored ?? []) {
    if (!hopByHop.has(name)) add(metadata, name, headers[name], onDropped);
  }
  if (headers.cookie !== undefined && !hopByHop.has('cookie')) {
    add(metadata, 'cookie', rules.cookies?.(headers.cookie, onDropped), onDropped);
  }
  return metadata;
}

/** RFC 9110 §7.6.1: what the client names in Connection is meant for this hop alone. It never touches what we add. */
function namedByConnection({ connection }: IncomingHttpHeaders): ReadonlySet<string> {
  if (connection === undefined) return NOTHING;
  return new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
}

const NOTHING: ReadonlySet<string> = new Set();

function addAllowed(
  metadata: MetadataEntry[],
  headers: IncomingHttpHeaders,
  allowed: readonly string[],
  hopByHop: ReadonlySet<string>,
  onDropped: RequestFacts['onDropped'],
): void {
  const namesOf = forwardRules(allowed);
  for (const [header, value] of Object.entries(headers)) {
    if (hopByHop.has(header)) continue;
    const name = header.startsWith('grpc-metadata-') ? header.slice('grpc-metadata-'.length) : header;
    for (const to of namesOf(name)) add(metadata, to, value, onDropped);
  }
}

const NAME = /^[0-9a-z_.-]+$/;
const TEXT = /^[\x20-\x7e]*$/;
// A last group of one character holds no whole byte.
const BASE64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2,3}={0,2})?$/;

/** gRPC metadata holds [0-9a-z_.-] names and 0x20–0x7E values; what does not fit is dropped, not sent broken. */
function add(
  metadata: MetadataEntry[],
  name: string,
  value: string | string[] | undefined,
  onDropped: RequestFacts['onDropped'],
): void {
  if (value === undefined) return;
  if (!NAME.test(name)) {
    onDropped?.();
    return;
  }
  const isBinary = name.endsWith('-bin');
  if (typeof value === 'string' && !isBinary) {
    if (TEXT.test(value)) metadata.push([name, value]);
    else onDropped?.();
    return;
  }
  // gRPC over HTTP/2, "Custom-Metadata": binary values of one name may be joined by commas.
  for (const one of typeof value === 'string' ? value.split(/,[ \t]*/) : value) {
    // Both base64 alphabets are read; other text is no binary value.
    if (!(isBinary ? BASE64 : TEXT).test(one)) onDropped?.();
    else metadata.push([name, isBinary ? Buffer.from(one, 'base64') : one]);
  }
}
