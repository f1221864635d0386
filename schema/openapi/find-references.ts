// Which other files a document refers to, to know what to send along with it. Not a check: what is no document yields
// nothing, and the registry says what is wrong with it.
import type { JsonValue } from '../../core/json.ts';
import { DEFAULT_DOCUMENT_LIMITS } from './document-limits.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';

/** Paths as references name them, relative to the document's own folder, each once; URLs are none. */
export function findReferences(text: string): readonly string[] {
  const isJson = /^\ufeff?\s*[{[]/.test(text);
  const { value } = (isJson ? readJson : readYaml)(text, DEFAULT_DOCUMENT_LIMITS);
  const files = new Set<string>();
  const queue: JsonValue[] = value === undefined ? [] : [value];
  for (const item of queue) {
    if (typeof item !== 'object' || item === null) continue;
    if (Array.isArray(item)) {
      queue.push(...item.filter(isContainer));
      continue;
    }
    for (const key of ['$ref', 'operationRef']) addFile(files, item[key]);
    const mapping = item.mapping;
    if (isContainer(mapping)) {
      for (const target of Object.values(mapping)) {
        if (typeof target === 'string' && /[#/]|\.(?:json|ya?ml)$/.test(target)) addFile(files, target);
      }
    }
    for (const child of Object.values(item)) if (isContainer(child)) queue.push(child);
  }
  return [...files];
}

function isContainer(value: JsonValue | undefined): value is JsonValue & object {
  return typeof value === 'object' && value !== null;
}

function addFile(files: Set<string>, reference: JsonValue | undefined): void {
  if (typeof reference !== 'string') return;
  const [file = ''] = reference.split('#');
  if (file === '' || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(file) || file.startsWith('/')) return;
  try {
    files.add(decodeURIComponent(file));
  } catch {
    // The registry will say so.
  }
}
