const INITIAL_BYTES = 256;

/** Writes XDR (RFC 4506): big endian, every item padded to four bytes. Throws TypeError or RangeError for a value that does not fit. */
export class XdrWriter {
  #buffer = Buffer.alloc(INITIAL_BYTES);
  #length = 0;

  int(value: number): void {
    const offset = this.#grow(4);
    this.#buffer.writeInt32BE(value, offset);
  }

  uint(value: number): void {
    const offset = this.#grow(4);
    this.#buffer.writeUInt32BE(value, offset);
  }

  long(value: bigint): void {
    const offset = this.#grow(8);
    this.#buffer.writeBigInt64BE(value, offset);
  }

  ulong(value: bigint): void {
    const offset = this.#grow(8);
    this.#buffer.writeBigUInt64BE(value, offset);
  }

  double(value: number): void {
    const offset = this.#grow(8);
    this.#buffer.writeDoubleBE(value, offset);
  }

  /** Bytes of a length that both sides know. */
  fixed(bytes: Uint8Array): void {
    const padding = (4 - (bytes.length % 4)) % 4;
    const offset = this.#grow(bytes.length + padding);
    this.#buffer.set(bytes, offset);
  }

  bytes(bytes: Uint8Array): void {
    this.uint(bytes.length);
    this.fixed(bytes);
  }

  string(text: string): void {
    this.bytes(Buffer.from(text, 'utf8'));
  }

  /** What was written so far, without a copy. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Makes room, perhaps in another buffer, and returns where it begins. What is not written over stays zero. */
  #grow(bytes: number): number {
    const offset = this.#length;
    const wanted = offset + bytes;
    if (wanted > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(wanted, this.#buffer.length * 2));
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    this.#length = wanted;
    return offset;
  }
}
