import { createHash } from 'node:crypto';

/** The least of a VNC client (RFC 6143): 32-bit pixels, raw encoding. It says what to send, and is given what came. */
export class RfbClient {
  width = 0;
  height = 0;
  /** Of the pixels of each whole screen that came. */
  readonly screens: string[] = [];
  readonly #send: (bytes: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #stage: 'version' | 'security' | 'result' | 'init' | 'update' = 'version';

  constructor(send: (bytes: Buffer) => void) {
    this.#send = send;
  }

  receive(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let took = this.#step(); took > 0; took = this.#step()) this.#rest = this.#rest.subarray(took);
  }

  /** Asks for the whole screen. */
  look(): void {
    const request = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    request.writeUInt16BE(this.width, 6);
    request.writeUInt16BE(this.height, 8);
    this.#send(request);
  }

  /** Presses and releases keys: ASCII, or the keysym of Return for a line end. */
  type(text: string): void {
    for (const char of text)
      for (const down of [1, 0]) {
        const event = Buffer.from([4, down, 0, 0, 0, 0, 0, 0]);
        event.writeUInt32BE(char === '\n' ? 0xff0d : char.charCodeAt(0), 4);
        this.#send(event);
      }
  }

  /** How many bytes one message took; 0 while it is not whole. */
  #step(): number {
    const bytes = this.#rest;
    switch (this.#stage) {
      case 'version':
        if (bytes.length < 12) return 0;
        this.#send(Buffer.from('RFB 003.008\n'));
        this.#stage = 'security';
        return 12;
      case 'security': {
        const count = bytes[0] ?? 0;
        if (bytes.length < 1 + count) return 0;
        this.#send(Buffer.from([1]));
        this.#stage = 'result';
        return 1 + count;
      }
      case 'result':
        if (bytes.length < 4) return 0;
        this.#send(Buffer.from([1]));
        this.#stage = 'init';
        return 4;
      case 'init': {
        if (bytes.length < 24 || bytes.length < 24 + bytes.readUInt32BE(20)) return 0;
        this.width = bytes.readUInt16BE(0);
        this.height = bytes.readUInt16BE(2);
        this.#send(Buffer.from([2, 0, 0, 1, 0, 0, 0, 0]));
        this.#stage = 'update';
        return 24 + bytes.readUInt32BE(20);
      }
      case 'update':
        return this.#update(bytes);
    }
  }

  #update(bytes: Buffer): number {
    if (bytes.length < 4) return 0;
    // Anything but an update of the screen (a bell, a clipboard) is one byte to this client, or a failed test.
    if (bytes[0] !== 0) return 1;
    let at = 4;
    const hash = createHash('sha256');
    for (let rectangle = 0; rectangle < bytes.readUInt16BE(2); rectangle += 1) {
      if (bytes.length < at + 12) return 0;
      const size = bytes.readUInt16BE(at + 4) * bytes.readUInt16BE(at + 6) * 4;
      if (bytes.length < at + 12 + size) return 0;
      hash.update(bytes.subarray(at + 12, at + 12 + size));
      at += 12 + size;
    }
    this.screens.push(hash.digest('hex'));
    return at;
  }
}
