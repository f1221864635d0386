// In whose form a refusal is written when no route was found: that of the services whose routes begin as the path does,
// if they agree. It is asked after a failure only, so it is made from the table when the first one comes.
// Source: transcoding reference, section 9.3.
import type { GatewayError } from '../../core/error.ts';
import { HostTable } from '../../schema/routes/host-table.ts';
import { splitTarget } from '../../schema/routes/raw-path.ts';
import type { Route, RouteTable } from '../../schema/routes/route-table.ts';
import type { ErrorStyle } from '../../translators/errors/write-error.ts';

export interface RefusedRequest {
  /** May be malformed. */
  readonly target: string;
  readonly host: string | undefined;
  readonly error: GatewayError;
}

/** `problem` if it is nobody's path, or of services that do not agree. */
export function errorStyleOf(table: RouteTable, { target: whole, host, error }: RefusedRequest): ErrorStyle {
  const beginnings = beginningsOf(table.routes);
  if (beginnings === 'none') return 'problem';
  const { allow = [] } = error;
  const target = whole.replace(ORIGIN, '');
  // The path is known: its owners are those who take the other methods.
  if (allow.length > 0) return styleOfOwners(table, allow, target, host);
  const { path } = splitTarget(target);
  const segments = path
    .split('/', MAX_SEGMENTS + 1)
    .slice(1)
    .map(decoded);
  for (const root of beginnings.candidates(host ?? '')) {
    const found = longestBeginning(root, segments);
    if (found !== undefined) return found === 'several' ? 'problem' : found;
  }
  return 'problem';
}

/** Of a target in absolute form. */
const ORIGIN = /^https?:\/\/[^/?]*/i;

function styleOfOwners(
  table: RouteTable,
  allow: readonly string[],
  target: string,
  host: string | undefined,
): ErrorStyle {
  const styles = new Set<ErrorStyle>();
  for (const method of allow) {
    const found = table.find(method, target, host);
    if (found.kind === 'match') styles.add(found.match.route.operation.rest.errors);
  }
  const [style] = styles;
  return style !== undefined && styles.size === 1 ? style : 'problem';
}

/** Literal segments that routes begin with, the shorter beginnings above the longer. */
interface Beginning {
  style: ErrorStyle | 'several' | undefined;
  readonly longer: Map<string, Beginning>;
}

/** No template has more. */
const MAX_SEGMENTS = 32;

/** One per table, as long as that lives. `none`: no service chose a form. */
const made = new WeakMap<readonly Route[], HostTable<Beginning> | 'none'>();

function beginningsOf(routes: readonly Route[]): HostTable<Beginning> | 'none' {
  const known = made.get(routes);
  if (known !== undefined) return known;
  const beginnings = readBeginnings(routes);
  made.set(routes, beginnings);
  return beginnings;
}

function readBeginnings(routes: readonly Route[]): HostTable<Beginning> | 'none' {
  if (routes.every(({ operation }) => operation.rest.errors === 'problem')) return 'none';
  const hosts = new HostTable<Beginning>(newBeginning);
  for (const { operation, template } of routes) {
    for (const root of hosts.of(operation.hosts)) {
      let at = root;
      for (const segment of template.segments) {
        if (segment.kind !== 'literal') break;
        at = longerBy(at, segment.text);
        at.style = united(at.style, operation.rest.errors);
      }
    }
  }
  return hosts;
}

function newBeginning(): Beginning {
  return { style: undefined, longer: new Map() };
}

function longerBy({ longer }: Beginning, segment: string): Beginning {
  const next = longer.get(segment) ?? newBeginning();
  longer.set(segment, next);
  return next;
}

function united(known: Beginning['style'], style: ErrorStyle): Beginning['style'] {
  return known === undefined || known === style ? style : 'several';
}

/** A path may name a verb that is none: `/v1/books:nope` begins as `/v1/books`. */
function longestBeginning(root: Beginning, segments: readonly string[]): Beginning['style'] {
  let at: Beginning | undefined = root;
  let style: Beginning['style'];
  for (const segment of segments) {
    at = at.longer.get(segment) ?? at.longer.get(segment.split(':', 1)[0] ?? '');
    if (at === undefined) break;
    style = at.style;
  }
  return style;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
