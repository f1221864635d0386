// Fills `${NAME}` from the environment and `${file:PATH}` from files, inside text values only: never in keys,
// never twice. `$${` stands for a plain `${`.
import { dirname, resolve } from 'node:path';
import type { Position, Problem } from '../../core/problem.ts';
import type { ConfigNode, MappingEntry, ScalarNode } from './config-node.ts';
import { problemAt } from './config-node.ts';
import type { Environment, ReadFile } from './read-file.ts';
import { FileFault, MAX_VALUE_FILE_BYTES } from './read-file.ts';

const PLACEHOLDER = /\$\$\{|\$\{([^}]*)(\}?)/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface Expansion {
  readonly node: ConfigNode;
  readonly problems: readonly Problem[];
}

/** @param path the configuration file: paths of `${file:…}` count from its folder. */
export async function expand(
  node: ConfigNode,
  { path, env, readFile }: { path: string; env: Environment; readFile: ReadFile },
): Promise<Expansion> {
  const problems: Problem[] = [];
  return { node: await expandNode(node), problems };

  async function expandNode(node: ConfigNode): Promise<ConfigNode> {
    switch (node.kind) {
      case 'refused':
        return node;
      case 'scalar':
        // What flags and variables say is taken as it stands: nothing is expanded twice.
        return typeof node.value === 'string' && !node.isText && node.value.includes('${')
          ? expandText(node, node.value)
          : node;
      case 'list':
        return { ...node, items: await eachInTurn(node.items, expandNode) };
      case 'mapping': {
        const entries = await eachInTurn([...node.entries], async ([key, entry]) => {
          const expanded: MappingEntry = { ...entry, node: await expandNode(entry.node) };
          return [key, expanded] as const;
        });
        return { ...node, entries: new Map(entries) };
      }
    }
  }

  async function expandText(node: ScalarNode, text: string): Promise<ConfigNode> {
    let isRefused = false;
    let result = '';
    let end = 0;
    let seen = 0;
    for (const match of text.matchAll(PLACEHOLDER)) {
      result += text.slice(end, match.index);
      end = match.index + match[0].length;
      if (match[0] === '$${') {
        result += '${';
        continue;
      }
      const position = node.placeholders[seen] ?? node.position;
      seen += 1;
      const filled = match[2] === '}' ? await fill(match[1] ?? '', position) : refuse(position, UNCLOSED);
      if (filled === undefined) isRefused = true;
      else result += filled;
    }
    if (isRefused) return { kind: 'refused', position: node.position };
    // Without a single filled place it was only an escape, and the text is no secret.
    const isFilled = seen > 0;
    return { ...node, value: result + text.slice(end), isText: isFilled, isHidden: isFilled };
  }

  async function fill(name: string, position: Position): Promise<string | undefined> {
    if (name.startsWith('file:')) return fillFromFile(name.slice('file:'.length), position);
    if (!VARIABLE.test(name)) {
      return refuse(position, `\${${name}} is not understood; write \${NAME} or \${file:PATH}`);
    }
    const value = env[name];
    return value ?? refuse(position, `the environment variable ${name} is not set`);
  }

  async function fillFromFile(named: string, position: Position): Promise<string | undefined> {
    if (named === '') return refuse(position, 'the file of this expansion has no name');
    try {
      const content = await readFile(resolve(dirname(path), named), MAX_VALUE_FILE_BYTES);
      // Files of secrets end in a line break that belongs to nobody.
      return content.replace(/\r?\n$/, '');
    } catch (error) {
      if (error instanceof FileFault) return refuse(position, `the file ${named} ${error.message}`);
      throw error;
    }
  }

  function refuse(position: Position, message: string): undefined {
    problems.push(problemAt(position, 'expansion', message));
    return undefined;
  }
}

const UNCLOSED =
  'this dollar sign and brace have no closing brace; a second dollar sign before them makes them plain text';

/** One after the other: a file with a thousand `${file:…}` must not open a thousand files at once. */
async function eachInTurn<T, R>(items: readonly T[], change: (item: T) => Promise<R>): Promise<R[]> {
  const changed: R[] = [];
  for (const item of items) changed.push(await change(item));
  return changed;
}
