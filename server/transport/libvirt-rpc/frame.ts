import { ProtocolError } from './protocol-error.ts';

export const HEADER_BYTES = 28;
/** libvirt's own cap (VIR_NET_MESSAGE_MAX); the length counts itself. */
export const FRAME_MAX_BYTES = 32 * 1024 * 1024;
/** The most stream data that libvirt takes in one packet (VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX). */
export const STREAM_CHUNK_MAX_BYTES = 262_120;
const PROTOCOL_VERSION = 1;

export const FRAME_TYPES = { call: 0, reply: 1, message: 2, stream: 3 } as const;
export const FRAME_STATUS = { ok: 0, error: 1, continue: 2 } as const;
type FrameType = (typeof FRAME_TYPES)[keyof typeof FRAME_TYPES];
export type FrameStatus = (typeof FRAME_STATUS)[keyof typeof FRAME_STATUS];

export interface FrameHeader {
  program: number;
  procedure: number;
  type: FrameType;
  serial: number;
  status: FrameStatus;
}

export interface Frame extends FrameHeader {
  payload: Buffer;
}

/** The bytes of one frame, as pieces to write in this order. Throws RangeError when the payload is over libvirt's cap. */
export function encodeFrame(header: FrameHeader, payload: Uint8Array): Uint8Array[] {
  const length = HEADER_BYTES + payload.length;
  if (length > FRAME_MAX_BYTES) throw new RangeError(`a message of ${length} bytes is over libvirt's limit`);
  const head = Buffer.allocUnsafe(HEADER_BYTES);
  head.writeUInt32BE(length, 0);
  head.writeUInt32BE(header.program, 4);
  head.writeUInt32BE(PROTOCOL_VERSION, 8);
  head.writeInt32BE(header.procedure, 12);
  head.writeInt32BE(header.type, 16);
  head.writeUInt32BE(header.serial, 20);
  head.writeInt32BE(header.status, 24);
  return payload.length === 0 ? [head] : [head, payload];
}

/** Reads one whole frame. Throws ProtocolError for a version, type or status that libvirt never sends to us. */
export function decodeFrame(bytes: Buffer): Frame {
  const version = bytes.readUInt32BE(8);
  if (version !== PROTOCOL_VERSION) throw new ProtocolError(`protocol version ${version} is unknown`);
  const type = bytes.readInt32BE(16);
  // 4 and 5 pass file descriptors and break the framing; 6 is a stream hole, which we never ask for.
  if (type !== FRAME_TYPES.reply && type !== FRAME_TYPES.message && type !== FRAME_TYPES.stream) {
    throw new ProtocolError(`a message of type ${type} was not expected`);
  }
  const status = bytes.readInt32BE(24);
  if (status !== FRAME_STATUS.ok && status !== FRAME_STATUS.error && status !== FRAME_STATUS.continue) {
    throw new ProtocolError(`message status ${status} is unknown`);
  }
  return {
    program: bytes.readUInt32BE(4),
    procedure: bytes.readInt32BE(12),
    type,
    serial: bytes.readUInt32BE(20),
    status,
    payload: bytes.subarray(HEADER_BYTES),
  };
}
