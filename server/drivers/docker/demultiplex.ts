import { DriverError } from '../driver.ts';

/** A piece of a container's output, and where it was written to. */
export interface OutputPiece {
  stream: 'stdout' | 'stderr';
  bytes: Buffer;
}

/** Docker writes 16 KiB at most with its own log drivers; plugins write more, none as much as this. */
const maxFrameBytes = 4 * 1024 * 1024;
const headerBytes = 8;

/**
 * Takes Docker's frames apart (8 bytes before each: stream, three zeros, length big-endian), wherever chunks cut them. It takes the next
 * chunk only when its own pieces were taken. Throws DriverError for what is no such stream.
 */
export async function* demultiplex(source: AsyncIterable<Buffer>): AsyncGenerator<OutputPiece> {
  let stream: OutputPiece['stream'] = 'stdout';
  let left = 0;
  let header: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        const bytes = rest.subarray(0, left);
        left -= bytes.length;
        rest = rest.subarray(bytes.length);
        yield { stream, bytes };
        continue;
      }
      const wanted = headerBytes - header.length;
      header = Buffer.concat([header, rest.subarray(0, wanted)]);
      rest = rest.subarray(wanted);
      if (header.length < headerBytes) continue;
      const [kind = 0] = header;
      left = header.readUInt32BE(4);
      if (kind > 2 || left > maxFrameBytes) {
        throw new DriverError('driver_failed', 'Docker sent output in a form that Atoll does not know.', {
          outcome: 'unknown',
        });
      }
      stream = kind === 2 ? 'stderr' : 'stdout';
      header = Buffer.alloc(0);
    }
  }
}
