// The receiving side of a connection: what each frame of the peer means, to its stream or to all. Whatever breaks a
// rule of HTTP/2 is thrown, and ends the connection. Source: RFC 9113, sections 5 and 6.
import { FloodGuard } from './flood-guard.ts';
import type { FrameSink } from './frame-reader.ts';
import type { HeaderDecoder } from './header-decoder.ts';
import { HeaderGatherer } from './header-gatherer.ts';
import type { Http2Stream } from './http2-stream.ts';
import type { Outgoing } from './outgoing.ts';
import type { PeerSettings } from './peer-settings.ts';
import {
  CONNECTION_WINDOW,
  ConnectionError,
  ErrorCode,
  Flag,
  FrameType,
  MAX_STREAM_ID,
  STREAM_WINDOW,
} from './protocol.ts';
import type { StreamTable } from './stream-table.ts';

export interface IncomingHost {
  /** The peer allows something else than before. */
  onSettings(): void;
  /** No stream beyond `lastId` will be worked on, and none may be opened. */
  onGoodbye(lastId: number, reason: string): void;
  /** A stream has ended and been told so. */
  onStreamEnd(): void;
}

export interface IncomingParts<Head> {
  readonly streams: StreamTable<Head>;
  readonly outgoing: Outgoing<Head>;
  readonly decoder: HeaderDecoder<Head>;
  readonly peer: PeerSettings;
}

export class Incoming<Head> implements FrameSink {
  readonly #host: IncomingHost;
  readonly #streams: StreamTable<Head>;
  readonly #outgoing: Outgoing<Head>;
  readonly #decoder: HeaderDecoder<Head>;
  readonly #peer: PeerSettings;
  readonly #gatherer = new HeaderGatherer();
  readonly guard = new FloodGuard(() => performance.now());
  /** Bytes that came and have not been given back to the peer's window. */
  #received = 0;
  /** Whether the peer's settings have come, which must be the first frame. */
  isReady = false;
  /** Headers or data have come since this was last looked at. */
  hasContent = false;
  /** The connection has ended amid a read: the rest of what came is of no interest. */
  isOver = false;

  constructor(host: IncomingHost, { streams, outgoing, decoder, peer }: IncomingParts<Head>) {
    this.#host = host;
    this.#streams = streams;
    this.#outgoing = outgoing;
    this.#decoder = decoder;
    this.#peer = peer;
  }

  onData(id: number, bytes: Buffer, start: number, end: number, cost: number, isEnd: boolean): void {
    if (this.isOver) return;
    if (!this.isReady || this.#gatherer.isOpen) throw unexpected('data');
    this.hasContent = true;
    this.#received += cost;
    if (this.#received > CONNECTION_WINDOW)
      throw new ConnectionError(ErrorCode.flowControlError, 'more came than the connection allows');
    if (this.#received > CONNECTION_WINDOW / 2) {
      this.#outgoing.grant(0, this.#received);
      this.#received = 0;
    }
    const stream = this.#streams.find(id);
    if (stream === undefined) {
      this.guard.takeLate(cost);
      return;
    }
    stream.received += cost;
    if (stream.received > STREAM_WINDOW)
      throw new ConnectionError(ErrorCode.flowControlError, 'more came than the stream allows');
    if (end > start) this.guard.refill();
    else if (!isEnd) this.guard.spend();
    if (isEnd) this.#finish(stream);
    stream.onData(bytes, start, end, isEnd);
    if (isEnd) this.#host.onStreamEnd();
  }

  onFrame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (this.isOver) return;
    if (!this.isReady && type !== FrameType.settings) throw unexpected('a frame before its settings');
    if (this.#gatherer.isOpen && type !== FrameType.continuation) throw unexpected('a frame amid headers');
    // DATA and new requests fill the budget up again.
    this.guard.spend();
    switch (type) {
      case FrameType.headers:
        if (this.#gatherer.headers(id, flags, bytes, start, end)) this.#onHeaders();
        break;
      case FrameType.continuation:
        if (this.#gatherer.continuation(id, flags, bytes, start, end)) this.#onHeaders();
        break;
      case FrameType.resetStream:
        this.#onReset(id, bytes, start, end);
        break;
      case FrameType.settings:
        this.#onSettings(flags, id, bytes, start, end);
        break;
      case FrameType.ping:
        this.#onPing(flags, id, bytes, start, end);
        break;
      case FrameType.goAway:
        this.#onGoAway(id, bytes, start, end);
        break;
      case FrameType.windowUpdate:
        this.#onWindowUpdate(id, bytes, start, end);
        break;
      case FrameType.pushPromise:
        throw unexpected('a push');
      case FrameType.priority:
        assertSize(end - start, 5);
        if (id === 0) throw unexpected('a priority of the connection');
        break;
      default:
      // RFC 9113 §5.5: unknown types are ignored.
    }
  }

  #onHeaders(): void {
    const { id, isEnd, bytes, start, end } = this.#gatherer;
    // Also of a stream that has ended: the table must follow.
    const head = this.#decoder.decode(bytes, start, end);
    this.#gatherer.clear();
    this.hasContent = true;
    const stream = this.#streams.find(id);
    if (stream === undefined) return;
    if (isEnd) this.#finish(stream);
    stream.onHead(head, isEnd);
    if (isEnd) this.#host.onStreamEnd();
  }

  #onReset(id: number, bytes: Buffer, start: number, end: number): void {
    assertSize(end - start, 4);
    const stream = this.#streams.find(id);
    if (stream === undefined) return;
    this.#streams.forget(stream);
    stream.onReset(bytes.readUInt32BE(start));
    this.#host.onStreamEnd();
  }

  #onSettings(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) throw unexpected('settings of a stream');
    if ((flags & Flag.ack) !== 0) {
      if (!this.isReady) throw unexpected('settings that only answer');
      assertSize(end - start, 0);
      return;
    }
    const windowBefore = this.#peer.initialWindow;
    this.#peer.apply(bytes, start, end);
    this.#outgoing.control(FrameType.settings, Flag.ack, NO_BYTES);
    const widening = this.#peer.initialWindow - windowBefore;
    if (widening !== 0) for (const stream of this.#streams.all()) this.#widen(stream, widening);
    this.isReady = true;
    this.#host.onSettings();
  }

  #onPing(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    assertSize(end - start, 8);
    if (id !== 0) throw unexpected('a ping of a stream');
    if ((flags & Flag.ack) === 0)
      this.#outgoing.control(FrameType.ping, Flag.ack, bytes.subarray(start, end));
  }

  #onGoAway(id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) throw unexpected('a goodbye of a stream');
    if (end - start < 8) throw new ConnectionError(ErrorCode.frameSizeError, 'a goodbye is cut');
    const lastId = bytes.readUInt32BE(start) & MAX_STREAM_ID;
    this.#host.onGoodbye(lastId, `the upstream says goodbye, code ${bytes.readUInt32BE(start + 4)}`);
  }

  #onWindowUpdate(id: number, bytes: Buffer, start: number, end: number): void {
    assertSize(end - start, 4);
    const increment = bytes.readUInt32BE(start) & MAX_STREAM_ID;
    if (increment === 0) throw unexpected('a window update of nothing');
    if (id === 0) {
      this.#outgoing.widen(increment);
      return;
    }
    const stream = this.#streams.find(id);
    if (stream !== undefined) this.#widen(stream, increment);
  }

  #widen(stream: Http2Stream<Head>, bytes: number): void {
    if (!this.#outgoing.widenStream(stream, bytes))
      throw new ConnectionError(ErrorCode.flowControlError, 'the window of a stream is too large');
  }

  /** The peer has said all. If we have not, it needs no more of it (RFC 9113 §8.1). */
  #finish(stream: Http2Stream<Head>): void {
    if (!stream.isSent) this.#outgoing.reset(stream.id, ErrorCode.cancel);
    this.#streams.forget(stream);
  }
}

const NO_BYTES = Buffer.alloc(0);

function assertSize(actual: number, expected: number): void {
  if (actual !== expected) throw new ConnectionError(ErrorCode.frameSizeError, 'a frame is not of its size');
}

function unexpected(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.protocolError, `the upstream sent ${what}`);
}
