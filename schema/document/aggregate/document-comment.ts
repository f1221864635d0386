// What the author of a stored document says of an operation: its description, else the comment lines right above it.
import { type OperationDefinitionNode, type Token, TokenKind } from 'graphql';

export function documentComment({ description, loc }: OperationDefinitionNode): string {
  if (description !== undefined) return description.value.trim();
  const lines: string[] = [];
  let below: Token | undefined = loc?.startToken;
  for (let token = below?.prev; token?.kind === TokenKind.COMMENT; token = token.prev) {
    if (below !== undefined && token.line !== below.line - 1) break;
    lines.unshift((token.value ?? '').replace(/^#* ?/, '').trimEnd());
    below = token;
  }
  return lines.join('\n').trim();
}
