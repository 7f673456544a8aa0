import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

/**
 * The lines of a gzip file. Only \n ends a line: node's readline also takes U+2028 and U+2029, which JSON may hold as
 * they are. Throws errors of the file system and of gzip.
 */
export async function* readGzipLines(path: string): AsyncGenerator<string> {
  const bytes = createGunzip();
  const input = createReadStream(path).on('error', (error) => bytes.destroy(error));
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of input.pipe(bytes) as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
