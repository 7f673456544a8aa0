import type { IncomingMessage } from 'node:http';
import { TransportError } from '../transport-error.ts';
import { DockerError } from './docker-error.ts';

/** Whether the daemon has said yes; 304 means that it is so already. */
export function isAccepted(answer: IncomingMessage): boolean {
  const status = answer.statusCode ?? 0;
  return (status >= 200 && status < 300) || status === 304;
}

/**
 * Reads an answer to its end: parsed JSON, or null when it has no body.
 *
 * @throws DockerError with the daemon's words when it says no.
 * @throws TransportError `too_large` beyond `maxBytes`, `protocol` when it is no JSON.
 */
export async function readAnswer(what: string, answer: IncomingMessage, maxBytes: number): Promise<unknown> {
  const text = (await readBody(answer, maxBytes)).toString('utf8').trim();
  if (!isAccepted(answer)) throw new DockerError(answer.statusCode ?? 0, errorMessage(text));
  if (text === '' || !/json/.test(answer.headers['content-type'] ?? '')) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TransportError('protocol', `${what}: the answer is no JSON`, { cause: error });
  }
}

async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > maxBytes) throw new TransportError('too_large', `An answer of Docker is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Docker writes `{"message": …}`; a proxy in between writes what it likes. */
function errorMessage(text: string): string {
  const json = /^\{.*"message"/s.test(text) ? parseOrNull(text) : null;
  return json?.message ?? (text.slice(0, 1000) || 'Docker refused without words');
}

function parseOrNull(text: string): { message?: string } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
