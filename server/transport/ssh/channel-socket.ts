import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';

/**
 * An SSH channel to a unix socket that behaves as a net.Socket does: the peer's end ends our half, too, `destroy` emits
 * `close` at once, and node:http may use it. (ssh2's own Channel stays half-open, and its `close` waits until somebody
 * has read everything.)
 */
export class ChannelSocket extends Duplex {
  readonly #channel: ClientChannel;

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: false });
    this.#channel = channel;
    channel.stderr.resume();
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.once('end', () => this.push(null));
    channel.once('error', (error: Error) => this.destroy(error));
    channel.once('close', () => {
      // What the peer has said before it closed is still to be read.
      if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy());
    });
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channel.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.resume(); // a paused channel would never come to its end
    this.#channel.close();
    done(error);
  }

  /** node:http calls the following on its sockets. The SSH connection has its own keepalive, and calls their deadlines. */
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end(() => this.destroy());
    else this.destroy();
  }
}
