/*
 * What a VNC client says (RFC 6143 §7, and the extensions of github.com/rfbproto that noVNC and QEMU use), taken apart far enough to know
 * typing from drawing. QEMU offers security type None on its unix socket, so the handshake of a client is: 12 bytes of version, the chosen
 * type (from 3.7 on), and one byte of ClientInit.
 */

/** Messages that change the guest or its screen. */
const inputTypes = new Set([4, 5, 6, 250, 251]);
const qemuMessage = 255;
/** ClientCutText: more than this is no clipboard. */
const maxMessageBytes = 4 * 1024 * 1024;

/** The length of the message that begins here; null while its head is not whole. Throws RangeError for what is not known. */
function lengthOf(bytes: Buffer): number | null {
  const u16 = (at: number): number | null => (bytes.length >= at + 2 ? bytes.readUInt16BE(at) : null);
  const plus = (head: number, count: number | null, each: number) => (count === null ? null : head + count * each);
  const [type = 0] = bytes;
  switch (type) {
    case 0:
      return 20; // SetPixelFormat
    case 2:
      return plus(4, u16(2), 4); // SetEncodings
    case 3:
      return 10; // FramebufferUpdateRequest
    case 4:
      return 8; // KeyEvent
    case 5:
      return 6; // PointerEvent
    case 6:
      // ClientCutText; a negative length is the extended form.
      return bytes.length < 8 ? null : 8 + Math.abs(bytes.readInt32BE(4));
    case 150:
      return 10; // EnableContinuousUpdates
    case 248:
      return bytes.length < 9 ? null : 9 + bytes.readUInt8(8); // ClientFence
    case 250:
      return 4; // xvp
    case 251:
      return bytes.length < 8 ? null : 8 + bytes.readUInt8(6) * 16; // SetDesktopSize
    case qemuMessage:
      return qemuLength(bytes);
    default:
      throw new RangeError(`a VNC client sent a message of type ${type}`);
  }
}

function qemuLength(bytes: Buffer): number | null {
  if (bytes.length < 2) return null;
  if (bytes[1] === 0) return 12; // extended key event
  if (bytes[1] === 1) return bytes.length < 4 ? null : bytes.readUInt16BE(2) === 2 ? 10 : 4; // audio
  throw new RangeError(`a VNC client sent QEMU's message ${bytes[1]}`);
}

/** Follows one client from its first byte on. */
export class RfbInput {
  readonly #viewOnly: boolean;
  #rest: Buffer = Buffer.alloc(0);
  #stage: 'version' | 'security' | 'init' | 'messages' = 'version';

  constructor(options: { viewOnly: boolean }) {
    this.#viewOnly = options.viewOnly;
  }

  /**
   * What of these bytes may go on to the guest, and whether somebody typed, pointed or pasted. Throws RangeError for a client that speaks
   * something else.
   */
  take(chunk: Buffer): { bytes: Buffer; isInput: boolean } {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const passed: Buffer[] = [];
    let isInput = false;
    for (let message = this.#next(); message; message = this.#next()) {
      const [type = 0] = message.bytes;
      const typed = message.isMessage && (inputTypes.has(type) || (type === qemuMessage && message.bytes[1] === 0));
      isInput ||= typed;
      if (!(typed && this.#viewOnly)) passed.push(message.bytes);
    }
    return { bytes: Buffer.concat(passed), isInput };
  }

  #next(): { bytes: Buffer; isMessage: boolean } | null {
    const stage = this.#stage;
    if (this.#rest.length === 0) return null;
    const length = stage === 'version' ? 12 : stage === 'messages' ? lengthOf(this.#rest) : 1;
    if (length !== null && length > maxMessageBytes)
      throw new RangeError('a VNC client sent a message that is too long');
    if (length === null || this.#rest.length < length) return null;
    const bytes = Buffer.from(this.#rest.subarray(0, length));
    this.#rest = this.#rest.subarray(length);
    if (stage === 'version') {
      const version = /^RFB 003\.(\d{3})\n$/.exec(bytes.toString('latin1'))?.[1];
      if (version === undefined) throw new RangeError('a VNC client did not begin with its version');
      this.#stage = version < '007' ? 'init' : 'security';
    } else if (stage === 'security') {
      if (bytes[0] !== 1) throw new RangeError('a VNC client chose a security type that is not offered');
      this.#stage = 'init';
    } else if (stage === 'init') {
      // Shared: whoever opens a second console does not end the first.
      bytes[0] = 1;
      this.#stage = 'messages';
    }
    return { bytes, isMessage: stage === 'messages' };
  }
}
