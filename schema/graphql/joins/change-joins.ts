// Joins that were found and that an operator does not want, or wants to be called otherwise.
import type { Problem } from '../../../core/problem.ts';
import { isValidName } from '../names.ts';
import type { JoinCatalogue } from './join-catalogue.ts';
import type { JoinChange, JoinEntry } from './join-settings.ts';

/** Applies the changes; answers what is still to be said of the joins that were found. */
export function changeJoins(
  entries: readonly JoinEntry[],
  catalogue: JoinCatalogue,
  found: readonly Problem[],
): Problem[] {
  let problems = [...found];
  for (const entry of entries) {
    if (entry.kind === 'change') problems = change(entry, catalogue, problems);
  }
  return problems;
}

function change(entry: JoinChange, catalogue: JoinCatalogue, problems: readonly Problem[]): Problem[] {
  const { on, field, rename, position } = entry;
  const holders = catalogue.places.filter(({ names }) => names.includes(on.text));
  if (holders.length === 0) {
    const message = `no registered service has ${on.text}; this entry waits for one`;
    return [...problems, { severity: 'note', rule: 'join-waits', message, ...on.position }];
  }
  const result = [...problems];
  let isMatched = false;
  for (const { typeName } of holders) {
    const fields = catalogue.fieldsOf(typeName);
    const joined = fields.find(({ name, source }) => name === field.text && source.kind === 'join');
    if (joined?.source.kind !== 'join') continue;
    isMatched = true;
    if (rename === undefined) {
      catalogue.remove(typeName, joined.name);
    } else if (!isValidName(rename.text)) {
      result.push(refusal(`${rename.text} is no name that GraphQL allows`, rename.position));
    } else if (fields.some(({ name }) => name === rename.text)) {
      result.push(refusal(`${typeName} has a field ${rename.text} already`, rename.position));
    } else {
      const name = `${typeName}.${rename.text}`;
      catalogue.remove(typeName, joined.name);
      catalogue.put(typeName, {
        ...joined,
        name: rename.text,
        source: { kind: 'join', join: { ...joined.source.join, name } },
      });
    }
    rewrite(result, `${typeName}.${field.text}`, rename && `${typeName}.${rename.text}`);
  }
  if (!isMatched) {
    const message = `${on.text} has no joined field ${field.text}; this entry changes nothing`;
    result.push({ severity: 'warning', rule: 'join-unmatched', message, ...position });
  }
  return result;
}

/** What was said of a join is said under its new name, or not at all. */
function rewrite(problems: Problem[], old: string, name: string | undefined): void {
  for (let at = problems.length - 1; at >= 0; at--) {
    const problem = problems[at];
    const isAbout =
      problem?.message.startsWith(`${old} is read by`) || problem?.message.startsWith(`${old}: `);
    if (problem === undefined || isAbout !== true) continue;
    if (name === undefined) problems.splice(at, 1);
    else problems[at] = { ...problem, message: name + problem.message.slice(old.length) };
  }
}

function refusal(message: string, position: JoinChange['position']): Problem {
  return { severity: 'error', rule: 'join', message, ...position };
}
