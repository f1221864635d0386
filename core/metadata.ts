// Headers and trailers of a call, in order and with repeats, as gRPC metadata has them.

/**
 * Pairs in order. Names are lower-case. A name ending in `-bin` has bytes, every other name has text of
 * 0x20–0x7E; whoever makes a Metadata has checked that.
 */
export type Metadata = readonly MetadataEntry[];
export type MetadataEntry = readonly [name: string, value: string | Uint8Array];

export const NO_METADATA: Metadata = Object.freeze([]);

/** The first text value of a name, or undefined. */
export function firstText(metadata: Metadata, name: string): string | undefined {
  for (const [key, value] of metadata) {
    if (key === name && typeof value === 'string') return value;
  }
  return undefined;
}
