import http from 'node:http';
import { Readable } from 'node:stream';
import { consoleHeaders } from '#server/console/console-server.ts';
import { AtollError, type ErrorCode, errorTable } from '#server/contract/errors.ts';
import type { Db } from '#server/db/client.ts';
import type { LogChannel } from '#server/services/service-context.ts';
import { connectToWorker } from './console-address.ts';

/** What a worker says when it cannot give a log. */
const maxRefusalBytes = 16 * 1024;

/** Asks a worker for a log: web cannot reach hosts. Its ticket was made for this one request. */
export function logChannel(db: Db): LogChannel {
  return {
    async open(ticket, { address, signal }) {
      const socket = await connectToWorker(db);
      if (!socket) {
        throw new AtollError('unavailable', 'No worker carries logs at the moment.', { retryAfterSeconds: 5 });
      }
      const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
        const headers = { authorization: `Ticket ${ticket}`, [consoleHeaders.address]: address, 'content-length': 0 };
        const request = http.request({
          method: 'POST',
          path: '/logs',
          headers,
          signal,
          createConnection: () => socket,
        });
        request.once('response', resolve).once('error', reject).end();
      });
      if (answer.statusCode === 200) return Readable.toWeb(answer) as ReadableStream<Uint8Array>;
      throw await refusalOf(answer);
    },
  };
}

async function refusalOf(answer: http.IncomingMessage): Promise<AtollError> {
  let text = '';
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > maxRefusalBytes) break;
  }
  if (answer.statusCode === 429) {
    return new AtollError('rate_limited', 'You follow too many logs at once: close some.', { retryAfterSeconds: 5 });
  }
  if (answer.statusCode !== 409)
    return new AtollError('unavailable', 'The worker gave no log.', { retryAfterSeconds: 5 });
  const { code, message } = JSON.parse(text) as { code: string; message: string };
  const known = code in errorTable ? (code as ErrorCode) : 'driver_failed';
  return new AtollError(known, message);
}
