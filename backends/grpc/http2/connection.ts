// One HTTP/2 connection to a server: opens streams, keeps it alive, and ends it and all its streams when the socket is
// lost, the peer breaks a rule, or nobody needs it. Source: RFC 9113.
import type { Socket } from 'node:net';
import type { ResetBudget } from '../../reset-budget.ts';
import { byViolation, type Ending, withoutFault } from './ending.ts';
import { FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import { HeaderDecoder } from './header-decoder.ts';
import { HeaderEncoder } from './header-encoder.ts';
import { HeaderText } from './header-text.ts';
import type { Http2Stream } from './http2-stream.ts';
import { Incoming, type IncomingHost } from './incoming.ts';
import { Outgoing } from './outgoing.ts';
import { ownSettings, PeerSettings } from './peer-settings.ts';
import {
  CONNECTION_WINDOW,
  ConnectionError,
  DEFAULT_WINDOW,
  ErrorCode,
  FrameType,
  MAX_HEADER_LIST_BYTES,
  PREFACE,
  STREAM_WINDOW,
} from './protocol.ts';
import type { Field } from './static-table.ts';
import { StreamTable } from './stream-table.ts';

/** However many the peer allows. */
const MAX_STREAMS = 1_000;
const KEEPALIVE_MS = 60_000;
/**
 * Between two pings that no content of the server's came between: servers of gRPC take three that come sooner than
 * every five minutes for a fault, and close the connection with all that is on it (gRPC proposal A8).
 */
const CHECKS_PER_PING = 6;
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
  readonly onLeave: (ending: Ending) => void;
  /** Once, before its streams are told. */
  readonly onClose: () => void;
  /** No stream has been open for a while. */
  readonly onIdle: () => void;
}

export class Connection<Head> implements IncomingHost {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions<Head>;
  readonly #writer: FrameWriter;
  readonly #outgoing: Outgoing<Head>;
  readonly #streams: StreamTable<Head>;
  readonly #peer = new PeerSettings();
  readonly #incoming: Incoming<Head>;
  readonly #reader: FrameReader;
  readonly #encoder: HeaderEncoder;
  readonly #text: HeaderText;
  #keepalive: NodeJS.Timeout | undefined;
  /** The newest stream whose beginning has been given to the socket. */
  #flushedId = 0;
  #isLeaving = false;
  #isClosed = false;
  #hasHeard = false;
  #checksSincePing = CHECKS_PER_PING;
  /** Whether a stream has been opened since that was last looked at. */
  #isUsed = true;

  constructor(socket: Socket, options: ConnectionOptions<Head>) {
    this.#socket = socket;
    this.#options = options;
    this.#encoder = new HeaderEncoder(options.fields);
    this.#text = new HeaderText(this.#encoder);
    this.#writer = new FrameWriter(socket, () => {
      this.#flushedId = this.#streams.newestId;
    });
    // The windows that a large body needs are no flood.
    this.#outgoing = new Outgoing(this.#writer, () => this.#incoming.guard.refill());
    this.#streams = new StreamTable(this.#outgoing);
    this.#incoming = new Incoming(this, {
      streams: this.#streams,
      outgoing: this.#outgoing,
      decoder: new HeaderDecoder(options.readHead),
      peer: this.#peer,
    });
    this.#reader = new FrameReader(this.#incoming);
    socket.on('drain', () => this.#outgoing.pump());
    socket.on('end', () => this.#lose('the connection was ended'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#lose(error.message || `${error.code}`));
    socket.on('close', () => this.#lose('the connection was cut'));
  }

  /** Speaks first, as a client must; the socket is open. */
  start(): void {
    this.#writer.raw(Buffer.from(PREFACE));
    this.#writer.control(FrameType.settings, 0, 0, ownSettings(STREAM_WINDOW, MAX_HEADER_LIST_BYTES));
    this.#outgoing.grant(0, CONNECTION_WINDOW - DEFAULT_WINDOW);
    this.#writer.flush();
    this.#keepalive = setInterval(() => this.#checkAlive(), KEEPALIVE_MS).unref();
  }

  get hasRoom(): boolean {
    return (
      this.#incoming.isReady &&
      !this.#isLeaving &&
      this.#streams.size < Math.min(this.#peer.maxStreams, MAX_STREAMS)
    );
  }

  /** What may still be given up; once it is spent, calls had better begin on another connection. */
  get resets(): Pick<ResetBudget, 'isTired' | 'isWorn' | 'left'> {
    return this.#outgoing.resets;
  }

  /**
   * Sends the request's head, and `only` after it as the one message. Asks `hasRoom` first.
   * @throws Error for fields that cannot be sent; nothing has been then.
   */
  open(stream: Http2Stream<Head>, only: Uint8Array | undefined): void {
    const text = this.#text;
    text.clear();
    stream.writeFields(text);
    if (this.#streams.size === 0) this.#socket.ref();
    this.#streams.add(stream);
    stream.sendWindow = this.#peer.initialWindow;
    stream.received = 0;
    stream.isSent = false;
    this.#isUsed = true;
    this.#incoming.guard.earn();
    this.#writer.headers(stream.id, this.#encoder.start(stream.path), text);
    if (only !== undefined) this.#outgoing.sendOnly(stream, only);
    if (!this.#streams.hasNumbers) this.#leave(withoutFault('the connection has no more streams'));
  }

  /** A part of the body, which may be the last; `onSent` says when the next one may follow. */
  send(stream: Http2Stream<Head>, bytes: Uint8Array, isLast: boolean): void {
    this.#incoming.guard.refill();
    this.#outgoing.send(stream, bytes, isLast);
  }

  /** After a body whose parts were none of them the last. */
  endSending(stream: Http2Stream<Head>): void {
    this.#outgoing.end(stream);
  }

  /** Gives the stream up; nothing more is heard of it. */
  reset(stream: Http2Stream<Head>, code: number): void {
    const { id } = stream;
    if (!this.#streams.forget(stream)) return;
    this.#incoming.guard.expectLate(STREAM_WINDOW - stream.received);
    this.#outgoing.reset(id, code);
    this.onStreamEnd();
  }

  /** So many bytes need not be held any more; told to the peer when it is worth a frame. */
  giveBack(stream: Http2Stream<Head>, bytes: number): void {
    if (bytes < STREAM_WINDOW / 2) return;
    stream.received -= bytes;
    this.#outgoing.grant(stream.id, bytes);
  }

  /** Ends every stream and the connection. */
  close(reason: string): void {
    this.#end(withoutFault(reason), ErrorCode.noError);
  }

  /** What came in; `bytes` is overwritten afterwards. */
  read(bytes: Buffer, length: number): void {
    if (this.#isClosed) return;
    this.#hasHeard = true;
    try {
      this.#reader.read(bytes, length);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#end(byViolation(error.message), error.code);
    }
  }

  onSettings(): void {
    this.#encoder.setTableLimit(this.#peer.tableBytes);
    this.#writer.maxFrameBytes = this.#peer.maxFrameBytes;
    this.#options.onRoom();
    if (this.#streams.size === 0) this.#socket.unref();
  }

  onGoodbye(lastId: number, reason: string): void {
    const ending = withoutFault(reason);
    this.#leave(ending);
    for (const stream of this.#streams.all()) {
      if (stream.id > lastId && this.#streams.forget(stream)) stream.onLost(ending, true);
    }
    this.onStreamEnd();
  }

  onStreamEnd(): void {
    if (this.#streams.size === 0 && !this.#isClosed) {
      if (this.#isLeaving) {
        this.#end(withoutFault('the connection has done its work'), ErrorCode.noError);
        return;
      }
      this.#socket.unref();
    }
    this.#options.onRoom();
  }

  #leave(ending: Ending): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#options.onLeave(ending);
  }

  #checkAlive(): void {
    const [hasHeard, isUsed] = [this.#hasHeard, this.#isUsed];
    this.#hasHeard = false;
    this.#isUsed = false;
    this.#checksSincePing += 1;
    if (this.#streams.size === 0) {
      if (!isUsed) this.#options.onIdle();
      return;
    }
    if (hasHeard || (this.#checksSincePing < CHECKS_PER_PING && !this.#incoming.hasContent)) return;
    this.#checksSincePing = 0;
    this.#incoming.hasContent = false;
    this.#writer.control(FrameType.ping, 0, 0, Buffer.alloc(8));
    setTimeout(() => {
      if (!this.#hasHeard) this.#lose('the upstream answers no ping');
    }, PING_TIMEOUT_MS).unref();
  }

  #lose(reason: string): void {
    if (!this.#isClosed) this.#socket.destroy();
    this.#end(withoutFault(reason), ErrorCode.noError);
  }

  #end(ending: Ending, code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#incoming.isOver = true;
    clearInterval(this.#keepalive);
    this.#leave(ending);
    this.#sayGoodbye(code);
    this.#options.onClose();
    for (const stream of this.#streams.all()) {
      const isUntouched = stream.id > this.#flushedId;
      if (this.#streams.forget(stream)) stream.onLost(ending, isUntouched);
    }
  }

  #sayGoodbye(code: number): void {
    const socket = this.#socket;
    if (this.#keepalive === undefined) socket.destroy();
    if (socket.destroyed) return;
    const words = Buffer.alloc(8);
    words.writeUInt32BE(code, 4);
    // Requests that were to go out in this turn can begin elsewhere, if they do not go out now.
    this.#writer.discard();
    this.#writer.control(FrameType.goAway, 0, 0, words);
    this.#writer.flush();
    socket.unref();
    socket.destroySoon();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  }
}
