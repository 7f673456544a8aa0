import type { WebSocket } from 'ws';

/** A browser draws frames of this size in less than a frame's time. */
const frameBytes = 32 * 1024;

/**
 * Bytes towards the reader of a console. `write` resolves only when they were taken by the connection and, where the reader has asked for
 * a window, when it has acknowledged enough: a slow reader holds its guest back, and no memory of ours grows.
 */
export class Outflow {
  readonly #socket: WebSocket;
  readonly #window: number | null;
  #unacknowledged = 0;
  #freed = Promise.withResolvers<void>();
  sentBytes = 0;

  constructor(socket: WebSocket, window: number | null) {
    this.#socket = socket;
    this.#window = window;
    // Who waits for room waits no more when there is nobody left to make some.
    socket.once('close', () => this.#freed.resolve());
  }

  /** Rejects when the connection is gone. */
  async write(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; at += frameBytes) await this.#writeFrame(chunk.subarray(at, at + frameBytes));
  }

  /** The reader has drawn so many more bytes. */
  acknowledge(bytes: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
    this.#freed.resolve();
  }

  async #writeFrame(frame: Buffer): Promise<void> {
    while (this.#window !== null && this.#unacknowledged > 0 && this.#unacknowledged + frame.length > this.#window) {
      this.#freed = Promise.withResolvers<void>();
      await this.#freed.promise;
      if (this.#socket.readyState !== this.#socket.OPEN) throw new Error('the reader is gone');
    }
    if (this.#window !== null) this.#unacknowledged += frame.length;
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(frame, { binary: true }, (error) => (error ? reject(error) : resolve()));
    });
    this.sentBytes += frame.length;
  }
}
