import type { Readable } from 'node:stream';
import { TransportError } from './transport-error.ts';

/** Collects what a script prints, up to a limit. */
export class OutputBuffer {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** `onTooLarge` is called once, when more than `maxBytes` have come. */
  constructor(stream: Readable, maxBytes: number, onTooLarge: (error: TransportError) => void) {
    stream.on('data', (chunk: Buffer) => {
      this.#size += chunk.length;
      if (this.#size <= maxBytes) this.#chunks.push(chunk);
      else if (this.#size - chunk.length <= maxBytes) {
        onTooLarge(new TransportError('too_large', `The script printed more than ${maxBytes} bytes`));
      }
    });
  }

  /** What has come, as UTF-8; bytes that are none become U+FFFD. */
  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
