// Scanned JSON back to text, number for number as it was written.
import { type JsonNode, JsonNumber } from './scan.ts';

export function nodeToText(node: JsonNode): string {
  if (node instanceof JsonNumber) return node.text;
  if (Array.isArray(node)) return `[${node.map(nodeToText).join(',')}]`;
  if (node instanceof Map) {
    const members = [...node].map(([key, value]) => `${JSON.stringify(key)}:${nodeToText(value)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(node);
}
