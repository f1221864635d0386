// Counts what happens and shows it to Prometheus. The hot path adds to plain integers; labels are made on scrape.
// Label values are bounded: methods and templates of registered operations, never anything a client wrote.
import { Counter, collectDefaultMetrics, Gauge, Registry as PromRegistry } from 'prom-client';
import type { Code } from '../../core/code.ts';
import type { Operation } from '../../core/operation.ts';
import type { RateLimit } from '../../core/rate-limit.ts';
import type { CallRecord } from '../../policies/observe.ts';
import { LabelCounts } from './label-counts.ts';

export interface RequestRecord {
  readonly door: string;
  /** Undefined: no route was found. */
  readonly operation: Operation | undefined;
  /** Route template, `other` without one. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
}

export interface OddityRecord {
  readonly operation: Operation;
  readonly duplicates: number;
  readonly foreign: number;
}

export interface Metrics {
  recordCall(finished: CallRecord): void;
  recordRequest(finished: RequestRecord): void;
  /** A batch was answered with items twice, or with items nobody asked for. */
  recordOddity(oddity: OddityRecord): void;
  /** A request has broken a limit: refused, unless the limit is in the shadow. */
  recordBrokenLimit(limit: RateLimit): void;
  /** A key found no room and shares the count of all such keys. */
  recordLimitOverflow(limit: RateLimit): void;
  /** A header that a service wants cannot be metadata. */
  recordDroppedHeader(): void;
  /** Text exposition format. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

interface CallCount {
  calls: number;
  seconds: number;
}

/** `revision`: of the snapshot in force, asked for on scrape. */
export function createMetrics(revision: () => string = () => ''): Metrics {
  const prometheus = new PromRegistry();
  collectDefaultMetrics({ register: prometheus });
  const calls = new Map<string, Map<Code | 'ok', CallCount>>();
  let droppedHeaders = 0;
  const brokenLimits = new Map<string, { readonly labels: Record<string, string>; count: number }>();
  const limitOverflows = new Map<string, { readonly labels: Record<string, string>; count: number }>();
  const oddities = new Map<string, { duplicates: number; foreign: number }>();
  const requests = new LabelCounts();

  const registers = [prometheus];
  new Counter({
    name: 'dragoman_upstream_calls_total',
    help: 'Finished calls of operations, by code; a stream counts when it ends.',
    labelNames: ['operation', 'code'],
    registers,
    collect() {
      this.reset();
      for (const [operation, codes] of calls) {
        for (const [code, { calls: count }] of codes) this.inc({ operation, code }, count);
      }
    },
  });
  new Counter({
    name: 'dragoman_upstream_seconds_total',
    help: 'Time that finished calls took, from call to end.',
    labelNames: ['operation', 'code'],
    registers,
    collect() {
      this.reset();
      for (const [operation, codes] of calls) {
        for (const [code, { seconds }] of codes) this.inc({ operation, code }, seconds);
      }
    },
  });
  new Counter({
    name: 'dragoman_requests_total',
    help: 'Answered requests.',
    labelNames: ['door', 'api', 'route', 'method', 'status'],
    registers,
    collect() {
      this.reset();
      for (const { labels, count } of requests) {
        const [route = '', api = '', door = '', method = '', status = ''] = labels;
        this.inc({ door, api, route, method, status }, count);
      }
    },
  });
  new Counter({
    name: 'dragoman_batch_items_ignored_total',
    help: 'Items of batches that were there twice, or that nobody had asked for.',
    labelNames: ['operation', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [operation, { duplicates, foreign }] of oddities) {
        this.inc({ operation, reason: 'duplicate' }, duplicates);
        this.inc({ operation, reason: 'foreign' }, foreign);
      }
    },
  });
  new Counter({
    name: 'dragoman_rate_limit_exceeded_total',
    help: 'Requests and calls that a rate limit refused; of a limit in the shadow, that it would have refused.',
    labelNames: ['policy', 'api', 'shadow'],
    registers,
    collect() {
      this.reset();
      for (const { labels, count } of brokenLimits.values()) this.inc(labels, count);
    },
  });
  new Counter({
    name: 'dragoman_rate_limit_overflows_total',
    help: 'Calls counted together with those of others, since there was no room to count their callers apart.',
    labelNames: ['policy', 'api'],
    registers,
    collect() {
      this.reset();
      for (const { labels, count } of limitOverflows.values()) this.inc(labels, count);
    },
  });
  new Counter({
    name: 'dragoman_headers_dropped_total',
    help: 'Headers of clients that were to go upstream, and whose name or value gRPC metadata cannot hold.',
    registers,
    collect() {
      this.reset();
      this.inc(droppedHeaders);
    },
  });
  new Gauge({
    name: 'dragoman_snapshot_info',
    help: 'The snapshot in force.',
    labelNames: ['revision'],
    registers,
    collect() {
      this.reset();
      this.set({ revision: revision() }, 1);
    },
  });

  return {
    recordOddity({ operation, duplicates, foreign }) {
      const count = getOrMake(oddities, operation.id, () => ({ duplicates: 0, foreign: 0 }));
      count.duplicates += duplicates;
      count.foreign += foreign;
    },
    recordBrokenLimit({ id, name, api, shadow }) {
      const labels = () => ({ labels: { policy: name, api, shadow: String(shadow) }, count: 0 });
      getOrMake(brokenLimits, `${shadow} ${id}`, labels).count += 1;
    },
    recordLimitOverflow({ id, name, api }) {
      getOrMake(limitOverflows, id, () => ({ labels: { policy: name, api }, count: 0 })).count += 1;
    },
    recordDroppedHeader() {
      droppedHeaders += 1;
    },
    recordCall({ call, code, durationMs }) {
      const codes = getOrMake(calls, call.operation.id, () => new Map<Code | 'ok', CallCount>());
      const count = getOrMake(codes, code, () => ({ calls: 0, seconds: 0 }));
      count.calls += 1;
      count.seconds += durationMs / 1000;
    },
    recordRequest({ door, operation, route, method, status }) {
      const api = operation?.service ?? 'other';
      const verb = METHODS.has(method) ? method : 'other';
      requests.add([route, api, door, verb, String(status)]);
    },
    render: async () => ({ contentType: prometheus.contentType, text: await prometheus.metrics() }),
  };
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
