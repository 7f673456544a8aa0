import { describe, expect, test } from 'vitest';
import { jsonLines } from './json-lines.ts';
import { readProgress } from './read-progress.ts';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function parse(...chunks: (string | Buffer)[]) {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  }
  return collect(jsonLines(source()));
}

describe('lines of JSON', () => {
  const text = Buffer.from('{"a":"ä\\n€"}\r\n\n{"b":[1,{"c":null}]}\n{"last":true}');
  const values = [{ a: 'ä\n€' }, { b: [1, { c: null }] }, { last: true }];

  test('come out the same wherever the bytes are cut', async () => {
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(await parse(text.subarray(0, cut), text.subarray(cut))).toEqual(values);
    }
    expect(await parse(...[...text].map((byte) => Buffer.from([byte])))).toEqual(values);
  });

  test.each([['junk\n'], ['[1]\n'], ['"text"\n'], ['{"cut":'], ['null\n']])('refuses %j', async (line) => {
    await expect(parse(line)).rejects.toMatchObject({ code: 'protocol' });
  });

  test('gives up on a line without end', async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(65_536, 'x');
    }
    await expect(collect(jsonLines(endless()))).rejects.toMatchObject({ code: 'too_large' });
  });
});

test('an error inside a progress stream is an error', async () => {
  async function* lines() {
    yield { status: 'Downloading', id: 'abc', progressDetail: { current: 1, total: 2 } };
    yield { errorDetail: { code: 404, message: 'no such image' }, error: 'no such image' };
  }
  const seen: unknown[] = [];
  const reading = readProgress(lines(), (message) => seen.push(message));
  await expect(reading).rejects.toMatchObject({ name: 'DockerError', status: 404, message: 'no such image' });
  expect(seen).toMatchObject([{ status: 'Downloading', id: 'abc', current: 1, total: 2 }]);
});
