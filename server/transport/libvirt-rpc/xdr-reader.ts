import { ProtocolError } from './protocol-error.ts';

/** libvirt's own limit for a string or a block of bytes in a message (VIR_NET_MESSAGE_STRING_MAX). */
const STRING_MAX_BYTES = 4 * 1024 * 1024;
/** The largest list libvirt sends is the parameters of one domain's statistics (REMOTE_CONNECT_GET_ALL_DOMAIN_STATS_MAX). */
const ARRAY_MAX_ITEMS = 262_144;

/** Reads XDR (RFC 4506) from one payload. Every method throws ProtocolError when the bytes end early or break a limit. */
export class XdrReader {
  readonly #buffer: Buffer;
  #offset = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  int(): number {
    return this.#buffer.readInt32BE(this.#take(4));
  }

  uint(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  long(): bigint {
    return this.#buffer.readBigInt64BE(this.#take(8));
  }

  ulong(): bigint {
    return this.#buffer.readBigUInt64BE(this.#take(8));
  }

  double(): number {
    return this.#buffer.readDoubleBE(this.#take(8));
  }

  fixed(length: number): Buffer {
    const start = this.#take(length + ((4 - (length % 4)) % 4));
    return this.#buffer.subarray(start, start + length);
  }

  /** A copy, so that a small result does not keep a whole frame in memory. */
  bytes(): Buffer {
    const length = this.uint();
    if (length > STRING_MAX_BYTES) throw new ProtocolError(`a string of ${length} bytes is over the limit`);
    return Buffer.from(this.fixed(length));
  }

  string(): string {
    const length = this.uint();
    if (length > STRING_MAX_BYTES) throw new ProtocolError(`a string of ${length} bytes is over the limit`);
    return this.fixed(length).toString('utf8');
  }

  /** 0 or 1, as XDR wants it for booleans and for "is there a value". */
  flag(): boolean {
    const value = this.uint();
    if (value > 1) throw new ProtocolError(`${value} stands where 0 or 1 must`);
    return value === 1;
  }

  /** A count of items that take at least `minItemBytes` each: refused when the payload cannot hold that many. */
  count(minItemBytes: number): number {
    const count = this.uint();
    if (count > ARRAY_MAX_ITEMS || count * minItemBytes > this.#buffer.length - this.#offset) {
      throw new ProtocolError(`a list of ${count} items does not fit into its message`);
    }
    return count;
  }

  /** Throws when bytes are left: a payload must be read to its end. */
  end(): void {
    const left = this.#buffer.length - this.#offset;
    if (left > 0) throw new ProtocolError(`${left} bytes are left at the end of a message`);
  }

  #take(bytes: number): number {
    const start = this.#offset;
    if (start + bytes > this.#buffer.length) throw new ProtocolError('a message ends in the middle of a value');
    this.#offset = start + bytes;
    return start;
  }
}
