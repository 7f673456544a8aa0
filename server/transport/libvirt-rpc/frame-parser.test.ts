import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { encodeFrame, FRAME_MAX_BYTES, FRAME_STATUS, FRAME_TYPES, type Frame } from './frame.ts';
import { FrameParser } from './frame-parser.ts';
import { ProtocolError } from './protocol-error.ts';

/** What libvirtd 9.0 sent in one session: answers, an error, events and a keepalive ping. */
const session = readFileSync(new URL('testdata/session.bin', import.meta.url));

function parse(pieces: Buffer[]): Frame[] {
  const parser = new FrameParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

function describeFrames(frames: Frame[]): string {
  return frames
    .map((frame) => [...Object.values(frame).slice(0, 5), frame.payload.toString('hex')].join(' '))
    .join('\n');
}

it('reads the recorded session', () => {
  const frames = parse([session]);
  expect(frames.length).toBeGreaterThan(10);
  expect(new Set(frames.map((frame) => frame.type))).toEqual(new Set([FRAME_TYPES.reply, FRAME_TYPES.message]));
  expect(new Set(frames.map((frame) => frame.status))).toEqual(new Set([FRAME_STATUS.ok, FRAME_STATUS.error]));
});

it('reads the same frames wherever the bytes are cut in two', () => {
  const expected = describeFrames(parse([session]));
  for (let cut = 0; cut <= session.length; cut++) {
    const actual = describeFrames(parse([session.subarray(0, cut), session.subarray(cut)]));
    if (actual !== expected) expect.fail(`a cut at byte ${cut} changes what is read`);
  }
});

it.each([1, 2, 3, 5, 27, 29, 1000])('reads the same frames in pieces of %i bytes', (size) => {
  const pieces: Buffer[] = [];
  for (let start = 0; start < session.length; start += size) pieces.push(session.subarray(start, start + size));
  expect(describeFrames(parse(pieces))).toBe(describeFrames(parse([session])));
});

it('gives a frame out with its last byte, not before', () => {
  const bytes = Buffer.concat(
    encodeFrame({ program: 7, procedure: 8, type: FRAME_TYPES.reply, serial: 9, status: 0 }, Buffer.from('payload!')),
  );
  const parser = new FrameParser();
  expect(parser.push(bytes.subarray(0, -1))).toEqual([]);
  expect(parser.push(bytes.subarray(-1))).toEqual([
    { program: 7, procedure: 8, type: FRAME_TYPES.reply, serial: 9, status: 0, payload: Buffer.from('payload!') },
  ]);
});

it.each([0, 4, 27, FRAME_MAX_BYTES + 1, 0x7fff_ffff, 0xffff_ffff])('refuses a length of %i at once', (length) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const parser = new FrameParser();
  expect(parser.push(bytes.subarray(0, 3))).toEqual([]);
  expect(() => parser.push(bytes.subarray(3))).toThrow(ProtocolError);
});

it('accepts the largest frame that libvirt may send', () => {
  const bytes = Buffer.alloc(FRAME_MAX_BYTES);
  bytes.writeUInt32BE(FRAME_MAX_BYTES, 0);
  bytes.writeUInt32BE(1, 8);
  bytes.writeInt32BE(FRAME_TYPES.stream, 16);
  const frames = parse([bytes.subarray(0, 100), bytes.subarray(100)]);
  expect(frames.map((frame) => frame.payload.length)).toEqual([FRAME_MAX_BYTES - 28]);
});

it.each([
  ['another version', 8, 2],
  ['a call', 16, FRAME_TYPES.call],
  ['file descriptors', 16, 5],
  ['a stream hole', 16, 6],
  ['an unknown status', 24, 3],
])('refuses %s', (_name, offset, value) => {
  const bytes = Buffer.concat(
    encodeFrame({ program: 1, procedure: 1, type: FRAME_TYPES.reply, serial: 1, status: 0 }, Buffer.alloc(0)),
  );
  bytes.writeInt32BE(value, offset);
  expect(() => parse([bytes])).toThrow(ProtocolError);
});

it('does not make a frame over the cap', () => {
  const header = { program: 1, procedure: 1, type: FRAME_TYPES.call, serial: 1, status: FRAME_STATUS.ok };
  expect(() => encodeFrame(header, Buffer.alloc(FRAME_MAX_BYTES))).toThrow(RangeError);
});
