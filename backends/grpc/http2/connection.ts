// One HTTP/2 connection to a server, from an open socket on: opens streams, hands each what is its own, and keeps the
// peer to the rules. Whatever it breaks ends the connection and all its streams. Source: RFC 9113.
import type { Socket } from 'node:net';
import { FloodGuard } from './flood-guard.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import { HeaderDecoder } from './header-decoder.ts';
import { HeaderEncoder } from './header-encoder.ts';
import { HeaderGatherer } from './header-gatherer.ts';
import { HeaderText } from './header-text.ts';
import type { Http2Stream } from './http2-stream.ts';
import { Outgoing } from './outgoing.ts';
import { ownSettings, PeerSettings } from './peer-settings.ts';
import {
  CONNECTION_WINDOW,
  ConnectionError,
  DEFAULT_WINDOW,
  ErrorCode,
  Flag,
  FrameType,
  MAX_HEADER_LIST_BYTES,
  MAX_STREAM_ID,
  PREFACE,
  STREAM_WINDOW,
} from './protocol.ts';
import type { Field } from './static-table.ts';

/** However many the peer allows. */
const MAX_STREAMS = 1_000;
const KEEPALIVE_MS = 60_000;
const PING_TIMEOUT_MS = 10_000;
/** For the peer to take our last words. */
const LINGER_MS = 1_000;

export interface ConnectionOptions<Head> {
  /** Of every request; pseudo-header fields first. */
  readonly fields: readonly Field[];
  /** Undefined stands for a list that is too long. */
  readonly readHead: (fields: readonly Field[] | undefined) => Head;
  /** The peer's settings are there, or a stream has ended: another one may have room. */
  readonly onRoom: () => void;
  /** Once; no stream can be opened from now on, but those that are open may go on. */
  readonly onLeave: (reason: string) => void;
  /** Once, before its streams are told. */
  readonly onClose: (reason: string) => void;
  /** No stream has been open for a while. */
  readonly onIdle: () => void;
}

export class Connection<Head> implements FrameSink {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions<Head>;
  readonly #reader = new FrameReader(this);
  readonly #writer: FrameWriter;
  readonly #outgoing: Outgoing<Head>;
  readonly #encoder: HeaderEncoder;
  readonly #decoder: HeaderDecoder<Head>;
  readonly #text: HeaderText;
  readonly #gatherer = new HeaderGatherer();
  readonly #guard = new FloodGuard(() => performance.now());
  readonly #peer = new PeerSettings();
  readonly #streams = new Map<number, Http2Stream<Head>>();
  #keepalive: NodeJS.Timeout | undefined;
  #nextId = 1;
  /** The newest stream whose beginning has been given to the socket. */
  #flushedId = 0;
  /** Bytes that came and have not been given back to the peer's window. */
  #received = 0;
  #isReady = false;
  #isLeaving = false;
  #isClosed = false;
  #hasHeard = false;
  /** Whether a stream has been opened since it was last looked at. */
  #isUsed = true;

  constructor(socket: Socket, options: ConnectionOptions<Head>) {
    this.#socket = socket;
    this.#options = options;
    this.#encoder = new HeaderEncoder(options.fields);
    this.#decoder = new HeaderDecoder(options.readHead);
    this.#text = new HeaderText(this.#encoder);
    this.#writer = new FrameWriter(socket, () => {
      this.#flushedId = this.#nextId - 2;
    });
    this.#outgoing = new Outgoing(this.#writer);
    socket.on('drain', () => this.#outgoing.pump());
    socket.on('end', () => this.#lose('the connection was ended'));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#lose(error.message || (error.code ?? 'failed')),
    );
    socket.on('close', () => this.#lose('the connection was cut'));
  }

  /** Speaks first, as a client must. */
  start(): void {
    this.#writer.raw(Buffer.from(PREFACE));
    this.#writer.control(FrameType.settings, 0, 0, ownSettings(STREAM_WINDOW, MAX_HEADER_LIST_BYTES));
    this.#outgoing.grant(0, CONNECTION_WINDOW - DEFAULT_WINDOW);
    this.#writer.flush();
    this.#keepalive = setInterval(() => this.#checkAlive(), KEEPALIVE_MS).unref();
  }

  get hasRoom(): boolean {
    return (
      this.#isReady && !this.#isLeaving && this.#streams.size < Math.min(this.#peer.maxStreams, MAX_STREAMS)
    );
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Of streams that are open. */
  get load(): number {
    return this.#streams.size;
  }

  /**
   * Sends the request's head, and `only` after it as the one message. Asks `hasRoom` first.
   * @throws Error for fields that cannot be sent; nothing has been then.
   */
  open(stream: Http2Stream<Head>, only: Uint8Array | undefined): void {
    const text = this.#text;
    text.clear();
    stream.writeFields(text);
    const id = this.#nextId;
    this.#nextId += 2;
    stream.id = id;
    stream.sendWindow = this.#peer.initialWindow;
    stream.received = 0;
    stream.isSent = false;
    if (this.#streams.size === 0) this.#socket.ref();
    this.#streams.set(id, stream);
    this.#isUsed = true;
    this.#guard.refill();
    this.#writer.headers(id, this.#encoder.start(stream.path), text);
    if (only !== undefined) this.#outgoing.sendOnly(stream, only);
    if (this.#nextId > MAX_STREAM_ID) this.#leave('the connection has no more streams');
  }

  /** A part of the body, which may be the last; `onSent` says when the next one may follow. */
  send(stream: Http2Stream<Head>, bytes: Uint8Array, isLast: boolean): void {
    this.#guard.refill();
    this.#outgoing.send(stream, bytes, isLast);
  }

  endSending(stream: Http2Stream<Head>): void {
    this.#outgoing.end(stream);
  }

  /** Gives the stream up; nothing more is heard of it. */
  reset(stream: Http2Stream<Head>, code: number): void {
    const { id } = stream;
    if (!this.#forget(stream)) return;
    this.#outgoing.reset(id, code);
    this.#afterEnd();
  }

  /** Somebody has taken so many bytes; told to the peer when it is worth a frame. */
  giveBack(stream: Http2Stream<Head>, bytes: number): void {
    if (bytes < STREAM_WINDOW / 2) return;
    stream.received -= bytes;
    this.#outgoing.grant(stream.id, bytes);
  }

  /** Ends every stream and the connection. */
  close(reason: string): void {
    this.#end(reason, ErrorCode.noError);
  }

  /** What came in; `bytes` is overwritten afterwards. */
  read(bytes: Buffer, length: number): void {
    if (this.#isClosed) return;
    this.#hasHeard = true;
    try {
      this.#reader.read(bytes, length);
    } catch (error) {
      if (error instanceof ConnectionError) this.#end(error.message, error.code);
      else {
        this.#end('the connection failed', ErrorCode.protocolError);
        throw error;
      }
    }
  }

  onData(id: number, bytes: Buffer, start: number, end: number, cost: number, isEnd: boolean): void {
    if (this.#isClosed) return;
    if (!this.#isReady || this.#gatherer.isOpen) throw unexpected('data');
    this.#received += cost;
    if (this.#received > CONNECTION_WINDOW)
      throw new ConnectionError(ErrorCode.flowControlError, 'more came than the connection allows');
    if (this.#received > CONNECTION_WINDOW / 2) {
      this.#outgoing.grant(0, this.#received);
      this.#received = 0;
    }
    const stream = this.#find(id);
    if (stream === undefined) {
      this.#guard.spend();
      return;
    }
    stream.received += cost;
    if (stream.received > STREAM_WINDOW)
      throw new ConnectionError(ErrorCode.flowControlError, 'more came than the stream allows');
    if (end > start) this.#guard.refill();
    else if (!isEnd) this.#guard.spend();
    if (isEnd) this.#finish(stream);
    stream.onData(bytes, start, end, isEnd);
    if (isEnd) this.#afterEnd();
  }

  onFrame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (this.#isClosed) return;
    if (!this.#isReady && type !== FrameType.settings) throw unexpected('a frame before the settings');
    if (this.#gatherer.isOpen && type !== FrameType.continuation) throw unexpected('a frame amid headers');
    switch (type) {
      case FrameType.headers: {
        this.#onHeaders(this.#gatherer.headers(id, flags, bytes, start, end));
        return;
      }
      case FrameType.continuation: {
        this.#onHeaders(this.#gatherer.continuation(id, flags, bytes, start, end));
        return;
      }
      case FrameType.resetStream: {
        this.#onReset(id, bytes, start, end);
        return;
      }
      case FrameType.settings: {
        this.#onSettings(flags, id, bytes, start, end);
        return;
      }
      case FrameType.ping: {
        this.#onPing(flags, id, bytes, start, end);
        return;
      }
      case FrameType.goAway: {
        this.#onGoAway(id, bytes, start, end);
        return;
      }
      case FrameType.windowUpdate: {
        this.#onWindowUpdate(id, bytes, start, end);
        return;
      }
      case FrameType.pushPromise:
        throw unexpected('a push');
      case FrameType.priority:
        assertSize(end - start, 5);
        if (id === 0) throw unexpected('a priority of the connection');
        {
          this.#guard.spend();
          return;
        }
      default: {
        // RFC 9113 §5.5: unknown types are ignored.
        this.#guard.spend();
        return;
      }
    }
  }

  #onHeaders(isWhole: boolean): void {
    this.#guard.spend();
    if (!isWhole) return;
    const { id, isEnd, bytes, start, end } = this.#gatherer;
    const head = this.#decoder.decode(bytes, start, end);
    this.#gatherer.clear();
    const stream = this.#find(id);
    if (stream === undefined) return;
    if (isEnd) this.#finish(stream);
    stream.onHead(head, isEnd);
    if (isEnd) this.#afterEnd();
  }

  #onReset(id: number, bytes: Buffer, start: number, end: number): void {
    this.#guard.spend();
    assertSize(end - start, 4);
    const stream = this.#find(id);
    if (stream === undefined) return;
    this.#forget(stream);
    stream.onReset(bytes.readUInt32BE(start));
    this.#afterEnd();
  }

  #onSettings(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    this.#guard.spend();
    if (id !== 0) throw unexpected('settings of a stream');
    if ((flags & Flag.ack) !== 0) {
      if (!this.#isReady) throw unexpected('settings that only answer');
      assertSize(end - start, 0);
      return;
    }
    const peer = this.#peer;
    const windowBefore = peer.initialWindow;
    peer.apply(bytes, start, end);
    this.#encoder.setTableLimit(peer.tableBytes);
    this.#writer.maxFrameBytes = peer.maxFrameBytes;
    this.#outgoing.control(FrameType.settings, Flag.ack, NO_BYTES);
    if (peer.initialWindow !== windowBefore) {
      for (const stream of [...this.#streams.values()])
        this.#widen(stream, peer.initialWindow - windowBefore);
    }
    this.#isReady = true;
    this.#options.onRoom();
    if (this.#streams.size === 0) this.#socket.unref();
  }

  #onPing(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    this.#guard.spend();
    assertSize(end - start, 8);
    if (id !== 0) throw unexpected('a ping of a stream');
    if ((flags & Flag.ack) === 0)
      this.#outgoing.control(FrameType.ping, Flag.ack, bytes.subarray(start, end));
  }

  #onGoAway(id: number, bytes: Buffer, start: number, end: number): void {
    this.#guard.spend();
    if (id !== 0) throw unexpected('a goodbye of a stream');
    if (end - start < 8) throw new ConnectionError(ErrorCode.frameSizeError, 'a goodbye is cut');
    const lastId = bytes.readUInt32BE(start) & MAX_STREAM_ID;
    const reason = `the upstream says goodbye, code ${bytes.readUInt32BE(start + 4)}`;
    this.#leave(reason);
    for (const stream of [...this.#streams.values()]) {
      if (stream.id > lastId && this.#forget(stream)) stream.onLost(reason, true);
    }
    this.#afterEnd();
  }

  #onWindowUpdate(id: number, bytes: Buffer, start: number, end: number): void {
    this.#guard.spend();
    assertSize(end - start, 4);
    const increment = bytes.readUInt32BE(start) & MAX_STREAM_ID;
    if (increment === 0) throw unexpected('a window update of nothing');
    if (id === 0) {
      this.#outgoing.widen(increment);
      return;
    }
    const stream = this.#find(id);
    if (stream !== undefined) this.#widen(stream, increment);
  }

  #widen(stream: Http2Stream<Head>, bytes: number): void {
    if (!this.#outgoing.widenStream(stream, bytes))
      throw new ConnectionError(ErrorCode.flowControlError, 'the window of a stream is too large');
  }

  /** Undefined for one that has ended. @throws ConnectionError for one that nobody opened. */
  #find(id: number): Http2Stream<Head> | undefined {
    const stream = this.#streams.get(id);
    if (stream === undefined && ((id & 1) === 0 || id >= this.#nextId))
      throw unexpected('a stream that nobody opened');
    return stream;
  }

  /** The peer has said all. If we have not, it needs no more of it (RFC 9113 §8.1). */
  #finish(stream: Http2Stream<Head>): void {
    if (!stream.isSent) this.#outgoing.reset(stream.id, ErrorCode.cancel);
    this.#forget(stream);
  }

  #forget(stream: Http2Stream<Head>): boolean {
    if (!this.#streams.delete(stream.id)) return false;
    this.#outgoing.forget(stream);
    stream.id = 0;
    return true;
  }

  #afterEnd(): void {
    if (this.#streams.size === 0 && !this.#isClosed) {
      if (this.#isLeaving) {
        this.#end('the connection has done its work', ErrorCode.noError);
        return;
      }
      this.#socket.unref();
    }
    this.#options.onRoom();
  }

  #leave(reason: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#options.onLeave(reason);
  }

  #checkAlive(): void {
    const { hasHeard, isUsed } = { hasHeard: this.#hasHeard, isUsed: this.#isUsed };
    this.#hasHeard = false;
    this.#isUsed = false;
    if (this.#streams.size === 0) {
      if (!isUsed) this.#options.onIdle();
      return;
    }
    if (hasHeard) return;
    this.#writer.control(FrameType.ping, 0, 0, Buffer.alloc(8));
    setTimeout(() => {
      if (!this.#hasHeard) this.#lose('the upstream answers no ping');
    }, PING_TIMEOUT_MS).unref();
  }

  #lose(reason: string): void {
    if (!this.#isClosed) this.#socket.destroy();
    this.#end(reason, ErrorCode.noError);
  }

  #end(reason: string, code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#keepalive);
    this.#leave(reason);
    this.#sayGoodbye(code);
    this.#options.onClose(reason);
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) {
      const isUntouched = stream.id > this.#flushedId;
      this.#outgoing.forget(stream);
      stream.id = 0;
      stream.onLost(reason, isUntouched);
    }
  }

  #sayGoodbye(code: number): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (this.#keepalive === undefined) {
      socket.destroy();
      return;
    }
    const words = Buffer.alloc(8);
    words.writeUInt32BE(code, 4);
    this.#writer.control(FrameType.goAway, 0, 0, words);
    this.#writer.flush();
    socket.unref();
    socket.destroySoon();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }
}

const NO_BYTES = Buffer.alloc(0);

function assertSize(actual: number, expected: number): void {
  if (actual !== expected) throw new ConnectionError(ErrorCode.frameSizeError, 'a frame is not of its size');
}

function unexpected(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.protocolError, `the upstream sent ${what}`);
}
