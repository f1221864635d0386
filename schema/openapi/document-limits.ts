// How large a document may be. Whoever registers is not trusted with memory or time.
// Source of the numbers: security reference, section 7.
import type { TextLimits } from './text-reading.ts';

export interface DocumentLimits extends TextLimits {
  /** UTF-16 units of all files together; bytes are checked where files come in. */
  readonly textLength: number;
  readonly files: number;
  readonly operations: number;
  /** Of one operation, those of its path included. */
  readonly parameters: number;
  /** UTF-16 units of a path. */
  readonly pathLength: number;
  /** Named schemas: components, and what references name elsewhere. */
  readonly schemas: number;
  /** Schemas within schemas, all of them. */
  readonly schemaNodes: number;
  /** Of one enum. */
  readonly enumValues: number;
  /** Steps from reference to reference before something that is none. */
  readonly references: number;
  /** Problems listed in one answer; the rest is counted. */
  readonly problems: number;
}

export const DEFAULT_DOCUMENT_LIMITS: DocumentLimits = Object.freeze({
  textLength: 20 * 1024 * 1024,
  files: 5_000,
  depth: 200,
  nodes: 2_000_000,
  members: 20_000,
  aliasNodes: 10_000,
  operations: 20_000,
  parameters: 1_000,
  pathLength: 4_096,
  schemas: 20_000,
  schemaNodes: 500_000,
  enumValues: 10_000,
  references: 50,
  problems: 200,
});
