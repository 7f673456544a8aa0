import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { type CallOptions, CallQueue } from './call-queue.ts';
import { ChannelError } from './channel-error.ts';
import { decodeFields, encodeFields } from './codec.ts';
import { encodeFrame, FRAME_STATUS, FRAME_TYPES, type Frame } from './frame.ts';
import { FrameParser } from './frame-parser.ts';
import { DEFAULT_KEEPALIVE, KEEPALIVE_PROGRAM, Keepalive, type KeepaliveOptions } from './keepalive.ts';
import { LibvirtError } from './libvirt-error.ts';
import type { EventName, LibvirtEvent, ProcedureName, StreamProcedureName } from './procedure.ts';
import { type ErrorBody, EVENTS, PROCEDURES, PROGRAMS, type Procedures, STRUCTS } from './protocol.gen.ts';
import { ProtocolError } from './protocol-error.ts';
import { RpcStream, type StreamCarrier } from './rpc-stream.ts';

/** The budget of a control call (connect, queries) unless the caller says otherwise. */
const DEFAULT_TIMEOUT_MS = 15_000;

/** Packets of a stream that may overtake the answer which opens it: the daemon writes both from two threads. */
const EARLY_PACKETS_MAX = 64;

interface Answer {
  result: unknown;
  stream: RpcStream | null;
}

const EVENT_NAMES = new Map<number, EventName>(
  Object.entries(EVENTS).map(([name, event]) => [event.number, name as EventName]),
);

/**
 * One RPC connection to libvirtd over any byte stream. Whatever breaks the protocol closes it; `closed` then resolves
 * with the reason and every call is rejected. It emits `event` for each event that was subscribed to.
 */
export class RpcChannel extends EventEmitter<{ event: [LibvirtEvent] }> {
  /** Resolves, never rejects, when the channel is gone. */
  readonly closed: Promise<ChannelError>;
  readonly #socket: Duplex;
  readonly #parser = new FrameParser();
  readonly #calls = new CallQueue<Answer>(() =>
    this.destroy(new ChannelError('closed', 'libvirtd answers none of the calls that it was sent')),
  );
  readonly #streams = new Map<number, { name: ProcedureName; stream: RpcStream }>();
  /** Packets of streams whose call is not answered yet. */
  readonly #early = new Map<number, Frame[]>();
  readonly #pausedBy = new Set<number>();
  readonly #keepalive: Keepalive;
  #reportClosed!: (error: ChannelError) => void;
  #closedBy: ChannelError | null = null;

  constructor(socket: Duplex, keepalive: KeepaliveOptions = DEFAULT_KEEPALIVE) {
    super();
    this.closed = new Promise((resolve) => {
      this.#reportClosed = resolve;
    });
    this.#socket = socket;
    this.#keepalive = new Keepalive(
      keepalive,
      (frame) => this.#write(frame),
      () => this.destroy(new ChannelError('closed', 'libvirtd gave no sign of life')),
    );
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    // A channel of ssh2 says only `end` when the other side has closed: there is no half-open libvirt connection.
    socket.on('end', () => this.destroy(new ChannelError('closed', 'libvirtd closed the connection')));
    socket.on('close', () => this.destroy(new ChannelError('closed', 'the connection was closed')));
    socket.on('error', (cause) => this.destroy(new ChannelError('closed', cause.message, { cause })));
  }

  get isOpen(): boolean {
    return this.#closedBy === null;
  }

  /** Begins to notice a dead peer. Only for daemons that said they support keepalive. */
  startKeepalive(): void {
    if (this.isOpen) this.#keepalive.start();
  }

  /** One call. Rejects with LibvirtError (the daemon's answer), ChannelError (no answer) or TypeError (bad arguments). */
  async call<Name extends ProcedureName>(
    name: Name,
    args: Procedures[Name]['args'],
    options: CallOptions = {},
  ): Promise<Procedures[Name]['result']> {
    return (await this.#request(name, args, options)).result as Procedures[Name]['result'];
  }

  /** A call that opens a stream. `options` bound the opening only; a signal also destroys the open stream. */
  async openStream<Name extends StreamProcedureName>(
    name: Name,
    args: Procedures[Name]['args'],
    options: CallOptions = {},
  ): Promise<{ result: Procedures[Name]['result']; stream: RpcStream }> {
    const { result, stream } = await this.#request(name, args, options);
    if (!stream) throw new TypeError(`${name} opens no stream`);
    const { signal } = options;
    if (signal) {
      const onAbort = () => stream.destroy(new ChannelError('aborted', `${name} was cancelled`, { sent: true }));
      signal.addEventListener('abort', onAbort, { once: true });
      stream.once('close', () => signal.removeEventListener('abort', onAbort));
      if (signal.aborted) onAbort();
    }
    return { result: result as Procedures[Name]['result'], stream };
  }

  /** Says goodbye and closes. Never rejects. */
  async close(): Promise<void> {
    // Whether the daemon answers changes nothing for us: the connection ends either way.
    if (this.isOpen) await this.call('connectClose', {}, { timeoutMs: 1_000 }).catch(() => undefined);
    this.destroy(new ChannelError('closed', 'the connection was closed by us'));
  }

  /** Closes at once: every call and stream fails with `error`. */
  destroy(error: ChannelError): void {
    if (this.#closedBy) return;
    this.#closedBy = error;
    this.#keepalive.stop();
    this.#socket.destroy();
    this.#calls.close(error);
    for (const { stream } of this.#streams.values()) stream.lost(error);
    this.#streams.clear();
    this.#early.clear();
    this.#reportClosed(error);
  }

  async #request(name: ProcedureName, args: object, options: CallOptions): Promise<Answer> {
    const spec = PROCEDURES[name];
    const payload = encodeFields(spec.args, args);
    const send = (serial: number) => {
      const header = { ...headerOf(name), type: FRAME_TYPES.call, serial, status: FRAME_STATUS.ok };
      this.#write(encodeFrame(header, payload));
    };
    const late = (answer: Answer) => answer.stream?.destroy();
    return this.#calls.add({ name, send, late }, options.timeoutMs ?? DEFAULT_TIMEOUT_MS, options.signal);
  }

  #receive(chunk: Buffer): void {
    this.#keepalive.heard();
    try {
      for (const frame of this.#parser.push(chunk)) {
        if (this.isOpen) this.#dispatch(frame);
      }
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      this.destroy(new ChannelError('protocol', `libvirtd broke the protocol: ${cause.message}`, { cause }));
    }
  }

  #dispatch(frame: Frame): void {
    if (frame.type === FRAME_TYPES.stream) this.#receiveStream(frame);
    else if (frame.type === FRAME_TYPES.message) this.#receiveMessage(frame);
    else this.#receiveReply(frame);
  }

  #receiveReply(frame: Frame): void {
    const name = this.#calls.nameOf(frame.serial);
    const expected = headerOf(name);
    if (frame.program !== expected.program || frame.procedure !== expected.procedure) {
      throw new ProtocolError(`call ${frame.serial} was ${name}, but its answer is for procedure ${frame.procedure}`);
    }
    if (frame.status === FRAME_STATUS.continue) throw new ProtocolError('an answer cannot be continued');
    const early = this.#early.get(frame.serial) ?? [];
    this.#early.delete(frame.serial);
    if (frame.status === FRAME_STATUS.error) {
      this.#calls.fail(frame.serial, decodeError(name, frame.payload));
      return;
    }
    const result = decodeFields(PROCEDURES[name].result, frame.payload);
    this.#calls.answer(frame.serial, { result, stream: this.#makeStream(name, frame.serial) });
    for (const packet of early) this.#receiveStream(packet);
  }

  #receiveMessage(frame: Frame): void {
    if (frame.program === KEEPALIVE_PROGRAM) {
      this.#keepalive.receive(frame);
      return;
    }
    const name = frame.program === PROGRAMS.remote ? EVENT_NAMES.get(frame.procedure) : undefined;
    if (!name) throw new ProtocolError(`event ${frame.procedure} of program ${frame.program} is unknown`);
    const event = { name, body: decodeFields(EVENTS[name].body, frame.payload) };
    // The name and its table are one pair; the type system cannot see that through a union.
    this.emit('event', event as LibvirtEvent);
  }

  #receiveStream(frame: Frame): void {
    const open = this.#streams.get(frame.serial);
    const name = open?.name ?? this.#calls.findName(frame.serial);
    if (name === null || PROCEDURES[name].stream === null) {
      throw new ProtocolError(`a packet came for stream ${frame.serial}, which is not open`);
    }
    const { program, procedure } = headerOf(name);
    if (frame.program !== program || frame.procedure !== procedure) {
      throw new ProtocolError(`a packet of stream ${frame.serial} names procedure ${frame.procedure}`);
    }
    if (open) open.stream.receive(frame);
    else this.#keepEarly(frame);
  }

  /** No stream is there yet that could hold the connection, which must go on to the answer: what is kept is bounded here. */
  #keepEarly(frame: Frame): void {
    const kept = this.#early.get(frame.serial) ?? [];
    if (kept.push(frame) > EARLY_PACKETS_MAX) {
      throw new ProtocolError(`${EARLY_PACKETS_MAX} packets came for stream ${frame.serial}, and no answer opens it`);
    }
    this.#early.set(frame.serial, kept);
  }

  #makeStream(name: ProcedureName, serial: number): RpcStream | null {
    const direction = PROCEDURES[name].stream;
    if (direction === null) return null;
    const carrier: StreamCarrier = {
      send: (status, data, done) => {
        const header = { ...headerOf(name), type: FRAME_TYPES.stream, serial, status };
        this.#write(encodeFrame(header, data), done);
      },
      setPaused: (paused) => this.#setPaused(serial, paused),
      decodeError: (payload) => decodeError(name, payload),
      release: () => this.#streams.delete(serial),
    };
    const stream = new RpcStream(direction, carrier);
    this.#streams.set(serial, { name, stream });
    return stream;
  }

  #setPaused(serial: number, paused: boolean): void {
    const before = this.#pausedBy.size > 0;
    if (paused) this.#pausedBy.add(serial);
    else this.#pausedBy.delete(serial);
    const now = this.#pausedBy.size > 0;
    if (before === now) return;
    this.#keepalive.hold(now);
    if (now) this.#socket.pause();
    else this.#socket.resume();
  }

  #write(pieces: Uint8Array[], done?: (error?: Error | null) => void): void {
    if (this.#closedBy) {
      done?.(this.#closedBy);
      return;
    }
    this.#socket.cork();
    for (const [index, piece] of pieces.entries()) {
      this.#socket.write(piece, index === pieces.length - 1 ? done : undefined);
    }
    this.#socket.uncork();
  }
}

function headerOf(name: ProcedureName): { program: number; procedure: number } {
  const { program, number } = PROCEDURES[name];
  return { program: PROGRAMS[program], procedure: number };
}

function decodeError(name: ProcedureName, payload: Buffer): LibvirtError {
  return new LibvirtError(name, decodeFields<ErrorBody>(STRUCTS.ErrorBody, payload));
}
