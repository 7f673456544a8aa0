import { StringDecoder } from 'node:string_decoder';

/** A line that goes on is cut here: a guest that never ends its line holds no memory. */
const maxLineChars = 16_384;

/** Cuts bytes into lines without their ends. What is no UTF-8 becomes U+FFFD; a character cut in two by chunks does not. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  push(chunk: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk as Buffer)).split('\n');
    this.#rest = lines.pop() ?? '';
    while (this.#rest.length > maxLineChars) {
      lines.push(this.#rest.slice(0, maxLineChars));
      this.#rest = this.#rest.slice(maxLineChars);
    }
    return lines.flatMap(cut).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  }

  /** The line that never ended; null when there is none. */
  end(): string | null {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    return rest === '' ? null : rest;
  }
}

function cut(line: string): string[] {
  if (line.length <= maxLineChars) return [line];
  const count = Math.ceil(line.length / maxLineChars);
  return Array.from({ length: count }, (_, at) => line.slice(at * maxLineChars, (at + 1) * maxLineChars));
}
