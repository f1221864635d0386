// Reads what the tests of the documentation need out of Markdown: files, fences, sections, tables, code spans, links.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../registry/package-root.ts';

export const ROOT = packageRoot();

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Files of the repository, those not yet committed included, ignored ones left out. */
export function repositoryFiles(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  return [...new Set(listed)].filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

export function markdownFiles(): string[] {
  return repositoryFiles().filter((path) => path.endsWith('.md'));
}

export interface Fence {
  readonly language: string;
  readonly text: string;
}

export function fences(markdown: string): Fence[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text: text.trimEnd(),
  }));
}

/** Everything outside of fences. */
export function prose(markdown: string): string {
  return markdown.replaceAll(/^```\w*\n[\s\S]*?^```$/gm, '');
}

export interface Section {
  readonly title: string;
  readonly text: string;
}

/** Sections of one level, each up to the next heading of that level or above. */
export function sections(markdown: string, level: number): Section[] {
  const found: { title: string; lines: string[] }[] = [];
  let isInside = false;
  for (const line of markdown.split('\n')) {
    const [, hashes, title = ''] = /^(#{1,6}) (.*)$/.exec(line) ?? [];
    if (hashes !== undefined && hashes.length <= level) {
      isInside = hashes.length === level;
      if (isInside) found.push({ title, lines: [] });
    } else if (isInside) {
      found.at(-1)?.lines.push(line);
    }
  }
  return found.map(({ title, lines }) => ({ title, text: lines.join('\n') }));
}

export function section(markdown: string, level: number, title: string): string {
  const found = sections(markdown, level).find((candidate) => candidate.title === title);
  if (found === undefined) throw new Error(`there is no section "${title}"`);
  return found.text;
}

/** Cells of all table rows, heads and rulers left out. */
export function tableRows(markdown: string): string[][] {
  const lines = markdown.split('\n');
  return lines.flatMap((line, index) => {
    const isHead = /^\|[-| :]+\|$/.test(lines[index + 1] ?? '');
    if (!line.startsWith('|') || isHead || /^\|[-| :]+\|$/.test(line)) return [];
    return [
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    ];
  });
}

export function codeSpans(markdown: string): string[] {
  return [...prose(markdown).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
}

/** Targets of inline links. */
export function links(markdown: string): string[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchor that a heading gets where repositories are shown. */
export function anchors(markdown: string): string[] {
  return [...prose(markdown).matchAll(/^#{1,6} (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
