// google.api.Service documents: http rules and deadlines that apply to methods by selector, beside their sources.
// Source: google/api/service.proto, http.proto, backend.proto; transcoding reference, section 2.
import type { DescMethod } from '@bufbuild/protobuf';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Problem, Result } from '../../core/problem.ts';
import type { HttpRule } from './http-rules.ts';

export interface ServiceConfig {
  /** In order of the document; the last one that selects a method wins. */
  readonly httpRules: readonly Selected<HttpRule>[];
  /** Milliseconds. */
  readonly deadlines: readonly Selected<number>[];
  readonly fullyDecodeReserved: boolean;
}

export interface Selected<T> {
  /** A full method name, `package.Service.*`, or `*`. */
  readonly selector: string;
  readonly value: T;
  readonly line: number;
  readonly column: number;
}

export const NO_SERVICE_CONFIG: ServiceConfig = { httpRules: [], deadlines: [], fullyDecodeReserved: false };

/** The file name in problems: a registrant sends the text alone. */
const PATH = 'rules';
const MAX_PROBLEMS = 50;
const PATTERNS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const RULE_MEMBERS = new Set([
  'selector',
  ...PATTERNS,
  'custom',
  'body',
  'response_body',
  'responseBody',
  'additional_bindings',
  'additionalBindings',
]);

/** Reads the parts `http` and `backend` of a YAML or JSON text; other parts are not about routing and are left alone. */
export function readServiceConfig(text: string): Result<ServiceConfig> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true });
  const reader = new Reader(lines);
  for (const error of document.errors) reader.problemAt(error.pos[0], error.message.split('\n')[0] ?? '');
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const root = document.contents;
  if (!isMap(root)) {
    return {
      ok: false,
      problems: [reader.problem(root, 'the document must be a google.api.Service: http: { rules: [...] }')],
    };
  }
  const http = reader.map(root, 'http');
  const backend = reader.map(root, 'backend');
  const config: ServiceConfig = {
    httpRules: reader
      .rules(http)
      .flatMap((rule) => reader.selected(rule, (one) => reader.httpRule(one, true))),
    deadlines: reader
      .rules(backend)
      .filter((rule) => rule.has('deadline'))
      .flatMap((rule) => reader.selected(rule, (one) => reader.deadline(one))),
    fullyDecodeReserved:
      http?.get('fully_decode_reserved_expansion') === true ||
      http?.get('fullyDecodeReservedExpansion') === true,
  };
  return reader.problems.length > 0
    ? { ok: false, problems: reader.problems }
    : { ok: true, value: config, problems: [] };
}

/** The last entry that selects the method. */
export function selectFor<T>(entries: readonly Selected<T>[], method: DescMethod): Selected<T> | undefined {
  const name = fullName(method);
  return entries.findLast(({ selector }) => selects(selector, name));
}

/** Entries that select none of the methods: each is a mistake of its author. */
export function unusedSelectors(config: ServiceConfig, methods: readonly DescMethod[]): Problem[] {
  const names = methods.map(fullName);
  return [...config.httpRules, ...config.deadlines]
    .filter(({ selector }) => !names.some((name) => selects(selector, name)))
    .map(({ selector, line, column }) => ({
      severity: 'error',
      rule: 'rule-selector',
      path: PATH,
      line,
      column,
      message: `the selector ${selector} matches no method of this service`,
    }));
}

function fullName(method: DescMethod): string {
  return `${method.parent.typeName}.${method.name}`;
}

/** `*` only stands for whole components at the end. */
function selects(selector: string, name: string): boolean {
  if (selector === '*') return true;
  return selector.endsWith('.*') ? name.startsWith(selector.slice(0, -1)) : name === selector;
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  problemAt(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    if (this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push({ severity: 'error', rule: 'service-config', path: PATH, line, column: col, message });
  }

  problem(node: Node | null, message: string): Problem {
    this.problemAt(node?.range?.[0] ?? 0, message);
    return this.problems.at(-1) as Problem;
  }

  map(parent: YAMLMap, key: string): YAMLMap | undefined {
    const node = parent.get(key, true) as Node | undefined;
    if (node === undefined) return undefined;
    if (isMap(node)) return node;
    this.problem(node, `${key} must be an object`);
    return undefined;
  }

  rules(section: YAMLMap | undefined): YAMLMap[] {
    const list = section?.get('rules', true) as Node | undefined;
    if (list === undefined) return [];
    if (!isSeq(list)) {
      this.problem(list, 'rules must be a list');
      return [];
    }
    return list.items.filter((item): item is YAMLMap => {
      if (!isMap(item)) this.problem(item as Node, 'a rule must be an object with a selector');
      return isMap(item);
    });
  }

  selected<T>(rule: YAMLMap, read: (rule: YAMLMap) => T | undefined): Selected<T>[] {
    const selector = this.text(rule, 'selector');
    if (selector === undefined || !/^(\*|[A-Za-z_][\w.]*(\.\*)?)$/.test(selector)) {
      this.problem(rule, 'a rule needs a selector: a full method name, package.Service.* or *');
      return [];
    }
    const value = read(rule);
    const { line, col } = this.#lines.linePos(rule.range?.[0] ?? 0);
    return value === undefined ? [] : [{ selector, value, line, column: col }];
  }

  httpRule(rule: YAMLMap, mayHaveMore: boolean): HttpRule | undefined {
    for (const { key } of rule.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!RULE_MEMBERS.has(name))
        this.problem(key as Node, `a http rule has no member ${JSON.stringify(name)}`);
    }
    const additional = this.#additional(rule);
    if (!mayHaveMore && additional.length > 0) {
      this.problem(rule, 'an additional binding must not have additional bindings of its own');
    }
    return {
      pattern: this.#pattern(rule),
      body: this.text(rule, 'body') ?? '',
      responseBody: this.text(rule, 'response_body') ?? this.text(rule, 'responseBody') ?? '',
      additionalBindings: additional,
    };
  }

  #additional(rule: YAMLMap): HttpRule[] {
    const list = (rule.get('additional_bindings', true) ?? rule.get('additionalBindings', true)) as
      | Node
      | undefined;
    if (list === undefined) return [];
    if (!isSeq(list)) {
      this.problem(list, 'additional_bindings must be a list');
      return [];
    }
    return list.items
      .flatMap((item) => (isMap(item) ? [this.httpRule(item, false)] : []))
      .filter((one) => one !== undefined);
  }

  #pattern(rule: YAMLMap): HttpRule['pattern'] {
    const custom = this.map(rule, 'custom');
    if (custom !== undefined) {
      return {
        case: 'custom',
        value: { kind: this.text(custom, 'kind') ?? '', path: this.text(custom, 'path') ?? '' },
      };
    }
    for (const name of PATTERNS) {
      const value = this.text(rule, name);
      if (value !== undefined) return { case: name, value };
    }
    return { case: undefined };
  }

  /** google.api.BackendRule.deadline: seconds, possibly with a fraction. */
  deadline(rule: YAMLMap): number | undefined {
    const seconds = rule.get('deadline');
    if (typeof seconds === 'number' && seconds > 0) return seconds * 1000;
    this.problem(rule.get('deadline', true) as Node, 'a deadline is a positive number of seconds');
    return undefined;
  }

  text(map: YAMLMap, key: string): string | undefined {
    const node = map.get(key, true) as Node | undefined;
    if (node === undefined) return undefined;
    if (isScalar(node) && typeof node.value === 'string') return node.value;
    this.problem(node, `${key} must be a text`);
    return undefined;
  }
}
