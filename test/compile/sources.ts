// Small sources for the tests of this folder.
import type { SourceFile } from '../../registry/service-definition.ts';

/** Files from an object of path and text. */
export function filesOf(texts: Record<string, string>): SourceFile[] {
  return Object.entries(texts).map(([path, content]) => ({ path, content }));
}

/** A file with one service `Echo`, in package `demo`, and whatever stands in `body`. */
export function echoProto(body = '', imports: readonly string[] = []): string {
  return [
    'syntax = "proto3";',
    'package demo;',
    ...imports.map((path) => `import "${path}";`),
    'service Echo { rpc Say(Words) returns (Words); }',
    'message Words { string text = 1; }',
    body,
  ].join('\n');
}
