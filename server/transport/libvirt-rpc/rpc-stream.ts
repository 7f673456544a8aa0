import { Duplex, type DuplexOptions } from 'node:stream';
import { FRAME_STATUS, type Frame, type FrameStatus, STREAM_CHUNK_MAX_BYTES } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';

type StreamDirection = 'upload' | 'download' | 'duplex';

/** What a stream needs of the channel that carries it. */
export interface StreamCarrier {
  send(status: FrameStatus, data: Uint8Array, done: (error?: Error | null) => void): void;
  /** Stops or resumes reading of the whole connection: libvirt has no flow control per stream. */
  setPaused(paused: boolean): void;
  decodeError(payload: Buffer): Error;
  /** The daemon will say nothing more on this stream. */
  release(): void;
}

const NOTHING = Buffer.alloc(0);
type Done = (error?: Error | null) => void;

/**
 * One libvirt stream as a Node Duplex. An upload ends well only after the daemon said so: `finish` comes after its
 * word. A download ends when the daemon's end of file was acknowledged. Destroying it aborts the stream at the daemon.
 */
export class RpcStream extends Duplex {
  readonly #direction: StreamDirection;
  readonly #carrier: StreamCarrier;
  /** The daemon has said its last word, well or ill. */
  #over = false;
  #finishing: Done | null = null;

  constructor(direction: StreamDirection, carrier: StreamCarrier) {
    const options: DuplexOptions & { readable: boolean; writable: boolean } = {
      allowHalfOpen: false,
      readable: direction !== 'upload',
      writable: direction !== 'download',
    };
    super(options);
    this.#direction = direction;
    this.#carrier = carrier;
    // The daemon may refuse before the caller has its hands on the stream; the error then waits in `errored`.
    this.on('error', () => undefined);
  }

  /** Takes a packet of this stream. Throws ProtocolError for one that does not belong here. */
  receive(frame: Frame): void {
    if (this.#over) throw new ProtocolError('a packet came on a stream that is over');
    if (frame.status === FRAME_STATUS.error) {
      this.#end();
      this.destroy(this.#carrier.decodeError(frame.payload));
    } else if (frame.status === FRAME_STATUS.ok) {
      this.#finished();
    } else if (this.#direction === 'upload') {
      throw new ProtocolError('data came on a stream that only uploads');
    } else if (this.destroyed) {
      // Aborted by us; the daemon has not heard of it yet.
    } else if (frame.payload.length > 0) {
      if (!this.push(frame.payload)) this.#carrier.setPaused(true);
    } else if (!this.writableEnded || this.#direction === 'download') {
      // An empty packet is the end of file, to be acknowledged; the daemon then finishes the stream.
      this.#carrier.send(FRAME_STATUS.ok, NOTHING, () => undefined);
    }
  }

  /** The channel is gone, and every stream on it. */
  lost(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.destroy(error);
  }

  override _read(): void {
    this.#carrier.setPaused(false);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#sendFrom(chunk, 0, done);
  }

  override _final(done: Done): void {
    if (this.#over || this.#direction === 'download') {
      done();
      return;
    }
    this.#finishing = done;
    this.#carrier.send(FRAME_STATUS.ok, NOTHING, (error) => {
      if (error) done(error);
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#carrier.setPaused(false);
    this.#finishing = null;
    if (!this.#over) this.#carrier.send(FRAME_STATUS.error, NOTHING, () => undefined);
    done(error);
  }

  #sendFrom(chunk: Buffer, start: number, done: Done): void {
    const end = Math.min(start + STREAM_CHUNK_MAX_BYTES, chunk.length);
    this.#carrier.send(FRAME_STATUS.continue, chunk.subarray(start, end), (error) => {
      if (error || end === chunk.length) done(error);
      else this.#sendFrom(chunk, end, done);
    });
  }

  #finished(): void {
    this.#end();
    if (this.destroyed) return;
    const finishing = this.#finishing;
    this.#finishing = null;
    if (this.#direction !== 'upload') this.push(null);
    finishing?.();
  }

  #end(): void {
    this.#over = true;
    this.#carrier.release();
  }
}
