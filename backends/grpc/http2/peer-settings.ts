// What the peer allows. Source: RFC 9113, section 6.5.
import {
  ConnectionError,
  DEFAULT_FRAME_BYTES,
  DEFAULT_TABLE_BYTES,
  DEFAULT_WINDOW,
  ErrorCode,
  MAX_WINDOW,
} from './protocol.ts';

const Setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;
const ENTRY_BYTES = 6;
const LARGEST_FRAME = 0xff_ffff;

/** Changed by each SETTINGS frame; what a frame does not name stays. */
export class PeerSettings {
  tableBytes = DEFAULT_TABLE_BYTES;
  maxStreams = Number.POSITIVE_INFINITY;
  initialWindow = DEFAULT_WINDOW;
  maxFrameBytes = DEFAULT_FRAME_BYTES;

  /** @throws ConnectionError */
  apply(bytes: Buffer, start: number, end: number): void {
    if ((end - start) % ENTRY_BYTES !== 0)
      throw new ConnectionError(ErrorCode.frameSizeError, 'settings are cut');
    for (let at = start; at < end; at += ENTRY_BYTES)
      this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
  }

  #set(setting: number, value: number): void {
    switch (setting) {
      case Setting.headerTableSize:
        this.tableBytes = value;
        break;
      case Setting.enablePush:
        if (value !== 0) throw new ConnectionError(ErrorCode.protocolError, 'a server takes pushes');
        break;
      case Setting.maxConcurrentStreams:
        this.maxStreams = value;
        break;
      case Setting.initialWindowSize:
        if (value > MAX_WINDOW)
          throw new ConnectionError(ErrorCode.flowControlError, 'a window is too large');
        this.initialWindow = value;
        break;
      case Setting.maxFrameSize:
        if (value < DEFAULT_FRAME_BYTES || value > LARGEST_FRAME)
          throw new ConnectionError(ErrorCode.protocolError, 'a frame size is out of range');
        this.maxFrameBytes = value;
        break;
      default:
      // RFC 9113 §6.5.2: unknown settings are ignored.
    }
  }
}

/** Our own, for the beginning of a connection: no pushes, our window, our header list. */
export function ownSettings(window: number, headerListBytes: number): Buffer {
  const entries: readonly (readonly [number, number])[] = [
    [Setting.enablePush, 0],
    [Setting.initialWindowSize, window],
    [Setting.maxHeaderListSize, headerListBytes],
  ];
  const bytes = Buffer.alloc(entries.length * ENTRY_BYTES);
  entries.forEach(([setting, value], index) => {
    bytes.writeUInt16BE(setting, index * ENTRY_BYTES);
    bytes.writeUInt32BE(value, index * ENTRY_BYTES + 2);
  });
  return bytes;
}
