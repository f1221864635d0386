// The words of HTTP/2 on the wire, and the bounds that this client sets. Source: RFC 9113, sections 6 and 7.

export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const Flag = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const ErrorCode = {
  noError: 0,
  protocolError: 1,
  flowControlError: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const FRAME_HEAD_BYTES = 9;
/** Both sides start with it; we never offer more, and use more only when the peer does. */
export const DEFAULT_FRAME_BYTES = 16_384;
export const DEFAULT_WINDOW = 65_535;
export const MAX_WINDOW = 0x7fff_ffff;
export const MAX_STREAM_ID = 0x7fff_ffff;
export const DEFAULT_TABLE_BYTES = 4_096;

/** What a stream may send us before somebody has taken it. */
export const STREAM_WINDOW = 256 * 1024;
/** Given back on arrival, so that one slow reader holds up no other stream: the streams' own windows bound memory. */
export const CONNECTION_WINDOW = 8 * 1024 * 1024;
/** Of a decoded header list, by the reckoning of RFC 9113 §6.5.2: 32 bytes on top of each field. */
export const MAX_HEADER_LIST_BYTES = 64 * 1024;
/** Of a header block before decoding. A longer list that still fits here costs its stream only. */
export const MAX_HEADER_BLOCK_BYTES = 512 * 1024;
/** A block of that length in frames of the common size, and some to spare. */
export const MAX_CONTINUATIONS = 48;

/** The connection cannot go on: the peer broke a rule that it shares with all streams, or a bound of ours. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** Told to the peer in GOAWAY. */
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
