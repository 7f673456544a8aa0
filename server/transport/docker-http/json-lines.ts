import { TransportError } from '../transport-error.ts';

/** No message of Docker comes near this; an endless line is an attack. */
const maxLineBytes = 1024 * 1024;

/**
 * Parses a stream of JSON values that are one line each, wherever its bytes are cut. Blank lines are skipped.
 *
 * @throws TransportError `protocol` for a line that is no JSON object, `too_large` for one that does not end.
 */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Record<string, unknown>> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
    for (let end = data.indexOf(0x0a); end !== -1; end = data.indexOf(0x0a)) {
      const line = data.subarray(0, end);
      data = data.subarray(end + 1);
      if (line.length > maxLineBytes) throw tooLong();
      const value = parseLine(line);
      if (value) yield value;
    }
    if (data.length > maxLineBytes) throw tooLong();
    rest = data;
  }
  const last = parseLine(rest);
  if (last) yield last;
}

function parseLine(line: Buffer): Record<string, unknown> | null {
  const text = line.toString('utf8').trim();
  if (text === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TransportError('protocol', 'Docker sent a line that is no JSON', { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TransportError('protocol', 'Docker sent a line that is no JSON object');
}

function tooLong(): TransportError {
  return new TransportError('too_large', `Docker sent a line of more than ${maxLineBytes} bytes`);
}
