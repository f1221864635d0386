// How large a source may be. Whoever registers is not trusted with memory or time; whoever operates may
// raise any of these. Source of the numbers: security reference, section 7.1 and 7.2.

export interface SourceLimits {
  /** Text of all files together, or the bytes of an uploaded descriptor set. */
  readonly sourceBytes: number;
  readonly files: number;
  /** UTF-8 bytes of one file's path. */
  readonly pathBytes: number;
  /** Fields of all messages, extensions included. */
  readonly fields: number;
  readonly methods: number;
  /** Messages within messages. */
  readonly nesting: number;
  /** UTF-8 bytes of a type's full name, a package, or any single name. */
  readonly nameBytes: number;
  readonly enumValues: number;
  readonly extensions: number;
  /** UTF-16 units of all comments together. */
  readonly commentLength: number;
  /** Bytes of the compiled FileDescriptorSet, source info included. */
  readonly descriptorBytes: number;
  /** Milliseconds the compiler may take. */
  readonly compileMs: number;
  /** Resident bytes the compiler may hold. */
  readonly compileMemoryBytes: number;
  /** Problems listed in one answer; the rest is counted. */
  readonly problems: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_SOURCE_LIMITS: SourceLimits = Object.freeze({
  sourceBytes: 20 * MEBIBYTE,
  files: 5_000,
  pathBytes: 512,
  fields: 100_000,
  methods: 20_000,
  nesting: 64,
  nameBytes: 256,
  enumValues: 10_000,
  extensions: 1_000,
  commentLength: 2 * MEBIBYTE,
  descriptorBytes: 80 * MEBIBYTE,
  compileMs: 10_000,
  compileMemoryBytes: 512 * MEBIBYTE,
  problems: 1_000,
});

/** The defaults with some of them replaced. */
export function sourceLimits(raised: Partial<SourceLimits> = {}): SourceLimits {
  return { ...DEFAULT_SOURCE_LIMITS, ...raised };
}
