import { expect, test } from 'vitest';
import { RfbInput } from './rfb-input.ts';

const handshake = Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.from([1]), Buffer.from([0])]);
const encodings = Buffer.from([2, 0, 0, 1, 0, 0, 0, 0]);
const update = Buffer.from([3, 0, 0, 0, 0, 0, 2, 0, 2, 0]);
const key = Buffer.from([4, 1, 0, 0, 0, 0, 0, 0x61]);
const pointer = Buffer.from([5, 1, 0, 9, 0, 9]);
const cut = Buffer.from([6, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]);
const extendedKey = Buffer.from([255, 0, 0, 1, 0, 0, 0, 0x61, 0, 0, 0, 30]);
const resize = Buffer.concat([Buffer.from([251, 0, 2, 0, 2, 0, 1, 0]), Buffer.alloc(16)]);
const all = Buffer.concat([handshake, encodings, key, update, pointer, cut, extendedKey, resize, update]);
/** ClientInit asks for a shared session, whatever the client wanted. */
const shared = Buffer.concat([handshake.subarray(0, -1), Buffer.from([1])]);

function takeInPieces(input: RfbInput, bytes: Buffer, size: number): { passed: Buffer; isInput: boolean } {
  const passed: Buffer[] = [];
  let isInput = false;
  for (let at = 0; at < bytes.length; at += size) {
    const taken = input.take(bytes.subarray(at, at + size));
    passed.push(taken.bytes);
    isInput ||= taken.isInput;
  }
  return { passed: Buffer.concat(passed), isInput };
}

test.each([1, 2, 3, 5, 7, 1000])('who may only look gets screens and types nothing, in pieces of %i', (size) => {
  const { passed } = takeInPieces(new RfbInput({ viewOnly: true }), all, size);
  expect(passed).toEqual(Buffer.concat([shared, encodings, update, update]));
});

test('who may type types all of it, and drawing alone is no typing', () => {
  const input = new RfbInput({ viewOnly: false });
  expect(takeInPieces(input, Buffer.concat([handshake, encodings, update]), 4)).toMatchObject({ isInput: false });
  expect(takeInPieces(input, Buffer.concat([key, pointer]), 4)).toEqual({
    passed: Buffer.concat([key, pointer]),
    isInput: true,
  });
});

test.each([
  ['no version', Buffer.from('GET / HTTP/1.1\r\n')],
  ['another security type', Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.from([2])])],
  ['an unknown message', Buffer.concat([handshake, Buffer.from([99])])],
  ['a clipboard without end', Buffer.concat([handshake, Buffer.from([6, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff])])],
])('%s is refused', (_name, bytes) => {
  expect(() => new RfbInput({ viewOnly: true }).take(bytes)).toThrow(RangeError);
});
