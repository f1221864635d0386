// Descriptions and deprecations of the graph, taken from comments and options.
import type { AnyDesc, DescEnum, DescMessage } from '@bufbuild/protobuf';
import { commentOf } from '../proto/source-info.ts';
import { isEmptyMessage } from './value-shapes.ts';

/** GraphQL's own text for a deprecation without a reason. */
const DEFAULT_REASON = 'No longer supported';

/** The reason if `desc` is deprecated, from a comment's paragraph that starts with "Deprecated"; else undefined. */
export function deprecationOf(desc: AnyDesc & { readonly deprecated: boolean }): string | undefined {
  return desc.deprecated ? deprecationReason(commentOf(desc)) : undefined;
}

export function deprecationReason(comment: string): string {
  const [, reason = ''] = /^[ \t]*deprecated\b[:.,\s-]*([\s\S]*?)(?:\n\s*\n|$)/im.exec(comment) ?? [];
  const line = reason.replace(/\s+/g, ' ').trim();
  return line === '' ? DEFAULT_REASON : line;
}

/**
 * The comment on a message or enum; none for google.protobuf.Empty, whose comment tells proto authors how to use it.
 * GraphQL deprecates no types, so a type that is deprecated says so itself.
 */
export function typeDescription(type: DescMessage | DescEnum): string {
  if (type.kind === 'message' && isEmptyMessage(type)) return '';
  const comment = commentOf(type);
  if (!type.deprecated || /\bdeprecated\b/i.test(comment)) return comment;
  return `${comment}\n\nDeprecated.`.trim();
}
