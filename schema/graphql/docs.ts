// Descriptions and deprecations of the graph, taken from comments and options.
import type { AnyDesc } from '@bufbuild/protobuf';
import { commentOf } from '../proto/source-info.ts';

/** GraphQL's own text for a deprecation without a reason. */
const DEFAULT_REASON = 'No longer supported';

/** The reason if `desc` is deprecated, from a comment's paragraph that starts with "Deprecated"; else undefined. */
export function deprecationOf(desc: AnyDesc & { readonly deprecated: boolean }): string | undefined {
  return desc.deprecated ? deprecationReason(commentOf(desc)) : undefined;
}

export function deprecationReason(comment: string): string {
  const [, reason = ''] = /^\s*deprecated\b[:.,\s-]*([\s\S]*?)(?:\n\s*\n|$)/im.exec(comment) ?? [];
  const line = reason.replace(/\s+/g, ' ').trim();
  return line === '' ? DEFAULT_REASON : line;
}
