// Messages that clients send or get, before and after, and all that is in them.
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { compareEnums } from './compare-enums.ts';
import { compareField, isNeeded, type Options, showFieldType } from './compare-fields.ts';
import type { Differences, Finding, SeenRoute, Severity } from './difference.ts';
import { compareForms, formOfField, type Role } from './json-form.ts';
import { type Pair, PairGraph } from './pair-graph.ts';

/** Fields that a route takes from elsewhere, by proto name. */
export interface Given {
  readonly before: ReadonlySet<string>;
  readonly after: ReadonlySet<string>;
}

const NOTHING_GIVEN: Given = { before: new Set(), after: new Set() };

export class MessagePairs {
  readonly #options: Options;
  readonly #graph = new PairGraph();

  constructor(options: Options) {
    this.#options = options;
  }

  /** What a route takes or answers. */
  compare(
    role: Role,
    before: DescMessage,
    after: DescMessage,
    route: SeenRoute,
    given: Given = NOTHING_GIVEN,
  ): void {
    this.#visit([{ role, before, after, given, parent: undefined, route }]);
  }

  /** The value of one field where it stands alone: in a path, or as the whole body. */
  compareValue(role: Role, before: DescField, after: DescField, route: SeenRoute): void {
    const key = `${role} value ${pathOf(before)} ${pathOf(after)}`;
    const { pair, isNew } = this.#graph.meet(key, { route });
    if (!isNew) return;
    compareField(role, before, after, this.#options, (severity, rule, message, change) => {
      // How a field is called does not matter where only its value is.
      if (rule !== 'json-name' && rule !== 'field-required')
        pair.findings.push(finding(pathOf(before), severity, rule, message, change));
    });
    this.#visit(this.#below(role, before, after, pair));
  }

  /** Adds what was found, with the routes that lead there. */
  finish(differences: Differences): void {
    this.#graph.finish(differences);
  }

  #visit(visits: Visit[]): void {
    for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
      const { role, before, after, given, parent, route } = visit;
      const away = [...given.before, '/', ...given.after].join(' ');
      const key = `${role} ${before.kind} ${before.typeName} ${after.typeName} ${away}`;
      const { pair, isNew } = this.#graph.meet(key, { parent, route });
      if (!isNew) continue;
      if (before.kind === 'enum') {
        if (after.kind === 'enum') this.#compareEnums(role, before, after, pair);
      } else if (after.kind === 'message') {
        visits.push(...this.#compareMessages(role, before, after, given, pair));
      }
    }
  }

  #compareEnums(role: Role, before: DescEnum, after: DescEnum, pair: Pair): void {
    compareEnums(role, before, after, this.#options, (name, severity, rule, message, change) =>
      pair.findings.push(finding(`${before.typeName}.${name}`, severity, rule, message, change)),
    );
  }

  #compareMessages(
    role: Role,
    before: DescMessage,
    after: DescMessage,
    given: Given,
    pair: Pair,
  ): readonly Visit[] {
    const visits: Visit[] = [];
    const others = new Map(after.fields.map((field) => [field.name, field]));
    const known = new Set(before.fields.map(({ name }) => name));
    const newcomers = new Map(
      after.fields.filter(({ name }) => !known.has(name)).map((field) => [field.number, field]),
    );
    const renamed = new Set<DescField>();
    for (const field of before.fields) {
      if (given.before.has(field.name)) continue;
      const path = `${before.typeName}.${field.name}`;
      const report: ReportField = (severity, rule, message, change) =>
        pair.findings.push(finding(path, severity, rule, message, change));
      const match = others.get(field.name);
      if (match !== undefined) {
        // What another part of the request gives now is told of by whoever compares the parts.
        if (given.after.has(field.name)) continue;
        compareField(role, field, match, this.#options, report);
        visits.push(...this.#below(role, field, match, pair));
        continue;
      }
      const heir = newcomers.get(field.number);
      if (heir === undefined) {
        const message = role === 'request' ? 'the field is gone, and refused' : 'the field is gone';
        report('breaking', 'field-removed', message, { before: showFieldType(field) });
        continue;
      }
      renamed.add(heir);
      this.#reportRename(role, field, heir, report);
      visits.push(...this.#below(role, field, heir, pair));
    }
    for (const field of after.fields) {
      if (known.has(field.name) || renamed.has(field) || given.after.has(field.name)) continue;
      const change = { after: showFieldType(field) };
      const path = `${before.typeName}.${field.name}`;
      pair.findings.push(
        role === 'request' && isNeeded(field)
          ? finding(path, 'breaking', 'field-required', 'a new field that has to be given', change)
          : finding(path, 'safe', 'field-added', `a new field of type ${change.after}`, change),
      );
    }
    return visits;
  }

  /** Who has the number of a field that is gone, and is new, is that field under another name. */
  #reportRename(role: Role, before: DescField, after: DescField, report: ReportField): void {
    const { output } = this.#options.after;
    const isSame = before.jsonName === after.jsonName && (role === 'request' || !output.protoNames);
    const change = { before: before.name, after: after.name };
    report(
      isSame ? 'dangerous' : 'breaking',
      'field-renamed',
      isSame
        ? `is called ${after.name} now; masks have that name, JSON has the one it had`
        : `is called ${after.name} now`,
      change,
    );
    compareField(role, before, after, this.#options, (severity, rule, message, more) => {
      if (rule !== 'json-name') report(severity, rule, message, more);
    });
  }

  /** The types of two fields, if what is in them is to be compared. */
  #below(role: Role, before: DescField, after: DescField, parent: Pair): Visit[] {
    const [one, other] = [formOfField(before), formOfField(after)];
    if (compareForms(role, one, other, this.#options.after.output) !== undefined) return [];
    const way = { role, given: NOTHING_GIVEN, parent, route: undefined };
    if (one.kind === 'message' && other.kind === 'message')
      return [{ ...way, before: one.desc, after: other.desc }];
    if (one.kind === 'enum' && other.kind === 'enum')
      return [{ ...way, before: one.desc, after: other.desc }];
    return [];
  }
}

interface Visit {
  readonly role: Role;
  readonly before: DescMessage | DescEnum;
  readonly after: DescMessage | DescEnum;
  readonly given: Given;
  readonly parent: Pair | undefined;
  readonly route: SeenRoute | undefined;
}

type ReportField = (
  severity: Severity,
  rule: string,
  message: string,
  change?: Pick<Finding, 'before' | 'after'>,
) => void;

function pathOf(field: DescField): string {
  return `${field.parent.typeName}.${field.name}`;
}

function finding(
  path: string,
  severity: Severity,
  rule: string,
  message: string,
  change: Pick<Finding, 'before' | 'after'> = {},
): Finding {
  return { severity, door: 'rest', rule, path, message, ...change };
}
