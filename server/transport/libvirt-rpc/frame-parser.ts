import { decodeFrame, FRAME_MAX_BYTES, type Frame, HEADER_BYTES } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';

const LENGTH_BYTES = 4;

/**
 * Cuts a byte stream into frames, wherever the stream itself was cut. It touches no socket and no clock. A length that
 * breaks the cap is refused as soon as its four bytes are there, before memory is spent on it.
 */
export class FrameParser {
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Length of the frame that is arriving; 0 while its length is not known. */
  #wanted = 0;

  /** Takes the next bytes and returns the frames they complete. Throws ProtocolError; the parser is useless afterwards. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const frames: Frame[] = [];
    for (;;) {
      if (this.#wanted === 0) {
        if (this.#buffered < LENGTH_BYTES) return frames;
        this.#wanted = checkedLength(this.#join().readUInt32BE(0));
      }
      if (this.#buffered < this.#wanted) return frames;
      const bytes = this.#join();
      frames.push(decodeFrame(bytes.subarray(0, this.#wanted)));
      this.#chunks = [bytes.subarray(this.#wanted)];
      this.#buffered -= this.#wanted;
      this.#wanted = 0;
    }
  }

  #join(): Buffer {
    const joined = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#buffered);
    this.#chunks = [joined];
    return joined;
  }
}

function checkedLength(length: number): number {
  if (length < HEADER_BYTES) throw new ProtocolError(`a message of ${length} bytes is shorter than its header`);
  if (length > FRAME_MAX_BYTES) throw new ProtocolError(`a message of ${length} bytes is over the limit`);
  return length;
}
