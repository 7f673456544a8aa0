import { encodeFrame, FRAME_STATUS, FRAME_TYPES, type Frame } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';

export const KEEPALIVE_PROGRAM = 0x6b656570;
const PING = 1;
const PONG = 2;
const NOTHING = Buffer.alloc(0);

export interface KeepaliveOptions {
  /** Milliseconds of silence before we ask whether the peer lives. libvirtd itself uses 5 s. */
  intervalMs: number;
  /** So many questions without any sign of life mean that the peer is dead. libvirtd itself uses 5. */
  count: number;
}

export const DEFAULT_KEEPALIVE: KeepaliveOptions = { intervalMs: 5_000, count: 5 };

/** libvirt's keepalive in both directions: answers the peer's pings and, when it is silent, asks it. */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #write: (frame: Uint8Array[]) => void;
  readonly #onDead: () => void;
  #timer: NodeJS.Timeout | null = null;
  #heard = false;
  #unanswered = 0;
  #held = false;

  constructor(options: KeepaliveOptions, write: (frame: Uint8Array[]) => void, onDead: () => void) {
    this.#options = options;
    this.#write = write;
    this.#onDead = onDead;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), this.#options.intervalMs);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Any byte from the peer is a sign of life. */
  heard(): void {
    this.#heard = true;
  }

  /** While we do not read, because a stream's consumer is slow, silence says nothing about the peer. */
  hold(held: boolean): void {
    this.#held = held;
    this.#unanswered = 0;
  }

  receive(frame: Frame): void {
    if (frame.procedure === PING) this.#write(keepaliveFrame(PONG));
    else if (frame.procedure !== PONG) throw new ProtocolError(`keepalive message ${frame.procedure} is unknown`);
  }

  #tick(): void {
    if (this.#held) {
      // The peer's pings wait unread, but it takes any packet from us as a sign of life.
      this.#write(keepaliveFrame(PONG));
      return;
    }
    this.#unanswered = this.#heard ? 0 : this.#unanswered + 1;
    this.#heard = false;
    if (this.#unanswered > this.#options.count) this.#onDead();
    else if (this.#unanswered > 0) this.#write(keepaliveFrame(PING));
  }
}

function keepaliveFrame(procedure: number): Uint8Array[] {
  const header = {
    program: KEEPALIVE_PROGRAM,
    procedure,
    type: FRAME_TYPES.message,
    serial: 0,
    status: FRAME_STATUS.ok,
  };
  return encodeFrame(header, NOTHING);
}
