// One connection that speaks graphql-transport-ws: what is said, in which order, and how much at a time. The words and
// close codes are those of the graphql-ws package; its server is not used, since it leaves an upstream call alone that
// is taken back before its first event, and gives the events of such a one to the next operation of the same id.
import type { Duplex } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import { CloseCode, type Message, MessageType, parseMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { GatewayError } from '../../../core/error.ts';
import type { JsonObject } from '../../../core/json.ts';
import { hasKeysTwice } from '../../../translators/json/keys-twice.ts';
import { cutConnection } from '../../websocket/cut-connection.ts';
import type { SubscriptionLimits } from '../limits.ts';
import { resultText } from '../written-result.ts';
import type { ClientOperation, OperationEvent } from './operation.ts';

/** Runs an operation of a connection that was initialised with this payload. */
export type RunOperation = (
  operation: ClientOperation,
  init: JsonObject | undefined,
) => AsyncGenerator<OperationEvent, void, undefined>;

/** RFC 6455 §7.4.1. */
const NORMAL = 1000;
const GOING_AWAY = 1001;
/** Names are the client's; the package's own are UUIDs. */
const MAX_ID_LENGTH = 256;

export class Session {
  readonly #connection: WebSocket;
  readonly #socket: Duplex;
  readonly #limits: SubscriptionLimits;
  readonly #run: RunOperation;
  readonly #active = new Map<string, AbortController>();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #idle: NodeJS.Timeout;
  #state: 'new' | 'acknowledged' = 'new';
  #init: JsonObject | undefined;
  #count = 0;
  #isDraining = false;
  #hasAnswered = true;

  constructor(connection: WebSocket, socket: Duplex, limits: SubscriptionLimits, run: RunOperation) {
    this.#connection = connection;
    this.#socket = socket;
    this.#limits = limits;
    this.#run = run;
    const initialised = setTimeout(() => {
      if (this.#state === 'new')
        connection.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
    }, limits.initMs);
    const keepalive = setInterval(() => this.#ping(), limits.keepaliveMs);
    this.#idle = setTimeout(() => this.#closeIfIdle(), limits.idleMs);
    this.#timers = [initialised, keepalive, this.#idle];
    connection.on('message', (data: Buffer, isBinary: boolean) => this.#hear(data, isBinary));
    connection.on('pong', () => {
      this.#hasAnswered = true;
    });
    connection.on('error', () => connection.terminate());
    connection.once('close', () => this.#end());
  }

  /** Lets what is running end, then closes. */
  drain(): void {
    if (this.#active.size === 0) this.#connection.close(GOING_AWAY, 'shutting down');
    // Nobody waits for ever for an operation that does not end.
    if (!this.#isDraining) setTimeout(() => this.#cut(), this.#limits.blockedMs).unref();
    this.#isDraining = true;
  }

  #hear(data: Buffer, isBinary: boolean): void {
    this.#idle.refresh();
    let message: Message;
    try {
      if (isBinary) throw new Error('frames are text');
      const text = data.toString('utf8');
      message = parseMessage(text);
      if (hasKeysTwice(text, message as unknown as JsonObject)) throw new Error('a key is there twice');
    } catch {
      this.#connection.close(CloseCode.BadRequest, 'Invalid message received');
      return;
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        this.#initialise(message.payload as JsonObject | undefined);
        break;
      case MessageType.Ping:
        this.#reply({ type: MessageType.Pong, ...(message.payload && { payload: message.payload }) });
        break;
      case MessageType.Pong:
        break;
      case MessageType.Subscribe:
        this.#subscribe(message.id, message.payload as unknown as JsonObject);
        break;
      case MessageType.Complete:
        this.#stop(message.id);
        break;
      default:
        this.#connection.close(CloseCode.BadRequest, 'Invalid message received');
    }
  }

  #initialise(payload: JsonObject | undefined): void {
    if (this.#state !== 'new') {
      this.#connection.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
      return;
    }
    this.#state = 'acknowledged';
    this.#init = payload ?? undefined;
    this.#reply({ type: MessageType.ConnectionAck });
  }

  #subscribe(id: string, payload: JsonObject): void {
    if (this.#state !== 'acknowledged') {
      this.#connection.close(CloseCode.Unauthorized, 'Unauthorized');
    } else if (id.length > MAX_ID_LENGTH) {
      this.#connection.close(CloseCode.BadRequest, 'Invalid message received');
    } else if (this.#active.has(id)) {
      this.#connection.close(CloseCode.SubscriberAlreadyExists, 'Subscriber for this id already exists');
    } else if (this.#active.size >= this.#limits.perConnection) {
      this.#reply({ id, type: MessageType.Error, payload: [tooMany(this.#limits.perConnection)] });
    } else {
      void this.#perform(id, payload);
    }
  }

  async #perform(id: string, payload: JsonObject): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#active.set(id, controller);
    try {
      for await (const event of this.#run({ number: ++this.#count, payload, signal }, this.#init)) {
        if (signal.aborted) return;
        await this.#sendText(messageOf(id, event));
        if (event.kind === 'refused') return;
      }
      if (!signal.aborted) await this.#send({ id, type: MessageType.Complete });
    } catch {
      // Only the connection can fail here, and whoever it belonged to has gone.
      this.#connection.terminate();
    } finally {
      if (this.#active.get(id) === controller) this.#active.delete(id);
      if (this.#isDraining) this.drain();
    }
  }

  #stop(id: string): void {
    const controller = this.#active.get(id);
    this.#active.delete(id);
    controller?.abort(new GatewayError('cancelled', 'the client ended the operation'));
  }

  /** An answer that the client has caused by itself: it is not heard again before it has taken it. */
  #reply(message: unknown): void {
    this.#connection.pause();
    this.#send(message).then(
      () => this.#connection.resume(),
      () => this.#connection.terminate(),
    );
  }

  #send(message: unknown): Promise<void> {
    return this.#sendText(JSON.stringify(message));
  }

  /** Resolves when the message has left for the socket: a slow client slows the upstream, a stopped one is cut off. */
  #sendText(message: string): Promise<void> {
    this.#idle.refresh();
    const blocked = setTimeout(() => this.#cut(), this.#limits.blockedMs);
    return new Promise((resolve, reject) => {
      this.#connection.send(message, (error) => {
        clearTimeout(blocked);
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
  }

  #ping(): void {
    if (this.#hasAnswered) {
      this.#hasAnswered = false;
      this.#connection.ping();
    } else {
      this.#cut();
    }
  }

  #cut(): void {
    cutConnection(this.#connection, this.#socket);
  }

  #closeIfIdle(): void {
    if (this.#active.size === 0) this.#connection.close(NORMAL, 'idle');
    else this.#idle.refresh();
  }

  #end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    const left = new GatewayError('cancelled', 'the client left');
    for (const controller of this.#active.values()) controller.abort(left);
    this.#active.clear();
  }
}

function messageOf(id: string, { kind, result }: OperationEvent): string {
  if (kind === 'refused') return JSON.stringify({ id, type: MessageType.Error, payload: result.errors });
  return `{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":${resultText(result)}}`;
}

function tooMany(most: number): GraphQLFormattedError {
  return {
    message: `this connection has ${most} operations running, which is the most; end one first`,
    extensions: { code: 'RESOURCE_EXHAUSTED', source: 'gateway' },
  };
}
